"""Who opens the pages of a benchmark: the browsers of this machine, and a phone that was asked to."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from ganzoo.errors import BrowserMissingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ganzoo.browsers.session import Visitor


@contextmanager
def visitors(chosen: Sequence[str], listen: bool, announce: Callable[[str, str], None]) -> Iterator[list[Visitor]]:
    """The browsers `chosen` by name or path, all that are found where none is; with `listen` a phone before them.

    The phone is first because somebody holds it; it is enough by itself. `announce(address, qr_code)` tells where it
    has to go. Raises `BrowserMissingError` without any browser, or when no phone comes.
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
