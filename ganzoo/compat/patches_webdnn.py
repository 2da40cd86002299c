"""Patches that run WebDNN 1.2.11 on NumPy 2 and Python 3.10 to 3.13, and its converter with Chainer 7.8.1.

Its converter was made for Chainer up to version 4. What Chainer has renamed or added since, it must know or refuse.
"""

from __future__ import annotations

from ganzoo.compat.patch import Patch
from ganzoo.compat.patches_chainer import NO_DISTUTILS

WEBDNN_1 = "webdnn==1.2.11"
LAST = "ganzoo leaves WebDNN: 1.2.11 is its last release"

# Compiles a module anew: what the compiler warns of does not come again from the bytecode cache
COMPILE = """
import importlib.util, sys, webdnn
sys.dont_write_bytecode, sys.pycache_prefix = True, "/nowhere"
importlib.util.find_spec("{0}").loader.get_code("{0}")
"""

# `convert(f, *shapes)` is WebDNN's graph of the Chainer function f
CONVERT = """
import chainer, numpy
import chainer.functions as F
from webdnn.backend import generate_descriptor
from webdnn.frontend.chainer import ChainerConverter
def convert(function, *shapes):
    inputs = [chainer.Variable(numpy.ones(shape, "f")) for shape in shapes]
    return ChainerConverter().convert(inputs, [function(*inputs)])
W = chainer.Parameter(numpy.ones((4, 2, 3, 3), "f"))
"""

