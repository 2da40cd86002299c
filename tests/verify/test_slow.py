"""A network that takes long is compared on fewer samples, in smaller batches, and no page falls silent over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from ganzoo.verify import check as checking
from ganzoo.verify.check import Model, verify

if TYPE_CHECKING:
    from pathlib import Path

# the outputs are the inputs, after 400 ms each
RUNNER = """
export const script = async () => {};
export const load = async () => async (values, n) => {
  await new Promise((resolve) => setTimeout(resolve, 400 * n));
  return values;
};
"""


@pytest.mark.browser
def test_what_there_is_time_for_is_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(Model):
        runner = property(lambda self: tmp_path)  # type: ignore[assignment]

    (tmp_path / "runner.js").write_text(RUNNER)
    monkeypatch.setattr(checking, "SECONDS", 1.0)
    samples = np.arange(32, dtype=np.float32).reshape(8, 4)
    test = samples, np.full(8, 3, np.int32)
    (found,) = verify([Slow(tmp_path, "slow")], "webassembly", [samples], [samples], test=test)
    assert (found.ok, found.max_abs_error, found.samples) == (True, 0.0, 2), found
    assert found.tolerance == checking.TOLERANCE
    assert found.accuracy is None, "a few images tell no share"
    wrong = samples.copy()
    wrong[1, 2] += 1
    (found,) = verify([Slow(tmp_path, "slow")], "webassembly", [samples], [wrong])
    assert "differs from the original network's by 1" in found.reason
