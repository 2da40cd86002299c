"""A bundle's manifest: one schema, its Python and its JavaScript check, and what they answer to hostile input."""

from __future__ import annotations

import copy
import json
import re
import runpy
import subprocess
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from ganzoo.errors import DocumentError
from ganzoo.export import manifest, schemas
from tests.support.places import DATA, JS, ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

VECTORS = json.loads((DATA / "manifest-vectors.json").read_text(encoding="utf-8"))
HERE = Path("bundle")


def refused(text: str) -> str | None:
    """The field that the check refuses, None where it takes the manifest."""
    try:
        manifest.parse(text.encode("utf-8", "surrogatepass"), HERE)
    except DocumentError as error:
        assert error.message.startswith(f"{HERE / 'manifest.json'} is damaged: ") and error.remedy
        assert error.message.isprintable() and len(error.message) < 400
        return error.field
    return None


def ignored(field: str) -> bool:
    """Whether the runtime does not check `field`, because it does not use it."""
    return any(fnmatchcase(field, pattern) for pattern in VECTORS["ignored"])


def find(document: Any, pointer: str) -> tuple[Any, Any]:
    """The object or list that holds what a JSON pointer names, and its last key."""
    *keys, last = (key.replace("~1", "/").replace("~0", "~") for key in pointer[1:].split("/"))
    for key in keys:
        document = document[int(key) if isinstance(document, list) else key]
    return document, int(last) if isinstance(document, list) else last


def changed(vector: dict[str, Any]) -> str:
    """The manifest with the change of `vector`, as text."""
    document = copy.deepcopy(VECTORS["manifest"])
    values = vector.get("set", {}) | {pointer: f"raw:{pointer}" for pointer in vector.get("raw", {})}
    for pointer, value in values.items():
        holder, key = find(document, pointer)
        holder[key] = value
    for pointer in vector.get("remove", []):
        holder, key = find(document, pointer)
        del holder[key]
    text = json.dumps(document, separators=(",", ":"))
    for pointer, value in vector.get("raw", {}).items():
        text = text.replace(json.dumps(f"raw:{pointer}"), value)
    if "text" in vector:
        pattern, replacement = vector["text"]
        text = re.sub(pattern, lambda found: replacement, text, count=1, flags=re.DOTALL)
    return text


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["name"])
def test_a_vector_is_answered_as_it_says(vector: dict[str, Any]) -> None:
    """tests/js/runtime/manifest.test.mjs holds the runtime to the same."""
    field = refused(changed(vector))
    # of a range, which the runtime checks as a whole, Python names the number that is wrong
    assert field == vector.get("refused") or re.sub(r"\.range\.\d$", ".range", str(field)) == vector["refused"]
    if vector.get("runtime") == "ignores":
        # the one rule between fields that the runtime leaves out: it never fetches a file that no field names
        assert ignored(vector["refused"]) or "/files/manifest.json" in vector["set"]


@pytest.mark.parametrize("text", ["[" * 100_000, '{"format": ' * 50_000])
def test_deep_nesting_is_refused(text: str) -> None:
    assert refused(text) == ""


def test_a_manifest_that_is_no_text_or_too_long_is_refused(tmp_path: Path) -> None:
    for content in (b"\xff\xfe{}", b" " * (schemas.LARGEST + 1)):
        with pytest.raises(DocumentError, match=r"manifest\.json is damaged"):
            manifest.parse(content, HERE)
        (tmp_path / "manifest.json").write_bytes(content)
        with pytest.raises(DocumentError, match=r"manifest\.json is damaged"):
            manifest.read(tmp_path)
    with pytest.raises(DocumentError, match="cannot be read"):
        manifest.read(tmp_path / "nowhere")


@pytest.mark.slow
def test_a_shape_of_a_million_numbers_costs_little() -> None:
    """Their product would have 28 million bits."""
    assert refused(changed({"set": {"/weights/tensors/0/shape": [2**28] * 100_000}})) == "weights.tensors.0.values"


def test_the_error_says_which_field_is_wrong() -> None:
    told = {
        "/inputs/1/meaning": (
            "noise",
            r"its field inputs\.1\.meaning is 'noise' but must be one of \['latent', 'onehot'",
        ),
        "/files/..~1x": (1, r"a name in its field files is '\.\./x' but must match the pattern"),
        "/weights/values": (50, r"its field weights\.values is 50, but the tensors have 49 values"),
        "/format": (2, "its format is 2, but this version of ganzoo reads format 1"),
    }
    for pointer, (value, sentence) in told.items():
        with pytest.raises(DocumentError, match=sentence):
            manifest.parse(changed({"set": {pointer: value}}).encode(), HERE)
    with pytest.raises(DocumentError, match=r"its field golden\.file is missing"):
        manifest.parse(changed({"remove": ["/golden/file"]}).encode(), HERE)


