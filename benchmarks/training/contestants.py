"""Who takes part: ganzoo's own step and PyTorch's, on the CPU and on a GPU where there is one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from benchmarks.training.agreement import STEPS, TOLERANCES, Agreement, agreement
from benchmarks.training.rounds import Contestant, nothing
from benchmarks.training.subjects import Step
from ganzoo import devices
from ganzoo.errors import DeviceMissingError, VerificationError
from ganzoo.layers import native

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.training.subjects import Subject

CHAINER, TORCH, IMAGES = "ganzoo", "PyTorch", "images"
GPU = "cuda:0"


def contestants(
    subject: Subject, device: str | None = None
) -> tuple[list[Contestant], dict[str, dict[str, Agreement]]]:
    """The contestants of `subject`, each proved; those that cannot run here have a reason. With what the proofs found.

    With a `device`, "cpu" or "cuda:0", only those on it. An architecture that was not written in PyTorch is timed
    without a rival.

    Raises `VerificationError` where two steps are not the same: a wrong answer is no time.
    """
    import torch

    from benchmarks.training import steps

    no_cupy = _no_cupy()
    no_twin = steps.lacking(subject.training())
    no_cuda = no_twin
    if not no_cuda and not torch.cuda.is_available():
        no_cuda = "PyTorch finds no CUDA device."
    proofs: dict[str, dict[str, Agreement]] = {}
    if not no_twin:
        proofs["CPU"] = proved(subject)
        if not no_cupy:
            proofs[f"{CHAINER} on {GPU}"] = proved(subject, chainer_device=GPU)
    if not no_cuda:
        proofs[f"{TORCH} on {GPU}"] = proved(subject, torch_device=GPU)

    def ours(device: str, reason: str = "") -> Contestant:
        if reason:
            return Contestant(subject.name, CHAINER, device, reason=reason)
        threads = native.threads() if device == "cpu" else 1
        step = Step(subject.training(device))
        return Contestant(subject.name, CHAINER, device, threads, step=step, synchronize=_wait(device))

    def theirs(device: str, threads: int = 1, reason: str = "") -> Contestant:
        if reason:
            return Contestant(subject.name, TORCH, device, reason=reason)
        return Contestant(
            subject.name,
            TORCH,
            device,
            threads,
            step=steps.step(subject.training(), device),
            prepare=lambda: torch.set_num_threads(threads),
            synchronize=torch.cuda.synchronize if device == GPU else nothing,
        )

    everyone = [
        Contestant(subject.name, IMAGES, "cpu", step=images(subject)),
        ours("cpu"),
        *(theirs("cpu", threads, no_twin) for threads in sorted({1, os.cpu_count() or 1})),
        ours(GPU, no_cupy),
        theirs(GPU, reason=no_cuda),
    ]
    return [each for each in everyone if device in (None, each.device)], proofs


def proved(subject: Subject, **on: str) -> dict[str, Agreement]:
    """What the proofs in each dtype found. Raises `VerificationError` beyond the tolerances."""
    found = {dtype: agreement(subject, dtype, **on) for dtype in TOLERANCES}
    wrong = [f"{dtype} {each}" for dtype, each in found.items() if not each.within(TOLERANCES[dtype])]
    if wrong:
        raise VerificationError(
            f"PyTorch's first {STEPS} steps of {subject.name} are not Chainer's: {', '.join(wrong)}.",
            "Nothing was timed. Make benchmarks/training/steps.py and networks.py do what ganzoo/archs does.",
        )
    return found


def images(subject: Subject) -> Callable[[], Any]:
    """What a step of either library spends on drawing its training images."""
    training = subject.training()
    iterator, convert = training.updater.get_iterator("main"), training.updater.converter
    began = iterator.epoch_detail
    training.updater.update()
    batches = round((iterator.epoch_detail - began) * len(subject.data.train_x) / subject.config.batch_size)

    def draw() -> None:
        for _ in range(batches):
            convert(iterator.next())

    return draw


def _no_cupy() -> str:
    try:
        devices.resolve(GPU)
    except DeviceMissingError as error:
        return error.message
    return ""


def _wait(device: str) -> Callable[[], None]:
    if device == "cpu":
        return nothing
    import cupy

    wait: Callable[[], None] = cupy.cuda.Device().synchronize
    return wait
