"""Limit how long a connection waits for its client, and how many connections there are.

Uvicorn has no time limit for a request that is sent only in part, nor for an answer that nobody reads. Without such
limits, a thousand connections use up all the files that a process may open, and the server answers nobody any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import asyncio

PATIENCE = 30.0  # s for a request's header, for more of its body, and for more of an answer to be taken
MOST = 128  # connections; macOS lets a process open 256 files. A browser opens six


class Connection(H11Protocol):
    """Uvicorn's connection with the two limits.

    If there are `MOST` connections, the one that has waited longest for the rest of a request makes room for a new one.
    If all of them are working, the new one is closed.
    """

    _deadline: asyncio.TimerHandle | None = None  # while the client has something to do

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()
        if len(self.connections) > MOST:
            waiting = [each for each in self.connections if isinstance(each, Connection) and each._deadline]
            oldest = min(waiting, key=lambda each: each._deadline.when() if each._deadline else 0.0)
            self.connections.discard(oldest)
            oldest.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._go_on()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._look()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._wait()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._go_on()

    def _look(self) -> None:
        """Start or stop the clock.

        A header has one deadline, however slowly it comes; each part of a body gets a new one.
        """
        if self.conn.their_state is h11.SEND_BODY:
            self._wait()
        elif self.conn.their_state is h11.IDLE:
            if self._deadline is None:
                self._wait()
        elif not self.flow.write_paused:
            self._go_on()

    def _wait(self) -> None:
        self._go_on()
        self._deadline = self.loop.call_later(PATIENCE, self.transport.abort)

    def _go_on(self) -> None:
        if self._deadline:
            self._deadline.cancel()
            self._deadline = None
