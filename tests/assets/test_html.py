"""Templates escape what they are given, and fail where something is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from jinja2 import UndefinedError

from ganzoo.assets.html import render

if TYPE_CHECKING:
    from pathlib import Path


def test_a_value_is_text_wherever_it_stands(tmp_path: Path) -> None:
    (tmp_path / "base.html").write_text('{% macro name(text) %}<b>{{ text }}</b>{% endmacro %}<p title="{{ x }}">')
    (tmp_path / "page.html").write_text(
        '{% from "base.html" import name with context %}{{ name(x) }}<a title="{{ x }}">'
    )
    hostile = "</a>\"'&<{{ 7 * 7 }}{% no %}"
    text = "&lt;/a&gt;&#34;&#39;&amp;&lt;{{ 7 * 7 }}{% no %}"
    assert render(tmp_path / "page.html", x=hostile) == f'<b>{text}</b><a title="{text}">'


def test_a_missing_value_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("{% if absent %}1{% endif %}")
    with pytest.raises(UndefinedError, match="absent"):
        render(tmp_path / "page.html")
