"""A run's sheets of pictures as a page's timeline."""

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
    """`timeline.json` and the sheets it lists, by name, in the order of training; empty where the run kept none.

    `named(file, content)` is how the list names a sheet. Raises `RunError` for a sheet that is no PNG, and for a
    damaged log.
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
    """The picture of `path` in fewer bytes, pixel for pixel: grey where it has no colour, and nothing but pixels."""
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
