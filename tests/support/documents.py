"""The code in the documents: blocks by language, commands in the text, and trainings short enough to run them all."""

from __future__ import annotations

import ast
import functools
import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt

from tests.support.places import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

DOCUMENTS = [ROOT / "README.md", *sorted(ROOT.glob("[A-Z]*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
DOCUMENTS = list(dict.fromkeys(DOCUMENTS))


@dataclass(frozen=True)
class Block:
    """A block of code. `place` is FILE:LINE; `language` is empty where the document names none."""

    document: Path
    place: str
    language: str
    text: str


def blocks(language: str | None = None) -> Iterator[Block]:
    """The blocks of all documents, or those of one language."""
    for document in DOCUMENTS:
        for token in _tokens(document):
            if token.type in ("fence", "code_block"):
                found = token.info.strip()
                if language in (None, found):
                    place = f"{document.relative_to(ROOT).as_posix()}:{token.map[0] + 1}"
                    yield Block(document, place, found, token.content)


def commands_in_blocks() -> Iterator[tuple[str, list[str]]]:
    """Every command line of ganzoo's in a block, with its place: the words after `ganzoo`."""
    for block in blocks("sh"):
        for line in block.text.splitlines():
            words = shlex.split(line, comments=True)
            if "ganzoo" in words:
                yield f"{block.place}: {line}", words[words.index("ganzoo") + 1 :]


def commands_in_texts() -> Iterator[tuple[str, list[str]]]:
    """Every command of ganzoo's that a sentence or a table of the documents names, likewise."""
    for document in DOCUMENTS:
        for token in _tokens(document):
            for child in token.children or ():
                if child.type == "code_inline" and child.content.startswith(("ganzoo ", "mpiexec ")):
                    # [RUN] and --set key=value stand for what a reader puts there
                    words = shlex.split(child.content.replace("[", "").replace("]", ""))
                    yield f"{document.name}: {child.content}", words[words.index("ganzoo") + 1 :]


# 'ganzoo list runs' shows them; Finish it with: ganzoo train ARCH --resume --out X
IN_MESSAGE = re.compile(r"(?:'|`|with(?: it)?: )(ganzoo [^'`\n]+)")


def commands_in_messages() -> Iterator[tuple[str, list[str]]]:
    """Every command that an error, a help text or a docstring of the package names, likewise; X stands for values."""
    for source in sorted((ROOT / "ganzoo").rglob("*.py")):
        tree = ast.parse(source.read_text(encoding="utf-8"))
        of_joined = {part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in ast.walk(tree):
            text = ""
            if isinstance(node, ast.JoinedStr):
                text = "".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in of_joined:
                text = node.value
            for found in IN_MESSAGE.findall(text):
                words = found.rstrip(".").split()
                yield f"{source.relative_to(ROOT).as_posix()}:{node.lineno}", words[1:]


@functools.cache
def _tokens(document: Path) -> list[Any]:
    return MarkdownIt().enable("table").parse(document.read_text(encoding="utf-8"))


def shorten_trainings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `ganzoo.train` see less: what the documents type then runs as it stands, in seconds."""
    from ganzoo.api import runs

    train = runs.train
    short = {"epochs": 2, "limit": 96, "batch_size": 32}
    monkeypatch.setattr(runs, "train", lambda arch, **options: train(arch, **{**options, **short}))
