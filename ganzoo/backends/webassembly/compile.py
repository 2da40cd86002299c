"""From a plan to two WebAssembly modules: the kernels in `kernels/`, called step by step with the plan's constants.

The generated C holds what is particular to the plan: buffers, expressions, and `run`, which calls one kernel a step.
A module computes up to `batch` images at once, as many as keep the activations in a processor's own cache; the
JavaScript module calls it as often as needed, so memory is fixed and no size is computed at run time.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganzoo.backends.webassembly.steps import STEPS, at
from ganzoo.compilers import zig
from ganzoo.errors import UnsupportedOperatorError
from ganzoo.export.expressions import Arg, Call, Const, Language, X
from ganzoo.export.plan import Elementwise, Move
from ganzoo.paths import is_frozen, writable_cache
from ganzoo.specs import Program
from ganzoo.temporary import scratch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ganzoo.backends.webassembly.steps import Code
    from ganzoo.export.expressions import Expr
    from ganzoo.export.plan import Plan, Step, Tensor

KERNELS = Path(__file__).with_name("kernels")

WHAT = "the webassembly kernels"
CACHE = 512 << 10  # bytes of activations: half of a common second-level cache, the weights stream through the rest
LARGEST_BATCH = 64
MEMORY = 2 << 30  # bytes; engines allow 4 GiB, but seldom find that much in one piece

TARGET = ("-target", "wasm32-freestanding", "-nostdlib", "-O3", "-std=c11", "-msimd128", "-mbulk-memory")
# the kernels say what is to be unrolled, inlined and vectorised; the rest runs seldom and is better small
SMALL = ("-fno-unroll-loops", "-fno-inline-functions", "-fno-vectorize", "-fno-slp-vectorize")
FLAGS = (*TARGET, f"-I{KERNELS}", *SMALL)
LINK = ("-Wl,--no-entry", "-Wl,--strip-all")
STACK = 16 << 10  # bytes, of a plan whose calls need no more
CALL = 256  # bytes of the stack that a call may take: its arguments stay there until the run ends

LANGUAGE = Language(
    "webassembly",
    {
        "add": "wasm_f32x4_add({}, {})",
        "sub": "wasm_f32x4_sub({}, {})",
        "mul": "wasm_f32x4_mul({}, {})",
        "div": "wasm_f32x4_div({}, {})",
        # the pseudo-maximum is one instruction everywhere, and hands NaN on where the first operand is the value
        "max": "wasm_f32x4_pmax({}, {})",
        "min": "wasm_f32x4_pmin({}, {})",
        "pow": "v_pow({}, {})",
        "neg": "wasm_f32x4_neg({})",
        "abs": "wasm_f32x4_abs({})",
        "exp": "v_exp({})",
        "log": "v_log({})",
        "sqrt": "wasm_f32x4_sqrt({})",
        "floor": "wasm_f32x4_floor({})",
        "sin": "v_sin({})",
        "atan": "v_atan({})",
        "erf": "v_erf({})",
        "tanh": "v_tanh({})",
        "sigmoid": "v_sigmoid({})",
        "softplus": "v_softplus({})",
        "where_gt": "select(wasm_f32x4_gt({}, {}), {}, {})",
    },
    number="F({})",
)

# The two modules and what the compiler is told for each
MODULES: Mapping[str, tuple[str, ...]] = {
    "webassembly.wasm": (),
    "webassembly-relaxed.wasm": ("-mrelaxed-simd",),
}


def compile_plan(plan: Plan) -> Program:
    """`webassembly.wasm` and its twin `webassembly-relaxed.wasm` with fused multiply-add.

    Raises `UnsupportedOperatorError` when the plan has a step without kernel or needs more memory than there is,
    `ToolMissingError` when the compiler does not run.
    """
    text, batch = source(plan)
    stack = max(STACK, CALL * text.count("\n"))
    slots = [at(tensor) for tensor in (*plan.inputs, *plan.outputs)]
    exports = [f"-Wl,--export={name}" for name in dict.fromkeys(["weights", *slots])]

    def build(name: str) -> bytes:
        with scratch() as folder:
            path, kernels = folder / "plan.c", folder / "kernels.o"
            path.write_text(text, encoding="utf-8")
            flags = (*FLAGS, *MODULES[name])
            # kept from one export to the next, by zig, for as long as source and flags are the same
            kept = folder if is_frozen("zig") else writable_cache("zig")
            zig(WHAT, "cc", *flags, "-c", str(KERNELS / "kernels.c"), "-o", str(kernels), cache=kept)
            module = path.with_name(name)
            link = (*LINK, f"-Wl,-z,stack-size={stack}", *exports, str(path), str(kernels))
            zig(WHAT, "cc", *flags, *link, "-o", str(module), cache=path.parent)
            return module.read_bytes()

    with ThreadPoolExecutor() as pool:
        files = dict(zip(MODULES, pool.map(build, MODULES), strict=True))
    ports = {"inputs": [_port(each) for each in plan.inputs], "outputs": [_port(each) for each in plan.outputs]}
    plain, relaxed = MODULES
    return Program(files, {"batch": batch, **ports}, instead={relaxed: plain})


def _port(tensor: Tensor) -> dict[str, Any]:
    return {"slot": at(tensor), "pixels": tensor.h * tensor.w, "channels": tensor.c}


def source(plan: Plan) -> tuple[str, int]:
    """The C of `plan`, and how many images a run takes at most."""
    codes = [_code(step) for step in plan.steps]
    functions: dict[tuple[str, str], str] = {}
    tables: dict[str, str] = {}
    calls = []
    for step, code in zip(plan.steps, codes, strict=True):
        fused = not isinstance(step, Elementwise)
        low = _low(step.activation) if code.has_low else -inf
        name = ""
        if not fused or (step.activation != X and low == -inf):
            name = functions.setdefault(_function(step), f"expression_{len(functions)}")
        names = {"{function}": name, "{low}": str(low)}
        if code.table:
            names["{table}"] = tables.setdefault(code.table, f"table_{len(tables)}")
        calls += [_filled(call, names) for call in code.calls]
        if fused and name:
            calls.append(f"{name}({at(step.output)}, n * {step.output.size})")
    room = max((code.room for code in codes), default=0)
    batch = _batch(plan, room)
    arrays = {"weights": plan.n_weights, "room": batch * room}
    arrays |= {f"slot_{i}": batch * size for i, size in enumerate(plan.slots)}
    lines = [
        '#include "elementwise.h"',
        # four values more: a vector may read beyond the end
        *(f"_Alignas(64) float {name}[{size + 4}];" for name, size in arrays.items()),
        *(f"static const Tap {name}[] = {{{table}}};" for table, name in tables.items()),
        *(f"{macro}({name}, {rest})" for (macro, rest), name in functions.items()),
        '__attribute__((export_name("run"))) void run(int n) {',
        f"  if (n < 1 || n > {batch}) __builtin_trap();",
        *(f"  {call};" for call in calls),
        "}",
    ]
    return "\n".join(lines) + "\n", batch


def _filled(call: str, names: Mapping[str, str]) -> str:
    for place, name in names.items():
        call = call.replace(place, name)
    return call


def _low(expr: Expr) -> float:
    """The value of an activation max(x, value), -inf for others."""
    match expr:
        case Call("max", (Arg(), Const(value))):
            return value
    return -inf


def _code(step: Step) -> Code:
    if type(step) not in STEPS:
        raise _unsupported(step, step.kind)
    if any(tensor.weight for tensor in step.inputs) and not isinstance(step, (Elementwise, Move)):
        raise _unsupported(step, f"{step.kind} of a constant")
    return STEPS[type(step)](step)


def _unsupported(step: Step, what: str) -> UnsupportedOperatorError:
    return UnsupportedOperatorError(
        f"Layer {step.layer}: the backend webassembly has no kernel for {what}.",
        "Export without this backend, or express the layer with other operators.",
    )


def _function(step: Step) -> tuple[str, str]:
    """The macro of elementwise.h that defines the step's expression as a function, and what follows its name."""
    count = len(step.inputs) if isinstance(step, Elementwise) else 1
    expression = LANGUAGE.render(step.activation, [f"x[{i}]" for i in range(count)], step.layer)
    if isinstance(step, Elementwise):
        return "ELEMENTWISE", f"{count}, {expression}"
    return "ACTIVATION", expression


def _size(step: Step) -> int:
    return sum(t.size for t in (*step.inputs, step.output)) + sum(w.size for w in step.weights)


def _batch(plan: Plan, room: int) -> int:
    """How many images at once; raises where not even one has room."""
    image, weights = 4 * (sum(plan.slots) + room), 4 * plan.n_weights
    if image + weights > MEMORY:
        largest = max(plan.steps, key=lambda step: _size(step))
        raise UnsupportedOperatorError(
            f"{plan.name} needs {(image + weights) >> 20} MiB of memory, but the backend webassembly has "
            f"{MEMORY >> 20} MiB; its largest step is {largest.kind} of layer {largest.layer}.",
            "Make the network or its pictures smaller.",
        )
    batch = 1
    while batch < LARGEST_BATCH and 2 * batch * image <= CACHE:
        batch *= 2
    return batch