WEBDNN: tuple[Patch, ...] = (
    Patch(
        library=WEBDNN_1,
        module="webdnn",
        why="pkg_resources is only there with an old setuptools",
        until=LAST,
        edits=(
            ("import pkg_resources\n", "from importlib.metadata import version\n"),
            ('pkg_resources.require("webdnn")[0].version', 'version("webdnn")'),
        ),
        probe=NO_DISTUTILS + 'import webdnn\nassert webdnn.__version__ == "1.2.11"',
    ),
    Patch(
        library=WEBDNN_1,
        module="webdnn.graph.variables.constant_variable",
        why="it copies weights twice, and nobody changes either copy",
        until=LAST,
        edits=(("data.copy().astype(np.float32)", "np.asarray(data, np.float32)"),),
        probe="""
import numpy
from webdnn.graph.order import OrderC
from webdnn.graph.variables.constant_variable import ConstantVariable
data = numpy.ones(3, "f")
assert ConstantVariable(data, OrderC).data is data
""",
    ),
    Patch(
        library=WEBDNN_1,
        module="webdnn.graph.operators.util",
        why="Python 3.10 removed collections.Collection",
        until=LAST,
        edits=(("from collections import Collection", "from collections.abc import Collection"),),
        probe="import webdnn",
    ),
    Patch(
        library=WEBDNN_1,
        module="webdnn.graph.operators.elementwise",
        why="a bare generator in an f-string is a syntax error since Python 3.12 (PEP 701)",
        until=LAST,
        edits=(("{y_shape_dict[a] for a in y_axes}", "{[y_shape_dict[a] for a in y_axes]}"),),
        probe="import webdnn",
        python=(3, 12),
    ),
    *(
        Patch(
            library=WEBDNN_1,
            module=module,
            why="an unknown escape in a string is shown as a SyntaxWarning since Python 3.12",
            until=LAST,
            edits=((text, text.replace('"', 'r"', 1)),),
            probe=COMPILE.format(module),
        )
        for module, text in (
            ("webdnn.graph.shape", 're.compile("\\s{2,}")'),
            ("webdnn.graph.operators.attributes.associative", '"""Associative(op, var_keys)'),
            ("webdnn.backend.code_generator.injector", 're.compile("%%('),
            ("webdnn.optimizer.sub_rules.convolution2d_svd_compression", '"""\n    Convolution2D calculates'),
        )
    ),
    Patch(
        library=WEBDNN_1,
        module="webdnn.util.json",
        why="NumPy 1.24 removed numpy.int and numpy.float",
        until=LAST,
        edits=(("np.int64, np.int)", "np.int64)"), ("np.float64, np.float)", "np.float64)")),
        probe="""
import numpy
from webdnn.util import json
assert json.dumps([numpy.int32(1), numpy.float32(0.5), numpy.uint(2)]) == "[1, 0.5, 2]"
""",
    ),
    Patch(
        library=WEBDNN_1,
        module="webdnn.backend.webassembly.graph_descriptor",
        why="numpy.fromstring of bytes is deprecated since NumPy 1.14 and raises since 2.3",
        until=LAST,
        edits=(("np.fromstring(", "np.frombuffer("),),
        probe=CONVERT
        + """
descriptor = generate_descriptor("webassembly", convert(F.relu, (2, 3))).descriptor
assert "int meta_buf_0[] = {" in descriptor.concat_kernel_sources()
""",
    ),
    Patch(
        library=WEBDNN_1,
        module="webdnn.backend.webassembly.generator",
        why="it compiles with Emscripten, which few have; zig, which comes with ganzoo, compiles the same source",
        until=LAST,
        edits=(
            (
                "        self._compile(dirname)\n        self._compile_fallback_asmjs(dirname)\n",
                "        from ganzoo.backends.webassembly.webdnn import toolchain\n"
                "        toolchain.compile_kernels(self.descriptor, dirname)\n",
            ),
        ),
        # "" holds no compiler but zig, which is found as a package
        probe=CONVERT
        + """
import os, pathlib, tempfile
os.environ["PATH"] = ""
with tempfile.TemporaryDirectory() as folder:
    generate_descriptor("webassembly", convert(F.relu, (2, 3))).save(folder)
    assert (pathlib.Path(folder) / "kernels_webassembly.wasm").read_bytes()[:4] == b"\\0asm"
""",
    ),
    Patch(
        library=WEBDNN_1,
        module="webdnn.backend.webgpu.generator",
        why="it warns on every system but macOS that Apple's Metal compiler cannot check the source",
        until=LAST,
        edits=(
            (
                "        except FileNotFoundError:\n            console.warning(",
                "        except FileNotFoundError:\n            console.debug(",
            ),
        ),
        # "" holds no compiler, on macOS either
        probe=CONVERT + 'import os\nos.environ["PATH"] = ""\ngenerate_descriptor("webgpu", convert(F.relu, (2, 3)))',
    ),
    Patch(
        library=WEBDNN_1,
        module="webdnn.optimizer.sub_rules.update_inplace_attribute",
        why="an operator wrote over its input, which other operators had yet to read",
        until=LAST,
        edits=(
            (
                "            if isinstance(v_in, ConstantVariable):\n"
                "                # Constant variable cannot be overwritten\n",
                "            if isinstance(v_in, ConstantVariable) or len(v_in.input_to) > 1:\n"
                "                # Nor can what others read\n",
            ),
        ),
        probe=CONVERT
        + """
import webdnn.backend.webassembly.generator as generator
from webdnn.graph import traverse
allocate, seen = generator.allocate, []
def watched(graph):
    layout = allocate(graph)
    for op in traverse.listup_operators(graph):
        out = layout[next(iter(op.outputs.values()))].offset
        seen.extend(layout[x].offset == out for x in op.inputs.values() if len(x.input_to) > 1)
    return layout
generator.allocate = watched
V = chainer.Parameter(numpy.ones((3, 3), "f"))
def twice(x):
    h = F.linear(x, V)
    return F.linear(F.relu(h), V) + F.linear(h, V)
generate_descriptor("webassembly", convert(twice, (1, 3)))
assert seen and not any(seen)
""",
    ),
    Patch(
        library=WEBDNN_1,
        module="webdnn.backend.webgl.allocator",
        why="an operator that reads a variable twice counted as two readers: others found its texture reused",
        until=LAST,
        edits=(("        for v in op.inputs.values():\n", "        for v in dict.fromkeys(op.inputs.values()):\n"),),
        probe=CONVERT
        + """
import webdnn.backend.webgl.generator as generator
allocate = generator.allocate
def watched(graph):
    layout = allocate(graph)
    from webdnn.graph import traverse
    held = {layout[v].name: v for v in graph.inputs}
    for op in traverse.listup_operators(graph):
        for v in op.inputs.values():
            assert held.setdefault(layout[v].name, v) is v
        held.update((layout[v].name, v) for v in op.outputs.values())
    return layout
generator.allocate = watched
def square(x):
    h = F.relu(x)
    return F.tanh(F.sigmoid(F.sqrt(h * h))) + h
generate_descriptor("webgl", convert(square, (2, 3)))
""",
    ),
    Patch(
        library=WEBDNN_1,
        module="webdnn.backend.webgl.allocator",
        why="variables of one and of four channels shared a texture, which has the channels of either",
        until=LAST,
        edits=(('f"{a.height}x{a.width}"', 'f"{a.height}x{a.width}x{a.channel_mode.name}"'),),
        probe="""
from webdnn.backend.webgl.allocator import WebGLAllocation, _optimize_buffer_reuse
from webdnn.backend.webgl.attributes.channel_mode import ChannelModeEnum
one, four = (WebGLAllocation(4, 1, 4, mode, t, t + 1) for mode, t in zip(ChannelModeEnum, (0, 5)))
shared = {"one": one, "four": four}
_optimize_buffer_reuse(shared)
assert shared == {"one": one, "four": four}
""",
    ),
    Patch(
        library=WEBDNN_1,
        module="webdnn.frontend.chainer.converter",
        why="it warns that it does not support Chainer 5 or newer; the patches below are that support",
        until=LAST,
        edits=(("        if VERSION_MAJOR >= 5:", "        if VERSION_MAJOR >= 8:"),),
        probe="import webdnn.frontend.chainer",
    ),
    Patch(
        library=WEBDNN_1,
        module="webdnn.frontend.chainer.converter",
        why="it swallows what goes wrong with Chainer's import, and dies of a NameError further down",
        until=LAST,
        edits=(("    console.warning(traceback.format_exc())", "    raise"),),
        probe="""
import chainer
chainer.__version__ = "1.0.0"
try:
    import webdnn.frontend.chainer
except NotImplementedError:
    pass
else:
    raise AssertionError
""",
    ),
    Patch(
        library=WEBDNN_1,
        module="webdnn.frontend.chainer.functions.pooling",
        why="max_pooling_2d builds a MaxPoolingND, no MaxPooling2D, in Chainer 7",
        until=LAST,
        edits=(
            (
                "# noinspection PyUnusedLocal\n"
                '@ChainerConverter.register_handler("MaxPoolingND")\n'
                "def _convert_max_pooling_nd("
                'converter: ChainerConverter, c_op: "chainer.functions.MaxPoolingND"):\n'
                "    # TODO\n"
                '    raise NotImplementedError("[ChainerConverter] MaxPoolingND is not supported")\n',
                '@ChainerConverter.register_handler("MaxPoolingND")\n'
                "def _convert_max_pooling_nd(converter, c_op):\n"
                '    if c_op.ndim != 2: raise NotImplementedError("MaxPoolingND is for 2 dimensions only")\n'
                "    (c_op.kh, c_op.kw), (c_op.sy, c_op.sx), (c_op.ph, c_op.pw) = "
                "c_op.ksize, c_op.stride, c_op.pad\n"
                "    _convert_max_pooling2d(converter, c_op)\n",
            ),
        ),
        probe=CONVERT
        + """
graph = convert(lambda x: F.max_pooling_2d(x, (3, 2), (2, 1), (1, 0), False), (1, 2, 8, 8))
pool = graph.outputs[0].output_from
assert (pool.ksize, pool.stride, pool.padding) == ((3, 2), (2, 1), (1, 0))
assert pool.parameters["cover_all"] is False
""",
    ),
    Patch(
        library=WEBDNN_1,
        module="webdnn.frontend.chainer.functions.math",
        why="average and mean build a Mean, which the converter does not know, in Chainer 7",
        until=LAST,
        edits=(
            (
                '\n@ChainerConverter.register_handler("Sum")\n',
                '@ChainerConverter.register_handler("Mean")\n@ChainerConverter.register_handler("Sum")\n',
            ),
            (
                "            x = x.squeeze(axis)\n\n    converter.set_variable(c_op.outputs[0](), x)\n\n\n"
                'ChainerConverter.register_handler("Arccos")',
                "            x = x.squeeze(axis)\n\n"
                "    converter.set_variable(c_op.outputs[0](), "
                'x * c_op.multiplier if "Mean" in c_op.label else x)\n\n\n'
                'ChainerConverter.register_handler("Arccos")',
            ),
        ),
        probe=CONVERT
        + """
mean = convert(lambda x: F.average(x, axis=(2, 3)), (1, 2, 4, 5)).outputs[0]
assert mean.shape == (1, 2) and mean.output_from.parameters["value"] == 1 / 20
""",
    ),
    Patch(
        library=WEBDNN_1,
        module="webdnn.frontend.chainer.functions.connection",
        why="Convolution2DFunction is dilated by dy and dx in Chainer 7: the converter lost them in silence",
        until=LAST,
        edits=(
            (
                "                             padding=(c_op.ph, c_op.pw))\n\n    y, = conv_opr(x, w)\n",
                "                             padding=(c_op.ph, c_op.pw), dilation_rate=(c_op.dy, c_op.dx))\n"
                "\n    y, = conv_opr(x, w)\n",
            ),
        ),
        probe=CONVERT
        + """
graph = convert(lambda x: F.convolution_2d(x, W, dilate=(2, 1)), (1, 2, 8, 8))
assert graph.outputs[0].output_from.dilation_rate == (2, 1)
""",
    ),
    Patch(
        library=WEBDNN_1,
        module="webdnn.frontend.chainer.functions.connection",
        why="Deconvolution2DFunction has groups and dy, dx in Chainer 7: the converter lost them in silence",
        until=LAST,
        edits=(
            (
                "\n    x.order.unify(OrderNCHW)\n    w.order.unify(Order([Axis.C, Axis.N, Axis.KH, Axis.KW]))\n",
                "    if (c_op.groups, c_op.dy, c_op.dx) != (1, 1, 1): "
                'raise NotImplementedError("Deconvolution2D with groups or dilate is not supported")\n'
                "    x.order.unify(OrderNCHW)\n"
                "    w.order.unify(Order([Axis.C, Axis.N, Axis.KH, Axis.KW]))\n",
            ),
        ),
        probe=CONVERT
        + """
convert(lambda x: F.deconvolution_2d(x, W), (1, 4, 8, 8))
for unknown in ({"groups": 2}, {"dilate": 2}):
    try:
        convert(lambda x: F.deconvolution_2d(x, W, **unknown), (1, 4, 8, 8))
    except NotImplementedError:
        continue
    raise AssertionError(unknown)
""",
    ),
    Patch(
        library=WEBDNN_1,
        module="webdnn.frontend.chainer.functions.activation",
        why="LogSoftmax has an axis in Chainer 7: the converter took 1 in silence",
        until=LAST,
        edits=(
            (
                "    axis = x.order.axes[1]\n\n",
                "    axis = x.order.axes[1]\n"
                "    if c_op.axis % x.ndim != 1: "
                'raise NotImplementedError("LogSoftmax is for axis 1 only")\n',
            ),
        ),
        probe=CONVERT
        + """
convert(lambda x: F.log_softmax(x, axis=-1), (2, 3))
try:
    convert(lambda x: F.log_softmax(x, axis=0), (2, 3))
except NotImplementedError:
    pass
else:
    raise AssertionError
""",
    ),
)
