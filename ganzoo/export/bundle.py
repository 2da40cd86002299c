"""Export a run: all backends or nothing, staged beside its place, judged there, then swapped in.

<out>/manifest.json     what this is: run, architecture, inputs and outputs, backends, files with SHA-256
<out>/report.json       sizes
<out>/golden.npz        seeded inputs and Chainer's outputs, for `ganzoo verify`
<out>/<network>/        the files to upload, as WebDNN 1.2.11's loader fetches them
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from ganzoo import __version__, inputs
from ganzoo.errors import RunError, UnknownNameError, UnsupportedOperatorError, UsageError
from ganzoo.export import size
from ganzoo.export.trace import reference, trace
from ganzoo.files import write_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from ganzoo.export.size import Part
    from ganzoo.specs import Backend, FloatArray, Network
    from ganzoo.training.run import Run

FORMAT = 1
GOLDEN = 16  # seeded inputs
SEED = 20171104


@dataclass(frozen=True)
class Bundle:
    """An export on disk. `networks` maps each network's name to its entry in the manifest."""

    path: Path
    manifest: Mapping[str, Any]

    @property
    def networks(self) -> Mapping[str, Any]:
        networks: Mapping[str, Any] = self.manifest["networks"]
        return networks

    @property
    def backends(self) -> list[str]:
        return list(self.manifest["backends"])

    @property
    def notes(self) -> dict[str, str]:
        """What to know of a backend, where there is something."""
        return {name: entry["note"] for name, entry in self.manifest["backends"].items() if entry["note"]}

    @property
    def runnable(self) -> list[str]:
        """The backends that a browser of today runs."""
        return [name for name, entry in self.manifest["backends"].items() if entry["runs"]]

    def choose(self, backends: Sequence[str]) -> list[str]:
        """`backends`, or all that browsers run. Raises `UsageError` for one that is not among these."""
        if not self.runnable:
            raise UsageError(f"No browser of today runs what {self.path} holds.", "Export another backend.")
        for name in backends:
            if name not in self.backends:
                raise UnknownNameError(f"backend in {self.path}", name, self.backends)
            if name not in self.runnable:
                raise UsageError(f"{name}: {self.notes.get(name)}.", f"Choose {' or '.join(self.runnable)}.")
        return list(backends) or self.runnable

    def golden(self, network: str) -> tuple[list[FloatArray], list[FloatArray]]:
        """Seeded inputs and Chainer's outputs, an array (16, ...) per input and output of `network`."""
        import numpy as np

        entry = self.networks[network]
        try:
            with np.load(self.path / "golden.npz", allow_pickle=False) as stored:
                return tuple(  # type: ignore[return-value]
                    [stored[f"{network}/{side}/{spec['name']}"] for spec in entry[side]]
                    for side in ("inputs", "outputs")
                )
        except Exception as error:  # NumPy and zipfile raise their own on hostile bytes
            raise RunError(f"{self.path / 'golden.npz'} is damaged: {error}", "Export again.") from error


def export(
    run: Run,
    backends: Sequence[Backend],
    out: Path,
    *,
    toolchain: str | None = None,
    budget: int | None = None,
    judge: Callable[[Bundle], None] = lambda staged: None,
    progress: Callable[[str], None] = lambda line: None,
) -> tuple[Bundle, list[Part]]:
    """Write `run`'s networks for `backends` into `out`, in place of what was there.

    `toolchain` is for the backends that know it. `judge` sees the export while it is staged; when it
    raises, when the sizes exceed `budget`, or on any other error, `out` stays as it was.
    """
    place = out.resolve()
    _refuse_foreign(place)
    networks = run.arch.export(run.config, run.model())
    progress("tracing the networks")
    graphs = {network.name: trace(network) for network in networks}
    progress("generating descriptors for " + ", ".join(backend.name for backend in backends))
    # everything that can be refused is refused before anything is written
    generated = {
        (network.name, backend.name): _generate(backend, graphs[network.name])
        for network in networks
        for backend in backends
    }

    place.parent.mkdir(parents=True, exist_ok=True)
    staging = tempfile.mkdtemp(prefix=f".{place.name}.staging-", dir=place.parent)
    try:
        staged = type(place)(staging)
        parts: list[Part] = []
        for network in networks:
            for backend in backends:
                progress(f"writing {network.name} for {backend.name}")
                data = generated[network.name, backend.name]
                parts += _write_backend(staged, network, backend, data, toolchain)
        _write_golden(staged / "golden.npz", networks)
        manifest = _manifest(run, networks, backends, parts)
        write_json(staged / "manifest.json", manifest)
        write_json(staged / "report.json", size.report(parts, Bundle(staged, manifest).notes))
        if budget is not None:
            size.check_budget(parts, budget)
        judge(Bundle(staged, manifest))
        _swap(staged, place)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return Bundle(out, manifest), parts


