"""Turn the sheets of pictures of a run into the timeline of a page."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

from ganzoo.errors import RunError
from ganzoo.files import readable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ganzoo.runs.run import Run

TIMELINE = "timeline.json"


def timeline(run: Run, named: Callable[[str, bytes], str]) -> dict[str, bytes]:
    """Return `timeline.json` and the sheets in it, by name, in the order of the training; empty if there are none.

    `named(file, content)` gives the name of a sheet in the list. Raises `RunError` for a sheet that is not a PNG file,
    and for a damaged log.
    """
    sheets = {int(path.stem): path for path in (run.path / "samples").glob("*.png") if path.stem.isdecimal()}
    if not sheets:
        return {}
    epochs = {int(line["iteration"]): round(line["epoch_detail"], 2) for line in run.log()}
    files: dict[str, bytes] = {}
    entries = []
    for iteration, path in sorted(sheets.items()):
        content = files[f"{iteration:07d}.png"] = _smaller(path)
        file = named(f"{iteration:07d}.png", content)
        entries.append({"file": file, "iteration": iteration, "epoch": epochs.get(iteration)})
    return {TIMELINE: (json.dumps(entries, separators=(",", ":")) + "\n").encode(), **files}


def _smaller(path: Path) -> bytes:
    """Return the picture of `path` in fewer bytes: the same pixels, grey if they have no colour, without metadata."""
    from PIL import Image, ImageChops

    try:
        if path.is_symlink():
            raise ValueError("it is a symbolic link")
        with Image.open(readable(path), formats=["PNG"]) as opened:
            picture = opened.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise RunError(f"{path} is not a valid sheet of sample pictures: {error}.", "Delete the file.") from error
    red, green, blue = picture.split()
    if not any(ImageChops.difference(red, other).getbbox() for other in (green, blue)):
        picture = red
    packed = io.BytesIO()
    picture.save(packed, "png", optimize=True)
    return packed.getvalue()
