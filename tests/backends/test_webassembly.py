"""The webassembly backend's toolchain: zig, our Eigen and our worker, against Chainer on random shapes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import chainer.functions as F
import chainer.links as L
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganzoo import compilers, inputs, plugins
from ganzoo.backends.webassembly.webdnn import toolchain
from ganzoo.errors import ToolMissingError, UnsupportedOperatorError
from ganzoo.export.tracing import reference, trace
from ganzoo.specs import Network, TensorSpec
from tests.support.places import JS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ganzoo.runs.run import Run

RUNNER = JS / "run_wasm.mjs"
TARGET = plugins.BACKENDS.get("webassembly").webdnn
assert TARGET


def in_node(network: Network, drawn: list[Any], folder: Path) -> Any:
    """The outputs of `network` compiled by zig and run by node, in Chainer's shape."""
    TARGET.write(TARGET.generate(trace(network)), folder, None)
    samples = [[array[i].ravel().tolist() for array in drawn] for i in range(len(drawn[0]))]
    command = ["node", str(RUNNER), str(folder)]
    done = subprocess.run(command, input=json.dumps(samples), capture_output=True, text=True, check=True)
    return np.asarray([sample[0] for sample in json.loads(done.stdout)], np.float32)


def assert_agrees(link: Any, forward: Any, shape: tuple[int, ...], folder: Path) -> None:
    network = Network("net", link, forward, (TensorSpec("x", shape, "image"),), (TensorSpec("y", (), "logits"),))
    drawn = inputs.seeded(network.inputs, 3, seed=0)
    expected = reference(network, drawn)[0]
    np.testing.assert_allclose(in_node(network, drawn, folder).reshape(expected.shape), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.node
@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(k=st.integers(1, 40), n=st.integers(1, 13), m=st.integers(1, 9))
def test_matrix_products_of_any_size(k: int, n: int, m: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Odd sizes meet the rests of the 2x4 tiles and of the four lanes."""
    link = L.Linear(k, n)
    link.b.array[:] = np.arange(n)
    assert_agrees(link, link, (k,), tmp_path_factory.mktemp("wasm"))
    convolution = L.Convolution2D(k, n, ksize=1)  # m * m rows in one product
    assert_agrees(convolution, convolution, (k, m, m), tmp_path_factory.mktemp("wasm"))


@pytest.mark.node
@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(
    channels=st.integers(1, 5),
    out=st.integers(1, 6),
    ksize=st.integers(1, 4),
    stride=st.integers(1, 3),
    pad=st.integers(0, 1),
    transposed=st.booleans(),
)
def test_convolutions_of_any_shape(
    channels: int,
    out: int,
    ksize: int,
    stride: int,
    pad: int,
    transposed: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    kind = L.Deconvolution2D if transposed else L.Convolution2D
    pad = min(pad, ksize - 1)
    link = kind(channels, out, ksize=ksize, stride=stride, pad=pad)
    assert_agrees(link, lambda x: F.leaky_relu(link(x), 0.2), (channels, 6, 7), tmp_path_factory.mktemp("wasm"))


@pytest.mark.node
@pytest.mark.parametrize(
    "function", [F.sigmoid, F.tanh, F.elu, F.softplus, F.exp, F.softmax, F.relu], ids=lambda f: str(f.__name__)
)
def test_functions_that_need_the_c_library(function: Any, tmp_path: Path) -> None:
    link = L.Linear(9, 7)
    assert_agrees(link, lambda x: function(3 * link(x)), (9,), tmp_path)


def test_loader_finds_its_mark_once_in_the_worker() -> None:
    """WebDNN's loader replaces the first mark only; one in a comment above would swallow the URL."""
    assert (toolchain.HERE / "worker.js").read_text().count("WEBDNN_URL_KERNELS_WASM") == 1


@pytest.mark.node
@pytest.mark.slow
def test_module_imports_nothing_and_is_small(runs: Mapping[str, Run], tmp_path: Path) -> None:
    run = runs["dcgan-cond"]
    (network,) = run.arch.export(run.config, run.model())
    TARGET.write(TARGET.generate(trace(network)), tmp_path, None)
    module = tmp_path / toolchain.MODULE
    assert module.stat().st_size < 20_000
    script = "const module = new WebAssembly.Module(require('fs').readFileSync(process.argv[1]));"
    script += "console.log(JSON.stringify(WebAssembly.Module.imports(module)))"
    done = subprocess.run(["node", "-e", script, str(module)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_compiler_that_refuses_is_quoted(tmp_path: Path) -> None:
    source = tmp_path / "kernels.cpp"
    source.write_text("int broken(")
    with pytest.raises(UnsupportedOperatorError, match=r"kernels\.cpp"):
        toolchain.COMPILERS["zig"](source, 0)


@pytest.mark.posix
@pytest.mark.parametrize("cache", ["{}/taken", "/proc/nope"])
def test_zig_is_not_started_without_a_cache(cache: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "taken").write_text("")
    monkeypatch.setenv("GANZOO_CACHE", cache.format(tmp_path))
    monkeypatch.setattr(subprocess, "run", lambda *args, **kwargs: pytest.fail("zig was started"))
    source = tmp_path / "kernels.cpp"
    source.write_text("")
    with pytest.raises(ToolMissingError, match=cache[2:]) as caught:
        toolchain.COMPILERS["zig"](source, 0)
    assert "GANZOO_CACHE" in caught.value.remedy


@pytest.mark.posix
def test_compiler_without_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in = tmp_path / "em++"
    stand_in.write_text('#!/bin/sh\necho $$ > "$(dirname "$0")/pid"\nexec sleep 600\n')
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(compilers, "TIMEOUT", 1)
    with pytest.raises(ToolMissingError, match="did not finish within 1 s"):
        toolchain.COMPILERS["emscripten"](tmp_path / "kernels.cpp", 0)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_absent_emscripten_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(ToolMissingError, match=r"em\+\+"):
        toolchain.COMPILERS["emscripten"](tmp_path / "kernels.cpp", 0)


@pytest.mark.posix
def test_emscripten_is_given_webdnns_interface(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in for em++, which is 800 MB: it notes its arguments and writes the two files."""
    stand_in = tmp_path / "em++"
    stand_in.write_text(
        "#!/bin/sh\n"
        'for word; do echo "$word"; done > "$(dirname "$0")/arguments"\n'
        'while [ "$1" != -o ]; do shift; done; echo script > "$2"; echo module > "${2%.js}.wasm"\n'
    )
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    source = tmp_path / "kernels.cpp"
    source.write_text("")
    toolchain.COMPILERS["emscripten"](source, 32 << 20)
    arguments = (tmp_path / "arguments").read_text().splitlines()
    assert "-sINITIAL_MEMORY=33554432" in arguments
    exported = next(word for word in arguments if word.startswith("-sEXPORTED_FUNCTIONS="))
    assert {"_run", "_init", "_set_placeholder_value"} <= set(exported.partition("=")[2].split(","))
    header = Path(arguments[arguments.index("--pre-js") + 1])
    assert "onmessage" in header.read_text()
    assert (tmp_path / toolchain.MODULE).read_text() == "module\n"
