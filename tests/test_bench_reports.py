"""The reports of `bench`: the document's schema, and what terminal, Markdown and HTML make of it."""

from __future__ import annotations

import copy
import io
import json
import re
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from rich.console import Console

from ganzoo.bench.reports import chart_data, charts, formatting, html, markdown, plots, summary, tables, terminal
from ganzoo.charts.svg import inline

SCHEMA = json.loads((files("ganzoo.bench.reports") / "schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
HOSTILE = "</title><script>alert('x')</script>\x1b[31m|`$\\frac$|<!-- end -->&amp;\u202e\ud800"
FIGURES = SCHEMA["$defs"]["figures"]["required"]


def estimate(median, spread=0.05):
    """An estimate; without a spread one of too few rounds."""
    low, high = (median * (1 - spread), median * (1 + spread)) if spread else (None, None)
    return {"median": median, "low": low, "high": high, "n": 6 if spread else 3}


def row(library="ganzoo", backend="webassembly", ms=0.08, network="generator", browser="Chromium", **changes):
    cold = 60 if library == "ganzoo" else 600
    code = 11_900 if library == "ganzoo" else 2_378_487
    made = {
        "network": network,
        "library": library,
        "library_version": "1.2.3",
        "backend": backend,
        "browser": browser,
        "reason": "",
        "renderer": "CPU" if backend == "webassembly" else "ANGLE (SwiftShader)",
        "adapter": "cpu" if backend == "webassembly" else "software",
        "rounds": 6,
        "failed_rounds": 0,
        "failed_reason": "",
        "clock_ms": 0.005,
        "isolated": True,
        "secure": True,
        "settled": 6,
        "largest_error": 1.2e-6,
        "cold_ms": estimate(cold),
        "cold_parts_ms": {"page": 20, "script": cold / 5, "load": cold / 3, "first": 5},
        "cold_throttled_ms": estimate(cold * 7),
        "load_ms": estimate(cold / 3),
        "first_ms": estimate(5),
        "cold_blocked_ms": estimate(8),
        "cold_longest_block_ms": estimate(5),
        "bytes": {"code": code, "weights": 765_589, "total": code + 765_589, "files": 6},
        "blocked_ms": estimate(ms),
        "memory_bytes": estimate(5e6),
        "batches": [
            {
                "batch": batch,
                "median_ms": estimate(ms * batch),
                "p95_ms": ms * batch * 1.2,
                "p99_ms": ms * batch * 1.3,
                "pictures_per_second": estimate(1000 / ms),
                "runs_together": 3,
                "runs": 1200,
                "quantiles_ms": [ms * batch * (0.5 + i / 100) for i in range(1, 100)],
                "share_of_peak": estimate(0.6) if backend == "webassembly" else None,
            }
            for batch in (1, 64)
        ],
    }
    return {**made, **changes}


def failed(library, backend, reason, network="generator", browser="Chromium"):
    names = {"network": network, "library": library, "library_version": "1.2.3", "backend": backend, "browser": browser}
    return {**names, "reason": reason}


def ratio(library, times, backend="webassembly", **changes):
    made = {
        "network": "generator",
        "backend": backend,
        "browser": "Chromium",
        "library": library,
        "cold": estimate(10),
        "cold_throttled": estimate(3),
        "load": estimate(15),
        "first": estimate(4),
        "bytes": 4.04,
        "batches": {"1": estimate(times), "64": estimate(times)},
    }
    return {**made, **changes}


def document(**changes):
    """One network in one browser: ganzoo twice, two peers, one failure."""
    made = {
        "schema": 2,
        "date": "2026-11-21T23:40:00+00:00",
        "machine": {"cpu": "AMD EPYC 9V74", "cores": 2, "os": "Linux 6.1 x86_64"},
        "load_average": [0.5, 1.9],
        "git": {"commit": "61304f9", "dirty": True},
        "versions": {"ganzoo": "0.1.0", "@tensorflow/tfjs-core": "4.22.0"},
        "confidence": 0.95,
        "rounds": {"least": 6, "most": 12, "precision": 0.05},
        "order_seed": 12345,
        "link": {"rate_bits": 9e6, "delay_ms": 60},
        "browsers": [browser()],
        "networks": [
            {
                "name": "generator",
                "run": "runs/dcgan-cond-1",
                "arch": "dcgan-cond",
                "multiply_adds": 1_216_768,
                "weights_bytes": 840_080,
                "encoding": "f32",
            }
        ],
        "rows": [
            row(),
            row("onnxruntime-web", ms=0.3),
            row("tensorflow.js", ms=1.3),
            row(backend="webgl", ms=2.9),
            failed("onnxruntime-web", "webgl", "no available backend found. ERR: [webgl] unsupported"),
        ],
        "ratios": [ratio("tensorflow.js", 16.25), ratio("onnxruntime-web", 3.75)],
    }
    return copy.deepcopy({**made, **changes})


def browser(name="Chromium", **changes):
    made = {
        "name": name,
        "version": "156.0.1",
        "device": "this machine",
        "user_agent": "Mozilla/5.0",
        "reason": "",
        "peak_gflops": {"simd128": estimate(30.5), "relaxed": estimate(41.2)},
    }
    return {**made, **changes}


def without_figures():
    return document(rows=[failed("ganzoo", "webgpu", "This browser has no WebGPU.")], ratios=[])


def nothing():
    return document(rows=[], ratios=[], browsers=[], networks=[], load_average=[], git=None, link=None)


def unlucky():
    """Whatever may be null is, and whatever may be empty; the clock saw nothing."""
    blank = {
        name: None
        for name in FIGURES
        if SCHEMA["$defs"]["figures"]["properties"][name].get("$ref") == "#/$defs/estimate"
    }
    bad = {"clock_ms": 1, "isolated": False, "secure": False, "settled": 4, **blank}
    rows = [row(**bad), row("onnxruntime-web", **bad), row("webdnn", batches=[], **bad)]
    for timed in (timed for each in rows for timed in each["batches"]):
        timed.update(median_ms=None, pictures_per_second=None, share_of_peak=None, quantiles_ms=[0] * 99)
    lone = ratio("onnxruntime-web", 1, batches={"1": None}, bytes=None)
    lone.update(dict.fromkeys(("cold", "cold_throttled", "load", "first")))
    made = document(rows=rows, ratios=[lone], git=None, link=None, browsers=[browser(peak_gflops={"simd128": None})])
    made["machine"]["cores"] = made["networks"][0]["multiply_adds"] = None
    return made


def several():
    """Two networks in two browsers, one of which ended early, and a phone's name for itself."""
    made = document(
        browsers=[browser("Firefox", reason="It ended with exit code 11."), browser(), browser("Phone", device="iOS")]
    )
    made["networks"].append({**made["networks"][0], "name": "classifier"})
    made["rows"] += [row(network="classifier", ms=0.5), row(browser="Phone", ms=1, clock_ms=1.0, secure=False)]
    return made


def hostile():
    made = document(browsers=[browser(HOSTILE, version=HOSTILE, device=HOSTILE, user_agent=HOSTILE, reason=HOSTILE)])
    made["networks"][0].update(name=HOSTILE, run=HOSTILE, arch=HOSTILE, encoding=HOSTILE)
    made["machine"].update(cpu=HOSTILE, os=HOSTILE)
    made["versions"] = {HOSTILE: HOSTILE}
    made["git"]["commit"] = HOSTILE
    names = {"browser": HOSTILE, "network": HOSTILE}
    made["rows"] = [
        row(**names),
        row(HOSTILE, renderer=HOSTILE, library_version=HOSTILE, **names),
        row(backend=HOSTILE, renderer=HOSTILE, **names),
    ]
    made["rows"].append(failed(HOSTILE, HOSTILE, HOSTILE, **names))
    made["ratios"] = [ratio(HOSTILE, 2, **names)]
    return made


DOCUMENTS = [document, without_figures, nothing, unlucky, several, hostile]


@pytest.fixture(scope="module")
def pages():
    """Each document's page, drawn once."""
    return {made.__name__: html.page(made()) for made in DOCUMENTS}


def shown(made, width=80):
    console = Console(width=width, record=True, file=io.StringIO())
    console.print(terminal.report(made))
    return console.export_text()


# The schema.


def errors(made):
    return [error.message for error in VALIDATOR.iter_errors(made)]


@pytest.mark.parametrize("made", DOCUMENTS)
def test_the_schema_takes_what_may_be(made):
    Draft202012Validator.check_schema(SCHEMA)
    assert errors(made()) == []


def objects(node):
    """Every object with named fields in the schema."""
    if isinstance(node, dict):
        if "properties" in node and "if" not in node.get("properties", {}):
            yield node
        for value in node.values():
            yield from objects(value)


def test_every_field_is_described_and_in_the_manual():
    manual = (Path(__file__).parent.parent / "docs" / "bench.md").read_text("utf-8")
    for each in objects(SCHEMA):
        for name, field in each["properties"].items():
            if field == {"const": ""}:
                continue  # the condition on `reason`
            assert field.get("description"), name
            assert re.search(rf"`[^`]*\b{name}\b[^`]*`", manual), name


PLACES = [
    ("document", lambda made: made),
    ("machine", lambda made: made["machine"]),
    ("git", lambda made: made["git"]),
    ("rounds", lambda made: made["rounds"]),
    ("link", lambda made: made["link"]),
    ("browser", lambda made: made["browsers"][0]),
    ("peak", lambda made: made["browsers"][0]["peak_gflops"]["relaxed"]),
    ("network", lambda made: made["networks"][0]),
    ("row", lambda made: made["rows"][0]),
    ("failed row", lambda made: made["rows"][-1]),
    ("estimate", lambda made: made["rows"][0]["cold_ms"]),
    ("parts", lambda made: made["rows"][0]["cold_parts_ms"]),
    ("bytes", lambda made: made["rows"][0]["bytes"]),
    ("batch", lambda made: made["rows"][0]["batches"][0]),
    ("ratio", lambda made: made["ratios"][0]),
]
OPTIONAL = {"encoding"}  # of bytes


@pytest.mark.parametrize("place", [place for _, place in PLACES], ids=[name for name, _ in PLACES])
def test_a_field_too_few_too_many_or_of_another_kind_is_refused(place):
    for name in place(document()):
        if name not in OPTIONAL:
            made = document()
            del place(made)[name]
            assert errors(made), f"without {name}"
        made = document()
        place(made)[name] = {"what": "else"}
        assert errors(made) or name == "versions", f"another {name}"  # any name may have a version
    made = document()
    place(made)["unheard_of"] = 1
    assert errors(made)


@pytest.mark.parametrize(
    "change",
    [
        lambda made: made["rows"][-1].update(rounds=6),  # failed, and yet a figure
        lambda made: made["rows"][0].update(reason="wrong output"),
        lambda made: made["rows"][0]["batches"][0]["quantiles_ms"].pop(),
        lambda made: made["rows"][0]["cold_parts_ms"].update(load=-1),
        lambda made: made["rows"][0].update(adapter="magic"),
        lambda made: made["ratios"][0]["batches"].update(many=estimate(1)),
        lambda made: made.update(confidence=95),
        lambda made: made.update(schema=1),
        lambda made: made.update(date="yesterday"),
    ],
)
def test_a_document_that_contradicts_itself_is_refused(change):
    made = document()
    change(made)
    assert errors(made)


# Figures and findings.


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "-"), (0, "0"), (0.08031, "0.0803"), (5, "5.00"), (99.96, "100"), (12345.6, "12,300"), (1e-6, "1.00e-06")],
)
def test_numbers_have_three_digits(value, text):
    assert formatting.number(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(None, "-"), (0, "0 bytes"), (999, "999 bytes"), (11_900, "11.9 kB"), (3_144_076, "3.14 MB")]
)
def test_sizes_have_units(value, text):
    assert formatting.size(value) == text


