"""Old reports against new ones: what counts as a change, and what is done with a file that is no report."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganzoo.bench.compare import HEADINGS, SCHEMA, _WrongError, cells, compare, line, one_sided, read
from ganzoo.errors import UsageError

PLACE = {"network": "generator", "backend": "webassembly", "browser": "Chromium"}


def interval(median, spread=0.02):
    return {"median": median, "low": median * (1 - spread), "high": median * (1 + spread), "n": 8}


def point(median):
    return {"median": median, "low": None, "high": None, "n": 2}


def report():
    share = [{"batch": 1, "share_of_peak": interval(0.5)}, {"batch": 16, "share_of_peak": None}]
    return {
        "schema": SCHEMA,
        "machine": {"cpu": "EPYC"},
        "versions": {"onnxruntime-web": "1.30.0"},
        "browsers": [{"name": "Chromium", "version": "156", "reason": ""}],
        "rows": [
            {**PLACE, "library": "ganzoo", "reason": "", "batches": share},
            {**PLACE, "library": "ganzoo", "backend": "webgl", "reason": "", "batches": []},
            {**PLACE, "library": "onnxruntime-web", "reason": "", "batches": []},
        ],
        "ratios": [
            {
                **PLACE,
                "library": "onnxruntime-web",
                "cold": interval(8.0),
                "cold_throttled": None,
                "load": interval(15.0),
                "first": point(4.0),
                "bytes": 4.0,
                "batches": {"1": interval(3.0)},
            }
        ],
    }


@pytest.fixture
def old():
    return report()


def changed(old, change):
    new = copy.deepcopy(old)
    change(new)
    return new


def verdicts(comparison):
    return {change.key.figure: change.verdict for change in comparison.changes if change.verdict != "same"}


def test_a_report_beside_itself_is_the_same(old):
    comparison = compare(old, old)
    assert not comparison.worse
    assert not comparison.notes
    assert not verdicts(comparison)
    assert [(c.key.backend, c.key.against, c.key.figure) for c in comparison.changes] == [
        ("webassembly", "ganzoo", "runs"),
        ("webassembly", "peak", "batch 1"),
        ("webgl", "ganzoo", "runs"),
        *(("webassembly", "onnxruntime-web", each) for each in ("cold", "load", "first", "bytes", "batch 1")),
    ]


@pytest.mark.parametrize(
    ("figure", "value", "verdict"),
    [
        ("cold", interval(7.0), "slower"),
        ("cold", interval(9.0), "faster"),
        ("cold", interval(7.5), None),  # within the tolerance, though the intervals are apart
        ("cold", interval(7.0, 0.2), None),  # beyond it, but the intervals overlap
        ("cold", point(7.0), "slower"),  # one without an interval: the tolerance alone
        ("first", point(3.5), "slower"),
        ("first", point(3.7), None),
        ("first", interval(4.5), "faster"),
        ("bytes", 3.6, "slower"),
        ("bytes", 3.7, None),
        ("bytes", 4.5, "faster"),
        ("cold_throttled", interval(2.0), "new"),
        ("load", None, "gone"),
    ],
)
def test_what_is_a_change(old, figure, value, verdict):
    comparison = compare(old, changed(old, lambda new: new["ratios"][0].update({figure: value})))
    assert verdicts(comparison) == ({figure: verdict} if verdict else {})
    assert comparison.worse == (verdict == "slower")


def test_the_tolerance_is_the_callers(old):
    new = changed(old, lambda new: new["ratios"][0].update(cold=interval(7.5)))
    assert compare(old, new, 0.05).worse
    assert not compare(old, new, 0.07).worse


def test_the_tolerance_is_the_same_factor_both_ways(old):
    new = changed(old, lambda new: new["ratios"][0].update(first=point(4.0 / 1.15)))
    for tolerance, there, back in ((0.14, "slower", "faster"), (0.16, None, None)):
        assert verdicts(compare(old, new, tolerance)).get("first") == there
        assert verdicts(compare(new, old, tolerance)).get("first") == back


def test_a_run_without_peers_is_judged_by_the_peak(old):
    old["ratios"] = []
    new = changed(old, lambda new: new["rows"][0]["batches"][0].update(share_of_peak=interval(0.4)))
    assert compare(old, new).worse
    assert not compare(new, old).worse
    assert verdicts(compare(new, old)) == {"batch 1": "faster"}


def test_what_fails_now_is_slower_and_says_why(old):
    def fail(new):
        new["rows"][1]["reason"] = "It hung."

    comparison = compare(old, changed(old, fail))
    assert comparison.worse
    (change,) = (change for change in comparison.changes if change.verdict != "same")
    assert (change.key.backend, change.verdict, change.reason) == ("webgl", "slower", "It hung.")
    assert cells(change)[-1] == "slower: It hung."
    assert not compare(changed(old, fail), old).worse


def test_a_peer_that_fails_now_or_was_not_asked_is_gone_and_no_fault(old):
    def fail(new):
        new["rows"][2]["reason"] = "No backend found."
        new["ratios"] = []

    comparison = compare(old, changed(old, fail))
    assert not comparison.worse
    gone = [change for change in comparison.changes if change.verdict == "gone"]
    assert len(gone) == 5
    assert {change.reason for change in gone} == {"No backend found."}


def test_a_browser_that_is_gone_says_why(old):
    def fail(new):
        new["rows"] = new["ratios"] = []
        new["browsers"][0]["reason"] = "It did not start."

    comparison = compare(old, changed(old, fail))
    assert {(change.verdict, change.reason) for change in comparison.changes} == {("gone", "It did not start.")}


def test_what_else_differs_is_told(old):
    def update(new):
        new["versions"] = {"onnxruntime-web": "1.31.0", "webdnn": "1.2.11"}
        new["browsers"][0]["version"] = "157"
        new["machine"]["cpu"] = "Xeon"

    assert compare(old, changed(old, update)).notes == (
        "Chromium was 156 and is now 157.",
        "onnxruntime-web was 1.30.0 and is now 1.31.0.",
        "processor was EPYC and is now Xeon.",
        "webdnn was absent and is now 1.2.11.",
    )


def test_a_row_for_the_terminal(old):
    new = changed(old, lambda new: new["ratios"][0].update(cold=interval(4.0), first=point(8.0)))
    rows = {row[4]: row for row in map(cells, compare(old, new).changes)}
    assert rows["cold"] == (
        *PLACE.values(),
        "onnxruntime-web",
        "cold",
        "8 (7.84 to 8.16)",
        "4 (3.92 to 4.08)",
        "slower 2.00x",
    )
    assert rows["first"][-3:] == ("4", "8", "faster 2.00x")
    told = line(compare(old, new).changes[0])
    assert len(told) == len(HEADINGS) and told[0].startswith(", ".join(PLACE.values()))


def test_what_one_report_lacks_is_a_line_for_each_contestant(old):
    fuller = changed(old, lambda new: new["ratios"].append({**new["ratios"][0], "library": "another-peer"}))
    told = list(one_sided(compare(fuller, old).changes))
    assert len(told) == 2 and "only in the older report" in told[0]
    assert ", ".join(PLACE.values()) in told[1] and "another-peer" in told[1]
    assert "only in the newer report" in next(one_sided(compare(old, fuller).changes))
    assert not list(one_sided(compare(old, old).changes))
    many = changed(old, lambda new: new["ratios"].extend({**new["ratios"][0], "library": f"p{i}"} for i in range(14)))
    told = list(one_sided(compare(many, old).changes))
    assert len(told) == 12 and told[-1] == "  and those of 4 more contestants"


# Files.


def written(path, content):
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def test_a_report_is_read(old, tmp_path):
    assert read(written(tmp_path / "old.json", old)) == old


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not valid JSON"),
        (b"\xff\xfe{", "is not valid JSON"),
        (b"[" * 100_000, "is not valid JSON"),
        (b'{"schema": ' + b"9" * 5000 + b"}", "is not valid JSON"),
        (b"[]", "not a report"),
        (b"{}", "not a report"),
        (b'{"schema": true}', "not a report"),
        (b'{"schema": "2"}', "not a report"),
        (b'{"schema": 1}', "has schema 1"),
        ({"schema": SCHEMA}, "damaged"),
    ],
)
def test_a_file_that_is_no_report_is_refused_with_a_remedy(content, message, tmp_path):
    with pytest.raises(UsageError, match=message) as caught:
        read(written(tmp_path / "old.json", content))
    assert "ganzoo bench --json" in caught.value.remedy


def test_a_file_that_is_absent_or_a_folder_is_refused(tmp_path):
    for path in (tmp_path / "absent.json", tmp_path):
        with pytest.raises(UsageError, match="cannot be read"):
            read(path)


def test_a_file_beyond_measure_is_not_taken_in(old, tmp_path, monkeypatch):
    monkeypatch.setattr("ganzoo.bench.compare.SIZE", 100)
    with pytest.raises(UsageError, match="not a report"):
        read(written(tmp_path / "old.json", old))


@pytest.mark.parametrize(
    "bad",
    [
        float("nan"), float("inf"), 0, -1, 10**400, True, "3", [], {}, point(None), point(0), point(-2), point("3"),
        {**point(2), "n": None}, {**point(2), "n": "x"}, {**point(2), "low": 1},
        {"median": 2, "low": 3, "high": 1, "n": 7}, {"median": 2, "low": float("nan"), "high": 3, "n": 7},
    ],
)  # fmt: skip
def test_a_figure_that_is_none_is_refused(old, bad, tmp_path):
    old["ratios"][0]["cold"] = bad
    with pytest.raises(UsageError, match="damaged"):
        read(written(tmp_path / "old.json", old))


def paths(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in items:
        yield from paths(each, (*path, key))


garbage = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda each: st.lists(each, max_size=2) | st.dictionaries(st.text(max_size=3), each, max_size=2),
    max_leaves=4,
)


@given(st.data())
def test_garbage_anywhere_is_a_report_or_refused(data):
    document = report()
    *path, last = data.draw(st.sampled_from([path for path in paths(document) if path]))
    where = document
    for key in path:
        where = where[key]
    where[last] = data.draw(garbage)
    try:
        comparison = compare(document, report())
    except _WrongError:
        return
    for change in comparison.changes:
        assert all(cell.isprintable() for cell in cells(change))


def test_control_sequences_do_not_reach_the_terminal(old, tmp_path):
    old["ratios"][0]["library"] = "\x1b]0;title\x07\x1b[31mpeer"
    old["versions"]["\x1b[2J"] = "\x9b1"
    document = read(written(tmp_path / "old.json", old))
    comparison = compare(document, {**document, "versions": {}})
    assert all(cell.isprintable() for change in comparison.changes for cell in cells(change))
    assert all(note.isprintable() for note in comparison.notes)
