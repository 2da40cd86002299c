"""Standard output belongs to results: what plugins and libraries print while they work goes to standard error."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator

STDOUT, STDERR = 1, 2  # descriptors


@dataclass
class _Aside:
    """What `aside` has done to this process, which has one standard output for all its threads.

    `users` are the blocks that are running now; the first of them keeps `stdout`, the last one gives it back by `undo`.
    """

    lock: threading.Lock = field(default_factory=threading.Lock)
    users: int = 0
    stdout: TextIO | None = None
    undo: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)


_state = _Aside()


def results() -> TextIO:
    """Where results are written: standard output, within `aside` as well."""
    return _state.stdout or sys.stdout


@contextmanager
def aside() -> Iterator[None]:
    """Send to standard error whatever is printed in this block, by Python, by C code or by a child process.

    Only `results()` is still standard output.
    """
    with _state.lock:
        if not _state.users:
            _state.stdout = _state.undo.enter_context(_descriptor_aside())
            _state.undo.enter_context(contextlib.redirect_stdout(sys.stderr))
        _state.users += 1
    try:
        yield
    finally:
        with _state.lock:
            _state.users -= 1
            if not _state.users:
                _state.stdout = None
                _state.undo.close()


@contextmanager
def _descriptor_aside() -> Iterator[TextIO]:
    """Let the descriptor of standard output be that of standard error; yields a stream to where it led before."""
    stdout: TextIO | None = sys.stdout
    with contextlib.ExitStack() as undo:
        if stdout is None:  # Python found it closed
            yield undo.enter_context(Path(os.devnull).open("w", encoding="utf-8"))
            return
        with contextlib.suppress(OSError):  # one of them is closed
            stdout.flush()
            before = os.dup(STDOUT)
            undo.callback(os.close, before)
            os.dup2(STDERR, STDOUT)
            undo.callback(os.dup2, before, STDOUT)
            if _descriptor(stdout) == STDOUT:  # else it is a notebook's or a test's
                stdout = open(before, "w", encoding=stdout.encoding, errors=stdout.errors, closefd=False)  # noqa: SIM115
                undo.callback(_close, stdout)
        yield stdout


def _close(stream: TextIO) -> None:
    with contextlib.suppress(BrokenPipeError):  # nobody reads what is left
        stream.close()


def _descriptor(stream: TextIO) -> int | None:
    try:
        return stream.fileno()
    except (OSError, ValueError):
        return None