def test_a_spread_is_the_wider_side_and_never_too_small():
    assert formatting.spread({"median": 100, "low": 97, "high": 101, "n": 6}) == "±3%"
    assert formatting.spread({"median": 1000, "low": 999, "high": 1021, "n": 6}) == "±3%"
    assert formatting.spread(estimate(1, None)) == formatting.spread(None) == ""
    assert formatting.full(estimate(2, 0.1), 100) == "200 (180 to 220)"
    assert formatting.full(estimate(2, None)) == "2.00"


@given(st.text())
def test_plain_text_is_one_line_that_can_be_printed(text):
    made = formatting.plain(text)
    assert made.isprintable()
    made.encode()  # no half of a surrogate pair is left
    assert made.split() == "".join(char if char.isprintable() else " " for char in text).split()


@pytest.mark.parametrize(
    ("times", "words"),
    [
        (estimate(3.75), "its run of batch 1 is 3.75 (3.56 to 3.94) times as fast (onnxruntime-web)"),
        (estimate(0.5), "its run of batch 1 is 0.500 (0.475 to 0.525) times as fast (onnxruntime-web)"),
        (estimate(1.02), "its run of batch 1 is as fast as these rounds can tell: 1.02"),
        (estimate(3.75, None), "3.75 times as fast (onnxruntime-web, too few rounds for an interval)"),
    ],
)
def test_a_finding_says_no_more_than_the_interval(times, words):
    made = document(ratios=[ratio("tensorflow.js", 16), ratio("onnxruntime-web", 0, batches={"1": times})])
    sentence = summary.finding(made, "Chromium", "generator")
    assert words in sentence
    assert "takes 0.0800 (0.0760 to 0.0840) ms for a run of batch 1" in sentence


