"""Patch Chainer 7.8.1, WebDNN 1.2.11 and Chainer's use of CuPy for NumPy 2 and current Python.

`install` puts one finder before all others. It changes the source text of the modules that a patch names in memory,
while they are imported. Nothing is written to site-packages, and NumPy and the standard library are not changed. The
patches are data, with one table per library.
"""

from __future__ import annotations

import sys

from ganzoo.compat.hook import PatchFinder
from ganzoo.compat.patch import Patch
from ganzoo.compat.patches_chainer import CHAINER
from ganzoo.compat.patches_cupy import CUPY
from ganzoo.compat.patches_webdnn import WEBDNN

PATCHES: tuple[Patch, ...] = (*CHAINER, *CUPY, *WEBDNN)

__all__ = ["PATCHES", "Patch", "install"]


def install(patches: tuple[Patch, ...] = PATCHES) -> None:
    """Patch the libraries when they are imported from now on. A second call does nothing.

    Raises `ImportError` if a module that needs a patch was imported before ganzoo.
    """
    if any(isinstance(finder, PatchFinder) for finder in sys.meta_path):
        return
    early = sorted({patch.module for patch in patches} & sys.modules.keys())
    if early:
        raise ImportError(f"{early[0]} was imported before ganzoo could patch it. Import ganzoo first.")
    sys.meta_path.insert(0, PatchFinder(patches))
