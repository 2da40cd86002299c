"""The differences between two runs: hyper-parameters, data, scores, time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ganzoo.training.extensions import scored
from ganzoo.training.report import facts
from ganzoo.training.report.curves import CLOCK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ganzoo.runs.run import Run

    Sections = Mapping[str, Mapping[str, Any]]


def compare(a: Run, b: Run) -> dict[str, dict[str, tuple[Any, Any]]]:
    """The differences by section: the values of `a` and `b` by key, None if a run has none."""
    ours, theirs = sections(a), sections(b)
    return {
        section: {
            key: (values.get(key), theirs[section].get(key))
            for key in dict.fromkeys((*values, *theirs[section]))
            if values.get(key) != theirs[section].get(key)
        }
        for section, values in ours.items()
    }


def sections(run: Run) -> Sections:
    """Everything of a run that is compared."""
    config, told, log, best = run.config, run.provenance, run.log(), run.best()
    metrics = facts.metrics(run)
    last = log[-1] if log else {}
    seconds, epochs = last.get("elapsed_time", 0.0), last.get("epoch_detail", 0.0)
    images = told.get("n_images")
    return {
        "recipe": {
            "arch": config.arch,
            "preset": config.preset,
            **{key: value for key, (value, _) in facts.recipe(run).items()},
            "seed": config.seed,
        },
        "data": {
            "dataset": config.dataset,
            "training images": images,
            "shape": "x".join(map(str, config.shape)),
            "classes": config.n_classes,
            "SHA-256": str(told.get("data_sha256"))[:12],
        },
        "scores": {
            **({f"best {best.key}": best.score, "best at epoch": best.epoch} if best else {}),
            **{f"last {key}": value for key, value in last.items() if key not in CLOCK and scored(key)},
            **(
                {f"ganzoo eval: {each.name}": each.value for each in metrics.scores}
                if metrics and metrics.current
                else {}
            ),
            **{f"last {key}": value for key, value in last.items() if key not in CLOCK and not scored(key)},
        },
        "time": {
            "finished": run.finished,
            "epochs done": epochs,
            "iterations": last.get("iteration"),
            "seconds": seconds,
            # for a resumed training, these are the seconds of all its parts
            "images/s": images * epochs / seconds if isinstance(images, int) and seconds else None,
            **{key: value for key, value in facts.origin(run).items() if key in ("device", "machine", "versions")},
        },
    }
