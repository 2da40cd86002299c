"""A bundle's manifest, read and checked.

`schemas/manifest.schema.json` says what each field is. What a schema cannot say stands here, rule by rule: sums,
offsets without gaps, names that differ, names of files that must be there. `runtime/manifest.js` is the same check in
JavaScript; tests/data/manifest-vectors.json holds both to the same answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ganzoo.errors import DocumentError
from ganzoo.export import schemas

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    Manifest = dict[str, Any]
    Faults = Iterator[tuple[str, str]]  # the field and what is wrong with it

FILE = "manifest.json"
FORMAT = 1
LARGEST = 2**28  # values in one input or output, as in the schema


def read(folder: Path) -> Manifest:
    """The manifest of the bundle in `folder`. Raises `DocumentError`, naming the field, where it breaks a rule."""
    return _checked(schemas.read(folder / FILE, "manifest"), folder)


def parse(content: bytes, folder: Path) -> Manifest:
    """The manifest with the given `content`, of the bundle in `folder`. Raises as `read` does."""
    return _checked(schemas.parse(content, "manifest", folder / FILE), folder)


def _checked(manifest: Manifest, folder: Path) -> Manifest:
    for rule in RULES:
        for field, problem in rule(manifest):
            raise DocumentError(folder / FILE, field, f"its field {field} {problem}")
    return manifest


def specs_in_order(manifest: Manifest) -> Faults:
    """Each input's and output's size is allowed, its parts add up to it, and names are of one thing only."""
    for side in ("inputs", "outputs"):
        taken: set[str] = set()
        for i, spec in enumerate(manifest[side]):
            place = f"{side}.{i}"
            size = product(spec["shape"])
            if size > LARGEST:
                yield f"{place}.shape", f"has more than {LARGEST:,} values"
            low, high = spec["range"] or (0, 0)
            if low > high:
                yield f"{place}.range", "ends below its start"
            parts = spec["parts"]
            if parts and sum(part["size"] for part in parts) != size:
                yield f"{place}.parts", f"does not add up to {size}"
            # a part may have its input's name: it is that input
            for name in [spec["name"], *(part["name"] for part in parts if part["name"] != spec["name"])]:
                if name in taken:
                    yield f"{place}.name", f"or that of one of its parts is taken: {name}"
                taken.add(name)


def tensors_without_gaps(manifest: Manifest) -> Faults:
    """Each tensor begins where the one before it ends, and the shards are as long as all of them."""
    weights = manifest["weights"]
    offset = at = 0
    for i, tensor in enumerate(weights["tensors"]):
        values, size = product(tensor["shape"]), encoded_size(tensor["shape"], tensor["encoding"])
        right = {"values": values, "offset": offset, "at": at, "bytes": size}
        for key, value in right.items():
            if tensor[key] != value:
                yield f"weights.tensors.{i}.{key}", f"is {tensor[key]}, but its shape and encoding give {value}"
        offset += values
        at += size or 0
    if weights["values"] != offset:
        yield "weights.values", f"is {weights['values']}, but the tensors have {offset} values"
    stored = sum(manifest["files"].get(name, {"bytes": 0})["bytes"] for name in weights["shards"])
    if stored != at:
        yield "weights.shards", f"has {stored} bytes, but the tensors have {at}"


def files_are_there(manifest: Manifest) -> Faults:
    """Every file that a field names is in `files`, the decoder of the weights too; the manifest itself is not."""
    named = [("weights.shards", name) for name in manifest["weights"]["shards"]]
    for backend, entry in manifest["backends"].items():
        named += [(f"backends.{backend}", name) for name in [entry["module"], *entry["prefetch"]]]
    named.append(("golden.file", manifest["golden"]["file"]))
    if needs_decoder(manifest):
        named.append(("weights.encoding", "weights.js"))
    for field, name in named:
        if name not in manifest["files"]:
            yield field, f"needs the file {name}, which is not among its files"
    if FILE in manifest["files"]:
        yield "files", "names the manifest itself"


def golden_is_complete(manifest: Manifest) -> Faults:
    """The golden sample has every input and output, and each backend a tolerance."""
    golden = manifest["golden"]
    values = sum(product(spec["shape"]) for side in ("inputs", "outputs") for spec in manifest[side])
    if manifest["files"][golden["file"]]["bytes"] != 4 * values:
        yield "golden.file", f"does not have the {4 * values} bytes of all inputs and outputs"
    for backend in manifest["backends"]:
        if backend not in golden["tolerance"]:
            yield f"golden.tolerance.{backend}", "is missing"


def directions_fit(manifest: Manifest) -> Faults:
    """The directions are of an input or part, and as many and as long as told."""
    told = manifest.get("directions")
    if told is None:
        return
    sizes = {part["name"]: part["size"] for spec in manifest["inputs"] for part in spec["parts"]}
    sizes |= {spec["name"]: product(spec["shape"]) for spec in manifest["inputs"]}
    size = sizes.get(told["name"])
    file = manifest["files"].get(told["file"])
    if size is None:
        yield "directions.name", "is not the name of an input or of a part"
    elif file is None or file["bytes"] != 4 * told["count"] * size:
        yield "directions.file", f"is not a file of {told['count']} vectors of {size} values"


def preprocessing_fits(manifest: Manifest) -> Faults:
    """Only an input that is an image is preprocessed, with a number for each channel, and leaves no range."""
    for side in ("inputs", "outputs"):
        for i, spec in enumerate(manifest[side]):
            told, shape = spec.get("preprocess"), spec["shape"]
            if told is None:
                continue
            place = f"{side}.{i}.preprocess"
            if side == "outputs" or spec["meaning"] != "image" or len(shape) != 3 or spec["parts"]:
                yield place, "is not for an input that is an image of C, H, W"
                continue
            for name in ("mean", "std"):
                if len(told[name]) not in (0, shape[0]):
                    yield f"{place}.{name}", f"does not have 0 or {shape[0]} numbers"
            if told["order"] == "bgr" and shape[0] != 3:
                yield f"{place}.order", "is for three channels"
            if spec["range"] and (told["mean"] or told["std"]):
                yield place, "leaves the range, which must be null"


RULES = (specs_in_order, files_are_there, tensors_without_gaps, golden_is_complete, directions_fit, preprocessing_fits)


def needs_decoder(manifest: Mapping[str, Any]) -> bool:
    """Whether a page fetches `weights.js` to decode the weights."""
    return any(tensor["encoding"] != "f32" for tensor in manifest["weights"]["tensors"])


def product(shape: Sequence[int]) -> int:
    """The number of values of a shape. Of a hostile one, only that they are more than any field may say."""
    values = 1
    for n in shape:
        values *= n
        if values > LARGEST:
            break
    return values


def encoded_size(shape: Sequence[int], encoding: str) -> int | None:
    """Bytes of a tensor in an encoding; None where the encoding does not take such a shape."""
    values = product(shape)
    if encoding == "f32":
        return 4 * values
    if encoding == "f16":
        return 4 * -(-values // 2)
    if len(shape) == 3 and shape[2] == 4:
        return 16 * shape[0] + values
    return None