def test_a_finding_names_what_is_faster_elsewhere_and_what_is_missing():
    made = document()
    made["rows"].append(row("onnxruntime-web", "webgpu", 0.01, adapter="hardware"))
    assert "on webgpu (hardware), onnxruntime-web is faster at batch 1 with 0.0100 ms" in summary.finding(
        made, "Chromium", "generator"
    )
    made["ratios"] = []
    assert "no peer ran on webassembly" in summary.finding(made, "Chromium", "generator")
    alone = document(rows=[row()], ratios=[])
    assert "peer" not in summary.finding(alone, "Chromium", "generator")
    sentence = summary.finding(without_figures(), "Chromium", "generator")
    assert sentence == "ganzoo did not run generator in Chromium: This browser has no WebGPU."


def test_the_best_peer_is_the_one_that_comes_closest():
    found = formatting.hardest(document()["ratios"], "batches", 64)
    assert found and (found[0], found[1]["median"]) == ("onnxruntime-web", 3.75)
    assert formatting.hardest([], "cold") is None


def test_notes_tell_what_makes_times_less_certain():
    made = unlucky()
    told = " ".join(summary.notes(made, made["browsers"][0]))
    for words in (
        "steps of 1 ms",
        "not isolated",
        "no secure context",
        "ganzoo on webassembly (CPU)",
        "(4 of 6)",
        "Too few",
    ):
        assert words in told
    made = several()
    assert "It ended with exit code 11." in " ".join(summary.notes(made, made["browsers"][0]))
    assert summary.notes(made, made["browsers"][1]) == ["software: ANGLE (SwiftShader)"]


