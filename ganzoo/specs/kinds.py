"""The kinds of plugins: `Arch`, `Frontend`, `Backend` and `Dataset`, and the networks and programs that they make."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganzoo.specs.checks import FOLDER, OPTION, is_shape, require, require_name, require_texts, scalars, texts, whole
from ganzoo.specs.tensors import TensorSpec
from ganzoo.specs.training import Preset, Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ganzoo.card import Card
    from ganzoo.export.plan import Plan
    from ganzoo.specs.tensors import FloatArray
    from ganzoo.specs.training import Data, TrainConfig, Training


@dataclass(frozen=True)
class Network:
    """A network to export: `forward` takes a `chainer.Variable` for each input and returns one for each output.

    `forward` is called under `chainer.using_config('train', False)`, on the device of `link`. This is the CPU, except
    when a training on a GPU is evaluated. `link` owns the parameters, so that an operator can be named after its layer.
    `reference` is what the outputs of an export are compared with: for one array (N, *spec.shape) per input it returns
    one array (N, *spec.shape) per output. None stands for `forward` itself.
    `alone` says that a statistic of a batch, such as a deviation over its pictures, is meant of one picture: `forward`
    then gets one picture at a time. `note` is a sentence that whoever exports it should read.
    `grids` are for weights that were quantised before: by the name of a layer, float32 (n,), the scales of the whole
    numbers that its matrix consists of. Such a matrix is stored in int8 without loss.
    """

    name: str
    link: Any
    forward: Callable[..., Any]
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    reference: Callable[[Sequence[FloatArray]], Sequence[FloatArray]] | None = None
    alone: bool = False
    note: str = ""
    grids: Mapping[str, FloatArray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        folder = isinstance(self.name, str) and FOLDER.fullmatch(self.name) is not None
        require(self, "name", folder, "the name of a folder, without slashes and control characters")
        for name in ("inputs", "outputs"):
            specs = getattr(self, name)
            specified = isinstance(specs, tuple) and specs and all(isinstance(spec, TensorSpec) for spec in specs)
            require(self, name, bool(specified), "a tuple of TensorSpecs, at least one")
        made = all(spec.preprocess is None for spec in self.outputs)
        require(self, "outputs", made, "without preprocess, which is for inputs")


@dataclass(frozen=True)
class Arch:
    """An architecture: its description and three hooks.

    `build(config)` returns the network whose parameters are saved in `model.npz`, with initial weights.
    `train(config, data)` returns the updater for such a network on `config.device`, as a `Training`.
    `export(config, model)` returns the networks to export, given a `model` that was built and loaded.
    `pairs(config, images)` is for an architecture whose network makes pictures of pictures. Of images of the data,
    float32 (N, C, H, W) in [0, 1], it makes what the network reads and what it should draw, pictures in [0, 1] too: by
    these a run is judged.
    The first preset is the default. `descriptions` explains hyper-parameters, by their names, in a short sentence each.
    `former_names` are names that links had in earlier versions, each with the name that it has now: snapshots with such
    names are still read. A name that is no longer used tells them from new ones.
    """

    name: str
    summary: str
    source: str
    presets: Mapping[str, Preset]
    build: Callable[[TrainConfig], Any]
    train: Callable[[TrainConfig, Data], Training]
    export: Callable[[TrainConfig, Any], Sequence[Network]]
    descriptions: Mapping[str, str] = field(default_factory=dict)
    former_names: Mapping[str, str] = field(default_factory=dict)
    pairs: Callable[[TrainConfig, FloatArray], tuple[FloatArray, FloatArray]] | None = None

    def __post_init__(self) -> None:
        require_name(self)
        require_texts(self, "summary", "source")
        recipes = (
            isinstance(self.presets, Mapping)
            and self.presets
            and all(isinstance(name, str) and isinstance(preset, Preset) for name, preset in self.presets.items())
        )
        require(self, "presets", bool(recipes), "a mapping of names to Presets, at least one")
        for name in ("descriptions", "former_names"):
            require(self, name, texts(getattr(self, name)), "a mapping of names to texts")
        for hook in ("build", "train", "export"):
            require(self, hook, callable(getattr(self, hook)), "a function")
        require(self, "pairs", self.pairs is None or callable(self.pairs), "None, or a function")


@dataclass(frozen=True)
class Source:
    """Where a trained network is, as a user says it.

    `target` names it: "net.py:Generator", "package.module:make", "model.onnx". `snapshot` is the file of its weights,
    for a network that has them in another file. `options` are the values that `--set NAME=VALUE` gives, as they were
    typed: what they mean is the frontend's to say.
    """

    target: str
    snapshot: Path | None = None
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Frontend:
    """A kind of file that trained networks come in, and how they are read.

    `suffixes` are the ends of the files' names, such as ".onnx": they decide which frontend reads a target. `pattern`
    is a regular expression for targets that are no files, such as "package.module:name", where a frontend has such.
    `read(source, card)` returns the networks in `source`. What `card` says of them holds; for all the rest there is
    `ganzoo.frontends.guesses`. It raises an error of `ganzoo.errors` that names the file, the place in it and the
    remedy.
    """

    name: str
    summary: str
    suffixes: tuple[str, ...]
    read: Callable[[Source, Card], Sequence[Network]]
    pattern: str | None = None

    def reads(self, target: str) -> bool:
        """Whether `target` is of this kind. A file may be followed by a name in it: "net.py:Generator"."""
        file = re.sub(r":[\w.]*$", "", target)
        return file.endswith(self.suffixes) or bool(self.pattern and re.fullmatch(self.pattern, target))

    def __post_init__(self) -> None:
        require_name(self)
        require_texts(self, "summary")
        ends = isinstance(self.suffixes, tuple) and all(
            isinstance(each, str) and each.startswith(".") for each in self.suffixes
        )
        require(self, "suffixes", ends, "a tuple of ends of names, each with its dot")
        require(self, "read", callable(self.read), "a function")


@dataclass(frozen=True)
class Program:
    """A compiled plan: the `files` that the backend's module fetches, by name, and `entry`, the JSON that the module
    finds in the manifest under the backend's name. `instead` names pairs of files of which a page fetches only one."""

    files: Mapping[str, bytes]
    entry: Mapping[str, Any]
    instead: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class WebdnnTarget:
    """How a backend supports WebDNN's own layout. WebDNN must have a descriptor generator for it.

    `generate(graph)` takes a WebDNN graph, does not change it, and returns the data for `write`. For an operator that
    it does not support it raises `NotImplementedError` with WebDNN's message "Operator <Name ...> is not handled".
    `write(data, folder, toolchain)` writes the files that WebDNN's loader fetches. `runs` says whether a browser of
    today can run them; `note` says why not, or gives another remark. `toolchains` are the compilers that `write` can
    use, the default first; empty if nothing is compiled.
    """

    generate: Callable[[Any], Any]
    write: Callable[[Any, Path, str | None], None]
    runs: bool = True
    note: str = ""
    toolchains: tuple[str, ...] = ()


