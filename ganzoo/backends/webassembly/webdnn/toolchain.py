"""From WebDNN's generated C++ to the files that WebDNN's loader fetches, by zig or by Emscripten.

zig comes as a wheel and brings clang, lld and wasi-libc. It compiles WebDNN's source as it is: the one
header that is no part of the C library, Eigen, is answered by `include/Eigen/Dense`, and the worker script
that Emscripten would have written is `worker.js`.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganzoo.compilers import run, zig
from ganzoo.errors import ToolMissingError
from ganzoo.temporary import scratch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

HERE = Path(__file__).parent
EXPORTS = (
    "init",
    "get_static_buffer",
    "allocate_dynamic_buffer",
    "get_dynamic_buffer",
    "set_placeholder_value",
    "run",
)
SCRIPT, MODULE = "kernels_webassembly.js", "kernels_webassembly.wasm"  # the names that webdnn.js fetches
WHAT = "the webassembly kernels"
OPTIMISED = ("-msimd128", "-O3", "-std=c++11")
BARE = ("-fno-exceptions", "-fno-rtti", "-nostdlib++", "-Wl,--strip-all")
ZIG_FLAGS = ("-target", "wasm32-wasi", "-mexec-model=reactor", *OPTIMISED, *BARE)
EMSCRIPTEN_FLAGS = (*OPTIMISED, "-sWASM=1", "-sALLOW_MEMORY_GROWTH=1")


def write(data: Any, folder: Path, toolchain: str | None) -> None:
    """Write descriptor, weights, worker script and WebAssembly module of `data` into `folder`.

    WebDNN's asm.js twin, for browsers without WebAssembly, is left out: there are none left.
    Raises `ToolMissingError` when the compiler is not there, comes to no end or has no cache to write to,
    `UnsupportedOperatorError` when it refuses the source.
    """
    from webdnn.util import json

    with (folder / "graph_webassembly.json").open("w", encoding="utf-8") as file:
        json.dump(data.descriptor, file, indent=2)
    (folder / "weight_webassembly.bin").write_bytes(data.constants)
    compile_kernels(data.descriptor, folder, toolchain)


def compile_kernels(descriptor: Any, folder: str | Path, toolchain: str | None = None) -> None:
    """Write worker script and WebAssembly module of `descriptor`, WebDNN's, into `folder`. Raises as `write` does."""
    compile_into = COMPILERS[toolchain or next(iter(COMPILERS))]
    with scratch() as folder_of_compiler:
        source = folder_of_compiler / "kernels.cpp"
        source.write_text(descriptor.concat_kernel_sources(), encoding="utf-8")
        compile_into(source, descriptor.required_heap)
        for name in (SCRIPT, MODULE):
            shutil.copyfile(source.with_name(name), Path(folder, name))


def _zig(source: Path, heap: int) -> None:
    # `heap` is Emscripten's fixed reservation; a module of ours declares its static memory and grows by malloc
    shutil.copyfile(HERE / "worker.js", source.with_name(SCRIPT))
    zig(
        WHAT,
        "c++",
        str(source),
        "-o",
        str(source.with_name(MODULE)),
        f"-I{HERE / 'include'}",
        *ZIG_FLAGS,
        *[f"-Wl,--export={name}" for name in EXPORTS],
        cache=source.parent,
    )


def _emscripten(source: Path, heap: int) -> None:
    import webdnn.backend.webassembly as package

    compiler = shutil.which("em++")
    if compiler is None:
        raise ToolMissingError("em++ was not found.", "Install Emscripten, or leave out '--toolchain emscripten'.")
    run(
        WHAT,
        [
            compiler,
            str(source),
            "-o",
            str(source.with_name(SCRIPT)),
            f"-I{HERE / 'include'}",
            *EMSCRIPTEN_FLAGS,
            f"-sINITIAL_MEMORY={heap}",
            "-sEXPORTED_FUNCTIONS=" + ",".join(f"_{name}" for name in EXPORTS),
            "--pre-js",
            str(Path(package.__file__).with_name("webassembly_header.js")),
        ],
    )


COMPILERS: Mapping[str, Callable[[Path, int], None]] = {"zig": _zig, "emscripten": _emscripten}
