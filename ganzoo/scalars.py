"""Read what users give for hyper-parameters and for options of a data set, as the types declared for these."""

from __future__ import annotations

import numbers
from typing import TYPE_CHECKING, Any

from ganzoo.errors import UnknownNameError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ganzoo.specs import Scalar

BOOLEANS = {"true": True, "false": False}


def overridden(
    defaults: Mapping[str, Scalar],
    given: Mapping[str, Scalar],
    what: str = "hyper-parameter",
    form: str = "--set {key}={value}",
    owner: str = "The preset",
) -> dict[str, Scalar]:
    """`defaults` with the values of `given`, each as the type of the default.

    Raises `UnknownNameError` and `UsageError`, in whose messages `what` is the word for a key, `form` is how it is
    given, and `owner` has the defaults.
    """
    values = dict(defaults)
    for key, value in given.items():
        if key not in values:
            raise UnknownNameError(what, key, values)
        kind = type(values[key])
        try:
            values[key] = _read(value, kind)
            if kind is int:
                float(values[key])  # an OverflowError beyond what any recipe computes with
        except (ValueError, KeyError, TypeError, OverflowError) as error:
            raise UsageError(
                f"{form.format(key=key, value=value)}: {value!r} is not a valid {kind.__name__}.",
                f"{owner} has {values[key]!r}.",
            ) from error
    return values


def _read(value: Any, kind: type[Scalar]) -> Scalar:
    """`value` as a `kind`: a text is read, a number of NumPy's becomes Python's. Raises where that is not possible."""
    if isinstance(value, str):
        return BOOLEANS[value.lower()] if kind is bool else kind(value)
    accepted = {bool: bool, int: numbers.Integral, float: numbers.Real}.get(kind, str)
    if not isinstance(value, accepted) or (isinstance(value, bool) and kind is not bool):
        raise TypeError(value)
    convert: Callable[[Any], Scalar] = kind
    return convert(value)