@dataclass(frozen=True)
class Backend:
    """A technology that browsers compute with, and how a plan is compiled for it.

    `title` is what pages call it. Pages try the backends of a network by `order`, the lowest first: it should be the
    lower, the sooner the first output is there.
    `compile(plan)` makes the backend's part of a bundle. It writes nothing, and raises `UnsupportedOperatorError`
    naming layer, operator and backend when the plan is beyond the backend or its limits. `modules` are its JavaScript
    files; the first one exports `create` (docs/bundle.md).
    `tolerance` is the largest absolute difference from Chainer that is no fault of it, with float32 weights; a GPU's
    sums may be fused or reordered, and its exp and division are good to 3 and 2.5 ulp only (WGSL specification).
    `webdnn` is None for a backend that `--layout webdnn` has no files for; nothing else needs it.
    """

    name: str
    title: str
    summary: str
    compile: Callable[[Plan], Program]
    modules: tuple[Path, ...]
    order: int = 100
    tolerance: float = 1e-4
    webdnn: WebdnnTarget | None = None

    def __post_init__(self) -> None:
        require_name(self)
        require_texts(self, "title", "summary")
        require(self, "compile", callable(self.compile), "a function")
        paths = (
            isinstance(self.modules, tuple) and self.modules and all(isinstance(each, Path) for each in self.modules)
        )
        require(self, "modules", bool(paths), "a tuple of the paths of JavaScript files, at least one")


@dataclass(frozen=True)
class Dataset:
    """A source of labelled images.

    `load(data_dir, **options)` reads it from `data_dir`, or from its usual place if that is None. It raises `DataError`
    or `DataMissingError` with the file and a remedy. `shape` and `n_classes` are None if they depend on the data or on
    options. `fetch()` downloads the files into the cache and returns their paths; it is None if there is nothing to
    download.

    `options` are the options that users may give, such as `--size 32`, each with its default; `load` gets a value of
    the default's type for every one of them, and for a data set without options only `data_dir`. `descriptions`
    explains them, by their names, in a short sentence each. `former` has the values with which runs were trained
    before an option existed, where these are not the defaults.
    """

    name: str
    summary: str
    source: str
    licence: str
    shape: tuple[int, int, int] | None
    n_classes: int | None
    load: Callable[..., Data]
    fetch: Callable[[], Sequence[Path]] | None = None
    options: Mapping[str, Scalar] = field(default_factory=dict)
    descriptions: Mapping[str, str] = field(default_factory=dict)
    former: Mapping[str, Scalar] = field(default_factory=dict)

    def __post_init__(self) -> None:
        require_name(self)
        require_texts(self, "summary", "source", "licence")
        shaped = self.shape is None or (is_shape(self.shape) and len(self.shape) == 3)
        require(self, "shape", shaped, "None, or (C, H, W), whole numbers, 1 or more")
        classes = self.n_classes is None or whole(self.n_classes, 1)
        require(self, "n_classes", classes, "None, or a whole number, 1 or more")
        require(self, "load", callable(self.load), "a function")
        require(self, "fetch", self.fetch is None or callable(self.fetch), "None, or a function")
        named = scalars(self.options) and all(OPTION.fullmatch(name) for name in self.options)
        require(self, "options", named, "a mapping of names in small letters to bools, numbers and texts")
        require(self, "descriptions", texts(self.descriptions), "a mapping of names to texts")
        known = scalars(self.former) and self.former.keys() <= self.options.keys()
        require(self, "former", known, "a mapping of names of options to bools, numbers and texts")