def load(path: Path) -> Bundle:
    """The export at `path`. Raises `RunError` when it is none or its manifest is damaged."""
    _recover(path.resolve())
    file = path / "manifest.json"
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
        if manifest["format"] != FORMAT:
            raise RunError(f"{file} has format {manifest['format']}, this ganzoo reads {FORMAT}.", "Export again.")
        for name, network in manifest["networks"].items():
            if name != os.path.basename(name) or name in ("", ".", ".."):  # noqa: PTH119 - a name, not a path
                raise ValueError(f"the network name {name!r} leads out of the export")
            for side in ("inputs", "outputs"):
                if not all(isinstance(spec["name"], str) for spec in network[side]):
                    raise ValueError("an input's or output's name is no text")
            if not (path / name).is_dir():
                raise ValueError(f"the folder {name} is not there")
        if not manifest["networks"]:
            raise ValueError("it names no network")
        if not isinstance(manifest["run"], str):
            raise ValueError("the run's name is no text")
        for entry in manifest["backends"].values():
            if not isinstance(entry["runs"], bool) or not isinstance(entry["note"], str):
                raise ValueError(f"a backend is {entry!r}")
    except FileNotFoundError as error:
        raise RunError(
            f"{path} is no export: it has no manifest.json.", "Make one with: ganzoo export --all-backends"
        ) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise RunError(f"{file} is damaged: {type(error).__name__}: {error}.", "Export again.") from error
    return Bundle(path, manifest)


def _refuse_foreign(out: Path) -> None:
    """An export takes the place of a former export or of nothing, never of something else."""
    _recover(out)
    if out.exists() and not (out / "manifest.json").is_file() and not (out.is_dir() and not any(out.iterdir())):
        raise UsageError(f"{out} is there and is no export.", "Name another --out, or remove it.")


def _generate(backend: Backend, graph: Any) -> Any:
    """What `backend` makes of `graph`. Raises `UnsupportedOperatorError` naming operator, layer and backend."""
    from webdnn.graph import traverse

    try:
        return backend.generate(graph)
    except (NotImplementedError, AssertionError, KeyError) as error:  # WebDNN's ways of saying that it cannot
        unhandled = re.search(r"Operator <(\w+).* is not handled", str(error))
        operators = [op for op in traverse.listup_operators(graph) if unhandled and type(op).__name__ == unhandled[1]]
        layers = ", ".join(operator.name for operator in operators) or "made by WebDNN's optimiser"
        lacks = f"has no operator {unhandled[1]} (layer {layers})" if unhandled else f"cannot generate it: {error!r}"
        raise UnsupportedOperatorError(
            f"The backend {backend.name} {lacks}.", "Express the layer with other operators, or leave this backend out."
        ) from error


def _write_backend(staged: Path, network: Network, backend: Backend, data: Any, toolchain: str | None) -> list[Part]:
    folder = staged / network.name
    folder.mkdir(exist_ok=True)
    before = set(folder.iterdir())
    backend.write(data, folder, toolchain if toolchain in backend.toolchains else None)
    written = sorted(set(folder.iterdir()) - before)
    if not written:
        raise UsageError(f"The backend {backend.name} wrote nothing.", "Mend the plugin.")
    return [size.measure(path, network.name, backend.name, staged) for path in written]


def _write_golden(path: Path, networks: Sequence[Network]) -> None:
    import numpy as np

    arrays: dict[str, FloatArray] = {}
    for network in networks:
        drawn = inputs.seeded(network.inputs, GOLDEN, SEED)
        computed = reference(network, drawn)
        for side, specs, values in (
            ("inputs", network.inputs, drawn),
            ("outputs", network.outputs, computed),
        ):
            arrays |= {f"{network.name}/{side}/{spec.name}": value for spec, value in zip(specs, values, strict=True)}
    np.savez(path, **arrays)  # type: ignore[arg-type]


def _manifest(
    run: Run, networks: Sequence[Network], backends: Sequence[Backend], parts: Sequence[Part]
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "layout": "webdnn",
        "ganzoo": __version__,
        "run": run.name,
        "config": asdict(run.config),
        "provenance": dict(run.provenance),
        "backends": {backend.name: {"runs": backend.runs, "note": backend.note} for backend in backends},
        "networks": {
            network.name: {
                "inputs": [asdict(spec) for spec in network.inputs],
                "outputs": [asdict(spec) for spec in network.outputs],
            }
            for network in networks
        },
        "files": {part.path: {"bytes": part.raw, "sha256": part.sha256} for part in parts},
    }


def _swap(staged: Path, out: Path) -> None:
    """Put `staged` in the place of `out`. A folder cannot replace another in one step: see `_recover`."""
    former = _former(out)
    if out.exists():
        out.rename(former)
    staged.chmod(0o755)  # mkdtemp makes it private
    staged.rename(out)
    shutil.rmtree(former, ignore_errors=True)


def _recover(out: Path) -> None:
    """Undo or finish a swap that was interrupted between its two renames."""
    former = _former(out)
    if former.exists():
        if out.exists():
            shutil.rmtree(former)
        else:
            former.rename(out)


def _former(out: Path) -> Path:
    return out.with_name(f".{out.name}.former")
