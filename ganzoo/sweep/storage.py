"""Where the trials of a sweep are kept: in its folder, or in a data base that several machines share.

A storage opens Optuna's, lets one process at a time take a trial, and tells which trials were left by processes that
died. In a folder, locks on files do this: the system releases them at once when a process dies. In a data base it is a
lock there, and signs of life: a trial without any for `SILENCE` seconds was left.
"""

from __future__ import annotations

import hashlib
import re
import socket
import threading
import warnings
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from filelock import FileLock, Timeout

from ganzoo.errors import PackageMissingError, RunError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from sqlalchemy import URL

BUSY = 60  # seconds to wait while another process takes a trial
ANSWER = 10  # seconds to wait for a data base's first answer
BEAT = 30  # seconds between two signs of life
SILENCE = 150
DRIVERS: Mapping[str, str] = {"postgresql": "psycopg", "mysql": "pymysql"}
MARKER = "storage.txt"  # in the folder of a sweep whose trials are in a data base: which one
LOCKS: Mapping[str, tuple[str, str]] = {  # each is over when its connection is closed
    "postgresql": (f"SET LOCAL lock_timeout = '{BUSY}s'", "SELECT pg_advisory_xact_lock(:key) IS NOT NULL"),
    "mysql": ("DO 0", f"SELECT GET_LOCK(:key, {BUSY})"),
}
REMEDY = "It has the form postgresql://USER:PASSWORD@HOST/DATABASE or mysql://USER:PASSWORD@HOST/DATABASE."
CHECK = "Check the host, the port, the user, the password and the name of the data base in --storage."


class Storage(Protocol):
    """`name` is how messages call it, and `remedy` what may help if it cannot be used. `study` is the study's name.

    `shared` says whether other machines may use it, on which data and runs lie elsewhere.
    """

    @property
    def name(self) -> str: ...
    @property
    def remedy(self) -> str: ...
    @property
    def study(self) -> str: ...
    @property
    def shared(self) -> bool: ...

    def check(self, folder: Path) -> None:
        """Raise `UsageError` where anything but this sweep lies in `folder`."""

    def begin(self, folder: Path) -> None:
        """Make `folder` that of this sweep."""

    def opened(self) -> Any:
        """Return Optuna's storage. Raises what Optuna and SQLAlchemy raise."""

    def turn(self) -> AbstractContextManager[Any]:
        """Return a context in which no other process takes a trial."""

    def recover(self, study: Any) -> None:
        """Have the trials tried again that are running no longer, without having ended."""

    def at_work(self, study: Any, trial: Any) -> AbstractContextManager[Any]:
        """Return a context, which has begun, in which `trial` counts as running."""


def _refuse_foreign(folder: Path, marker: str, own: str) -> None:
    """Raise `UsageError` where `folder` has no `marker` and holds what has no name of its `own`."""
    if (folder / marker).exists() or not folder.exists():
        return
    if not folder.is_dir() or not all(re.fullmatch(own, each.name) for each in folder.iterdir()):
        raise UsageError(f"{folder} exists and is not a sweep of ganzoo.", "Choose another --out, or an empty folder.")


@dataclass(frozen=True)
class Folder:
    """SQLite's file in the folder of the sweep, for the processes of one machine."""

    path: Path
    study = "sweep"
    shared = False
    remedy = "Check the folder and the space on its disk, then continue with the same command."

    @property
    def name(self) -> str:
        return str(self.path / "study.db")

    def check(self, folder: Path) -> None:
        _refuse_foreign(folder, "study.db", r"study\.lock|\d{4,}(\.lock)?")

    def begin(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)

    def opened(self) -> Any:
        from optuna.storages import RDBStorage
        from sqlalchemy import URL

        url = URL.create("sqlite", database=str((self.path / "study.db").absolute())).render_as_string()
        return RDBStorage(url, engine_kwargs={"connect_args": {"timeout": BUSY}})

    def turn(self) -> AbstractContextManager[Any]:
        return FileLock(self.path / "study.lock", timeout=BUSY)

    def recover(self, study: Any) -> None:
        from optuna.trial import TrialState

        for running in study.get_trials(states=(TrialState.RUNNING,)):
            with suppress(Timeout), self._lock(running.number):  # a Timeout: its process is at work
                leave(study, running)

    def at_work(self, study: Any, trial: Any) -> AbstractContextManager[Any]:
        lock = self._lock(trial.number)
        lock.acquire()
        return _released(lock)

    def _lock(self, number: int) -> FileLock:
        return FileLock(self.path / f"{number:04d}.lock", timeout=0)


@contextmanager
def _released(lock: FileLock) -> Iterator[None]:
    try:
        yield
    finally:
        lock.release()


