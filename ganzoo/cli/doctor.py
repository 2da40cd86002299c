"""`ganzoo doctor`."""

from __future__ import annotations

import typer

from ganzoo.cli import show
from ganzoo.cli.app import app
from ganzoo.cli.arguments import AsJson


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Show what this machine has and lacks, with remedies. Exits 3 when training or export cannot work."""
    from ganzoo import doctor as examination

    findings = examination.examine()
    show.findings(findings, as_json)
    if any(finding.required and not finding.ok for finding in findings):
        raise typer.Exit(3)
