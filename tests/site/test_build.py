"""What a site holds: every reference holds, nothing is inline, budgets are kept, two builds are the same."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import brotli
import pytest

from ganzoo import plugins
from ganzoo.errors import UsageError
from ganzoo.export import exports
from ganzoo.export.layouts import ExportOptions
from ganzoo.site import build, hosts
from ganzoo.site.kinds import KINDS
from tests.support.colours import colours
from tests.support.sites import WEB, content, listed, references, sha256, tags, worker

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ganzoo.runs.run import Run


def test_every_reference_holds(real: Path) -> None:
    plain = {
        "./",
        "/",
        *(f"{root}{page}.html" for root in ("", "/") for page in ("dcgan-cond", "cnn")),
    }  # pages, whose addresses stay
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
    for file in ("index.html", "dcgan-cond.html", "cnn.html", "404.html"):
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
    generator, classifier = tags(real, "dcgan-cond.html"), tags(real, "cnn.html")
    (element,) = generator.all("ganzoo-generator")
    assert "address" in element and element["src"].startswith("models/dcgan-cond/manifest.json?")
    assert element["timeline"].startswith("samples/dcgan-cond/timeline.json?")
    (reading,) = classifier.all("ganzoo-classifier")
    assert element["reader"] == reading["src"]  # both have 28 x 28 pixels
    assert "timeline" not in reading
    text = (real / "dcgan-cond.html").read_text()
    told = listed(real)["pages"]
    shards = [path for path in listed(real)["files"] if path.startswith("models/dcgan-cond/weights-")]
    assert told[0]["bytes"] == sum((real / shard).stat().st_size for shard in shards)
    assert f"A generator of pictures, {round(told[0]['bytes'] / 1000)} kB" in text
    assert "JavaScriptが必要です" in text and "needs JavaScript" in text
    assert [(page["file"], page["slug"], page["kind"], page["model"]) for page in told] == [
        ("dcgan-cond.html", "dcgan-cond", "generator", "models/dcgan-cond/"),
        ("cnn.html", "cnn", "classifier", "models/cnn/"),
    ]
    here = [each["href"] for each in generator.all("a") if each.get("aria-current") == "page"]
    assert here == ["dcgan-cond.html"] and [each["href"] for each in generator.all("a")] == ["./", *here, "cnn.html"]


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


@pytest.mark.node
@pytest.mark.parametrize("file", ["dcgan-cond.html", "cnn.html"])
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
    assert modules == asked["modules"] and len(modules) == (2 if file == "dcgan-cond.html" else 1)  # f16 has a decoder
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
    made_of = [(exports.load(real.parent / arch), runs[arch]) for arch in ("dcgan-cond", "cnn", "cnn")]
    title = "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter De"
    made = build.build(made_of, tmp_path / "site", build.SiteOptions(title=title))
    assert len(title) == 60 and [each.page.file for each in made.pages] == ["dcgan-cond.html", "cnn.html", "cnn-2.html"]
    for each in made.pages:
        names = ("webassembly.js", "webassembly-relaxed.wasm", "weights.js")
        program = [each.page.folder + name for name in names]
        code = [
            f"{each.page.kind.name}.js",
            f"{each.page.kind.name}.css",
            "elements.js",
            "shell.js",
            "page.css",
            *program,
        ]
        assert sum((made.path / f"{path}.br").stat().st_size for path in (each.page.file, *code)) <= 30_000


@pytest.mark.slow
def test_the_code_of_pages_for_colour_pictures_fits_its_budget(tmp_path: Path) -> None:
    run = colours(tmp_path / "run")
    backends = [plugins.BACKENDS.get("webassembly")]
    made_of = [(exports.write(run, backends, tmp_path / "export", options=ExportOptions(weights="f16")).export, run)]
    made = build.build(made_of, tmp_path / "site")
    assert [each.page.kind.name for each in made.pages] == ["converter", "recognizer"]
    for each in made.pages:
        assert 10_000 < each.code <= 30_000, (each.page.file, each.code)


def test_the_worker_keeps_what_the_pages_ask_for(real: Path) -> None:
    kept = worker(real)
    for file in ("index.html", "dcgan-cond.html", "cnn.html", "404.html"):
        (root,) = tags(real, file).all("html")
        assert root["data-version"] == kept["version"]
    scripts = {"elements.js", "generator.js", "classifier.js", "shell.js"}
    code = {
        *scripts,
        "generator.css",
        "classifier.css",
        "gallery.css",
        "page.css",
        "icon.svg",
        "classifier.svg",
        "app.webmanifest",
    }
    assert set(kept["files"]) == {"index.html", "dcgan-cond.html", "cnn.html", "404.html", *code}
    models = {page: {url.partition("?")[0] for url in urls} for page, urls in kept["models"].items()}
    own = {path for path in listed(real)["files"] if path.startswith("models/cnn/")}
    unused = {f"models/cnn/{name}" for name in ("ganzoo.js", "ganzoo.d.ts", "webdnn.js", "weights.js")}
    assert models["cnn.html"] == own - unused
    assert not [path for path in models["dcgan-cond.html"] if not path.startswith("models/dcgan-cond/")]
    assert models["index.html"] == {"pictures/dcgan-cond.png"}
    assert "models/dcgan-cond/weights.js" in models["dcgan-cond.html"]  # f16


@pytest.mark.slow
def test_the_version_is_that_of_the_content(pair: Any, tmp_path: Path) -> None:
    def version(title: str) -> str:
        site = build.build(pair, tmp_path / "site", build.SiteOptions(title=title)).path
        return str(worker(site)["version"])

    first = version("one")
    assert version("one") == first != version("two")


@pytest.mark.slow
def test_two_builds_are_the_same(pair: Any, tmp_path: Path) -> None:
    first, second = (build.build(pair, tmp_path / name).path for name in ("a", "b"))
    assert content(first) == content(second)


def test_every_word_has_its_japanese(pair: Any, tmp_path: Path) -> None:
    site = build.build(pair, tmp_path / "site").path
    shell = (WEB / "shell.js").read_text(encoding="utf-8")
    known = {
        quoted or bare for quoted, bare in re.findall(r'^  (?:"(.+?)"|(\w+)): ".*[ぁ-んァ-ン一-龠].*",$', shell, re.M)
    }
    texts = "".join(
        (site / file).read_text(encoding="utf-8") for file in ("index.html", "my-generator.html", "404.html")
    )
    assert set(re.findall(r"data-t(?: hidden)?>([^<]+)<", texts)) == known
    titles = set(re.findall(r'data-t data-ja="([^"]+)">([^<]+)<', texts))
    assert titles == {(kind.japanese, kind.title) for kind in KINDS if kind.name in ("generator", "classifier")}
    assert all(re.search(r"[ぁ-んァ-ン一-龠]", kind.japanese) for kind in KINDS)


@pytest.mark.slow
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
    with pytest.raises(UsageError, match="is not a title"):
        build.build(pair, tmp_path / "site", build.SiteOptions(title=title))
    assert not (tmp_path / "site").exists()


def test_a_title_is_text(pair: Any, tmp_path: Path) -> None:
    title = '<b onclick="x">$title & "me"'
    site = build.build(pair, tmp_path / "site", build.SiteOptions(title=title)).path
    assert not list(tags(site, "index.html").all("b"))
    assert json.loads((site / "app.webmanifest").read_text())["name"] == title
