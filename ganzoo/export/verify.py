"""Judge an export: every network, in every encoding, on every backend that browsers run, against Chainer's outputs."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ganzoo.errors import RunError, VerificationError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ganzoo.browser.verify import Check, Model
    from ganzoo.export.bundle import Bundle
    from ganzoo.specs import FloatArray


def verify(
    bundle: Bundle, backends: Sequence[str] = (), progress: Callable[[str], None] = lambda line: None
) -> list[tuple[str, Check]]:
    """(network, check) for each network and encoding of `bundle` on each of `backends`, or on all that browsers run.

    An export whose weights are f32 is judged in f16 and int8 too, so that its user sees the trade before choosing.

    Raises `UsageError` for backends that no browser runs, `MissingError` when this machine has no browser or
    no `webdnn.js` can be had. What differs is told by its check: see `require`.
    """
    from ganzoo.browser.find import find_browser
    from ganzoo.browser.verify import verify as verify_models

    chosen = bundle.choose(backends)
    browser = find_browser()
    checks = []
    scratch = Path(tempfile.mkdtemp(prefix="ganzoo-verify-"))
    try:
        for network in bundle.networks:
            inputs, outputs = bundle.golden(network)
            by_backend = {name: _models(bundle, network, name, outputs, scratch) for name in chosen}
            for backend, models in by_backend.items():
                progress(f"verifying {network} on {backend} in a browser")
                test = bundle.test_images(network)
                done = verify_models(models, backend, inputs, outputs, test=test, browser=browser)
                checks += [(network, check) for check in done]
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return checks


def _models(
    bundle: Bundle, network: str, backend: str, outputs: Sequence[FloatArray], scratch: Path
) -> dict[str, Model]:
    """What to load, by encoding. The tolerances are ours: a manifest states them, and may lie."""
    import json

    from ganzoo.browser.verify import Model
    from ganzoo.export import weights
    from ganzoo.export.layouts import ganzoo

    folder = bundle.path / network
    if bundle.layout == "webdnn":
        return {"f32": Model(folder)}
    try:
        manifest = json.loads((folder / ganzoo.MANIFEST).read_text(encoding="utf-8"))
        own = manifest["weights"]["encoding"]
        folders = {own: folder}
        for encoding in weights.ENCODINGS if own == "f32" else ():
            if encoding != own:
                folders[encoding] = scratch / f"{network}-{encoding}"
                if not folders[encoding].exists():
                    ganzoo.variant(folder, encoding, outputs, folders[encoding])
        return {name: Model(path, "ganzoo", ganzoo.tolerance(name, backend, outputs)) for name, path in folders.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RunError(f"{folder} is damaged: {type(error).__name__}: {error}.", "Export again.") from error


def require(checks: Sequence[tuple[str, Check]]) -> None:
    """Raise `VerificationError` naming every network and backend whose check is not ok."""
    failed = [
        f"{network} on {check.backend}, {check.encoding}: {check.reason}" for network, check in checks if not check.ok
    ]
    if failed:
        raise VerificationError(
            " ".join(failed),
            "Do not publish this export. 'ganzoo doctor' tells about the browser; --no-verify exports all the same.",
        )
