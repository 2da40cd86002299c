"""Where the tests and what they need lie."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
JS = TESTS / "js"
DATA = TESTS / "data"
TEST_PAGES = TESTS / "support" / "pages"
# MNIST's files, where they lie beside the repository
MNIST = ROOT.parent / "shared" / "data" / "mnist"
