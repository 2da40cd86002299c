"""TOML files that a user wrote: read within bounds, and refused with the key that is wrong."""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, Any, NoReturn

from ganzoo.errors import UnknownNameError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

KINDS: Mapping[type, str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    dict: "a table",
    list: "a list",
}
LARGEST_FILE = 1 << 20  # bytes
LARGEST_NUMBER = 2**53  # whole numbers up to here are exact in float64
SHOWN = 60  # characters of a value in a message


def read(path: Path, help_: str) -> dict[str, Any]:
    """The values in the file `path`. `help_` says where an example of such a file is.

    Raises `UsageError` where the file is too large or not valid TOML, and `OSError` where it cannot be read.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise UsageError(f"{path} has more than {LARGEST_FILE:,} bytes.", help_)
        return tomllib.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # the parser's own, and numbers and nesting without end
        raise UsageError(f"{path} is not valid TOML: {error}.", help_) from error


def value(text: str) -> Any:
    """`text` as TOML reads a value: true, a number, a text in quotes, a list of these. Any other text is itself."""
    try:
        values = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    return values["value"] if len(values) == 1 else text


def known(kind: str, name: str, names: Iterable[str]) -> None:
    """Raise `UnknownNameError` unless `name`, which messages call a `kind`, is one of `names`."""
    if name not in names:
        raise UnknownNameError(kind, name, names)


def require(value: Any, kind: type, key: str, file: str) -> None:
    """Raise `UsageError` unless `value` is of the type `kind`; a number must be finite and of usual size."""
    accepted = (int, float) if kind is float else (kind,)
    if type(value) not in accepted:  # bool is an int to isinstance
        wrong(file, key, value, KINDS[kind])
    if type(value) is int and abs(value) > LARGEST_NUMBER:
        wrong(file, key, value, f"at most {LARGEST_NUMBER:,} in magnitude")
    if type(value) is float and not math.isfinite(value):
        wrong(file, key, value, "a finite number")


def wrong(file: str, key: str, value: Any, wanted: str) -> NoReturn:
    """Raise `UsageError`: the `value` of `key` in `file` is not what is `wanted`."""
    raise UsageError(f"{file}: '{key}' is {_shown(value)}.", f"It must be {wanted}.")


def _shown(value: Any) -> str:
    """`value` for a message, which a value without end must not flood."""
    try:
        told = repr(value)
    except ValueError:  # Python writes no whole number of more than 4,300 digits
        return "a number of thousands of digits"
    return told if len(told) <= SHOWN else f"{told[:SHOWN]}..."
