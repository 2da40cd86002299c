"""The families of browsers that are installed here, Chromium always."""

from __future__ import annotations

from ganzoo.browsers import find
from ganzoo.browsers.families import CHROMIUM, FAMILIES

HERE = [family for family in FAMILIES if family is CHROMIUM or find._installed(family)]
