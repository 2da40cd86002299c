"""Static hosts: the headers of a site, the files that set them, and the limits of common hosts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ganzoo.errors import UsageError
from ganzoo.export.size import parse_bytes
from ganzoo.files import GIT_ATTRIBUTES, UNALTERED

if TYPE_CHECKING:
    from collections.abc import Mapping

CSP = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'"
)

# For every answer. The pages work without any of them: the policy stands in each page as well.
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CSP,
    # the two isolate the page, and browsers give only such a page a fine clock: its times are shown
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    # a visitor may photograph what a network is to see
    "Permissions-Policy": "camera=(self), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Content-Type-Options": "nosniff",
}
IMMUTABLE = "public, max-age=31536000, immutable"  # for an URL that ends in ? and the content's hash

SEGMENT = r"[A-Za-z0-9._~-]+"  # RFC 3986's unreserved characters: nothing that any server's configuration reads


@dataclass(frozen=True)
class Host:
    """A static host and its limits, in bytes and files; None if it states none.

    `--max-file-size` accepts `name` if there is a `largest_file`. `sources` are pages of the host.
    """

    name: str
    title: str
    largest_file: int | None
    largest_site: int | None
    most_files: int | None
    sources: tuple[str, ...]
    note: str = ""


HOSTS = (
    Host(
        "cloudflare-pages",
        "Cloudflare Pages",
        25 << 20,
        None,
        20_000,
        ("https://developers.cloudflare.com/pages/platform/limits/",),
        "Free plan. Reads `_headers`.",
    ),
    Host(
        "firebase",
        "Firebase Hosting",
        2 * 10**9,
        None,
        None,
        ("https://firebase.google.com/docs/hosting/reference/rest/v1beta1/sites.versions/populateFiles",),
        "Headers go into `firebase.json`.",
    ),
    Host(
        "github-pages",
        "GitHub Pages",
        100 << 20,
        10**9,
        None,
        (
            "https://docs.github.com/en/pages/getting-started-with-github-pages/github-pages-limits",
            "https://docs.github.com/en/repositories/working-with-files/managing-large-files/about-large-files-on-github",
        ),
        "The limit of a file is the repository's. Sets no headers of ours; `.nojekyll` keeps all files.",
    ),
    Host(
        "gitlab-pages",
        "GitLab Pages",
        None,
        10**9,
        200_000,
        ("https://docs.gitlab.com/user/gitlab_com/", "https://gitlab.com/gitlab-org/gitlab/-/issues/405048"),
        "On GitLab.com. Sends the `.br` beside a file; sets no headers of ours.",
    ),
    Host(
        "itch",
        "itch.io",
        200 * 10**6,
        500 * 10**6,
        1000,
        ("https://itch.io/docs/creators/html5",),
        "A zip with `index.html` at its top, shown in a frame.",
    ),
    Host(
        "neocities",
        "Neocities",
        100 * 10**6,
        10**9,
        15_000,
        ("https://github.com/neocities/neocities/blob/master/models/site.rb",),
        "Free plan. Export without the backend webassembly, and leave out `*.br`, `*.wasm`, `_headers`, `.htaccess`, "
        "`.nojekyll` and `.gitattributes`, which it refuses.",
    ),
    Host(
        "netlify",
        "Netlify",
        None,
        None,
        None,
        ("https://docs.netlify.com/site-deploys/overview/",),
        "At most 54,000 files in one folder. Reads `_headers`.",
    ),
)


def parse_size(text: str) -> int:
    """Return the bytes of a size ("800kB", "5MB", "1MiB"), or the largest file that the host of this name accepts.

    Raises `UsageError` for anything else, and for a host without a limit on the size of a file.
    """
    if re.match(r"\s*\d", text):
        return parse_bytes(text)
    limits = {host.name: host.largest_file for host in HOSTS}
    limit = limits.get(text)
    if limit:
        return limit
    if text in limits:
        raise UsageError(f"{text} has no limit on the size of a file.", "Leave --max-file-size out.")
    names = ", ".join(name for name, largest in limits.items() if largest)
    raise UsageError(f"'{text}' is neither a size nor a known host.", f"Write 800kB, 5MB or 1MiB, or a host: {names}.")


def row(host: Host) -> str:
    """Return `host` as a row of docs/hosting.md."""
    first, *more = host.sources
    links = "".join(f" [({i})]({source})" for i, source in enumerate(more, 2))
    files = f"{host.most_files:,}" if host.most_files else "-"
    preset = f"`{host.name}`" if host.largest_file else "-"
    sizes = f"{_size(host.largest_file)} | {_size(host.largest_site)}"
    return f"| [{host.title}]({first}){links} | {preset} | {sizes} | {files} | {host.note} |"


def _size(n: int | None) -> str:
    """Return `n` bytes as hosts write them, in MiB if that is a whole number."""
    if n is None:
        return "-"
    if n % (1 << 20) == 0:
        return f"{n >> 20} MiB"
    return f"{n // 10**9} GB" if n % 10**9 == 0 else f"{n // 10**6} MB"


def check_base_path(text: str) -> str:
    """Return `text` if it is a path at which a site can lie: "/", "/demo/", "/a/b/"; letters, digits and `._~-`.

    Raises `UsageError` for anything else.
    """
    if re.fullmatch(rf"/({SEGMENT}/)*", text) and not {".", ".."} & set(text.split("/")):
        return text
    raise UsageError(
        f"'{text}' is not a valid --base-path.",
        "Write it as / or /demo/, with only letters, digits and . _ ~ - between the /.",
    )


def files(base_path: str, links: Mapping[str, str]) -> Mapping[str, str]:
    """Return the texts of the files that hosts and git read, by name, for a site at `base_path`.

    `links` has the `Link` header of each page, by its file: what a browser fetches before it has read the page.
    """
    check_base_path(base_path)
    own = {"_headers": _headers(base_path, links), ".htaccess": _htaccess(base_path, links), ".nojekyll": ""}
    return {**own, GIT_ATTRIBUTES: UNALTERED}


def _headers(base_path: str, links: Mapping[str, str]) -> str:
    """Return the headers for Netlify and Cloudflare Pages.

    They ignore queries, so they revalidate files in their own way.
    """
    lines = [f"{base_path}*", *(f"  {name}: {value}" for name, value in HEADERS.items())]
    for file, link in links.items():
        short = "" if file == "index.html" else file.removesuffix(".html")  # as these hosts offer it
        for name in (short, file):
            lines += [f"{base_path}{name}", f"  Link: {link}"]
    return "\n".join([*lines, ""])


def _htaccess(base_path: str, links: Mapping[str, str]) -> str:
    from ganzoo.serving.static import TYPES

    # the file's name is that after the rewrite to the Brotli beside it
    named = ((re.escape(file), link) for file, link in links.items())
    page = '  <FilesMatch "^{}(\\.br)?$">\n    Header set Link "{}"\n  </FilesMatch>\n'
    pages = "".join(page.format(name, link) for name, link in named)
    types = "\n".join(f"  AddType {kind.partition(';')[0]} {ending}" for ending, kind in TYPES.items())
    headers = "\n".join(f'  Header always set {name} "{value}"' for name, value in HEADERS.items())
    return HTACCESS.format(base_path=base_path, types=types, headers=headers, pages=pages, immutable=IMMUTABLE)


# Only what `AllowOverride FileInfo` allows: of the rest, one line would make every answer a 500. So a folder's listing
# is refused by a rewrite, not by `Options -Indexes`.
HTACCESS = """\
# For Apache 2.4.10 and later. Written by ganzoo site.
ErrorDocument 404 {base_path}404.html

