"""The contestants of a benchmark: each network of an export on each backend, run by its own loader and by the peers."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from ganzoo.bench.peers import Source
from ganzoo.errors import UnsupportedOperatorError, UsageError
from ganzoo.export.layouts import ganzoo
from ganzoo.verify import models

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ganzoo.bench.options import BenchOptions
    from ganzoo.bench.peers import Installed
    from ganzoo.browsers.session import Progress
    from ganzoo.export import subject
    from ganzoo.export.exports import Export
    from ganzoo.specs import FloatArray

    Timed = tuple[Export, subject.Subject | None]  # and what it was made from, where that is here


ALONE = "It can only run batch size 1, which --batch leaves out."


@dataclass(frozen=True, eq=False)
class Subject:
    """A network of an export. `name` is its name in the report.

    `source` is what the peers get, None if what the export was made from is not here.
    """

    name: str
    export: Export
    network: str
    source: Source | None

    @property
    def multiply_adds(self) -> int | None:
        """The multiply-adds for one picture, None if they are unknown."""
        try:
            return sum(step.multiply_adds for step in self.source.plan.steps) if self.source else None
        except UnsupportedOperatorError:  # WebDNN's layout takes what ganzoo's compiler may refuse
            return None

    @cached_property
    def golden(self) -> tuple[Mapping[str, FloatArray], Mapping[str, FloatArray]]:
        """Seeded inputs and the original's outputs for them, arrays (N, ...) by name."""
        entry = self.export.networks[self.network]
        sides = zip(("inputs", "outputs"), self.export.golden(self.network), strict=True)
        inputs, outputs = (
            {spec["name"]: array for spec, array in zip(entry[side], arrays, strict=True)} for side, arrays in sides
        )
        return inputs, outputs

    @property
    def encoding(self) -> str:
        return models.own(self.export, self.network, self.export.runnable[0]).encoding

    @property
    def weights_bytes(self) -> int:
        """The size of the network's weights files."""
        files: Mapping[str, Mapping[str, int]] = self.export.description["files"]
        of_weights = [path for path in files if path.startswith(f"{self.network}/weights") and not path.endswith(".js")]
        return sum(files[path]["bytes"] for path in of_weights)


@dataclass(frozen=True, eq=False)
class Contestant:
    """One library that runs one network on one backend: the files of its page, and the outputs that it must give.

    `package` is the npm package that has the library's version. `folders` has the folders "runner", "lib" and "model":
    what loads and runs the network, the code of the library, and the files of the network. `expected` is Chainer's
    output for `inputs`, both arrays (N, ...) by name. `tolerance` is the largest absolute difference that is allowed.
    `batches` are the batch sizes to time. If there is a `reason`, the contestant cannot run.
    """

    network: str
    library: str
    backend: str
    package: str
    folders: Mapping[str, Path] = field(default_factory=dict)
    inputs: Mapping[str, FloatArray] = field(default_factory=dict)
    expected: Mapping[str, FloatArray] = field(default_factory=dict)
    tolerance: float = 0.0
    batches: tuple[int, ...] = ()
    reason: str = ""

    @property
    def own_files(self) -> list[Path]:
        """The folders whose bytes belong to the library and the network. The runner belongs to the benchmark."""
        return [folder for name, folder in self.folders.items() if name != "runner"]

    def __str__(self) -> str:
        return f"{self.network} on {self.backend}: {self.library}"


def subjects(exports: Sequence[Timed]) -> list[Subject]:
    """Return the networks of `exports`. Networks with the same name get the name of their run as well."""
    names = Counter(network for export, _ in exports for network in export.networks)
    found = []
    for export, made_from in exports:
        sources = {network.name: Source(network) for network in made_from.networks()} if made_from else {}
        for network in export.networks:
            name = network if names[network] == 1 else f"{export.description['run']} {network}"
            found.append(Subject(name, export, network, sources.get(network)))
    return found


def contestants(
    chosen: Sequence[Subject], peers: Sequence[Installed], options: BenchOptions, root: Path, progress: Progress
) -> list[Contestant]:
    """Return all contestants. Their files are written below `root`, and compressed as a host would compress them.

    Raises `UsageError` for a backend that no browser runs, or if there are peers but no run; `ToolMissingError` if the
    package is missing that writes the files of a peer.
    """
    from ganzoo.serving.compressed import precompress

    found = []
    for i, subject in enumerate(chosen):
        for backend in subject.export.choose(options.backends):
            progress(f"preparing {subject.name} for {backend}")
            found.append(_own(subject, backend, options, root / str(i) / "own" / backend))
            if peers:
                found += _peers(subject, backend, peers, options, root / str(i))
    progress("compressing the files")
    for folder in dict.fromkeys(folder for each in found for folder in each.own_files):
        precompress(folder)
    return found


def _own(subject: Subject, backend: str, options: BenchOptions, root: Path) -> Contestant:
    """Return the export itself as a contestant. It is copied, because compressed files are written beside its own."""
    model = models.own(subject.export, subject.network, backend)
    shutil.copytree(model.folder, root / "model")
    folders = {"model": root / "model", "runner": model.runner}
    for name, folder in model.loader.items():
        folders[name] = root / name
        shutil.copytree(folder, folders[name])
    one = _one(options)
    return Contestant(
        network=subject.name,
        library=subject.export.layout,
        backend=backend,
        package=subject.export.layout,
        folders=folders,
        inputs=subject.golden[0],
        expected=subject.golden[1],
        tolerance=model.tolerance,
        batches=options.batches if model.batches else one,
        reason="" if model.batches or one else ALONE,
    )


def _peers(
    subject: Subject, backend: str, peers: Sequence[Installed], options: BenchOptions, root: Path
) -> list[Contestant]:
    if subject.source is None:
        run = subject.export.description["run"]
        origin = subject.export.description.get("provenance", {})
        if "frontend" in origin:
            raise UsageError(
                f"{subject.export.path} does not have the network in a form that the peers can read.",
                f"Name the file instead of its export: ganzoo bench {origin.get('source', 'model.onnx')} --peers",
            )
        raise UsageError(
            f"--peers needs the run {run}, from which {subject.export.path} was exported, but it was not found.",
            "Give the run, or an export inside its run's folder.",
        )
    if subject.export.layout != "ganzoo":
        raise UsageError(
            f"{subject.export.path} has WebDNN's layout.", "Export again with --layout ganzoo to compare with peers."
        )
    found, one = [], _one(options)
    for installed in peers:
        peer = installed.peer
        if backend not in peer.code:
            continue
        bare = Contestant(subject.name, peer.name, backend, peer.package)
        try:
            folders = installed.stage(backend, subject.source, root)
        except UnsupportedOperatorError as refused:
            found.append(replace(bare, reason=refused.message))
            continue
        found.append(
            replace(
                bare,
                folders=folders,
                inputs=subject.golden[0],
                expected=subject.golden[1],
                tolerance=ganzoo.tolerance("f32", backend, list(subject.golden[1].values())),
                batches=options.batches if peer.batches else one,
                reason="" if peer.batches or one else ALONE,
            )
        )
    return found


def _one(options: BenchOptions) -> tuple[int, ...]:
    """Return the batch sizes for a library that takes one picture per run."""
    return (1,) if 1 in options.batches else ()
