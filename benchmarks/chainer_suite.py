"""Networks of published kinds through tracing and lowering, compared with Chainer: compiled, refused, wrong.

    .venv/bin/python -m benchmarks.chainer_suite benchmarks/results/DATE-chainer.json

The networks are those of `benchmarks.chainer_networks` and, where it is there, of ChainerCV, which `tools/chainercv.sh`
fetches; weights and statistics are random. The tests' NumPy executor computes the plans. `--browser` also computes the
small ones on every backend in a real browser.
"""

from __future__ import annotations

import gc
import json
import re
import resource
import sys
import time
import warnings
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from ganzoo.card import Card, Told
from ganzoo.errors import GanzooError
from ganzoo.files import write_json
from ganzoo.provenance import machine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.chainer_networks import Published
    from ganzoo.export.plan import Plan
    from ganzoo.specs import FloatArray

BOUND = 1e-3  # of the largest value: sums of deep networks in another order differ by less
SMALL = 1_500_000_000  # multiply-adds of a picture that are computed in a browser
SEED = 20150609
DOCUMENT = Path("docs/frontends.md")
BEGIN, END = "<!-- chainer-suite: written by benchmarks/chainer_suite.py -->", "<!-- chainer-suite: end -->"


@dataclass
class Row:
    """A network on its way. `result` is "compiled", "refused" or "wrong".

    `errors` are of the largest value, by backend.
    """

    published: Published
    family: str
    result: str = ""
    reason: str = ""
    parameters: int = 0
    multiply_adds: int = 0
    seconds: float = 0.0
    errors: dict[str, float] = field(default_factory=dict)

    def end(self, result: str, reason: str = "") -> None:
        self.result, self.reason = result, " ".join(reason.split())[:300]

    def judge(self, backend: str, made: Sequence[FloatArray], wanted: Sequence[FloatArray]) -> None:
        """Compare what `backend` computed with what Chainer did."""
        pairs = list(zip(made, wanted, strict=True))
        worst = max(float(np.abs(a.astype(np.float64) - b).max()) / max(1e-6, float(np.abs(b).max())) for a, b in pairs)
        self.errors[backend] = worst
        if not worst <= BOUND:
            self.end("wrong", f"{backend} differs by {worst:.2g} of the largest value")

    def told(self) -> dict[str, Any]:
        """This row as the document has it."""
        own = self.published
        flags = {key: getattr(own, key) for key in ("noise", "alone", "mixes") if getattr(own, key)}
        return {
            "name": own.name,
            "family": self.family,
            "source": own.source,
            **flags,
            "result": self.result,
            **({"reason": self.reason} if self.reason else {}),
            "parameters": self.parameters,
            "multiply_adds": self.multiply_adds,
            "seconds": round(self.seconds, 1),
            "errors": {name: float(f"{error:.2g}") for name, error in self.errors.items()},
        }


def main(
    out: Annotated[Path | None, typer.Argument(help="JSON file to write; what it has of other networks stays.")] = None,
    only: Annotated[str, typer.Option(help="Only networks whose family/name matches this regular expression.")] = "",
    browser: Annotated[bool, typer.Option("--browser", help="Also compute small networks in a browser.")] = False,
    document: Annotated[bool, typer.Option("--document", help="Write the counts into docs/frontends.md.")] = False,
) -> None:
    """Take every network through, and print a table of what compiled, what was refused and why, and what was wrong."""
    from benchmarks.chainer_networks import networks

    warnings.filterwarnings("ignore")
    wanted, rows = re.compile(only), []
    for family, members in networks().items():
        for published in members:
            if wanted.search(f"{family}/{published.name}"):
                rows.append(Row(published, family))
                take(rows[-1], browser)
                _print(rows[-1])
                if out:
                    add(out, rows[-1].told())
                gc.collect()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"{len(rows)} networks, {peak} MB at most\n\n{table([row.told() for row in rows])}")
    if document and out:
        text = DOCUMENT.read_text(encoding="utf-8")
        told = json.loads(out.read_text(encoding="utf-8"))["networks"]
        DOCUMENT.write_text(with_table(text, told), encoding="utf-8")


def add(out: Path, row: Mapping[str, Any]) -> None:
    """Put `row` into the document `out`, in place of the one of its name."""
    former = json.loads(out.read_text(encoding="utf-8"))["networks"] if out.exists() else []
    rows = {each["name"]: each for each in (*former, row)}
    told = {"date": date.today().isoformat(), "machine": machine(), "bound": BOUND}
    ordered = sorted(rows.values(), key=lambda each: (each["family"], each["name"]))
    write_json(out, {**told, "networks": ordered})


