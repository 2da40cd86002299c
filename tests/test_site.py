"""Sites: what is written, that every reference holds, what is refused, that a former site survives."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import signal
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import brotli
import numpy as np
import pytest
from PIL import Image

from ganzoo import plugins
from ganzoo.errors import RunError, UsageError
from ganzoo.export import exports
from ganzoo.runs import run as runs_module
from ganzoo.runtime import join, modules, strip
from ganzoo.site import build, bundles, hosts
from ganzoo.site import page as pages
from ganzoo.site.samples import timeline
from ganzoo.specs import TrainConfig

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from conftest import Done
    from ganzoo.runs.run import Run

WEB = build.WEB
TESTS = Path(__file__).parent
LATENT = {"name": "z", "shape": [4], "meaning": "latent", "range": None, "parts": []}
PICTURE = {"name": "y", "shape": [1, 2, 2], "meaning": "image", "range": [0, 1], "parts": []}
CLASSES = {"name": "p", "shape": [3], "meaning": "logits", "range": None, "parts": []}
KINDS = {"generator": ([LATENT], [PICTURE]), "classifier": ([{**PICTURE, "name": "x"}], [CLASSES])}


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def manifest_of(kind: str, arch: str, contents: Mapping[str, bytes]) -> dict[str, Any]:
    inputs, outputs = KINDS[kind]
    tensor = {"name": "w", "shape": [4], "offset": 0, "values": 4, "bytes": 16, "at": 0, "encoding": "f32"}
    return {
        "format": 1,
        "name": kind,
        "inputs": inputs,
        "outputs": outputs,
        "weights": {"values": 4, "encoding": "f32", "shards": ["weights.bin"], "tensors": [tensor]},
        "files": {name: {"bytes": len(content), "sha256": sha256(content)} for name, content in contents.items()},
        "backends": {"webgl": {"module": "webgl.js", "prefetch": ["webgl.json"]}},
        "golden": {"file": "golden.bin", "tolerance": {"webgl": 0.1}},
        "provenance": {"arch": arch, "dataset": "digits"},
    }


def made_by_hand(folder: Path, kind: str = "generator", arch: str = "tiny", layout: str = "ganzoo") -> exports.Export:
    """An export in `folder`, of files that nothing runs."""
    contents = {
        "weights.bin": np.arange(4, dtype="<f4").tobytes(),
        "golden.bin": bytes(32),
        **{name: name.encode() for name in ("ganzoo.js", "weights.js", "webdnn.js", "webgl.js", "webgl.json")},
    }
    (folder / kind).mkdir(parents=True)
    for name, content in contents.items():
        (folder / kind / name).write_bytes(content)
    own = manifest_of(kind, arch, contents)
    (folder / kind / "manifest.json").write_text(json.dumps(own))
    network = {"inputs": own["inputs"], "outputs": own["outputs"], "test": False}
    told = {"format": exports.FORMAT, "layout": layout, "run": folder.parent.name, "backends": {}}
    (folder / "export.json").write_text(json.dumps({**told, "networks": {kind: network}}))
    return exports.load(folder)


def change(export: exports.Export, **values: Any) -> exports.Export:
    """Other `values` in the manifest of the export's only network."""
    (name,) = export.networks
    file = export.path / name / "manifest.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **values}))
    return export


@pytest.fixture
def pair(tmp_path: Path) -> list[tuple[exports.Export, Run | None]]:
    both = (made_by_hand(tmp_path / kind, kind, f"my-{kind}") for kind in KINDS)
    return [(export, None) for export in both]


@pytest.fixture(scope="session")
def real(runs: Mapping[str, Run], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of trained networks on all backends, one with its weights in f16."""
    from ganzoo.export.layouts import ExportOptions

    folder = tmp_path_factory.mktemp("real")
    backends = [plugins.BACKENDS.get(name) for name in ("webassembly", "webgl", "webgpu")]
    chosen = (("dcgan-cond", ExportOptions(weights="f16")), ("cnn", ExportOptions()))
    exports = [
        (exports.write(runs[arch], backends, folder / arch, options=options).export, runs[arch])
        for arch, options in chosen
    ]
    return build.build(exports, folder / "site").path


def content(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256(path.read_bytes()) for path in files}


class Tags(HTMLParser):
    """The tags of a page with their attributes, and the text inside of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.inline = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {key: value or "" for key, value in attrs}))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] in ("script", "style"):
            self.inline += data.strip()

    def all(self, tag: str) -> Iterator[dict[str, str]]:
        return (attributes for name, attributes in self.tags if name == tag)


def tags(site: Path, file: str) -> Tags:
    return Tags((site / file).read_text(encoding="utf-8"))


