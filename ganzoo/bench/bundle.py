"""Time an export: every network on every backend that browsers run."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ganzoo.bench.measure import Row
    from ganzoo.export.bundle import Bundle


def bench(
    bundle: Bundle,
    backends: Sequence[str] = (),
    runs: int = 100,
    progress: Callable[[str], None] = lambda line: None,
) -> dict[str, list[Row]]:
    """The rows of each network of `bundle` on `backends`, or on all that browsers run.

    Raises `UsageError` for backends that no browser runs, `MissingError` as `measure.bench` does.
    """
    from ganzoo.bench import measure
    from ganzoo.browser.find import find_browser
    from ganzoo.export import models

    chosen = bundle.choose(backends)
    browser = find_browser()
    rows: dict[str, list[Row]] = {network: [] for network in bundle.networks}
    for network in bundle.networks:
        inputs, outputs = bundle.golden(network)
        for backend in chosen:
            progress(f"timing {network} on {backend} in a browser")
            model = models.own(bundle, network, backend)
            rows[network].append(measure.bench(model, backend, inputs, outputs, runs=runs, browser=browser))
    return rows
