"""ganzoo's own bundle: one manifest, one copy of the weights, the runtime, and each backend's program.

docs/bundle.md is the specification.
"""

from __future__ import annotations

import io
import math
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from ganzoo import runtime
from ganzoo.assets.minify import javascript
from ganzoo.errors import DocumentError, UnsupportedOperatorError, UsageError
from ganzoo.export import manifest as manifests
from ganzoo.export import weights
from ganzoo.export.directions import directions
from ganzoo.export.layouts import ExportOptions, Layout, Prepared, Traced, Written, webdnn
from ganzoo.files import GIT_ATTRIBUTES, UNALTERED, readable, sha256, write_json, write_text
from ganzoo.specs import Backend

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from ganzoo.export.directions import Directions
    from ganzoo.export.plan import Plan
    from ganzoo.export.weights import Encoding, Entry
    from ganzoo.specs import FloatArray, Program

GOLDEN, DIRECTIONS = "golden.bin", "directions.bin"
LARGE = "Only weights can be split. Export fewer backends, or choose a host that accepts larger files."

# Largest absolute difference from Chainer that is no fault, where the encoding costs more than a backend's sums: of a
# network with one matrix of weights. The rounding errors of several are independent, and add up as the root of their
# number: four matrices in half precision may cost a picture 2e-3. What int8 costs is measured at export.
TOLERANCE: Mapping[Encoding, float] = {"f32": 0.0, "f16": 1e-3, "int8": 0.05}
DISTANCES = 10.0  # of the original's own from float64: a backend adds in another order, and its exp is good to some ulp
MOST = 1e-2  # of the largest output: what that may amount to


def tolerance(
    encoding: Encoding, backend: str, outputs: Sequence[FloatArray], depth: int = 1, distance: float = 0.0
) -> float:
    """The bound for a network with such `outputs`, `depth` matrices of weights, `distance` from float64 in Chainer.

    It is the largest of three: the encoding's, the backend's own, and `DISTANCES` times `distance`. The former two are
    for outputs of up to 1, and grow with their largest magnitude.
    """
    from ganzoo.plugins import BACKENDS

    own = BACKENDS.get(backend).tolerance if backend in BACKENDS.names() else Backend.tolerance
    scale = max(1.0, max(float(abs(array).max(initial=0)) for array in outputs))
    rounded = TOLERANCE[encoding] * math.sqrt(depth)
    return max(max(rounded, own) * scale, min(DISTANCES * distance, MOST * scale))


def depth(manifest: Mapping[str, Any]) -> int:
    """How many matrices of weights a bundle has."""
    return sum(len(tensor["shape"]) == 3 for tensor in manifest["weights"]["tensors"])


@dataclass(frozen=True)
class Compiled:
    """A network, lowered: what all backends share."""

    traced: Traced
    plan: Plan
    options: ExportOptions
    provenance: dict[str, Any]
    directions: Directions | None

    def tolerance(self, backend: str) -> float:
        """The bound that was asked for, else the network's own."""
        if self.options.tolerance is not None:
            return self.options.tolerance
        matrices = sum(len(weight.shape) == 3 for weight in self.plan.weights)
        return tolerance(self.options.weights, backend, self.traced.outputs, matrices, self.traced.distance)


def prepare(
    traced: Traced, backends: Sequence[Backend], options: ExportOptions, provenance: dict[str, Any]
) -> Prepared:
    """`made` has each backend with its program."""
    from ganzoo.export.lowering import lower
    from ganzoo.plugins import compiled

    try:
        plan = lower(traced.graph, traced.network)
    except UnsupportedOperatorError as error:
        able = webdnn.able(traced.graph, backends)
        if not able:
            raise
        instead = " ".join(("--layout webdnn", *(f"--backend {name}" for name in able)))
        raise UnsupportedOperatorError(error.message, f"{error.remedy} Or export with: {instead}") from error
    weights.check(plan.weights, options.weights)
    made: dict[str, tuple[Backend, Program]] = {}
    refused: dict[str, UnsupportedOperatorError] = {}
    with ThreadPoolExecutor() as pool:  # a compiler is another process
        compiling = [(backend, pool.submit(compiled, backend, plan)) for backend in backends]
        found = directions(traced.network)
        for backend, program in compiling:
            try:
                made[backend.name] = backend, program.result()
            except UnsupportedOperatorError as error:
                refused[backend.name] = error
    return Prepared(Compiled(traced.prepared(), plan, options, provenance, found), made, refused)


def write(prepared: Prepared, folder: Path) -> list[Written]:
    compiled: Compiled = prepared.shared
    written = []

    def add(name: str, content: bytes, backend: str, holds: str = "code", instead_of: str = "") -> None:
        (folder / name).write_bytes(content)
        written.append(Written(folder / name, backend, holds, instead_of))

    encoding = compiled.options.weights
    encoded = any(weights.own_encoding(weight, encoding) != "f32" for weight in compiled.plan.weights)
    for name, source in runtime.shipped().items():
        decoder = name == "weights.js" and encoded
        add(name, source.encode(), "" if name == "ganzoo.js" or decoder else "-")
    entries: dict[str, Any] = {}
    for backend, program in prepared.made.values():
        for module in backend.modules:
            add(module.name, javascript(module.read_text(encoding="utf-8"), module.name).encode(), backend.name)
        for name, content in program.files.items():
            add(name, content, backend.name, instead_of=program.instead.get(name, ""))
        # of files that take each other's place the module chooses
        choice = {*program.instead, *program.instead.values()}
        prefetch = [name for name in program.files if name not in choice]
        entries[backend.name] = {
            "title": backend.title,
            "module": backend.modules[0].name,
            "prefetch": prefetch,
            **program.entry,
        }
    table: list[Entry] = []
    contents = _noted(weights.encode(compiled.plan.weights, encoding), table)
    shards = weights.store(contents, folder, weights.shard_size(compiled.options.max_file_size))
    written += [Written(shard, "", "weights") for shard in shards]
    add(GOLDEN, b"".join(array[0].astype("<f4").tobytes() for array in compiled.traced.golden), "", "data")
    if compiled.directions:
        add(DIRECTIONS, compiled.directions.vectors.astype("<f4").tobytes(), "-", "data")
    described = {
        "values": compiled.plan.n_weights,
        "encoding": encoding,
        "shards": [shard.name for shard in shards],
        "tensors": weights.table(table),
    }
    files = {each.path.name: _described(each.path) for each in written}
    write_json(folder / manifests.FILE, _manifest(compiled, files, entries, described), indent=None)
    written.append(Written(folder / manifests.FILE, "", "data"))
    write_text(folder / GIT_ATTRIBUTES, UNALTERED)  # nobody downloads it
    return written


