"""Verify an export: compare every network, in every encoding and on every backend, with the original's outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganzoo.errors import VerificationError
from ganzoo.temporary import scratch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ganzoo.export.checks import Check
    from ganzoo.export.exports import Export


def verify(
    export: Export,
    backends: Sequence[str] = (),
    progress: Callable[[str], None] = lambda line: None,
    tolerance: float | None = None,
) -> list[tuple[str, Check]]:
    """(network, check) for each network and encoding of `export` on each of `backends`, or on all that browsers run.

    `tolerance` takes the place of the bounds that the networks in the export's own encoding are held to.

    An export with f32 weights is also tried in f16 and int8, so that the user can see their size and accuracy. These do
    not make the verification fail.

    Raises `UsageError` for backends that no browser can run, `MissingError` if this machine has no browser or if
    `webdnn.js` is not available. Differences are in the checks: see `require`.
    """
    from ganzoo.browsers.find import find_browser
    from ganzoo.export.checks import Check
    from ganzoo.verify import models
    from ganzoo.verify.check import verify as verify_models

    chosen = export.choose(backends)
    browser = find_browser()
    checks: list[tuple[str, Check]] = []
    with scratch() as folder:
        for network in export.networks:
            inputs, outputs = export.golden(network)
            test = export.test_images(network)
            if len(inputs[0]) == 1:
                progress(f"{network} is not part of an export: it is compared on the one sample in its own folder")
            for backend in chosen:
                first = models.own(export, network, backend, tolerance)
                others, refused = models.variants(export, network, backend, folder)
                progress(f"verifying {network} on {backend} in a browser")
                done = verify_models([first, *others], backend, inputs, outputs, test=test, browser=browser)
                checks += [(network, check) for check in done]
                for encoding, reason in refused.items():
                    checks.append((network, Check(backend, False, None, reason, "", 0.0, encoding, asked=False)))
    return checks


def require(checks: Sequence[tuple[str, Check]]) -> None:
    """Raise `VerificationError` with every network and backend that differs in the encoding of the export."""
    failed = [
        f"{network} on {check.backend}, {check.encoding}: {check.reason}"
        for network, check in checks
        if check.asked and not check.ok
    ]
    if failed:
        raise VerificationError(
            " ".join(failed),
            "Do not publish this export, unless you know that its network may differ by more: --tolerance says by how "
            "much. 'ganzoo doctor' tells about the browser; --no-verify exports all the same.",
        )
