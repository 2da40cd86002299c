"""Read the bundles of a site, and check every file."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ganzoo.errors import RunError
from ganzoo.export import manifest as manifests
from ganzoo.export.schemas import LARGEST
from ganzoo.files import readable
from ganzoo.serving.compressed import SUFFIX

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

UNUSED = ("ganzoo.js", "ganzoo.d.ts", "webdnn.js")  # of a bundle's runtime: the elements carry their own

Manifest = dict[str, Any]


@dataclass(frozen=True)
class Model:
    """A bundle: its manifest, and the content of its files by name, including that of the manifest."""

    manifest: Manifest
    files: Mapping[str, bytes]

    @property
    def first_backend(self) -> str:
        """The backend that a page tries first if it knows nothing about the browser yet."""
        return str(next(iter(self.manifest["backends"])))

    @property
    def decoder(self) -> list[str]:
        """The module that decodes the weights, if they need one."""
        return ["weights.js"] if manifests.needs_decoder(self.manifest) else []

    @property
    def data(self) -> list[str]:
        """The files that every page of this network fetches, whatever its backend, in the order of the requests."""
        return [manifests.FILE, *self.manifest["weights"]["shards"], self.manifest["golden"]["file"]]

    @property
    def program(self) -> list[str]:
        """The files of `first_backend`: its module, and then what that fetches.

        Of alternative programs it is the largest.
        """
        name = self.first_backend
        entry = self.manifest["backends"][name]
        choice = [file for file in self.files if re.match(rf"{re.escape(name)}\b.*\.wasm$", file)]
        chosen = sorted(choice, key=lambda file: len(self.files[file]))[-1:]
        return [entry["module"], *entry["prefetch"], *chosen]

    @property
    def fetched(self) -> list[str]:
        """All files that a page may fetch, with any backend."""
        unused = {*UNUSED, *({"weights.js"} - set(self.decoder))}
        return [file for file in self.files if file not in unused]


def read(folder: Path) -> Model:
    """Read the bundle in `folder`, and nothing else that lies there.

    Raises `DocumentError` if its manifest breaks a rule of docs/bundle.md, and `RunError` if one of its files is
    missing, is a link, or has another length or SHA-256 than the manifest says.
    """
    try:
        if folder.is_symlink():
            raise ValueError("it is a symbolic link")
        content = _content(folder, manifests.FILE, LARGEST)
        manifest = manifests.parse(content, folder)
        _refuse_compressed(manifest)
        files = {manifests.FILE: content}
        for name, told in manifest["files"].items():
            files[name] = _content(folder, name, told["bytes"])
            if (len(files[name]), hashlib.sha256(files[name]).hexdigest()) != (told["bytes"], told["sha256"]):
                raise ValueError(f"{name} does not match its size and SHA-256 in the manifest")
    except (OSError, ValueError) as error:
        raise RunError(f"{folder} is a damaged bundle: {error}.", "Export again.") from error
    return Model(manifest, files)


def slug(name: str, taken: Collection[str]) -> str:
    """Return `name` as the name of a folder and a page, in lower case. A second page of that name ends in -2."""
    numbered = (f"{name.lower()}-{n}" if n > 1 else name.lower() for n in range(1, len(taken) + 2))
    return next(each for each in numbered if each not in taken)


def _content(folder: Path, name: str, most: int) -> bytes:
    path = folder / name
    if path.is_symlink() or not path.is_file():
        raise ValueError(f"there is no file {name}")
    with readable(path).open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise ValueError(f"{name} is longer than {most} bytes")
    return content


def _refuse_compressed(manifest: Manifest) -> None:
    """Raise `ValueError` for a compressed file in a bundle, because it would be served instead of another file."""
    for name in manifest["files"]:
        if name.endswith(SUFFIX):
            raise ValueError(f"its manifest names {name}, and files of the ending {SUFFIX} are a host's")
