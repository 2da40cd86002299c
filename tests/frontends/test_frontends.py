"""The contract of frontends: which one reads a target, and what is said where none does."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from ganzoo import imported
from ganzoo.errors import PluginError, UnknownNameError, UsageError
from ganzoo.specs import Frontend, Source

if TYPE_CHECKING:
    from pathlib import Path


def read(*_: object) -> list[object]:
    return []


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("net.py", True),
        ("folder.d/net.py:Generator", True),
        ("net.py:model.predictor", True),
        ("C:\\net.py", True),
        ("name", True),
        ("names", False),
        ("net.pyc", False),
        ("net.onnx", False),
        ("net.py:a-b", False),
        ("py", False),
    ],
)
def test_which_targets_a_frontend_reads(target: str, expected: bool) -> None:
    assert Frontend("x", "", (".py",), read, pattern="name").reads(target) is expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "value"), [("name", "a/b"), ("summary", 3), ("suffixes", ("py",)), ("suffixes", [".py"]), ("read", None)]
)
def test_fields_of_a_wrong_type_are_named(field: str, value: object) -> None:
    fields = {"name": "x", "summary": "", "suffixes": (".py",), "read": read, field: value}
    with pytest.raises(PluginError, match=rf"Frontend\.{field} is"):
        Frontend(**fields)  # type: ignore[arg-type]


def test_a_file_that_nobody_reads_and_a_name_that_nothing_has(in_tmp: Path) -> None:
    (in_tmp / "model.h5").write_bytes(b"")
    with pytest.raises(UsageError, match=r"No frontend reads model\.h5: they read files that end in \.py, \.onnx"):
        imported.load(Source("model.h5"), None, (), None)
    with pytest.raises(UnknownNameError, match="There is no run 'model'"):
        imported.load(Source("model"), None, (), None)


def test_a_broken_frontend_harms_no_other_one(in_tmp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    metadata = in_tmp / "site" / "broken-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[ganzoo.frontends]\nabroken = abroken:FRONTEND\n")
    (in_tmp / "site" / "abroken.py").write_text("raise ValueError('it is broken')")
    monkeypatch.syspath_prepend(in_tmp / "site")
    (in_tmp / "net.py").write_text("import chainer.functions as F\ndef f(x): return F.relu(x)")
    assert imported.load(Source("net.py:f"), None, ("x=3",), None).name == "f"
    (in_tmp / "model.h5").write_bytes(b"")
    with pytest.raises(UsageError, match="'abroken' cannot be imported: ValueError: it is broken"):
        imported.load(Source("model.h5"), None, (), None)
    sys.modules.pop("abroken", None)