# Python and JavaScript agree


@pytest.fixture(scope="module")
def runtime() -> Iterator[Callable[[str], str | None]]:
    """The field that the runtime refuses in a text; one process of node answers all."""
    script = JS / "runtime" / "verdicts.mjs"
    node = subprocess.Popen(["node", str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert node.stdin and node.stdout
    stdin, stdout = node.stdin, node.stdout

    def ask(text: str) -> str | None:
        stdin.write(json.dumps(text) + "\n")
        stdin.flush()
        answer: str | None = json.loads(stdout.readline())
        return answer

    yield ask
    stdin.close()
    assert node.wait(timeout=30) == 0


def places(value: Any, place: str = "") -> Iterator[str]:
    """The JSON pointers of everything in `value` but itself."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inside:
        yield f"{place}/{key}"
        yield from places(each, f"{place}/{key}")


POINTERS = list(places(VECTORS["manifest"]))
HOSTILE = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0, 1, -1, 2, 3, 4, 5, 20, 2**28, 2**28 + 1, 2**31, 2**53, 10**30, 0.5, 1.0, 5e-324, 1e308, -0.0]),
    st.integers(),
    st.floats(allow_nan=False),
    st.sampled_from(
        ["", "x", "z", "alpha.js", "golden.bin", "weights.js", "f32", "f16", "int8", "../x", "a\n", "__proto__"]
    ),
    st.text(max_size=5),
    st.lists(st.integers(-1, 5), max_size=4),
    st.sampled_from([{}, {"length": 2}, {"__proto__": {}}, [[]], [{}]]),
)
# how, at which pointer, with which value, or with what stands at which other pointer
CHANGES = st.tuples(
    st.sampled_from(["set", "remove", "copy", "rename", "append"]),
    st.sampled_from(POINTERS),
    HOSTILE,
    st.sampled_from(POINTERS),
)


def mutate(document: Any, how: str, pointer: str, value: Any, other: str) -> None:
    holder, key = find(document, pointer)
    if how == "set":
        holder[key] = value
    elif how == "remove":
        del holder[key]
    elif how == "copy":
        source, name = find(VECTORS["manifest"], other)
        holder[key] = copy.deepcopy(source[name])
    elif how == "rename" and isinstance(holder, dict):
        holder[str(value)] = holder.pop(key)
    elif isinstance(holder, list):
        holder.append(copy.deepcopy(holder[key]))


@pytest.mark.node
@settings(max_examples=400, deadline=None)
@given(changes=st.lists(CHANGES, min_size=1, max_size=3))
def test_python_and_javascript_agree(
    changes: list[tuple[str, str, Any, str]], runtime: Callable[[str], str | None]
) -> None:
    """Both take a manifest or both refuse it, but for fields that the runtime does not use."""
    document = copy.deepcopy(VECTORS["manifest"])
    for change in changes:
        try:
            mutate(document, *change)
        except (KeyError, IndexError, TypeError, ValueError, AttributeError):
            reject()  # an earlier change took the place away
    text = json.dumps(document).replace("Infinity", "1e400")
    mine, theirs = refused(text), runtime(text)
    if theirs is not None:
        assert mine is not None, theirs
    elif mine is not None:
        assert ignored(mine), mine


# The schemas and the page


@pytest.mark.parametrize("name", ["manifest", "export"])
def test_the_schemas_are_schemas(name: str) -> None:
    from jsonschema import Draft202012Validator

    schema = json.loads((Path(schemas.__file__).parent / f"{name}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)


def test_the_format_is_the_schemas() -> None:
    assert refused(changed({"set": {"/format": manifest.FORMAT}})) is None


def test_the_page_of_the_bundle_has_the_schemas_fields() -> None:
    fields = runpy.run_path(str(ROOT / "tools" / "bundle_fields.py"))
    (found,) = fields["BLOCK"].finditer(fields["PAGE"].read_text(encoding="utf-8"))
    assert found[0] == fields["table"](), "run: make bundle-page"
