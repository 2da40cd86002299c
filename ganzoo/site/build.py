"""Write a site: a folder of static files for any host, in any of its folders.

index.html                            the only network's page; of several, the front: web/gallery.html
<slug>.html                           a page for each of several networks; web/network.html around a custom element
404.html                              for what is not there
generator.js, generator.css           a custom element for each kind of page there is: for anybody's pages too
elements.js                           what all of them share, with the runtime
shell.js, page.css, icon.svg, app.webmanifest, sw.js     what our pages have besides
gallery.css, pictures/, *.svg          what the front shows of each network
models/<slug>/, samples/<slug>/       bundles (docs/bundle.md), and the sheets of their runs as a timeline
site.json                             what is here, with SHA-256
_headers, .htaccess, .nojekyll        for hosts that read them; *.br: Brotli beside what it makes smaller
.gitattributes                        for git, which must not change line ends

A page names every file by its content, `file?` and the first digits of its SHA-256, so that nothing of two deployments
is ever mixed.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganzoo import __version__
from ganzoo.assets.join import join
from ganzoo.assets.minify import css, javascript
from ganzoo.errors import UsageError
from ganzoo.export.layouts import ganzoo as layout
from ganzoo.files import KEPT, Mark, refuse_foreign, replacing_folder
from ganzoo.serving.compressed import SUFFIX, precompress
from ganzoo.site import bundles, gallery, hosts, kinds
from ganzoo.site.page import INDEX, Page, digits, front, html, link, missing, title, webmanifest
from ganzoo.site.samples import TIMELINE, timeline
from ganzoo.temporary import scratch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ganzoo.assets.join import Joined
    from ganzoo.export.exports import Export
    from ganzoo.runs.run import Run
    from ganzoo.site.bundles import Model
    from ganzoo.site.kinds import Kind

FORMAT = 1
LIST = "site.json"
MARK = Mark(LIST, "site", ("ganzoo", "base_path", "pages"), others=tuple(hosts.files("/", {})))
MISSING = "404.html"
WORKER = "sw.js"
PICTURES = "pictures/"  # of what generators draw
WEB = Path(__file__).resolve().parent / "web"
RESERVED = ("index", "404")  # names of pages
CODE = ("elements.js", "shell.js", "page.css")  # of every page; with it goes its kind's element

Files = dict[str, bytes]  # of a site, by path


@dataclass(frozen=True)
class SiteOptions:
    """`base_path` is where the site will lie, "/" or "/demo/"; files take at most `max_file_size` bytes."""

    base_path: str = "/"
    max_file_size: int | None = None
    title: str = "ganzoo"


@dataclass(frozen=True)
class Weighed:
    """A page: bytes of its weights, raw and in Brotli; of its code, in Brotli.

    `code` is HTML, styles, scripts, the runtime, and the program of the backend that is tried first.
    """

    page: Page
    title: str
    weights: int
    weights_brotli: int
    code: int


@dataclass(frozen=True)
class Site:
    """A site on disk. `passed_over` says of networks that have no page why."""

    path: Path
    pages: Sequence[Weighed]
    passed_over: Sequence[str]


def build(
    exports: Sequence[tuple[Export, Run | None]],
    out: Path,
    options: SiteOptions = SiteOptions(),
    progress: Callable[[str], None] = lambda line: None,
) -> Site:
    """Write the site of `exports`, each with its run where that is at hand, into `out`, in place of a former site.

    Raises `UsageError` where there is nothing to show, `out` is something else or has more in it, or an option is out
    of its range, `RunError` for a damaged bundle or run. On any error `out` stays as it was.
    """
    hosts.check_base_path(options.base_path)
    if not options.title.strip() or not options.title.isprintable():
        raise UsageError(f"{options.title!r} is not a title.", "Give --title as one line of text.")
    place = out.resolve()
    refuse_foreign(place, MARK)
    progress("checking the networks")
    found, passed_over = _networks(exports)
    pages, files = _pages(found, options)
    files |= _code(options.title, pages)
    version = _write_pages(files, pages, options)
    files[WORKER] = _worker(files, pages, version)
    files[LIST] = _list(files, pages, options.base_path)
    with replacing_folder(place, MARK) as staged:
        for path, content in files.items():
            (staged / path).parent.mkdir(parents=True, exist_ok=True)
            (staged / path).write_bytes(content)
        progress("compressing")
        precompress(staged)
        links = {page.file: link(page, _refer(files)) for page in pages}
        for name, text in hosts.files(options.base_path, links).items():
            if name in KEPT and (place / name).exists():
                continue  # the user's own one moves into the new site
            (staged / name).write_text(text, encoding="utf-8")
        weighed = [_weigh(page, pages, staged) for page in pages]
    return Site(out, weighed, passed_over)


def _networks(exports: Iterable[tuple[Export, Run | None]]) -> tuple[list[tuple[Kind, Model, Run | None]], list[str]]:
    """The kind, bundle and run of each network that has a page, and why others have none."""
    found: list[tuple[Kind, Model, Run | None]] = []
    passed_over: list[str] = []
    for bundle, run in exports:
        if bundle.layout != layout.LAYOUT.name:
            raise UsageError(
                f"{bundle.path} has WebDNN's layout, for which there are no pages.",
                "Export again with --layout ganzoo.",
            )
        for name in bundle.networks:
            model = bundles.read(bundle.folder(name))
            try:
                found.append((kinds.of(model.manifest), model, run))
            except ValueError as reason:
                passed_over.append(f"{bundle.folder(name)} has no page: {reason}.")
    if not found:
        raise UsageError(
            " ".join(passed_over), "A site needs at least one network that makes, changes or classifies pictures."
        )
    return found, passed_over


def _pages(found: Sequence[tuple[Kind, Model, Run | None]], options: SiteOptions) -> tuple[list[Page], Files]:
    """The pages, the only one as the index, and the files of their models, samples and pictures."""
    pages: list[Page] = []
    files: Files = {}
    taken = set(RESERVED)
    for kind, model, run in found:
        slug = bundles.slug(model.manifest["provenance"]["arch"], taken)
        taken.add(slug)
        page = Page(f"{slug}.html" if len(found) > 1 else INDEX, slug, kind, _recut(model, options.max_file_size))
        files |= {page.folder + name: content for name, content in page.model.files.items()}
        if run and kind is kinds.GENERATOR:
            sheets = timeline(run, _named)
            files |= {f"samples/{slug}/{name}": content for name, content in sheets.items()}
            page = replace(page, timeline=f"samples/{slug}/{TIMELINE}" if sheets else "")
        if len(found) > 1:
            page = replace(page, picture=f"{PICTURES}{slug}.png" if kind.draws else f"{kind.name}.svg")
            files[page.picture] = (
                gallery.picture(model) if kind.draws else (WEB / kind.name / page.picture).read_bytes()
            )
        pages.append(page)
    return [replace(page, reader=_reader(page, pages)) for page in pages], files


def _recut(model: Model, most: int | None) -> Model:
    if most is None:
        return model
    with scratch() as folder:
        whole, cut = folder / "whole", folder / "cut"
        whole.mkdir()
        for name, content in model.files.items():
            (whole / name).write_bytes(content)
        layout.recut(whole, cut, most)
        return bundles.read(cut)


def _reader(page: Page, pages: Iterable[Page]) -> str:
    """The manifest of the classifier that reads what the generator of `page` draws: of its shape, best of its classes.

    It takes pictures as they are, without preprocessing. Where both tell their classes these must be the same, unless
    the generator takes none.
    """
    if page.kind is not kinds.GENERATOR:
        return ""
    manifest = page.model.manifest
    drawn, classes = manifest["outputs"][0]["shape"], _classes(page)
    labelled = "onehot" in kinds.meanings(manifest["inputs"])
    readers = [each for each in pages if each.kind in kinds.READERS and _takes(each, drawn)]
    same = [each for each in readers if _classes(each) == classes]
    others = [each for each in readers if not labelled or None in (classes, _classes(each))]
    return next((each.manifest for each in same + others), "")


def _takes(page: Page, shape: list[int]) -> bool:
    """Whether a network's input is a picture of `shape`, as it is."""
    (taken,) = page.model.manifest["inputs"]
    return taken["shape"] == shape and "preprocess" not in taken