def listed(site: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((site / "site.json").read_text())
    return found


def references(site: Path) -> Iterator[tuple[str, str]]:
    """Every URL that a file of the site names another by, with the file."""
    for file in [page["file"] for page in listed(site)["pages"]] + ["404.html"]:
        for _, attributes in tags(site, file).tags:
            for key in ("src", "href", "timeline", "reader", "data-app", "data-icon"):
                if not attributes.get(key, "data:").startswith("data:"):
                    yield file, attributes[key]
    yield from (
        ("app.webmanifest", icon["src"]) for icon in json.loads((site / "app.webmanifest").read_text())["icons"]
    )
    for script in ("elements.js", "generator.js", "classifier.js"):
        named = re.findall(r'"(?:\./)?(\w+\.\w+\?[^"]*)"', (site / script).read_text())
        assert bool(named) == (script != "elements.js")
        yield from ((script, each) for each in named)
    for sheets in site.glob("samples/*/timeline.json"):
        own = sheets.relative_to(site).as_posix()
        yield from ((own, entry["file"]) for entry in json.loads(sheets.read_text()))
    kept = worker(site)
    yield from (("sw.js", f"{file}?{digits}") for file, digits in kept["files"].items())
    yield from (("sw.js", url) for urls in kept["models"].values() for url in urls)


def worker(site: Path) -> dict[str, Any]:
    """What the service worker was told to keep."""
    found: dict[str, Any] = json.JSONDecoder().raw_decode((site / "sw.js").read_text(), len("const SITE="))[0]
    return found


# The scripts


def test_under_node() -> None:
    tests = sorted((TESTS / "js" / "site").glob("*.test.mjs"))
    done = subprocess.run(["node", "--test", *map(str, tests)], capture_output=True, text=True)
    assert len(tests) > 3 and done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]


@pytest.mark.parametrize("name", ["elements.js", "shell.js", "sw.js"])
def test_stripping_leaves_the_syntax_tree_alone(name: str, tmp_path: Path) -> None:
    same_tree(join(WEB / name), tmp_path)


@pytest.mark.parametrize("kind", bundles.KINDS)
def test_stripping_leaves_the_elements_syntax_tree_alone(kind: str, tmp_path: Path) -> None:
    source = join(WEB / kind / f"{kind}.js", modules(WEB / "elements.js"))
    same_tree(re.sub(r"^import [^;]*;\n", "", source, flags=re.MULTILINE), tmp_path)


def same_tree(source: str, folder: Path) -> None:
    """By the parser that node itself brings."""
    (folder / "a.js").write_text(source)
    (folder / "b.js").write_text(strip(source))
    same = ["node", "--expose-internals", TESTS / "js" / "runtime" / "same.cjs", folder / "a.js", folder / "b.js"]
    subprocess.run(same, check=True)


def test_what_the_elements_do_not_share_is_no_import() -> None:
    shared = b"export{h,GanzooElement};"
    with pytest.raises(ValueError, match=r"exports no .*Network.*paint"):
        build._element("generator", shared)


# What is written


def test_every_reference_holds(real: Path) -> None:
    plain = {"./", "/", "cnn.html", "/cnn.html"}  # pages, whose addresses stay
    seen = set()
    for file, url in references(real):
        if url in plain:
            continue
        path, _, digits = urljoin(f"/{file}", url).lstrip("/").partition("?")
        assert sha256((real / path).read_bytes())[:8] == digits, (file, url)
        seen.add(path)
    everything = {path for path in listed(real)["files"] if not path.startswith("models/")}
    assert everything - seen == {"sw.js"}  # registered without digits, as it must be


def test_nothing_is_inline_and_nothing_is_asked_of_others(real: Path) -> None:
    for file in ("index.html", "cnn.html", "404.html"):
        page = tags(real, file)
        assert page.inline == ""
        assert not [tag for tag, _ in page.tags if tag == "style"]
        for _, attributes in page.tags:
            assert not [key for key in attributes if key == "style" or key.startswith("on")], attributes
        policy = next(each for each in page.all("meta") if each.get("http-equiv") == "Content-Security-Policy")
        assert policy["content"] == hosts.CSP
        # it rules from where it stands, so it stands before all that is asked for
        names = [tag for tag, _ in page.tags]
        assert page.tags.index(("meta", policy)) < min(names.index("link"), names.index("script"))
    for path in (path for path in real.rglob("*") if path.suffix in (".html", ".js", ".css", ".webmanifest")):
        if "models" not in path.parts:
            code = re.sub("http://www.w3.org/2000/svg", "", path.read_text(encoding="utf-8"))  # a name, never fetched
            assert not re.search(r"https?:|[\"'(]//", code), path


def test_a_page_and_its_element(real: Path) -> None:
    generator, classifier = tags(real, "index.html"), tags(real, "cnn.html")
    (element,) = generator.all("ganzoo-generator")
    assert "address" in element and element["src"].startswith("models/dcgan-cond/manifest.json?")
    assert element["timeline"].startswith("samples/dcgan-cond/timeline.json?")
    (reading,) = classifier.all("ganzoo-classifier")
    assert element["reader"] == reading["src"]  # both have 28 x 28 pixels
    assert "timeline" not in reading
    text = (real / "index.html").read_text()
    told = listed(real)["pages"]
    shards = [path for path in listed(real)["files"] if path.startswith("models/dcgan-cond/weights-")]
    assert told[0]["bytes"] == sum((real / shard).stat().st_size for shard in shards)
    assert f"A generator of pictures, {round(told[0]['bytes'] / 1000)} kB" in text
    assert "JavaScriptが必要です" in text and "needs JavaScript" in text
    assert [(page["file"], page["slug"], page["kind"], page["model"]) for page in told] == [
        ("index.html", "dcgan-cond", "generator", "models/dcgan-cond/"),
        ("cnn.html", "cnn", "classifier", "models/cnn/"),
    ]
    here = [each["href"] for each in generator.all("a") if each.get("aria-current") == "page"]
    assert here == ["./"] and [each["href"] for each in generator.all("a")] == ["./", "./", "cnn.html"]


