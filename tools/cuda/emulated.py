"""Run a module with CuPy over `cuda.c`: `python tools/cuda/emulated.py -m pytest tests/training/test_gpu.py`.

What README.md beside this says of kernels happens here. A kernel of CuPy or Chainer is written so that any number of
threads does all of it, so that one thread is enough. Only reductions know theirs, 512: they are told 1.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILT = HERE.parents[1] / ".cuda"
LIBRARIES = [BUILT / "lib", BUILT / "site" / "nvidia" / "cuda_nvrtc" / "lib"]
KERNEL = re.compile(r'extern "C" __global__ void\s+(\w+)\s*\(([^{]*)\)\s*\{')
ARGUMENT = re.compile(r"((?:[^,<]|<[^>]*>)+?)(\w+)\s*(?:,|$)")


def begin() -> None:
    """Start this process anew where the loader does not find the libraries yet: it reads its places only once."""
    if os.environ.get("GANZOO_EMULATED_CUDA"):
        return
    os.environ |= {
        "GANZOO_EMULATED_CUDA": str(BUILT / "lib" / "libemulated.so"),
        "LD_LIBRARY_PATH": os.pathsep.join(map(str, LIBRARIES)),
        "LD_PRELOAD": str(BUILT / "lib" / "libemulated.so"),
        "PYTHONPATH": os.pathsep.join([str(BUILT / "site"), str(HERE.parents[1]), os.environ.get("PYTHONPATH", "")]),
        "CUDA_PATH": str(BUILT / "headers" / "nvidia" / "cuda_runtime"),
        "CUPY_ACCELERATORS": "",  # CUB is compiled into CuPy, and no emulation reaches it
        "CUPY_CACHE_IN_MEMORY": "1",
    }
    os.execv(sys.executable, [sys.executable, *sys.argv])


def on_host(source: str) -> str:
    """`source` as C++, with a function for each kernel that takes the addresses of its arguments."""
    text = re.sub(r"#include <cupy/(atomics|math_constants)[^>]*>", "", source)
    if "_block_stride" in text:
        text = text.replace("512", "1")
    functions = []
    for name, arguments in KERNEL.findall(text):
        values = [
            "1" if variable == "_block_stride" else f"*(std::remove_const_t<{kind.strip()}> *)arguments[{i}]"
            for i, (kind, variable) in enumerate(ARGUMENT.findall(arguments))
        ]
        functions.append(f'extern "C" void {name}_on_host(void **arguments) {{ {name}({", ".join(values)}); }}')
    return "\n".join([text, *functions])


def built(source: str) -> Path:
    """The shared object of a kernel's `source`."""
    digest = hashlib.sha256(((HERE / "host.h").read_text() + source).encode()).hexdigest()[:20]
    path = BUILT / "kernels" / f"{digest}.so"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        text = path.with_suffix(".cpp")
        text.write_text(on_host(source))
        beside = path.with_suffix(f".{os.getpid()}")
        environment = {key: value for key, value in os.environ.items() if not key.startswith("LD_")}
        flags = ["-std=c++17", "-O1", "-w", "-shared", "-fPIC", "-include", str(HERE / "host.h")]
        includes = [f"-I{BUILT / 'site' / 'cupy' / '_core' / 'include'}", f"-I{BUILT / 'include'}"]
        command = ["g++", *flags, *includes, str(text), "-o", str(beside)]
        subprocess.run(command, check=True, env=environment)
        beside.replace(path)
    return path


def emulate() -> None:
    import cupy.cuda.compiler as compiler

    nvrtc = compiler._compile_using_nvrtc_no_warning

    def compiled(source: str, *arguments: object, **options: object) -> object:
        _, mapping = nvrtc(source, *arguments, **options)
        return str(built(source)).encode() + b"\0", mapping

    compiler._compile_using_nvrtc_no_warning = compiled


def counts() -> dict[str, int]:
    """What `cuda.c` counted since the last call."""
    library = ctypes.CDLL(os.environ["GANZOO_EMULATED_CUDA"])
    names = ("to_device", "to_host", "waits", "kernels")
    found = {name: ctypes.c_long.in_dll(library, f"emulated_{name}").value for name in names}
    library.emulated_reset()
    return found


if __name__ == "__main__":
    begin()
    emulate()
    _, option, module, *rest = sys.argv
    assert option == "-m"
    sys.argv = [module, *rest]
    sys.path.insert(0, str(HERE.parents[1]))
    runpy.run_module(module, run_name="__main__", alter_sys=True)