def _classes(page: Page) -> list[Any] | None:
    """The names of a network's classes, where its manifest tells them."""
    classes = page.model.manifest["provenance"].get("classes")
    return classes if isinstance(classes, list) else None


def _code(site: str, pages: Sequence[Page]) -> Files:
    """What pages have besides their HTML and their models."""
    shared = join(WEB / "elements.js")
    files = {"elements.js": javascript(shared.source, "elements.js").encode()}
    apart = {f"./{_named('elements.js', files['elements.js'])}": shared}
    for kind in dict.fromkeys(page.kind for page in pages):
        files |= _element(kind, apart)
    files |= {
        "shell.js": javascript((WEB / "shell.js").read_text(encoding="utf-8"), "shell.js").encode(),
        "page.css": css((WEB / "page.css").read_text(encoding="utf-8")).encode(),
        "icon.svg": (WEB / "icon.svg").read_bytes(),
    }
    if len(pages) > 1:
        files["gallery.css"] = css((WEB / "gallery.css").read_text(encoding="utf-8")).encode()
    app = webmanifest(site, pages[0].kind.description, _refer(files))
    return {**files, "app.webmanifest": app.encode()}


def _element(kind: Kind, apart: Mapping[str, Joined]) -> Files:
    """The element of `kind`: its style, and its module, which imports from `apart` what it shares with the others."""
    sheets = [WEB / sheet for sheet in ("element.css", *kind.sheets, f"{kind.name}/{kind.name}.css")]
    style = css("".join(sheet.read_text(encoding="utf-8") for sheet in sheets)).encode()
    file = f"{kind.name}.css"
    module = join(WEB / kind.name / f"{kind.name}.js", apart).source
    module = _filled(module, f'"{file}"', json.dumps(_named(file, style)))
    return {file: style, f"{kind.name}.js": javascript(module, f"{kind.name}.js").encode()}


