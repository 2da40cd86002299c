"""A PostgreSQL of the tests' own, on loopback, in a folder that goes with it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

PASSWORD = "s3cret-of-the-tests"


def programs() -> Path | None:
    """The folder of `initdb` and `pg_ctl`, which Debian has beside PATH; None where there is no PostgreSQL."""
    known = [Path(found).resolve().parent] if (found := shutil.which("initdb")) else []
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    return next((path for path in (*known, *debian) if (path / "pg_ctl").exists() and (path / "initdb").exists()), None)


@contextmanager
def postgres(bin_folder: Path) -> Iterator[str]:
    """The URL of a data base that takes `PASSWORD` only. PostgreSQL refuses to run as root, who then uses `nobody`."""
    folder = Path(tempfile.mkdtemp(prefix="ganzoo-postgres-"))  # not pytest's, which other users may not enter
    as_whom: dict[str, Any] = {}
    if os.name == "posix" and os.getuid() == 0:
        shutil.chown(folder, "nobody")
        as_whom = {"user": "nobody"}

    def run(name: str, *arguments: str) -> None:
        subprocess.run(
            [bin_folder / name, *arguments], check=True, cwd=folder, stdout=subprocess.DEVNULL, timeout=60, **as_whom
        )

    secret = folder / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)
    data = str(folder / "data")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
    try:
        run("initdb", "-D", data, "-U", "zoo", "-A", "scram-sha-256", "--pwfile", str(secret), "-E", "UTF8", "-N")
        run("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql://zoo:{PASSWORD}@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
