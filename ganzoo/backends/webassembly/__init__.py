"""WebDNN's `webassembly`: C++ kernels, compiled here, run in a worker."""

from __future__ import annotations

from ganzoo.backends._webdnn import generator
from ganzoo.backends.webassembly.toolchain import COMPILERS, write
from ganzoo.specs import Backend

BACKEND = Backend(
    name="webassembly",
    summary="WebDNN's C++ kernels compiled to WebAssembly SIMD, run in a worker",
    generate=generator("webassembly"),
    write=write,
    toolchains=tuple(COMPILERS),
)
