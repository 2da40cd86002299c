"""Pictures of a trained generator, by seed and class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ganzoo import inputs, noise, roles
from ganzoo.errors import UnknownNameError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganzoo.runs.run import Run
    from ganzoo.specs import FloatArray, Network

LARGEST = 89_478_485  # pixels of a sheet: Pillow, and what is made with it, warns of larger files


def draw(run: Run, labels: Sequence[str], count: int, seed: int) -> FloatArray:
    """`count` pictures of each of `labels`, float32 (count, labels, C, H, W); all classes where none are given.

    The same run, labels, count and seed give the same pictures. Raises `UsageError` for a network that
    draws none, `UnknownNameError` for a label that the run does not know.
    """
    from ganzoo.export.tracing import reference

    classes = list(run.provenance["classes"])
    for label in labels:
        if label not in classes:
            raise UnknownNameError(f"class in {run.name}", label, classes)
    if count < 1:
        raise UsageError(f"--count is {count}.", "It must be 1 or more.")
    if not 0 <= seed < noise.SEEDS:
        raise UsageError(f"--seed is {seed}.", "It must be at least 0 and less than 2**32.")
    network = _painter(run)
    columns = [classes.index(label) for label in labels] or list(range(len(classes)))
    shape = network.outputs[0].shape
    drawn = inputs.seeded(network.inputs, count * len(columns), seed, columns)
    return network.outputs[0].to_pictures(reference(network, drawn)[0]).reshape(count, len(columns), *shape)


def sheet(run: Run, labels: Sequence[str], count: int, seed: int) -> Any:
    """What `draw` gives as a `PIL.Image`: a column for each label under its name.

    Raises `UsageError` for a sheet of more than `LARGEST` pixels, before anything is drawn.
    """
    from ganzoo import image_grid
    from ganzoo.lettering import lettering

    classes = list(run.provenance["classes"])
    columns = len(labels or classes)
    most = image_grid.rows_within(LARGEST, columns, *run.config.shape[1:])
    if count > most:
        raise UsageError(
            f"A sheet of {count:,} pictures in each of {columns} columns is larger than what image viewers open.",
            f"Ask for at most {most:,} with --count, for fewer classes with --label, or for other pictures by --seed.",
        )
    names = dict(zip(classes, lettering(classes).texts, strict=True))
    return image_grid.sheet(draw(run, labels, count, seed), [names[label] for label in labels or classes])


def _painter(run: Run) -> Network:
    """The generator of the run."""
    network = roles.generator(run.networks())
    if network is not None:
        return network
    raise UsageError(
        f"{run.name} is a run of {run.config.arch}, which is not a generator of pictures.", "Name a run of a generator."
    )
