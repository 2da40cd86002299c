"""Scalar operations x what must know them: each backend's templates, and what a gap in a table looks like to a user."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ganzoo import plugins
from ganzoo.errors import UnsupportedOperatorError
from ganzoo.export import expressions
from ganzoo.export.expressions import OPERATIONS, Arg, Call, Language, Operation, X, call, evaluate
from ganzoo.export.lowering import elementwise
from tests.support import plans
from tests.support.registries import BACKENDS

if TYPE_CHECKING:
    from pathlib import Path

    from ganzoo.export.plan import Plan


def operation(name: str) -> Call:
    """`name` of as many inputs as it takes."""
    return Call(name, tuple(Arg(i) for i in range(OPERATIONS[name].arity)))


def step_of_its_own(name: str) -> Plan:
    b = plans.Builder((2, 3, 5))
    others = [b.another_input(2, 3, 5) for _ in range(OPERATIONS[name].arity - 1)]
    return b.elementwise(operation(name), *others).plan()


def activation(name: str) -> Plan:
    """`name` of the value that a dense layer yields, in the place of all operands."""
    return plans.Builder((1, 1, 5)).dense(8, call(name, *[X] * OPERATIONS[name].arity)).plan()


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_backend_has_every_operation(backend: str) -> None:
    """In a step of its own and as an activation; all in one plan, for a compiler is slow to start."""
    b = plans.Builder((2, 3, 5))
    others = [b.another_input(2, 3, 5) for _ in range(max(each.arity for each in OPERATIONS.values()) - 1)]
    for name, each in OPERATIONS.items():
        b.elementwise(operation(name), *others[: each.arity - 1])
        b.conv(5, 1, activation=call(name, *[X] * each.arity))
    assert plugins.BACKENDS.get(backend).compile(b.plan()).files


@pytest.fixture
def unheard_of(monkeypatch: pytest.MonkeyPatch) -> str:
    """An operation that no backend and no peer has heard of."""
    monkeypatch.setitem(expressions.OPERATIONS, "frobnicate", Operation(1, np.abs))  # type: ignore[arg-type]
    return "frobnicate"


@pytest.mark.parametrize("make", [step_of_its_own, activation])
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_missing_template_names_layer_operation_and_backend(backend: str, make: Any, unheard_of: str) -> None:
    with pytest.raises(UnsupportedOperatorError) as caught:
        plugins.BACKENDS.get(backend).compile(make(unheard_of))
    assert all(word in caught.value.message for word in ("layer0", unheard_of, backend))
    assert "Export without this backend" in caught.value.remedy


@pytest.mark.parametrize("name", [name for name in plugins.PEERS.names() if name != "webdnn"])  # it gets no plan
def test_a_peer_without_a_word_for_an_operation_says_so(name: str, unheard_of: str, tmp_path: Path) -> None:
    peer = plugins.PEERS.get(name)
    source = SimpleNamespace(plan=step_of_its_own(unheard_of))
    with pytest.raises(UnsupportedOperatorError) as caught:
        peer.write(source, next(iter(peer.code)), tmp_path)  # type: ignore[arg-type]
    assert all(word in caught.value.message for word in ("layer0", unheard_of))


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_definition_takes_arrays_and_keeps_their_precision(name: str) -> None:
    operands = [np.linspace(0.5, 2, 6).reshape(2, 3) + i for i in range(OPERATIONS[name].arity)]
    value = evaluate(operation(name), operands)
    assert value.shape == (2, 3) and value.dtype == np.float64 and np.isfinite(value).all()


def test_webdnns_operators_of_one_operation_need_no_second_row() -> None:
    named = {each.webdnn: name for name, each in OPERATIONS.items() if each.webdnn}
    for webdnn, name in named.items():
        assert elementwise.OPERATORS[webdnn](operation(name).operands, {}) == operation(name)


def test_a_language_writes_constants_as_it_is_told() -> None:
    language = Language("mine", {"add": "({} plus {})"}, number="<{}>")
    assert language.render(call("add", X, 2), ["x"], "fc") == "(x plus <2.0>)"
    with pytest.raises(
        UnsupportedOperatorError, match="Layer fc: the backend mine has no template for the operation mul"
    ):
        language.render(call("mul", X, 2), ["x"], "fc")
