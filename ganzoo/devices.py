"""The device of a training: the CPU, or one NVIDIA GPU through CuPy."""

from __future__ import annotations

from typing import Any

from ganzoo.errors import DeviceMissingError, UsageError


def resolve(name: str) -> str:
    """ "cpu" or "cuda:i" for the option `name`: "auto", "cpu", "cuda" or "cuda:i".

    "auto" takes the first GPU if it works. Raises `UsageError` for any other name, and `DeviceMissingError` if the
    requested GPU cannot be used.
    """
    kind, _, index = name.partition(":")
    if name == "cpu" or (name == "auto" and _gpu_problem(0)):
        return "cpu"
    if name != "auto" and (kind != "cuda" or not (index or "0").isdecimal()):
        raise UsageError(f"There is no device '{name}'.", "Use auto, cpu, cuda, cuda:0, cuda:1, ...")
    problem = _gpu_problem(int(index or 0))
    if problem:
        raise DeviceMissingError(
            f"The device {name} cannot be used: {problem}.",
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
    """The product name of the GPU with a resolved name; None for the CPU, or if the GPU cannot be used."""
    index = name.partition(":")[2]
    if not index or _gpu_problem(int(index)):
        return None
    import cupy

    properties = cupy.cuda.runtime.getDeviceProperties(int(index))
    return str(properties["name"].decode())


def _gpu_problem(index: int) -> str:
    """The reason why GPU `index` cannot be used; empty if it can."""
    try:
        import cupy

        count = cupy.cuda.runtime.getDeviceCount()
        if index < count:
            with cupy.cuda.Device(index):
                cupy.arange(2).sum().item()  # a listed device may still be unable to compute
    except ImportError:
        return "CuPy is not installed"
    except Exception as error:  # CuPy raises its own classes for a missing, old or broken driver
        return str(error)
    if index < count:
        return ""
    return f"this machine has {count} {'GPU' if count == 1 else 'GPUs'}"
