"""Snapshots that Chainer wrote: of a network, a Classifier or a Trainer; and files that only claim to be such."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ganzoo import imported
from ganzoo.archs import _dcgan, cnn
from ganzoo.errors import SnapshotError
from ganzoo.export.tracing import reference
from ganzoo.frontends.chainer import snapshots
from ganzoo.specs import Source
from tests.support.own_network import load_script, randomized, write_script

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="module")
def nets(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return load_script(write_script(tmp_path_factory.mktemp("net")))


def flat(link: Any) -> dict[str, np.ndarray]:
    from chainer.serializers import DictionarySerializer

    serializer = DictionarySerializer()
    serializer.save(link)
    return {name.lstrip("/"): np.asarray(array) for name, array in serializer.target.items()}


def trained_by(links_: dict[str, Any], out: Path) -> Any:
    """A Trainer that has taken a step with the first of several links, each with its optimiser by name."""
    import chainer
    import chainer.functions as F

    first = next(iter(links_.values()))
    generator = getattr(first, "predictor", first)
    optimizers = {name: chainer.optimizers.Adam().setup(link) for name, link in links_.items()}
    iterator = chainer.iterators.SerialIterator([np.ones(10, np.float32)] * 4, 2)
    updater = chainer.training.updaters.StandardUpdater(
        iterator, optimizers, loss_func=lambda z: F.sum(generator(z)), converter=lambda batch, _: np.stack(batch)
    )
    trainer = chainer.training.Trainer(updater, (1, "iteration"), out=str(out))
    trainer.run()
    return trainer


def classifier(link: Any) -> Any:
    from chainer import links

    return links.Classifier(link)


def other() -> Any:
    """A network of other parameters."""
    from chainer import links

    return links.Linear(2, 2)


# what of a Trainer is saved around a network
WRAPPED: dict[str, Callable[[Any, Path], Any]] = {
    "bare": lambda link, out: link,
    "classifier": lambda link, out: classifier(link),
    "trainer": lambda link, out: trained_by({"main": link}, out),
    "trainer of a classifier": lambda link, out: trained_by({"main": classifier(link)}, out),
    "trainer of several": lambda link, out: trained_by({"main": link, "dis": other()}, out),
}


@pytest.mark.parametrize("kind", WRAPPED)
def test_every_way_to_save_a_network(nets: Any, tmp_path: Path, kind: str) -> None:
    import chainer

    trained = randomized(nets.Generator(), 1)
    chainer.serializers.save_npz(tmp_path / "snapshot.npz", WRAPPED[kind](trained, tmp_path))
    again = nets.Generator()
    snapshots.load(tmp_path / "snapshot.npz", again)
    expected = flat(trained)
    assert expected.keys() == flat(again).keys()
    assert all(array.tobytes() == expected[name].tobytes() for name, array in flat(again).items())


def test_parameters_that_get_their_shape_from_the_snapshot(nets: Any, tmp_path: Path) -> None:
    import chainer

    trained = nets.Reader()
    trained(np.zeros((1, 1, 8, 8), np.float32))
    chainer.serializers.save_npz(tmp_path / "r.npz", trained)
    again = nets.Reader()
    snapshots.load(tmp_path / "r.npz", again)
    np.testing.assert_array_equal(again.l3.W.array, trained.l3.W.array)


def entries(nets: Any) -> dict[str, np.ndarray]:
    return flat(randomized(nets.Generator(), 1))


class Trap:
    """Whoever unpickles it fails."""

    def __reduce__(self) -> Any:
        return exec, ("raise AssertionError('it was unpickled')",)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"dc1/W": None}, "has no 'dc1/W', which the network needs"),
        (
            {"dc1/W": np.zeros((4, 4, 5, 5), np.float32)},
            r"'dc1/W' has the shape \(4, 4, 5, 5\) .* needs \(4, 4, 3",
        ),
        ({"l1/b": np.full(36, np.nan, np.float32)}, "'l1/b' in .* NaN or infinite"),
        ({"l1/b": np.asarray([Trap()] * 36, object)}, "'l1/b' in .* holds no numbers, but object"),
        ({"l1/b": np.asarray(["x"] * 36)}, "'l1/b' in .* holds no numbers"),
    ],
)
def test_what_does_not_fit_is_named(nets: Any, tmp_path: Path, change: dict[str, Any], words: str) -> None:
    changed = {name: array for name, array in (entries(nets) | change).items() if array is not None}
    np.savez(tmp_path / "s.npz", **{f"predictor/{name}": array for name, array in changed.items()})
    link = nets.Generator()
    before = flat(link)
    with pytest.raises(SnapshotError, match=words.replace("'dc1", "'predictor/dc1").replace("'l1", "'predictor/l1")):
        snapshots.load(tmp_path / "s.npz", link)
    assert all(array.tobytes() == before[name].tobytes() for name, array in flat(link).items())


def test_two_networks_that_fit_are_not_guessed_between(nets: Any, tmp_path: Path) -> None:
    arrays = entries(nets)
    both = {f"updater/model:{model}/{name}": array for model in ("gen", "ema") for name, array in arrays.items()}
    np.savez(tmp_path / "s.npz", **both)
    with pytest.raises(SnapshotError, match=r"holds several networks .*model:ema/', 'updater/model:gen/'"):
        snapshots.load(tmp_path / "s.npz", nets.Generator())


def announcing(shape: str) -> bytes:
    """An npz file of a few bytes whose array announces `shape`."""
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    array = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("l3/W.npy", array)
        archive.writestr("l3/b.npy", array)
        archive.writestr("conv1/W.npy", array)
        archive.writestr("conv1/b.npy", array)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not a snapshot that can be read"),
        (b"PK\x03\x04 and no more", "not a snapshot that can be read"),
        (announcing("(1000000, 1000000)"), "has the shape"),
        (announcing("(-3,)"), "shape"),
        (announcing("(2, 1, 3, 3)"), "shape|not a snapshot"),
    ],
)
def test_hostile_files_are_refused(nets: Any, tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "s.npz").write_bytes(content)
    with pytest.raises(SnapshotError, match=words):
        snapshots.load(tmp_path / "s.npz", nets.Reader())


def test_a_missing_file_is_named(nets: Any, tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match=r"There is no snapshot .*gone\.npz"):
        snapshots.load(tmp_path / "gone.npz", nets.Reader())


def test_the_exercise_s_published_layout_is_that_of_the_preset(tmp_path: Path) -> None:
    from chainer import Variable, functions, links, serializers

    trained = randomized(cnn.Cnn((1, 28, 28), 10), 2)
    serializers.save_npz(tmp_path / "chainer_model.npz", links.Classifier(trained))
    names = np.load(tmp_path / "chainer_model.npz").files
    assert sorted(names) == [f"predictor/{link}/{name}" for link in ("conv1", "conv2", "l3", "l4") for name in "Wb"]
    subject = imported.load(Source("cnn/exercise", tmp_path / "chainer_model.npz"), None, (), None)
    (network,) = subject.networks()
    x = np.random.RandomState(0).uniform(size=(3, 1, 28, 28)).astype(np.float32)
    expected = functions.softmax(trained(Variable(x))).array
    np.testing.assert_allclose(reference(network, [x])[0], expected, atol=1e-6)
    assert subject.origin["snapshot"] == "chainer_model.npz" and len(subject.origin["snapshot_sha256"]) == 64


def test_the_blog_s_published_layout_is_that_of_the_preset(tmp_path: Path) -> None:
    from chainer import links, serializers

    trained = randomized(_dcgan.Generator(100, 10, 100, 0.9), 3)
    serializers.save_npz(tmp_path / "gen.npz", trained)
    published = {"l1/W", "l1/b", "dc3/W", "dc3/b"} | {f"{each}/{name}" for each in ("dc1", "dc2") for name in "Wb"}
    statistics = {"gamma", "beta", "avg_mean", "avg_var", "N"}
    published |= {f"{each}_bn/{name}" for each in ("dc1", "dc2") for name in statistics}
    assert set(np.load(tmp_path / "gen.npz").files) == published
    (network,) = imported.load(Source("dcgan-cond/blog", tmp_path / "gen.npz"), None, (), None).networks()
    for name, array in flat(trained).items():
        assert array.tobytes() == flat(network.link)[name].tobytes()
    # the discriminator's file has two batch norms that its forward pass never used
    critic = randomized(_dcgan.PlanesDiscriminator(10), 4)
    for name, size in (("c2_bn", 64), ("c3_bn", 128)):
        critic.add_link(name, links.BatchNormalization(size))
    serializers.save_npz(tmp_path / "dis.npz", critic)
    again = _dcgan.PlanesDiscriminator(10)
    snapshots.load(tmp_path / "dis.npz", again)
    assert flat(again).keys() == {f"{each}/{name}" for each in ("c1", "c2", "c3", "l1") for name in "Wb"}
    np.testing.assert_array_equal(again.c3.W.array, critic.c3.W.array)


def test_a_preset_without_weights_is_refused() -> None:
    with pytest.raises(Exception, match="cnn/exercise is a recipe, which has no weights"):
        imported.load(Source("cnn/exercise"), None, (), None)
