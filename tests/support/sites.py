"""Exports made by hand, and what a site's files say."""

from __future__ import annotations

import hashlib
import json
import math
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from ganzoo.export import exports
from ganzoo.runs import run as runs_module
from ganzoo.site import build
from ganzoo.specs import TrainConfig

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ganzoo.runs.run import Run
WEB = build.WEB


LATENT = {"name": "z", "shape": [4], "meaning": "latent", "range": None, "parts": []}

PICTURE = {"name": "y", "shape": [1, 28, 28], "meaning": "image", "range": [0, 1], "parts": []}

CLASSES = {"name": "p", "shape": [3], "meaning": "logits", "range": None, "parts": []}

KINDS = {"generator": ([LATENT], [PICTURE]), "classifier": ([{**PICTURE, "name": "x"}], [CLASSES])}


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def golden(inputs: list[dict[str, Any]], outputs: list[dict[str, Any]]) -> bytes:
    return bytes(4 * sum(math.prod(spec["shape"]) for spec in [*inputs, *outputs]))


def manifest_of(kind: str, arch: str, contents: Mapping[str, bytes]) -> dict[str, Any]:
    inputs, outputs = KINDS[kind]
    tensor = {"name": "w", "shape": [4], "offset": 0, "values": 4, "bytes": 16, "at": 0, "encoding": "f32"}
    return {
        "format": 1,
        "name": kind,
        "inputs": inputs,
        "outputs": outputs,
        "weights": {"values": 4, "encoding": "f32", "shards": ["weights.bin"], "tensors": [tensor]},
        "files": {name: {"bytes": len(content), "sha256": sha256(content)} for name, content in contents.items()},
        "backends": {"webgl": {"module": "webgl.js", "prefetch": ["webgl.json"]}},
        "golden": {"file": "golden.bin", "tolerance": {"webgl": 0.1}},
        "provenance": {"arch": arch, "dataset": "digits"},
    }


def made_by_hand(folder: Path, kind: str = "generator", arch: str = "tiny", layout: str = "ganzoo") -> exports.Export:
    """An export in `folder`, of files that nothing runs."""
    contents = {
        "weights.bin": np.arange(4, dtype="<f4").tobytes(),
        "golden.bin": golden(*KINDS[kind]),
        **{name: name.encode() for name in ("ganzoo.js", "weights.js", "webdnn.js", "webgl.js", "webgl.json")},
    }
    (folder / kind).mkdir(parents=True)
    for name, content in contents.items():
        (folder / kind / name).write_bytes(content)
    own = manifest_of(kind, arch, contents)
    (folder / kind / "manifest.json").write_text(json.dumps(own))
    network = {"inputs": own["inputs"], "outputs": own["outputs"], "test": False}
    told = {"format": exports.FORMAT, "layout": layout, "run": folder.parent.name, "backends": {}}
    (folder / "export.json").write_text(json.dumps({**told, "networks": {kind: network}}))
    return exports.load(folder)


def change(export: exports.Export, **values: Any) -> exports.Export:
    """Other `values` in the manifest of the export's only network, and a golden sample to fit."""
    (name,) = export.networks
    file = export.path / name / "manifest.json"
    manifest = {**json.loads(file.read_text()), **values}
    sample = golden(manifest["inputs"], manifest["outputs"])
    (export.path / name / "golden.bin").write_bytes(sample)
    manifest["files"]["golden.bin"] = {"bytes": len(sample), "sha256": sha256(sample)}
    file.write_text(json.dumps(manifest))
    return export


def content(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256(path.read_bytes()) for path in files}


class Tags(HTMLParser):
    """The tags of a page with their attributes, its text, and the text inside of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.inline = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {key: value or "" for key, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.tags and self.tags[-1][0] in ("script", "style"):
            self.inline += data.strip()

    def all(self, tag: str) -> Iterator[dict[str, str]]:
        return (attributes for name, attributes in self.tags if name == tag)


def tags(site: Path, file: str) -> Tags:
    return Tags((site / file).read_text(encoding="utf-8"))


def listed(site: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((site / "site.json").read_text())
    return found


def references(site: Path) -> Iterator[tuple[str, str]]:
    """Every URL that a file of the site names another by, with the file."""
    for file in sorted({page["file"] for page in listed(site)["pages"]} | {"index.html", "404.html"}):
        for _, attributes in tags(site, file).tags:
            for key in ("src", "href", "timeline", "reader", "data-app", "data-icon"):
                if not attributes.get(key, "data:").startswith("data:"):
                    yield file, attributes[key]
    yield from (
        ("app.webmanifest", icon["src"]) for icon in json.loads((site / "app.webmanifest").read_text())["icons"]
    )
    for script in ("elements.js", *sorted({f"{page['kind']}.js" for page in listed(site)["pages"]})):
        named = re.findall(r'"(?:\./)?(\w+\.\w+\?[^"]*)"', (site / script).read_text())
        assert bool(named) == (script != "elements.js")
        yield from ((script, each) for each in named)
    for sheets in site.glob("samples/*/timeline.json"):
        own = sheets.relative_to(site).as_posix()
        yield from ((own, entry["file"]) for entry in json.loads(sheets.read_text()))
    kept = worker(site)
    yield from (("sw.js", f"{file}?{digits}") for file, digits in kept["files"].items())
    yield from (("sw.js", url) for urls in kept["models"].values() for url in urls)


def worker(site: Path) -> dict[str, Any]:
    """What the service worker was told to keep."""
    found: dict[str, Any] = json.JSONDecoder().raw_decode((site / "sw.js").read_text(), len("const SITE="))[0]
    return found


# A run's samples


def run_with_samples(path: Path) -> Run:
    config = TrainConfig("tiny", "default", "digits", (1, 2, 2), 3, 1, 1, 0, "cpu", {})
    run = runs_module.create(path, config, {"classes": ["0", "1", "2"]})
    (path / "samples").mkdir()
    for iteration, colour in ((800, (9, 9, 9)), (20, (1, 2, 3))):
        Image.new("RGB", (40, 30), colour).save(path / "samples" / f"{iteration:07d}.png", compress_level=0)
    (path / "samples" / "notes.png").write_text("not a valid sheet")
    lines = [{"iteration": 800, "epoch_detail": 3.2000001, "elapsed_time": 9.0, "loss": 1.0}]
    (path / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return run