def _noted(encoded: Iterable[tuple[Entry, bytes]], table: list[Entry]) -> Iterator[bytes]:
    """The bytes of `encoded`, whose lines join `table` as they come."""
    for entry, content in encoded:
        table.append(entry)
        yield content


def read(folder: Path) -> tuple[dict[str, Any], Iterator[bytes]]:
    """A bundle's manifest, and the content of each tensor, which is read when it is asked for.

    Raises `DocumentError` where the manifest breaks a rule of docs/bundle.md, or a shard has not the length it says.
    """
    manifest = manifests.read(folder)
    shards = [folder / name for name in manifest["weights"]["shards"]]
    for shard in shards:
        told = manifest["files"][shard.name]["bytes"]
        try:
            size = readable(shard).stat().st_size
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise DocumentError(shard, "", f"it cannot be read: {reason}") from error
        if size != told:
            raise DocumentError(shard, "", f"it does not have the {told} bytes that the manifest says")
    return manifest, _contents(shards, [tensor["bytes"] for tensor in manifest["weights"]["tensors"]])


def _contents(shards: Iterable[Path], sizes: Iterable[int]) -> Iterator[bytes]:
    """As many bytes of the shards, one after another, as each of `sizes` says; less where there are no more."""
    left = iter(shards)
    with ExitStack() as opened:
        file: IO[bytes] = io.BytesIO()
        for size in sizes:
            content = file.read(size)
            while len(content) < size and (shard := next(left, None)):
                opened.close()
                file = opened.enter_context(shard.open("rb"))
                content += file.read(size - len(content))
            yield content
            del content  # before the next one is read


def variant(folder: Path, encoding: Encoding, outputs: Sequence[FloatArray], into: Path, distance: float = 0.0) -> None:
    """The f32 bundle in `folder` once more, in `into`, with its weights in another encoding.

    `outputs` are the original's, and `distance` is theirs from float64, for the tolerance.
    """
    manifest, stored = read(folder)
    table: list[Entry] = []
    encoded = weights.encode(weights.read(manifest["weights"]["tensors"], stored), encoding)
    given = outputs, depth(manifest), distance
    manifest["golden"]["tolerance"] = {name: tolerance(encoding, name, *given) for name in manifest["backends"]}
    _write_again(folder, into, manifest, _noted(encoded, table), weights.shard_size(None))
    manifest["weights"] |= {"encoding": encoding, "tensors": weights.table(table)}
    write_json(into / manifests.FILE, manifest, indent=None)


def recut(folder: Path, into: Path, most: int) -> None:
    """The bundle in `folder` once more, in `into`, with its weights in shards of at most `most` bytes.

    Raises `UsageError` naming a file that is larger and cannot be cut, and leaves no `into` then; as `read` does
    where the bundle is damaged.
    """
    manifest, stored = read(folder)
    _write_again(folder, into, manifest, stored, weights.shard_size(most))
    write_json(into / manifests.FILE, manifest, indent=None)
    for path in sorted(into.iterdir()):
        size = path.stat().st_size
        if size > most:
            shutil.rmtree(into)
            raise UsageError(f"{path.name} has {size:,} bytes, but --max-file-size allows {most:,}.", LARGE)


def _write_again(folder: Path, into: Path, manifest: dict[str, Any], contents: Iterable[bytes], step: int) -> None:
    """The bundle in `folder` once more, in `into`, with other weights, which replace those that `manifest` names.

    It remains to write the manifest.
    """
    shutil.copytree(folder, into)
    for name in set(manifest["weights"]["shards"]):  # a stranger's may name one twice
        (into / name).unlink()
        del manifest["files"][name]
    shards = weights.store(contents, into, step)
    manifest["files"] |= {shard.name: _described(shard) for shard in shards}
    manifest["weights"]["shards"] = [shard.name for shard in shards]


def _manifest(
    compiled: Compiled, files: Mapping[str, Any], entries: dict[str, Any], described: dict[str, Any]
) -> dict[str, Any]:
    network = compiled.traced.network
    found = compiled.directions
    own = {"file": DIRECTIONS, "name": found.name, "count": len(found.vectors)} if found else None
    return {
        "format": manifests.FORMAT,
        "name": network.name,
        "inputs": [spec.described() for spec in network.inputs],
        "outputs": [spec.described() for spec in network.outputs],
        "weights": described,
        "files": files,
        "backends": entries,
        "golden": {
            "file": GOLDEN,
            "tolerance": {name: compiled.tolerance(name) for name in entries},
        },
        **({"directions": own} if own else {}),
        "provenance": compiled.provenance,
    }


def _described(path: Path) -> dict[str, Any]:
    return {"bytes": path.stat().st_size, "sha256": sha256(path)}


LAYOUT = Layout("ganzoo", prepare, write, lambda backend: (True, ""))
