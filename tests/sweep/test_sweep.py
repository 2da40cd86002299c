"""Sweeps: what a space may say, trials that are shared, left, failed and gone on with, and the report of them."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from ganzoo.errors import UsageError
from ganzoo.runs import run as runs
from ganzoo.sweep.space import Choice, Range, load, parse
from ganzoo.training import loop
from ganzoo.training import train as training

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.command import Done

SMALL = 'arch = "cnn"\nlimit = 64\nepochs = 1\nbatch_size = 32\nseed = 5\n'
ALPHA = "[space]\nalpha = { low = 1e-4, high = 1e-2, log = true }\n"
VALID: dict[str, Any] = {"arch": "dcgan-cond", "trials": 3, "space": {"clip": {"low": 0.0, "high": 1}}}


def write(path: Path, trials: int, rest: str = ALPHA, head: str = SMALL) -> Path:
    path.write_text(f"{head}trials = {trials}\n{rest}")
    return path


def found(done: Done) -> dict[str, Any]:
    assert done.out, done.err
    result: dict[str, Any] = json.loads(done.out)
    return result


def by_number(result: dict[str, Any]) -> list[dict[str, Any]]:
    return sorted(result["trials"], key=lambda trial: trial["number"])


def test_a_space_is_read_with_the_types_of_the_preset() -> None:
    space = parse(
        VALID
        | {
            "set": {"ema_decay": 1},
            "space": {
                "gen_alpha": {"low": 1e-4, "high": 1, "log": True},
                "noise_dims": {"low": 4, "high": 64},
                "discriminator": {"choices": ["planes", "class"]},
            },
        },
        "s.toml",
    )
    assert space.space == {
        "gen_alpha": Range(1e-4, 1.0, True, float),
        "noise_dims": Range(4, 64, False, int),
        "discriminator": Choice(("planes", "class")),
    }
    assert (space.arch, space.trials, space.seed, space.metric) == ("dcgan-cond", 3, 0, None)


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"trails": 3}, "'trails'"),
        ({"trials": "many"}, "'trials' is 'many'"),
        ({"trials": True}, "'trials' is True"),
        ({"trials": 0}, "'trials' is 0"),
        ({"epochs": -1}, "'epochs' is -1"),
        ({"arch": "dcgan"}, "'dcgan'"),
        ({"preset": "blogg"}, "'blogg'"),
        ({"metric": "main/loss"}, "'metric' and 'better'"),
        ({"metric": "main/loss", "better": "less"}, "'better' is 'less'"),
        ({"space": {}}, "[space]"),
        ({"space": {"klip": {"low": 0, "high": 1}}}, "'klip'"),
        ({"space": {"clip": [0, 1]}}, "'space.clip' is [0, 1]"),
        ({"space": {"clip": {"low": 0}}}, "'space.clip'"),
        ({"space": {"clip": {"low": 0, "high": 1, "step": 2}}}, "'space.clip'"),
        ({"space": {"clip": {"low": 1, "high": 0}}}, "'space.clip'"),
        ({"space": {"clip": {"low": 0.0, "high": float("inf")}}}, "'space.clip.high' is inf"),
        ({"space": {"clip": {"low": float("nan"), "high": 1}}}, "'space.clip.low' is nan"),
        ({"space": {"clip": {"low": -1.7e308, "high": 1.7e308}}}, "'space.clip'"),
        ({"space": {"clip": {"low": 0, "high": 16**5000}}}, "'space.clip.high' is a number of thousands of digits"),
        ({"space": {"clip": {"choices": [0.1, float("nan")]}}}, "'space.clip.choices' is nan"),
        ({"space": {"clip": {"choices": [n / 8 for n in range(100_000)]}}}, "'space.clip.choices' is [0.0, 0.125,"),
        ({"space": {"clip": {"choices": [0.1, 0.1]}}}, "'space.clip.choices' is [0.1, 0.1]"),
        ({"trials": 1_000_000}, "'trials' is 1000000"),
        ({"trials": 16**5000}, "'trials' is a number of thousands of digits"),
        ({"epochs": 2**60}, "'epochs' is 1152921504606846976"),
        ({"set": {"noise_dims": 16**5000}}, "'set.noise_dims' is a number of thousands of digits"),
        ({"space": {"clip": {"low": 0, "high": 1, "log": True}}}, "'space.clip.low' is 0"),
        ({"space": {"clip": {"low": 0, "high": 1, "log": 1}}}, "'space.clip.log' is 1"),
        ({"space": {"noise_dims": {"low": 4.5, "high": 8}}}, "'space.noise_dims.low' is 4.5"),
        ({"space": {"discriminator": {"low": 0, "high": 1}}}, "'space.discriminator'"),
        ({"space": {"discriminator": {"choices": []}}}, "'space.discriminator.choices' is []"),
        ({"space": {"discriminator": {"choices": [1]}}}, "'space.discriminator.choices' is 1"),
        ({"set": {"klip": 1}}, "'klip'"),
        ({"set": {"noise_dims": 1.5}}, "'set.noise_dims' is 1.5"),
        ({"set": {"clip": 0.1}}, "'clip' both in [set] and in [space]"),
    ],
)
def test_what_a_space_may_not_say_is_named(changed: dict[str, Any], named: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse(VALID | changed, "s.toml")
    assert named in raised.value.message and len(raised.value.message) < 200


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"#" * (2 << 20), "has more than 1,048,576 bytes"),
        (b"trials = " + b"9" * 5000, "is not valid TOML"),
        (b"trials = " + b"[" * 100_000, "is not valid TOML"),
        (b"\xff\xfe", "is not valid TOML"),
    ],
)
def test_a_file_that_nobody_wrote_by_hand_is_refused(content: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_bytes(content)
    with pytest.raises(UsageError, match=words):
        load(tmp_path / "s.toml")


@pytest.mark.parametrize("missing", ["arch", "trials", "space"])
def test_what_a_space_lacks_is_named(missing: str) -> None:
    with pytest.raises(UsageError, match=f"'{missing}'"):
        parse({key: value for key, value in VALID.items() if key != missing}, "s.toml")


@pytest.mark.slow
@pytest.mark.training
def test_a_sweep_reports_and_goes_on_to_more_trials_as_if_it_had_never_stopped(
    in_tmp: Path, ganzoo: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    whole = found(ganzoo("sweep", write(in_tmp / "whole.toml", 3), "--json"))
    part = found(ganzoo("sweep", write(in_tmp / "part.toml", 2), "--json"))
    assert len(part["trials"]) == 2
    done = ganzoo("sweep", write(in_tmp / "part.toml", 3))
    again = found(ganzoo("sweep", in_tmp / "part.toml", "--json"))

    def told(result: dict[str, Any]) -> list[tuple[Any, ...]]:
        return [(trial["values"], trial["score"], trial["state"]) for trial in by_number(result)]

    assert told(again) == told(whole) and [state for *_, state in told(whole)] == ["done"] * 3
    assert len({trial["values"]["alpha"] for trial in whole["trials"]}) == 3
    scores = [trial["score"] for trial in whole["trials"]]
    assert whole["metric"] == "eval/accuracy" and scores == sorted(scores, reverse=True)

    best = runs.load(in_tmp / whole["trials"][0]["run"])
    assert best.finished and best.config.hparams["alpha"] == whole["trials"][0]["values"]["alpha"]
    assert best.config.seed == 5 and max(entry["eval/accuracy"] for entry in best.log()) == scores[0]
    assert f"--set alpha={best.config.hparams['alpha']}" in whole["command"]
    assert all(len(line) <= 80 for line in done.out.splitlines()) and "eval/accuracy, highest first" in done.out
    assert whole["command"] in done.err
    with Image.open(in_tmp / "runs/sweeps/part/sweep.png") as plot:
        assert plot.format == "PNG" and plot.width > 800


@pytest.mark.slow
@pytest.mark.training
def test_trials_that_diverge_or_do_not_fit_are_told_and_the_others_go_on(
    in_tmp: Path, ganzoo: Callable[..., Done]
) -> None:
    space = "[space]\nalpha = { choices = [1e-3, 1e30] }\nshift = { choices = [0, -1] }\n"
    head = SMALL.replace("seed = 5", "seed = 1")  # of which the first four trials are the four pairs
    result = found(ganzoo("sweep", write(in_tmp / "s.toml", 4, space, head), "--json"))
    states = {(trial["values"]["alpha"], trial["values"]["shift"]): trial for trial in result["trials"]}
    assert {key: trial["state"] for key, trial in states.items()} == {
        (1e-3, 0): "done",
        (1e30, 0): "stopped",
        (1e-3, -1): "failed",
        (1e30, -1): "failed",
    }
    assert "NaN or infinite" in states[1e30, 0]["problem"] and "shift is -1" in states[1e-3, -1]["problem"]
    assert len(result["trials"]) == 4 and result["trials"][0]["state"] == "done"


@pytest.mark.slow
@pytest.mark.training
def test_ctrl_c_keeps_what_is_done_and_the_values_at_work_are_tried_again(
    in_tmp: Path, ganzoo: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    space = write(in_tmp / "s.toml", 3)
    with monkeypatch.context() as patched:
        goes_on, trainings = loop.Stop.__call__, set()

        def second_is_stopped(self: loop.Stop, trainer: Any) -> bool:
            trainings.add(id(trainer))
            self.interrupted = len(trainings) == 2
            return goes_on(self, trainer)

        patched.setattr(loop.Stop, "__call__", second_is_stopped)
        done = ganzoo("sweep", space, "--json")
    assert done.code == 130 and [trial["state"] for trial in found(done)["trials"]] == ["done"]
    stopped = runs.load(in_tmp / "runs/sweeps/s/0001").config.hparams["alpha"]
    result = by_number(found(ganzoo("sweep", space, "--json")))
    assert [(trial["number"], trial["state"]) for trial in result] == [(0, "done"), (2, "done"), (3, "done")]
    assert result[1]["values"]["alpha"] == stopped


@pytest.mark.slow
@pytest.mark.training
def test_an_interrupted_sweep_tries_what_an_uninterrupted_one_does(
    in_tmp: Path, ganzoo: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    values = "[space]\nalpha = { low = 1e-4, high = 1e-2 }\n"
    whole = by_number(found(ganzoo("sweep", write(in_tmp / "whole.toml", 4, values), "--json")))
    with monkeypatch.context() as patched:
        train, begun = training.train, []

        def second_is_stopped(*given: Any) -> Any:
            begun.append(0)
            if len(begun) == 2:
                raise KeyboardInterrupt
            return train(*given)

        patched.setattr(training, "train", second_is_stopped)
        assert ganzoo("sweep", write(in_tmp / "part.toml", 4, values), "--json").code == 130
    part = by_number(found(ganzoo("sweep", in_tmp / "part.toml", "--json")))
    assert [trial["values"] for trial in part] == [trial["values"] for trial in whole]
    assert [trial["number"] for trial in part] == [0, 2, 3, 4]


@pytest.mark.slow
@pytest.mark.training
def test_values_that_end_in_a_crash_are_not_tried_again(
    in_tmp: Path, ganzoo: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    space = write(in_tmp / "s.toml", 2)
    with monkeypatch.context() as patched:

        def crash(*given: Any) -> Any:
            raise ZeroDivisionError("by nought")

        patched.setattr(training, "train", crash)
        with pytest.raises(ZeroDivisionError):
            ganzoo("sweep", space)
    result = by_number(found(ganzoo("sweep", space, "--json")))
    assert [trial["state"] for trial in result] == ["failed", "done"]
    assert result[0]["problem"] == "ZeroDivisionError: by nought"


@pytest.mark.slow
@pytest.mark.training
def test_a_run_in_a_trials_place_ends_the_sweep_and_uses_no_trial_up(in_tmp: Path, ganzoo: Callable[..., Done]) -> None:
    space = write(in_tmp / "s.toml", 2)
    assert ganzoo("train", "cnn", "--limit", 64, "--epochs", 1, "--out", "out/0000").code == 0
    done = ganzoo("sweep", space, "--out", "out")
    assert done.code == 2 and "already holds a run" in done.err
    result = found(ganzoo("sweep", space, "--out", "out", "--json"))
    assert [trial["state"] for trial in result["trials"]] == ["done", "done"]


@pytest.mark.slow
@pytest.mark.training
def test_a_space_need_not_fit_the_presets_other_values(in_tmp: Path, ganzoo: Callable[..., Done]) -> None:
    head = 'arch = "wgan-gp"\nlimit = 64\nepochs = 1\nbatch_size = 32\n'
    rest = "[set]\nlatent_dim = 4\n[space]\nnoise_dims = { low = 1, high = 4 }\n"  # the preset's noise_dims is 8
    result = found(ganzoo("sweep", write(in_tmp / "s.toml", 1, rest, head), "--json"))
    assert [trial["state"] for trial in result["trials"]] == ["done"]


@pytest.mark.parametrize("text", ["a = " + "9" * 5000, "a = " + "[" * 5000, "a = ", "\udc80"])
def test_what_is_no_toml_is_told(text: str, in_tmp: Path, ganzoo: Callable[..., Done]) -> None:
    (in_tmp / "s.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    done = ganzoo("sweep", in_tmp / "s.toml")
    assert done.code == 2 and "is not valid TOML" in done.err


@pytest.mark.slow
@pytest.mark.training
def test_a_data_base_that_lacks_a_table_is_told(in_tmp: Path, ganzoo: Callable[..., Done]) -> None:
    space = write(in_tmp / "s.toml", 1)
    assert ganzoo("sweep", space, "--out", "out").code == 0
    with contextlib.closing(sqlite3.connect(in_tmp / "out" / "study.db")) as base:
        base.execute("ALTER TABLE trials RENAME TO trails")
        base.commit()
    done = ganzoo("sweep", space, "--out", "out")
    assert done.code == 2 and "is not a study" in done.err


DIES = """
import os, signal, sys
from ganzoo.training import train
begin, begun = train.train, []

