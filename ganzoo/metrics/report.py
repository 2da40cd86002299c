"""Show `metrics.json` as tables for a terminal of 80 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ganzoo.tables import Table, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

NAMES = {
    "accuracy": "accuracy",
    "gan_train": "GAN-train accuracy",
    "feature_distance": "feature distance of pairs",
    "l1": "mean difference of pixels",
    "frechet": "Frechet distance",
    "kid": "KID",
    "density": "density, k = 5",
    "coverage": "coverage, k = 5",
    "calibration_error": "calibration error, 15 bins",
}
KNOWS = {
    "classes": ", which reads {:.2%} of the test images.",
    "turns": ", which learned how pictures of one class are turned. It finds {:.2%} of the test images upright.",
}
SHOWN = 40  # the most classes that are told one by one; metrics.json has all
SHARES = ("accuracy", "gan_train", "l1", "coverage", "calibration_error")


def tables(document: Mapping[str, Any]) -> Iterator[Table | str]:
    """Yield the tables and lines of text, in their order."""
    rows = [
        [
            NAMES.get(name, name),
            shown(name, each["value"]),
            " to ".join(shown(name, end) for end in each.get("interval", ())) or "-",
            shown(name, each["floor"]),
            BETTER[each["better"]],
        ]
        for name, each in document["scores"].items()
    ]
    title = f"{document['kind']}, {document['pictures']:,} pictures, {document['data']}"
    yield table(("score", "run", "95% interval", "real images", "better"), rows, right=4, title=title)
    if "per_class" in document:
        found = document["per_class"]
        columns = [found[key] for key in ("accuracy", "floor") if key in found]
        cells = zip(found["classes"], *columns, strict=True)
        by_class = [[name, *(shown("accuracy", value) for value in values)] for name, *values in cells]
        headings = ("class", "accuracy", "real images") if "floor" in found else ("class", "accuracy")
        chosen = told_apart(found["accuracy"])
        few = len(chosen) < len(by_class)
        title = f"The {len(chosen)} of {len(by_class):,} classes with the least accuracy" if few else ""
        yield table(headings, [by_class[i] for i in chosen], right=len(columns), title=title)
    if "neighbours" in document:
        closer = 100 * document["neighbours"]["closer"]
        share = f"{closer:.1f}% of the pictures are closer to a training image than 99% of the test images are."
        yield f"{share} About 1% or less means that the generator does not copy."
    if "evaluator" in document:
        judge = document["evaluator"]
        yield f"Judged by evaluator {judge['sha256'][:12]}{KNOWS[judge['learned']].format(judge['accuracy'])}"
    yield str(document["note"])


def told_apart(accuracy: Sequence[float | None]) -> list[int]:
    """Return the indices of the classes that get a row of their own: all, or the worst ones of very many.

    `accuracy` is None for a class without pictures.
    """
    if len(accuracy) <= SHOWN:
        return list(range(len(accuracy)))
    known = [(value, i) for i, value in enumerate(accuracy) if value is not None]
    return [i for _, i in sorted(known)[:SHOWN]]


BETTER = {"min": "lower", "max": "higher"}


def shown(name: str, value: float | None) -> str:
    """Return the score `name` in the form in which people read it."""
    if value is None:
        return "-"
    return f"{100 * value:.2f}%" if name in SHARES else f"{value:.4g}"
