"""The HTML around the custom elements."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ganzoo.assets.html import render
from ganzoo.site import hosts
from ganzoo.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ganzoo.site.bundles import Model
    from ganzoo.site.gallery import Card
    from ganzoo.site.kinds import Kind

    Refer = Callable[[str], str]

WEB = Path(__file__).resolve().parent / "web"
INDEX = "index.html"
LONGEST = 300  # letters of what a card tells


@dataclass(frozen=True)
class Page:
    """A network's page. `file` is its name, `timeline`, `reader` and `picture` are files of the site or "".

    `folder` ends in a slash, as do all names of folders here.
    """

    file: str
    slug: str
    kind: Kind
    model: Model
    timeline: str = ""
    reader: str = ""
    picture: str = ""

    @property
    def title(self) -> str:
        """The network's own title where its card tells one, else that of its kind."""
        return self.told("title") or self.kind.title

    def told(self, key: str) -> str:
        """What the network's card tells, on one line; "" where it tells nothing."""
        text = self.model.manifest["provenance"].get(key)
        return one_line(text[:LONGEST]) if isinstance(text, str) else ""

    @property
    def folder(self) -> str:
        return f"models/{self.slug}/"

    @property
    def manifest(self) -> str:
        return f"{self.folder}manifest.json"

    @property
    def weights(self) -> int:
        """The bytes of the weights, as the element counts them."""
        return sum(len(self.model.files[shard]) for shard in self.model.manifest["weights"]["shards"])


def digits(content: bytes) -> str:
    """Return the first digits of the content's SHA-256, in which a URL ends."""
    return hashlib.sha256(content).hexdigest()[:8]


@dataclass(frozen=True)
class Link:
    """A page in the navigation: its title, and its network where there are more of that title.

    `japanese` is the title's translation, "" where a card tells the title.
    """

    href: str
    title: str
    japanese: str
    slug: str
    is_current: bool


def title(page: Page, pages: Sequence[Page]) -> str:
    """Return the title of a page, with the name of its network if several pages have the same title."""
    return page.title + (f" ({page.slug})" if _is_one_of_several(page, pages) else "")


def _is_one_of_several(page: Page, pages: Sequence[Page]) -> bool:
    return sum(each.title == page.title for each in pages) > 1


def html(page: Page, pages: Sequence[Page], site: str, version: str, refer: Refer) -> str:
    """The page, among `pages` of the site called `site`. `refer` gives a file's URL.

    It asks for all that the first picture needs, at the URLs at which the runtime asks for it (runtime/fetching.js).
    """
    model = page.model
    manifest, *weights, golden = (refer(page.folder + file) for file in model.data)
    module, *programs = model.program
    navigation = _navigation(pages, "", page)
    provenance = model.manifest["provenance"]
    return _packed(
        render(
            WEB / "network.html",
            version=version,
            site=site,
            csp=hosts.CSP,
            refer=refer,
            file=page.file,
            home="./",
            title=title(page, pages),
            description=page.told("description") or page.kind.description,
            about=page.told("description"),
            navigation=navigation,
            current=next(link for link in navigation if link.is_current),
            kind=page.kind,
            manifest=manifest,
            weights=weights,
            modules=[_checked(page, file, refer) for file in (*model.decoder, module)],
            programs=[refer(page.folder + file) for file in programs],
            golden=golden,
            timeline=refer(page.timeline) if page.timeline else "",
            reader=refer(page.reader) if page.reader else "",
            summary=f"{page.kind.summary}, {in_bytes(page.weights)}",
            arch=provenance["arch"],
            dataset=provenance.get("dataset", ""),
            licence=page.told("licence"),
        )
    )


def front(cards: Sequence[Card], site: str, version: str, refer: Refer) -> str:
    """Return the page from which visitors choose a network of the site called `site`."""
    return _packed(
        render(
            WEB / "gallery.html",
            version=version,
            site=site,
            csp=hosts.CSP,
            refer=refer,
            file=INDEX,
            home="./",
            title="Choose a network",
            description=f"{len(cards)} small neural networks, running in your browser.",
            navigation=[],
            cards=cards,
        )
    )


def missing(pages: Sequence[Page], site: str, base_path: str, version: str, refer: Refer) -> str:
    """Return the page that a host shows for missing files. Its links begin at `base_path`, so it works at any depth."""
    return _packed(
        render(
            WEB / "404.html",
            version=version,
            site=site,
            csp=hosts.CSP,
            refer=lambda path: base_path + refer(path),
            file="",
            home=base_path,
            title="Not found",
            description="There is no such page.",
            navigation=_navigation(pages, base_path),
        )
    )


def _navigation(pages: Sequence[Page], root: str, current: Page | None = None) -> list[Link]:
    links = []
    for page in pages:
        href = root or "./" if page.file == INDEX else root + page.file
        slug = page.slug if _is_one_of_several(page, pages) else ""
        japanese = page.kind.japanese if page.title == page.kind.title else ""
        links.append(Link(href, page.title, japanese, slug, page is current))
    return links


def _checked(page: Page, file: str, refer: Refer) -> dict[str, str]:
    """A module of the page's network: its URL, and what the browser is to find there."""
    path = page.folder + file
    digest = base64.b64encode(hashlib.sha256(page.model.files[file]).digest()).decode()
    return {"url": refer(path), "integrity": f"sha256-{digest}"}


def _packed(page: str) -> str:
    """Remove the space at the beginnings of lines, which only the template needs."""
    return "".join(f"{line.strip()}\n" for line in page.splitlines() if line.strip())


def webmanifest(site: str, description: str, refer: Refer) -> str:
    """Return the description of the site as an app, for visitors who install it."""
    icon = {"src": refer("icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any maskable"}
    own = {"name": site, "short_name": site, "description": description, "start_url": "./", "scope": "./"}
    look = {"display": "standalone", "background_color": "#ffffff", "theme_color": "#4b3fd6", "icons": [icon]}
    return json.dumps({**own, **look}, ensure_ascii=False, separators=(",", ":")) + "\n"


def link(page: Page, refer: Refer) -> str:
    """Return the `Link` header for the page, on which browsers act before they have read a byte of HTML.

    It names six files, as many as browsers fetch at once. They find the others in the page in time.
    """
    manifest, weights, *_ = (refer(page.folder + file) for file in page.model.data)
    fetched = "rel=preload; as=fetch; crossorigin"
    first = [(weights, fetched), (refer(f"{page.kind.name}.js"), "rel=modulepreload")]
    first += [(refer("elements.js"), "rel=modulepreload"), (manifest, fetched)]
    first += [(refer(style), "rel=preload; as=style") for style in ("page.css", f"{page.kind.name}.css")]
    return ", ".join(f"<{url}>; {how}" for url, how in first)


def in_bytes(n: int) -> str:
    """Return a number of bytes as the elements write it (web/words.js)."""
    return f"{round(n / 1e3)} kB" if n < 1e6 else f"{n / 1e6:#.3g} MB".replace(". ", " ")