@dataclass(frozen=True)
class Shared:
    """A PostgreSQL or MySQL data base, where a study has the name of the sweep. `url` holds the password."""

    url: URL
    study: str
    shared = True
    remedy = CHECK

    @property
    def name(self) -> str:
        """The URL, without its password."""
        return _safe(self.url)

    def check(self, folder: Path) -> None:
        _refuse_foreign(folder, MARKER, r"(?!)")
        marker = folder / MARKER
        if marker.exists() and marker.read_bytes() != self._told():
            raise UsageError(f"{folder} belongs to a sweep in another data base.", "Choose another --out.")

    def begin(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MARKER).write_bytes(self._told())  # so that no other sweep's trials come to lie there

    def _told(self) -> bytes:
        return f"{self.url.host}\n{self.url.database}\n{self.study}\n".encode()

    def opened(self) -> Any:
        from optuna.storages import RDBStorage

        return RDBStorage(
            self.url.render_as_string(hide_password=False),
            engine_kwargs={"connect_args": {"connect_timeout": ANSWER}, "pool_pre_ping": True},
            heartbeat_interval=BEAT,
            grace_period=SILENCE,
            heartbeat_stale_trial_callback=lambda study, trial: study.enqueue_trial(trial.params),
        )

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Tables are made within it as well: two who make them at once would both fail."""
        import sqlalchemy as sa

        key = int.from_bytes(hashlib.sha256(self.study.encode()).digest()[:7], "big")
        engine = sa.create_engine(self.url, poolclass=sa.NullPool, connect_args={"connect_timeout": ANSWER})
        patience, take = LOCKS[self.url.get_backend_name()]
        with engine.connect() as connection, connection.begin():
            connection.execute(sa.text(patience))
            if not connection.execute(sa.text(take), {"key": key}).scalar():
                raise RunError(f"Another process has held {self.name} for {BUSY} seconds.", "Try again later.")
            with warnings.catch_warnings():  # Optuna says that signs of life may change, and are for its own loop
                warnings.filterwarnings("ignore", message="(?i).*(heartbeat|stale)")
                yield

    def recover(self, study: Any) -> None:
        from optuna.storages import fail_stale_trials

        fail_stale_trials(study)

    def at_work(self, study: Any, trial: Any) -> AbstractContextManager[Any]:
        return _beating(study._storage, trial._trial_id)  # as Optuna does, but only in its own loop


def _beating(storage: Any, trial_id: int) -> AbstractContextManager[Any]:
    """Return a context that has begun, in which another thread gives signs of life for a trial."""
    from optuna.exceptions import StorageInternalError
    from sqlalchemy.exc import SQLAlchemyError

    storage.record_heartbeat(trial_id)
    over = threading.Event()

    def beat() -> None:
        while not over.wait(BEAT):
            with suppress(StorageInternalError, SQLAlchemyError):  # a data base may be away for a moment
                storage.record_heartbeat(trial_id)

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()

    @contextmanager
    def context() -> Iterator[None]:
        try:
            yield
        finally:
            over.set()
            thread.join()

    return context()


def leave(study: Any, trial: Any) -> None:
    """Record that `trial` was abandoned; its values are tried again."""
    from optuna.trial import TrialState

    study.tell(trial.number, state=TrialState.FAIL, skip_if_finished=True)
    study.enqueue_trial(dict(trial.params))


def shared(text: str, study: str) -> Shared:
    """Return the data base that `text`, an URL, names.

    Raises `UsageError` for what is no URL of PostgreSQL or MySQL, and `PackageMissingError` without the driver. No
    message has the password.
    """
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(text)
        backend = url.get_backend_name()
    except (ArgumentError, ValueError) as error:
        raise UsageError("The value of --storage is no URL of a data base.", REMEDY) from error
    if backend not in DRIVERS or not url.database:
        raise UsageError(f"--storage names no PostgreSQL or MySQL data base: {_safe(url)}.", REMEDY)
    driver = DRIVERS[backend]
    try:
        __import__(driver)
    except ImportError as error:
        remedy = 'Install it with: python -m pip install "ganzoo-web[storage]"'
        raise PackageMissingError(f"A sweep in {backend} needs {driver}, which is not installed.", remedy) from error
    return Shared(url.set(drivername=f"{backend}+{driver}"), study)


def _safe(url: URL) -> str:
    return url.set(drivername=url.get_backend_name(), query={}).render_as_string(hide_password=True)


@contextmanager
def reachable(storage: Storage) -> Iterator[None]:
    """Raise `RunError` for what a data base says that cannot be used: one line, without a password."""
    from optuna.exceptions import StorageInternalError
    from sqlalchemy.exc import OperationalError

    try:
        yield
    except (StorageInternalError, OperationalError) as error:
        cause = error.__cause__ if isinstance(error, StorageInternalError) else error
        line = " ".join(str(getattr(cause, "orig", None) or cause or error).split())
        if isinstance(storage, Shared) and storage.url.password:
            line = line.replace(str(storage.url.password), "***")
        raise RunError(f"{storage.name} cannot be used: {line[:300]}", storage.remedy) from None


def machine() -> str:
    """Return the name of this machine."""
    return socket.gethostname()
