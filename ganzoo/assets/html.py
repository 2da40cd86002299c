"""Render HTML with Jinja2. Every value is escaped, except those that a template calls `safe`, which this package made.

A page has no control characters, whatever the values contain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganzoo.text import visible

if TYPE_CHECKING:
    from pathlib import Path


def render(template: Path, **values: object) -> str:
    """Render a template, which may include and extend those beside it. It fails if a value is missing."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(template.parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return visible(environment.get_template(template.name).render(values))
