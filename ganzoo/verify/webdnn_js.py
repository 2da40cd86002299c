"""WebDNN's own loader, `webdnn.js`, from its npm package: verification and `bench` run exports with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganzoo import npm
from ganzoo.pages import RUNNERS

if TYPE_CHECKING:
    from pathlib import Path

FILE = "webdnn/dist/webdnn.js"


def webdnn_js() -> Path:
    """The path of `webdnn.js` 1.2.11 in the cache, alone in its folder; fetched by npm where it is not there.

    Raises `ToolMissingError` as `npm.fetch` does.
    """
    return npm.fetch(RUNNERS / "webdnn", [FILE])[FILE]
