"""ganzoo: train small networks in Chainer, ship them as static pages that draw in the browser."""

from ganzoo import compat

__version__ = "0.2.0"

compat.install()
