"""Networks that were trained elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from ganzoo.card import Card, Told
from ganzoo.errors import UsageError
from ganzoo.specs import Source, TensorSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from os import PathLike

    from ganzoo.api.exports import Export
    from ganzoo.export.weights import Encoding

Tensors: TypeAlias = "TensorSpec | tuple[int, ...] | Sequence[TensorSpec] | Mapping[str, TensorSpec | tuple[int, ...]]"


def export(
    model: Callable[..., Any] | str | PathLike[str],
    *,
    out: str | PathLike[str],
    inputs: Tensors | None = None,
    outputs: Tensors | None = None,
    name: str = "",
    title: str = "",
    description: str = "",
    licence: str = "",
    classes: Sequence[str] = (),
    options: Mapping[str, Any] | None = None,
    noise: str = "",
    alone: bool = False,
    backends: Sequence[str] | None = None,
    weights: Encoding = "f32",
    max_file_size: int | None = None,
    budget: int | None = None,
    verify: bool | None = None,
    layout: Literal["ganzoo", "webdnn"] = "ganzoo",
    toolchain: str | None = None,
    tolerance: float | None = None,
    progress: Callable[[str], object] | None = None,
) -> Export:
    """Write a trained network for the browser into the folder `out`.

    `model` is anything that can be called with one `chainer.Variable` (N, ...) per input and returns one per output: a
    link, a method, a function. Its links must be on the CPU. `inputs` are the inputs in their order: a shape without
    the batch, a `TensorSpec`, several of them, or a mapping of names to shapes or specs. `outputs` likewise; what they
    do not tell is found by calling `model`. What neither tells is guessed: an array (C, H, W) of 1 or 3 channels is an
    image, a vector beside an image as input holds probabilities or logits, any other input is noise. `name`, `title`,
    `description`, `licence` and `classes`, the names of the classes, are told in the manifest.

    `model` may also be a file that a frontend reads, such as "model.onnx", or a script and what it defines,
    "net.py:Generator"; then `inputs` may be left out where the file tells them. `options` are what `--set` is on the
    command line: the sizes of an ONNX file's open axes, the arguments of a script's class.

    `noise` is a name for the noise that `model` draws by `numpy.random` or `chainer.functions.gaussian` when it is
    called: each call becomes an input, `noise`, `noise`_2 and so on, whose values a page draws from its seed. `alone`
    says that what `model` computes of a batch, such as a deviation over its pictures, is meant of one picture.

    The other parameters, the result and the errors are those of `Run.export`. This also raises `UsageError` if `model`
    cannot be called with such inputs, or if an output does not depend on them.
    """
    from ganzoo import imported
    from ganzoo.api.exports import write
    from ganzoo.api.runs import told

    card = Card(
        name,
        title,
        description,
        licence,
        tuple(classes),
        _told(inputs, "inputs"),
        _told(outputs, "outputs"),
        noise,
        alone,
    )
    if callable(model):
        if options:
            raise UsageError("options are for files.", "Give these values to the network itself.")
        from ganzoo.frontends.chainer.model import network
        from ganzoo.frontends.chainer.reading import named

        own = getattr(model, "__name__", type(model).__name__)
        subject = imported.subject([network(model, card, named(name or own))], card, "chainer", {})
    else:
        given = {key: str(value) for key, value in (options or {}).items()}
        subject = imported.read(Source(str(model), options=given), card)
    return write(
        subject,
        Path(out),
        backends=backends,
        weights=weights,
        max_file_size=max_file_size,
        budget=budget,
        verify=verify,
        layout=layout,
        toolchain=toolchain,
        tolerance=tolerance,
        progress=told(progress),
    )


def _told(tensors: Tensors | None, side: str) -> tuple[Told, ...]:
    """What `tensors` tell of each input or output, in their order."""
    if tensors is None:
        return ()
    if isinstance(tensors, Mapping):
        return tuple(replace(_one(each, side), name=name) for name, each in tensors.items())
    if isinstance(tensors, TensorSpec) or all(isinstance(size, int) for size in tensors):
        return (_one(tensors, side),)
    return tuple(_one(each, side) for each in tensors)


def _one(tensor: Any, side: str) -> Told:
    if isinstance(tensor, TensorSpec):
        return Told.of(tensor)
    if isinstance(tensor, tuple | list) and tensor and all(isinstance(size, int) for size in tensor):
        return Told(shape=tuple(tensor))
    problem = f"{tensor!r} describes no {side.removesuffix('s')} of a network."
    raise UsageError(
        problem, f"Give {side} as a shape such as (1, 28, 28), a TensorSpec, or a mapping of names to these."
    )
