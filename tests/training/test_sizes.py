"""Values that ask for more memory than there is are refused before it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.command import Done


@pytest.mark.parametrize(
    ("arch", "assignment", "words"),
    [
        ("dcgan-cond", "latent_dim=1000000000", "latent_dim is 1,000,000,000. It is at most 16,384."),
        ("wgan-gp", "latent_dim=16385", "latent_dim is 16,385."),
        ("cnn", "shift=1000000000", "shift is 1,000,000,000. It is a number of pixels from 0, which is none, to 28."),
        ("wgan-gp", f"critic_steps=1{'0' * 400}", "is not a valid int."),
    ],
)
def test_a_hyper_parameter_beyond_all_memory_is_refused(
    arch: str, assignment: str, words: str, ganzoo: Callable[..., Done], in_tmp: Path
) -> None:
    done = ganzoo("train", arch, "--set", assignment, "--limit", 96, "--out", "run")
    assert done.code == 2 and words in " ".join(done.err.split()), done.err
    assert not (in_tmp / "run").exists()


def test_memory_that_there_is_not_is_told_without_a_traceback(
    ganzoo: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    def huge(*_: object) -> None:
        raise MemoryError("Unable to allocate 4.19 TiB")

    monkeypatch.setattr("ganzoo.training.train.configure", huge)
    done = ganzoo("train", "cnn")
    assert done.code == 3 and "not enough memory: Unable to allocate 4.19 TiB." in " ".join(done.err.split())
    assert "Traceback" not in done.err
