"""Put the table of a manifest's fields, which its JSON schema describes, into docs/bundle.md between its two marks.

.venv/bin/python tools/bundle_fields.py
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganzoo.export import schemas
from ganzoo.files import write_text

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = Path(schemas.__file__).with_name("manifest.schema.json")
PAGE = Path(__file__).parents[1] / "docs" / "bundle.md"
BLOCK = re.compile(r"<!-- fields -->\n.*?<!-- /fields -->", re.DOTALL)


def table() -> str:
    """The block, marks included."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    rows = [f"| {field} | {what} |" for field, what in _rows(schema, schema["$defs"], "", set())]
    return "\n".join(["<!-- fields -->", "| field | what it is |", "|---|---|", *rows, "<!-- /fields -->"])


def _rows(schema: dict[str, Any], definitions: dict[str, Any], place: str, told: set[str]) -> Iterator[tuple[str, str]]:
    """A row for each named field below `schema`; what several fields share, named in `told`, is described once."""
    reference = schema.get("$ref", "").rpartition("/")[2]
    if reference in told:
        return
    if reference:
        told.add(reference)
        schema = definitions[reference]
    for name, own in schema.get("properties", {}).items():
        field = f"{place}.{name}" if place else name
        optional = "" if name in schema["required"] else "Optional. "
        yield f"`{field}`", optional + own["description"]
        yield from _rows(own, definitions, field, told)
    if "items" in schema:
        yield from _rows(schema["items"], definitions, f"{place}[]", told)
    if "additionalProperties" in schema:
        yield from _rows(schema["additionalProperties"], definitions, f"{place}.*", told)


def main() -> None:
    text = PAGE.read_text(encoding="utf-8")
    write_text(PAGE, BLOCK.sub(lambda found: table(), text))


if __name__ == "__main__":
    main()
