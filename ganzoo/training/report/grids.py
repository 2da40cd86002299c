"""The sample sheets of a run, made smaller, for a page and for an animation of the training."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ganzoo.errors import RunError
from ganzoo.files import readable, replacing
from ganzoo.image_grid import HEADING, SCALE

if TYPE_CHECKING:
    from pathlib import Path

    from ganzoo.runs.run import Run

FILE = "training.webp"
FRAME_MS, LAST_MS = 250, 2500


@dataclass(frozen=True)
class Grid:
    """The samples after `iteration` without headings, one pixel per pixel; `epoch` is None if the log lacks it."""

    iteration: int
    epoch: float | None
    picture: Any

    def png(self) -> bytes:
        packed = io.BytesIO()
        self.picture.save(packed, "png", optimize=True)
        return packed.getvalue()


def grids(run: Run) -> list[Grid]:
    """The sheets of `run` in order. Raises `RunError` for a file that is not a valid sheet."""
    epochs = {0: 0.0, **{int(entry["iteration"]): entry["epoch_detail"] for entry in run.log()}}
    sheets = {int(path.stem): path for path in (run.path / "samples").glob("*.png") if path.stem.isdecimal()}
    return [Grid(n, epochs.get(n), _small(path)) for n, path in sorted(sheets.items())]


def animate(run: Run, found: list[Grid]) -> Path | None:
    """Write an animation of `found` into the run. With less than two sheets it writes no file and returns None."""
    if len(found) < 2 or len({grid.picture.size for grid in found}) > 1:
        return None
    first, *others = [grid.picture.convert("RGB") for grid in found]
    times = [FRAME_MS] * len(others) + [LAST_MS]
    path = run.path / FILE
    with replacing(path) as beside:
        first.save(beside, "webp", save_all=True, append_images=others, duration=times, loop=0, quality=80, method=4)
    return path


def _small(path: Path) -> Any:
    from PIL import Image, ImageChops

    try:
        if path.is_symlink():
            raise ValueError("it is a symbolic link")
        with Image.open(readable(path), formats=["PNG"]) as opened:
            sheet = opened.convert("RGB")
        picture = sheet.crop((0, HEADING, *sheet.size)).reduce(SCALE)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise RunError(f"{path} is not a valid sheet of sample pictures: {error}.", "Delete the file.") from error
    red, green, blue = picture.split()
    coloured = any(ImageChops.difference(red, other).getbbox() for other in (green, blue))
    return picture if coloured else red