def second_dies(*arguments):
    begun.append(0)
    if len(begun) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return begin(*arguments)

train.train = second_dies
from ganzoo.cli import main
main(sys.argv[1:])
"""


@pytest.mark.slow
def test_processes_share_trials_and_what_a_killed_one_had_is_tried_again(
    in_tmp: Path, ganzoo: Callable[..., Done]
) -> None:
    space = write(in_tmp / "s.toml", 5)
    pipe = subprocess.PIPE
    commands = (["-c", DIES], ["-m", "ganzoo"])
    processes = [
        subprocess.Popen(
            [sys.executable, *how, "sweep", str(space), "--json"], stdout=pipe, stderr=pipe, text=True, env=os.environ
        )
        for how in commands
    ]
    ends = [process.communicate(timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [-signal.SIGKILL, 0], ends
    taken = [
        {int(line.split()[1].rstrip(":")) for line in err.splitlines() if line.startswith("Trial ")} for _, err in ends
    ]
    assert len(taken[0]) == 2 and taken[1] and not taken[0] & taken[1]

    result = by_number(found(ganzoo("sweep", space, "--json")))
    assert len(result) == 5 and {trial["state"] for trial in result} == {"done"}
    assert len({trial["values"]["alpha"] for trial in result}) == 5
    killed = max(taken[0])
    assert killed not in {trial["number"] for trial in result}
    assert all((in_tmp / trial["run"] / "model.npz").exists() for trial in result)


@pytest.mark.slow
@pytest.mark.training
def test_another_sweep_in_the_same_folder_is_refused_by_what_differs(in_tmp: Path, ganzoo: Callable[..., Done]) -> None:
    assert ganzoo("sweep", write(in_tmp / "s.toml", 1), "--out", "out").code == 0
    done = ganzoo("sweep", write(in_tmp / "s.toml", 1, head=SMALL.replace("epochs = 1", "epochs = 2")), "--out", "out")
    assert done.code == 2 and "started with other values of: epochs." in done.err
    (in_tmp / "out" / "study.db").write_bytes(b"no data base at all" * 100)
    done = ganzoo("sweep", in_tmp / "s.toml", "--out", "out")
    assert done.code == 2 and "is not a study" in done.err
    assert (in_tmp / "out" / "study.db").read_bytes().startswith(b"no data base")


@pytest.mark.slow
@pytest.mark.training
def test_a_metric_that_no_log_has_ends_the_sweep_with_those_it_has(in_tmp: Path, ganzoo: Callable[..., Done]) -> None:
    head = SMALL + 'metric = "main/los"\nbetter = "min"\n'
    done = ganzoo("sweep", write(in_tmp / "s.toml", 3, head=head))
    assert done.code == 2 and "'main/los'" in done.err and "main/loss" in done.err
    head = SMALL + 'metric = "main/loss"\nbetter = "min"\n'
    result = found(ganzoo("sweep", write(in_tmp / "other.toml", 1, head=head), "--json"))
    (trial,) = result["trials"]
    assert trial["score"] == runs.load(in_tmp / trial["run"]).log()[-1]["main/loss"]


def test_without_optuna_the_way_to_get_it_is_told(
    in_tmp: Path, ganzoo: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    done = ganzoo("sweep", write(in_tmp / "s.toml", 1))
    assert done.code == 3 and "pip install optuna" in done.err and not (in_tmp / "runs").exists()