# Charts.


@given(st.lists(st.floats(0, 1e6), min_size=4, max_size=4))
def test_a_stack_is_without_gaps_and_as_long_as_its_parts(widths):
    pieces = chart_data.stacked(dict(zip(plots.PARTS, widths, strict=True)), plots.PARTS)
    assert [piece.width for piece in pieces] == widths
    assert pieces[0].left == 0
    for piece, following in pairwise(pieces):
        assert piece.left + piece.width == pytest.approx(following.left)
    assert pieces[-1].left + pieces[-1].width == pytest.approx(sum(widths))


@given(st.lists(st.floats(0, 1), max_size=20), st.floats(0.01, 0.2))
def test_labels_keep_order_and_distance(values, gap):
    placed = chart_data.apart(values, gap)
    order = sorted(range(len(values)), key=values.__getitem__)
    for below, above in pairwise(order):
        assert placed[above] - placed[below] >= gap - 1e-9
    assert sum(placed) == pytest.approx(sum(values))


def test_lines_stand_under_what_they_ran_on():
    made = chart_data.lines(document()["rows"])
    assert [line.y for line in made] == list(range(len(made)))
    assert [line.label for line in made] == [
        *("webassembly (CPU)", "ganzoo", "onnxruntime-web", "tensorflow.js"),
        *("webgl (software)", "ganzoo"),
    ]


