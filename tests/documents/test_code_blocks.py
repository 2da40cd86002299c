"""Every block of code in the documents runs, or says here why it cannot.

JavaScript and HTML run in a browser: tests/pages/test_documents.py.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.documents import (
    blocks,
    commands_in_blocks,
    commands_in_messages,
    commands_in_texts,
    shorten_trainings,
)
from tests.support.places import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

RUN = {"python", "js", "html", "sh", "toml", "json"}
NOT_RUN = {
    "nginx": "no nginx here; tests/site/test_hosts.py compares its headers with those of every other host",
    "caddyfile": "no Caddy here; likewise",
    "text": "no code: a diagram, a list of files, a signature",
}
# words that begin a line of a shell block, besides `ganzoo` and `make`, whose lines are held to what they call
OTHER_COMMANDS = {"python", "pip"}


def test_all_code_is_in_fences_that_name_its_language() -> None:
    unknown = {block.place: block.language for block in blocks() if block.language not in RUN | NOT_RUN.keys()}
    assert not unknown
    assert {"python", "js", "html", "sh"} <= {block.language for block in blocks()}


# options that act while they are read, and words that stand for others
AT_ONCE = {"--help", "-h", "--version", "--install-completion", "--show-completion", "COMMAND", "..."}
# what a text may leave out that names a command or an option without running it
LEFT_OUT = re.compile(r"Missing argument|requires an argument")


def wrong(words: list[str], whole: bool) -> str:
    """Why the command line would refuse `words`, read as it reads them; empty where it takes them. Nothing is run.

    `whole` is False for a mention, which need not have every argument.
    """
    import typer

    from ganzoo.cli import COMMANDS
    from ganzoo.cli.app import app

    for name in COMMANDS:
        import_module(f"ganzoo.cli.{name}")
    words = [word for word in words if word not in AT_ONCE]
    if not words:
        return ""
    command: Any = typer.main.get_command(app)
    try:
        context = command.make_context("ganzoo", words)
        while hasattr(command, "resolve_command"):  # a group of commands
            name, command, words = command.resolve_command(context, [*context._protected_args, *context.args])
            context = command.make_context(name, words, parent=context)
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        problem = error.format_message()
        return "" if LEFT_OUT.search(problem) and not whole else problem
    return ""


@pytest.mark.parametrize(
    ("words", "refused"),
    [
        (["train", "cnn", "--epochs", "2"], False),
        (["runs", "compare", "A", "B"], False),
        (["train", "cnn", "--epoch", "2"], True),
        (["runs", "compare", "A"], True),
        (["evaluate"], True),
        (["export", "--weights", "f8"], True),
    ],
)
def test_the_parser_tells_right_from_wrong(words: list[str], refused: bool) -> None:
    assert bool(wrong(words, whole=True)) == refused


@pytest.mark.slow
def test_every_command_of_a_shell_block_runs_as_it_stands() -> None:
    found = {place: wrong(words, whole=True) for place, words in commands_in_blocks()}
    assert len(found) >= 6
    assert not {place: problem for place, problem in found.items() if problem}


@pytest.mark.slow
@pytest.mark.parametrize("of", [commands_in_texts, commands_in_messages], ids=["documents", "messages"])
def test_every_command_that_a_text_names_is_one_that_ganzoo_takes(of: Callable[[], Iterator[Any]]) -> None:
    found = [(place, wrong(words, whole=False)) for place, words in of()]
    assert len(found) > 30
    assert not [(place, problem) for place, problem in found if problem]


def test_every_other_line_of_a_shell_block_is_known() -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for block in blocks("sh"):
        for line in block.text.splitlines():
            words = shlex.split(line, comments=True)
            if not words or "ganzoo" in words:
                continue
            if words[0] == "make":
                assert words[1] in targets, f"{block.place}: {line}"
            else:
                assert words[0] in OTHER_COMMANDS, f"{block.place}: {line}"


@pytest.mark.parametrize("block", [*blocks("toml"), *blocks("json")], ids=lambda block: block.place)
def test_data_is_well_formed(block: Any) -> None:
    assert tomllib.loads(block.text) if block.language == "toml" else json.loads(block.text)


PYTHON = {block.document: [] for block in blocks("python")}
for _block in blocks("python"):
    PYTHON[_block.document].append(_block)


@pytest.mark.training
@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("document", PYTHON, ids=lambda path: path.name)
def test_python_runs_in_the_order_of_the_document(
    document: Path, in_tmp: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shorten_trainings(monkeypatch)
    shutil.copy(ROOT / "tests" / "data" / "onnx" / "torch-classifier.onnx", in_tmp / "model.onnx")
    namespace: dict[str, Any] = {"__name__": "example"}
    for block in PYTHON[document]:
        exec(compile(block.text, block.place, "exec"), namespace)
    if document.name == "python.md":
        printed = capsys.readouterr().out
        assert "(4, 2, 1, 28, 28)" in printed and "generator webassembly f16 True" in printed
        assert "There is no class in" in printed and "Known: 0, 1" in printed
    if document.name in ("README.md", "python.md"):
        assert (in_tmp / "site" / "index.html").exists()
