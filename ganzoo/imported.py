"""Networks that were trained elsewhere, as subjects of an export: read by the frontend that knows their kind."""

from __future__ import annotations

import hashlib
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganzoo import card as cards
from ganzoo import plugins, provenance
from ganzoo.card import Card
from ganzoo.errors import UnknownNameError, UsageError
from ganzoo.export.subject import Imported
from ganzoo.files import readable
from ganzoo.lookup import run_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ganzoo.specs import Frontend, Network, Source


def load(
    source: Source,
    card: Path | None,
    inputs: Sequence[str],
    frontend: str | None,
    noise: str | None = None,
    alone: bool = False,
) -> Imported:
    """The networks in `source`, as `card`, `inputs` ("x=1x28x28:image"), `noise` and `alone` tell of them.

    Without `card` it is the file beside the network that has its name and the suffix .toml, if there is one.
    `frontend` names who reads it; by default, the one whose files have such names. Raises `UnknownNameError` where no
    frontend has, and whatever the frontend raises.
    """
    path = card or _beside(source.target)
    return read(source, (cards.read(path) if path else Card()).with_options(inputs, noise, alone), frontend)


def read(source: Source, told: Card, frontend: str | None = None) -> Imported:
    """The networks in `source`, of which `told` tells. Raises as `load` does."""
    reader = plugins.FRONTENDS.get(frontend) if frontend else _frontend(source.target)
    networks = plugins.read(reader, source, told)
    files = {"source": Path(source.target).name}
    if source.snapshot:
        digest = hashlib.sha256(readable(source.snapshot).read_bytes()).hexdigest()
        files |= {"snapshot": source.snapshot.name, "snapshot_sha256": digest}
    return subject(networks, told, reader.name, files)


def subject(networks: Sequence[Network], card: Card, frontend: str, files: Mapping[str, Any]) -> Imported:
    """`networks` that `frontend` has read, named by `card` or by the first of them; `files` says from where.

    Raises `UsageError` where `card` names more classes than a network has, or fewer, or noise that no network draws.
    """
    for network in networks:
        _check_classes(network, card.classes)
    if card.noise and not any(spec.name == card.noise for network in networks for spec in network.inputs):
        problem = f"The network {networks[0].name} draws no noise in its forward pass."
        raise UsageError(problem, "Leave out --noise, or noise in the card.")
    if card.alone:
        networks = [replace(network, alone=True) for network in networks]
    name = card.name or networks[0].name
    origin = {"arch": name, "frontend": frontend, **files}
    made = {"date": provenance.now(), "versions": provenance.versions()}
    notes = " ".join(network.note for network in networks if network.note)
    noted = {"note": notes} if notes else {}
    return Imported(name, networks, origin, {**made, **noted, **card.provenance()})


def _check_classes(network: Network, classes: Sequence[str]) -> None:
    """Raise `UsageError` where the values of an output or of a one-hot input are not one for each of `classes`."""
    sizes = {
        **{spec.name: spec.shape for spec in network.outputs if spec.meaning in ("logits", "probabilities")},
        **{spec.name: spec.shape for spec in network.inputs if spec.meaning == "onehot"},
        **{part.name: (part.size,) for spec in network.inputs for part in spec.parts if part.meaning == "onehot"},
    }
    if classes and sizes and (len(classes),) not in sizes.values():
        told = ", ".join(f"'{name}' has {math.prod(shape):,}" for name, shape in sizes.items())
        problem = f"{len(classes):,} classes are named, but of the values of {network.name} {told}."
        raise UsageError(problem, "Name each class once, in the order of the values.")


def _frontend(target: str) -> Frontend:
    broken: list[str] = []
    frontends = plugins.FRONTENDS.working(broken.append)
    for frontend in frontends:
        if frontend.reads(target):
            return frontend
    if Path(target).is_file():
        ends = ", ".join(end for frontend in frontends for end in frontend.suffixes)
        problem = f"No frontend reads {target}: they read files that end in {ends}."
        raise UsageError(problem, " ".join([*broken, "Name who reads it with --frontend, or name another file."]))
    raise UnknownNameError("run", target, run_names())


def _beside(target: str) -> Path | None:
    """The card beside the file that `target` names, or names something in; None where there is none."""
    file = Path(re.sub(r":[\w.]*$", "", target))
    card = file.with_suffix(".toml") if file.is_file() else None
    return card if card and card.is_file() else None
