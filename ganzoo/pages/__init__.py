"""Pages that browsers are sent to, to verify, to time, to wait; what of them is needed is served beside each."""

from __future__ import annotations

from pathlib import Path

PAGES = Path(__file__).parent
RUNNERS = PAGES / "runners"  # for each layout of an export a folder, whose runner.js loads its files