def test_the_list_is_what_lies_there(real: Path) -> None:
    files = listed(real)["files"]
    for path, told in files.items():
        raw = (real / path).read_bytes()
        assert (len(raw), sha256(raw)) == (told["bytes"], told["sha256"])
    rest = set(content(real)) - set(files) - {"site.json", *hosts.files("/", {})}
    assert rest and all(path.endswith(".br") for path in rest)
    for path in rest:
        whole, packed = (real / path[: -len(".br")]).read_bytes(), (real / path).read_bytes()
        assert brotli.decompress(packed) == whole and len(packed) < len(whole)


ASKED = """
import { readFileSync } from "node:fs";
const asked = { fetched: [], modules: {} };
globalThis.fetch = async (url) => {
  asked.fetched.push(url.href);
  return new Response(readFileSync(new URL(url.pathname, url)));
};
const createElement = () => ({ relList: { supports: () => true }, remove() {} });
const append = ({ href, integrity, onload }) => {
  asked.modules[href.href] = integrity;
  queueMicrotask(onload);
};
globalThis.document = { baseURI: "file:///", createElement, head: { append } };
const { load } = await import(new URL("ganzoo.js", process.argv[1]));
await load(process.argv[1], { backend: "webassembly" });
process.stdout.write(JSON.stringify(asked));
"""


@pytest.mark.parametrize("file", ["index.html", "cnn.html"])
def test_what_is_preloaded_is_what_the_runtime_asks_for(file: str, real: Path) -> None:
    page = tags(real, file)
    (element,) = (attributes for tag, attributes in page.tags if tag.startswith("ganzoo-"))
    address = f"{real.as_uri()}/"
    command = ["node", "--input-type=module", "-e", ASKED, urljoin(address, element["src"])]
    asked = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    links = list(page.all("link"))
    fetched = [each for each in links if each["rel"] == "preload" and each["as"] == "fetch"]
    assert all("crossorigin" in each for each in fetched)
    urls = {urljoin(address, each["href"]) for each in fetched}
    # which of its programs WebAssembly takes is known when it runs: the one for this node may be the other
    program = {url for url in urls if "webassembly-relaxed.wasm?" in url}
    assert len(program) == 1 and urls - program < set(asked["fetched"])
    assert all(".wasm?" in url for url in set(asked["fetched"]) - (urls - program))
    weights = [url for url in asked["fetched"] if "/weights-" in url]
    assert [urljoin(address, each["href"]) for each in fetched][: len(weights)] == weights  # they take the longest
    own, *others = (each for each in links if each["rel"] == "modulepreload")
    assert own["href"].startswith("elements.js?")
    modules = {urljoin(address, each["href"]): each["integrity"] for each in others}
    assert modules == asked["modules"] and len(modules) == (2 if file == "index.html" else 1)  # f16 has a decoder
    for url, integrity in modules.items():
        raw = (real / url.removeprefix(address).partition("?")[0]).read_bytes()
        assert integrity == "sha256-" + base64.b64encode(hashlib.sha256(raw).digest()).decode()


def test_a_page_s_header_asks_for_what_the_page_asks_for(real: Path) -> None:
    for page in listed(real)["pages"]:
        named = re.findall(r"<([^>]+)>; rel=(\w+)(?:; as=(\w+))?(; crossorigin)?(?:, |$)", page["link"])
        assert len(named) == 6 and "weights-" in named[0][0]
        links = {each.get("href", ""): each for each in tags(real, page["file"]).all("link")}
        for url, rel, kind, crossorigin in named:
            if url.startswith(f"{page['kind']}.js"):
                assert url in {each.get("src") for each in tags(real, page["file"]).all("script")}
            elif not url.startswith("page.css"):  # which the page links as what it is
                assert (rel, kind) == (links[url]["rel"], links[url].get("as", ""))
                assert bool(crossorigin) == ("crossorigin" in links[url])
        for name in ("_headers", ".htaccess"):
            assert page["link"] in (real / name).read_text()


def test_a_page_s_code_fits_its_budget(real: Path, runs: Mapping[str, Run], tmp_path: Path) -> None:
    """With three networks and a title of 60 letters."""
    exports = [(exports.load(real.parent / arch), runs[arch]) for arch in ("dcgan-cond", "cnn", "cnn")]
    title = "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter De"
    made = build.build(exports, tmp_path / "site", build.SiteOptions(title=title))
    assert len(title) == 60 and [each.page.file for each in made.pages] == ["index.html", "cnn.html", "cnn-2.html"]
    for each in made.pages:
        names = ("webassembly.js", "webassembly-relaxed.wasm", "weights.js")
        program = [each.page.folder + name for name in names]
        code = [f"{each.page.kind}.js", f"{each.page.kind}.css", "elements.js", "shell.js", "page.css", *program]
        assert sum((made.path / f"{path}.br").stat().st_size for path in (each.page.file, *code)) <= 30_000


