"""The slow link's times, exactly: on a clock that moves only when everybody waits."""

from __future__ import annotations

import asyncio
import selectors
from typing import TYPE_CHECKING, Any

import pytest

from ganzoo.serving.link import PACKET, THROTTLED, Link, throttled

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

Times = list[tuple[float, int]]  # when a message of an answer came, and the bytes of body in it


class VirtualTime(selectors.SelectSelector):
    """Waits for nothing: the time that it is asked to wait has then passed. `late` is added to every wait."""

    def __init__(self, late: float = 0.0) -> None:
        super().__init__()
        self.now, self.late = 0.0, late

    def select(self, timeout: float | None = None) -> Any:
        assert timeout is not None, "everybody waits for ever"
        self.now += timeout + self.late if timeout > 0 else 0
        return super().select(0)


def run(scenario: Callable[[], Awaitable[Any]], late: float = 0.0) -> Any:
    """The result of `scenario` on an event loop whose clock is virtual and begins at 0."""
    clock = VirtualTime(late)
    loop = asyncio.SelectorEventLoop(clock)
    loop.time = lambda: clock.now  # type: ignore[method-assign]
    try:
        return loop.run_until_complete(scenario())
    finally:
        loop.close()


async def files(scope: Mapping[str, Any], receive: Any, send: Callable[[Mapping[str, Any]], Awaitable[None]]) -> None:
    """An ASGI application: a body of as many bytes as the path says, in parts of at most 64 kB as Starlette sends."""
    left = int(scope["path"])
    await send({"type": "http.response.start", "status": 200, "headers": []})
    while True:
        part = min(left, 65536)
        left -= part
        await send({"type": "http.response.body", "body": bytes(part), "more_body": left > 0})
        if not left:
            return


async def get(app: Any, size: int) -> Times:
    """The times of an answer's messages: the start first, the end last."""
    clock = asyncio.get_running_loop().time
    times: Times = []

    async def receive() -> Mapping[str, Any]:
        raise AssertionError("nothing is asked of the client")

    async def send(message: Mapping[str, Any]) -> None:
        times.append((clock(), len(message.get("body", b""))))

    await app({"type": "http", "path": str(size)}, receive, send)
    assert sum(count for _, count in times) == size
    return times


def at_once(link: Link, *sizes: int, late: float = 0.0) -> list[Times]:
    """The times of several answers that are asked for together."""

    async def scenario() -> list[Times]:
        app = throttled(files, link)
        return list(await asyncio.gather(*(get(app, size) for size in sizes)))

    return run(scenario, late)


def about(seconds: float) -> Any:
    return pytest.approx(seconds, rel=1e-6, abs=1e-6)


def test_a_megabyte_takes_what_the_link_says() -> None:
    (times,) = at_once(THROTTLED, 1_000_000)
    assert times[0][0] == about(0.060)  # the headers
    assert times[1] == (about(0.060 + PACKET / 1_125_000), PACKET)
    assert times[-1][0] == about(0.060 + 1e6 / 1_125_000)


def test_downloads_share_the_rate() -> None:
    large, small = at_once(Link(1e6, 0.0), 300_000, 100_000)
    # both at half the rate until the small one is done; then the large one has all of it
    assert small[-1][0] == pytest.approx(0.2, abs=2 * PACKET / 1e6)
    assert large[-1][0] == about(0.4)
    halfway = sum(count for when, count in large if when <= small[-1][0])
    assert halfway == pytest.approx(100_000, abs=2 * PACKET)


def test_the_delay_is_before_every_answer_and_answers_wait_side_by_side() -> None:
    link = Link(1e9, 0.1)
    for times in at_once(link, 0, 1, 5_000, 5_000, 5_000):
        assert times[0][0] == about(0.1)
        assert times[-1][0] < 0.1001

    async def one_after_another() -> list[float]:
        app = throttled(files, link)
        return [(await get(app, 1))[-1][0] for _ in range(3)]

    assert run(one_after_another) == [about(0.1), about(0.2), about(0.3)]


def test_small_files_neither_burst_past_the_rate_nor_fall_behind_it() -> None:
    link = Link(200_000, 0.0)

    async def one_after_another() -> list[float]:
        app = throttled(files, link)
        return [(await get(app, 5_000))[-1][0] for _ in range(20)]

    assert run(one_after_another) == [about((i + 1) * 0.025) for i in range(20)]
    assert max(times[-1][0] for times in at_once(link, *[5_000] * 20)) == about(0.5)


def test_a_line_that_was_idle_has_saved_nothing_up() -> None:
    async def scenario() -> float:
        app = throttled(files, Link(1e6, 0.0))
        await get(app, 1_000)
        await asyncio.sleep(10)
        return (await get(app, 100_000))[-1][0]

    assert run(scenario) == about(10 + 0.001 + 0.1)


def test_timers_that_fire_late_cost_a_packet_its_time_but_the_whole_nothing() -> None:
    """74 packets, each of whose timers is 5 ms late: together 0.37 s, of which only the last one's is left."""
    (times,) = at_once(Link(1e6, 0.0), 300_000, late=0.005)
    assert 0.3 < times[-1][0] < 0.3 + 0.0101
