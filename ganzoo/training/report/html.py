"""The report of a run: one page without scripts, fonts or network access, light and dark, for screen and paper."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ganzoo.assets.html import render
from ganzoo.files import write_text
from ganzoo.image_grid import COLUMNS
from ganzoo.metrics.report import BETTER, NAMES, shown, told_apart
from ganzoo.training.report import facts, grids
from ganzoo.training.report.curves import curves
from ganzoo.training.report.facts import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganzoo.runs.run import Best, Run
    from ganzoo.training.report.facts import Metrics
    from ganzoo.training.report.grids import Grid

FOLDER = Path(__file__).resolve().parent
FILE = "run.html"
SHOWN = 8  # number of sheets on the page; the animation has all


@dataclass(frozen=True)
class Picture:
    """A sheet of pictures: when it was drawn, and its `data:` URL."""

    when: str
    png: str


@dataclass(frozen=True)
class Table:
    """A table of plain text. Rows whose first cell is in `differing` are highlighted."""

    caption: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    differing: frozenset[str] = frozenset()


def write(run: Run) -> Path:
    """Write the report of `run`, and the animation if it draws pictures.

    Raises `RunError` if files of the run are damaged.
    """
    found = grids.grids(run)
    animation = grids.animate(run, found)
    path = run.path / FILE
    write_text(path, page(run, found, animation.read_bytes() if animation else b""))
    return path


def page(run: Run, found: Sequence[Grid], animation: bytes) -> str:
    metrics = facts.metrics(run)
    chosen = sorted({n * (len(found) - 1) // (SHOWN - 1) for n in range(SHOWN)}) if found else []
    pictures = [Picture(_when(found[i]), _uri("png", found[i].png())) for i in chosen]
    return render(
        FOLDER / "page.html",
        title=run.name,
        style=(FOLDER / "style.css").read_text(encoding="utf-8"),
        summary=_summary(run),
        pictures=pictures,
        columns=_columns([str(name) for name in run.provenance["classes"]]),
        still=pictures[-1].png if pictures else "",
        animation=_uri("webp", animation) if animation else "",
        charts=curves(run.log(), run.best()),
        scores=_scores(metrics) if metrics else [],
        note=" ".join([metrics.note, *_differing(metrics, run.best())]) if metrics else "",
        recipe=_recipe(run),
        is_changed=bool(run.provenance.get("former")),
        command=facts.command(run),
        origin=Table("", (), list(facts.origin(run).items())),
    )


def _summary(run: Run) -> str:
    config, log, best = run.config, run.log(), run.best()
    told = f"{config.arch}, {config.preset}, on {config.dataset}: {run.epochs_done():.1f} of {config.epochs} epochs"
    time = f", {log[-1]['elapsed_time']:.0f} s" if log else ""
    state = "" if run.finished else "; not finished"
    score = f" Best {best.key.removeprefix('eval/')} {number(best.score)} at epoch {best.epoch:.1f}." if best else ""
    return f"{told}{time}{state}.{score}"


def _columns(classes: Sequence[str]) -> str:
    """What the columns of a sheet are."""
    shown = classes[:COLUMNS]
    which = "class" if len(shown) == len(classes) else f"of the first {len(shown)} of {len(classes):,} classes"
    return f"a column for each {which}: {', '.join(shown)}"


def _when(grid: Grid) -> str:
    iterations = f"{grid.iteration} iterations"
    return iterations if grid.epoch is None else f"epoch {grid.epoch:.1f}, {iterations}"


def _uri(kind: str, content: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def _differing(metrics: Metrics, best: Best | None) -> list[str]:
    """Why the best score of the training and that of `ganzoo eval` are two values, where they are."""
    name = best.key.removeprefix("eval/") if best else ""
    judged = [each.value for each in metrics.scores if each.name == name]
    if not best or not judged or number(judged[0]) == number(best.score):
        return []
    is_drawing = any(each.name == "frechet" for each in metrics.scores)  # a classifier reads all test images each time
    fewer = ", from fewer pictures" if is_drawing else ""
    return [
        f"This page has two values of {NAMES.get(name, name)}. {number(best.score)} is what the training found at its "
        f"best moment{fewer}; {shown(name, judged[0])} is what ganzoo eval found of {metrics.weights}.npz."
    ]


def _scores(metrics: Metrics) -> list[Table]:
    of = (
        f"{metrics.weights}.npz" if metrics.current else f"of an earlier {metrics.weights}.npz; run 'ganzoo eval' again"
    )
    rows = [
        (
            NAMES.get(each.name, each.name),
            shown(each.name, each.value),
            shown(each.name, each.floor),
            BETTER[each.better],
        )
        for each in metrics.scores
    ]
    tables = [Table(f"ganzoo eval, {of}", ("score", "run", "real images", "better"), rows)]
    if metrics.per_class:
        chosen = told_apart([ours for _, ours, _ in metrics.per_class])
        shares = [
            (name, shown("accuracy", ours), shown("accuracy", real))
            for name, ours, real in (metrics.per_class[i] for i in chosen)
        ]
        few = len(chosen) < len(metrics.per_class)
        n = len(metrics.per_class)
        title = f"The {len(chosen)} of {n:,} classes with the least accuracy" if few else "By class"
        tables.append(Table(title, ("class", "accuracy", "real images"), shares))
    return tables


def _recipe(run: Run) -> Table:
    values = facts.recipe(run)
    rows = [(key, number(value), number(usual)) for key, (value, usual) in values.items()]
    differing = frozenset(key for key, (value, usual) in values.items() if usual is not None and value != usual)
    return Table(f"Preset {run.config.preset}", ("hyper-parameter", "this run", "preset"), rows, differing)
