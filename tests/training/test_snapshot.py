"""Weights and states on disk: what does not fit is refused by name, what is hostile is never executed."""

from __future__ import annotations

import json
import os
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import chainer
import chainer.links as L
import numpy as np
import pytest
from chainer.serializers import NpzDeserializer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ganzoo.errors import SnapshotError
from ganzoo.runs import snapshot
from ganzoo.runs.data import data_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ganzoo.runs.run import Run


@pytest.fixture
def run(runs: Mapping[str, Run]) -> Run:
    return runs["dcgan-cond"]


@pytest.fixture
def copy(run: Run, tmp_path: Path) -> Path:
    path = tmp_path / "model.npz"
    path.write_bytes(run.model_path.read_bytes())
    return path


def entries(path: Path) -> dict[str, np.ndarray[Any, Any]]:
    with np.load(path, allow_pickle=False) as stored:
        return dict(stored.items())


def rewrite(path: Path, arrays: Mapping[str, np.ndarray[Any, Any]], header: Mapping[str, Any] | None = None) -> None:
    changed = dict(arrays)
    if header:
        changed["ganzoo"] = np.asarray(json.dumps({**json.loads(str(arrays["ganzoo"])), **header}))
    np.savez(path, **changed)  # type: ignore[arg-type]


def load(path: Path, run: Run) -> Any:
    model = run.arch.build(run.config)
    snapshot.load_model(path, run.config, model)
    return model


def test_round_trip(run: Run, tmp_path: Path) -> None:
    model = run.model()
    snapshot.save_model(tmp_path / "again.npz", run.config, model)
    assert entries(tmp_path / "again.npz").keys() == entries(run.model_path).keys()
    again = load(tmp_path / "again.npz", run)
    for (path, one), (_, other) in zip(sorted(model.namedparams()), sorted(again.namedparams()), strict=True):
        assert one.array.tobytes() == other.array.tobytes(), path
    np.testing.assert_array_equal(model.dc1_bn.avg_mean, again.dc1_bn.avg_mean)
    assert model.dc1_bn.avg_mean.any()  # running statistics are part of it


def test_another_shape_is_refused_by_layer(copy: Path, run: Run) -> None:
    arrays = entries(copy)
    rewrite(copy, {**arrays, "dc2/W": np.zeros((64, 16, 2, 2), np.float32)})
    with pytest.raises(
        SnapshotError, match=r"'dc2/W' has shape \(64, 16, 2, 2\) in .*, but the network needs \(64, 32, 2, 2\)"
    ):
        load(copy, run)


def test_a_broadcastable_shape_is_refused(copy: Path, run: Run) -> None:
    """NumPy would copy one value over the whole layer."""
    rewrite(copy, {**entries(copy), "l1/b": np.zeros((1,), np.float32)})
    with pytest.raises(SnapshotError, match="'l1/b'"):
        load(copy, run)


def test_a_missing_layer_is_named(copy: Path, run: Run) -> None:
    arrays = entries(copy)
    del arrays["dc2_bn/gamma"]
    rewrite(copy, arrays)
    with pytest.raises(SnapshotError, match="has no 'dc2_bn/gamma'"):
        load(copy, run)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ({"format": 99}, "format 99"),
        ({"arch": "wgan-gp"}, "arch 'wgan-gp'"),
        ({"preset": "blog"}, "preset 'blog'"),
        ({"kind": "state"}, "kind 'state'"),
        ({"n_classes": 3}, "n_classes 3"),
    ],
)
def test_another_makers_snapshot_is_refused(header: dict[str, Any], words: str, copy: Path, run: Run) -> None:
    rewrite(copy, entries(copy), header)
    with pytest.raises(SnapshotError, match=words):
        load(copy, run)


class Trap:
    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return (os.mkdir, ("trapped",))


