"""The pages' scripts: under node, stripped, and split into modules."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from ganzoo.runtime import join, modules, strip
from ganzoo.site import build, bundles
from tests.support.places import JS
from tests.support.sites import WEB

if TYPE_CHECKING:
    from pathlib import Path


def test_under_node() -> None:
    tests = sorted((JS / "site").glob("*.test.mjs"))
    done = subprocess.run(["node", "--test", *map(str, tests)], capture_output=True, text=True)
    assert len(tests) > 3 and done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]


@pytest.mark.parametrize("name", ["elements.js", "shell.js", "sw.js"])
def test_stripping_leaves_the_syntax_tree_alone(name: str, tmp_path: Path) -> None:
    same_tree(join(WEB / name), tmp_path)


@pytest.mark.parametrize("kind", bundles.KINDS)
def test_stripping_leaves_the_elements_syntax_tree_alone(kind: str, tmp_path: Path) -> None:
    source = join(WEB / kind / f"{kind}.js", modules(WEB / "elements.js"))
    same_tree(re.sub(r"^import [^;]*;\n", "", source, flags=re.MULTILINE), tmp_path)


def same_tree(source: str, folder: Path) -> None:
    """By the parser that node itself brings."""
    (folder / "a.js").write_text(source)
    (folder / "b.js").write_text(strip(source))
    same = ["node", "--expose-internals", JS / "runtime" / "same.cjs", folder / "a.js", folder / "b.js"]
    subprocess.run(same, check=True)


def test_what_the_elements_do_not_share_is_no_import() -> None:
    shared = b"export{h,GanzooElement};"
    with pytest.raises(ValueError, match=r"exports no .*Network.*paint"):
        build._element("generator", shared)