def test_the_worker_keeps_what_the_pages_ask_for(real: Path) -> None:
    kept = worker(real)
    for file in ("index.html", "cnn.html", "404.html"):
        (root,) = tags(real, file).all("html")
        assert root["data-version"] == kept["version"]
    scripts = {"elements.js", "generator.js", "classifier.js", "shell.js"}
    code = {*scripts, "generator.css", "classifier.css", "page.css", "icon.svg", "app.webmanifest"}
    assert set(kept["files"]) == {"index.html", "cnn.html", "404.html", *code}
    models = {page: {url.partition("?")[0] for url in urls} for page, urls in kept["models"].items()}
    own = {path for path in listed(real)["files"] if path.startswith("models/cnn/")}
    unused = {f"models/cnn/{name}" for name in ("ganzoo.js", "webdnn.js", "weights.js")}
    assert models["cnn.html"] == own - unused
    assert not [path for path in models["index.html"] if not path.startswith("models/dcgan-cond/")]
    assert "models/dcgan-cond/weights.js" in models["index.html"]  # f16


def test_the_version_is_that_of_the_content(pair: Any, tmp_path: Path) -> None:
    def version(title: str) -> str:
        site = build.build(pair, tmp_path / "site", build.SiteOptions(title=title)).path
        return str(worker(site)["version"])

    first = version("one")
    assert version("one") == first != version("two")


def test_two_builds_are_the_same(pair: Any, tmp_path: Path) -> None:
    first, second = (build.build(pair, tmp_path / name).path for name in ("a", "b"))
    assert content(first) == content(second)


def test_every_word_has_its_japanese(pair: Any, tmp_path: Path) -> None:
    site = build.build(pair, tmp_path / "site").path
    shell = (WEB / "shell.js").read_text(encoding="utf-8")
    known = {
        quoted or bare for quoted, bare in re.findall(r'^  (?:"(.+?)"|(\w+)): ".*[ぁ-んァ-ン一-龠].*",$', shell, re.M)
    }
    texts = "".join((site / file).read_text(encoding="utf-8") for file in ("index.html", "404.html"))
    assert set(re.findall(r"data-t(?: hidden)?>([^<]+)<", texts)) == known
    assert set(pages.TITLES.values()) <= known


def test_a_base_path_is_where_404_html_begins(pair: Any, tmp_path: Path) -> None:
    site = build.build(pair, tmp_path / "site", build.SiteOptions(base_path="/a/demo/")).path
    keys = ("src", "href", "data-app", "data-icon")
    tagged = [each for _, each in tags(site, "404.html").tags]
    found = [each[key] for each in tagged for key in keys if key in each and each[key] != "data:,"]
    assert len(found) > 5 and all(url.startswith("/a/demo/") for url in found)
    assert not [url for file, url in references(site) if file != "404.html" and url.startswith("/")]
    assert listed(site)["base_path"] == "/a/demo/"
    links = {page["file"]: page["link"] for page in listed(site)["pages"]}
    for name, text in hosts.files("/a/demo/", links).items():
        assert (site / name).read_text() == text
    with pytest.raises(UsageError):
        build.build(pair, tmp_path / "other", build.SiteOptions(base_path='/"><script>/'))


