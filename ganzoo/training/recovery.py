"""How to continue after a training went wrong, as a command to type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ganzoo.runs.run import Run


@dataclass(frozen=True)
class Recovery:
    """Continue `run` with lower values of its hyper-parameters `rates`."""

    run: Run
    rates: Sequence[str]

    def remedy(self) -> str:
        """A text that says which snapshot is kept and how to continue from it."""
        run, config = self.run, self.run.config
        best, kept = self.run.best(), self.run.kept()
        lower = " ".join(f"--set {key}={float(config.hparams[key]) / 2:g}" for key in self.rates)
        if not kept:
            again = f"Train again with lower learning rates ({lower or '--set KEY=VALUE'}"
            return f"{again}; 'ganzoo info {config.arch}' lists the keys) or with another --seed."
        named = "best" if best and run.snapshot(best.iteration) in kept else "last"
        snapshot = run.snapshot(best.iteration) if best and named == "best" else kept[-1]
        told = f" ({best.key} {best.score:.3g} at epoch {best.epoch:.1f})" if best and named == "best" else ""
        command = f"{run.resume_command} --from {named} {lower}".strip()
        again = "Continue from it with lower learning rates or another --seed"
        return f"The snapshot {snapshot} is kept{told}. {again}: {command}"
