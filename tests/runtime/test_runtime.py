"""The browser's runtime: under node with injected faults, and in a real browser as a bundle ships it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ganzoo import inputs, noise, plugins
from ganzoo.browsers.session import visit_page
from ganzoo.export import exports
from ganzoo.export.layouts import ExportOptions
from ganzoo.export.tracing import reference
from ganzoo.pages import PAGES
from ganzoo.runtime import RUNTIME, shipped
from ganzoo.specs import Part, Preprocess, TensorSpec
from tests.support.places import JS
from tests.support.registries import BACKENDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ganzoo.runs.run import Run
    from tests.support.tab import Tab

SCRIPTS = JS / "runtime"
PAGE = SCRIPTS / "page.html"
LIMIT = 6450  # bytes, Brotli: with manifest, module and program of any backend a page stays below 12 kB


def node(*arguments: object, **environment: str) -> None:
    command = ["node", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment})
    failed = re.findall(r"^not ok .*?^  \.\.\.$", done.stdout, re.MULTILINE | re.DOTALL)
    assert done.returncode == 0, "\n".join([*failed, done.stdout[-1000:], done.stderr[-2000:]])


# As shipped


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of tests/js/runtime/bundle.mjs with the shipped runtime; its backends are in JavaScript."""
    folder = tmp_path_factory.mktemp("bundle")
    node(SCRIPTS / "bundle.mjs", folder)
    for name, source in shipped().items():
        (folder / name).write_text(source)
    return folder


def test_what_is_shipped_has_no_comments_and_stays_small() -> None:
    import brotli

    files = shipped()
    assert set(files) == {"ganzoo.js", "ganzoo.d.ts", "weights.js", "webdnn.js"}
    for name, source in files.items():
        orders = r"/\*(webpackIgnore:true|@vite-ignore)\*/"  # to bundlers
        assert name.endswith(".ts") or not re.search(r"/\*|^\s*//|^\s", re.sub(orders, "", source), re.MULTILINE)
    assert not re.search(r"^import\b(?!\()", files["ganzoo.js"], re.MULTILINE)
    assert re.findall(r'\bimport *{ *(\w+)[^}]*} *from *"(.*?)"', files["webdnn.js"]) == [("load", "./ganzoo.js")]
    assert len(brotli.compress(files["ganzoo.js"].encode(), quality=11)) <= LIMIT


@pytest.mark.node
@pytest.mark.slow
def test_under_node(tmp_path: Path) -> None:
    """As it is written and as it is shipped, both at once: a core each."""
    (tmp_path / "package.json").write_text('{"type": "module"}')
    for name, content in shipped().items():
        (tmp_path / name).write_text(content)
    # in one process: `node --test` would start one for each file
    scripts = "".join(f'import "{path.as_uri()}";' for path in sorted(SCRIPTS.glob("*.test.mjs")))
    with ThreadPoolExecutor() as pool:
        both = [
            pool.submit(node, "--input-type=module", "--eval", scripts, RUNTIME=(folder / "ganzoo.js").as_uri())
            for folder in (RUNTIME, tmp_path)
        ]
        for each in both:
            each.result()


# In a browser


def ask(tab: Tab, bundle: Path, check: str, **job: object) -> dict:
    folders = {"model": bundle, "runtime": RUNTIME, "pages": PAGES}
    return visit_page(PAGE, {"check": check, **job}, folders, visitor=tab).data


def floats(text: str) -> np.ndarray:
    return np.frombuffer(b64decode(text), "<f4")


X = [0.5, -1.0, 0.25, 0.0, 1.0]
IMAGE = [0.0, 0.25, 0.5, 1.0]


def right(bundle: Path, x: list[float] = X) -> np.ndarray:
    """What the fake network makes of x and IMAGE: its weights are the shards."""
    manifest = json.loads((bundle / "manifest.json").read_text())
    content = b"".join((bundle / name).read_bytes() for name in manifest["weights"]["shards"])
    values = np.frombuffer(content, "<f4")
    return np.float32(x) @ values[:20].reshape(5, 4) + values[20:] + np.float32(IMAGE)


@pytest.mark.browser
def test_a_browser_runs_a_bundle_below_a_strict_policy(tab: Tab, bundle: Path) -> None:
    values = {"z": X[:3], "label": 1, "image": IMAGE}
    result = ask(tab, bundle, "run", values=values, backends=["beta", "auto"])
    manifest = json.loads((bundle / "manifest.json").read_text())
    sizes = {name: file["bytes"] for name, file in manifest["files"].items()}
    weights = sum(sizes[name] for name in manifest["weights"]["shards"])
    for name, told in result["outputs"].items():
        y = right(bundle)
        np.testing.assert_allclose(floats(told["y"]), y, atol=1e-5)
        np.testing.assert_allclose(floats(told["s"]), [y.sum()], atol=1e-5)
        tried = ["beta"] if name == "beta" else ["alpha", "beta", "gamma"]
        assert [row["backend"] for row in told["report"] if row["ok"]] == tried
        total = weights + sizes["golden.bin"] + sum(sizes[f"{each}.json"] for each in tried)
        assert told["last"] == {"loaded": total, "total": total}
    chosen = result["outputs"]["auto"]
    assert chosen["backend"] == min(chosen["report"], key=lambda row: row["ms"])["backend"]
    ((key, value),) = result["store"]
    assert key.startswith("ganzoo http://") and value.startswith(chosen["backend"] + " ")