@pytest.mark.parametrize("title", ["", "  ", "a\nb", "\0", "\x1b[1m", "\ud800", "a\u2028b"])
def test_what_is_no_title(title: str, pair: Any, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no title"):
        build.build(pair, tmp_path / "site", build.SiteOptions(title=title))
    assert not (tmp_path / "site").exists()


def test_a_title_is_text(pair: Any, tmp_path: Path) -> None:
    title = '<b onclick="x">$title & "me"'
    site = build.build(pair, tmp_path / "site", build.SiteOptions(title=title)).path
    assert not list(tags(site, "index.html").all("b"))
    assert json.loads((site / "app.webmanifest").read_text())["name"] == title


# Kinds and names


def test_networks_of_one_architecture_are_numbered(tmp_path: Path) -> None:
    exports = [made_by_hand(tmp_path / str(i), "classifier", arch) for i, arch in enumerate(("Cnn", "cnn", "index"))]
    site = build.build([(export, None) for export in exports], tmp_path / "site").path
    told = [(page["file"], page["slug"], page["title"]) for page in listed(site)["pages"]]
    assert told == [
        ("index.html", "cnn", "Read drawings (cnn)"),
        ("cnn-2.html", "cnn-2", "Read drawings (cnn-2)"),
        ("index-2.html", "index-2", "Read drawings (index-2)"),
    ]
    assert "Read drawings</span> (cnn-2)" in (site / "index.html").read_text()


@pytest.mark.parametrize(
    ("inputs", "outputs", "expected"),
    [
        ([LATENT], [PICTURE], "generator"),
        ([{**LATENT, "shape": [7], "meaning": "image", "parts": [{"meaning": "latent"}]}], [PICTURE], "generator"),
        ([LATENT, CLASSES], [{**PICTURE, "shape": [3, 9, 9]}, CLASSES], "generator"),
        ([PICTURE], [CLASSES], "classifier"),
        ([PICTURE], [{**CLASSES, "meaning": "probabilities"}], "classifier"),
        ([LATENT], [{**PICTURE, "shape": [2, 9, 9]}], "no picture"),
        ([LATENT], [CLASSES, PICTURE], "no picture"),
        ([PICTURE], [PICTURE], "no list of classes"),
        ([PICTURE], [CLASSES, CLASSES], "no list of classes"),
        ([PICTURE], [{**CLASSES, "shape": [3, 1, 1]}], "no list of classes"),
        ([PICTURE, CLASSES], [CLASSES], "neither noise nor one picture"),
        ([CLASSES], [CLASSES], "neither noise nor one picture"),
        ([{**PICTURE, "shape": [4, 2, 2]}], [CLASSES], "neither noise nor one picture"),
    ],
)
def test_kinds_come_from_the_manifest(inputs: list[Any], outputs: list[Any], expected: str) -> None:
    try:
        found = bundles.kind({"inputs": inputs, "outputs": outputs})
    except ValueError as reason:
        assert expected in str(reason)
    else:
        assert found == expected


def test_what_has_no_page_is_named(pair: Any, tmp_path: Path) -> None:
    other = change(made_by_hand(tmp_path / "other"), outputs=[CLASSES])
    with pytest.raises(UsageError, match=r"other/generator has no page: its first output is no picture"):
        build.build([(other, None)], tmp_path / "site")
    assert not (tmp_path / "site").exists()
    made = build.build([(other, None), *pair], tmp_path / "site")
    assert len(made.pages) == 2 and "other/generator has no page" in made.passed_over[0]


def test_a_reader_is_of_the_same_shape(pair: Any, tmp_path: Path) -> None:
    large = change(made_by_hand(tmp_path / "large", "classifier"), inputs=[{**PICTURE, "shape": [1, 3, 3]}])
    site = build.build([pair[0], (large, None)], tmp_path / "site").path
    (element,) = tags(site, "index.html").all("ganzoo-generator")
    assert "reader" not in element
    site = build.build([pair[0], (large, None), pair[1]], tmp_path / "site").path
    (element,) = tags(site, "index.html").all("ganzoo-generator")
    assert element["reader"].startswith("models/my-classifier/")


def with_classes(export: exports.Export, classes: Any, **values: Any) -> tuple[exports.Export, None]:
    (name,) = export.networks
    arch = json.loads((export.path / name / "manifest.json").read_text())["provenance"]["arch"]
    return change(export, provenance={"arch": arch, "dataset": "digits", "classes": classes}, **values), None


@pytest.mark.parametrize(
    ("drawn", "labelled", "expected"),
    [
        (["0", "1"], True, "one"),
        (["a", "b"], True, "two"),
        (["cat", "dog"], True, None),
        (["cat", "dog"], False, "one"),  # nobody says what it drew
        (["a", "b"], False, "two"),
        (None, True, "one"),
        ("a", True, "one"),
    ],
)
def test_a_reader_is_of_the_same_classes(drawn: Any, labelled: bool, expected: str | None, tmp_path: Path) -> None:
    label = {**LATENT, "name": "label", "shape": [2], "meaning": "onehot"}
    inputs = [LATENT, label] if labelled else [LATENT]
    generator = with_classes(made_by_hand(tmp_path / "generator"), drawn, inputs=inputs)
    readers = [
        with_classes(made_by_hand(tmp_path / name, "classifier", name), classes)
        for name, classes in (("one", ["0", "1"]), ("two", ["a", "b"]))
    ]
    site = build.build([generator, *readers], tmp_path / "site").path
    (element,) = tags(site, "index.html").all("ganzoo-generator")
    assert (element["reader"].split("/")[1] if "reader" in element else None) == expected


def test_webdnn_s_layout_has_no_pages(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="WebDNN's layout") as refused:
        build.build([(made_by_hand(tmp_path / "export", layout="webdnn"), None)], tmp_path / "site")
    assert "--layout ganzoo" in refused.value.remedy


# Hostile bundles


def spoilt_manifests() -> dict[str, Callable[[dict[str, Any]], Any]]:
    long = "0" * 64
    return {
        "no manifest": lambda m: 7,
        "format": lambda m: m | {"format": 2},
        "inputs": lambda m: m | {"inputs": []},
        "input name": lambda m: m | {"inputs": [{**LATENT, "name": "../z"}]},
        "shape": lambda m: m | {"outputs": [{**PICTURE, "shape": [1, -2, 2]}]},
        "true shape": lambda m: m | {"outputs": [{**PICTURE, "shape": [True, 2, 2]}]},
        "meaning": lambda m: m | {"inputs": [{**LATENT, "meaning": "noise"}]},
        "parts": lambda m: m | {"inputs": [{**LATENT, "parts": {}}]},
        "leading out": lambda m: m | {"files": {**m["files"], "../outside": {"bytes": 0, "sha256": long}}},
        "absolute": lambda m: m | {"files": {**m["files"], "/etc/passwd": {"bytes": 0, "sha256": long}}},
        "hidden": lambda m: m | {"files": {**m["files"], ".htaccess": {"bytes": 0, "sha256": long}}},
        "itself": lambda m: m | {"files": {**m["files"], "manifest.json": {"bytes": 0, "sha256": long}}},
        "Brotli": lambda m: m | {"files": {**m["files"], "golden.bin.br": {"bytes": 0, "sha256": long}}},
        "missing": lambda m: m | {"files": {**m["files"], "more.bin": {"bytes": 0, "sha256": long}}},
        "length": lambda m: m | {"files": {**m["files"], "golden.bin": {**m["files"]["golden.bin"], "bytes": 31}}},
        "too long": lambda m: m | {"files": {**m["files"], "golden.bin": {**m["files"]["golden.bin"], "bytes": 33}}},
        "hash": lambda m: m | {"files": {**m["files"], "golden.bin": {"bytes": 32, "sha256": long}}},
        "no hash": lambda m: m | {"files": {**m["files"], "golden.bin": {"bytes": 32, "sha256": '"><script>'}}},
        "shard": lambda m: m | {"weights": {**m["weights"], "shards": ["other.bin"]}},
        "decoder": lambda m: (
            m
            | {
                "weights": {**m["weights"], "tensors": [{"encoding": "f16"}]},
                "files": _without(m["files"], "weights.js"),
            }
        ),
        "module": lambda m: m | {"backends": {"webgl": {"module": "other.js", "prefetch": []}}},
        "prefetch": lambda m: m | {"backends": {"webgl": {"module": "webgl.js", "prefetch": ["other.json"]}}},
        "backends": lambda m: m | {"backends": {}},
        "backend's name": lambda m: m | {"backends": {"<b>": {"module": "webgl.js", "prefetch": []}}},
        "golden": lambda m: m | {"golden": {"file": "other.bin"}},
        "arch": lambda m: m | {"provenance": {"arch": "../x", "dataset": "digits"}},
        "dataset": lambda m: m | {"provenance": {"arch": "x", "dataset": 3}},
        "provenance": lambda m: _without(m, "provenance"),
    }


def _without(values: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != key}


@pytest.mark.parametrize("damage", spoilt_manifests())
def test_a_manifest_that_breaks_a_rule(damage: str, tmp_path: Path) -> None:
    export = made_by_hand(tmp_path / "export")
    file = export.path / "generator" / "manifest.json"
    bundles.read(file.parent)
    file.write_text(json.dumps(spoilt_manifests()[damage](json.loads(file.read_text()))))
    with pytest.raises(RunError, match="damaged bundle"):
        build.build([(export, None)], tmp_path / "site")
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "\ufeff{}"])
def test_a_manifest_that_is_no_json(text: str, tmp_path: Path) -> None:
    export = made_by_hand(tmp_path / "export")
    (export.path / "generator" / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(RunError, match="damaged bundle"):
        bundles.read(export.path / "generator")


@pytest.mark.parametrize("linked", ["golden.bin", "manifest.json", ""])
def test_links_are_refused(linked: str, tmp_path: Path) -> None:
    folder = made_by_hand(tmp_path / "export").path / "generator"
    place = folder / linked if linked else folder
    place.rename(tmp_path / "elsewhere")
    place.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RunError, match="damaged bundle"):
        bundles.read(folder)


