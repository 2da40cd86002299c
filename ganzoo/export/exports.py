"""Export networks for all backends or none: write a temporary folder, verify it, then rename it.

<out>/export.json       description: run, architecture, layout, inputs and outputs, backends, files with SHA-256
<out>/report.json       sizes, and the size and accuracy of each encoding of the weights
<out>/golden.npz        seeded inputs and the original network's outputs, for `ganzoo verify`
<out>/<network>/        the files to upload, in the chosen layout: docs/bundle.md, or WebDNN 1.2.11's
"""

from __future__ import annotations

import gc
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from ganzoo import __version__, npz
from ganzoo.errors import DocumentError, RunError, UnknownNameError, UsageError
from ganzoo.export import golden, layouts, schemas, size
from ganzoo.export.encoding_costs import encoding_costs
from ganzoo.export.layouts import ExportOptions
from ganzoo.files import Mark, readable, recover, refuse_foreign, replacing_folder, write_json
from ganzoo.memory import return_rest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from ganzoo.export.checks import Check
    from ganzoo.export.encoding_costs import EncodingCost
    from ganzoo.export.layouts import Layout, Traced
    from ganzoo.export.size import Part
    from ganzoo.export.subject import Subject
    from ganzoo.specs import Backend, FloatArray

FORMAT = 2
FILE = "export.json"
GOLDEN = "golden.npz"
FORMER_FILE = "manifest.json"  # what FILE was called before a network's own manifest had that name to itself
MARK = Mark(
    FILE,
    "export",
    ("ganzoo", "layout", "networks", "run"),
    others=("report.json", GOLDEN),
    former_file=FORMER_FILE,
)


@dataclass(frozen=True)
class Export:
    """An export on disk.

    `description` is the content of `export.json`, whose fields schemas/export.schema.json defines.

    `networks` has the entry of each network there, by name.
    """

    path: Path
    description: Mapping[str, Any]

    @property
    def networks(self) -> Mapping[str, Any]:
        networks: Mapping[str, Any] = self.description["networks"]
        return networks

    @property
    def layout(self) -> str:
        return str(self.description["layout"])

    @property
    def backends(self) -> list[str]:
        return list(self.description["backends"])

    @property
    def notes(self) -> dict[str, str]:
        """Remarks on backends, by name, for those that have one."""
        return {name: entry["note"] for name, entry in self.description["backends"].items() if entry["note"]}

    @property
    def runnable(self) -> list[str]:
        """The backends that a browser of today can run."""
        return [name for name, entry in self.description["backends"].items() if entry["runs"]]

    def choose(self, backends: Sequence[str]) -> list[str]:
        """`backends`, or all that browsers can run. Raises `UsageError` for one that they cannot."""
        if not self.runnable:
            raise UsageError(f"No browser of today can run the backends in {self.path}.", "Export for other backends.")
        for name in backends:
            if name not in self.backends:
                raise UnknownNameError(f"backend in {self.path}", name, self.backends)
            if name not in self.runnable:
                raise UsageError(f"{name}: {self.notes.get(name)}.", f"Choose {' or '.join(self.runnable)}.")
        return list(backends) or self.runnable

    def folder(self, network: str) -> Path:
        """The files of `network`."""
        return self.path / network

    def golden(self, network: str) -> tuple[list[FloatArray], list[FloatArray]]:
        """Seeded inputs and the original's outputs: an array (N, ...) for each of `network`, N 64 or fewer."""
        entry = self.networks[network]
        sides = ("inputs", "outputs")
        specs = {f"{network}/{side}/{spec['name']}": spec for side in sides for spec in entry[side]}
        stored = self._stored(*specs)
        for name, spec in specs.items():
            array, shape = stored[name], spec.get("shape")
            alike = isinstance(shape, list | tuple) and array.shape[1:] == tuple(shape)
            if array.dtype != "float32" or not array.size or not alike:
                raise self._damaged(f"'{name}' is {array.dtype} {array.shape}")
        inputs, outputs = ([stored[f"{network}/{side}/{spec['name']}"] for spec in entry[side]] for side in sides)
        return inputs, outputs

    def distance(self, network: str) -> float:
        """How far the original's outputs of `network` are from float64; 0 in exports of a ganzoo that did not ask."""
        return float(self.networks[network].get("distance", 0.0))

    def test_images(self, network: str) -> tuple[FloatArray, Any] | None:
        """Test images (N, C, H, W) and labels (N,) for a classifier; None for any other network."""
        if not self.networks[network]["test"]:
            return None
        x, t = self._stored(f"{network}/test/x", f"{network}/test/t").values()
        if x.dtype != "float32" or t.dtype != "int32" or x.ndim != 4 or t.shape != x.shape[:1]:
            raise self._damaged(
                f"the test images of {network} are {x.dtype} {x.shape}, their labels {t.dtype} {t.shape}"
            )
        return x, t

    def _stored(self, *names: str) -> Mapping[str, Any]:
        """Arrays of golden.npz."""
        try:
            return npz.read(readable(self.path / GOLDEN), *names)
        except (OSError, ValueError) as error:
            raise self._damaged(str(error)) from error

    def _damaged(self, problem: str) -> RunError:
        return RunError(f"{self.path / GOLDEN} is damaged: {problem}.", "Export again.")


