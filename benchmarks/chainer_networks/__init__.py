"""Networks of published kinds at their published sizes, in Chainer's idiom and with random weights.

Each module here has `NETWORKS`; `networks` has those of all modules. They were written to the descriptions that
`source` names. Sizes of inputs are those of the publication, of the data set or of the patches that it was trained on;
what takes pictures of any size gets small ones, where large ones would only cost time.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


@dataclass(frozen=True)
class Published:
    """A network. `make()` returns it: anything that can be called with one Variable for each of `inputs`.

    `inputs` maps their names to shapes without the batch. `labels` are those of them that are one-hot vectors of whose
    class the network takes the number. `noise` and `alone` are what `ganzoo.export` is told. `mixes` says that an
    output depends on all pictures of a batch, so that nothing but a refusal is right.
    """

    name: str
    source: str
    make: Callable[[], Callable[..., Any]]
    inputs: Mapping[str, tuple[int, ...]]
    labels: Sequence[str] = field(default=())
    noise: str = ""
    alone: bool = False
    mixes: bool = False


def networks() -> dict[str, Sequence[Published]]:
    """The networks by family, which is the name of their module. `chainercv` has none where that is not installed."""
    names = sorted(each.name for each in pkgutil.iter_modules(__path__))
    return {name: importlib.import_module(f"{__name__}.{name}").NETWORKS for name in names}