<IfModule mod_mime.c>
{types}
  AddCharset utf-8 .html .css .js .txt
  RemoveLanguage .br
  AddEncoding br .br
</IfModule>

<IfModule mod_headers.c>
{headers}
{pages}  Header merge Vary Accept-Encoding
  Header set Cache-Control no-cache
  Header set Cache-Control "{immutable}" "expr=%{{QUERY_STRING}} =~ /^[0-9a-f]{{8}}$/ && %{{REQUEST_STATUS}} -lt 400"
</IfModule>

<IfModule mod_rewrite.c>
  RewriteEngine On

  # a folder without a page shows nothing
  RewriteCond %{{REQUEST_FILENAME}} -d
  RewriteCond %{{REQUEST_FILENAME}}/index.html !-f
  RewriteRule ^ - [R=404,L]

  # Brotli beside a file, where the browser takes it
  RewriteCond %{{HTTP:Accept-Encoding}} \\bbr\\b
  RewriteCond %{{HTTP:Accept-Encoding}} !\\bbr\\s*;\\s*q=0(\\.0*)?\\s*(,|$)
  RewriteCond %{{REQUEST_FILENAME}}.br -f
  RewriteRule ^(.+)$ $1.br [L,E=no-gzip:1,E=no-brotli:1]
</IfModule>
"""
