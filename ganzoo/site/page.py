"""The HTML around the custom elements."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

from ganzoo.site import hosts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ganzoo.site.bundles import Model

    Refer = Callable[[str], str]

WEB = files("ganzoo.site") / "web"
INDEX = "index.html"
TITLES = {"generator": "Make pictures", "classifier": "Read drawings"}  # web/shell.js has them in Japanese
DESCRIPTIONS = {
    "generator": "A small neural network that makes pictures, running in your browser.",
    "classifier": "A small neural network that reads what you draw, running in your browser.",
}
SUMMARIES = {"generator": "A generator of pictures", "classifier": "A reader of drawings"}
ASSETS = {"style": "page.css", "shell": "shell.js", "icon": "icon.svg", "app": "app.webmanifest"}  # of every page
NOSCRIPT = (
    "<noscript><p>This page computes in your browser, which needs JavaScript.</p>"
    '<p lang="ja">このページはブラウザーの中で計算するため、JavaScriptが必要です。</p></noscript>'
)


@dataclass(frozen=True)
class Page:
    """A network's page. `file` is its name, `timeline` and `reader` are files of the site or "".

    `folder` ends in a slash, as do all names of folders here.
    """

    file: str
    slug: str
    kind: str
    model: Model
    timeline: str = ""
    reader: str = ""

    @property
    def folder(self) -> str:
        return f"models/{self.slug}/"

    @property
    def manifest(self) -> str:
        return f"{self.folder}manifest.json"

    @property
    def weights(self) -> int:
        """Bytes of the weights, as the element counts them."""
        return sum(len(self.model.files[shard]) for shard in self.model.manifest["weights"]["shards"])


def digits(content: bytes) -> str:
    """The first of the content's SHA-256, which a URL ends in."""
    return hashlib.sha256(content).hexdigest()[:8]


def title(page: Page, pages: Sequence[Page]) -> str:
    """What a page is called; with its network's name where there are more of its kind."""
    alone = sum(each.kind == page.kind for each in pages) == 1
    return TITLES[page.kind] + ("" if alone else f" ({page.slug})")


def html(page: Page, pages: Sequence[Page], site: str, version: str, refer: Refer) -> str:
    """The page, among `pages` of the site called `site`. `refer` gives a file's URL."""
    attributes = f' src="{refer(page.manifest)}"'
    if page.kind == "generator":
        attributes += " address"
        attributes += f' timeline="{refer(page.timeline)}"' if page.timeline else ""
        attributes += f' reader="{refer(page.reader)}"' if page.reader else ""
    told = page.model.manifest["provenance"]
    summary = f"<p>{SUMMARIES[page.kind]}, {in_bytes(page.weights)}</p>"
    element = f"ganzoo-{page.kind}"
    return _frame(
        site,
        version,
        refer,
        page=page.file,
        home="./",
        title=title(page, pages),
        description=DESCRIPTIONS[page.kind],
        assets="\n    ".join(_assets(page, refer)),
        navigation=_navigation(pages, "", page),
        heading=_words(page, pages),
        main=f"<{element}{attributes}>{summary}{NOSCRIPT}</{element}>",
        made=f"<p>{escape(told['arch'])} · {escape(told['dataset'])}</p>",
    )


def missing(pages: Sequence[Page], site: str, base_path: str, version: str, refer: Refer) -> str:
    """What a host shows where nothing is: for any depth below `base_path`, so that its links begin there."""
    return _frame(
        site,
        version,
        lambda path: base_path + refer(path),
        page="",
        home=base_path,
        title="Not found",
        description="There is no such page.",
        assets="",
        navigation=_navigation(pages, base_path),
        heading="<span data-t>Not found</span>",
        main=(WEB / "404.html").read_text("utf-8").strip(),
        made="",
    )


