"""Train with several processes and machines, under mpiexec, through ChainerMN.

Every process has the whole network and draws the same batch: the same images, labels and noise, from the same random
state. It then works on its own rows of the batch. Gradients are averaged over the processes before each update, and
batch norm computes its statistics over all rows. The result is that of one process with the same batch size, except for
the order of floating-point sums. Only process 0 writes files.

Goyal et al. 2017 (arXiv:1706.02677), section 3, explains the arithmetic. Limits: a loss must be a mean over pictures,
and a network with batch norm cannot be differentiated twice.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import time
import traceback
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from ganzoo import datasets
from ganzoo.errors import PackageMissingError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    import numpy.typing as npt

    from ganzoo.specs import Data, TrainConfig, Training

STARTED = ("PMI_RANK", "PMIX_RANK", "OMPI_COMM_WORLD_RANK")  # what MPICH, Open MPI and their kin tell a process
PATIENCE = 3.0  # seconds in which process 0 tells, for all, what went wrong everywhere
READ = 0.5  # seconds in which mpiexec reads what was told; what it has not read when the job ends is lost

T = TypeVar("T")


@dataclass(frozen=True)
class Team:
    """The processes of one training. This class is a team of one process."""

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this is the process that writes files and prints."""
        return self.rank == 0

    def once(self, act: Callable[[], T]) -> T:
        """The result of `act()`, which only process 0 calls."""
        return act()

    def any(self, flag: bool) -> bool:
        """Whether `flag` is true in any process."""
        return flag

    def require(self, config: TrainConfig, data: Data) -> None:
        """Raise `UsageError` if the processes cannot train together with `config` on `data`."""

    def mean(self, array: npt.NDArray[Any]) -> None:
        """Replace `array`, which has the same shape in each process, by the mean over the processes."""

    def rows(self, rows: Any) -> Any:
        """The rows of this process among `rows`, which has those of all."""
        n = len(rows) // self.size
        return rows[self.rank * n : (self.rank + 1) * n]

    def spread(self, training: Training) -> tuple[Any, ...]:
        """Prepare `training` for several processes, and return the extensions that the trainer needs for that."""
        return ()


ALONE = Team()


@dataclass(frozen=True)
class MpiTeam(Team):
    """The processes that mpiexec started, over a ChainerMN communicator."""

    communicator: Any = None

    def once(self, act: Callable[[], T]) -> T:
        result: T = self.communicator.bcast_obj(act() if self.leads else None)
        return result

    def any(self, flag: bool) -> bool:
        return bool(self.communicator.allreduce_obj(int(flag)))

    def require(self, config: TrainConfig, data: Data) -> None:
        if config.device != "cpu":
            raise UsageError(f"--distributed cannot train on {config.device}.", "Add --device cpu.")
        if config.batch_size % self.size:
            problem = f"A batch of {config.batch_size} images cannot be shared evenly by {self.size} processes."
            raise UsageError(
                problem, f"Set --batch-size to a multiple of {self.size}: it is the batch of all processes together."
            )
        mine = replace(config, data_dir=None), datasets.checksum(data)
        all_ = self.communicator.mpi_comm.allgather(mine)
        for rank, other in enumerate(all_):
            if other != all_[0]:
                problem = f"Process {rank} has a different configuration or different data than process 0."
                raise UsageError(
                    problem, "Start all processes with the same command, the same version of ganzoo and the same data."
                )

    def mean(self, array: npt.NDArray[Any]) -> None:
        from mpi4py import MPI

        self.communicator.mpi_comm.Allreduce(MPI.IN_PLACE, array)
        array /= self.size

    def spread(self, training: Training) -> tuple[Any, ...]:
        from chainermn import create_multi_node_optimizer

        from ganzoo.updaters.global_batch import AveragedObservations, synchronise

        updater = training.updater
        converter = updater.converter
        updater.converter = lambda batch, device=None: converter(self.rows(batch), device)
        for name, optimizer in updater.get_all_optimizers().items():
            synchronise(optimizer.target)
            averaging = create_multi_node_optimizer(optimizer, self.communicator)
            averaging.is_changed(optimizer.target)  # else its first update only broadcasts, and is lost
            self.communicator.bcast_data(optimizer.target)
            updater._optimizers[name] = averaging
        return (AveragedObservations(self),)


def _send_in_order(communicator: Any) -> None:
    """Have gradients in the order of their axes when they are sent: MPI sends memory, in which views have another."""
    import chainer

    mean = communicator.multi_node_mean_grad

    def mean_in_order(model: Any, zero_fill: bool = False) -> None:
        for parameter in model.params():
            if parameter.grad is not None:
                xp = chainer.backend.get_array_module(parameter.grad)
                parameter.grad = xp.ascontiguousarray(parameter.grad)
        mean(model, zero_fill)

    communicator.multi_node_mean_grad = mean_in_order


def team() -> Team:
    """The processes of this training, stored in Chainer's configuration."""
    import chainer

    found: Team = getattr(chainer.config, "team", ALONE)
    return found


def share(draw: Callable[[int], npt.NDArray[Any]], n: int) -> np.ndarray[Any, Any]:
    """`n` rows of random numbers: `draw(n)` if there is one process.

    With several processes, each draws the rows of all and keeps its own, so that together they have the rows that one
    process would draw.
    """
    rows: np.ndarray[Any, Any] = team().rows(draw(n * team().size))
    return rows


@contextmanager
def job(tell: Callable[[BaseException], int]) -> Iterator[Team]:
    """Join the other processes that mpiexec started. An exception in the block ends all of them.

    `tell(error)` prints the error and returns the exit code, which becomes that of mpiexec. Raises
    `PackageMissingError` if there is no MPI, `UsageError` if mpiexec did not start this process.
    """
    import chainer

    joined = _join()
    try:
        with chainer.using_config("team", joined):
            yield joined
    except BaseException as error:  # the others would wait for this process for ever
        _abort(joined, error, tell)


def _join() -> MpiTeam:
    remedy = "Install it with: python -m pip install mpi4py mpich"
    if not importlib.util.find_spec("mpi4py"):
        raise PackageMissingError("--distributed needs mpi4py, which is not installed.", remedy)
    if not any(name in os.environ for name in STARTED):
        problem = "--distributed was not started by mpiexec."
        raise UsageError(problem, "Start it as: mpiexec -n 2 ganzoo train ARCH --distributed")
    os.environ.setdefault("MPIR_CVAR_SUPPRESS_ABORT_MESSAGE", "1")  # MPICH's own words after ours
    try:
        from chainermn import create_communicator

        from ganzoo.layers.native import threads

        communicator = create_communicator("naive")
    except (ImportError, RuntimeError) as error:  # mpi4py finds its library when it is imported
        raise PackageMissingError(f"MPI does not start: {error}.", remedy) from error
    _send_in_order(communicator)
    # threads of several processes on one machine would wait for each other
    os.environ.setdefault("GANZOO_THREADS", str(max(1, threads() // communicator.intra_size)))
    return MpiTeam(communicator.rank, communicator.size, communicator)


def _abort(team: MpiTeam, error: BaseException, tell: Callable[[BaseException], int]) -> NoReturn:
    if not team.leads:
        time.sleep(PATIENCE)
        print(f"Process {team.rank} of {team.size} failed, so all processes end:", file=sys.stderr)
    try:
        code = tell(error)
    except BaseException:  # a bug
        traceback.print_exc()
        code = 1
    sys.stderr.flush()
    time.sleep(READ)
    team.communicator.mpi_comm.Abort(code)
    raise SystemExit(code)  # no MPI comes back from that
