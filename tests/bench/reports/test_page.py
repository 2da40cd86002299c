"""The report as a page: sound, complete, inert."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest

from ganzoo.bench.reports import formatting, html, markdown
from tests.support.bench_documents import DOCUMENTS, document, several, shown


class Read(HTMLParser):
    """What a browser would see of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.text, self.attributes = [], [], "", []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += [(tag, key, value or "") for key, value in attributes]

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)

    def handle_data(self, data):
        self.text += data


@pytest.mark.slow
@pytest.mark.parametrize("name", [made.__name__ for made in DOCUMENTS])
def test_a_page_needs_nothing_else_and_runs_nothing(pages, name):
    page, read = pages[name], Read(pages[name])
    assert not {"script", "link", "img", "iframe", "object", "image", "foreignobject", "a"} & set(read.tags)
    for tag, key, value in read.attributes:
        assert not key.startswith("on"), (tag, key)
        assert key not in ("src", "srcset", "action"), (tag, key)
        assert key != "href" or value.startswith("#")
        assert not re.search(r"url\((?!#)", value), (tag, key, value)
    assert "@import" not in page
    assert not re.search(r"(?i)https?:|url\((?!#)", page)


@pytest.mark.parametrize("name", [made.__name__ for made in DOCUMENTS])
def test_a_page_is_sound_and_can_be_read_aloud(pages, name):
    read = Read(pages[name])
    ids = [value for _, key, value in read.attributes if key == "id"]
    assert len(ids) == len(set(ids))
    asked = [part for _, key, value in read.attributes if key == "aria-labelledby" for part in value.split()]
    asked += [value[1:] for _, key, value in read.attributes if key == "href"]
    asked += re.findall(r"url\(#([^)]+)\)", pages[name])
    assert set(asked) <= set(ids)
    assert ("html", "lang", "en") in read.attributes
    assert read.tags.count("caption") == read.tags.count("table")
    assert read.tags.count("desc") == read.tags.count("svg") == read.tags.count("figure")
    assert sum(key == "aria-labelledby" for tag, key, _ in read.attributes if tag == "svg") == read.tags.count("svg")


def test_a_page_has_every_row_with_its_figures_or_its_reason(pages):
    for made in (document(), several()):
        text = Read(pages["document" if len(made["networks"]) == 1 else "several"]).text
        for each in made["rows"]:
            for words in [
                each["library"],
                each["backend"],
                each["browser"],
                *([each["reason"]] if each["reason"] else []),
            ]:
                assert words in text
        medians = {timed["median_ms"]["median"] for each in formatting.ran(made["rows"]) for timed in each["batches"]}
        for median in medians:
            assert formatting.number(median) in text
    assert pages["document"].count("<svg") == 5
    for words in ("AMD EPYC 9V74", "61304f9, with changes", "@tensorflow/tfjs-core 4.22.0", "9 Mbit/s, 60 ms", "95%"):
        assert words in Read(pages["document"]).text


def test_a_page_is_light_or_dark_and_its_charts_are_wide_enough_to_read(pages):
    page = pages["document"]
    style = page[page.index("<style>") : page.index("</style>")]
    assert "prefers-color-scheme: dark" in style and "min-width: 44rem" in style
    assert page.count('<div class="scroll" tabindex="0"><svg') == page.count("<svg") == 5
    # no chart brings a background of its own
    drawn = re.findall(r'style="([^"]*)"', page[page.index("<svg") :])
    assert not [each for each in drawn if "fill: #ffffff" in each and "stroke" not in each and "opacity: 0" not in each]


def test_a_page_escapes_what_is_hostile(pages):
    text = Read(pages["hostile"]).text
    assert "</title><script>alert('x')</script> [31m|`$\\frac$|<!-- end -->&amp;{{ 7 * 7 }}{% no %}" in text
    assert "\x1b" not in pages["hostile"]
    assert "\u202e" not in pages["hostile"]
    assert pages["hostile"].encode()


def test_a_page_without_figures_gives_the_reasons(pages):
    assert "ganzoo on webgpu: This browser has no WebGPU." in Read(pages["without_figures"]).text
    assert "<svg" not in pages["without_figures"]
    assert "No round was completed" in pages["nothing"]


def test_the_same_document_gives_the_same_bytes(pages):
    again = json.loads(json.dumps(document()))
    assert html.page(again) == pages["document"]
    assert markdown.full(again) == markdown.full(document())
    assert shown(again) == shown(document())
