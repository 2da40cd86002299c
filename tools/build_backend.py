"""ganzoo's build backend: setuptools, after one look at whether the installation can succeed at all.

pip builds every source package in an environment of its own with the newest setuptools. Chainer is published as source
only, and does not build with that (docs/decisions/0028-wheels.md). So `pip install .` on a plain Python used to end in
a traceback of Chainer's build. This backend stops before the first download and says what to type instead.
"""

from __future__ import annotations

import re
import sys
import sysconfig
from importlib.metadata import distributions
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[1]
SETUPTOOLS = "setuptools>=70.1,<81"  # the last that carry pkg_resources, which Chainer's own build imports

REFUSAL = """\
ganzoo cannot be installed like this: pip would now build Chainer, which ganzoo needs, and fail.
Type these two commands instead, in the folder of ganzoo's sources:

    {python} tools/wheels.py
    {python} -m pip install --find-links wheels wheels/ganzoo_web-{version}-py3-none-any.whl

The first one builds Chainer in a way that works. README.md, "Installing", says more.
"""


def get_requires_for_build_wheel(config_settings: Any = None) -> list[str]:
    """What pip installs for the build. The first of all hooks, so the place to refuse."""
    _refuse_what_must_fail()
    return [SETUPTOOLS]


get_requires_for_build_editable = get_requires_for_build_wheel


def get_requires_for_build_sdist(config_settings: Any = None) -> list[str]:
    return [SETUPTOOLS]


def _hook(name: str) -> Callable[..., Any]:
    """setuptools' own hook of that name. Without build isolation it is the first that pip calls."""

    def call(*arguments: Any, **options: Any) -> Any:
        _refuse_what_must_fail()
        from setuptools import build_meta

        return getattr(build_meta, name)(*arguments, **options)

    return call


prepare_metadata_for_build_wheel = _hook("prepare_metadata_for_build_wheel")
prepare_metadata_for_build_editable = _hook("prepare_metadata_for_build_editable")
build_wheel = _hook("build_wheel")
build_editable = _hook("build_editable")
build_sdist = _hook("build_sdist")


def _refuse_what_must_fail() -> None:
    """End the build unless Chainer is installed already, or the environment of this build can build it as well."""
    if find_spec("pkg_resources") or _has_chainer():
        return
    _refuse()


def _has_chainer() -> bool:
    """Whether the Python that ganzoo is being installed for has Chainer: pip hides its packages from builds."""
    places = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    return any(distributions(name="chainer", path=places))


def _refuse() -> NoReturn:
    version = re.findall(r'^__version__ = "(.*)"$', (ROOT / "ganzoo" / "__init__.py").read_text("utf-8"), re.MULTILINE)
    # a SystemExit and no exception: pip shows the text alone, without a traceback above it
    sys.exit(REFUSAL.format(python=Path(sys.executable).stem, version=version[0]))
