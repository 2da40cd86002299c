"""The links behind a callable, which own its parameters and name its layers."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any

import chainer

if TYPE_CHECKING:
    from collections.abc import Iterator


def link_of(model: Any) -> Any:
    """The link that owns the parameters of `model`: itself, the object of a method, or what a function refers to.

    Several links become the children of a new one, under the names that the function has for them.
    """
    found: dict[int, tuple[str, Any]] = {}
    for name, link in _links(model, "", set()):
        found.setdefault(id(link), (name, link))
    if len(found) == 1:
        return next(iter(found.values()))[1]
    whole = chainer.Chain()
    for i, (name, link) in enumerate(found.values()):
        before = link.name
        whole.add_link(name if name and not hasattr(whole, name) else f"link{i}", link)
        link.name = before  # it is the user's link
    return whole


def _links(value: Any, name: str, seen: set[int]) -> Iterator[tuple[str, Any]]:
    """The links that `value` is or refers to, each with the name by which it does."""
    if isinstance(value, chainer.Link):
        yield name, value
        return
    if id(value) in seen:
        return
    seen.add(id(value))
    if inspect.ismethod(value):
        referred = {name: value.__self__}
    elif isinstance(value, functools.partial):
        referred = {"": value.func, **{str(i): each for i, each in enumerate(value.args)}, **value.keywords}
    elif inspect.isfunction(value):
        names = inspect.getclosurevars(value)
        referred = {**names.globals, **names.nonlocals}
    elif inspect.ismodule(value) or inspect.isclass(value):
        return
    else:
        referred = {key: each for key, each in getattr(value, "__dict__", {}).items() if isinstance(each, chainer.Link)}
    for key, each in referred.items():
        yield from _links(each, key or name, seen)