def test_a_pickle_is_not_opened(copy: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rewrite(copy, {**entries(copy), "l1/b": np.asarray(Trap(), dtype=object)})
    with pytest.raises(SnapshotError, match="damaged"):
        load(copy, run)
    assert not (tmp_path / "trapped").exists()


@pytest.mark.parametrize("weight", [np.nan, np.inf])
def test_weights_that_are_no_numbers_are_refused(weight: float, copy: Path, run: Run) -> None:
    arrays = entries(copy)
    key = max((key for key, array in arrays.items() if array.dtype.kind == "f"), key=lambda key: arrays[key].size)
    arrays[key].flat[-1] = weight
    rewrite(copy, arrays)
    with pytest.raises(SnapshotError, match="damaged: ValueError: a weight is NaN or infinite"):
        load(copy, run)


@pytest.mark.parametrize("weight", [1e300, -1e39])
def test_weights_that_float32_cannot_hold_are_refused(weight: float, copy: Path, run: Run) -> None:
    """A conversion would make them infinite after they were looked at."""
    arrays = entries(copy)
    rewrite(copy, {**arrays, "dc2/W": np.full_like(arrays["dc2/W"], weight, dtype=np.float64)})
    with pytest.raises(SnapshotError, match=r"'dc2/W' has dtype float64 in .*, but the network needs float32"):
        load(copy, run)


STRANGE: Mapping[str, Callable[[Any], Any]] = {
    "void": lambda array: array.view("V4"),
    "structured": lambda array: array.view([("a", "<f4")]),
    "text": lambda array: array.astype("U8"),
    "bytes": lambda array: array.astype("S8"),
    "date": lambda array: np.zeros(array.shape, "M8[s]"),
    "duration": lambda array: np.zeros(array.shape, "m8[s]"),
    "complex": lambda array: array.astype(np.complex64),
    "bool": lambda array: array.astype(bool),
    "float64": lambda array: array.astype(np.float64),
    "float16": lambda array: array.astype(np.float16),
    "integers": lambda array: array.astype(np.int32),
    "another shape": lambda array: array[:1],
}


@pytest.mark.parametrize("kind", STRANGE)
def test_a_network_of_another_type_is_refused(kind: str, copy: Path, run: Run) -> None:
    arrays = entries(copy)
    rewrite(copy, {**arrays, "dc1/b": STRANGE[kind](arrays["dc1/b"])})
    with pytest.raises(SnapshotError, match=r"'dc1/b' has (dtype|shape) .*, but the network needs"):
        load(copy, run)


def test_a_member_that_is_no_array_is_refused(copy: Path, run: Run) -> None:
    with zipfile.ZipFile(copy, "a") as archive:
        archive.writestr("README.txt", "no array")
    with pytest.raises(SnapshotError, match=r"damaged: ValueError: its member 'README.txt' is not an array"):
        load(copy, run)


@pytest.mark.parametrize("write", [np.savez, np.savez_compressed])
def test_weights_that_chainer_wrote_are_told_as_such(write: Any, copy: Path, run: Run) -> None:
    write(copy, **{key: array for key, array in entries(copy).items() if key != "ganzoo"})
    with pytest.raises(SnapshotError, match="was not written by ganzoo") as caught:
        load(copy, run)
    assert "save_npz" in caught.value.remedy


@pytest.fixture(scope="module")
def learner(runs: Mapping[str, Run]) -> tuple[Run, Any]:
    """A run of the classifier, and its data."""
    run = runs["cnn"]
    return run, data_of(run.config)


def resumed(path: Path, learner: tuple[Run, Any]) -> Any:
    """A step after the state at `path`."""
    run, data = learner
    trainer = chainer.training.Trainer(run.arch.train(run.config, data).updater)
    snapshot.load_state(path, run.config, trainer)
    trainer.updater.update()
    return trainer


L4, MAIN = "trainer/updater/optimizer:main/predictor/l4/b", "trainer/updater/iterator:main"


@pytest.mark.parametrize(
    ("key", "change"),
    [
        *((f"{L4}/m", change) for change in STRANGE.values()),
        *((f"{L4}/t", lambda value, n=n: np.asarray(n)) for n in (-1, -(2**62), 0.5, "3", None)),
        ("trainer/updater/optimizer:main/t", lambda value: value - 9),
        ("trainer/updater/iteration", lambda value: value - 9),
        ("trainer/updater/iteration", lambda value: np.asarray("9")),
        (f"{MAIN}/current_position", lambda value: np.asarray(-1)),
        (f"{MAIN}/current_position", lambda value: np.asarray(10**6)),
        (f"{MAIN}/epoch", lambda value: np.asarray(-1)),
        (f"{MAIN}/order", np.zeros_like),
        (f"{MAIN}/order", lambda order: order - 1),
        (f"{MAIN}/order", lambda order: order.astype(float)),
        (f"{MAIN}/previous_epoch_detail", lambda value: np.asarray(np.nan)),
        ("random/rest", lambda rest: rest + 1000),
        ("random/keys", lambda keys: keys.view("V4")),
        ("random/gauss", lambda gauss: np.asarray("1")),
        ("trainer/_snapshot_elapsed_time", lambda value: np.zeros((), "M8[s]")),
    ],
)
def test_a_state_that_no_training_can_have_is_refused(
    key: str, change: Callable[[Any], Any], learner: tuple[Run, Any], tmp_path: Path
) -> None:
    """By name, before an optimiser, an iterator or a kernel stumbles over it."""
    arrays = entries(learner[0].kept()[-1])
    value = change(arrays[key])
    header = {"absent": [key]} if value.dtype == object else None
    rewrite(tmp_path / "state.npz", {**arrays, key: value} if not header else arrays, header)
    with pytest.raises(SnapshotError, match=r"is damaged|but the network needs"):
        resumed(tmp_path / "state.npz", learner)


def test_a_state_that_is_sound_goes_on(learner: tuple[Run, Any]) -> None:
    run, _ = learner
    trainer = resumed(run.kept()[-1], learner)
    assert trainer.updater.iteration == int(run.kept()[-1].stem) + 1


def test_a_log_in_a_snapshot_is_checked_as_the_file_is(learner: tuple[Run, Any]) -> None:
    from ganzoo.training.extensions import JsonLog
    from ganzoo.training.recovery import Recovery
    from ganzoo.training.triggers import Evenly

    run, _ = learner
    arrays = entries(run.kept()[-1])
    state = {key.removeprefix("trainer/extensions/log/"): array for key, array in arrays.items()}
    for told in ("[3]", '[{"iteration": "x"}]', '{"a": 1}', '[{"iteration": 1, "epoch_detail": 1}]', "[[]]"):
        log = JsonLog(Recovery(run, ()), ("main/loss",), Evenly(1, 1))
        with pytest.raises((ValueError, TypeError, AttributeError, OverflowError)):
            NpzDeserializer({**state, "_log": np.asarray(told)}).load(log)


def test_a_compressed_file_is_refused(copy: Path, run: Run) -> None:
    np.savez_compressed(copy, **entries(copy))  # type: ignore[arg-type]
    with pytest.raises(SnapshotError, match="compressed"):
        load(copy, run)


def test_a_file_that_is_none_of_ours(tmp_path: Path, run: Run) -> None:
    for name, content in {"empty": b"", "text": b"no zip at all", "zip": b"PK\x05\x06" + bytes(18)}.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(SnapshotError, match="damaged"):
            load(path, run)
    with pytest.raises(SnapshotError, match="does not exist"):
        load(tmp_path / "absent.npz", run)


def test_an_entry_that_claims_more_than_it_holds(copy: Path, run: Run) -> None:
    """A header of four terabytes must end as an error, not as an allocation."""
    header = str({"descr": "<f4", "fortran_order": False, "shape": (1 << 40,)}).encode().ljust(117) + b"\n"
    with zipfile.ZipFile(copy, "a") as archive:
        archive.writestr("extra.npy", b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + bytes(16))
    with pytest.raises(SnapshotError, match="damaged"):
        load(copy, run)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1), keep=st.floats(0, 1), flip=st.integers(1, 255))
