"""Patches that run Chainer 7.8.1 with CuPy 14.2.

Of the names of `cupy` and `cupyx` in Chainer's source, CuPy 14.2 only lacks those of cuDNN, which Chainer can do
without. Every step of the zoo's recipes ran on an emulated CUDA (`make gpu-emulated`), none on a GPU.
`ndarray.scatter_add`, which the gradient of indexing calls, is deprecated in 14.2 but works. CuPy 13 was not tried.
"""

from __future__ import annotations

from ganzoo.compat.patch import Patch
from ganzoo.compat.patches_chainer import CHAINER_7

CUPY: tuple[Patch, ...] = (
    Patch(
        library=CHAINER_7,
        module="chainer.backends.cuda",
        why="CuPy 14 has no cuDNN, and Chainer warns to reinstall CuPy with it (not run on a GPU)",
        until="ganzoo leaves Chainer, or CuPy brings cuDNN back",
        edits=(("    if (not cudnn_enabled and\n", "    if (_cupy_major < 14 and not cudnn_enabled and\n"),),
        probe="""
from chainer.backends import cuda
cuda.available, cuda._cupy_major, cuda._cudnn_disabled_by_user = True, 14, False
cuda.check_cuda_available()
""",
    ),
)
