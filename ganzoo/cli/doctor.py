"""`ganzoo doctor`."""

from __future__ import annotations

import typer

from ganzoo.cli import show
from ganzoo.cli.app import app
from ganzoo.cli.arguments import AsJson
from ganzoo.cli.help import LOOKING, command


@command(
    app,
    LOOKING,
    examples="""
# Check this machine
ganzoo doctor
""",
)
def doctor(as_json: AsJson = False) -> None:
    """Check whether this machine has what ganzoo needs, and say how to get what is missing.

    The exit code is 3 if something is missing without which training or export cannot work.
    """
    from ganzoo import doctor as examination

    findings = examination.examine()
    show.findings(findings, as_json)
    if any(finding.required and not finding.ok for finding in findings):
        raise typer.Exit(3)