def test_random_damage_never_loads_other_weights(
    place: float, keep: float, flip: int, run: Run, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Cut or flip a byte anywhere: an error, or the very same weights where the byte was padding."""
    content = bytearray(run.model_path.read_bytes())
    if keep < 0.5:
        content = content[: int(len(content) * 2 * keep)]
    else:
        content[int(place * (len(content) - 1))] ^= flip
    path = tmp_path_factory.mktemp("damage") / "model.npz"
    path.write_bytes(content)
    try:
        model = load(path, run)
    except SnapshotError:
        return
    for (name, one), (_, other) in zip(sorted(run.model().namedparams()), sorted(model.namedparams()), strict=True):
        assert one.array.tobytes() == other.array.tobytes(), name


def test_run_without_model_says_how_to_finish_it(run: Run, tmp_path: Path) -> None:
    from ganzoo.errors import RunError

    with pytest.raises(RunError) as caught:
        replace(run, path=tmp_path).model()
    assert "--resume" in caught.value.remedy


def test_state_refuses_a_network_of_another_shape(run: Run) -> None:
    """A state is compared layer by layer with the trainer that is to take it."""
    snapshots = sorted(run.snapshots.glob("*.npz"))
    arrays = snapshot._read(snapshots[-1], "state", run.config)
    state = {key.removeprefix("trainer/"): value for key, value in arrays.items() if key.startswith("trainer/")}
    layers = {key for key in state if key.startswith("updater/model:gen/")}
    assert "updater/model:gen/l1/W" in layers
    narrow = L.Linear(4, 4)
    with pytest.raises(SnapshotError, match=r"'W' has shape \(1152, 110\) in .*, but the network needs \(4, 4\)"):
        snapshot._fit(snapshots[-1], snapshot.flat(narrow), state, "updater/model:gen/l1/")
