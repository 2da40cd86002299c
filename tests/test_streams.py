"""Standard output is for results; what plugins and files of others say cannot steer a terminal or break a page."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from xml.etree import ElementTree

import pytest
from matplotlib.figure import Figure

from ganzoo.charts.svg import inline
from ganzoo.cli import console
from ganzoo.cli.terminal import Terminal
from ganzoo.streams import aside, results
from ganzoo.tables import table
from ganzoo.text import visible

HOSTILE = "a\x1b[31m\x1b]0;title\x07b\x9b2Jc\x7fd\re\x00\ud800"


def test_what_steers_a_terminal_is_made_visible() -> None:
    assert visible(HOSTILE) == "a?[31m?]0;title?b?2Jc?d?e??"
    assert visible("tab\there\nand ハート, 🎨, é") == "tab\there\nand ハート, 🎨, é"


def test_text_does_not_steer_the_terminal_that_rich_colours() -> None:
    shown = io.StringIO()
    terminal = Terminal(file=shown, force_terminal=True, color_system="standard", width=60, highlight=False)
    terminal.print(HOSTILE, style="red", markup=False)
    terminal.print(table(("name", HOSTILE), [[HOSTILE, "x"]], title=HOSTILE))
    with terminal.status(HOSTILE):
        pass
    told = shown.getvalue()
    assert "\x1b[31ma?[31m?]0;title" in told  # Rich's own colour, and what it was given as text
    assert not any(hostile in told for hostile in ("\x1b]0", "\x9b", "\x07", "\x00", "\x1b[31m\x1b"))


def test_json_escapes_what_steers_a_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    console.print_json({HOSTILE: "ハート"})
    told = capfd.readouterr().out
    assert json.loads(told) == {HOSTILE: "ハート"} and "ハート" in told
    assert visible(told) == told


def test_a_chart_takes_any_label() -> None:
    figure = Figure()
    axes = figure.subplots()
    axes.plot([0, 1], label=f"{HOSTILE[:-1]}\ufffe")  # Matplotlib refuses halves of surrogate pairs itself
    axes.legend()
    svg = inline(figure, "seed", HOSTILE, HOSTILE)
    assert ElementTree.fromstring(svg).tag == "svg" and visible(svg) == svg


@pytest.mark.posix
def test_only_results_reach_standard_output() -> None:
    """Python, C and child processes are kept from it, and afterwards it is what it was."""
    code = """if True:
        import os, subprocess, sys
        from ganzoo.streams import aside, results
        print("before")
        with aside():
            print("python")
            os.write(1, b"c\\n")
            subprocess.run(["echo", "child"])
            with aside():
                print("result", file=results())
        print("after")
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "before\nresult\nafter\n"
    assert sorted(done.stderr.split()) == ["c", "child", "python"]


@pytest.mark.posix
def test_blocks_of_several_threads_give_standard_output_back() -> None:
    code = """if True:
        import threading
        from ganzoo.streams import aside
        inside, leave = threading.Event(), threading.Event()
        def work():
            with aside():
                inside.set()
                leave.wait()
        thread = threading.Thread(target=work)
        thread.start()
        inside.wait()
        with aside():
            leave.set()
            thread.join()
            print("aside")
        print("result")
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("result\n", "aside\n")


@pytest.mark.posix
@pytest.mark.parametrize("ways", [">&-", "2>&-", ">&- 2>&-", "| true"])
def test_closed_streams_do_no_harm(ways: str) -> None:
    code = "import sys; from ganzoo.streams import aside, results\nwith aside(): print('x' * 99, file=results())"
    done = subprocess.run(["sh", "-c", f'"$0" -c "$1" {ways}', sys.executable, code], capture_output=True, text=True)
    assert done.stderr == "" and done.returncode == 0


def test_a_stream_without_a_descriptor_is_kept_for_results(monkeypatch: pytest.MonkeyPatch) -> None:
    """A notebook's."""
    notebook = io.StringIO()
    monkeypatch.setattr(sys, "stdout", notebook)
    with aside():
        print("aside")
        os.write(1, b"aside")
        print("result", file=results())
    print("after")
    assert notebook.getvalue() == "result\nafter\n"
