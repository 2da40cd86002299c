"""Find runs and exports by what users type: a folder, the name of a run in `runs/`, or nothing for the latest."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ganzoo.errors import GanzooError, RunError, UnknownNameError

if TYPE_CHECKING:
    from ganzoo.export.exports import Export
    from ganzoo.runs.run import Run

ROOT = Path("runs")


def run_names(root: Path = ROOT) -> list[str]:
    """The names of the folders in `root` that have a `config.json`, which is not read."""
    return [file.parent.name for file in sorted(root.glob("*/config.json"))]


def is_run(name: str, root: Path = ROOT) -> bool:
    """Whether `name` is a run's: its folder, or its name in `root`."""
    return any((path / "config.json").exists() for path in (Path(name), root / name))


def find_run(name: str | None, *, last: bool = False, finished: bool | None = True, root: Path = ROOT) -> Run:
    """The run `name`, a folder or a name in `root`; the latest run if it is None.

    `finished` restricts the latest run to finished or unfinished ones; None allows both. With `last`, the run uses the
    weights from the end of its training instead of those with the best score. Raises `UnknownNameError` if there is no
    such run, and `RunError` if it is damaged or if there is no run at all.
    """
    from ganzoo.runs import run as runs

    weights = "last" if last else "model"
    if name is None:
        return replace(runs.latest(root, finished=finished), weights=weights)
    for path in (Path(name), root / name):
        if (path / "config.json").exists():
            return replace(runs.load(path), weights=weights)
    raise UnknownNameError("run", name, run_names(root))


def find_generator(name: str | None, *, last: bool = False, root: Path = ROOT) -> Run:
    """As `find_run`; without a name the latest finished run whose network draws pictures."""
    from ganzoo.runs import run as runs

    if name is not None:
        return find_run(name, last=last, root=root)
    for run in reversed(runs.every(root)):
        if run.finished and _draws(run):
            return replace(run, weights="last" if last else "model")
    raise RunError(f"There is no finished run of a generator in {root}/.", "Train one with: ganzoo train dcgan-cond")


def _draws(run: Run) -> bool:
    """Whether `run` is one of a generator, as far as can be told without its weights."""
    from ganzoo import roles

    try:
        return roles.generator(run.arch.export(run.config, run.arch.build(run.config))) is not None
    except (GanzooError, KeyError, TypeError, ValueError):  # its plugin is gone, or another version of it
        return False


def find_export(name: str | None, root: Path = ROOT) -> Export:
    """The export `name`: its folder, the folder of a network, or a run that has one; else the latest run's.

    Of a network's folder it is the export around it, where there is one; else that network alone.

    Raises `UnknownNameError` where there is no such run, and `RunError` where there is no export or it is damaged.
    """
    from ganzoo.export import alone, exports
    from ganzoo.runs import run as runs

    if name is None:
        with_export = [run for run in runs.every(root) if exports.is_export(run.path / "export")]
        if not with_export:
            raise RunError(f"No run in {root}/ has an export.", "Export a run with: ganzoo export --all-backends")
        return exports.load(with_export[-1].path / "export")
    folder = Path(name)
    around = _export_around(folder.resolve())
    if around:
        return around
    if alone.is_network(folder):
        return alone.load(folder)
    return exports.load(folder if exports.is_export(folder) else find_run(name, root=root).path / "export")


def run_of(export: Export, root: Path = ROOT) -> Run | None:
    """The run that `export` was made from: the folder around it, or the run of that name in `root`; else None."""
    from ganzoo.runs import run as runs

    if "frontend" in export.description.get("provenance", {}):  # its networks were trained elsewhere
        return None
    name = str(export.description["run"])
    for path in (export.path.resolve().parent, root / Path(name).name):
        if path.name == name and (path / "config.json").exists():
            return runs.load(path)
    return None


def _export_around(network: Path) -> Export | None:
    """The export to which the network's folder `network` belongs; None if there is none."""
    from ganzoo.export import exports

    with contextlib.suppress(RunError):
        export = exports.load(network.parent)
        if network.name in export.networks:
            return export
    return None
