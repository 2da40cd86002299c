"""Every document as a page."""

from __future__ import annotations

import pytest

from ganzoo.bench.reports import html
from tests.support.bench_documents import DOCUMENTS


@pytest.fixture(scope="module")
def pages():
    """Each document's page, drawn once."""
    return {made.__name__: html.page(made()) for made in DOCUMENTS}
