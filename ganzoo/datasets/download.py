"""Download files from a list of mirrors.

A broken transfer is continued, and a file gets its name only after it was checked.
"""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ganzoo.errors import DataError, DataMissingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    import urllib3

    Report = Callable[[int, int | None], None]  # bytes done, bytes in all

CHUNK = 1 << 16


@dataclass(frozen=True)
class Patience:
    """How long to wait for a mirror: the seconds to connect and between two packets, the lowest speed in bytes per
    second, the number of retries of a request, and how often a broken transfer is continued.
    """

    connect: float = 10
    read: float = 30
    slowest: float = 1000
    retries: int = 2
    resumes: int = 5


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Make `folder` and lock it against other processes. The system releases the lock when a process dies."""
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            print(f"Waiting for another process that downloads into {folder}", file=sys.stderr, flush=True)
            lock.acquire()
    except OSError as error:
        raise _not_writable(folder, error) from error
    try:
        yield
    finally:
        lock.release()


def download(
    target: Path,
    urls: Iterable[str],
    limit: int,
    check: Callable[[Path], object],
    patience: Patience | None = None,
) -> None:
    """Download `target` from the first of `urls` that has a sound file. Call it under `locked(target.parent)`.

    The received bytes are in `target` with `.part` added. A later call continues that file, also from another mirror.
    `check` gets the complete file and raises `DataError` if it is not the wanted one. `limit` is a number of bytes that
    no honest answer exceeds. Raises `DataMissingError` with the reason of each mirror.
    """
    from urllib3.exceptions import HTTPError

    patience = patience or Patience()
    part = target.with_name(target.name + ".part")
    reasons: list[str] = []
    try:
        with _display(target.name) as report:
            for url in urls:
                reason = ""
                for _ in range(patience.resumes):
                    before = _size(part)
                    try:
                        _receive(url, part, limit, patience, report)
                        check(part)
                        part.replace(target)
                        return
                    except DataError as error:
                        part.unlink()
                        reason, again = error.message, before > 0  # perhaps the older bytes were to blame
                    except HTTPError as error:
                        cause = getattr(error, "reason", None) or error  # MaxRetryError wraps what happened
                        reason, again = f"{type(cause).__name__}: {cause}", _size(part) > before
                    if not again:
                        break
                reasons.append(f"{url}: {reason}")
    except OSError as error:
        raise _not_writable(target, error) from error
    raise DataMissingError(
        "\n  ".join([f"{target.name} could not be downloaded.", *reasons]),
        f"Try again later, put the file into {target.parent}, or name a folder that has it with --data-dir.",
    )


def _receive(url: str, part: Path, limit: int, patience: Patience, report: Report) -> None:
    """Append to `part` what is still missing. Raises urllib3's `HTTPError`, or `DataError` for a wrong answer."""
    from urllib3.exceptions import HTTPError

    done = _size(part)
    # a mirror must send the file as it is, so that byte ranges count the same bytes
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={done}-"} if done else {})
    response = _pool(url, patience).request("GET", url, headers=headers, preload_content=False)
    try:
        if response.status == 416 and done:
            return  # nothing is left to send; the check decides
        if response.status not in (200, 206):
            raise HTTPError(f"status {response.status}")
        if response.status == 200:
            done = 0
        total = done + response.length_remaining if response.length_remaining is not None else None
        start, first = time.monotonic(), done
        # unbuffered: what has arrived is on record when this process is killed
        with part.open("ab" if done else "wb", buffering=0) as file:
            while chunk := response.read1(CHUNK, decode_content=False):
                done += len(chunk)
                if done > limit:
                    raise DataError(f"{url} sends more than the {limit} bytes that the file can have.")
                file.write(chunk)
                report(done, total)
                if done - first < patience.slowest * (time.monotonic() - start - patience.read):
                    raise HTTPError(f"slower than {patience.slowest} bytes a second")
    finally:
        response.close()


def _pool(url: str, patience: Patience) -> urllib3.PoolManager:
    """Return urllib3's pool manager with our patience, behind the proxy that the environment names for `url`."""
    from urllib.request import getproxies, proxy_bypass

    import urllib3

    retries = urllib3.Retry(
        connect=patience.retries,
        read=0,  # what breaks off is resumed instead
        redirect=5,
        status=patience.retries,
        status_forcelist=(502, 503, 504),
        backoff_factor=0.1,
        raise_on_status=False,
        respect_retry_after_header=False,  # it could ask for a year
    )
    timeout = urllib3.Timeout(connect=patience.connect, read=patience.read)
    parts = urllib3.util.parse_url(url)
    proxy = None if proxy_bypass(parts.host or "") else getproxies().get(parts.scheme or "")
    if proxy:
        return urllib3.ProxyManager(proxy, retries=retries, timeout=timeout)
    return urllib3.PoolManager(retries=retries, timeout=timeout)


@contextmanager
def _display(name: str) -> Iterator[Report]:
    """Show a progress bar on a terminal, and a plain line elsewhere, both on stderr."""
    if not sys.stderr.isatty():
        print(f"Downloading {name}", file=sys.stderr, flush=True)
        yield lambda done, total: None
        return

    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(name, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _not_writable(path: Path, error: OSError) -> DataMissingError:
    return DataMissingError(
        f"{path} could not be written: {error}.",
        "Set GANZOO_CACHE to a folder with room, or name a folder that has the files with --data-dir.",
    )
