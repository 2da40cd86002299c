"""ONNX files without the data of their large constants, which stays in the file until somebody asks for it.

A network's weights are its largest part. They are wanted one after another, and by ONNX Runtime, which reads them
itself, so that all of them at once would only take memory.
Source: https://protobuf.dev/programming-guides/encoding/, https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
"""

from __future__ import annotations

import mmap
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from ganzoo.frontends.onnx.call import Array

    Data = bytes | mmap.mmap

RAW_DATA = (7, 5, 9)  # field numbers: a model's graph, the graph's initializers, a tensor's data
VARINT, EIGHT, SEQUENCE, FOUR = 0, 1, 2, 5  # wire types


class Constants(MutableMapping[str, "Array"]):
    """Arrays by name. In the place of an array there may be a function that reads it each time that it is wanted.

    `computed` counts the values that nodes of constants have made.
    """

    computed = 0

    def __init__(self, held: Iterable[tuple[str, Array | Callable[[], Array]]] = ()) -> None:
        self._held = dict(held)

    def __getitem__(self, name: str) -> Array:
        found = self._held[name]
        return found() if callable(found) else found

    def __contains__(self, name: object) -> bool:
        return name in self._held

    def __setitem__(self, name: str, array: Array | Callable[[], Array]) -> None:
        self._held[name] = array

    def __delitem__(self, name: str) -> None:
        del self._held[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)

    def alias(self, name: str, other: str) -> None:
        """Give the array `name` the name `other` too, without reading it."""
        self._held[other] = self._held[name]

    def only(self, names: Iterable[str]) -> Constants:
        """Those of `names`."""
        return Constants((name, self._held[name]) for name in names if name in self._held)


def model(path: Path, least: int) -> bytes:
    """The model in the file `path`, in which data of `least` bytes and more is external data in that same file.

    A file that is no model is returned as it is.
    """
    with path.open("rb") as file:
        try:
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                return _without(data, 0, len(data), RAW_DATA, least, path.resolve().name)
        except ValueError:
            return file.read()


def _without(data: Data, begin: int, end: int, fields: tuple[int, ...], least: int, location: str) -> bytes:
    """The message data[begin:end], where `fields` lead to what is replaced. Raises `ValueError` where it is none."""
    parts = []
    at = begin
    while at < end:
        start = at
        tag, at = _varint(data, at)
        kind = tag & 7
        size = {EIGHT: 8, FOUR: 4, VARINT: 0}.get(kind)
        if kind == VARINT:
            _, at = _varint(data, at)
        elif kind == SEQUENCE:
            head, (size, at) = data[start:at], _varint(data, at)
        if size is None or at + size > end:
            raise ValueError("the file is cut, or it is no message")
        at += size
        if kind == SEQUENCE and tag >> 3 == fields[0] and len(fields) > 1:
            inner = _without(data, at - size, at, fields[1:], least, location)
            parts += [head, _as_varint(len(inner)), inner]
        elif kind == SEQUENCE and tag >> 3 == fields[0] and size >= least:
            parts.append(_external(location, at - size, size))
        else:
            parts.append(data[start:at])
    return b"".join(parts)


def _external(location: str, offset: int, length: int) -> bytes:
    """The fields of a tensor that say where its data is."""
    from onnx import StringStringEntryProto, TensorProto

    told = {"location": location, "offset": str(offset), "length": str(length)}
    entries = [StringStringEntryProto(key=key, value=value) for key, value in told.items()]
    fields: Any = TensorProto(external_data=entries, data_location=TensorProto.EXTERNAL)
    return bytes(fields.SerializeToString())


def _varint(data: Data, at: int) -> tuple[int, int]:
    """The number at data[at], and where it ends."""
    number = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            break
        byte = data[at]
        at += 1
        number |= (byte & 127) << shift
        if byte < 128:
            return number, at
    raise ValueError("a number does not end")


def _as_varint(number: int) -> bytes:
    made = []
    while number > 127:
        made.append(number & 127 | 128)
        number >>= 7
    return bytes([*made, number])
