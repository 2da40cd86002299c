"""The command line: each command reads its options, calls one function and prints its result.

Data goes to stdout, progress and messages to stderr. Exit codes: 0 success; 1 a check failed; 2 wrong usage; 3
something is missing on this machine; 130 interrupted by Ctrl-C, 143 by SIGTERM. Nothing heavy is imported before a
command runs.
"""

from __future__ import annotations

import re
import signal
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ganzoo.errors import GanzooError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

# Each of these modules adds its commands to the application when it is imported; `ganzoo --help` has their order.
COMMANDS = ("train", "runs", "export", "run", "site", "bench", "listing", "doctor")


INTERRUPTED = 128 + signal.SIGINT  # the exit code after Ctrl-C


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line. It always ends with `SystemExit` and an exit code."""
    from ganzoo.cli.app import app
    from ganzoo.cli.encoding import let_everything_be_printed
    from ganzoo.cli.errors import tell

    let_everything_be_printed()
    for name in COMMANDS:
        import_module(f"ganzoo.cli.{name}")
    arguments = list(sys.argv[1:] if argv is None else argv)
    terminated = []

    def terminate(number: int, frame: Any) -> None:
        terminated.append(number)
        raise KeyboardInterrupt  # all that Ctrl-C ends well, a browser or a sweep, then ends as well

    if argv is None:
        signal.signal(signal.SIGTERM, terminate)
    try:
        _refuse_empty(arguments)
        app(arguments, prog_name="ganzoo")
    except SystemExit as end:
        if terminated and end.code == INTERRUPTED:
            raise SystemExit(128 + signal.SIGTERM) from None
        raise
    except (GanzooError, OSError, MemoryError) as error:
        code = tell(error)
        if "--debug" in arguments:
            raise
        raise SystemExit(code) from None


def _refuse_empty(arguments: Sequence[str]) -> None:
    """Raise `UsageError` for an argument without a letter, as from a variable that is not set.

    A path of no letters would be the working directory.
    """
    for before, argument in zip(("", *arguments), arguments, strict=False):
        if not argument or re.fullmatch(r"--[a-z-]+=", argument):
            named = argument.rstrip("=") or before
            problem = f"{named} is empty." if named.startswith("-") else "An argument is empty."
            raise UsageError(problem, "Give it a value, or leave it out.")