@dataclass(frozen=True)
class ExportResult:
    """The result of an export: the sizes of its files, the checks, and the cost of each encoding of the weights.

    `left_out` are the backends that cannot run one of its networks, each with the reason.
    """

    export: Export
    parts: Sequence[Part]
    checks: Sequence[tuple[str, Check]]
    encoding_costs: Sequence[EncodingCost]
    left_out: Mapping[str, str] = field(default_factory=dict)


def write(
    subject: Subject,
    backends: Sequence[Backend],
    out: Path,
    *,
    layout: str = "ganzoo",
    options: ExportOptions = ExportOptions(),  # noqa: B008 - frozen
    budget: int | None = None,
    all_or_nothing: bool = True,
    judge: Callable[[Export], Sequence[tuple[str, Check]]] | None = None,
    progress: Callable[[str], None] = lambda line: None,
) -> ExportResult:
    """Write the networks of `subject` for `backends`, by order of preference, into `out`, in place of what was there.

    A backend that cannot run a network, for its operators or its size, raises `UnsupportedOperatorError`. Unless it is
    `all_or_nothing`: then that backend is left out, and only the last one raises.
    `judge` sees the export while it is staged and says what it found; when it raises, when the sizes exceed
    `budget`, or on any other error, `out` stays as it was.
    """
    files = layouts.get(layout)
    backends = sorted(backends, key=lambda backend: backend.order)
    place = out.resolve()
    refuse_foreign(place, MARK)
    networks = subject.networks()
    progress("tracing the networks")
    traced = [golden.trace(network) for network in networks]
    progress("compiling for " + ", ".join(backend.name for backend in backends))
    # every reason to refuse is found before anything is written
    prepared = [files.prepare(each, backends, options, _provenance(subject)) for each in traced]
    traced = [each.prepared() for each in traced]
    gc.collect()  # WebDNN's graphs, whose variables and operators know each other, and the weights in them
    return_rest()
    refused = {name: error for each in prepared for name, error in each.refused.items()}
    if all_or_nothing or len(refused) == len(backends):
        prepared = [each.complete() for each in prepared]
    backends = [backend for backend in backends if backend.name not in refused]

    with replacing_folder(place, MARK) as staged:
        written = {}
        for network in networks:
            (staged / network.name).mkdir()
            written[network.name] = files.write(prepared.pop(0).without(refused), staged / network.name)
        return_rest()
        parts = [part for name, each in written.items() for part in size.measure(each, name, staged)]
        tested = golden.write(staged / GOLDEN, traced, subject if judge else None)
        description = _description(subject, files, traced, backends, parts, tested)
        write_json(staged / FILE, description)
        if budget is not None:
            size.check_budget(parts, budget, options.weights if layout == "ganzoo" else None)
        export = Export(staged, description)
        checks = judge(export) if judge else ()
        return_rest()
        costs = encoding_costs(export, parts, checks)
        write_json(staged / "report.json", size.report(parts, export.notes, costs))
    left_out = {name: error.message for name, error in refused.items()}
    return ExportResult(Export(out, description), parts, checks, costs, left_out)


def is_export(path: Path) -> bool:
    """Whether the folder `path` has the description of an export."""
    return (path / FILE).exists() or (path / FORMER_FILE).exists()


def load(path: Path) -> Export:
    """The export at `path`. Raises `RunError` if there is none, `DocumentError` if its description is damaged."""
    recover(path.resolve())
    if not is_export(path):
        raise RunError(f"{path} is not an export: it has no {FILE}.", "Export a run with: ganzoo export --all-backends")
    file = path / (FILE if (path / FILE).exists() else FORMER_FILE)
    description = schemas.read(file, "export")
    if description["layout"] not in layouts.NAMES:
        known = " or ".join(layouts.NAMES)
        raise DocumentError(file, "layout", f"its field layout is {description['layout']!r} but must be {known}")
    for name in description["networks"]:
        if not (path / name).is_dir():
            raise DocumentError(file, "networks", f"it names the network {name}, but there is no folder of that name")
    return Export(path, description)


def _provenance(subject: Subject) -> dict[str, Any]:
    return {**subject.origin, "ganzoo": __version__, **subject.provenance}


def _description(
    subject: Subject,
    layout: Layout,
    traced: Sequence[Traced],
    backends: Sequence[Backend],
    parts: Sequence[Part],
    tested: set[str],
) -> dict[str, Any]:
    known = {backend.name: layout.runs(backend) for backend in backends}
    return {
        "format": FORMAT,
        "layout": layout.name,
        "ganzoo": __version__,
        "run": subject.name,
        **({"config": asdict(subject.config)} if subject.config else {}),
        "provenance": _provenance(subject),
        "backends": {name: {"runs": runs, "note": note} for name, (runs, note) in known.items()},
        "networks": {
            each.network.name: {
                "inputs": [spec.described() for spec in each.network.inputs],
                "outputs": [spec.described() for spec in each.network.outputs],
                "test": each.network.name in tested,
                "distance": each.distance,
            }
            for each in traced
        },
        "files": {part.path: {"bytes": part.raw, "sha256": part.sha256} for part in parts},
    }