def test_scaling_and_peak_are_in_ms_a_picture():
    assert chart_data.scaling(row(ms=0.5)) == [(1, 0.5), (64, 0.5)]
    name, ms = chart_data.peak(document(), "Chromium", "generator")
    assert "relaxed" in name
    assert ms == pytest.approx(2 * 1_216_768 / 41.2e9 * 1000)
    assert chart_data.peak(unlucky(), "Chromium", "generator") is None


def test_bars_and_marks_are_where_the_document_says():
    made = document()
    rows, named = formatting.ran(made["rows"]), formatting.libraries(made["rows"])
    _, words, figure = plots.cold(made, rows, charts.WIDE)
    bars = [(bar.get_x(), bar.get_width(), round(bar.get_y() + bar.get_height() / 2)) for bar in figure.axes[0].patches]
    for line in chart_data.lines(rows):
        if line.row:
            mine = sorted((x, width) for x, width, y in bars if y == line.y)
            assert [width for _, width in mine] == pytest.approx(
                [line.row["cold_parts_ms"][name] for name in plots.PARTS]
            )
            assert sum(mine[-1]) == pytest.approx(sum(line.row["cold_parts_ms"].values()))
    assert sorted(bar.get_width() for bar in figure.axes[1].patches) == [420, 420, 4200, 4200]
    assert "ganzoo on webassembly (CPU) 60.0 ms, throttled 420 ms" in words

    _, _, figure = plots.transferred(rows, charts.WIDE)
    assert sum(bar.get_width() for bar in figure.axes[0].patches) == pytest.approx(
        sum(each["bytes"]["total"] for each in rows) / 1000
    )
    _, _, figure = plots.latency(made, rows, named, charts.WIDE)
    marks = [float(line.get_xdata()[0]) for line in figure.axes[0].lines]
    assert marks == [each["batches"][0]["quantiles_ms"][49] for each in rows]
    bars = [bar for bar in figure.axes[0].patches if round(bar.get_y() + bar.get_height() / 2) == 1]
    quantiles = rows[0]["batches"][0]["quantiles_ms"]
    ends = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in bars]
    assert ends == [
        pytest.approx((quantiles[low - 1], quantiles[high - 1])) for low, high in ((1, 99), (5, 95), (25, 75))
    ]

    contested = chart_data.contests(made, made["ratios"])
    assert [(what, peer) for what, peer, _ in contested["webassembly"]] == [
        *((what, "tensorflow.js") for what in ("first output", "slow link", "bytes")),
        *((what, "onnxruntime-web") for what in ("batch 1", "batch 64")),
    ]
    _, _, figure = plots.ratios(contested, named, charts.WIDE)
    drawn = [float(container.lines[0].get_xdata()[0]) for container in figure.axes[0].containers]
    assert drawn == [10, 3, 4.04, 3.75, 3.75]

    _, words, figure = plots.scaling(rows, named, ["webassembly", "webgl"], ("peak", 0.05), charts.WIDE)
    curves = [list(line.get_ydata()) for line in figure.axes[0].lines]
    assert curves == [*([pytest.approx(each)] * 2 for each in (0.08, 0.3, 1.3, 2.9)), [0.05, 0.05]]
    assert "0.0500 ms" in words


