"""What follows a network's size: samples, passes, shards, tolerances, and which backends an export has."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ganzoo import inputs, plugins, roles
from ganzoo.errors import UnsupportedOperatorError, UsageError
from ganzoo.export import directions, exports, golden, weights
from ganzoo.export.layouts import ganzoo as layout
from ganzoo.export.plan import Weight
from ganzoo.export.tracing import reference
from ganzoo.export.tracing.precise import distance
from ganzoo.specs import Network, Program, TensorSpec
from ganzoo.verify.check import compare_some
from tests.support.toy import toy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ganzoo.runs.run import Run
    from ganzoo.specs import Backend
    from tests.support.command import Done

    Command = Callable[..., Done]


def painter_of(*shape: int) -> Network:
    return Network("p", None, lambda x: x, (TensorSpec("z", (100,), "latent"),), (TensorSpec("y", shape, "image"),))


@pytest.mark.parametrize(
    ("shape", "samples", "at_once"),
    [
        ((1, 28, 28), 64, 250),  # as it always was
        ((3, 73, 73), 32, 12),
        ((3, 128, 128), 10, 3),
        ((3, 256, 256), 2, 1),
        ((3, 1024, 1024), 2, 1),
    ],
)
def test_samples_and_passes_follow_the_size_of_pictures(
    shape: tuple[int, int, int], samples: int, at_once: int
) -> None:
    assert golden.samples(painter_of(*shape)) == samples
    assert roles.per_pass(painter_of(*shape)) == at_once


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Network, list[tuple[int, bool]]]:
    """A generator, three pictures a pass, and what it was called with: how many, and whether for a graph."""
    import chainer

    painter = toy(tmp_path).own[0]
    calls: list[tuple[int, bool]] = []

    def forward(x: Any) -> Any:
        calls.append((len(x.array), chainer.config.enable_backprop))
        return painter.forward(x)

    monkeypatch.setattr(roles, "VALUES", 3 * 720)
    return replace(painter, forward=forward), calls


def test_references_are_computed_in_passes_and_keep_no_graph(watched: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    network, calls = watched
    drawn = inputs.seeded(network.inputs, 8, 1)
    (few,) = reference(network, drawn)
    assert calls == [(3, False), (3, False), (2, False)]
    monkeypatch.setattr(roles, "VALUES", 1 << 30)
    (whole,) = reference(network, drawn)
    np.testing.assert_allclose(few, whole, atol=1e-6)


def test_directions_are_found_in_passes(watched: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    network, calls = watched
    few = directions.directions(network)
    assert {n for n, _ in calls} <= {3, 2, 1} and sum(n for n, _ in calls) == directions.SAMPLES
    monkeypatch.setattr(roles, "VALUES", 1 << 30)
    whole = directions.directions(network)
    assert few and whole
    np.testing.assert_allclose(few.vectors, whole.vectors, atol=1e-4)


def test_chainer_s_distance_from_float64_leaves_the_network_as_it_was(runs: Mapping[str, Run]) -> None:
    for run in runs.values():
        (network,) = run.arch.export(run.config, run.model())
        before = {name: parameter.array for name, parameter in network.link.namedparams()}
        drawn = inputs.seeded(network.inputs, 2, 1)
        outputs = reference(network, drawn)
        assert 0 < distance(network, drawn, outputs) < 1e-5
        wrong = [outputs[0] + np.float32(0.25)]
        assert distance(network, drawn, wrong) == pytest.approx(0.25, abs=1e-5)
        assert all(parameter.array is before[name] for name, parameter in network.link.namedparams())
        np.testing.assert_array_equal(reference(network, drawn)[0], outputs[0])


def test_a_network_that_cannot_be_widened_has_no_distance(tmp_path: Path) -> None:
    painter = toy(tmp_path).own[0]

    def only_float32(x: Any) -> Any:
        if x.dtype != np.float32:
            raise TypeError(x.dtype)
        return painter.forward(x)

    drawn = inputs.seeded(painter.inputs, 2, 1)
    assert distance(replace(painter, forward=only_float32), drawn, reference(painter, drawn)) == 0.0


ONE = [np.float32([1, -1])]


def test_tolerances_follow_depth_magnitude_and_chainer_s_own_distance() -> None:
    def bound(encoding: weights.Encoding, *more: float, outputs: Any = ONE) -> float:
        return layout.tolerance(encoding, "webassembly", outputs, *more)

    own = plugins.BACKENDS.get("webassembly").tolerance
    assert bound("f32", 1) == bound("f32", 100) == own
    assert bound("f16", 4) == pytest.approx(2e-3)
    assert bound("int8", 4) == pytest.approx(0.1)
    assert bound("f16", 16) == pytest.approx(4e-3), "a sound SNGAN of 14 matrices differs by 2.5e-3"
    assert bound("f16", 4, outputs=[5 * ONE[0]]) == pytest.approx(1e-2)
    assert bound("f32", 4, 1e-4) == pytest.approx(1e-3)
    assert bound("f32", 4, 1e6) == 1e-2, "no distance makes anything pass"


def test_the_tolerance_that_was_asked_for_is_the_bundle_s(runs: Mapping[str, Run], tmp_path: Path) -> None:
    from ganzoo.export.layouts import ExportOptions
    from ganzoo.verify import models

    backend = plugins.BACKENDS.get("webgpu")
    made = exports.write(runs["dcgan-cond"], [backend], tmp_path / "e", options=ExportOptions(tolerance=0.25))
    manifest = json.loads((tmp_path / "e" / "generator" / "manifest.json").read_text())
    assert manifest["golden"]["tolerance"] == {"webgpu": 0.25}
    assert models.own(made.export, "generator", "webgpu", 0.5).tolerance == 0.5
    own = models.own(made.export, "generator", "webgpu").tolerance
    assert own == plugins.BACKENDS.get("webgpu").tolerance
    assert 0 < made.export.distance("generator") < 1e-5


def test_a_page_that_had_time_for_some_samples_is_judged_by_these() -> None:
    from ganzoo.serving.arrays import encode

    right = [np.arange(10, dtype=np.float32).reshape(5, 2)]
    assert compare_some(encode([right[0][:2]]), right, 1e-4) == (0, "")
    assert "differs" in compare_some(encode([right[0][1:4]]), right, 1e-4)[1]
    assert "outputs for 1 of 5" in compare_some(encode([right[0][:1]]), right, 1e-4)[1]
    assert "outputs for 6 of 5" in compare_some(encode([np.zeros((6, 2), np.float32)]), right, 1e-4)[1]
    assert compare_some(encode([right[0][:1]]), [right[0][:1]], 1e-4) == (0, "")


def test_weights_beyond_a_file_s_limit_are_cut_unasked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert weights.LARGEST_SHARD == 2**28
    data = bytes(range(256)) * 300
    assert weights.shard_size(None) == 2**28
    monkeypatch.setattr(weights, "LARGEST_SHARD", 30_000)
    for most in (None, 10**9):
        cut = [path.read_bytes() for path in weights.store([data], tmp_path, weights.shard_size(most))]
        assert [len(part) for part in cut] == [30_000, 30_000, 16_800]
        assert b"".join(cut) == data


def test_more_parameters_than_a_bundle_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "MOST_VALUES", 7)
    with pytest.raises(UsageError, match="8 parameters, and a bundle holds 7"):
        weights.check([Weight.of("a/W", "a", np.zeros((1, 2, 4), np.float32), 4, 0)], "f32")


def limited(name: str) -> Backend:
    def compile_none(plan: Any) -> Program:
        raise UnsupportedOperatorError(f"{name} takes no more than nothing.", "Leave it out.")

    return replace(plugins.BACKENDS.get(name), compile=compile_none)


def test_one_backend_s_limit_leaves_the_others(runs: Mapping[str, Run], tmp_path: Path) -> None:
    run, sound = runs["dcgan-cond"], plugins.BACKENDS.get("webgpu")
    made = exports.write(run, [limited("webgl"), sound], tmp_path / "e", all_or_nothing=False)
    assert made.left_out == {"webgl": "webgl takes no more than nothing."}
    assert exports.load(tmp_path / "e").backends == ["webgpu"]
    manifest = json.loads((tmp_path / "e" / "generator" / "manifest.json").read_text())
    assert list(manifest["backends"]) == ["webgpu"] == list(manifest["golden"]["tolerance"])
    assert not list((tmp_path / "e").rglob("webgl*"))
    for backends, whole in (([limited("webgl"), sound], True), ([limited("webgl")], False)):
        with pytest.raises(UnsupportedOperatorError, match="webgl takes"):
            exports.write(run, backends, tmp_path / "none", all_or_nothing=whole)
        assert not (tmp_path / "none").exists()


def test_the_command_says_which_backend_it_left_out(
    ganzoo: Command, runs: Mapping[str, Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ganzoo.backends.webgpu import compile as webgpu

    monkeypatch.setattr(webgpu, "MAX_BUFFERS", 1)
    names = plugins.Registry.names
    only = ["webgl", "webgpu"]  # without a compiler
    monkeypatch.setattr(plugins.Registry, "names", lambda self: only if self.kind == "backend" else names(self))
    run, out = runs["dcgan-cond"].path, tmp_path / "e"
    done = ganzoo("export", run, "--all-backends", "--no-verify", "--json", "--out", out)
    assert done.code == 0, done.err
    assert "webgpu is left out: webgpu cannot run" in done.err
    told = json.loads(done.out)
    assert list(told["left_out"]) == ["webgpu"] and list(told["backends"]) == ["webgl"]
    done = ganzoo("export", run, "--backend", "webgl", "--backend", "webgpu", "--no-verify", "--out", tmp_path / "f")
    assert done.code != 0 and "webgpu cannot run" in done.err and not (tmp_path / "f").exists()


def test_a_sheet_beyond_what_viewers_open_is_refused_before_it_is_drawn(
    ganzoo: Command, runs: Mapping[str, Run], tmp_path: Path
) -> None:
    from ganzoo import image_grid
    from ganzoo.sample import LARGEST

    most = image_grid.rows_within(LARGEST, 10, 28, 28)
    assert 1000 < most < 2000
    done = ganzoo("sample", runs["dcgan-cond"].path, "--count", 100_000, "--out", tmp_path / "s.png")
    assert done.code == 2 and f"{most:,}" in done.err and not (tmp_path / "s.png").exists()
    for columns in (2, 21):  # in one band, and in two
        names = [f"{i}" for i in range(columns)]
        sheet = image_grid.sheet(np.zeros((5, columns, 1, 4, 6), np.float32), names)
        assert image_grid.rows_within(math.prod(sheet.size), columns, 4, 6) == 5
        assert image_grid.rows_within(math.prod(sheet.size) - sheet.size[0], columns, 4, 6) == 4
