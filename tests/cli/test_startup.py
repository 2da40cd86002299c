"""`ganzoo --help` answers at once: nothing heavy is imported before a command runs."""

from __future__ import annotations

import subprocess
import sys

import pytest

HELP = "from ganzoo.cli import main; main(['--help'])"
FLOOR = "import typer, rich.console"  # what every command line in Typer and Rich pays
HEAVY = (
    "chainer",
    "numpy",
    "PIL",
    "scipy",
    "matplotlib",
    "starlette",
    "uvicorn",
    "asyncio",
    "importlib.metadata",
    "jinja2",
    "minify",
    "tree_sitter",
)
TURNS = 8
MOST = 2.5  # times the floor


def cpu_seconds(code: str) -> float:
    """The processor time that a fresh Python takes for `code`: waiting for other processes does not count."""
    resource = pytest.importorskip("resource", reason="Windows does not count the time of child processes")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return float(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)


@pytest.mark.slow
def test_help_takes_little_more_than_typer_and_rich() -> None:
    turns = [(cpu_seconds(HELP), cpu_seconds(FLOOR)) for _ in range(TURNS)]
    help_, floor = (min(times) for times in zip(*turns, strict=True))
    assert help_ <= MOST * floor


def test_help_imports_nothing_heavy() -> None:
    code = (
        f"import sys\ntry:\n    {HELP.replace('; ', chr(10) + '    ')}\nfinally:\n    print('imported', *sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    imported = set(done.stdout.rpartition("imported")[2].split())
    assert "ganzoo.cli.bench" in imported
    assert not imported & set(HEAVY)
