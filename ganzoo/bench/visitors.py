"""The browsers that open the pages of a benchmark: those of this machine, and a phone if one was asked for."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from ganzoo.errors import BrowserMissingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ganzoo.browsers.session import Visitor


@contextmanager
def visitors(chosen: Sequence[str], listen: bool, announce: Callable[[str, str], None]) -> Iterator[list[Visitor]]:
    """Yield the browsers `chosen` by name or path, or all that are found if none is chosen.

    With `listen`, a phone comes first.

    The phone comes first because somebody is holding it; it is enough by itself. `announce(address, qr_code)` shows the
    address that the phone has to open. Raises `BrowserMissingError` if there is no browser, or if no phone connects.
    """
    from ganzoo.browsers.find import find_browsers
    from ganzoo.browsers.phones import phone
    from ganzoo.browsers.session import Local

    try:
        local: list[Visitor] = [Local(browser) for browser in find_browsers(chosen)]
    except BrowserMissingError:
        if chosen or not listen:
            raise
        local = []
    if not listen:
        yield local
        return
    with phone(announce) as connected:
        yield [connected, *local]
