"""What a comparison with Chainer in a browser found; `ganzoo.verify` makes these, an export's report tells them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """One backend's agreement with Chainer.

    `max_abs_error` is None where there is no output to compare or it is not finite; `reason` says what is
    wrong, empty where `ok`. `renderer` is the adapter that drew, "CPU" for WebAssembly. `seconds` is the
    time of the whole check, the browser's start included. `encoding` and `asked` are the model's. `accuracy` is the
    share of test images whose largest output is that of their label, None for a network that has none. `tolerance` is
    the largest difference that is no fault, `samples` how many outputs were compared.
    """

    backend: str
    ok: bool
    max_abs_error: float | None
    reason: str
    renderer: str
    seconds: float
    encoding: str = "f32"
    accuracy: float | None = None
    asked: bool = True
    tolerance: float | None = None
    samples: int = 0