def test_nothing_else_of_a_folder_is_taken(tmp_path: Path) -> None:
    export = made_by_hand(tmp_path / "export")
    for name in ("notes.txt", "secret.js", "golden.bin.br", ".env"):
        (export.path / "generator" / name).write_text("mine")
    site = build.build([(export, None)], tmp_path / "site", build.SiteOptions(max_file_size=1 << 20)).path
    assert not [path for path in site.rglob("*") if path.is_file() and path.read_bytes() == b"mine"]


def test_weights_are_cut_for_a_host(runs: Mapping[str, Run], tmp_path: Path) -> None:
    made = exports.write(runs["cnn"], [plugins.BACKENDS.get("webgl")], tmp_path / "export").export
    site = build.build([(made, None)], tmp_path / "site", build.SiteOptions(max_file_size=300_000)).path
    shards = [path for path in listed(site)["files"] if path.startswith("models/cnn/weights-")]
    assert len(shards) == 4 and all((site / shard).stat().st_size <= 300_000 for shard in shards)
    preloaded = {each.get("href", "").partition("?")[0] for each in tags(site, "index.html").all("link")}
    assert set(shards) <= preloaded
    with pytest.raises(UsageError, match="more than the 20,000 allowed"):
        build.build([(made, None)], tmp_path / "site", build.SiteOptions(max_file_size=20_000))
    assert len([path for path in listed(site)["files"] if path.startswith("models/cnn/weights-")]) == 4