def damaged(bundle: Path, root: Path) -> dict[str, str]:
    """Copies of the bundle, each with one damage; by the name of the damaged file."""
    shard = json.loads((bundle / "manifest.json").read_text())["weights"]["shards"][0]
    harm = {
        shard: lambda content: content[:-1] + bytes([content[-1] ^ 1]),
        "alpha.json": lambda content: content.replace(b"4", b"3"),
        "alpha.js": lambda content: content.replace(b"let sum", b"var sum"),
        "manifest.json": lambda content: content.replace(b'"format":1', b'"format":2'),
    }
    folders = {}
    for i, (name, change) in enumerate(harm.items()):
        shutil.copytree(bundle, root / str(i))
        content = (bundle / name).read_bytes()
        (root / str(i) / name).write_bytes(change(content))
        assert change(content) != content
        folders[name] = f"damaged/{i}"
    shutil.copytree(bundle, root / "gone")
    (root / "gone" / "alpha.js").unlink()
    return folders | {"": "model", "gone": "damaged/gone"}


@pytest.mark.browser
@pytest.mark.parametrize("check", ["broken", "insecure"])
def test_a_browser_finds_every_damaged_file_modules_included(
    tab: Tab, bundle: Path, tmp_path: Path, check: str
) -> None:
    named = damaged(bundle, tmp_path)
    folders = {"model": bundle, "damaged": tmp_path, "pages": PAGES}
    result = visit_page(PAGE, {"check": check, "folders": list(named.values())}, folders, visitor=tab).data
    assert result.pop("model") == "loaded"
    assert result[named.pop("gone")]["file"] == "alpha.js"
    codes = {"manifest.json": "version", "alpha.js": "corrupt"}
    for name, folder in named.items():
        if name:
            # without a secure context the browser checks, and says only that it failed to fetch
            code = codes.get(name, "fetch" if check == "insecure" else "corrupt")
            assert (result[folder]["code"], result[folder]["file"]) == (code, name)


SPECS = (
    TensorSpec("x", (14,), "latent", parts=(Part("z", 10, "latent"), Part("label", 4, "onehot"))),
    TensorSpec("image", (3, 5, 5), "image", range=(-0.1, 0.7)),
    TensorSpec("w", (7,), "latent"),
    TensorSpec("v", (2,), "logits"),
    TensorSpec("u", (9,), "latent", distribution="uniform"),
    TensorSpec("t", (7,), "latent", (-0.3, 1.1), (Part("a", 3, "latent", "uniform"), Part("b", 4, "onehot"))),
)


@pytest.mark.browser
def test_a_browser_draws_the_noise_that_python_draws(tab: Tab, bundle: Path) -> None:
    seeds = [0, 1, 2**32 - 1, *np.random.RandomState(0).randint(0, 2**32, 197, dtype=np.uint64).tolist()]
    specs = (*SPECS, TensorSpec("hue", (2,), "onehot"))  # which the labels are not for
    result = ask(tab, bundle, "noise", seeds=seeds, n=1001, specs=[spec.described() for spec in specs])
    for seed, text in zip(seeds, result["normal"], strict=True):
        assert floats(text).tobytes() == noise.normal(seed, 1001).tobytes(), seed
    for text, array in zip(result["seeded"], inputs.seeded(specs, 5, 9, [2, 0]), strict=True):
        assert floats(text).tobytes() == array.tobytes()


@pytest.mark.browser
def test_a_browser_preprocesses_seeded_pictures_as_python_does(tab: Tab, bundle: Path) -> None:
    normal = Preprocess(mean=(104.0, 117.0, 123.0), std=(57.0, 58.0, 59.0), order="bgr")
    specs = (SPECS[0], TensorSpec("image", (3, 6, 5), "image", (0.0, 255.0), preprocess=normal))
    told = ask(tab, bundle, "noise", seeds=[], n=1, specs=[spec.described() for spec in specs])["seeded"]
    _, right = inputs.seeded(specs, 5, 9, [2, 0])
    np.testing.assert_allclose(floats(told[1]), right.ravel(), rtol=1e-5, atol=1e-6)


