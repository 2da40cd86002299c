"""A run as one page that needs nothing else: no script, no font, no network; light and dark, for screen and paper."""

from __future__ import annotations

import base64
from html import escape
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

from ganzoo.files import write_text
from ganzoo.metrics.report import BETTER, NAMES, shown
from ganzoo.training.report import facts, grids
from ganzoo.training.report.curves import curves
from ganzoo.training.report.facts import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from ganzoo.runs.run import Run
    from ganzoo.training.report.facts import Metrics
    from ganzoo.training.report.grids import Grid

FILE = "run.html"
SHOWN = 8  # sheets on the page; the animation has all


def write(run: Run) -> Path:
    """Write the page of `run`, and its animation where it draws. Raises `RunError` where its files are damaged."""
    found = grids.grids(run)
    animation = grids.animate(run, found)
    path = run.path / FILE
    write_text(path, page(run, found, animation.read_bytes() if animation else b""))
    return path


def page(run: Run, found: Sequence[Grid], animation: bytes) -> str:
    folder = files("ganzoo.training.report")
    metrics = facts.metrics(run)
    sections = {
        "Pictures": _pictures(run, found, animation) if found else "",
        "Losses and scores": _curves(run),
        "Scores": _scores(metrics) if metrics else "",
        "Recipe": _recipe(run),
        "Where it comes from": _origin(run),
    }
    return Template((folder / "page.html").read_text("utf-8")).substitute(
        title=escape(run.name),
        style=(folder / "style.css").read_text("utf-8"),
        summary=escape(_summary(run)),
        sections="\n".join(
            f"<section>\n<h2>{title}</h2>\n{content}\n</section>" for title, content in sections.items() if content
        ),
    )


def _summary(run: Run) -> str:
    config, log, best = run.config, run.log(), run.best()
    told = f"{config.arch}, {config.preset}, on {config.dataset}: {run.epochs_done():.1f} of {config.epochs} epochs"
    time = f", {log[-1]['elapsed_time']:.0f} s" if log else ""
    state = "" if run.finished else "; not finished"
    score = f" Best {best.key.removeprefix('eval/')} {number(best.score)} at epoch {best.epoch:.1f}." if best else ""
    return f"{told}{time}{state}.{score}"


def _pictures(run: Run, found: Sequence[Grid], animation: bytes) -> str:
    chosen = [found[i] for i in sorted({n * (len(found) - 1) // (SHOWN - 1) for n in range(SHOWN)})]
    classes = ", ".join(str(name) for name in run.provenance["classes"])
    still = _uri("png", found[-1].png())
    moving = ""
    if animation:
        alt = escape(f"The pictures as training went on, from {_when(found[0])} to {_when(found[-1])}", quote=True)
        moving = (
            f'<picture><source media="(prefers-reduced-motion: reduce)" srcset="{still}">'
            f'<img alt="{alt}" src="{_uri("webp", animation)}"></picture>'
        )
    figures = "\n".join(
        f'<figure><img alt="{escape("Pictures after " + _when(grid), quote=True)}" src="{_uri("png", grid.png())}">'
        f"<figcaption>{escape(_when(grid))}</figcaption></figure>"
        for grid in chosen
    )
    told = escape(f"Always of the same noise, a row each; a column for each class: {classes}.")
    return f'<p>{told}</p>\n{moving}\n<div class="grids">\n{figures}\n</div>'


def _when(grid: Grid) -> str:
    iterations = f"{grid.iteration} iterations"
    return iterations if grid.epoch is None else f"epoch {grid.epoch:.1f}, {iterations}"


def _uri(kind: str, content: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def _curves(run: Run) -> str:
    charts = curves(run.log(), run.best())
    drawn = "\n".join(
        f"<figure><figcaption>{escape(chart.title)}</figcaption>\n{chart.svg}</figure>" for chart in charts
    )
    return f'<div class="charts">\n{drawn}\n</div>' if charts else ""


def _scores(metrics: Metrics) -> str:
    rows = [
        (
            NAMES.get(each.name, each.name),
            shown(each.name, each.value),
            shown(each.name, each.floor),
            BETTER[each.better],
        )
        for each in metrics.scores
    ]
    of = f"{metrics.weights}.npz" if metrics.current else f"an earlier {metrics.weights}.npz: judge the run anew"
    tables = _table(f"ganzoo eval, {of}", ("score", "run", "real images", "better"), rows)
    if metrics.per_class:
        shares = [(name, *(shown("accuracy", value) for value in values)) for name, *values in metrics.per_class]
        tables += _table("By class", ("class", "accuracy", "real images"), shares)
    return f'<div class="tables">\n{tables}</div>\n<p class="note">{escape(metrics.note)}</p>'


def _recipe(run: Run) -> str:
    values = facts.recipe(run)
    rows = [(key, number(value), number(usual)) for key, (value, usual) in values.items()]
    differing = {key for key, (value, usual) in values.items() if usual is not None and value != usual}
    table = _table(f"Preset {run.config.preset}", ("value", "this run", "the preset"), rows, differing)
    former = run.provenance.get("former")
    told = "<p>Begun with other values, and gone on from a snapshot: config.json has them.</p>\n" if former else ""
    return f"{told}{table}<p>To repeat it:</p>\n<pre><code>{escape(facts.command(run))}</code></pre>"


def _origin(run: Run) -> str:
    rows = [(what, text) for what, text in facts.origin(run).items()]
    return _table("", (), rows, kind="facts")


def _table(
    caption: str,
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    differing: Iterable[str] = (),
    kind: str = "",
) -> str:
    """A table of plain text; rows whose first cell is among `differing` stand out."""
    heads = "".join(f'<th scope="col">{escape(text)}</th>' for text in headings)
    lines = "\n".join(
        f'<tr{" class=differs" if first in differing else ""}><th scope="row">{escape(first)}</th>'
        f"{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
        for first, *cells in rows
    )
    return (
        f'<div class="scroll"><table class="{kind}">\n'
        f"{f'<caption>{escape(caption)}</caption>' if caption else ''}"
        f"{f'<thead><tr>{heads}</tr></thead>' if headings else ''}\n<tbody>\n{lines}\n</tbody>\n</table></div>\n"
    )
