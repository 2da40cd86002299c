"""What GLSL and WGSL have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# Scalar operations that both write alike, by ganzoo's names. Each language adds those that it writes in its own way.
TEMPLATES: Mapping[str, str] = {
    "add": "({}+{})",
    "sub": "({}-{})",
    "mul": "({}*{})",
    "div": "({}/{})",
    "max": "max({},{})",
    "min": "min({},{})",
    "pow": "power({},{})",
    "neg": "(-{})",
    "abs": "abs({})",
    "exp": "exp({})",
    "log": "log({})",
    "sqrt": "sqrt({})",
    "softplus": "softplus({})",
}
