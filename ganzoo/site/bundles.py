"""Bundles as a site takes them: checked file by file, and given a page by what their manifests say."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ganzoo.errors import RunError
from ganzoo.export.layouts.ganzoo import FORMAT, MANIFEST, NAME
from ganzoo.serving.compressed import SUFFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

LARGEST = 2**28  # bytes in one file, values in one tensor: the runtime takes no more
LARGEST_MANIFEST = 2**22
BACKENDS = ("webassembly", "webgl", "webgpu")  # in the order in which the pages try them: web/network.js
UNUSED = ("ganzoo.js", "webdnn.js")  # of a bundle's runtime: the elements carry their own
KINDS = ("generator", "classifier")
PICTURES = (1, 3)  # channels

Rule = Any  # a predicate, [rule] for a list, {key: rule} for an object, {"*": rule} for one with any names
Manifest = dict[str, Any]


@dataclass(frozen=True)
class Model:
    """A bundle: its manifest, and what its files hold by their names, the manifest's own among them."""

    manifest: Manifest
    files: Mapping[str, bytes]

    @property
    def first_backend(self) -> str:
        """What a page tries first where it knows nothing of the browser yet."""
        known = self.manifest["backends"]
        return next((name for name in BACKENDS if name in known), next(iter(known)))

    @property
    def decoder(self) -> list[str]:
        """The module that decodes the weights, where they need one."""
        return ["weights.js"] if any(each["encoding"] != "f32" for each in self.manifest["weights"]["tensors"]) else []

    @property
    def data(self) -> list[str]:
        """The files that every page of this network fetches, whatever its backend, in the order it asks for them."""
        return [MANIFEST, *self.manifest["weights"]["shards"], self.manifest["golden"]["file"]]

    @property
    def program(self) -> list[str]:
        """The files of `first_backend`: its module, then what that fetches. Of programs to choose from, the largest."""
        name = self.first_backend
        entry = self.manifest["backends"][name]
        choice = [file for file in self.files if re.match(rf"{re.escape(name)}\b.*\.wasm$", file)]
        chosen = sorted(choice, key=lambda file: len(self.files[file]))[-1:]
        return [entry["module"], *entry["prefetch"], *chosen]

    @property
    def fetched(self) -> list[str]:
        """All files that a page may fetch, on any backend."""
        unused = {*UNUSED, *({"weights.js"} - set(self.decoder))}
        return [file for file in self.files if file not in unused]


def read(folder: Path) -> Model:
    """The bundle in `folder`, and nothing else that lies there.

    Raises `RunError` where it breaks a rule of docs/bundle.md, or one of its files is a link, missing, or not the
    manifest's by length and SHA-256.
    """
    try:
        if folder.is_symlink():
            raise ValueError("it is a link")
        content = _content(folder, MANIFEST, LARGEST_MANIFEST)
        manifest = json.loads(content)
        _check(manifest, RULES, "")
        _require_files(manifest)
        files = {MANIFEST: content}
        for name, told in manifest["files"].items():
            files[name] = _content(folder, name, told["bytes"])
            if (len(files[name]), hashlib.sha256(files[name]).hexdigest()) != (told["bytes"], told["sha256"]):
                raise ValueError(f"{name} is not the manifest's")
    except (OSError, ValueError, RecursionError) as error:
        raise RunError(f"{folder} is a damaged bundle: {error}.", "Export again.") from error
    return Model(manifest, files)


def kind(manifest: Manifest) -> str:
    """The page for a network: "generator" or "classifier". Raises `ValueError`, saying why there is none."""
    inputs, outputs = manifest["inputs"], manifest["outputs"]
    if "latent" in meanings(inputs):
        if not _is_picture(outputs[0]):
            raise ValueError("its first output is no picture of one or three channels")
        return "generator"
    if len(inputs) != 1 or not _is_picture(inputs[0]):
        raise ValueError("it takes neither noise nor one picture of one or three channels")
    if len(outputs) != 1 or outputs[0]["meaning"] not in ("logits", "probabilities") or len(outputs[0]["shape"]) != 1:
        raise ValueError("its output is no list of classes")
    return "classifier"


