"""A Python file or module that defines a network. Importing it runs it, with all that it does."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import re
import sys
import traceback
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import chainer

from ganzoo import toml
from ganzoo.errors import UnknownNameError, UsageError
from ganzoo.streams import aside
from ganzoo.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MODULE = "__network__"  # the name of a file as a module: not "__main__", so that it does not train
LONGEST = 300  # characters of what a script says
GUARD = 'Importing a script runs it. What only a training needs belongs behind: if __name__ == "__main__":'


@dataclass(frozen=True)
class Script:
    """A target that names a network: in the file or module `place`, the object `name`; "" stands for the only one."""

    place: str
    name: str

    @classmethod
    def of(cls, target: str) -> Script:
        found = re.fullmatch(r"(?P<place>.*\.py|[^:]*)(:(?P<name>[\w.]*))?", target)
        return cls(found["place"], found["name"] or "") if found else cls(target, "")

    @property
    def file(self) -> Path | None:
        return Path(self.place) if self.place.endswith(".py") else None


def load(script: Script, options: Mapping[str, str]) -> tuple[str, Callable[..., Any], bool]:
    """The name of a network, the callable that computes it, and whether it was made anew.

    `options` are the arguments of its class.

    The object in the script may be a class of links, a function that returns a link, a link, or anything else that can
    be called with Variables. Whatever the script raises becomes a `UsageError`.
    """
    with aside():
        with _importing(script):
            found = _import(script)
        name, value = _object(found, script)
        with _importing(script):
            model = _made(value, name, options)
    is_new = model is not value
    if isinstance(model, chainer.links.Classifier):
        model = model.predictor
    if not callable(model):
        problem = f"'{name}' in {script.place} is {type(model).__name__}, which cannot be called with Variables."
        raise UsageError(problem, "Name a class of links, a link, or a function.")
    return name, model, is_new


def _import(script: Script) -> Any:
    if script.file is None:
        return importlib.import_module(script.place)
    if not script.file.is_file():
        raise UsageError(f"There is no file {script.file}.", "Name a Python file and what it defines: net.py:Generator")
    spec = importlib.util.spec_from_file_location(MODULE, script.file)
    if spec is None or spec.loader is None:
        raise UsageError(f"{script.file} cannot be imported.", "Name a Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[MODULE] = module
    spec.loader.exec_module(module)
    return module


@contextmanager
def _importing(script: Script) -> Iterator[None]:
    """Let `script` find its neighbours and read no arguments of ours; what it raises becomes a `UsageError`."""
    folder = str(script.file.absolute().parent if script.file else Path.cwd())
    arguments = sys.argv
    sys.path.insert(0, folder)
    sys.argv = [script.place]
    try:
        yield
    except (UsageError, KeyboardInterrupt):
        raise
    except SystemExit as error:
        raise UsageError(f"{script.place} ends by itself: it calls sys.exit({error.code!r}).", GUARD) from error
    except BaseException as error:  # a script may raise anything
        where = _line(script, error)
        problem = f"{script.place} raises {type(error).__name__}{where}: {one_line(str(error))[:LONGEST]}"
        raise UsageError(f"{problem.rstrip('.')}.", GUARD) from error
    finally:
        sys.argv = arguments
        sys.path.remove(folder)


def _line(script: Script, error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return f" in line {error.lineno}"
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if script.file and Path(frame.filename) == script.file
    ]
    return f" in line {lines[-1]}" if lines else ""


def _object(module: Any, script: Script) -> tuple[str, Any]:
    """The object that `script` names, and the last part of its name."""
    if not script.name:
        own = [
            name
            for name, value in vars(module).items()
            if inspect.isclass(value) and issubclass(value, chainer.Link) and value.__module__ == module.__name__
        ]
        if len(own) != 1:
            told = f"defines {len(own)} networks: {', '.join(own)}" if own else "defines no network"
            name = own[0] if own else "NAME"
            raise UsageError(f"{script.place} {told}.", f"Say which object it is: {script.place}:{name}")
        return own[0], getattr(module, own[0])
    value = module
    for part in script.name.split("."):
        if not hasattr(value, part):
            raise UnknownNameError(f"object in {script.place}", part, [key for key in dir(value) if key[:1] != "_"])
        value = getattr(value, part)
    return script.name.rpartition(".")[2], value


def _made(value: Any, name: str, options: Mapping[str, str]) -> Any:
    """A class made to a link and a function called where `options` are all that it needs; else `value` itself."""
    is_class = inspect.isclass(value)
    if not is_class and not inspect.isfunction(value):
        if options:
            raise UsageError(f"'{name}' takes no arguments: it is a {type(value).__name__}.", "Leave out --set.")
        return value
    parameters = inspect.signature(value).parameters
    any_name = any(each.kind is each.VAR_KEYWORD for each in parameters.values())
    for key in options:
        if key not in parameters and not any_name:
            raise UnknownNameError(f"argument of {name}", key, parameters)
    missing = [
        each.name
        for each in parameters.values()
        if each.default is each.empty
        and each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
        and each.name not in options
    ]
    if missing and not is_class and not options:
        return value  # it takes Variables
    if missing:
        problem = f"{name} needs the argument '{missing[0]}'."
        raise UsageError(problem, f"Give it as: --set {missing[0]}=VALUE")
    return value(**{key: toml.value(text) for key, text in options.items()})
