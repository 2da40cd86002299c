"""The suite of published networks in Chainer: some small ones, and the table that is made of the result."""

from __future__ import annotations

import json

import pytest

from benchmarks import chainer_suite
from benchmarks.chainer_networks import networks
from benchmarks.chainer_suite import Row
from tests.support.places import ROOT

ROWS = {f"{family}/{each.name}": Row(each, family) for family, members in networks().items() for each in members}


def test_names_are_given_once_and_there_are_as_many_as_the_measure_asks_for() -> None:
    names = [key.partition("/")[2] for key in ROWS]
    assert len(set(names)) == len(names) >= 57
    assert sum(row.published.mixes for row in ROWS.values()) == 3


@pytest.mark.parametrize("name", ["small/lenet-5", "generators/vae", "generators/made", "pictures/srcnn"])
def test_a_network_is_compiled_and_equal(name: str) -> None:
    row = ROWS[name]
    chainer_suite.take(row, browser=False)
    assert row.result == "compiled" and row.errors["numpy"] < 1e-5 and row.parameters and row.multiply_adds


def test_what_differs_is_wrong() -> None:
    row = Row(ROWS["small/lenet-5"].published, "small")
    plan, arrays, outputs = chainer_suite.compiled(row)
    row.judge("numpy", [output * 1.01 for output in outputs], outputs)
    assert row.result == "wrong" and "differs by 0.01" in row.reason and plan.steps and arrays


def test_the_table_in_the_document_is_that_of_the_newest_result() -> None:
    newest = max((ROOT / "benchmarks" / "results").glob("*-chainer.json"))
    rows = json.loads(newest.read_text())["networks"]
    text = (ROOT / "docs" / "frontends.md").read_text()
    assert chainer_suite.with_table(text, rows) == text
    assert not [row["name"] for row in rows if row["result"] == "wrong"]
    assert [row["result"] for row in rows if row.get("mixes")] == ["refused"] * 3
