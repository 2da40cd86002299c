"""The compatibility patches: each fits, each is needed, all together mend, and nobody else is touched."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from importlib.machinery import PathFinder
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

from ganzoo.compat import PATCHES, Patch
from ganzoo.compat.hook import PatchedLoader
from ganzoo.errors import MissingError

# Forks a child for each probe without its patch, and one for all probes with all patches, two at a time; a probe that
# fails there, as others have imported what it imports, is tried alone. The parent has loaded what the children share:
# NumPy, and for WebDNN's probes Chainer too, fully mended.
PROBE_ALL = """
import json, os, sys, tempfile, traceback, warnings
import numpy, numpy.lib.stride_tricks, unittest.mock
from ganzoo import compat
from ganzoo.compat import PATCHES

def outcomes(library, probed, left_out):
    # in front of the parent's finder, which `compat.install` would leave alone
    sys.meta_path.insert(0, compat.PatchFinder(patch for patch in library if patch is not left_out))
    warnings.simplefilter("error")
    for patch in probed:
        try:
            exec(patch.probe, {"__name__": "probe"})
            error = ""
        except BaseException:
            error = traceback.format_exc()
        yield f"{PATCHES.index(patch)} {patch is left_out}", error

def probe(library, jobs):
    running = {}
    while jobs or running:
        while jobs and len(running) < 2:
            probed, left_out = jobs.pop(0)
            file = tempfile.TemporaryFile("w+")
            pid = os.fork()
            if not pid:
                json.dump(dict(outcomes(library, probed, left_out)), file)
                file.flush()
                os._exit(0)
            running[pid] = (probed, left_out, file)
        pid, status = os.wait()
        probed, left_out, file = running.pop(pid)
        file.seek(0)
        errors.update({f"{PATCHES.index(patch)} {patch is left_out}": "crashed" for patch in probed})
        if not status:
            errors.update(json.load(file))
        file.close()

def probe_all(library):
    probe(library, [(library, None), *(([patch], patch) for patch in library)])
    probe(library, [([patch], None) for patch in library if errors[f"{PATCHES.index(patch)} False"]])

errors = {}
chainer, webdnn = ([p for p in PATCHES if p.library.startswith(name)] for name in ("chainer", "webdnn"))
assert len(chainer) + len(webdnn) == len(PATCHES)
sys.meta_path[:] = [f for f in sys.meta_path if not isinstance(f, compat.PatchFinder)]
probe_all(chainer)
compat.install(tuple(chainer))
__import__("chainer")
probe_all(webdnn)
print(json.dumps(errors))
"""


def python(code: str, *options: str) -> str:
    """What `code` prints in a fresh interpreter, in which it must not fail."""
    done = subprocess.run([sys.executable, *options, "-c", code], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def probe_errors() -> dict[str, str]:
    """The traceback of each probe, empty where it passed, by patch number and "left out" (True or False)."""
    errors: dict[str, str] = json.loads(python(PROBE_ALL))
    return errors


each_patch = pytest.mark.parametrize("number", range(len(PATCHES)), ids=lambda i: f"{i}-{PATCHES[i].module}")


@pytest.mark.slow
@each_patch
def test_probe_passes_with_all_patches(number: int, probe_errors: dict[str, str]) -> None:
    assert probe_errors[f"{number} False"] == ""


@pytest.mark.slow
@pytest.mark.parametrize("number", [i for i, patch in enumerate(PATCHES) if sys.version_info >= patch.python])
def test_probe_fails_without_the_patch(number: int, probe_errors: dict[str, str]) -> None:
    assert probe_errors[f"{number} True"] != "", f"{PATCHES[number]}: not needed any more"


@each_patch
def test_patch_fits_and_keeps_line_numbers(number: int) -> None:
    patch = PATCHES[number]
    source = source_of(patch.module)
    assert len(patch.apply(source).splitlines()) == len(source.splitlines())
    for old, new in patch.edits:
        assert source.count(old) >= 1
        assert old.count("\n") == new.count("\n")


def source_of(module: str) -> str:
    """The source of an installed module, found without importing its package."""
    package, *rest = module.split(".")
    spec = PathFinder.find_spec(package)
    for name in rest:
        assert spec is not None
        spec = PathFinder.find_spec(name, spec.submodule_search_locations)
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).read_text(encoding="utf-8")


@each_patch
def test_patch_is_of_the_installed_version_and_says_why_and_until_when(number: int) -> None:
    patch = PATCHES[number]
    name, _, pinned = patch.library.partition("==")
    assert version(name) == pinned
    assert patch.why and patch.until


def test_wrong_version_is_named_with_the_remedy(tmp_path: Path) -> None:
    """A release that lacks the text to be mended is refused, not run half-mended."""
    (tmp_path / "widget.py").write_text("answer = 42\n")
    patch = Patch("widget==1.0", "widget", "why", "until", (("numpy.float", "float"),), "")
    loader = PatchedLoader("widget", str(tmp_path / "widget.py"), [patch])
    spec = importlib.util.spec_from_loader("widget", loader)
    assert spec is not None
    with pytest.raises(MissingError, match=r"widget is not the one of widget==1\.0") as caught:
        loader.exec_module(importlib.util.module_from_spec(spec))
    assert caught.value.remedy == "Install widget==1.0."


@pytest.mark.slow
def test_numpy_stays_the_users_own() -> None:
    """Every name in NumPy is the very object it was before ganzoo mended the libraries; nothing is faked."""
    python("""
