"""Pictures from a finished run, by seed and label."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ganzoo import inputs, roles
from ganzoo.errors import UnknownNameError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganzoo.runs.run import Run
    from ganzoo.specs import Network

LARGEST = 89_478_485  # pixels of a sheet: Pillow, and what is made with it, warns of larger files


def sheet(run: Run, labels: Sequence[str], count: int, seed: int) -> Any:
    """A `PIL.Image`: `count` pictures below each of `labels`, all classes where none are given.

    The same run, labels, count and seed give the same picture. Raises `UsageError` for a network that
    draws none and for a sheet of more than `LARGEST` pixels, `UnknownNameError` for a label that the run does not know.
    """
    from ganzoo import image_grid
    from ganzoo.export.tracing import reference

    classes = list(run.provenance["classes"])
    for label in labels:
        if label not in classes:
            raise UnknownNameError(f"class in {run.name}", label, classes)
    if count < 1:
        raise UsageError(f"--count is {count}.", "It must be 1 or more.")
    network = _painter(run)
    columns = [classes.index(label) for label in labels] or list(range(len(classes)))
    shape = network.outputs[0].shape
    most = image_grid.rows_within(LARGEST, len(columns), *shape[1:])
    if count > most:
        raise UsageError(
            f"A sheet of {count:,} pictures in each of {len(columns)} columns is larger than what image viewers open.",
            f"Ask for at most {most:,} with --count, for fewer classes with --label, or for other pictures by --seed.",
        )
    drawn = inputs.seeded(network.inputs, count * len(columns), seed, columns)
    images = network.outputs[0].to_pictures(reference(network, drawn)[0]).reshape(count, len(columns), *shape)
    return image_grid.sheet(images, [classes[column] for column in columns])


def _painter(run: Run) -> Network:
    """The run's network that makes images of noise."""
    network = roles.generator(run.arch.export(run.config, run.model()))
    if network is not None:
        return network
    raise UsageError(
        f"{run.name} is a run of {run.config.arch}, which draws no pictures.", "Name a run of a generator."
    )
