"""Sites: pages around exports."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ganzoo.api.runs import told
from ganzoo.lookup import run_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from os import PathLike

    from ganzoo.api.exports import Export
    from ganzoo.site.build import Site


def build_site(
    exports: Sequence[Export],
    out: str | PathLike[str] = "site",
    *,
    base_path: str = "/",
    max_file_size: int | None = None,
    title: str = "ganzoo",
    progress: Callable[[str], object] | None = None,
) -> Site:
    """Write pages around `exports` into the folder `out`, for any static host; a former site there is replaced.

    `base_path` is where the host will have it, such as "/demo/". `max_file_size` is in bytes. `progress` is called with
    a line of text before each step. The site has `path`, `pages`, and `passed_over`: why a network has no page.

    Raises `UsageError` where there is nothing to show or `out` holds something else, `RunError` for a damaged export.
    """
    from ganzoo.site.build import SiteOptions, build

    sources = [(export._export, run_of(export._export)) for export in exports]
    return build(sources, Path(out), SiteOptions(base_path, max_file_size, title), told(progress))