def test_marks_differ_in_more_than_colour():
    made = document()
    named = formatting.libraries(made["rows"])
    _, _, figure = plots.scaling(formatting.ran(made["rows"]), named, ["webassembly", "webgl"], None, charts.WIDE)
    looks = {(line.get_marker(), line.get_linestyle()) for line in figure.axes[0].lines}
    assert len(looks) == 4
    assert len({hatch for _, hatch in plots.STACK}) == len(plots.STACK)
    labels = {text.get_text() for text in figure.axes[0].texts}
    assert "ganzoo, webgl (software)" in labels


def test_ids_of_two_charts_differ_and_the_same_chart_is_the_same():
    def drawn(seed):
        return inline(plots.transferred([row()], 5)[2], seed, "title", "a < b")

    ids = [set(re.findall(r'\bid="([^"]+)"', drawn(seed))) for seed in "ab"]
    assert ids[0]
    assert not ids[0] & ids[1]
    assert "a &lt; b" in drawn("a")


# The page.


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


def test_a_page_escapes_what_is_hostile(pages):
    text = Read(pages["hostile"]).text
    assert "</title><script>alert('x')</script> [31m|`$\\frac$|<!-- end -->&amp;" in text
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


# The terminal.


@pytest.mark.parametrize("made", DOCUMENTS)
def test_the_terminal_s_lines_fit_and_obey_nobody(made):
    text = shown(made())
    assert max(map(len, text.splitlines())) <= 80
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_the_terminal_s_tables_are_complete():
    text = shown(several())
    for words in (
        "generator in Chromium 156.0.1",
        "classifier in Chromium",
        "generator in Phone",
        "0.0800 ±5%",
        "12,500",
        "60%",
    ):
        assert words in text
    assert "…" not in text
    lines = [line.split() for line in text.splitlines()]
    assert ["ganzoo", "60.0", "20.0", "5.00", "0.0800", "±5%", "0.0960", "12,500", "60%"] in lines
    assert ["tensorflow.js", "600", "200", "5.00", "1.30", "±5%", "1.56", "769", "60%"] in lines
    assert ["onnxruntime-web", "10.0", "±5%", "3.00", "±5%", "4.04", "3.75", "±5%", "3.75", "±5%"] in lines
    assert "onnxruntime-web on webgl failed: no available backend found. ERR: [webgl]" in text
    assert "Firefox ended: It ended with exit code 11." in text


def test_the_widest_figures_still_fit():
    wide = row("onnxruntime-web", ms=12345.6, load_ms=estimate(98765, 0.3), cold_ms=estimate(98765, 0.3))
    for timed in wide["batches"]:
        timed["median_ms"] = estimate(0.0123456, 0.99)
        timed["pictures_per_second"] = estimate(123456)
    text = shown(document(rows=[row(), wide], ratios=[ratio("onnxruntime-web", 0.0123456, cold=estimate(12345, 0.99))]))
    assert "…" not in text
    for words in ("98,800", "0.0123 ±99%", "123,000", "12,300 ±99%"):
        assert words in text


def test_alone_the_table_is_a_line_a_backend():
    lines = shown(document(rows=[row(), row(backend="webgl", ms=3)], ratios=[])).splitlines()
    assert sum(line.strip().startswith(("webassembly (CPU)  60.0", "webgl (software)")) for line in lines) == 2
    assert len(lines) < 16


def test_a_long_reason_is_cut_on_the_terminal_only():
    made = document(rows=[failed("ganzoo", "webgl", "why " * 1000 + "END")], ratios=[])
    assert len(shown(made)) < 1500
    assert "END" in markdown.full(made)


# Markdown.


def cells(text):
    """The tables' lines as cells."""
    return [re.split(r"(?<!\\)\|", line)[1:-1] for line in text.splitlines() if line.startswith("|")]