def take(row: Row, browser: bool) -> None:
    """Take the network of `row` through, and compare."""
    started = time.perf_counter()
    try:
        plan, arrays, outputs = compiled(row)
    except GanzooError as error:
        row.end("refused", error.message)
    except Exception as error:  # a fault, of ganzoo or of this suite
        row.end("wrong", f"{type(error).__name__}: {error}")
    else:
        from tests.support.plans import execute

        row.end("compiled")
        row.judge("numpy", execute(plan, arrays), outputs)
        if browser and row.multiply_adds < SMALL:
            _in_browser(row, plan, arrays, outputs)
        if row.result == "compiled" and row.published.mixes:
            row.end("wrong", "It mixes the pictures of a batch and was not refused")
    row.seconds = time.perf_counter() - started


def compiled(row: Row) -> tuple[Plan, list[FloatArray], list[FloatArray]]:
    """The plan of a network, an input, and Chainer's outputs. Raises `GanzooError` where it is refused."""
    from ganzoo import inputs
    from ganzoo.export.lowering import lower
    from ganzoo.export.tracing import reference, trace
    from ganzoo.frontends.chainer.links import link_of
    from ganzoo.frontends.chainer.model import network as network_of

    own = row.published
    np.random.seed(SEED)
    model = own.make()
    told = tuple(Told(name, shape, "label" if name in own.labels else None) for name, shape in own.inputs.items())
    network = network_of(model, Card(inputs=told, noise=own.noise, alone=own.alone), own.name)  # fills what has no size
    _randomize(link_of(model))
    row.parameters = sum(each.size for each in network.link.params())
    plan = lower(trace(network), network)
    row.multiply_adds = sum(step.multiply_adds for step in plan.steps)
    arrays = inputs.seeded(network.inputs, 1, SEED)
    return plan, arrays, reference(network, arrays)


def _randomize(link: Any) -> None:
    """Give normalizations other statistics and factors than those they begin with."""
    random = np.random.RandomState(SEED)
    for each in link.links():
        if getattr(each, "avg_mean", None) is not None:
            each.avg_mean[...] = random.normal(0, 0.1, each.avg_mean.shape)
            each.avg_var[...] = random.uniform(0.5, 1.5, each.avg_var.shape)
        for name, low, high in (("gamma", 0.5, 1.0), ("beta", -0.1, 0.1)):
            parameter: Any = getattr(each, name, None)
            if getattr(parameter, "array", None) is not None:
                parameter.array[...] = random.uniform(low, high, parameter.shape)


def _in_browser(row: Row, plan: Plan, arrays: Sequence[FloatArray], outputs: Sequence[FloatArray]) -> None:
    from ganzoo import plugins
    from tests.support.on_device import run_cases
    from tests.support.tab import tab

    with tab() as visitor:
        for backend in plugins.BACKENDS.names():
            (answer,) = run_cases(visitor, plugins.BACKENDS.get(backend), [(plan, arrays)])
            if answer.error:
                row.end("refused", f"{backend}: {answer.error}")
            else:
                row.judge(backend, answer.outputs, outputs)


def _print(row: Row) -> None:
    errors = ", ".join(f"{name} {error:.1e}" for name, error in row.errors.items())
    size = f"{row.parameters / 1e6:.1f} M parameters, {row.multiply_adds / 1e6:,.0f} M multiply-adds"
    print(
        f"{row.family}/{row.published.name}: {row.result} {errors} {row.reason} ({size}, {row.seconds:.0f} s)",
        flush=True,
    )


def with_table(text: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """`text` with the table of `rows` between its marks."""
    before, _, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        sys.exit(f"{DOCUMENT} has no marks for the table.")
    return f"{before}{BEGIN}\n{table(rows)}\n{end}{after}"


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Counts by family as Markdown, and what was refused with its reason."""
    lines = ["| kind | networks | compiled and equal | refused | wrong |", "|---|---|---|---|---|"]
    for family in [*dict.fromkeys(row["family"] for row in rows), ""]:
        mine = [row for row in rows if row["family"] == family or not family]
        counts = Counter(row["result"] for row in mine)
        cells = [family or "all", len(mine), *(counts[result] for result in ("compiled", "refused", "wrong"))]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    refused = [f"* `{row['name']}`: {row['reason']}" for row in rows if row["result"] != "compiled"]
    return "\n".join([*lines, "", *(["Refused:", "", *refused] if refused else ["None was refused."])])


if __name__ == "__main__":
    typer.run(main)