def webmanifest(site: str, description: str, refer: Refer) -> str:
    """The description of the site as an app, for whoever installs it."""
    icon = {"src": refer("icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any maskable"}
    own = {"name": site, "short_name": site, "description": description, "start_url": "./", "scope": "./"}
    look = {"display": "standalone", "background_color": "#ffffff", "theme_color": "#4b3fd6", "icons": [icon]}
    return json.dumps({**own, **look}, ensure_ascii=False, separators=(",", ":")) + "\n"


def link(page: Page, refer: Refer) -> str:
    """A `Link` header for the page: browsers act on it before they have read a byte of HTML.

    Six files, as many as they fetch at once: what else is needed they find in the page in time.
    """
    manifest, weights, *_ = (refer(page.folder + file) for file in page.model.data)
    fetched = "rel=preload; as=fetch; crossorigin"
    first = [(weights, fetched), (refer(f"{page.kind}.js"), "rel=modulepreload")]
    first += [(refer("elements.js"), "rel=modulepreload"), (manifest, fetched)]
    first += [(refer(style), "rel=preload; as=style") for style in ("page.css", f"{page.kind}.css")]
    return ", ".join(f"<{url}>; {how}" for url, how in first)


def _assets(page: Page, refer: Refer) -> list[str]:
    """All that the first picture needs, at the URLs at which the runtime asks for it (runtime/fetching.js).

    The weights come first: they take the longest, and of HTTP/1.1 browsers open six connections only, in this order.
    Of programs to choose from it is the one that most browsers take.
    """
    model = page.model
    manifest, *weights, golden = (refer(page.folder + file) for file in model.data)
    module, *programs = (refer(page.folder + file) for file in model.program)
    return [
        *(_fetched(url, ' fetchpriority="high"') for url in weights),
        f'<script type="module" src="{refer(f"{page.kind}.js")}"></script>',
        f'<link rel="modulepreload" href="{refer("elements.js")}">',
        _fetched(manifest),
        f'<link rel="preload" as="style" href="{refer(f"{page.kind}.css")}">',
        *(_checked(refer(page.folder + file), model.files[file]) for file in model.decoder),
        _checked(module, model.files[model.program[0]]),
        *(_fetched(url) for url in programs),
        _fetched(golden),
    ]


def _fetched(url: str, how: str = "") -> str:
    return f'<link rel="preload" as="fetch" crossorigin href="{url}"{how}>'


def _checked(url: str, content: bytes) -> str:
    integrity = base64.b64encode(hashlib.sha256(content).digest()).decode()
    return f'<link rel="modulepreload" integrity="sha256-{integrity}" href="{url}">'


def in_bytes(n: int) -> str:
    """As the elements write it (web/words.js)."""
    return f"{round(n / 1e3)} kB" if n < 1e6 else f"{n / 1e6:#.3g} MB".replace(". ", " ")


def _frame(site: str, version: str, refer: Refer, **values: str) -> str:
    urls = {name: escape(refer(file)) for name, file in ASSETS.items()}
    texts: Mapping[str, str] = {
        **{name: escape(values.pop(name)) for name in ("title", "description", "page", "home")},
        "site": escape(site),
        "csp": escape(hosts.CSP, quote=False),
        "version": version,
    }
    filled = Template((WEB / "page.html").read_text("utf-8")).substitute(urls, **texts, **values)
    return re.sub(r"\n\s+", "\n", filled)


def _navigation(pages: Sequence[Page], root: str, current: Page | None = None) -> str:
    links = []
    for page in pages:
        here = ' aria-current="page"' if page is current else ""
        href = root or "./" if page.file == INDEX else root + page.file
        links.append(f'<a href="{escape(href)}"{here}>{_words(page, pages)}</a>')
    return "\n        ".join(links)


def _words(page: Page, pages: Sequence[Page]) -> str:
    """`title`, with what is to be translated marked."""
    name, _, slug = title(page, pages).partition(" (")
    return f"<span data-t>{escape(name)}</span>" + (f" ({escape(slug)}" if slug else "")
