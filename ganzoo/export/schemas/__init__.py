"""JSON files that may come from anywhere, each held to the JSON schema of its kind, KIND.schema.json.

docs/decisions/0024-one-schema.md says why, and with which library.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganzoo.errors import DocumentError
from ganzoo.files import readable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jsonschema import Draft202012Validator, ValidationError

LARGEST = 2**22  # bytes; the runtime takes no more of a manifest either

# what is to be said where a keyword of a schema does not hold; {} is the keyword's value
MUST = {
    "type": "must be of the type {}",
    "const": "must be {}",
    "enum": "must be one of {}",
    "pattern": "must match the pattern {}",
    "minimum": "must be at least {}",
    "exclusiveMinimum": "must be above {}",
    "maximum": "must be at most {}",
    "minItems": "must have at least {} entries",
    "maxItems": "must have at most {} entries",
    "minProperties": "must have at least {} entries",
}


def read(path: Path, schema: str) -> dict[str, Any]:
    """The document in the file `path`. Raises `DocumentError` where it cannot be read or is not as `schema` says."""
    try:
        with readable(path).open("rb") as file:
            content = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise DocumentError(path, "", f"it cannot be read: {reason}") from error
    return parse(content, schema, path)


def parse(content: bytes, schema: str, path: Path) -> dict[str, Any]:
    """The document with the given `content`; `path` is the file's, for errors. Raises as `read` does.

    Numbers are read as a browser reads them: 2.0 is the integer 2, NaN and Infinity are none.
    """
    if len(content) > LARGEST:
        raise DocumentError(path, "", f"it is longer than {LARGEST:,} bytes")
    try:
        document = json.loads(content.decode("utf-8-sig"), parse_float=_number, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise DocumentError(path, "", f"it is not valid JSON: {error}") from error
    check(document, schema, path)
    return dict(document)


def check(document: Any, schema: str, path: Path) -> None:
    """Raise `DocumentError` where `document` is not as `schema` says; the error names the first wrong field."""
    validator = _validator(schema)
    known = validator.schema["properties"]["format"]["const"]
    found = document.get("format") if isinstance(document, dict) else None
    if type(found) is int and found != known:
        raise DocumentError(
            path,
            "format",
            f"its format is {found}, but this version of ganzoo reads format {known}",
            "Use the version of ganzoo that wrote it, or export again.",
        )
    error = next(validator.iter_errors(document), None)
    if error:
        raise DocumentError(path, *_said(error))


def field(path: Iterable[str | int]) -> str:
    """A place in a document as errors name it: inputs.0.name."""
    return ".".join(map(str, path))


@functools.cache
def _validator(schema: str) -> Draft202012Validator:
    from jsonschema import Draft202012Validator

    file = Path(__file__).with_name(f"{schema}.schema.json")
    return Draft202012Validator(json.loads(file.read_text(encoding="utf-8")))


def _said(error: ValidationError) -> tuple[str, str]:
    """The field of `error`, and what is wrong with it in words."""
    if error.validator == "required":
        missing = next(name for name in error.validator_value if name not in error.instance)
        place = field([*error.absolute_path, missing])
        return place, f"its field {place} is missing"
    place = field(error.absolute_path)
    where = f"its field {place}" if place else "its content"
    if "propertyNames" in error.absolute_schema_path:
        where = f"a name in {where}"
    must = MUST[str(error.validator)].format(error.validator_value)
    return place, f"{where} is {_shown(error.instance)} but {must}"


def _shown(value: Any) -> str:
    """A value in few characters; `repr` leaves no control characters."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else f"a list of {len(value)}"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _number(text: str) -> int | float:
    value = float(text)
    return int(value) if value.is_integer() else value


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not a valid number in JSON")
