"""Run a script that was written for WebDNN 1.2.11, unchanged, on today's Python: with all of ganzoo's patches."""

from __future__ import annotations

import runpy
import sys
import traceback
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from ganzoo.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path


def run(script: Path, arguments: Sequence[str], warn: Callable[[str], None]) -> int:
    """Run `script` with `arguments` as Python itself would, and return its exit code.

    Without a GPU, `to_gpu` leaves arrays and links where they are, and `warn` is told so once. What the script raises
    is shown as Python shows it. Raises `UsageError` if there is no such file.
    """
    if not script.is_file():
        raise UsageError(f"There is no file {script}.", "Name a Python script.")
    before = sys.argv, sys.path[0]
    sys.argv, sys.path[0] = [str(script), *arguments], str(script.absolute().parent)
    try:
        with _to_gpu_is_harmless(warn):
            runpy.run_path(str(script), run_name="__main__")
    except Exception as error:
        own = [frame for frame in traceback.extract_tb(error.__traceback__) if "runpy" not in frame.filename]
        lines = traceback.format_list(own[1:]) + traceback.format_exception_only(error)
        print("Traceback (most recent call last):\n" + "".join(lines), end="", file=sys.stderr)
        return 1
    finally:
        sys.argv, sys.path[0] = before
    return 0


@contextmanager
def _to_gpu_is_harmless(warn: Callable[[str], None]) -> Iterator[None]:
    """Let Chainer's ways to a GPU leave everything on the CPU where there is no GPU."""
    import chainer
    from chainer.backends import cuda

    if cuda.available:
        yield
        return
    warned: list[Any] = []

    def same(thing: Any, *_: Any, **__: Any) -> Any:
        if not warned:
            warned.append(thing)
            warn("This machine has no GPU that Chainer can use: to_gpu leaves everything on the CPU.")
        return thing

    def no_device(*_: Any) -> Any:
        return cuda.DummyDevice

    replaced: list[tuple[Any, str, Callable[..., Any]]] = [
        *((owner, "to_gpu", same) for owner in (chainer.Link, chainer.Variable, cuda)),
        *((cuda, name, no_device) for name in ("get_device", "get_device_from_id")),
    ]
    with ExitStack() as undo:
        for owner, name, function in replaced:
            undo.callback(setattr, owner, name, getattr(owner, name))
            setattr(owner, name, function)
        yield
