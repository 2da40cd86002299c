"""The pictures and words of a site's front, where visitors choose among several networks."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ganzoo.site.page import Page, in_bytes
from ganzoo.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from ganzoo.site.bundles import Model

LARGEST = 128  # pixels a side: what a card shows, twice as fine
SMALL = 64  # pixels a side; below that they are to be seen, as on the generator's page
EXAMPLES = 5  # names of classes
LONGEST = 60  # letters of one


@dataclass(frozen=True)
class Card:
    """What the front tells of a page. `kind` is the title of its kind, in English; pictures are square."""

    href: str
    picture: str
    side: int
    is_small: bool
    name: str
    kind: str
    japanese: str
    classes: str
    size: str


def card(page: Page, refer: Callable[[str], str]) -> Card:
    """The card of `page`. `refer` gives a file's URL."""
    is_drawn = page.kind.draws
    side = min(LARGEST, max(page.model.manifest["outputs"][0]["shape"][1:])) if is_drawn else LARGEST
    return Card(
        href=page.file,
        picture=refer(page.picture),
        side=side,
        is_small=is_drawn and side < SMALL,
        name=page.told("title") or page.slug,
        kind=page.kind.title,
        japanese=page.kind.japanese,
        classes=_examples(page.model),
        size=in_bytes(page.weights),
    )


def picture(model: Model) -> bytes:
    """A PNG file of what a generator draws in its golden sample, `LARGEST` pixels a side at most."""
    import numpy as np
    from PIL import Image

    manifest = model.manifest
    spec = manifest["outputs"][0]
    before, size = sum(math.prod(each["shape"]) for each in manifest["inputs"]), math.prod(spec["shape"])
    values = np.frombuffer(model.files[manifest["golden"]["file"]], "<f4", size, 4 * before).reshape(spec["shape"])
    low, high = spec["range"] or (0.0, 1.0)
    with np.errstate(all="ignore"):  # anybody may have written them
        pixels = np.nan_to_num((values.astype(np.float64) - low) / (high - low)).clip(0, 1) * 255
    rows = pixels.round().astype(np.uint8).transpose(1, 2, 0)
    image = Image.fromarray(rows[:, :, 0] if spec["shape"][0] == 1 else rows)
    image.thumbnail((LARGEST, LARGEST))
    packed = io.BytesIO()
    image.save(packed, "png", optimize=True)
    return packed.getvalue()


def _examples(model: Model) -> str:
    """The first classes, where the manifest names them."""
    classes = model.manifest["provenance"].get("classes")
    if not isinstance(classes, list) or not all(isinstance(name, str) for name in classes):
        return ""
    names = [one_line(name[:LONGEST]) for name in classes[:EXAMPLES]]
    return ", ".join([*names, "…"] if len(classes) > EXAMPLES else names)
