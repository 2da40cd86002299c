"""What a budget that is broken is answered with: whatever would make the export smaller."""

from __future__ import annotations

import pytest

from ganzoo.errors import BudgetError
from ganzoo.export import size
from ganzoo.export.size import Part


def part(name: str, backend: str, raw: int) -> Part:
    return Part(f"generator/{name}", "generator", backend, "code" if backend else "weights", "", raw, raw, raw, name)


PARTS = [part("weights.bin", "", 840_000), part("a.wasm", "webassembly", 60_000), part("b.js", "webgl", 20_000)]


@pytest.mark.parametrize(
    ("budget", "encoding", "parts", "remedy"),
    [
        (320_000, "f32", PARTS, "--weights int8"),
        (100_000, "f32", PARTS, "--weights int8"),  # not enough, but what saves most
        (500_000, "f16", PARTS, "--weights int8"),
        (900_000, "int8", PARTS, "fewer backends"),
        (900_000, None, PARTS, "fewer backends"),  # WebDNN's layout
        (100_000, "int8", PARTS[:2], "network smaller"),
    ],
)
def test_the_remedy_is_what_makes_it_smaller(budget: int, encoding: str | None, parts: list[Part], remedy: str) -> None:
    with pytest.raises(BudgetError, match=r"Largest: generator/weights.bin \(840,000\)") as broken:
        size.check_budget(parts, budget, encoding)
    assert remedy in broken.value.remedy and "Nothing was written." in broken.value.remedy
    size.check_budget(parts, 920_000, encoding)
