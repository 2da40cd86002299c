"""A page's HTML is its own, whatever the title of a site and the names in a manifest are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ganzoo.site import build
from tests.support.sites import change, made_by_hand, tags

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = "</title></p><script>alert(1)</script>\"'><b x={{ 7 * 7 }}{% no %}&amp;"


@pytest.mark.slow
def test_names_from_outside_are_text(tmp_path: Path) -> None:
    kinds = [made_by_hand(tmp_path / kind, kind) for kind in ("generator", "classifier")]
    sites = []
    for text in ("plain", HOSTILE):
        for each in kinds:
            change(each, provenance={"arch": "tiny", "dataset": text, "classes": [text] * 3})
        options = build.SiteOptions(title=text)
        sites.append(build.build([(each, None) for each in kinds], tmp_path / str(len(sites)), options).path)
    plain, site = sites
    assert len(list(site.glob("*.html"))) == 4
    for ours, theirs in zip(sorted(plain.glob("*.html")), sorted(site.glob("*.html")), strict=True):
        page = tags(site, theirs.name)
        assert [tag for tag, _ in page.tags] == [tag for tag, _ in tags(plain, ours.name).tags]
        assert page.inline == "" and "<script>" not in theirs.read_text(encoding="utf-8")
        # in the title, at the top, and where a network comes from
        shown = {"404.html": 2, "index.html": 2}.get(theirs.name, 3)
        assert page.text.count(HOSTILE) == shown


@pytest.mark.slow
def test_what_a_card_tells_is_the_page_s_own_title_and_text(tmp_path: Path) -> None:
    told = {
        "arch": "tiny",
        "title": f"Bees {HOSTILE}",
        "description": "What\nbees see",
        "licence": "MIT",
        "classes": [],
    }
    bees = change(made_by_hand(tmp_path / "bees", "classifier"), provenance=told)
    odd = change(made_by_hand(tmp_path / "odd", "classifier"), provenance={"arch": "tiny", "title": 7, "licence": []})
    site = build.build([(bees, None), (odd, None)], tmp_path / "site").path
    page, other = tags(site, "tiny.html"), tags(site, "tiny-2.html")
    assert page.text.count(f"Bees {HOSTILE}") == 3  # in the title, in the navigation, and as heading
    assert "What bees see" in page.text and "tiny · MIT" in page.text
    assert other.text.count("Read drawings") == 3 and "MIT" not in other.text
    translated = [attributes for _, attributes in page.tags if "data-ja" in attributes]
    assert [each["data-ja"] for each in translated] == ["手書きを読み取る"]  # the other's, in the navigation
    assert page.inline == "" and "<script>" not in (site / "tiny.html").read_text(encoding="utf-8")
