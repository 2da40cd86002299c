"""One browser and one site for all tests of the pages."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from ganzoo.site import serve
from tests.support.colours import colours
from tests.support.hosted import Hosted, hosted
from tests.support.site_pages import GENERATOR, make_site
from tests.support.visitor import Visitor, chromium, first, visitor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from ganzoo.runs.run import Run
    from tests.support.shared import Shared


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Not of the session: while Playwright's event loop runs, no test on its thread has one of its own."""
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def site(runs: Mapping[str, Run], reader: Run, shared: Shared) -> Path:
    """A generator that knows little, a reader that knows its digits, and two networks on colours. Read only."""

    def make(folder: Path) -> None:
        make_site(folder, runs["dcgan-cond"], reader, colours(folder / "colours"))

    return shared.made("site of pages", make) / "site"


@pytest.fixture(scope="module")
def host(site: Path) -> Iterator[Hosted]:
    """The site, for tests that leave the host as it is."""
    with hosted(serve.app(site)) as found:
        yield found


@pytest.fixture
def visit(browser: Browser, host: Hosted) -> Callable[..., AbstractContextManager[Visitor]]:
    return partial(visitor, browser, host.url)


@pytest.fixture
def generator(visit: Callable[..., AbstractContextManager[Visitor]]) -> Iterator[Page]:
    with visit(accept_downloads=True) as found:
        page = found.open(GENERATOR, fragment="label=7&seed=42")
        first(page)
        yield page
