"""Patches that run Chainer 7.8.1 and its ChainerMN on NumPy 2 and Python 3.10 to 3.13.

Functions, links, optimisers, initialisers and distributions were run forwards, backwards and twice backwards, here and
on NumPy 1.19, in float16, 32 and 64. With these patches, values and dtypes agree. One difference is left, because NumPy
2 intends it: a constant that does not fit the type of an integer Variable raises an OverflowError.
"""

from __future__ import annotations

from ganzoo.compat.patch import Patch

CHAINER_7 = "chainer==7.8.1"
LAST = "ganzoo leaves Chainer: 7.8.1 is its last release"

# Python 3.12 has neither, 3.10 may have both: the probes run as if on 3.12
NO_DISTUTILS = """
import sys
sys.modules["pkg_resources"] = sys.modules["numpy.distutils"] = None
"""


def _recorded(name: str, attribute: str, dtype: str, result: list[int]) -> Patch:
    """The patch of a step function, which `ganzoo.functions` computes; `result` is that of -1.5, 0 and 1.5."""
    return Patch(
        library=CHAINER_7,
        module=f"chainer.functions.math.{name}",
        why="it computes outside Chainer's graph, so that no export can follow it",
        until=LAST,
        edits=(
            (
                f"    if isinstance(x, chainer.variable.Variable):\n        x = x.{attribute}\n"
                "    xp = backend.get_array_module(x)\n"
                f"    return chainer.as_variable(utils.force_array(xp.{name}(x){dtype}))",
                f"    from ganzoo.functions import {name} as recorded\n\n\n    return recorded(x)",
            ),
        ),
        probe=f"""
import chainer, numpy
y = chainer.functions.{name}(chainer.Variable(numpy.array([-1.5, 0, 1.5], "f")))
assert y.creator is not None and y.array.tolist() == {result} and y.dtype == "f"
""",
    )


def _late(module: str, imported: str, edits: tuple[tuple[str, str], ...]) -> Patch:
    """The patch of a module that imports the part `imported` of SciPy at its top, for one function that few call."""
    return Patch(
        library=CHAINER_7,
        module=f"chainer.{module}",
        why=f"importing {imported} for one of its functions takes time and memory of every command",
        until=LAST,
        edits=edits,
        probe=f"""
import sys, chainer
assert "{imported}" not in sys.modules
""",
    )


def _special(name: str) -> Patch:
    """The patch of a function that takes its values from SciPy's. `import scipy` imports its parts on first use."""
    uses = ("    from scipy import special\n", "    import scipy\n"), (f"special.{name}(", f"scipy.special.{name}(")
    return _late(f"functions.math.{name}", "scipy.special", uses)


