"""What lies behind transparent pixels: a colour that was asked for, or one that shows the pictures best."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganzoo.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    import numpy.typing as npt

    from ganzoo.datasets.folder.decode import Picture

    ByteArray = npt.NDArray[np.uint8]

BLACK, WHITE = (0, 0, 0), (255, 255, 255)
INVERTED = "dark on a transparent ground, and are inverted: the ink becomes bright, the ground black"
ON_WHITE, ON_BLACK = "transparent in part, and are shown on white", "transparent in part, and are shown on black"


def colour(background: str) -> tuple[int, int, int] | None:
    """The colour with the name or the digits `background`; None for "auto". Raises `UsageError` for any other text."""
    from PIL import ImageColor

    if background == "auto":
        return None
    try:
        red, green, blue = ImageColor.getrgb(background)[:3]
    except ValueError as error:
        raise UsageError(
            f"--background is {background}.", "Give the name of a colour, such as white, or #rrggbb, or auto."
        ) from error
    return red, green, blue


def chosen(
    found: Sequence[Picture], mode: str, wanted: tuple[int, int, int] | None
) -> tuple[Callable[[Picture], ByteArray], str]:
    """What makes the final image of each of `found`, and a word for what happened to those that are clear in part.

    Without a colour that is `wanted`, grey pictures are on black, and inverted where they are dark, all together:
    they would be hard to see. Pictures in colour are on white or on black, whichever gives more contrast.
    """
    clear = [each for each in found if each.clear]
    if wanted is not None:
        ground = wanted if mode == "RGB" else (luma(wanted),)
        return lambda each: each.over(ground), ""
    white = WHITE if mode == "RGB" else (255,)
    on_black = sum(float(each.over_black.std()) for each in clear)
    on_white = sum(float(each.over(white).std()) for each in clear)
    if mode == "RGB":
        bright = on_white > on_black
        told = (ON_WHITE if bright else ON_BLACK) if clear else ""
        return lambda each: each.over(WHITE if bright else BLACK), told
    inverted = on_black < 0.5 * on_white
    return lambda each: 255 - each.over(white) if inverted and each.clear else each.over_black, (
        INVERTED if inverted else ""
    )


def luma(rgb: tuple[int, int, int]) -> int:
    """The grey of a colour, as Pillow has it (ITU-R BT.601)."""
    red, green, blue = rgb
    return (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16
