"""Run plans through a backend's own module in a real browser: the reference for every GPU kernel's tests."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ganzoo.browsers.patience import SILENCE
from ganzoo.browsers.session import visit_page
from ganzoo.pages import PAGES
from ganzoo.serving.arrays import decode, encode
from tests.support.places import TEST_PAGES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ganzoo.browsers.session import Visitor
    from ganzoo.export.plan import Plan
    from ganzoo.specs import Backend, FloatArray

PAGE = TEST_PAGES / "device.html"


@dataclass(frozen=True)
class Answer:
    """What one case gave. `error` is empty where all went well, else the page's words, and there are no outputs.

    `outputs` are (n, *shape) as the specs say; `load_ms` is the time of `create`, `times` that of each run in
    milliseconds, the first one first. `extra` is what `after` told.
    """

    outputs: list[FloatArray]
    info: str
    error: str
    load_ms: float
    times: list[float]
    extra: Any


def run_cases(
    visitor: Visitor,
    backend: Backend,
    cases: Sequence[tuple[Plan, Sequence[FloatArray]]],
    *,
    options: Mapping[str, Any] | None = None,
    runs: int = 0,
    after: str = "",
    silence: float = SILENCE,
) -> list[Answer]:
    """Compile and run every (plan, inputs) in one load of one page; inputs are (n, *shape) per input of the specs.

    A case that fails in the browser says so in its `error`; what `backend.compile` raises is raised here.
    `silence` is the number of seconds that a case may take. `runs` are further runs, timed. `after` names a module in
    tests/support/pages: its `after(device, inputs, n)` is called at the end of each case.
    """
    with tempfile.TemporaryDirectory(prefix="ganzoo-device-") as name:
        root = Path(name)
        (root / "modules").mkdir()
        for module in backend.modules:
            shutil.copy(module, root / "modules")
        job: dict[str, Any] = {
            "module": backend.modules[0].name,
            "options": dict(options or {}),
            "runs": runs,
            "after": after,
            "cases": [],
        }
        for i, (plan, inputs) in enumerate(cases):
            folder = root / "cases" / str(i)
            folder.mkdir(parents=True)
            program = backend.compile(plan)
            for file, content in program.files.items():
                (folder / file).write_bytes(content)
            (folder / "weights.bin").write_bytes(flat_weights(plan).astype("<f4").tobytes())
            manifest = {"format": 1, "name": plan.name}
            manifest |= {key: [asdict(spec) for spec in specs] for key, specs in zip(KEYS, plan.specs, strict=True)}
            whole = encode([np.asarray(array, np.float32)[np.newaxis] for array in inputs])[0]
            entry = dict(program.entry)
            job["cases"].append({"manifest": manifest, "entry": entry, "inputs": whole, "n": len(inputs[0])})
        folders = {"ganzoo": PAGES, "modules": root / "modules", "cases": root / "cases"}
        result = visit_page(PAGE, job, folders, visitor=visitor, silence=silence).data
    return [_answer(told, plan, len(inputs[0])) for told, (plan, inputs) in zip(result["answers"], cases, strict=True)]


KEYS = ("inputs", "outputs")


def flat_weights(plan: Plan) -> FloatArray:
    """The content of the weights file."""
    values = np.zeros(plan.n_weights, np.float32)
    for weight in plan.weights:
        values[weight.offset : weight.offset + weight.size] = weight.array.ravel()
    return values


def _answer(told: dict[str, Any], plan: Plan, n: int) -> Answer:
    if "error" in told:
        return Answer([], "", told["error"], 0.0, [], None)
    shapes = [(1, n, *spec.shape) for spec in plan.specs[1]]
    outputs = [array[0] for array in decode([told["outputs"]], shapes)]
    return Answer(outputs, told["info"], "", told["loadMs"], told["times"], told["extra"])
