"""A picture file as an array of the size and the channels that were asked for.

What is transparent stays so until it is known what lies behind it, and so does the room around a padded picture.
"""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ganzoo.datasets.room import Room

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt

    ByteArray = npt.NDArray[np.uint8]

# bitmaps that Pillow decodes itself: others (EPS) would start a program, and have no business here
FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
GREY_MODES = ("1", "L", "LA", "La")
DEEP_MODES = ("I;16", "I;16B", "I;16L", "I;16N")  # 16 bits a value
LARGEST = 89_478_485  # as Pillow has it: of three bytes each, a quarter of a gigabyte
MOST_PIXELS = 40_000_000  # decoded at once, by all threads: some 20 bytes each where a picture is transparent
LOST = {
    "stretch": "not square and were squeezed; --fit crop or --fit pad keeps their proportions",
    "crop": "not square and lost what is outside their middle",
    "pad": "not square and were padded",
}
COLOURED = "in colour and were converted to grey"
ANIMATED = "animated, of which only the first frame is used"
LOOKED_AT = 256  # pictures, to know whether they are in colour
THUMBNAIL, VIVID, ENOUGH, NOTABLE = 32, 32, 0.02, 0.1


@dataclass(frozen=True)
class Form:
    """What pictures are to become: `size` x `size` pixels in the channels of `mode`, "L" or "RGB"; `fit` is how."""

    size: int
    mode: str
    fit: str


@dataclass(frozen=True)
class Picture:
    """One picture: `over_black`, uint8 (C, H, W), and its opacity, uint8 (H, W), None where all of it is opaque.

    `clear` says whether the file has transparent pixels, and `lost` in words what of it was lost.
    """

    over_black: ByteArray
    opacity: ByteArray | None
    clear: bool
    lost: list[str]

    def over(self, ground: Sequence[int]) -> ByteArray:
        """The picture over the colour `ground`, which has a value for each channel."""
        import numpy as np

        if self.opacity is None or not any(ground):
            return self.over_black
        behind = 255 - self.opacity.astype(np.int32)
        shares = np.array(ground).reshape(-1, 1, 1) * behind / 255  # blending adds up
        over: ByteArray = (self.over_black + np.rint(shares).astype(np.int32)).clip(0, 255).astype(np.uint8)
        return over


def read(paths: Sequence[Path], form: Form) -> list[Picture | str]:
    """For each file its picture, or a sentence on why it cannot be read. Files are decoded in parallel."""
    from concurrent.futures import ThreadPoolExecutor

    room = Room(MOST_PIXELS)
    with _bombs_allowed(), ThreadPoolExecutor() as pool:  # Pillow decodes without the interpreter's lock
        return list(pool.map(lambda path: _picture(path, form, room), paths))


def in_colour(paths: Sequence[Path]) -> bool:
    """Whether a notable share of the pictures, of which some are looked at, has colour."""
    from concurrent.futures import ThreadPoolExecutor

    from ganzoo.datasets import subset

    chosen = [paths[i] for i in subset.some(LOOKED_AT, len(paths))]
    room = Room(MOST_PIXELS)
    with _bombs_allowed(), ThreadPoolExecutor() as pool:
        found = sum(pool.map(lambda path: _has_colour(path, room), chosen))
    return found > NOTABLE * len(chosen)


@contextmanager
def _bombs_allowed() -> Iterator[None]:
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # sizes are checked here
        yield


def _has_colour(path: Path, room: Room) -> bool:
    import numpy as np
    from PIL import Image

    try:
        with _opened(path) as picture:
            if picture.mode in (*GREY_MODES, *DEEP_MODES, "I", "F"):
                return False
            picture.draft("RGB", (4 * THUMBNAIL, 4 * THUMBNAIL))
            with room.taken(picture.width * picture.height):
                colours = picture.convert("RGBA").resize((THUMBNAIL, THUMBNAIL), Image.Resampling.BOX, reducing_gap=2.0)
        pixels = np.asarray(colours).reshape(-1, 4).astype(np.int16)
        seen = pixels[pixels[:, 3] > 127, :3]
        return len(seen) > 0 and bool((np.ptp(seen, axis=1) > VIVID).mean() > ENOUGH)
    except Exception:  # is told when it is read
        return False


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """The picture in the file `path`, not decoded yet. Raises anything: on hostile files Pillow's readers do."""
    from PIL import Image

    with Image.open(path, formats=FORMATS) as picture:
        n_pixels = picture.width * picture.height
        if n_pixels > LARGEST and picture.format != "JPEG":
            raise ValueError(_too_large(f"{n_pixels / 1e6:.0f}"))
        yield picture