def _write_pages(files: Files, pages: Sequence[Page], options: SiteOptions) -> str:
    """Add the HTML to `files`. The version that it returns stands in each page: it is that of all they refer to."""
    refer = _refer(files)

    def drawn(version: str) -> Files:
        own = {page.file: html(page, pages, options.title, version, refer).encode() for page in pages}
        if len(pages) > 1:
            cards = [gallery.card(page, refer) for page in pages]
            own[INDEX] = front(cards, options.title, version, refer).encode()
        return {**own, MISSING: missing(pages, options.title, options.base_path, version, refer).encode()}

    version = digits(b"".join(drawn("").values()))
    files |= drawn(version)
    return version


def _worker(files: Mapping[str, bytes], pages: Sequence[Page], version: str) -> bytes:
    """The service worker, with what it keeps: all pages with their code; each page's model when that was visited."""
    shared = [path for path in files if "/" not in path]
    pictures = [_named(page.picture, files[page.picture]) for page in pages if page.picture.startswith(PICTURES)]
    own = {page.file: [_named(path, files[path]) for path in _asked(page)] for page in pages}
    site = {
        "version": version,
        "files": {path: digits(files[path]) for path in shared},
        "models": {INDEX: pictures, **own},
    }
    worker = javascript((WEB / WORKER).read_text(encoding="utf-8"), WORKER)
    return _filled(worker, 'JSON.parse("{}")', json.dumps(site, separators=(",", ":"))).encode()


def _asked(page: Page) -> list[str]:
    """What a page's own network may ask for. Readers and samples are the visitor's choice: kept when they are used."""
    return [page.folder + name for name in page.model.fetched]


def _list(files: Mapping[str, bytes], pages: Sequence[Page], base_path: str) -> bytes:
    told = {
        "format": FORMAT,
        "ganzoo": __version__,
        "base_path": base_path,
        "pages": [
            {
                "file": page.file,
                "slug": page.slug,
                "kind": page.kind.name,
                "title": title(page, pages),
                "model": page.folder,
                "bytes": page.weights,
                "link": link(page, _refer(files)),
            }
            for page in pages
        ],
        "files": {
            path: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for path, content in files.items()
        },
    }
    return (json.dumps(told, indent=2, ensure_ascii=False) + "\n").encode()


def _weigh(page: Page, pages: Sequence[Page], site: Path) -> Weighed:
    def brotli(paths: Iterable[str]) -> int:
        places = [(site / path, site / f"{path}{SUFFIX}") for path in paths]
        return sum((packed if packed.exists() else whole).stat().st_size for whole, packed in places)

    shards = [page.folder + shard for shard in page.model.manifest["weights"]["shards"]]
    program = [page.folder + name for name in (*page.model.decoder, *page.model.program)]
    code = brotli([page.file, f"{page.kind.name}.js", f"{page.kind.name}.css", *CODE, *program])
    return Weighed(page, title(page, pages), page.weights, brotli(shards), code)


def _refer(files: Mapping[str, bytes]) -> Callable[[str], str]:
    return lambda path: _named(path, files[path])


def _named(path: str, content: bytes) -> str:
    """The URL of a file, which tells its content."""
    return f"{path}?{digits(content)}"


def _filled(source: str, blank: str, value: str) -> str:
    before, found, after = source.partition(blank)
    if not found or blank in after:
        raise ValueError(f"{blank} must stand there once")
    return before + value + after
