"""Where arrays live: the CPU, or one NVIDIA GPU through CuPy."""

from __future__ import annotations

from typing import Any

from ganzoo.errors import DeviceMissingError, UsageError


def resolve(name: str) -> str:
    """ "cpu" or "cuda:i" for what a user asked for: "auto", "cpu", "cuda" or "cuda:i".

    "auto" takes the first GPU where one answers. Raises `UsageError` for anything else and
    `DeviceMissingError` when the GPU asked for does not answer.
    """
    kind, _, index = name.partition(":")
    if name == "cpu" or (name == "auto" and _gpu_problem(0)):
        return "cpu"
    if name != "auto" and (kind != "cuda" or not (index or "0").isdecimal()):
        raise UsageError(f"There is no device '{name}'.", "Use auto, cpu, cuda or cuda:0, cuda:1, ...")
    problem = _gpu_problem(int(index or 0))
    if problem:
        raise DeviceMissingError(
            f"The device {name} does not answer: {problem}.",
            "Install CuPy (python -m pip install cupy-cuda12x) and NVIDIA's driver, or train with --device cpu.",
        )
    return f"cuda:{index or 0}"


def chainer_device(name: str) -> Any:
    """The `chainer.backend.Device` for a resolved name, made the current one."""
    import chainer

    device = chainer.get_device("@numpy" if name == "cpu" else f"@cupy:{name.partition(':')[2]}")
    device.use()
    return device


def gpu_name(name: str) -> str | None:
    """What the maker calls the GPU of a resolved name; None for the CPU, and where that GPU does not answer."""
    index = name.partition(":")[2]
    if not index or _gpu_problem(int(index)):
        return None
    import cupy

    properties = cupy.cuda.runtime.getDeviceProperties(int(index))
    return str(properties["name"].decode())


def _gpu_problem(index: int) -> str:
    """Why GPU `index` cannot be used; empty when it can."""
    try:
        import cupy

        count = cupy.cuda.runtime.getDeviceCount()
        if index < count:
            with cupy.cuda.Device(index):
                cupy.arange(2).sum().item()  # a device that is listed may still not compute
    except ImportError:
        return "CuPy is not installed"
    except Exception as error:  # CuPy raises its own classes for a driver that is absent, old or broken
        return str(error)
    if index < count:
        return ""
    return f"this machine has {count} {'GPU' if count == 1 else 'GPUs'}"
