"""Visit one contestant in one fresh browser: check its figures, and compare its outputs with the original's."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ganzoo.errors import BrowserMissingError, VerificationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ganzoo.bench.contestants import Contestant
    from ganzoo.bench.options import BenchOptions
    from ganzoo.browsers.session import Visitor
    from ganzoo.serving.link import Link
    from ganzoo.specs import FloatArray

# Rasterisers on the CPU, as they name themselves: Chromium's, Mesa's three, Windows' WARP; and a WebGPU adapter
# that says of itself that it is the fallback, as the page adds to its name.
SOFTWARE = re.compile("swiftshader|llvmpipe|softpipe|lavapipe|basic render|fallback", re.IGNORECASE)
SHORTEST = 1e-6  # ms; a network is more than one instruction
UNTOLD = ("", "unknown", "unnamed")
COLD = ("page", "script", "load", "first")  # the parts of a cold start, in order
NETWORK_FILES = re.compile(r"\.(bin|onnx)$")  # of a library's files: the network's parameters, whoever wrote them


class WrongOutputError(VerificationError):
    """The page computed something else than the original."""


@dataclass(frozen=True)
class Timing:
    """The times of runs of `batch` pictures in ms, each from inputs in arrays to outputs in arrays.

    `runs` has the time of each single run, as fine as the clock of the page is. `block` is the number of consecutive
    runs that the clock can measure together to within 2.5%.
    """

    batch: int
    block: int
    runs: tuple[float, ...]

    @property
    def times(self) -> list[float]:
        """The mean times of `block` consecutive runs."""
        starts = range(0, len(self.runs), self.block)
        return [sum(self.runs[i : i + self.block]) / self.block for i in starts]


@dataclass(frozen=True)
class Visit:
    """The result of one visit.

    If there is a `reason`, the visit failed and nothing else counts; `wrong` tells that it failed because an output
    differed from the original's.

    Times are in ms. `cold` has the parts of a cold start: from the navigation to the call of the harness, the script of
    the library, the loading of the network, and the first run. `cold_blocked` and `longest_block` say how long the main
    thread of the page was blocked in that time, `blocked` says it for one steady run; they are None where it cannot be
    measured. `sent` has the bytes on the wire of each file.
    """

    reason: str = ""
    wrong: bool = False
    cold: Mapping[str, float] = field(default_factory=dict)
    cold_blocked: float | None = None
    longest_block: float | None = None
    timings: tuple[Timing, ...] = ()
    settled: bool = False
    blocked: float | None = None
    memory: float | None = None
    error: float = 0.0
    clock: float = 0.0
    isolated: bool = False
    secure: bool = False
    renderer: str = ""
    user_agent: str = ""
    sent: Mapping[str, int] = field(default_factory=dict)

    @property
    def cold_start(self) -> float:
        """The time from the navigation to the first output."""
        return sum(self.cold.values())

    def timing(self, batch: int) -> Timing | None:
        return next((each for each in self.timings if each.batch == batch), None)


def visit(
    contestant: Contestant,
    visitor: Visitor,
    *,
    batches: Sequence[int],
    options: BenchOptions,
    link: Link | None = None,
) -> Visit:
    """Time `contestant` in a fresh page of `visitor`, at each of `batches`.

    Without batches, only the cold start is timed.

    If a contestant fails, hangs or computes something else than the original, the result has a reason.
    """
    from ganzoo.browsers.session import visit_page
    from ganzoo.pages import PAGES
    from ganzoo.serving.arrays import encode

    samples = encode(list(contestant.inputs.values()))
    job = {
        "backend": contestant.backend,
        "inputs": _specs(contestant.inputs),
        "outputs": _specs(contestant.expected),
        "first": samples[0],
        "batches": list(batches),
        "seconds": options.seconds,
        "cold": not batches,
    }
    try:
        answered = visit_page(
            PAGES / "visit.html",
            job,
            contestant.folders,
            visitor=visitor,
            documents={"samples.json": samples},
            link=link,
            silence=options.silence,
            most=_most(list(contestant.expected.values()), batches),
        )
        return read(answered.data, answered.sent, list(contestant.expected.values()), contestant.tolerance, batches)
    except WrongOutputError as failure:
        return Visit(reason=failure.message, wrong=True)
    except (VerificationError, BrowserMissingError) as failure:
        return Visit(reason=failure.message)


def _most(expected: Sequence[FloatArray], batches: Sequence[int]) -> int:
    """Return how many bytes a sound page posts at most: the outputs of each batch, and of all samples at batch 1."""
    from ganzoo.serving.arrays import encoded_bytes
    from ganzoo.serving.server import MAX_BYTES

    samples = len(expected[0])
    outputs = 1 + sum(samples if n == 1 else n for n in batches)
    return MAX_BYTES + encoded_bytes(expected) * outputs // samples


def read(
    data: Mapping[str, Any],
    sent: Mapping[str, int],
    expected: Sequence[FloatArray],
    tolerance: float,
    batches: Sequence[int] = (),
) -> Visit:
    """Check the result that a page posted, and return it as a visit.

    Raises `WrongOutputError` if an output differs from the original's, and `VerificationError` for a result that none
    of our pages posts.
    """
    from ganzoo.verify.check import compare

    errors = [_compared(compare([data.get("output")], [each[:1] for each in expected], tolerance))]
    timed = data.get("batches")
    if not isinstance(timed, list) or [(int, n) for n in batches] != [
        (type(_at(each, "batch")), _at(each, "batch")) for each in timed
    ]:
        raise VerificationError("The page did not time the requested batch sizes.")
    for each in timed:
        n = each["batch"]
        wanted = list(expected) if n == 1 else [_wrapped(array, n) for array in expected]
        error, wrong = compare(each.get("outputs"), wanted, tolerance)
        errors.append(_compared((error, f"At batch size {n}: {wrong}" if wrong and n > 1 else wrong)))
    cold, blocked = data.get("cold"), data.get("coldBlocked")
    return Visit(
        cold={part: _number(_at(cold, f"{part}Ms")) for part in COLD},
        cold_blocked=_maybe(_at(blocked, "totalMs")),
        longest_block=_maybe(_at(blocked, "longestMs")),
        timings=tuple(_timing(each) for each in timed),
        settled=data.get("settled") is True,
        blocked=_maybe(data.get("blockedMs")),
        memory=_maybe(data.get("memoryBytes")),
        error=max(errors),
        clock=_number(data.get("clockMs")) if batches else 0.0,
        isolated=data.get("isolated") is True,
        secure=data.get("secure") is True,
        renderer=_words(data.get("renderer")),
        user_agent=_words(data.get("userAgent")),
        sent={path: size for path, size in sent.items() if path.startswith(("lib/", "model/"))},
    )


def adapter(backend: str, renderer: str, user_agent: str = "") -> str:
    """Return what computes: "cpu", "software" (a GPU interface that runs on the CPU), "hardware", or "unknown".

    WebKit calls every adapter "Apple GPU", which is true only on Apple's systems.
    """
    if backend == "webassembly" or renderer == "CPU":
        return "cpu"
    if SOFTWARE.search(renderer):
        return "software"
    return "unknown" if renderer in UNTOLD or (renderer.startswith("Apple") and "Linux" in user_agent) else "hardware"


def _specs(arrays: Mapping[str, FloatArray]) -> list[dict[str, Any]]:
    return [{"name": name, "shape": array.shape[1:]} for name, array in arrays.items()]


def _timing(data: Any) -> Timing:
    block, runs = data.get("block"), data.get("runs")
    if type(block) is not int or not 1 <= block <= 1_000_000:
        raise VerificationError("The page did not say how many runs it timed together.")
    if not isinstance(runs, list) or not 3 * block <= len(runs) <= 10_000_000 or len(runs) % block:
        raise VerificationError("The page did not send the times of its runs.")
    timing = Timing(data["batch"], block, tuple(_number(time) for time in runs))
    if min(timing.times) < SHORTEST:
        raise VerificationError("The page sent impossible times.")
    return timing


def _compared(found: tuple[float | None, str]) -> float:
    error, wrong = found
    if wrong:
        raise WrongOutputError(wrong)
    return error or 0.0


def _wrapped(array: FloatArray, n: int) -> FloatArray:
    """Return the first `n` samples; if there are fewer, start again from the first one."""
    import numpy as np

    return array[np.arange(n) % len(array)]


def _at(data: Any, key: str) -> Any:
    return data.get(key) if isinstance(data, dict) else None


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e12:
        raise VerificationError("The page sent a figure that is not a valid number.")
    return float(value)


def _maybe(value: Any) -> float | None:
    return None if value is None else _number(value)


def _words(value: Any) -> str:
    """Return `value` as a short, printable text, whatever it is."""
    return " ".join(re.sub(r"[^\x20-\x7e\xa0-\uffff]", " ", str(value or ""))[:1000].split())[:300]