import sys, warnings, numpy
filters, before = list(warnings.filters), dict(vars(numpy))
import ganzoo
assert list(warnings.filters) == filters
import chainer, chainer.testing, chainermn, webdnn, webdnn.frontend.chainer
assert {k: v for k, v in vars(numpy).items() if k in before} == before
new = vars(numpy).keys() - before.keys()
assert all(getattr(numpy, name).__name__ == f"numpy.{name}" for name in new), new  # submodules only
assert not hasattr(numpy, "float") and numpy.bool is numpy.bool_
assert "pkg_resources" not in sys.modules and "numpy.distutils" not in sys.modules
assert not hasattr(__import__("collections"), "Collection")
""")


@pytest.mark.slow
def test_import_is_silent_and_light() -> None:
    loaded = python("import sys, ganzoo; print(*sys.modules)").split()
    assert not {"numpy", "chainer", "chainerx", "webdnn", "cupy", "matplotlib", "PIL"} & set(loaded)
    python("import ganzoo, chainer, webdnn, webdnn.frontend.chainer", "-W", "error")


def test_importing_a_library_first_is_refused_with_the_remedy() -> None:
    python("""
import sys, types
sys.modules["webdnn"] = types.ModuleType("webdnn")
try:
    import ganzoo
except ImportError as error:
    assert "webdnn was imported before ganzoo could patch it. Import ganzoo first." == str(error)
else:
    raise AssertionError
""")


@pytest.mark.slow
def test_patched_modules_read_and_write_no_bytecode(tmp_path: Path) -> None:
    """In a bytecode cache of its own, a process leaves files, but none of the patched modules."""

    def cached() -> set[str]:
        return {Path(path.parent.name, path.name.partition(".")[0]).as_posix() for path in tmp_path.rglob("*.pyc")}

    options = "-X", f"pycache_prefix={tmp_path}"
    mended = "import sys; sys.dont_write_bytecode = False; import ganzoo, webdnn, webdnn.frontend.chainer"
    python(mended, *options)
    assert {"array/concat", "graph/graph"} <= cached()
    assert not {"array/as_strided", "array/resize_images", "operators/util", "webdnn/__init__"} & cached()

    # what an import without ganzoo leaves there, unmended, is passed over
    compiled = "import py_compile, importlib.util; py_compile.compile(importlib.util.find_spec('webdnn').origin)"
    python(compiled, *options)
    assert "webdnn/__init__" in cached()
    python("import sys; sys.modules['pkg_resources'] = None; " + mended, *options)


def test_traceback_shows_the_libraries_own_file_and_line() -> None:
    python("""
import ganzoo, linecache, traceback
from webdnn.graph.operators.util import to_tuple
try:
    to_tuple([1, 2, 3])
except AssertionError as error:
    frame = traceback.extract_tb(error.__traceback__)[-1]
assert frame.line == "assert len(x) == length", frame
""")


def test_float32_stays_float32_through_the_optimisers() -> None:
    """Also when rates come as numpy.float64, which is strong under NEP 50."""
    python("""
import ganzoo, chainer, numpy
names = [n for n in dir(chainer.optimizers) if n[0].isupper() and not n.endswith("Rule")]
assert len(names) == 15, names
for name in names:
    for strong in (False, True):
        link = chainer.links.Linear(3, 2)
        optimiser = getattr(chainer.optimizers, name)().setup(link)
        if strong:
            for key, value in optimiser.hyperparam.get_dict().items():
                if type(value) is float:
                    setattr(optimiser.hyperparam, key, numpy.float64(value))
        optimiser.add_hook(chainer.optimizer_hooks.GradientClipping(0.1))
        optimiser.add_hook(chainer.optimizer_hooks.WeightDecay(1e-4))
        for _ in range(2):
            optimiser.update(lambda x: chainer.functions.mean(link(x) ** 2), numpy.ones((4, 3), "f"))
        for parameter in link.params():
            state = [v for v in parameter.update_rule.state.values() if isinstance(v, numpy.ndarray)]
            for array in [parameter.array, parameter.grad, *state]:
                assert array.dtype == "f" and numpy.isfinite(array).all(), (name, strong, array.dtype)
""")


def test_what_chainer_takes_from_scipy_on_first_use_is_there() -> None:
    from chainer import distributions, utils
    from chainer import functions as F

    half = np.full((1, 1), 0.5, "f")
    values = [float(f(half).array[0, 0]) for f in (F.erfinv, F.erfcinv, F.erfcx, F.ndtri)]
    assert np.allclose(values, [0.4769363, 0.4769363, 0.6156903, 0], atol=1e-6)
    assert F.sparse_matmul(utils.to_coo(half), half).array == 0.25
    normal = distributions.MultivariateNormal(half[0], scale_tril=half)
    assert np.isclose(normal.log_prob(half[0]).array, -0.9189385 + 0.6931472)
