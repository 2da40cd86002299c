"""Modules that are joined compute what they compute apart, in every form of import and export and with any names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ganzoo.assets.join import join
from ganzoo.errors import AssetError
from tests.support.modules import computed, forms, write

if TYPE_CHECKING:
    from pathlib import Path

IMPORTS = {
    "names, some of them others": (
        {"b.js": "export const a = 1, b = 2;", "a.js": 'import { a, b as c, } from "./b.js";\nexport const x = a + c;'},
        {"x": 3},
    ),
    "over several lines, with comments": (
        {
            "b.js": "export function f() { return 1 }\nexport class C { y = 2 }",
            "a.js": 'import {\n  f, // import { g } from "./g.js";\n  C /* , D */,\n}\n  from\n  "./b.js"\n'
            "export const x = f() + new C().y",
        },
        {"x": 3},
    ),
    "single quotes and no space": (
        {"b.js": "export let a=1", "a.js": "import{a}from'./b.js';export let x=a"},
        {"x": 1},
    ),
    "in the middle": (
        {"b.js": "export let a = 1;", "a.js": 'const x = a;\nimport { a } from "./b.js";\nexport { x };'},
        {"x": 1},
    ),
    "a namespace": (
        {
            "b.js": "export let n = 0;\nexport function count() { n++ }\nexport default 7;",
            "a.js": 'import * as b from "./b.js";\nb.count();\nexport const x = [b.n, b.default, Object.keys(b)];',
        },
        {"x": [1, 7, ["count", "default", "n"]]},
    ),
    "a default and names": (
        {
            "b.js": "export default function () { return 1 }\nexport const a = 2;",
            "c.js": "export default class C { y = 3 }\nexport const again = () => new C().y;",
            "d.js": "const value = 4;\nexport { value as default };",
            "e.js": "export default (5, 6)",
            "a.js": 'import f, { a } from "./b.js";\nimport C, * as c from "./c.js";\nimport d from "./d.js";\n'
            'import { default as e } from "./e.js";\nexport const x = [f(), a, new C().y, c.again(), d, e];',
        },
        {"x": [1, 2, 3, 3, 4, 6]},
    ),
    "exports passed on": (
        {
            "c.js": "export const a = 1, b = 2;\nexport default 3;",
            "b.js": 'export * from "./c.js";\nexport { default, a as first } from "./c.js";\n'
            'export * as all from "./c.js";',
            "a.js": 'import c, { a, first, all } from "./b.js";\nexport * from "./b.js";\n'
            "export const x = [a, first, all.b, c];",
        },
        {"x": [1, 1, 2, 3], "a": 1, "b": 2, "first": 1, "all": {"a": 1, "b": 2, "default": 3}},
    ),
    "patterns": (
        {
            "b.js": "export const { a, b: [c, ...d], e = Math.max(1, 2), ...f } = { a: 1, b: [2, 3], g: 4 };",
            "a.js": 'import { a, c, d, e, f } from "./b.js";\nexport const x = [a, c, d, e, f.g];',
        },
        {"x": [1, 2, [3], 2, 4]},
    ),
    "values that change": (
        {
            "b.js": "export let n = 1;\nexport const more = () => { n += 1 };",
            "a.js": 'import { n, more } from "./b.js";\nmore();\nexport const x = n;',
        },
        {"x": 2},
    ),
    "modules that import each other": (
        {
            "b.js": 'import { even } from "./a.js";\nexport function odd(n) { return n > 0 && even(n - 1) }',
            "a.js": 'import { odd } from "./b.js";\nexport function even(n) { return n === 0 || odd(n - 1) }\n'
            "export const x = odd(7);",
        },
        {"x": True},
    ),
    "only what it does": (
        {
            "b.js": "globalThis.order = [...(globalThis.order ?? []), 'b'];",
            "c.js": 'import "./b.js";\nglobalThis.order.push("c");',
            "a.js": 'import "./c.js";\nimport "./b.js";\nexport const x = globalThis.order.splice(0);',
        },
        {"x": ["b", "c"]},
    ),
    "a folder above": (
        {"b.js": "export const a = 1;", "f/a.js": 'import { a } from "../b.js";\nexport const x = a;'},
        {"x": 1},
    ),
    "an await": (
        {
            "b.js": "export const a = await Promise.resolve(1);",
            "a.js": 'import { a } from "./b.js";\nexport const x = a;',
        },
        {"x": 1},
    ),
}


NAMES = {
    "two of a name": (
        {
            "b.js": "const n = 1;\nfunction f() { return n }\nexport const b = () => f() + n;",
            "a.js": 'import { b } from "./b.js";\nconst n = 2;\nfunction f() { return n * 10 }\n'
            "export const x = [b(), f(), n];",
        },
        [2, 20, 2],
    ),
    "a global of the browser's": (
        {
            "b.js": "const parseInt = (text) => text.length;\nexport const b = parseInt('123');",
            "a.js": 'import { b } from "./b.js";\nexport const x = [b, parseInt("12")];',
        },
        [3, 12],
    ),
    "an argument elsewhere": (
        {
            "b.js": "export const n = 1;",
            "a.js": 'import { n as m } from "./b.js";\nconst f = (n) => n + m;\nexport const x = f(10);',
        },
        11,
    ),
    "short for a property": (
        {
            "b.js": "const n = 1;\nexport const b = { n };",
            "a.js": 'import { b } from "./b.js";\nlet n = 2;\nconst c = { n, m: n, n2: b.n };\n'
            "({ n } = { n: 5 });\n({ n = 6 } = c);\n"
            "export const x = [b, c, n, c.n, (({ n }) => n)({ n: 9 }), ((n = 8) => n)()];",
        },
        [{"n": 1}, {"n": 2, "m": 2, "n2": 1}, 2, 2, 9, 8],
    ),
    "members, labels and keys": (
        {
            "b.js": "export const n = 1;\n"
            "export class C { n = n; static n() { return n } #n = 3; get m() { return this.#n } }",
            "a.js": 'import { n as one, C } from "./b.js";\nconst n = [];\n'
            "n: for (;;) { n.push(one, C.n(), new C().n, new C().m, n.n); break n }\nexport const x = n;",
        },
        [1, 1, 1, 3, None],
    ),
    "of the numbers themselves": (
        {
            "b.js": "const n = 1, n$1 = 2;\nexport const b = n + n$1;",
            "a.js": 'import { b } from "./b.js";\nconst n = 5;\nexport const x = b + n;',
        },
        8,
    ),
    "var in a block": (
        {
            "b.js": "if (true) { var n = 1; for (var i of [2]) n += i; }\nexport const b = () => n;",
            "a.js": 'import { b } from "./b.js";\nvar n = 10, i = 20;\nexport const x = [b(), n, i];',
        },
        [3, 10, 20],
    ),
}


CASES = {**IMPORTS, **{name: (sources, {"x": x}) for name, (sources, x) in NAMES.items()}}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    """What each case computes as it is written, joined, and minified, by one node."""
    entries = [write(tmp_path_factory.mktemp("case"), sources) for sources, _ in CASES.values()]
    results = computed(*(form for entry in entries for form in forms(entry)))
    return {name: results[3 * i : 3 * i + 3] for i, name in enumerate(CASES)}


@pytest.mark.node
@pytest.mark.parametrize("case", CASES)
def test_joined_modules_compute_what_modules_compute(case: str, answers: dict[str, list[Any]]) -> None:
    written, joined, small = answers[case]
    _, right = CASES[case]
    assert written == joined == small
    assert {name: written[name] for name in right} == right


@pytest.mark.node
def test_what_stays_apart_is_imported_from_there(tmp_path: Path) -> None:
    sources = {
        "dom.js": "export let n = 1;\nexport const more = () => { n += 1 };\nexport const own = 3;",
        "shared.js": 'import { n, more } from "./dom.js";\nexport { n as number, more };',
        "a.js": 'import { n, more as add } from "./dom.js";\nconst number = 5;\nadd();\nexport const x = [n, number];',
    }
    entry = write(tmp_path, sources)
    shared = join(tmp_path / "shared.js")
    joined = join(entry, {"./shared.mjs?1": shared}).source
    assert joined.count("import ") == 1 and "n += 1" not in joined
    (tmp_path / "shared.mjs").write_text(shared.source)
    (tmp_path / "joined.mjs").write_text(joined)
    apart, together = computed(tmp_path / "joined.mjs", entry)
    assert apart == together == {"x": [2, 5]}
    entry.write_text('import { own } from "./dom.js";')
    with pytest.raises(AssetError, match=r"shared\.mjs\?1 contains own of dom\.js but does not export it"):
        join(entry, {"./shared.mjs?1": shared})


REFUSED = {
    'import { no } from "./b.js";': "a.js imports no from b.js, which does not export it",
    'import no from "./b.js";': "a.js imports default from b.js, which does not export it",
    'export { no } from "./b.js";': "a.js imports no from b.js, which does not export it",
    'import { a } from "./none.js";': "There is no .*none.js",
    'import { a } from "lit";': 'a.js, line 1: "lit" is not a relative path',
    'import a from "./a.json" with { type: "json" };': "a.js, line 1: .* is not JavaScript",
    '\nconst b = await import("./b.js");': "a.js, line 2: dynamic imports are not shipped",
    "export default class {}\n(1);": "a.js, line 1: this default export has no name",
    "const = 1;": "a.js, line 1: this is not valid JavaScript",
}


@pytest.mark.parametrize(("source", "words"), REFUSED.items())
def test_what_cannot_be_joined_is_refused_and_says_what_to_do(source: str, words: str, tmp_path: Path) -> None:
    entry = write(tmp_path, {"b.js": "export const a = 1;", "a.js": source})
    with pytest.raises(AssetError, match=words) as refused:
        join(entry)
    assert refused.value.remedy.endswith(".")
