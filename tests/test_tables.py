"""Tables on terminals of any width: no number is ever cut."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from ganzoo.tables import Table

HEADINGS = ("library", *(f"figure {i}" for i in range(6)))
ROWS = [["a-library-with-a-long-name", *(f"{i}{i},{i}00.5 \u00b13%" for i in range(6))], ["b", *["1"] * 6]]


def shown(width: int, made: Table) -> list[str]:
    console = Console(width=width, record=True, file=io.StringIO())
    console.print(made)
    return console.export_text().splitlines()


@pytest.mark.parametrize("width", [200, 80, 60, 40, 28])
def test_numbers_are_whole_at_any_width(width: int) -> None:
    lines = shown(width, Table(HEADINGS, ROWS, right=6, title="Figures", gap=2))
    assert max(map(len, lines)) <= width
    told = "\n".join(lines)
    assert all(f"{i}{i},{i}00.5 \u00b13%" in told for i in range(6)) and "\u2026" not in told
    assert told.count("Figures") == 1
    parts = sum("figure" in line for line in lines)
    assert (parts == 1) == (width > 110)


def test_names_fold_only_where_they_must() -> None:
    rows = [["a/folder/with/a/name/of/forty/letters.json", "12", "a text that may fold where there is no room"]]
    assert any(rows[0][0] in line for line in shown(60, Table(("file", "n", "what"), rows)))
    told = shown(60, Table(("file", "bytes"), [["x" * 70, "123,456"]], right=1))
    assert any("123,456" in line for line in told) and max(map(len, told)) <= 60


@pytest.mark.parametrize("width", [120, 80, 60])
def test_a_long_first_text_leaves_room_for_the_others(width: int) -> None:
    rows = [
        ["classifier, webassembly, Chromium: batch 16, share of peak against peak", "12.3", "0.123", "slower 100.00x"]
    ]
    told = " ".join(" ".join(shown(width, Table(("what", "before", "now", "change"), rows))).split())
    assert all(word in told for word in ("before", "now", "change", "12.3", "0.123", "slower", "100.00x", "share"))
