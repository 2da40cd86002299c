"""The section of docs/results.md on classifiers of colour pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HEADINGS = ("recipe, library", "CPU seconds", "threads", "steps", "epochs", "test accuracy")


def rows(records: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """A row of the table for each record, under `HEADINGS`."""
    return [
        [
            f"`{each['row']}`",
            f"{each['cpu_seconds']:.0f}",
            str(each["threads"]),
            str(each["steps"]),
            f"{each['epochs']:.1f}",
            f"{each['accuracy']:.1%}",
        ]
        for each in records
    ]


def conditions(records: Sequence[Mapping[str, Any]]) -> str:
    """On what the networks of `records` were trained and judged, and how busy the machine was."""
    data = sorted({_data(each) for each in records})
    cpus = sorted({f"{each['machine']['cpu']}, {each['machine']['cores']} cores" for each in records})
    loads = [load for each in records for load in each["load_average"]]
    return (
        f"Trained on {'; '.join(data)}; one seed each. Every training has the CPU time that is named, and its learning "
        f"rate falls to the end of it. {'; '.join(cpus)}; load average {min(loads):.1f} to {max(loads):.1f}.\n"
    )


def _data(record: Mapping[str, Any]) -> str:
    _, height, width = record["shape"]
    return (
        f"{record['train_pictures']} pictures of {width}x{height} in {record['classes']} classes, "
        f"judged on {record['test_pictures']} others"
    )
