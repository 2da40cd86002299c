"""Peak memory of a training in a process of its own, megabytes.

ganzoo's figure is its whole process. PyTorch's is what a process takes that has nothing but PyTorch, and what the steps
add to that: the benchmark's own process also holds Chainer, which a training by PyTorch would not.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.training.rounds import Contestant

STEPS = 40
MEGABYTE = 1024**2


def peak(contestant: Contestant, batch_size: int) -> float:
    """Megabytes at most while `contestant` makes `STEPS` steps in batches of `batch_size`."""
    names = (contestant.library, contestant.subject, str(batch_size), str(contestant.threads))
    command = [sys.executable, "-m", "benchmarks.training.memory", *names]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return float(json.loads(done.stdout))


def main(library: str, name: str, batch_size: int, threads: int) -> float:
    """The figure, taken in this process. Linux only, where a process can forget its former peak."""
    alone = 0.0
    if library == "PyTorch":
        import torch

        torch.set_num_threads(threads)
        alone = _status("VmRSS")
    from benchmarks.training import subjects

    (subject,) = (each for each in subjects.subjects(name.split()[0], batch_size) if each.name == name)
    with subjects.as_trained():
        if library == "PyTorch":
            from benchmarks.training import steps

            step = steps.step(subject.training(), "cpu")
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # proc(5): the peak begins anew
            before = _status("VmRSS")
        else:
            step, before = subjects.Step(subject.training()), 0.0
        for _ in range(STEPS):
            step()
    return alone + _status("VmHWM") - before


def _status(key: str) -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    (value,) = (line.split()[1] for line in lines if line.startswith(f"{key}:"))
    return int(value) * 1024 / MEGABYTE


if __name__ == "__main__":
    print(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
