"""The schema of a benchmark's document: it takes what may be and nothing else."""

from __future__ import annotations

import re

import pytest
from jsonschema import Draft202012Validator

from tests.support.bench_documents import DOCUMENTS, SCHEMA, VALIDATOR, document, estimate
from tests.support.places import ROOT


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
    manual = (ROOT / "docs" / "bench.md").read_text("utf-8")
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


@pytest.mark.slow
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
