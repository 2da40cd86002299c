"""A network in a Python file: which object is meant, how it is made, and what is said where something is wrong."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ganzoo import plugins
from ganzoo.card import Card
from ganzoo.errors import GanzooError, UnknownNameError, UsageError
from ganzoo.export.tracing import reference
from ganzoo.specs import Source
from tests.support.own_network import load_script, randomized, write_script

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ganzoo.specs import Network
    from tests.support.command import Done

Z = np.random.RandomState(3).standard_normal((2, 10)).astype(np.float32)


def read(target: str, *inputs: str, snapshot: Path | None = None, **options: str) -> Network:
    frontend = plugins.FRONTENDS.get("chainer")
    (network,) = plugins.read(frontend, Source(target, snapshot, options), Card().with_options(inputs))
    return network


def test_a_class_with_its_snapshot_computes_what_chainer_does(tmp_path: Path) -> None:
    import chainer

    script = write_script(tmp_path)
    trained = randomized(load_script(script).Generator())
    chainer.serializers.save_npz(tmp_path / "gen.npz", trained)
    network = read(f"{script}:Generator", "z=10", snapshot=tmp_path / "gen.npz")
    with chainer.using_config("train", False):
        expected = trained(chainer.Variable(Z)).array
    np.testing.assert_array_equal(reference(network, [Z])[0], expected)
    assert network.name == "Generator" and [spec.name for spec in network.inputs] == ["z"]
    assert network.inputs[0].meaning == "latent" and network.outputs[0].meaning == "image"
    assert network.outputs[0].shape == (1, 14, 14) and network.outputs[0].range == (0.0, 1.0)


@pytest.mark.parametrize(
    ("name", "inputs", "options", "meaning", "layers"),
    [
        ("Generator", "z=10", {}, "image", {"l1", "dc1", "dc1_bn", "dc3"}),
        ("Generator", "z=6", {"n_hidden": "6", "width": "2"}, "image", {"l1", "dc1", "dc1_bn", "dc3"}),
        ("make", "z=6", {"n_hidden": "6"}, "image", {"l1", "dc1", "dc1_bn", "dc3"}),
        ("reader", "x=1x8x8", {}, "logits", {"conv1", "l3"}),
        ("softmax", "x=1x8x8", {}, "probabilities", {"conv1", "l3"}),
        ("reader.__call__", "x=1x8x8", {}, "logits", {"conv1", "l3"}),
    ],
)
def test_what_a_target_may_be(
    tmp_path: Path, name: str, inputs: str, options: dict[str, str], meaning: str, layers: set[str]
) -> None:
    network = read(f"{write_script(tmp_path)}:{name}", inputs, **options)
    assert network.outputs[0].meaning == meaning
    assert {path.split("/")[1] for path, _ in network.link.namedparams()} == layers


def test_a_file_with_one_network_needs_no_name_and_a_module_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "import chainer.links as L\nclass Only(L.Linear):\n    def __init__(self): super().__init__(4, 2)\n"
    assert read(str(write_script(tmp_path, text)), "x=4").name == "Only"
    write_script(tmp_path, text, "a_module_of_the_users_own.py")
    monkeypatch.chdir(tmp_path)
    assert read("a_module_of_the_users_own:Only", "x=4").name == "Only"
    assert str(tmp_path) not in sys.path
    sys.modules.pop("a_module_of_the_users_own")


def test_the_links_of_a_function_keep_their_names(tmp_path: Path) -> None:
    text = (
        "import chainer.links as L\nencoder, decoder = L.Linear(4, 3), L.Linear(3, 4)\n"
        "def half(x): return encoder(x)\ndef both(x): return decoder(half(x))\n"
    )
    network = read(f"{write_script(tmp_path, text)}:both", "x=4")
    assert {path for path, _ in network.link.namedparams()} == {
        f"/{link}/{name}" for link in ("encoder", "decoder") for name in "Wb"
    }


CONSTANT = "import chainer\nimport numpy as np\ndef f(x): return chainer.Variable(np.zeros((len(x), 2), np.float32))"
DETACHED = "import chainer.functions as F\nimport chainer\ndef f(x): return F.relu(chainer.Variable(x.array))"
HALF = "import chainer.functions as F\ndef f(x, y): return F.relu(x)"


@pytest.mark.parametrize(
    ("text", "target", "inputs", "words"),
    [
        ("raise ValueError('no data here')", ":f", (), "raises ValueError in line 1: no data here"),
        ("import sys\nsys.exit(3)", ":f", (), r"ends by itself: it calls sys.exit\(3\)"),
        ("def broken(:", ":f", (), "raises SyntaxError in line 1"),
        ("import nowhere_to_be_found", ":f", (), "No module named 'nowhere_to_be_found'"),
        ("f = 3", ":f", (), "'f' in .* is int, which cannot be called"),
        ("def given(x): return x", ":givn", (), "Did you mean 'given'"),
        ("", "", (), "defines no network"),
        ("def f(x): return x", ":f", (), "shape of the input of f is not known.*--input x=1x28x28"),
        ("def f(x): return x.array", ":f", ("x=3",), "returns ndarray, where a chainer.Variable belongs"),
        ("def f(x): return x[0]", ":f", ("x=3",), "makes an output of the shape"),
        ("def f(x): return x + y", ":f", ("x=3",), "cannot take x .*NameError: name 'y'"),
        (CONSTANT, ":f", ("x=3",), "does not depend on its input"),
        (DETACHED, ":f", ("x=3",), "does not depend on its input"),
        (HALF, ":f", ("x=3", "y=2"), "No output of the network f depends on the input 'y'"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, target: str, inputs: tuple[str, ...], words: str) -> None:
    with pytest.raises(UsageError, match=words) as raised:
        read(f"{write_script(tmp_path, text)}{target}", *inputs)
    assert raised.value.remedy and "\n" not in raised.value.message


def test_wrong_arguments_of_a_class(tmp_path: Path) -> None:
    script = write_script(tmp_path)
    with pytest.raises(UnknownNameError, match=r"argument of Generator 'widht'.*Did you mean 'width'"):
        read(f"{script}:Generator", "z=10", widht="4")
    with pytest.raises(UsageError, match="'reader' takes no arguments"):
        read(f"{script}:reader", "x=1x8x8", width="4")
    with pytest.raises(UsageError, match="There is no file"):
        read("nowhere.py:Generator", "z=10")


def test_a_script_that_prints_spoils_no_result(tmp_path: Path, ganzoo: Callable[..., Done]) -> None:
    script = write_script(tmp_path, "print('at work')\nimport chainer.functions as F\ndef f(x): return F.relu(x)")
    done = ganzoo("export", f"{script}:f", "--input", "x=3", "--explain", "--json")
    assert not done.code and list(json.loads(done.out)) == ["f"] and "at work" in done.err


NOISY = """
import numpy as np
import chainer

