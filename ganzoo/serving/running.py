"""Run an ASGI application on a socket for as long as a block runs."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ganzoo.errors import MissingError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send


def listening(address: str, port: int = 0) -> socket.socket:
    """Return a socket that listens on `address`. With port 0 the system picks one. Raises `OSError`."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.create_server((address, port), family=family)
    # connections inherit it; without, a delayed acknowledgement costs 40 ms for each small file
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def lan_address() -> str:
    """Return the address of this machine in its network, or that of loopback if it has none. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # reserved for documentation (RFC 5737): it takes the default route
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def _warm_up() -> None:
    """Import what the answer with the first file would otherwise have to import, which takes 0.1 s.

    This happens in a thread of its own: if an event loop runs in this thread, as in a notebook, no other may run here.
    """
    import asyncio

    from starlette.concurrency import run_in_threadpool

    thread = threading.Thread(target=lambda: asyncio.run(run_in_threadpool(int)), name="warm-up")
    thread.start()
    thread.join()


@contextmanager
def running(app: ASGIApp, listener: socket.socket) -> Iterator[None]:
    """Serve `app` on `listener` from a thread. Both end with the block."""
    import uvicorn

    from ganzoo.serving.connections import Connection

    _warm_up()
    with listener:
        config = uvicorn.Config(
            app,
            http=Connection,
            log_config=None,
            log_level="error",
            access_log=False,
            server_header=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="server", daemon=True)
        thread.start()
        try:
            while not server.started:
                if not thread.is_alive():
                    raise MissingError(f"The server did not start on {listener.getsockname()[0]}.")
                time.sleep(0.005)
            yield
        finally:
            server.should_exit = True
            thread.join()


def with_headers(app: ASGIApp, headers: Mapping[bytes, bytes]) -> ASGIApp:
    """Return `app` with `headers` (names in lower case) added to every answer that has no header of that name."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_more(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name.lower() for name, _ in message["headers"]}
                more = [(name, value) for name, value in headers.items() if name not in own]
                message["headers"] = [*message["headers"], *more]
            await send(message)

        await app(scope, receive, send_more)

    return wrapped