# A run's samples


def run_with_samples(path: Path) -> Run:
    config = TrainConfig("tiny", "default", "digits", (1, 2, 2), 3, 1, 1, 0, "cpu", {})
    run = runs_module.create(path, config, {"classes": ["0", "1", "2"]})
    (path / "samples").mkdir()
    for iteration, colour in ((800, (9, 9, 9)), (20, (1, 2, 3))):
        Image.new("RGB", (40, 30), colour).save(path / "samples" / f"{iteration:07d}.png", compress_level=0)
    (path / "samples" / "notes.png").write_text("no sheet")
    lines = [{"iteration": 800, "epoch_detail": 3.2000001, "loss": 1.0}]
    (path / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return run


def test_sheets_become_a_timeline(tmp_path: Path) -> None:
    run = run_with_samples(tmp_path / "mine")
    export = made_by_hand(run.path / "export")
    site = build.build([(export, run)], tmp_path / "site").path
    entries = json.loads((site / "samples" / "tiny" / "timeline.json").read_text())
    assert [(entry["iteration"], entry["epoch"]) for entry in entries] == [(20, None), (800, 3.2)]
    for entry in entries:
        name = entry["file"].partition("?")[0]
        with Image.open(site / "samples" / "tiny" / name) as mine, Image.open(run.path / "samples" / name) as own:
            assert mine.convert("RGB").tobytes() == own.tobytes()
        assert (site / "samples" / "tiny" / name).stat().st_size < (run.path / "samples" / name).stat().st_size
    (element,) = tags(site, "index.html").all("ganzoo-generator")
    assert element["timeline"].startswith("samples/tiny/timeline.json?")


LOGS = {
    "log": "{}",
    "endless": '{"iteration": 1e999, "epoch_detail": 1}',
    "endless epoch": '{"iteration": 1, "epoch_detail": 1e999}',
    "no number": '{"iteration": 1, "epoch_detail": NaN}',
    "too large": f'{{"iteration": 1, "epoch_detail": 1{"0" * 400}}}',
    "deep": "[" * 100_000,
}


@pytest.mark.parametrize("damage", ["no picture", "link", *LOGS])
def test_damaged_samples_are_refused(damage: str, tmp_path: Path) -> None:
    run = run_with_samples(tmp_path / "mine")
    sheet = run.path / "samples" / "0000020.png"
    if damage in LOGS:
        (run.path / "log.jsonl").write_text(LOGS[damage] + "\n")
    else:
        sheet.unlink()
        sheet.symlink_to(run.path / "samples" / "0000800.png") if damage == "link" else sheet.write_text("GIF89a")
    with pytest.raises(RunError, match=r"log\.jsonl is damaged" if damage in LOGS else "no sheet of pictures"):
        timeline(run, lambda name, content: name)


# In place of a former site


@pytest.mark.parametrize(
    "foreign",
    [
        "",
        "{",
        "[]",
        "[" * 100_000,
        '{"name": "mine", "pages": [], "files": {}}',
        '{"ganzoo": "0", "base_path": "/", "pages": []}',
        '{"ganzoo": "0", "base_path": "/", "pages": [], "files": ["index.html"]}',
    ],
)
def test_a_site_replaces_nothing_but_a_site(foreign: str, pair: Any, tmp_path: Path) -> None:
    out = tmp_path / "www"
    out.mkdir()
    (out / "index.html").write_text("mine")
    if foreign:
        (out / "site.json").write_text(foreign)
    before = content(out)
    with pytest.raises(UsageError, match="is no site"):
        build.build(pair, out)
    assert content(out) == before


@pytest.mark.parametrize("place", ["file", "file/site", "file/a/b"])
def test_a_file_is_no_place(place: str, pair: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    seen: list[str] = []
    with pytest.raises(UsageError):
        build.build(pair, tmp_path / place, progress=seen.append)
    assert (tmp_path / "file").read_text() == "mine" and seen == []  # told at once


@pytest.mark.parametrize(
    "added", ["notes.txt", ".well-known/security.txt", "models/my-generator/mine.bin", "a/.git", "b"]
)
def test_what_was_added_to_a_site_is_not_deleted(added: str, pair: Any, tmp_path: Path) -> None:
    site = build.build(pair, tmp_path / "site").path
    (site / added).parent.mkdir(parents=True, exist_ok=True)
    (site / added).mkdir() if added == "b" else (site / added).write_text("mine")
    before = content(site)
    with pytest.raises(UsageError, match=re.escape(f"site/{added.split('/')[0]}")) as refused:
        build.build(pair, site)
    assert content(site) == before and (site / added).exists() and "Move it away" in refused.value.remedy


def hosted(folder: Path) -> None:
    (folder / ".git" / "objects").mkdir(parents=True)
    (folder / ".git" / "objects" / "a.html").write_text("mine")
    (folder / "CNAME").write_text("demo.example")


@pytest.mark.parametrize("former", ["site", "clone"])
def test_what_is_the_host_s_stays(former: str, pair: Any, tmp_path: Path) -> None:
    site = tmp_path / "site"
    if former == "site":
        build.build(pair[:1], site)
    hosted(site)
    build.build(pair[1:], site)
    assert (site / ".git" / "objects" / "a.html").read_text() == "mine" and listed(site)["pages"][0][
        "kind"
    ] == "classifier"
    assert (site / "CNAME").read_text() == "demo.example" and not (site / "models" / "my-generator").exists()
    assert not list(tmp_path.glob(".site*"))


def test_what_is_the_host_s_survives_a_kill(pair: Any, tmp_path: Path) -> None:
    """Between the swap and the moving."""
    site = build.build(pair[:1], tmp_path / "site").path
    hosted(site)
    site.rename(tmp_path / ".site.former")
    build.build(pair[1:], tmp_path / "new").path.rename(site)
    build.build(pair, site)
    assert (site / ".git" / "objects" / "a.html").read_text() == "mine" and (site / "CNAME").exists()


def test_a_failed_build_leaves_the_former_site(pair: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = build.build(pair[:1], tmp_path / "site").path
    before, beside = content(site), set(tmp_path.iterdir())

    def fail(folder: Path) -> None:
        raise OSError(28, "No space left on device", str(folder))

    monkeypatch.setattr(build, "precompress", fail)
    with pytest.raises(OSError, match="No space left"):
        build.build(pair, site)
    monkeypatch.undo()
    assert content(site) == before and set(tmp_path.iterdir()) == beside
    build.build(pair[1:], site)
    assert not (site / "models" / "my-generator").exists()  # nothing of the former one


KILLED_IN_SWAP = """
import os, signal, sys
from pathlib import Path
from ganzoo.export import exports
from ganzoo.runtime import join, modules, strip
from ganzoo.site import build

real = Path.rename
def rename(self, target):
    if self.name.startswith(".site.staging"):
        os.kill(os.getpid(), signal.SIGKILL)
    return real(self, target)
Path.rename = rename
build.build([(exports.load(Path(sys.argv[1])), None)], Path(sys.argv[2]))
"""


def test_a_kill_between_the_two_renames_is_mended(pair: Any, tmp_path: Path) -> None:
    site = build.build(pair[:1], tmp_path / "site").path
    before = content(site)
    done = subprocess.run([sys.executable, "-c", KILLED_IN_SWAP, pair[1][0].path, site])
    assert done.returncode == -signal.SIGKILL and not site.exists()
    with pytest.raises(UsageError):
        build.build([(change(made_by_hand(tmp_path / "other"), outputs=[CLASSES]), None)], site)
    assert content(site) == before  # the former one, back in its place


# The command


def test_the_command(ganzoo: Callable[..., Done], in_tmp: Path) -> None:
    run = run_with_samples(in_tmp / "runs" / "mine")
    made_by_hand(run.path / "export")
    made_by_hand(in_tmp / "reader", "classifier")
    done = ganzoo("site", "mine", "reader", "--title", "My site")
    assert done.code == 0 and done.out.splitlines()[-1] == "site" and "ganzoo serve site" in done.err
    assert max(map(len, done.out.splitlines())) <= 80
    assert (in_tmp / "site" / "samples" / "tiny" / "0000800.png").exists()  # the run was found
    done = ganzoo("site", "--json", "--out", "other", "--max-file-size", "github-pages")  # the latest
    told = json.loads(done.out)
    assert told["path"] == "other" and [page["slug"] for page in told["pages"]] == ["tiny"]
    page, where = told["pages"][0], in_tmp / "other"
    names = ["index.html", "generator.js", "generator.css", "elements.js", "shell.js", "page.css"]
    sizes = [(where / f"{name}.br").stat().st_size for name in names]
    assert page["code_brotli"] == sum(sizes) + len("webgl.js") + len("webgl.json") and page["weights"] == 16


@pytest.mark.parametrize("where", [".", "reader", "reader/classifier"])
def test_a_network_s_folder_means_its_export(
    where: str, ganzoo: Callable[..., Done], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`ganzoo export` prints it last."""
    export = made_by_hand(tmp_path / "reader", "classifier")
    monkeypatch.chdir(export.path / "classifier" if where == "." else tmp_path)
    done = ganzoo("site", where, "--out", tmp_path / "site")
    assert done.code == 0, done.err
    assert [page["slug"] for page in listed(tmp_path / "site")["pages"]] == ["tiny"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "There is no run 'nowhere'"),
        (["reader", "--base-path", "demo"], "'demo' is no --base-path"),
        (["reader", "--max-file-size", "huge"], "'huge' is no size and no host"),
        (["reader", "--max-file-size", ""], "'' is no size and no host"),
        (["reader", "--out", "reader"], "is there and is no site"),
        (["reader", "--title", ""], "is no title"),
    ],
)
def test_wrong_use(arguments: list[str], words: str, ganzoo: Callable[..., Done], in_tmp: Path) -> None:
    made_by_hand(in_tmp / "reader", "classifier")
    done = ganzoo("site", *arguments)
    assert done.code == 2 and words in " ".join(done.err.split()) and "Traceback" not in done.err
    assert [path.name for path in in_tmp.iterdir()] == ["reader"]
