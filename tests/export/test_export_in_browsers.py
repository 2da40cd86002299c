"""Exports in WebDNN's layout in a real browser: they agree with Chainer, and what does not agree is not published."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ganzoo.export import exports, golden
from ganzoo.export.tracing import reference
from tests.support.exporting import WEBDNN, backends, webdnn
from tests.support.registries import ARCHS
from tests.support.sites import content

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ganzoo.runs.run import Run
    from tests.support.command import Done


@pytest.mark.browser
@pytest.mark.parametrize("arch", ARCHS)
def test_exports_agree_with_chainer_in_the_browser(
    arch: str, ganzoo: Callable[..., Done], runs: Mapping[str, Run], tmp_path: Path
) -> None:
    place = tmp_path / "export"
    done = ganzoo("export", runs[arch].path, "--all-backends", *WEBDNN, "--verify", "--json", "--out", place)
    assert done.code == 0, done.err
    checks = json.loads(done.out)["checks"]
    assert {check["backend"] for check in checks} == {"webgl", "webassembly"}
    assert all(check["ok"] and check["max_abs_error"] <= 1e-4 for check in checks)
    made = exports.load(place)
    (drawn, computed) = made.golden(next(iter(made.networks)))
    assert len(drawn[0]) == len(computed[0]) == golden.SAMPLES


@pytest.mark.browser
def test_verifying_again(ganzoo: Callable[..., Done], runs: Mapping[str, Run], tmp_path: Path) -> None:
    made = webdnn(runs["dcgan-cond"], backends("webgl", "webassembly"), tmp_path / "export").export
    checks = json.loads(ganzoo("verify", made.path, "--json").out)
    assert {check["backend"] for check in checks} == {"webgl", "webassembly"}
    assert all(check["ok"] and check["max_abs_error"] <= 1e-4 for check in checks)
    done = ganzoo("verify", made.path, "--backend", "webgl")
    assert done.code == 0 and "agrees" in done.out and "webassembly" not in done.out


@pytest.mark.browser
@pytest.mark.parametrize(
    ("backend", "file"), [("webassembly", "weight_webassembly.bin"), ("webgl", "weight_webgl_4096.bin")]
)
def test_a_tampered_export_is_exit_code_1(
    backend: str, file: str, ganzoo: Callable[..., Done], runs: Mapping[str, Run], tmp_path: Path
) -> None:
    made = webdnn(runs["dcgan-cond"], backends(backend), tmp_path / "export").export
    weights = made.path / "generator" / file
    raw = np.frombuffer(weights.read_bytes(), np.float32).copy()
    raw[:2000] += 0.01
    weights.write_bytes(raw.tobytes())
    done = ganzoo("verify", made.path)
    assert done.code == 1 and f"{backend}, f32: The output differs from the original" in done.err
    assert "FAILED" in done.out
    raw[:] = np.nan
    weights.write_bytes(raw.tobytes())
    done = ganzoo("verify", made.path)
    # GLSL may turn NaN into a number on the way, and does here; that differs all the more
    assert done.code == 1 and ("NaN" in done.err or (backend == "webgl" and "differs" in done.err))


@pytest.mark.browser
def test_an_export_that_differs_is_not_swapped_in(
    ganzoo: Callable[..., Done], runs: Mapping[str, Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    webdnn(runs["dcgan-cond"], backends("webassembly"), tmp_path / "export")
    before = content(tmp_path / "export")
    monkeypatch.setattr(golden, "reference", lambda net, drawn: [array + 0.01 for array in reference(net, drawn)])
    done = ganzoo(
        "export",
        runs["dcgan-cond"].path,
        "--backend",
        "webassembly",
        "--layout",
        "webdnn",
        "--out",
        tmp_path / "export",
    )
    assert done.code == 1 and "differs" in done.err
    assert content(tmp_path / "export") == before
