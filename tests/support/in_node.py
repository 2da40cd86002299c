"""Run plans through the webassembly backend under node, in both of its modules."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ganzoo import plugins
from ganzoo.export.plan import Plan, Step
from tests.support.on_device import flat_weights
from tests.support.places import JS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ganzoo.export.plan import Tensor
    from ganzoo.specs import Program

RUNNER = JS / "run_program.mjs"

BACKEND = plugins.BACKENDS.get("webassembly")


def joined(several: Sequence[Plan]) -> Plan:
    """One plan that does what each of `several` does."""
    inputs: list[Tensor] = []
    outputs: list[Tensor] = []
    steps: list[Step] = []
    slots: list[int] = []
    weights: list[Any] = []
    offset = 0
    for plan in several:
        mine = {w.name: replace(w, name=f"{len(slots)} {w.name}", offset=w.offset + offset) for w in plan.weights}
        first = len(slots)

        def moved(t: Tensor, mine: Any = mine, first: int = first) -> Tensor:
            return replace(t, weight=mine[t.weight.name]) if t.weight else replace(t, slot=t.slot + first)

        for step in plan.steps:
            held = {key: mine[getattr(step, key).name] for key in ("weight", "bias") if hasattr(step, key)}
            steps.append(replace(step, inputs=tuple(map(moved, step.inputs)), output=moved(step.output), **held))
        inputs += map(moved, plan.inputs)
        outputs += map(moved, plan.outputs)
        slots += plan.slots
        weights += mine.values()
        offset += plan.n_weights
    specs = tuple(tuple(spec for plan in several for spec in plan.specs[i]) for i in (0, 1))
    return Plan("joined", specs, tuple(inputs), tuple(outputs), tuple(steps), tuple(slots), tuple(weights))


@dataclass(frozen=True)
class Ran:
    outputs: list[np.ndarray]
    info: str


def in_node(plan: Plan, inputs: list[np.ndarray], folder: Path, program: Program | None = None) -> list[Ran]:
    """The outputs by the relaxed module, then by the other one. `program` is what `plan` was compiled to, if it was."""
    program = program or BACKEND.compile(plan)
    for name, content in program.files.items():
        (folder / name).write_bytes(content)
    (folder / "weights.bin").write_bytes(flat_weights(plan).tobytes())
    for i, array in enumerate(inputs):
        (folder / f"in-{i}.bin").write_bytes(array.tobytes())
    (folder / "job.json").write_text(json.dumps({"entry": program.entry, "n": len(inputs[0])}))
    found = []
    for refuse in ({}, {"SIMD_ONLY": "1"}):
        command = ["node", str(RUNNER), str(BACKEND.modules[0]), str(folder)]
        done = subprocess.run(command, env={**os.environ, **refuse}, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        shapes = [(len(inputs[0]), *spec.shape) for spec in plan.specs[1]]
        outputs = [np.fromfile(folder / f"out-{i}.bin", np.float32).reshape(shape) for i, shape in enumerate(shapes)]
        found.append(Ran(outputs, done.stdout.strip()))
    return found
