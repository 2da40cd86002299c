"""The families of browsers that are installed here, Chromium always."""

from __future__ import annotations

from ganzoo.browsers.families import CHROMIUM, FAMILIES
from ganzoo.browsers.find import installed

HERE = [family for family in FAMILIES if family is CHROMIUM or installed(family)]
