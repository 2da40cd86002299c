"""What the contracts of plugins check of their fields."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from ganzoo.errors import PluginError

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
OPTION = re.compile(r"[a-z][a-z0-9_]*")
FOLDER = re.compile(r"(?!\.{1,2}$)[^/\\\x00-\x1f\x7f]+")


def require(what: object, field: str, holds: bool, wanted: str) -> None:
    """Raise `PluginError` unless the `field` of `what`, an instance of one of the contracts, `holds`."""
    if not holds:
        from reprlib import repr as shortened

        kind, value = type(what).__name__, shortened(getattr(what, field))
        raise PluginError(f"{kind}.{field} is {value}.", f"It must be {wanted}.")


def require_name(what: Any) -> None:
    named = isinstance(what.name, str) and NAME.fullmatch(what.name) is not None
    require(what, "name", named, "letters, digits, '.', '_' and '-', the first a letter or a digit")


def require_texts(what: object, *fields: str) -> None:
    for name in fields:
        require(what, name, isinstance(getattr(what, name), str), "a text")


def scalars(value: object) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(key, str) and isinstance(each, bool | int | float | str) for key, each in value.items()
    )


def texts(value: object) -> bool:
    return isinstance(value, Mapping) and all(isinstance(text, str) for pair in value.items() for text in pair)


def whole(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def finite(value: object) -> bool:
    numbers = isinstance(value, tuple) and all(isinstance(n, int | float) and not isinstance(n, bool) for n in value)
    return numbers and all(map(math.isfinite, value))  # type: ignore[call-overload]


def is_shape(value: object) -> bool:
    return isinstance(value, tuple) and all(whole(n, 1) for n in value)
