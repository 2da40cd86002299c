"""Simulate a slow link in the server, so that every browser can have it.

The model is that of the browsers' own emulation (Chromium's DevTools): a delay before each answer, and one rate that
all connections of a page share. Only the bytes of bodies count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

PACKET = 4096  # bytes; connections take turns by it: 4 ms at 9 Mbit/s


@dataclass(frozen=True)
class Link:
    """A slow link. `rate` is in bytes/s, shared by everything that a page fetches.

    `delay` is the time in s from a request to the first byte of its answer.
    """

    rate: float
    delay: float


THROTTLED = Link(9e6 / 8, 0.060)  # 9 Mbit/s and 60 ms: what DevTools' "Fast 4G" stands for


def throttled(app: ASGIApp, link: Link) -> ASGIApp:
    """Return `app` behind `link`.

    The time of each packet follows from the rate, and not from the time at which the packet before it was really sent.
    If a timer fires late, only one packet is delayed, and the next ones catch up.
    """
    import asyncio

    free = 0.0  # the loop's time at which the line has sent all that it was given

    async def behind(scope: Scope, receive: Receive, send: Send) -> None:
        clock = asyncio.get_running_loop().time
        ready = clock() + link.delay  # when the next packet of this answer may start

        async def send_in_time(message: Message) -> None:
            nonlocal free, ready
            if message["type"] != "http.response.body":
                await asyncio.sleep(ready - clock())
                await send(message)
                return
            body = message.get("body", b"")
            for start in range(0, len(body), PACKET):
                packet = body[start : start + PACKET]
                ready = free = max(ready, free) + len(packet) / link.rate
                await asyncio.sleep(ready - clock())
                await send({"type": "http.response.body", "body": packet, "more_body": True})
            if not message.get("more_body", False):
                await send({"type": "http.response.body"})

        await app(scope, receive, send_in_time)

    return behind
