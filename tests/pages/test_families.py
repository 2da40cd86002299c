"""A whole visit in every family of browsers that is installed, Chromium always."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ganzoo.browsers.families import CHROMIUM
from ganzoo.browsers.find import find_browser, find_browsers
from ganzoo.browsers.session import run_page
from ganzoo.pages import PAGES
from ganzoo.serving.arrays import encode
from tests.support.families import HERE
from tests.support.places import TEST_PAGES
from tests.support.site_pages import BACKENDS, sample
from tests.support.strokes import drawings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ganzoo.browsers.families import Family
    from ganzoo.runs.run import Run

pytestmark = pytest.mark.browser
DRIVE = TEST_PAGES / "site" / "drive.html"


# In every family that is installed, Chromium always


@pytest.mark.parametrize("family", HERE, ids=str)
def test_a_whole_visit_in_every_family(family: Family, site: Path, runs: Mapping[str, Run], reader: Run) -> None:
    """The same page drives the site in each, and posts back what it saw."""
    ten = {each.digit: each for each in drawings("plain")}
    wanted = [("7", 42), ("3", 42), ("9", 42), ("9", 5)]
    pictures = {f"{label},{seed}": sample(runs["dcgan-cond"], label, seed)[..., 0] for label, seed in wanted}
    job = {
        "pictures": {key: encode([picture[np.newaxis]])[0][0] for key, picture in pictures.items()},
        "drawings": [each.strokes for each in ten.values()],
    }
    found = find_browser() if family is CHROMIUM else find_browsers([family.name])[0]
    with ThreadPoolExecutor(1) as thread:  # this one's event loop is Playwright's
        told = thread.submit(run_page, DRIVE, job, {"ganzoo": PAGES, "site": site}, browser=found).result()
    assert not told["errors"]
    assert all(difference <= 1.01 / 255 for difference in told["differences"].values()), told["differences"]
    assert set(told["backends"]) == set(BACKENDS) and told["backends"]["webassembly"]["isUsed"]
    for name, backend in told["backends"].items():
        assert backend["difference"] <= 1.01 / 255, name
        assert backend["isUsed"] != ("cannot run here: " in backend["words"]), backend
    assert told["walked"] >= 10
    assert told["words"][0] == "画像をつくる" and "ほかの画像" in told["words"]
    right = sum(label == str(digit) for digit, label in zip(ten, told["labels"], strict=True))
    assert right >= (9 if reader.config.dataset == "mnist" else 7), told["labels"]
