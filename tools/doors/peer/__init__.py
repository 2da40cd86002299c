"""A made-up peer: a library that has no word for any operator."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from ganzoo.bench.peers import Peer
from ganzoo.errors import UnsupportedOperatorError

if TYPE_CHECKING:
    from ganzoo.bench.peers import Source


def write(source: Source, backend: str, folder: Path) -> NoReturn:
    raise UnsupportedOperatorError(f"The library has no words for {source.network.name}.")


PEER = Peer(
    name="made-up",
    folder=Path(__file__).parent,
    package="is-number",
    code={"webassembly": {"index.js": "is-number/index.js"}},
    write=write,
)