def _picture(path: Path, form: Form, room: Room) -> Picture | str:
    from PIL import Image

    try:
        with _opened(path) as picture:
            lost = []
            if picture.width != picture.height:
                lost.append(LOST[form.fit])
            if form.mode == "L" and picture.mode not in (*GREY_MODES, *DEEP_MODES, "I"):
                lost.append(COLOURED)
            if getattr(picture, "is_animated", False):
                lost.append(ANIMATED)
            # a JPEG need not be decoded in full to be made small
            picture.draft(form.mode, (4 * form.size, 4 * form.size))
            with room.taken(picture.width * picture.height):
                return _formed(picture, form, lost)
    except Image.DecompressionBombError:
        told = _too_large(f"more than {2 * LARGEST / 1e6:.0f}")
        return f"{path} cannot be read as a picture: {told}."
    except Exception as error:
        return f"{path} cannot be read as a picture: {error}."


def _formed(picture: Any, form: Form, lost: list[str]) -> Picture:
    """The opened `picture`, decoded. This is what takes memory."""
    import numpy as np
    from PIL import Image, ImageOps

    upright = _shallow(ImageOps.exif_transpose(picture), picture.format)
    clear = upright.has_transparency_data
    if not clear:
        colours, opacity = _small(upright.convert(form.mode), form), None
    else:
        rgba = upright.convert("RGBA")
        black = Image.alpha_composite(Image.new("RGBA", rgba.size, "black"), rgba)
        colours, opacity = _small(black.convert(form.mode), form), _small(rgba.getchannel("A"), form)[0]
        clear = bool((opacity < 255).any())
    height, width = colours.shape[1:]
    if (height, width) == (form.size, form.size):
        return Picture(colours, opacity if clear else None, clear, lost)
    top, left = (form.size - height) // 2, (form.size - width) // 2
    room = ((top, form.size - height - top), (left, form.size - width - left))
    solid = np.full((height, width), 255, np.uint8) if opacity is None else opacity
    return Picture(np.pad(colours, ((0, 0), *room)), np.pad(solid, room), clear, lost)


def _small(picture: Any, form: Form) -> ByteArray:
    """`picture`, uint8 (C, H, W): of the size of `form`, or smaller in one direction where it is to be padded."""
    import numpy as np
    from PIL import Image

    (width, height), size, box = picture.size, (form.size, form.size), None
    if form.fit == "pad":
        longer = max(width, height)
        size = (max(1, round(width * form.size / longer)), max(1, round(height * form.size / longer)))
    elif form.fit == "crop":
        shorter = min(width, height)
        left, top = (width - shorter) / 2, (height - shorter) / 2
        box = (left, top, left + shorter, top + shorter)
    values = np.asarray(picture.resize(size, Image.Resampling.LANCZOS, box=box, reducing_gap=3.0))
    return values[None] if values.ndim == 2 else np.ascontiguousarray(values.transpose(2, 0, 1))


def _too_large(megapixels: str) -> str:
    return f"it has {megapixels} megapixels, where {LARGEST / 1e6:.0f} are the most that is read; make it smaller"


def _shallow(picture: Any, file_format: str | None) -> Any:
    """`picture`, from a file of this format, with 8 bits a value."""
    import numpy as np
    from PIL import Image

    if picture.mode in DEEP_MODES or (picture.mode == "I" and file_format in ("PNG", "PPM")):
        values = np.asarray(picture).astype(np.float32) / 257
        return Image.fromarray(values.round().clip(0, 255).astype(np.uint8))
    if picture.mode.startswith(("I", "F")):
        raise ValueError(f"mode {picture.mode} has more than 16 bits a value")
    return picture
