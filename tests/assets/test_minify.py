"""What is minified computes what it computes as it is written, whatever of JavaScript is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ganzoo.assets.minify import css, javascript
from ganzoo.errors import AssetError
from tests.support.modules import computed, forms, write
from tests.support.places import JS

if TYPE_CHECKING:
    from pathlib import Path

ORDINARY = JS / "assets" / "ordinary.mjs"


@pytest.mark.node
def test_ordinary_javascript_does_the_same_in_fewer_bytes(tmp_path: Path) -> None:
    entry = write(tmp_path, {"a.js": ORDINARY.read_text()})
    written, joined, small = computed(*forms(entry))
    assert len(written["results"]) > 150 and written == joined == small
    assert (tmp_path / "small.mjs").stat().st_size < 0.8 * entry.stat().st_size


# What minify 2.24 gets wrong: where the last assertion fails it has learned it, and `_is_mistaken` can go
MISTAKEN = {
    "an object's pattern": "const f = () => ({ a: 1 }); var object = f(); var { a: x } = object;",
    "an array's pattern": "const f = () => [1]; var list = f(); var [x] = list;",
    "a pattern in a loop": "function f() { var all = [[1]]; for (var [a] = all;;) return a } var x = f();",
    "a zero before a digit": r'const x = "\0" + "1";',
}


@pytest.mark.node
@pytest.mark.parametrize("source", MISTAKEN.values(), ids=MISTAKEN)
def test_what_the_library_gets_wrong_stays_as_it_is(source: str, tmp_path: Path) -> None:
    import minify

    entry = write(tmp_path, {"a.js": source + "\nexport { x };\n"})
    (tmp_path / "wrong.mjs").write_text(minify.string("application/javascript", entry.read_text()))
    written, joined, small, wrong = computed(*forms(entry), tmp_path / "wrong.mjs")
    assert "x" in written and written == joined == small
    assert wrong != written


def test_what_other_files_name_keeps_its_name() -> None:
    source = (
        "class Model { #hidden = 1; run(values) { return values.count } }\nexport function load(url) { return url }\n"
    )
    small = javascript(source + "export { Model };", "a.js")
    for name in ("class Model", "run(", ".count", "function load(", "Model}"):
        assert name in small
    assert "values" not in small and "url" not in small


def test_no_javascript_is_refused_with_its_line() -> None:
    with pytest.raises(AssetError, match=r"a\.js, line 2: this is not valid JavaScript") as refused:
        javascript("const a = 1;\nconst b = ;\n", "a.js")
    assert refused.value.exit_code == 2 and refused.value.remedy


def test_css_loses_comments_and_space_and_no_rule() -> None:
    source = """
        /* a comment: { with } braces; */
        a > b, a:hover::before { content: "/* none */  {}"; margin: 0 auto }
        @media (min-width: 10px) and (max-width: 20px) { .x:not(.y, .z) { width: calc(1px + (2px * var(--n))); } }
    """
    small = css(source)
    assert small == (
        'a>b,a:hover::before{content:"/* none */  {}";margin:0 auto}'
        "@media(min-width:10px) and (max-width:20px){.x:not(.y,.z){width:calc(1px + (2px * var(--n)))}}"
    )
