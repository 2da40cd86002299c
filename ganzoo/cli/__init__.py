"""The command line: each command reads its options, calls one function and shows what comes back.

Data goes to stdout, progress and messages to stderr. Exit codes: 0 done; 1 a check did not hold; 2 wrong
use; 3 something is missing on this machine; 130 interrupted. Nothing heavy is imported before a command runs.
"""

from __future__ import annotations

import signal
import sys
from contextlib import nullcontext
from importlib import import_module
from typing import TYPE_CHECKING

from ganzoo.errors import GanzooError
from ganzoo.streams import aside

if TYPE_CHECKING:
    from collections.abc import Sequence

# Each of these modules adds its commands to the application when it is imported; `ganzoo --help` has their order.
COMMANDS = ("listing", "train", "runs", "export", "bench", "site", "doctor")


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line; every end is a `SystemExit` with its code."""
    from ganzoo.cli.app import app
    from ganzoo.cli.errors import tell

    for name in COMMANDS:
        import_module(f"ganzoo.cli.{name}")
    arguments = list(sys.argv[1:] if argv is None else argv)
    if argv is None:
        # a plain SIGTERM would end this process without closing the browser that it started
        signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        with aside() if "--json" in arguments else nullcontext():  # a document is spoilt by a line of a plugin's
            app(arguments, prog_name="ganzoo")
    except (GanzooError, OSError, MemoryError) as error:
        code = tell(error)
        if "--debug" in arguments:
            raise
        raise SystemExit(code) from None
