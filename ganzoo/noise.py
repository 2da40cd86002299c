"""Seeded noise that Python and every browser draw alike, bit for bit; `runtime/noise.js` is its twin.

Random bits come from Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror and Shaw, "Parallel Random Numbers: As
Easy as 1, 2, 3", 2011): a value depends on nothing but seed, stream and place. Normal values are the inverse
of the normal distribution by Wichura's PPND7 (Algorithm AS 241, 1988), good to 1e-7 relative, which float32 does
not tell from exact. All of it is 32-bit integers and + - * / sqrt in float64, which IEEE 754 rounds in one way only;
`math.log` and `Math.log` differ in the last bit from one machine to the next, so the logarithm is our own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy.typing as npt

    from ganzoo.specs import FloatArray

SEEDS = 1 << 32  # seeds and streams are integers in [0, SEEDS)

ROTATIONS = (13, 15, 26, 6, 17, 29, 16, 24)
PARITY = 0x1BD11BDA


def bits(seed: int, n: int, stream: int = 0) -> npt.NDArray[Any]:
    """`n` random 32-bit words, uint32 (n,). Streams of one seed are independent; a longer draw begins with a shorter.

    Raises `ValueError` when `seed` or `stream` is not in [0, 2**32).
    """
    import numpy as np

    for number in (seed, stream):
        if not 0 <= number < SEEDS:
            raise ValueError(f"{number} is not in 0 to {SEEDS - 1}")
    keys = [np.uint32(key) for key in (seed, stream, seed ^ stream ^ PARITY)]
    with np.errstate(over="ignore"):  # arithmetic is modulo 2**32
        x = np.arange((n + 1) // 2, dtype=np.uint32) + keys[0]
        y = np.zeros_like(x) + keys[1]
        for i in range(20):
            x += y
            rotation = ROTATIONS[i % 8]
            y = ((y << np.uint32(rotation)) | (y >> np.uint32(32 - rotation))) ^ x
            if i % 4 == 3:
                turn = (i + 1) // 4
                x += keys[turn % 3]
                y += keys[(turn + 1) % 3] + np.uint32(turn)
    return np.stack([x, y], axis=1).ravel()[:n]


def uniform(seed: int, n: int, low: float = 0.0, high: float = 1.0, stream: int = 0) -> FloatArray:
    """`n` values even over [low, high], float32 (n,)."""
    import numpy as np

    values: FloatArray = (low + (high - low) * _unit(seed, n, stream)).astype(np.float32)
    return values


def normal(seed: int, n: int, stream: int = 0) -> FloatArray:
    """`n` values from N(0, 1), float32 (n,); none is beyond 6.4."""
    import numpy as np

    q = _unit(seed, n, stream) - 0.5
    r = 0.180625 - q * q
    numerator = ((59.10937472 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179
    z = q * numerator / (((67.1875636 * r + 78.757757664) * r + 17.895169469) * r + 1)
    p = 0.5 - np.abs(q)
    tail = p < 0.075
    # the third branch of PPND7 begins at p < exp(-25), beyond what 32 bits reach
    r = np.sqrt(-_log(p[tail])) - 1.6
    numerator = ((0.17023821103 * r + 1.3067284816) * r + 2.75681539) * r + 1.4234372777
    z[tail] = np.copysign(numerator / ((0.12021132975 * r + 0.7370016425) * r + 1), q[tail])
    values: FloatArray = z.astype(np.float32)
    return values


def _unit(seed: int, n: int, stream: int) -> npt.NDArray[Any]:
    """float64 in (0, 1), exact: odd multiples of 2**-33."""
    import numpy as np

    return (bits(seed, n, stream).astype(np.float64) + 0.5) / SEEDS


def _log(x: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Natural logarithm of float64 in (0, 0.5), to 1e-11: of the mantissa by atanh's series."""
    import numpy as np

    mantissa, exponent = np.frexp(x)  # in [0.5, 1): exact
    s = (mantissa - 0.75) / (mantissa + 0.75)
    t = s * s
    series = 1 + t * (1 / 3 + t * (1 / 5 + t * (1 / 7 + t * (1 / 9 + t * (1 / 11 + t / 13)))))
    # log 2 and log 0.75
    value: npt.NDArray[Any] = 2 * s * series + (exponent * 0.6931471805599453 - 0.2876820724517809)
    return value
