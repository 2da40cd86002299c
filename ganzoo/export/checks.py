"""The result of comparing a browser's outputs with the original network's.

`ganzoo.verify` makes it; the report of an export shows it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """One backend's agreement with Chainer.

    `max_abs_error` is None if there is no output to compare or if it is not finite. `reason` says what is wrong; it is
    empty if `ok`. `renderer` is the adapter that computed, "CPU" for WebAssembly. `seconds` is the time of the whole
    check, including the start of the browser. `encoding` and `asked` are those of the model. `accuracy` is the share of
    test images whose largest output is that of their label, None for a network that is not a classifier. `tolerance` is
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