CHAINER: tuple[Patch, ...] = (
    Patch(
        library=CHAINER_7,
        module="chainer._environment_check",
        why=(
            "numpy.distutils ended with Python 3.12, and pkg_resources is only there with an old setuptools; "
            "they served to warn of Accelerate on macOS and of any CuPy but 7"
        ),
        until=LAST,
        edits=(
            ("import numpy.distutils.system_info\nimport pkg_resources\n", "\n\n"),
            ("    _check_osx_numpy_backend()\n    _check_optional_dependencies()\n", "\n\n"),
        ),
        probe=NO_DISTUTILS + "import chainer",
    ),
    Patch(
        library=CHAINER_7,
        module="chainer.testing.helper",
        why="pkg_resources is only there with an old setuptools; two test decorators use it",
        until=LAST,
        edits=(
            ("import pkg_resources\n", "\n"),
            ("    ws = pkg_resources.", "    import pkg_resources; ws = pkg_resources."),
        ),
        probe=NO_DISTUTILS + "import chainer.testing",
    ),
    Patch(
        library=CHAINER_7,
        module="chainer.testing.doctest_helper",
        why="pkg_resources is only there with an old setuptools; one function for doctests uses it",
        until=LAST,
        edits=(
            ("import pkg_resources\n", "\n"),
            ("    ws = pkg_resources.", "    import pkg_resources; ws = pkg_resources."),
        ),
        probe=NO_DISTUTILS + "import chainer.testing.doctest_helper",
    ),
    _recorded("ceil", "data", ", x.dtype", [-1, 0, 2]),
    _recorded("fix", "array", ", x.dtype", [-1, 0, 1]),
    _recorded("floor", "array", ", x.dtype", [-2, 0, 1]),
    _recorded("sign", "array", "", [-1, 0, 1]),
    _special("erfcinv"),
    _special("erfcx"),
    _special("erfinv"),
    _special("ndtri"),
    _late(
        "functions.math.sparse_matmul",
        "scipy.sparse",
        (
            ("    from scipy import sparse\n", "    import scipy\n"),
            (" sparse.coo_matrix(", " scipy.sparse.coo_matrix("),
        ),
    ),
    _late(
        "datasets.svhn",
        "scipy.io",
        (("    from scipy import io\n", "    import scipy\n"), (" io.loadmat(", " scipy.io.loadmat(")),
    ),
    _late("distributions.multivariate_normal", "scipy.linalg", (("    import scipy.linalg\n", "    import scipy\n"),)),
    Patch(
        library=CHAINER_7,
        module="chainer.functions.array.as_strided",
        why="NumPy 2.0 removed np.sctypes",
        until=LAST,
        edits=(
            ("np.sctypes['int']", "(np.int8, np.int16, np.int32, np.int64)"),
            ("np.sctypes['float']", "(np.float16, np.float32, np.float64, np.longdouble)"),
        ),
        probe="""
import chainer, numpy
x = chainer.Variable(numpy.ones((3, 4), "f"))
chainer.functions.sum(chainer.functions.as_strided(x, (2, 3), (1, 1))).backward()
assert x.grad[0].tolist() == [1, 2, 2, 1]
""",
    ),
    Patch(
        library=CHAINER_7,
        module="chainer.functions.array.resize_images",
        why="NumPy 1.24 removed numpy.float",
        until=LAST,
        edits=(("dtype=numpy.float)", "dtype=numpy.float64)"),),
        probe="""
import chainer, numpy
for align_corners in (True, False):
    for mode in ("bilinear", "nearest"):
        x = chainer.Variable(numpy.ones((1, 1, 2, 2), "f"))
        y = chainer.functions.resize_images(x, (4, 4), mode=mode, align_corners=align_corners)
        chainer.functions.sum(y).backward()
        assert y.dtype == x.grad.dtype == "f" and x.grad.sum() == 16
""",
    ),
    Patch(
        library=CHAINER_7,
        module="chainer.functions.normalization.layer_normalization",
        why="in NumPy 2.0 a numpy.float64 eps turns float32 into float64 (NEP 50)",
        until=LAST,
        edits=(("        self.eps = eps\n", "        self.eps = float(eps)\n"),),
        probe="""
import chainer, numpy
x, one = numpy.eye(2, dtype="f"), numpy.ones(2, "f")
assert chainer.functions.layer_normalization(x, one, one, numpy.float64(1e-5)).dtype == "f"
""",
    ),
    Patch(
        library=CHAINER_7,
        module="chainer.functions.normalization.local_response_normalization",
        why="in NumPy 2.0 numpy.float64 parameters turn float32 into float64 (NEP 50)",
        until=LAST,
        edits=(
            ("        self.k = k\n", "        self.k = float(k)\n"),
            ("        self.alpha = alpha\n", "        self.alpha = float(alpha)\n"),
            ("        self.beta = beta\n", "        self.beta = float(beta)\n"),
        ),
        probe="""
import chainer, numpy
x = numpy.ones((1, 6, 2, 2), "f")
assert chainer.functions.local_response_normalization(x, 5, *numpy.array([2, 1e-4, 0.75])).dtype == "f"
""",
    ),
    Patch(
        library=CHAINER_7,
        module="chainer.optimizers.smorms3",
        why="in NumPy 2.0 a numpy.float64 eps turns the float32 state into float64 (NEP 50)",
        until=LAST,
        edits=(
            (
                "        x = g * g / (g2 + self.hyperparam.eps)",
                "        x = g * g / (g2 + float(self.hyperparam.eps))",
            ),
        ),
        probe="""
import chainer, numpy
link = chainer.links.Linear(1, 1)
optimiser = chainer.optimizers.SMORMS3(eps=numpy.float64(1e-16)).setup(link)
optimiser.update(lambda x: chainer.functions.sum(link(x)), numpy.ones((1, 1), "f"))
assert link.W.update_rule.state["mem"].dtype == "f"
""",
    ),
    Patch(
        library=CHAINER_7,
        module="chainer.distributions.categorical",
        why="numpy.meshgrid returns a tuple, no list, since NumPy 2.0",
        until=LAST,
        edits=(
            (
                "self.log_p[mg + [x.data.astype(numpy.int32)]]",
                "self.log_p[(*mg, x.data.astype(numpy.int32))]",
            ),
            ("self.log_p[mg + [x.astype(numpy.int32)]]", "self.log_p[(*mg, x.astype(numpy.int32))]"),
        ),
        probe="""
import chainer, numpy
uniform = chainer.distributions.Categorical(numpy.full((2, 4), 0.25, "f"))
for x in (numpy.array([1, 3]), chainer.Variable(numpy.array([1, 3]))):
    assert numpy.allclose(uniform.log_prob(x).array, numpy.log(0.25))
""",
    ),
    Patch(
        library=CHAINER_7,
        module="chainermn.communicators._memory_utility",
        why="array(copy=False) raises since NumPy 2.0 when the type has to change",
        until=LAST,
        edits=(("xp.array(v, copy=False, dtype=transfer_dtype)", "xp.asarray(v, dtype=transfer_dtype)"),),
        # there need not be any MPI: the module asks of it the name of one type
        probe="""
import sys, types
from unittest.mock import Mock
sys.modules["mpi4py"] = types.ModuleType("mpi4py")
sys.modules["mpi4py.MPI"] = sys.modules["mpi4py"].MPI = Mock()
import chainer, numpy
from chainermn.communicators._memory_utility import unpack_params
parameter = chainer.Parameter(numpy.ones(3, "f"))
unpack_params([parameter], "data", Mock(), numpy.float16, False)
assert parameter.dtype == "f"
""",
    ),
)
