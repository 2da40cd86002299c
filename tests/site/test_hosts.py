"""What hosts are told and what they allow: presets, the files that they read, a site's place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganzoo.errors import UsageError
from ganzoo.export.size import parse_bytes
from ganzoo.site import hosts
from ganzoo.site.hosts import CSP, HEADERS, HOSTS, IMMUTABLE, check_base_path, parse_size
from tests.support.places import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ganzoo.runs.run import Run
    from tests.support.command import Done

DOCUMENT = ROOT / "docs" / "hosting.md"


@pytest.mark.parametrize("host", HOSTS, ids=lambda host: host.name)
def test_a_host_is_whole(host: hosts.Host) -> None:
    assert re.fullmatch(r"[a-z][a-z-]*", host.name)  # no size begins so
    assert host.sources and all(source.startswith("https://") for source in host.sources)
    assert (host.largest_file or 0) <= (host.largest_site or float("inf"))
    if host.largest_file:
        assert parse_size(host.name) == host.largest_file
    else:
        with pytest.raises(UsageError, match="has no limit"):
            parse_size(host.name)


def test_names_differ_and_are_in_order() -> None:
    names = [host.name for host in HOSTS]
    assert names == sorted(set(names))


@given(st.integers(0, 10**9), st.sampled_from(["", "B", "kB", "MB", "MiB", "GB"]), st.sampled_from(["", " "]))
def test_sizes_are_still_sizes(n: int, unit: str, gap: str) -> None:
    assert parse_size(f"{gap}{n}{unit}") == parse_bytes(f"{n}{unit}")


@pytest.mark.parametrize("text", ["", "nowhere", "MB", "-5MB", "Netlify", "github"])
def test_what_is_neither_is_told_of_both(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_size(text)
    assert "5MB" in caught.value.remedy and "cloudflare-pages" in caught.value.remedy
    assert "netlify" not in caught.value.remedy  # it would be refused


def test_a_damaged_size_is_told_of_sizes() -> None:
    with pytest.raises(UsageError, match="'5 lots' is not a size"):
        parse_size("5 lots")


def test_export_takes_a_hosts_name(ganzoo: Callable[..., Done], runs: Mapping[str, Run], tmp_path: Path) -> None:
    command = ("export", runs["cnn"].path, "-b", "webgl", "--no-verify", "--out", tmp_path / "export")
    done = ganzoo(*command, "--max-file-size", "nowhere")
    assert done.code == 2 and "neocities" in done.err and not (tmp_path / "export").exists()
    assert ganzoo(*command, "--max-file-size", "cloudflare-pages").code == 0


# The place


@pytest.mark.parametrize("text", ["/", "/demo/", "/a/b/", "/~me/my.site_1/", "/-/"])
def test_base_paths(text: str) -> None:
    assert check_base_path(text) == text


@pytest.mark.parametrize(
    "text",
    ["", "demo", "/demo", "demo/", "//", "/a//b/", "/../", "/a/../b/", "/./", "/%2e%2e/", "/a b/", "/a\n/", "/a?/",
     "/a#/", "/a*/", "/:a/", '/"/', "/{a}/", "/é/", "/\\/", "/a/\n", "https://a.example/"],
)  # fmt: skip
def test_what_is_no_base_path(text: str) -> None:
    with pytest.raises(UsageError, match="is not a valid --base-path"):
        check_base_path(text)
    with pytest.raises(UsageError):
        hosts.files(text, {})


@given(st.text(max_size=12) | st.from_regex(r"(/[a-z.]{0,3}){1,4}/", fullmatch=True))
def test_a_base_path_is_safe_wherever_it_is_written(text: str) -> None:
    try:
        check_base_path(text)
    except UsageError:
        return
    assert re.fullmatch(r"[A-Za-z0-9._~/-]+", text) and text[0] == text[-1] == "/"
    assert "//" not in text and not {".", ".."} & set(text.split("/"))


# The files


def test_the_policy_is_strict() -> None:
    rules = dict(rule.split(" ", 1) for rule in CSP.split("; "))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert rules["script-src"] == "'self' 'wasm-unsafe-eval'" and rules["style-src"] == "'self'"
    assert not [word for word in ("unsafe-inline", "http", "*", "blob:") if word in CSP]


def test_headers_of_netlify_and_cloudflare() -> None:
    links = {"index.html": "<a.js>; rel=modulepreload", "cnn.html": "<b.js>; rel=modulepreload"}
    assert list(hosts.files("/", {})) == ["_headers", ".htaccess", ".nojekyll", ".gitattributes"]
    for base_path in ("/", "/demo/"):
        first, *lines = hosts.files(base_path, links)["_headers"].splitlines()
        assert first == f"{base_path}*"
        shared = [f"  {name}: {value}" for name, value in HEADERS.items()]
        assert lines[: len(shared)] == shared
        told = dict(zip(lines[len(shared) :: 2], lines[len(shared) + 1 :: 2], strict=True))
        assert told == {
            f"{base_path}{name}": f"  Link: {links[file]}"
            for name, file in {
                "": "index.html",
                "index.html": "index.html",
                "cnn": "cnn.html",
                "cnn.html": "cnn.html",
            }.items()
        }
        assert all(len(line) < 2000 for line in lines)  # Cloudflare's bound


def test_htaccess_has_all_in_guards() -> None:
    """Outside of the guards only what every Apache knows; nothing needs more than `AllowOverride FileInfo`."""
    text = hosts.files("/demo/", {"cnn.html": "<b.js>; rel=modulepreload"})[".htaccess"]
    # Brotli beside it too
    assert '<FilesMatch "^cnn\\.html(\\.br)?$">\n    Header set Link "<b.js>; rel=modulepreload"\n' in text
    outside = re.sub(r"<IfModule (\S+)>\n.*?</IfModule>\n", "", text, flags=re.DOTALL)
    directives = [line for line in outside.splitlines() if line and not line.startswith("#")]
    assert directives == ["ErrorDocument 404 /demo/404.html"]
    assert not re.search(r"^\s*(Options|IndexIgnore|DirectoryIndex|Require|Allow)\b", text, re.MULTILINE)
    for name, value in HEADERS.items():
        assert f'Header always set {name} "{value}"' in text
    assert f'"{IMMUTABLE}" "expr=%{{QUERY_STRING}} =~ /^[0-9a-f]{{8}}$/' in text
    assert "AddType application/wasm .wasm" in text and "AddEncoding br .br" in text


# The document


def test_the_document_has_the_hosts_as_they_are() -> None:
    rows = [line for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if re.match(r"\| \[", line)]
    assert rows == [hosts.row(host) for host in HOSTS]


def test_what_neocities_refuses_is_named() -> None:
    note = next(host.note for host in HOSTS if host.name == "neocities")
    for name in ("*.br", "*.wasm", *hosts.files("/", {})):
        assert f"`{name}`" in note


def test_the_documents_servers_send_the_headers() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert "`Link`" in text
    for name, value in HEADERS.items():
        assert f'add_header {name} "{value}" always;' in text  # nginx
        assert f'{name} "{value}"' in text.partition("### Caddy")[2]
    assert text.count(IMMUTABLE) == 2
