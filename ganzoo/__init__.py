"""ganzoo: train small GANs and classifiers in Chainer, and ship them as static web pages.

    import ganzoo

    run = ganzoo.train("dcgan-cond", progress=print)
    run.sheet(["3", "7"], seed=1)               # a PIL image
    export = run.export()                       # files for the browser, verified there
    ganzoo.build_site([export], "site")

The names in `__all__` are the Python API (docs/python.md), promised by semantic versioning. `import ganzoo` only
installs the import hook, which must happen before `import chainer`, and loads these names on demand.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ganzoo import compat

if TYPE_CHECKING:
    from ganzoo import errors
    from ganzoo.api.exports import Export, load_export
    from ganzoo.api.runs import Run, load_run, train
    from ganzoo.api.sites import build_site
    from ganzoo.site.build import Site
    from ganzoo.specs import TrainConfig
    from ganzoo.training.progress import Progress

__version__ = "0.2.0"

__all__ = [
    "Export",
    "Progress",
    "Run",
    "Site",
    "TrainConfig",
    "__version__",
    "build_site",
    "errors",
    "load_export",
    "load_run",
    "train",
]

# Where each name is found when it is first used (PEP 562)
_MODULES = {
    "Export": "ganzoo.api.exports",
    "Progress": "ganzoo.training.progress",
    "Run": "ganzoo.api.runs",
    "Site": "ganzoo.site.build",
    "TrainConfig": "ganzoo.specs",
    "build_site": "ganzoo.api.sites",
    "load_export": "ganzoo.api.exports",
    "load_run": "ganzoo.api.runs",
    "train": "ganzoo.api.runs",
}


def __getattr__(name: str) -> Any:
    if name == "errors":
        return import_module("ganzoo.errors")
    if name in _MODULES:
        return getattr(import_module(_MODULES[name]), name)
    raise AttributeError(f"module 'ganzoo' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


compat.install()
