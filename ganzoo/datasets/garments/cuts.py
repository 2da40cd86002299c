"""How the ten kinds of garments are cut: outlines in [-1, 1] x [-1, 1], y downwards.

A cut takes a function that draws a number between two others, so that garments of a kind differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Points = list[tuple[float, float]]
    Parts = list[tuple[float, Points]]  # how bright against the cloth, and an outline


def _mirrored(right: Points) -> Points:
    """The outline whose right half, from top to bottom, is `right`."""
    return right + [(-x, y) for x, y in reversed(right)]


def _top(r: Any, length: float, sleeve: float, collar: float, flare: float = 0.0, slope: float = 0.2) -> Points:
    """What covers the trunk: `sleeve` is how far down it its sleeves reach, 0 for none."""
    shoulder, waist, neck = r(0.42, 0.5), r(0.36, 0.44), r(0.12, 0.2)
    hem = waist + flare
    arm: Points = [(shoulder, -0.8), (shoulder - 0.04, -0.45)]
    if sleeve:
        out, wide = shoulder + slope + 0.28 * sleeve, r(0.13, 0.19)
        end = -0.8 + 0.35 + sleeve
        arm = [(shoulder, -0.8), (out, end), (out - wide - 0.06, end + 0.06), (shoulder - 0.03, -0.35)]
    return _mirrored([(0, -0.85 + collar), (neck, -0.9), *arm, (waist, 0.0), (hem, length)])


def _t_shirt(r: Any) -> Parts:
    return [(1, _top(r, r(0.55, 0.8), r(0.15, 0.3), r(0.05, 0.2), slope=0.28))]


def _trousers(r: Any) -> Parts:
    hip, ankle, apart = r(0.26, 0.36), r(0.14, 0.22), r(0.06, 0.16)
    leg: Points = [(hip, -0.9), (hip + 0.04, -0.3), (apart + ankle, 0.92), (apart, 0.92), (0.02, r(-0.4, -0.2))]
    return [(1, _mirrored(leg)), (r(0.6, 0.8), [(-hip, -0.9), (hip, -0.9), (hip, -0.8), (-hip, -0.8)])]


def _jumper(r: Any) -> Parts:
    top = _top(r, r(0.6, 0.8), r(0.95, 1.2), r(0.02, 0.08), slope=0.1)
    return [(1, top), (r(0.7, 0.85), [(-0.4, r(0.52, 0.58)), (0.4, 0.55), (0.4, 0.64), (-0.4, 0.64)])]


def _dress(r: Any) -> Parts:
    waist, hem, strap = r(0.16, 0.24), r(0.35, 0.6), r(0.14, 0.24)
    return [
        (
            1,
            _mirrored(
                [(0, r(-0.75, -0.55)), (strap, -0.92), (strap + 0.1, -0.9), (0.26, -0.5), (waist, -0.2), (hem, 0.92)]
            ),
        )
    ]


def _coat(r: Any) -> Parts:
    open_, dark = r(0.01, 0.05), r(0.3, 0.5)
    lapel: Points = [(0, -0.3), (0.18, -0.88), (0.28, -0.7), (0.06, 0.0)]
    return [
        (1, _top(r, r(0.85, 0.95), r(0.95, 1.15), 0.02, r(0.04, 0.14), slope=0.1)),
        (dark, [(-open_, -0.4), (open_, -0.4), (open_, 0.92), (-open_, 0.92)]),
        (r(0.6, 0.8), lapel),
        (r(0.6, 0.8), [(-x, y) for x, y in lapel]),
    ]


def _sandal(r: Any) -> Parts:
    heel, toe = r(0.0, 0.55), r(0.5, 0.65)
    sole: Points = [(-0.9, toe - heel), (-0.2, toe - 0.1), (0.9, toe), (0.9, toe + 0.1), (-0.1, toe + 0.05)]
    straps = [
        [(x, toe - 0.12), (x + lean, toe - high), (x + lean + 0.1, toe - high), (x + 0.14, toe - 0.1)]
        for x, lean, high in ((0.5, -0.25, r(0.3, 0.45)), (0.15, -0.25, r(0.4, 0.6)), (-0.6, r(-0.1, 0.2), 0.6 + heel))
    ]
    return [
        (0.8, [*sole, (-0.7, toe - heel + 0.15), (-0.72, toe + 0.1), (-0.84, toe + 0.1)]),
        *((1.0, strap) for strap in straps),
    ]


def _vest(r: Any) -> Parts:
    strap, low = r(0.18, 0.26), r(-0.6, -0.3)
    side: Points = [(0, low), (strap - 0.1, -0.9), (strap + 0.02, -0.9), (strap + 0.04, -0.55), (0.4, -0.3)]
    return [(1, _mirrored([*side, (r(0.34, 0.42), 0.1), (r(0.36, 0.46), r(0.6, 0.85))]))]


def _shoe(r: Any) -> Parts:
    high, sole = r(-0.15, 0.05), r(0.42, 0.5)
    body: Points = [(-0.9, high), (-0.35, high + 0.02), (-0.1, high + 0.12), (0.5, 0.22), (0.88, 0.34), (0.92, sole)]
    laces: Points = [(-0.2, high + 0.04), (0.2, 0.16), (0.14, 0.26), (-0.26, high + 0.2)]
    return [
        (1, [*body, (-0.92, sole)]),
        (r(1.2, 1.6), [(-0.92, sole), (0.94, sole), (0.9, sole + 0.12), (-0.9, sole + 0.12)]),
        (0.5, laces),
    ]


def _bag(r: Any) -> Parts:
    wide, top, low = r(0.6, 0.9), r(-0.3, 0.1), r(0.55, 0.85)
    handle, high = r(0.25, 0.5), r(0.35, 0.6)
    outside: Points = [(-handle, top), (-handle * 0.8, top - high), (handle * 0.8, top - high), (handle, top)]
    inside: Points = [(x * 0.8, y + 0.1 * (y < top)) for x, y in reversed(outside)]
    body: Points = [(-wide + r(0, 0.15), top), (wide - r(0, 0.15), top), (wide, low), (-wide, low)]
    flap: Points = [(-wide * 0.8, top), (wide * 0.8, top), (wide * 0.6, top + 0.3), (-wide * 0.6, top + 0.3)]
    return [(0.8, [*outside, *inside]), (1, body), (r(0.65, 0.85), flap)]


def _boot(r: Any) -> Parts:
    top, heel = r(-0.9, -0.6), r(0.0, 0.2)
    leg: Points = [(-0.6, top), (-0.05, top), (0.0, 0.0), (0.35, 0.25), (0.8, 0.4), (0.85, 0.62 + heel)]
    return [
        (1, [*leg, (0.1, 0.6 + heel), (-0.2, 0.6), (-0.68, 0.6)]),
        (0.6, [(-0.68, 0.55), (-0.3, 0.55), (-0.35, 0.7 + heel), (-0.66, 0.7 + heel)]),
    ]


CLASSES: Mapping[str, Callable[[Any], Parts]] = {
    "T-shirt": _t_shirt,
    "trousers": _trousers,
    "jumper": _jumper,
    "dress": _dress,
    "coat": _coat,
    "sandal": _sandal,
    "vest": _vest,
    "shoe": _shoe,
    "bag": _bag,
    "boot": _boot,
}
