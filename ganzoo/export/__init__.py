"""Turn networks into files that a browser runs: trace, compile, write, measure.

The Python API has a function of the same name, `ganzoo.export(model, ...)`. So this package can be called, and is that
function then.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any


class _Callable(ModuleType):
    """A module that is also a function."""

    @property
    def __wrapped__(self) -> Any:  # whose signature and parameters are shown
        return import_module("ganzoo.api.networks").export

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        return self.__wrapped__(*arguments, **options)


sys.modules[__name__].__class__ = _Callable
