"""Exports verified in a real browser: true ones agree, damaged ones do not, and all are tried."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from ganzoo.browsers.find import Browser
from ganzoo.errors import VerificationError
from ganzoo.verify import exports as verification
from ganzoo.verify.check import Check, Model, verify
from tests.support.tiny_export import tiny_export


@pytest.fixture(scope="module")
def export(tmp_path_factory):
    return tiny_export(tmp_path_factory.mktemp("export"))


@pytest.mark.browser
def test_a_true_export_agrees_and_a_backend_without_files_does_not(export):
    (webgl,) = verify([Model(export.folder)], "webgl", export.inputs, export.outputs)
    assert (webgl.backend, webgl.ok, webgl.reason) == ("webgl", True, "")
    assert webgl.max_abs_error is not None
    assert webgl.max_abs_error < 1e-5
    assert webgl.renderer not in ("", "unknown", "CPU")
    (absent,) = verify([Model(export.folder)], "webassembly", export.inputs, export.outputs)
    assert (absent.ok, absent.max_abs_error) == (False, None)
    assert "graph_webassembly.json: status 404" in absent.reason


def flip_a_sign(weights: Path) -> None:
    content = bytearray(weights.read_bytes())
    content[3] ^= 0x80
    weights.write_bytes(content)


def put_a_nan(weights: Path) -> None:
    values = np.fromfile(weights, "<f4")
    values[:] = np.nan
    values.tofile(weights)


def cut(weights: Path) -> None:
    weights.write_bytes(weights.read_bytes()[:-40])


@pytest.mark.browser
@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (flip_a_sign, "differs from the original network's by"),
        (put_a_nan, "NaN"),
        (cut, "failed"),
        (Path.unlink, r"weight_webgl_4096.bin: status 404"),
    ],
)
def test_a_damaged_export_is_not_ok(export, tmp_path, damage, reason):
    folder = shutil.copytree(export.folder, tmp_path / "export")
    damage(folder / "weight_webgl_4096.bin")
    (check,) = verify([Model(folder)], "webgl", export.inputs, export.outputs)
    assert not check.ok
    assert reason in check.reason


def test_what_failed_is_named_in_full_and_nothing_else():
    good = Check("webgl", True, 1e-7, "", "adapter", 1)
    verification.require([("net", good)])
    bad = [Check(backend, False, None, f"It broke {backend}.", "", 1) for backend in ("webassembly", "webgl")]
    with pytest.raises(VerificationError) as caught:
        verification.require([("net", good), ("net", bad[0]), ("other", bad[1])])
    assert caught.value.message == "net on webassembly, f32: It broke webassembly. other on webgl, f32: It broke webgl."


def test_all_networks_and_backends_are_tried_whatever_the_first_gives(monkeypatch):
    class Stub:
        path, networks, layout = Path("export"), ("a", "b"), "webdnn"

        def choose(self, backends):
            return list(backends) or ["webassembly", "webgl"]

        def folder(self, network):
            return self.path / network

        def golden(self, network):
            return [network], []

        def test_images(self, network):
            return None

    asked = []

    def check(models, backend, inputs, outputs, test, browser):
        asked.append((models, backend, inputs))
        return [Check(backend, False, None, "It broke.", "", 1)]

    monkeypatch.setattr("ganzoo.verify.check.verify", check)
    monkeypatch.setattr("ganzoo.browsers.find.find_browser", lambda: Browser("", Path(), ""))
    checks = verification.verify(Stub())
    assert [(network, check.backend) for network, check in checks] == [
        (network, backend) for network in "ab" for backend in ("webassembly", "webgl")
    ]
    assert asked[0] == ([Model(Path("export/a"))], "webassembly", ["a"])
    assert [(network, check.backend) for network, check in verification.verify(Stub(), ["webgl"])] == [
        ("a", "webgl"),
        ("b", "webgl"),
    ]