def noisy(x): return x + np.random.normal(size=x.shape).astype("f")
def quiet(x): return x * chainer.functions.broadcast_to(chainer.functions.mean(x, 0, keepdims=True), x.shape)
"""


def test_noise_and_batches_are_declared_on_the_command_line(tmp_path: Path, ganzoo: Callable[..., Done]) -> None:
    script = write_script(tmp_path, NOISY)
    arguments = ("--input", "x=3", "--explain", "--json")
    done = ganzoo("export", f"{script}:noisy", *arguments, "--noise", "eps")
    assert not done.code, done.err
    done = ganzoo("export", f"{script}:noisy", *arguments)
    assert done.code and "--noise" in done.err
    done = ganzoo("export", f"{script}:quiet", *arguments, "--noise", "eps")
    assert done.code == 2 and "draws no noise" in done.err
    assert "--alone" in ganzoo("export", f"{script}:quiet", *arguments).err
    assert not ganzoo("export", f"{script}:quiet", *arguments, "--alone").code


def test_weights_that_nobody_gave_are_noted(tmp_path: Path) -> None:
    script = write_script(tmp_path)
    assert "No --snapshot was given: the weights are those that Generator" in read(f"{script}:Generator", "z=10").note
    assert read(f"{script}:make", "z=6", n_hidden="6").note and not read(f"{script}:reader", "x=1x8x8").note
    import chainer

    chainer.serializers.save_npz(tmp_path / "gen.npz", load_script(script).Generator())
    assert not read(f"{script}:Generator", "z=10", snapshot=tmp_path / "gen.npz").note


@pytest.mark.slow
def test_the_command_writes_an_export_and_no_half_of_one(in_tmp: Path, ganzoo: Callable[..., Done]) -> None:
    script = write_script(in_tmp)
    done = ganzoo("export", f"{script}:softmax", "--input", "x=1x8x8", "-b", "webgl", "--no-verify", "--json")
    assert not done.code and "random" not in done.err, done.err
    manifest = json.loads((in_tmp / "softmax-export" / "softmax" / "manifest.json").read_text())
    assert manifest["provenance"]["arch"] == "softmax" and manifest["provenance"]["source"] == "net.py:softmax"
    assert manifest["inputs"][0]["meaning"] == "image" and manifest["outputs"][0]["meaning"] == "probabilities"
    done = ganzoo("export", f"{script}:Generator", "--input", "z=10", "-b", "webgl", "--no-verify")
    assert not done.code and "which are random" in " ".join(done.err.split())
    manifest = json.loads((in_tmp / "Generator-export" / "Generator" / "manifest.json").read_text())
    assert manifest["provenance"]["note"].startswith("No --snapshot was given")
    before = sorted(in_tmp.iterdir())
    assert ganzoo("export", f"{script}:Generator", "--input", "z=9", "-b", "webgl", "--no-verify").code == 2
    assert sorted(in_tmp.iterdir()) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nothing",), "There is no run 'nothing'"),
        (("runs/gone",), "There is no run, file or preset 'runs/gone'"),
        (("--input", "x=3"), "--input is for a network of your own"),
        (("--set", "x=3"), "--set is for a network of your own"),
        (("net.py:f", "--last"), "--last is for runs"),
        (("net.py:f", "--input", "x"), "is not of the form NAME=SHAPE"),
        (("net.py:f", "--input", "x=3:picture"), "meaning"),
        (("net.py:f", "--frontend", "chaner"), "Did you mean 'chainer'"),
    ],
)
def test_options_that_do_not_fit(
    in_tmp: Path, ganzoo: Callable[..., Done], arguments: tuple[str, ...], words: str
) -> None:
    write_script(in_tmp, "def f(x): return x")
    done = ganzoo("export", *arguments, "-b", "webgl")
    assert done.code == 2 and words in done.err


def test_a_run_wins_over_a_network_of_its_name(in_tmp: Path, ganzoo: Callable[..., Done]) -> None:
    (in_tmp / "runs" / "net.py").mkdir(parents=True)
    (in_tmp / "runs" / "net.py" / "config.json").write_text("{}")
    write_script(in_tmp)
    assert "config.json is damaged" in ganzoo("export", "net.py", "-b", "webgl").err


def test_a_frontend_s_errors_are_ganzoo_s() -> None:
    with pytest.raises(GanzooError, match="preset of cnn 'exercize'"):
        read("cnn/exercize")