@pytest.mark.browser
def test_the_javascript_of_webdnns_pages_runs_unchanged(tab: Tab, bundle: Path) -> None:
    told = ask(tab, bundle, "webdnn", x=X, image=IMAGE)
    np.testing.assert_allclose(told["first"], right(bundle), atol=1e-5)
    np.testing.assert_allclose(told["again"], right(bundle, [2 * value for value in X]), atol=1e-5)
    assert told["same"]
    assert told["backendName"] == "beta"
    assert told["outputs"] == [["y", 4], ["s", 1]]
    assert told["white"] == [255] * 64
    assert told["bgr"] == [255, 102, 0, 255, 255, 255, 51, 255]
    np.testing.assert_allclose(told["back"], [0, 0.2, 0.4, 1, 1, 1], atol=1e-6)
    assert told["rgba"] == [255, 102, 0, 255]
    assert told["grey"] == [1]
    assert told["argmax"] == [1, 2]
    assert "webassembly" in told["order"]


# With a real network


@pytest.fixture(scope="module")
def real(runs: Mapping[str, Run], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real bundle for all backends; `int8` beside it is the same in that encoding."""
    root = tmp_path_factory.mktemp("real")
    backends = [plugins.BACKENDS.get(name) for name in BACKENDS]
    exports.write(runs["dcgan-cond"], backends, root / "f32")
    alone = [plugins.BACKENDS.get("webassembly")]
    exports.write(runs["dcgan-cond"], alone, root / "int8", options=ExportOptions(weights="int8"))
    return root


def run_real(tab: Tab, bundle: Path, real: Path, check: str, **job: object) -> dict:
    folders = {"model": bundle, "real": real / "f32" / "generator", "int8": real / "int8" / "generator", "pages": PAGES}
    return visit_page(PAGE, {"check": check, **job}, folders, visitor=tab).data


def drawn(run: Run) -> np.ndarray:
    """What Chainer draws for noise of seed 3 and the labels 4 and 7."""
    (network,) = run.arch.export(run.config, run.model())
    x = np.concatenate([noise.normal(3, 200).reshape(2, 100), np.eye(10, dtype=np.float32)[[4, 7]]], axis=1)
    (y,) = reference(network, [x])
    return y.ravel()


@pytest.mark.browser
@pytest.mark.parametrize(
    ("folder", "backend", "worker", "lose", "bound"),
    [
        ("real", "webassembly", False, None, 1e-5),
        ("real", "webassembly", True, None, 1e-5),
        ("int8", "webassembly", True, None, 0.1),
        ("real", "webgl", False, "webgl", 1e-4),
        ("real", "webgpu", False, "webgpu", 1e-4),
    ],
)
def test_a_real_network_below_a_strict_policy_in_a_worker_and_after_a_loss(
    tab: Tab,
    folder: str,
    backend: str,
    worker: bool,
    lose: str | None,
    bound: float,
    bundle: Path,
    real: Path,
    runs: Mapping[str, Run],
) -> None:
    told = run_real(tab, bundle, real, "real", folder=folder, backend=backend, worker=worker, lose=lose)
    right = drawn(runs["dcgan-cond"])
    np.testing.assert_allclose(floats(told["first"]), right, atol=bound)
    np.testing.assert_allclose(floats(told["y"]), right, atol=bound)
    assert told["links"] == 0
    assert [row["ok"] for row in told["report"]] == ([True, False, True] if lose else [True])
    assert told["report"][0]["info"].endswith("in a worker") is worker
    if lose:
        assert "lost" in told["report"][1]["reason"]


@pytest.mark.browser
@pytest.mark.parametrize("relaxed", [True, False])
def test_a_browser_fetches_what_it_needs_and_by_its_hash(tab: Tab, relaxed: bool, bundle: Path, real: Path) -> None:
    told = run_real(tab, bundle, real, "real", folder="int8", backend="webassembly", relaxed=relaxed)
    files = json.loads((real / "int8" / "generator" / "manifest.json").read_text())["files"]
    wanted = {"webassembly-relaxed.wasm" if relaxed else "webassembly.wasm", "webassembly.js", "weights.js"}
    fetched = {each for each in told["fetched"] if each.startswith("we") and ".bin" not in each}
    assert fetched == {f"{name}?{files[name]['sha256'][:8]}" for name in wanted} | {"webdnn.js"}


@pytest.mark.browser
def test_a_worker_that_crashes_is_made_anew(tab: Tab, bundle: Path, real: Path, runs: Mapping[str, Run]) -> None:
    told = run_real(tab, bundle, real, "worker", how="crashing")
    assert [row["ok"] for row in told["report"]] == [True, False, True]
    assert "boom" in told["report"][1]["reason"]
    assert told["ends"] == ["ganzoo-webassembly"]
    assert len(floats(told["y"])) == 784


@pytest.mark.browser
@pytest.mark.parametrize(("how", "reason"), [("throwing", "no worker"), ("absent", "does not load")])
def test_a_worker_that_does_not_start_is_told_and_ended(
    tab: Tab, how: str, reason: str, bundle: Path, real: Path
) -> None:
    told = run_real(tab, bundle, real, "worker", how=how)
    assert told["code"] == "backend" and reason in told["message"]
    assert told["ends"] == ["ganzoo-webassembly"]
