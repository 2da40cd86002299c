"""The public names of the Python API and their signatures: what semantic versioning promises.

surface.txt lists them. A change of it is a change for users: a name or parameter that goes, or gets another meaning,
needs a new major version. `.venv/bin/python -m tests.api.test_surface` writes it anew.
"""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import ganzoo
from ganzoo.errors import GanzooError
from ganzoo.export.checks import Check
from ganzoo.runs.run import Best

if TYPE_CHECKING:
    from collections.abc import Iterator

SURFACE = Path(__file__).with_name("surface.txt")
HEAVY = {"numpy", "chainer", "PIL", "typer", "rich", "importlib.metadata", "asyncio"}
REACHED = {"Best": Best, "Check": Check}  # classes of what the public ones return


def signature(function: Any) -> str:
    """As it is written, with annotations that are no strings."""
    return re.sub(r"""(: |-> )(['"])(.*?)\2""", r"\1\3", str(inspect.signature(function)))


def members(name: str, kind: type) -> Iterator[str]:
    """The public fields, properties and methods of a class, each as a line."""
    for key, value in sorted({**vars(kind), **dict.fromkeys(inspect.get_annotations(kind))}.items()):
        if key.startswith("_"):
            continue
        if isinstance(value, property):
            assert value.fget is not None
            yield f"{name}.{key}: {inspect.signature(value.fget).return_annotation}"
        elif inspect.isfunction(value):
            yield f"{name}.{key}{signature(value)}"
        else:
            yield f"{name}.{key}: {inspect.get_annotations(kind)[key]}"


def surface() -> Iterator[str]:
    for name in sorted(ganzoo.__all__):
        value: Any = getattr(ganzoo, name)
        if inspect.isclass(value):
            yield f"class {name}"
            yield from members(name, value)
        elif callable(value):
            yield f"{name}{signature(value)}"
        else:
            yield name
    for name, kind in REACHED.items():
        yield f"class {name}"
        yield from members(name, kind)
    for name, value in sorted(vars(ganzoo.errors).items()):
        if inspect.isclass(value) and issubclass(value, GanzooError):
            base = value.__bases__[0].__name__
            yield f"class errors.{name}({base}), exit code {value.exit_code}"


def test_the_surface_is_what_is_promised() -> None:
    assert "\n".join(surface()) + "\n" == SURFACE.read_text(encoding="utf-8")


def documented() -> Iterator[Any]:
    """What a reader of the API looks up: functions, classes, and their methods and properties."""
    for name in ganzoo.__all__:
        value = inspect.unwrap(getattr(ganzoo, name))  # the package `export` stands for a function
        members = vars(value).items() if inspect.isclass(value) else ()
        for key, member in ((name, value), *members):
            known = inspect.isclass(member) or inspect.isfunction(member) or isinstance(member, property)
            if known and not key.startswith("_"):
                yield member


def test_everything_public_is_documented_and_typed() -> None:
    for value in documented():
        assert value.__doc__ and value.__doc__.rstrip().endswith((".", ":")), value
        if inspect.isfunction(value):
            signature = inspect.signature(value)
            assert signature.return_annotation is not inspect.Signature.empty
            named = [each for each in signature.parameters.values() if each.name != "self"]
            assert all(each.annotation is not inspect.Parameter.empty for each in named)


def test_importing_ganzoo_loads_the_hook_and_nothing_else() -> None:
    code = (
        "import sys; before = set(sys.modules); import ganzoo; print(*sorted(set(sys.modules) - before)); "
        "print(type(sys.meta_path[0]).__name__); from ganzoo import *; print(train, errors.GanzooError)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    imported, hook, names = done.stdout.splitlines()
    own = {name for name in imported.split() if name.startswith("ganzoo")}
    assert all(name in ("ganzoo", "ganzoo.errors") or name.startswith("ganzoo.compat") for name in own)
    assert not HEAVY & set(imported.split())
    assert hook == "PatchFinder" and "function train" in names and "ganzoo.errors.GanzooError" in names


def test_dir_and_unknown_names() -> None:
    assert set(ganzoo.__all__) <= set(dir(ganzoo))
    with pytest.raises(AttributeError, match="module 'ganzoo' has no attribute 'tran'"):
        _ = ganzoo.tran


if __name__ == "__main__":
    SURFACE.write_text("\n".join(surface()) + "\n", encoding="utf-8")
