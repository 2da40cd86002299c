"""Web sites for exports."""

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
    """Write a web site for `exports` into the folder `out`, for any static host. A former site there is replaced.

    `base_path` is the path of the site on its host, such as "/demo/". `max_file_size` is in bytes. `progress` is called
    with a line of text before each step. The site has `path`, `pages`, and `passed_over`, which says why a network has
    no page.

    Raises `UsageError` if no network can be shown or `out` has other files, `RunError` for a damaged export.
    """
    from ganzoo.site.build import SiteOptions, build

    sources = [(export._export, run_of(export._export)) for export in exports]
    return build(sources, Path(out), SiteOptions(base_path, max_file_size, title), told(progress))
