"""`--help` of every command: readable on 80 columns, with examples that can be typed."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
import typer.main
from typer.core import TyperGroup

from ganzoo.archs.cnn import ARCH
from ganzoo.cli import COMMANDS
from ganzoo.cli.app import app
from ganzoo.sweep import space
from ganzoo.training import loop
from ganzoo.training.options import TrainOptions, configure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.command import Done

for _name in COMMANDS:
    import_module(f"ganzoo.cli.{_name}")
ROOT = typer.main.get_command(app)


def walk(command: Any = ROOT, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, command
    for name, each in getattr(command, "commands", {}).items():
        yield from walk(each, (*path, name))


COMMANDS_BY_PATH = dict(walk())
each_command = pytest.mark.parametrize("path", COMMANDS_BY_PATH, ids=lambda path: " ".join(path) or "ganzoo")


def context(command: Any, name: str, words: list[str], parent: Any = None) -> Any:
    """What the command line `words` are parsed to; nothing is run. Raises Click's error for what is wrong in them."""
    made = command.make_context(name, words, parent=parent)
    if not isinstance(command, TyperGroup):
        return made
    rest = [*made._protected_args, *made.args]
    name, sub, rest = command.resolve_command(made, rest)
    return context(sub, name, rest, made)


@pytest.fixture
def help_of(ganzoo: Callable[..., Done], monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    return lambda path: ganzoo(*path, "--help").out


@each_command
def test_help_reads_well_on_80_columns(path: tuple[str, ...], help_of: Callable[..., str]) -> None:
    text = help_of(path)
    assert max(map(len, text.splitlines())) <= 80
    assert "<bool>" not in text and "[default: (" not in text
    examples = text.partition("Examples:")[2].rstrip()
    assert examples, "no examples"
    written = COMMANDS_BY_PATH[path].epilog.replace("\\[", "[").partition("Examples:")[2].rstrip()
    assert [line.strip() for line in examples.splitlines()] == [line.strip() for line in written.splitlines()]


@each_command
def test_every_option_is_described_in_sentences(path: tuple[str, ...]) -> None:
    command = COMMANDS_BY_PATH[path]
    for described in (command, *command.params):
        text = re.sub(r" \[dim\].*", "", described.help)
        assert text[0].isupper() and text.endswith("."), f"{described.name}: {text}"


@each_command
def test_examples_are_command_lines(path: tuple[str, ...]) -> None:
    lines = [line for line in COMMANDS_BY_PATH[path].epilog.splitlines() if re.match(r"(mpiexec .*)?ganzoo ", line)]
    assert lines
    for line in lines:
        words = shlex.split(line.rpartition("ganzoo ")[2])
        with contextlib.redirect_stdout(io.StringIO()) as out:
            try:
                context(ROOT, "ganzoo", words)
            except typer.Exit:
                assert words[-1] == "--help", out.getvalue()


def test_the_example_of_a_sweep_is_one(tmp_path: Path) -> None:
    _, _, example = COMMANDS_BY_PATH["sweep",].epilog.replace("\\[", "[").partition("# lr.toml")
    file = tmp_path / "lr.toml"
    file.write_text(f"# {example}")
    found = space.load(file)
    assert found.trials == 20 and set(found.space) == {"gen_alpha", "noise_dims", "discriminator"}


def test_defaults_in_words_are_those_in_force(help_of: Callable[..., str]) -> None:
    text = " ".join(re.sub(r"[│\n]", " ", help_of(("train",))).split())
    config, data = configure(ARCH, TrainOptions())
    for option, default in (
        ("--dataset", config.dataset),
        ("--seed", str(config.seed)),
        ("--keep", str(loop.KEEP)),
        ("--limit", "all"),
        ("--epochs", "the preset's"),
        ("--device", "auto"),
    ):
        assert re.search(rf" {option} [^│]*?\[default: ([^]]*)\]", text)[1] == default, option  # type: ignore[index]
    assert config.limit is None and len(data.train_x) > 1000