def test_the_summary_has_the_best_of_each_library():
    made = document()
    made["rows"].append(failed("webdnn", "webgl", "broken"))
    text = markdown.summary(made)
    table = [[cell.strip() for cell in line] for line in cells(text)]
    assert table[2] == [
        *(
            "generator",
            "ganzoo",
            "webassembly (CPU)",
            "60.0 ms ±5%",
            "420 ms ±5%",
            "777 kB",
            "0.0800 ms ±5%",
            "12,500",
            "-",
        )
    ]
    assert table[3][1:] == [
        *("onnxruntime-web", "webassembly (CPU)", "600 ms ±5%", "4,200 ms ±5%", "3.14 MB", "0.300 ms ±5%", "3,330"),
        "3.75 (3.56 to 3.94)",
    ]
    assert [line[1:3] for line in table[4:]] == [["tensorflow.js", "webassembly (CPU)"], ["webdnn", "did not run"]]
    last = text.splitlines()[-1]
    for words in ("AMD EPYC 9V74", "Chromium 156.0.1", "software: ANGLE", "2026-11-21", "ganzoo 0.1.0"):
        assert words in last


def test_a_ratio_across_backends_is_not_in_the_summary():
    made = document()
    made["rows"].append(row("onnxruntime-web", "webgpu", 0.01))
    made["ratios"].append(ratio("onnxruntime-web", 99, "webgpu"))
    line = next(line for line in cells(markdown.summary(made)) if "onnxruntime-web" in line[1])
    assert (line[2].strip(), line[-1].strip()) == ("webgpu (software)", "-")


def test_the_summary_is_of_the_first_browser_that_gave_figures():
    assert "Chromium 156.0.1 on this machine" in markdown.summary(several())
    assert markdown.summary(nothing()) == markdown.summary(without_figures()) == "Nothing ran.\n"


@pytest.mark.parametrize("made", DOCUMENTS)
def test_markdown_s_tables_are_whole_and_its_texts_plain(made):
    for text in (markdown.summary(made()), markdown.full(made())):
        blocks = re.findall(r"(?m)(?:^\|.*\n)+", text)
        assert all(len({len(line) for line in cells(block)}) == 1 for block in blocks)
        assert "<" not in text
        assert not re.search(r"(?<!\\)`", text)
        assert text.encode()
        assert text.endswith("\n")


def told(each):
    """The texts of all figures of a row that ran."""
    for name, value in each.items():
        if isinstance(value, dict) and "median" in value:
            yield formatting.full(value, {"memory_bytes": 1e-6, "share_of_peak": 100}.get(name, 1))
        elif name in ("p95_ms", "p99_ms"):
            yield formatting.number(value)
        elif name == "cold_parts_ms":
            yield from (formatting.number(value[part]) for part in ("page", "script"))
        elif name == "bytes":
            yield from (formatting.size(value[part]) for part in ("code", "weights", "total"))
        elif name == "batches":
            yield from (text for timed in value for text in told(timed))


def test_the_sheets_have_every_figure():
    made = document()
    for i, each in enumerate(made["rows"][:4]):
        for j, timed in enumerate(each["batches"]):
            timed.update(p95_ms=1001 + 4 * i + 2 * j, p99_ms=2001 + 4 * i + 2 * j)  # that no other figure is
        each.update(blocked_ms=estimate(310 + i), memory_bytes=estimate(4.1e8 + i * 1e6), load_ms=estimate(510 + i))
        each.update(cold_blocked_ms=estimate(610 + i), cold_longest_block_ms=estimate(710 + i))
        each["cold_parts_ms"].update(page=810 + i, script=910 + i)
    cells = {cell for sheet in tables.sheets(made, "Chromium", "generator") for line in sheet.rows for cell in line}
    for each in made["rows"][:4]:
        assert set(told(each)) <= cells
    for each in made["ratios"]:
        assert {formatting.full(each[name]) for name in ("cold", "cold_throttled", "load", "first")} <= cells
        assert {formatting.full(value) for value in each["batches"].values()} <= cells


def test_everything_in_markdown_has_every_row():
    text = markdown.full(several()).replace("\\", "")
    for each in several()["rows"]:
        assert each["library"] in text
        assert not each["reason"] or each["reason"] in text
    for words in ("0.0800 (0.0760 to 0.0840)", "classifier: Steady state", "## Phone 156.0.1", "seed 12345"):
        assert words in text