def meanings(specs: Collection[Mapping[str, Any]]) -> set[str]:
    """Of inputs or outputs, and of their parts."""
    return {each["meaning"] for spec in specs for each in (spec, *spec["parts"])}


def slug(name: str, taken: Collection[str]) -> str:
    """`name` as a folder's and a page's name: lower case; a second one ends in -2."""
    numbered = (f"{name.lower()}-{n}" if n > 1 else name.lower() for n in range(1, len(taken) + 2))
    return next(each for each in numbered if each not in taken)


def _is_picture(spec: Mapping[str, Any]) -> bool:
    return spec["meaning"] == "image" and len(spec["shape"]) == 3 and spec["shape"][0] in PICTURES


def _content(folder: Path, name: str, most: int) -> bytes:
    path = folder / name
    if path.is_symlink() or not path.is_file():
        raise ValueError(f"{name} is no file here")
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise ValueError(f"{name} is longer than {most} bytes")
    return content


def _count(least: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and least <= value <= LARGEST


def _text(pattern: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


def _check(value: Any, rule: Rule, field: str) -> None:
    if callable(rule):
        fine, inside = rule(value), []
    elif isinstance(rule, list):
        fine = isinstance(value, list)
        inside = [(str(i), each, rule[0]) for i, each in enumerate(value)] if fine else []
    elif "*" in rule:
        fine = isinstance(value, dict) and all(re.fullmatch(NAME, key) for key in value)
        inside = [(key, each, rule["*"]) for key, each in value.items()] if fine else []
    else:
        fine = isinstance(value, dict) and rule.keys() <= value.keys()
        inside = [(key, value[key], each) for key, each in rule.items()] if fine else []
    if not fine:
        raise ValueError(f"its manifest's {field[1:] or 'content'} is not as it must be")
    for key, each, own in inside:
        _check(each, own, f"{field}.{key}")


_MEANING = _text("latent|onehot|image|logits|probabilities")
_SPECS = [
    {
        "name": _text(NAME),
        "shape": [_count(1)],
        "meaning": _MEANING,
        "parts": [{"name": _text(NAME), "size": _count(1), "meaning": _MEANING}],
    }
]
# what a site relies on; the runtime checks the rest as well, and all of it again
RULES: Rule = {
    "format": lambda value: value == FORMAT,
    "inputs": _SPECS,
    "outputs": _SPECS,
    "files": {"*": {"bytes": _count(0), "sha256": _text("[0-9a-f]{64}")}},
    "weights": {"shards": [_text(NAME)], "tensors": [{"encoding": _text("f32|f16|int8")}]},
    "backends": {"*": {"module": _text(NAME), "prefetch": [_text(NAME)]}},
    "golden": {"file": _text(NAME)},
    "provenance": {"arch": _text(NAME), "dataset": _text(r"[^\x00-\x1f]{1,100}")},
}


def _require_files(manifest: Manifest) -> None:
    """Raise `ValueError` where what must be there is not."""
    named = [*manifest["weights"]["shards"], manifest["golden"]["file"]]
    for entry in manifest["backends"].values():
        named += [entry["module"], *entry["prefetch"]]
    if any(each["encoding"] != "f32" for each in manifest["weights"]["tensors"]):
        named.append("weights.js")
    for name in named:
        if name not in manifest["files"]:
            raise ValueError(f"its manifest's files have no {name}")
    for field in ("inputs", "outputs", "backends"):
        if not manifest[field]:
            raise ValueError(f"its manifest has no {field}")
    if any(name == MANIFEST or name.endswith(SUFFIX) for name in manifest["files"]):
        raise ValueError(f"its manifest names itself, or a file of the ending {SUFFIX}, which is a host's")
