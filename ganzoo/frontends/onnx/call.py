"""What an operator's implementation is told of the node that it computes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from chainer import Variable

from ganzoo.errors import UnsupportedOperatorError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy.typing as npt

    Array = npt.NDArray[Any]
    Tensor = Any  # a chainer.Variable, which depends on the network's inputs, or an array, which does not
    Operator = Callable[..., Any]


class RefusedError(UnsupportedOperatorError):
    """Raised by an operator's implementation; `network.py` adds the node's name."""


@dataclass(frozen=True)
class Call:
    """A node: its operator, its attributes, and how many outputs somebody reads.

    An implementation takes the call and the node's inputs, None for one that is left out. An input is a
    `chainer.Variable` if it depends on the network's inputs, else an array. It returns the output, or a list of them.
    """

    op: str
    name: str
    attributes: Mapping[str, Any]
    n_outputs: int

    def get(self, attribute: str, default: Any = None) -> Any:
        return self.attributes.get(attribute, default)

    def text(self, attribute: str, default: str) -> str:
        """An attribute that is a text, which files have as bytes."""
        value = self.attributes.get(attribute, default)
        return value.decode() if isinstance(value, bytes) else str(value)

    def ints(self, attribute: str, default: Sequence[int] | None = None) -> list[int]:
        """An attribute that is a list of whole numbers."""
        return [int(each) for each in self.attributes.get(attribute, default or ())]


def constant(x: Tensor | None, what: str) -> Array | None:
    """`x`, which must not depend on the network's inputs. `what` names it in the refusal."""
    if isinstance(x, Variable):
        raise RefusedError(f"its {what} must not depend on the network's inputs")
    return x


def needed(x: Tensor | None, what: str) -> Array:
    """As `constant`, for what must be there."""
    found = constant(x, what)
    if found is None:
        raise RefusedError(f"it has no {what}")
    return found


def float32(x: Tensor) -> Tensor:
    """A constant in float32; a Variable as it is."""
    return x if isinstance(x, Variable) else np.asarray(x, np.float32)


def integers(x: Tensor | None, what: str) -> list[int] | None:
    """A constant as whole numbers."""
    found = constant(x, what)
    return None if found is None else [int(each) for each in np.asarray(found).ravel()]
