"""Scripts of the reference repositories' kind, run as they are: without Emscripten, without a GPU."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ganzoo.verify.check import Model, verify
from tests.support.own_network import load_script, randomized, write_script

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.command import Done

# As the blog's script packs its generator
PACK = """
import numpy as np
from chainer import Variable, cuda, serializers
import chainer
from webdnn.backend import generate_descriptor
from webdnn.frontend.chainer import ChainerConverter

from net import Generator

cuda.get_device_from_id(0).use()
gen = Generator()
gen.to_gpu()
serializers.load_npz("gen.npz", gen)
gen.to_cpu()

noise = np.random.normal(size=(1, 10)).astype(np.float32)
x = Variable(noise)
with chainer.using_config("train", False):
    y = gen(x)
graph = ChainerConverter().convert([x], [y])
exec_info = generate_descriptor("webassembly", graph)
exec_info.save("./model")
"""
# As the exercise's script packs its classifier
EXERCISE = """
import sys

import chainer
import chainer.functions as F
import numpy as np
from webdnn.backend import generate_descriptor
from webdnn.frontend.chainer import ChainerConverter

import net

model = chainer.links.Classifier(net.Reader())
model.predictor(np.zeros((1, 1, 8, 8), dtype=np.float32))
chainer.serializers.load_npz("chainer_model.npz", model)
x = chainer.Variable(np.zeros((1, 1, 8, 8), dtype=np.float32))
with chainer.using_config("train", False):
    y = F.softmax(model.predictor(x))
for backend in sys.argv[1:]:
    exec_info = generate_descriptor(backend, ChainerConverter().convert([x], [y]))
    exec_info.save("webdnn_graph_descriptor")
"""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`ganzoo run` in a process of its own, which finds no compiler on its path."""
    command = [sys.executable, "-m", "ganzoo", "run", *arguments]
    environment = {**os.environ, "PATH": str(folder / "empty")}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.browser
def test_the_blog_s_script_packs_a_generator_that_webdnn_js_loads(tmp_path: Path) -> None:
    import chainer

    trained = randomized(load_script(write_script(tmp_path)).Generator(), 5)
    chainer.serializers.save_npz(tmp_path / "gen.npz", trained)
    write_script(tmp_path, PACK, "2pack.py")
    done = run(tmp_path, "2pack.py")
    assert done.returncode == 0, done.stderr
    assert "no GPU" in done.stderr and done.stderr.count("\n") == 1
    z = np.random.RandomState(0).standard_normal((3, 10)).astype(np.float32)
    with chainer.using_config("train", False):
        expected = trained(chainer.Variable(z)).array
    (check,) = verify([Model(tmp_path / "model")], "webassembly", [z], [expected])
    assert check.ok, check.reason


@pytest.mark.browser
def test_the_exercise_s_script_packs_a_classifier_that_webdnn_js_loads(tmp_path: Path) -> None:
    import chainer
    import chainer.functions as F

    model = chainer.links.Classifier(load_script(write_script(tmp_path)).Reader())
    x = np.random.RandomState(0).uniform(size=(3, 1, 8, 8)).astype(np.float32)
    expected = F.softmax(model.predictor(chainer.Variable(x))).array
    chainer.serializers.save_npz(tmp_path / "chainer_model.npz", model)
    write_script(tmp_path, EXERCISE, "convert.py")
    done = run(tmp_path, "convert.py", "webgl", "webassembly")
    assert done.returncode == 0, done.stderr
    for backend in ("webgl", "webassembly"):
        (check,) = verify([Model(tmp_path / "webdnn_graph_descriptor")], backend, [x], [expected])
        assert check.ok, check.reason


def test_a_script_gets_its_arguments_and_gives_its_exit_code(in_tmp: Path, ganzoo: Callable[..., Done]) -> None:
    write_script(in_tmp, "import sys\nprint(__name__, *sys.argv[1:])\nsys.exit(len(sys.argv))", "it.py")
    done = ganzoo("run", "it.py", "--epoch", "3", "-x")
    assert done.code == 4 and done.out == "__main__ --epoch 3 -x\n"


def test_what_a_script_raises_is_shown_as_python_shows_it(in_tmp: Path, ganzoo: Callable[..., Done]) -> None:
    write_script(in_tmp, "def inner():\n    raise KeyError('data')\ninner()", "it.py")
    done = ganzoo("run", "it.py")
    assert done.code == 1 and done.err.startswith("Traceback (most recent call last):\n")
    assert "it.py" in done.err and done.err.endswith("KeyError: 'data'\n") and "runpy" not in done.err
    assert ganzoo("run", "nowhere.py").code == 2


def test_to_gpu_is_itself_again_afterwards(in_tmp: Path, ganzoo: Callable[..., Done]) -> None:
    import chainer

    before = chainer.Link.to_gpu
    text = "import chainer\nlink = chainer.links.Linear(2, 2)\nassert link.to_gpu() is link and link.to_cpu() is link"
    write_script(in_tmp, text, "it.py")
    assert not ganzoo("run", "it.py").code
    assert chainer.Link.to_gpu is before
