"""Judge an export: every network on every backend that browsers run, against Chainer's outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganzoo.errors import VerificationError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ganzoo.browser.verify import Check
    from ganzoo.export.bundle import Bundle


def verify(
    bundle: Bundle, backends: Sequence[str] = (), progress: Callable[[str], None] = lambda line: None
) -> list[tuple[str, Check]]:
    """(network, check) for each network of `bundle` on each of `backends`, or on all that browsers run.

    Raises `UsageError` for backends that no browser runs, `MissingError` when this machine has no browser or
    no `webdnn.js` can be had. What differs is told by its check: see `require`.
    """
    from ganzoo.browser.find import find_browser
    from ganzoo.browser.verify import verify as verify_network

    chosen = bundle.choose(backends)
    browser = find_browser()
    checks = []
    for network in bundle.networks:
        inputs, outputs = bundle.golden(network)
        for backend in chosen:
            progress(f"verifying {network} on {backend} in a browser")
            check = verify_network(bundle.path / network, backend, inputs, outputs, browser=browser)
            checks.append((network, check))
    return checks


def require(checks: Sequence[tuple[str, Check]]) -> None:
    """Raise `VerificationError` naming every network and backend whose check is not ok."""
    failed = [f"{network} on {check.backend}: {check.reason}" for network, check in checks if not check.ok]
    if failed:
        raise VerificationError(
            " ".join(failed),
            "Do not publish this export. 'ganzoo doctor' tells about the browser; --no-verify exports all the same.",
        )
