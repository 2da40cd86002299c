"""The contracts of plugins: architectures, frontends, backends and data sets.

A plugin is an instance of `Arch`, `Frontend`, `Backend` or `Dataset`; the rest of ganzoo uses plugins only through
these classes. Arrays are NumPy arrays; images are float32 NCHW in [0, 1] with foreground 1; labels are int32. A `Data`
may hold its images as uint8 as well.

What these classes can check of their fields they check when they are made: a `PluginError` names the field.

A hook refuses what it cannot work with, such as images of another size or a hyper-parameter out of its range, by
raising `ganzoo.errors.UsageError(message, remedy)`: a user then reads the two sentences, and a sweep goes on with other
values. Any other exception is taken for a fault of the plugin and ends the command with a traceback.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from ganzoo.errors import PluginError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    import numpy.typing as npt

    from ganzoo.card import Card
    from ganzoo.export.plan import Plan

    FloatArray = npt.NDArray[np.float32]
    ImageArray = npt.NDArray[np.float32] | npt.NDArray[np.uint8]
    LabelArray = npt.NDArray[np.int32]

Scalar = bool | int | float | str
Meaning = Literal["latent", "onehot", "image", "logits", "probabilities"]
Distribution = Literal["normal", "uniform"]
Resizing = Literal["crop", "fit", "stretch"]
Order = Literal["rgb", "bgr"]
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
OPTION = re.compile(r"[a-z][a-z0-9_]*")
FOLDER = re.compile(r"(?!\.{1,2}$)[^/\\\x00-\x1f\x7f]+")


def _require(what: object, field: str, holds: bool, wanted: str) -> None:
    """Raise `PluginError` unless the `field` of `what`, an instance of a class in this file, `holds`."""
    if not holds:
        from reprlib import repr as shortened

        kind, value = type(what).__name__, shortened(getattr(what, field))
        raise PluginError(f"{kind}.{field} is {value}.", f"It must be {wanted}.")


def _require_name(what: Any) -> None:
    named = isinstance(what.name, str) and NAME.fullmatch(what.name) is not None
    _require(what, "name", named, "letters, digits, '.', '_' and '-', the first a letter or a digit")


def _require_texts(what: object, *fields: str) -> None:
    for name in fields:
        _require(what, name, isinstance(getattr(what, name), str), "a text")


def _scalars(value: object) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(key, str) and isinstance(each, bool | int | float | str) for key, each in value.items()
    )


def _texts(value: object) -> bool:
    return isinstance(value, Mapping) and all(isinstance(text, str) for pair in value.items() for text in pair)


def _whole(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _finite(value: object) -> bool:
    numbers = isinstance(value, tuple) and all(isinstance(n, int | float) and not isinstance(n, bool) for n in value)
    return numbers and all(map(math.isfinite, value))  # type: ignore[call-overload]


def _shape(value: object) -> bool:
    return isinstance(value, tuple) and all(_whole(n, 1) for n in value)


@dataclass(frozen=True)
class Part:
    """A named slice of a vector input: `size` consecutive values of one meaning.

    `latent` values are drawn from N(0, 1), or evenly from the input's range where `distribution` is "uniform";
    `onehot` is one 1 among zeros, at the class asked for.
    """

    name: str
    size: int
    meaning: Meaning
    distribution: Distribution = "normal"

    def __post_init__(self) -> None:
        _require_name(self)
        _require(self, "size", _whole(self.size, 1), "a whole number, 1 or more")


@dataclass(frozen=True)
class Preprocess:
    """How any picture becomes an image input: `ganzoo.pictures` does it, and `runtime/preprocess.js` in the browser.

    The picture is brought to the input's height and width. "crop" scales it to fill them and keeps the middle; "fit"
    keeps all of it and repeats its edge around it; "stretch" gives up its aspect ratio. Values in [0, 1] are then
    brought to the input's range where it has one, the channels to `order`, and each channel to (x - mean) / std.
    `mean` and `std` have a value for each channel in that order, or none: then they are 0 and 1.
    """

    resize: Resizing = "crop"
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    order: Order = "rgb"

    @property
    def normalizes(self) -> bool:
        """Whether values leave the input's range."""
        return bool(self.mean or self.std)

    def normalized(self, images: FloatArray) -> FloatArray:
        """`images` (N, C, H, W) in red, green and blue and in the input's range, as the input takes them."""
        import numpy as np

        ordered = images[:, ::-1] if self.order == "bgr" else images
        mean, std = (
            np.array(values or (default,), images.dtype).reshape(-1, 1, 1)
            for values, default in ((self.mean, 0.0), (self.std, 1.0))
        )
        normalized: FloatArray = (ordered - mean) / std
        return normalized

    def __post_init__(self) -> None:
        _require(self, "resize", self.resize in get_args(Resizing), f"one of {', '.join(get_args(Resizing))}")
        _require(self, "order", self.order in get_args(Order), f"one of {', '.join(get_args(Order))}")
        _require(self, "mean", _finite(self.mean), "a tuple of finite numbers")
        _require(self, "std", _finite(self.std) and all(n > 0 for n in self.std), "a tuple of numbers above 0")


@dataclass(frozen=True)
class TensorSpec:
    """One input or output of an exported network.

    `shape` leaves out the batch. `dtype` is always float32. `range` is the interval of valid values, None
    where it is unbounded. An image is black at its beginning and white at its end: (0, 1) for a sigmoid, (-1, 1) for
    a tanh; without a range, at 0 and 1. `parts` names the slices of a vector input, in their order; they add up to it.
    `distribution` is what a latent input without parts is drawn from: N(0, 1), or "uniform", which is even over its
    range, over (-1, 1) where it has none. `preprocess` is for an image (C, H, W) that is an input: what a picture goes
    through. Where that normalizes, `range` is what values have before it.
    """

    name: str
    shape: tuple[int, ...]
    meaning: Meaning
    range: tuple[float, float] | None = None
    parts: tuple[Part, ...] = ()
    distribution: Distribution = "normal"
    preprocess: Preprocess | None = None

    def to_pictures(self, values: FloatArray) -> FloatArray:
        """Images of this spec, an output, in its range, as pictures in [0, 1]."""
        low, high = self.range or (0.0, 1.0)
        return values if (low, high) == (0.0, 1.0) else (values - low) / ((high - low) or 1.0)

    def from_pictures(self, pictures: FloatArray) -> FloatArray:
        """Pictures (N, C, H, W) in [0, 1] as images of this spec: in its range, then through what `preprocess` says."""
        low, high = self.range or (0.0, 1.0)
        ranged = pictures if (low, high) == (0.0, 1.0) else pictures * (high - low) + low
        return self.preprocess.normalized(ranged) if self.preprocess else ranged

    def described(self) -> dict[str, Any]:
        """This spec as JSON has it. A distribution is told only where it is not the normal one.

        A reader refuses what is out of the range. Where values leave it, it becomes part of `mean` and `std`, which are
        then those of pictures in [0, 1].
        """
        told = asdict(self)
        for each in (told, *told["parts"]):
            if each["distribution"] == "normal":
                del each["distribution"]
        if self.preprocess is None:
            del told["preprocess"]
        elif self.range and self.preprocess.normalizes:
            low, high = self.range
            channels, own = self.shape[0], self.preprocess
            told["range"] = None
            told["preprocess"]["mean"] = [(m - low) / (high - low) for m in own.mean or (0.0,) * channels]
            told["preprocess"]["std"] = [s / (high - low) for s in own.std or (1.0,) * channels]
        return told

    def __post_init__(self) -> None:
        _require_name(self)
        _require(self, "shape", _shape(self.shape), "a tuple of whole numbers, 1 or more")
        wanted = "for an image (C, H, W) in one piece, with none or C numbers as mean and as std; bgr is for C = 3"
        _require(self, "preprocess", self.preprocess is None or _preprocessed(self), wanted)


def _preprocessed(spec: TensorSpec) -> bool:
    """Whether pictures can go through the preprocessing of `spec`."""
    own = spec.preprocess
    if not isinstance(own, Preprocess) or spec.meaning != "image" or len(spec.shape) != 3 or spec.parts:
        return False
    channels = spec.shape[0]
    ordered = own.order == "rgb" or channels == 3
    ranged = spec.range is None or spec.range[0] < spec.range[1]
    return ordered and ranged and {len(own.mean), len(own.std)} <= {0, channels}


@dataclass(frozen=True)
class Preset:
    """A named set of hyper-parameters: a value for each hyper-parameter of an architecture.

    The length of a training is either `epochs`, or `pictures`, the total number of training images that are shown, so
    that a small data set gets as many epochs as it needs, but at most `most_epochs`. The keys of `hparams` are those
    that `--set key=value` accepts; a value is read as the type of the value here.
    """

    summary: str
    batch_size: int
    epochs: int | None = None
    pictures: int | None = None
    most_epochs: int | None = None
    hparams: Mapping[str, Scalar] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _require(self, "batch_size", _whole(self.batch_size, 1), "a whole number, 1 or more")
        for name in ("epochs", "pictures", "most_epochs"):
            value = getattr(self, name)
            _require(self, name, value is None or _whole(value, 1), "None, or a whole number, 1 or more")
        _require(self, "hparams", _scalars(self.hparams), "a mapping of names to bools, numbers and texts")

    def epochs_for(self, n_images: int) -> int:
        """The number of epochs for `n_images` training images."""
        if self.epochs:
            return self.epochs
        epochs = max(1, round((self.pictures or n_images) / n_images))
        return min(epochs, self.most_epochs or epochs)


@dataclass(frozen=True)
class TrainConfig:
    """The complete configuration of a training.

    It is written to `config.json` and is enough to build the network again.

    `hparams` has all keys of the preset. `shape` (C, H, W) and `n_classes` come from the data. `limit` is the number of
    training images to use, None for all. `device` is "cpu" or "cuda:i". `data_options` has all options of the data set;
    in the run of an earlier version, it lacks those that did not exist then.
    """

    arch: str
    preset: str
    dataset: str
    shape: tuple[int, int, int]
    n_classes: int
    epochs: int
    batch_size: int
    seed: int
    device: str
    hparams: Mapping[str, Scalar]
    data_dir: str | None = None
    limit: int | None = None
    data_options: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True)
class Data:
    """A data set in memory: `x` (N, C, H, W), uint8, or float32 in [0, 1]; `t` int32 (N,) in [0, len(classes)).

    A uint8 of 255 stands for 1.0, and `floats` makes float32 of either. Apply it to a batch, not to all
    images: as uint8, 20,000 colour pictures of 64x64 take 250 MB. Arrays may be read-only views of a file.
    """

    train_x: ImageArray
    train_t: LabelArray
    test_x: ImageArray
    test_t: LabelArray
    classes: tuple[str, ...]


def floats(images: Any) -> Any:
    """Images of a `Data` as float32 in [0, 1]: uint8 is divided by 255, and anything else is returned as it is.

    Works on arrays of NumPy and of CuPy. Call it on a batch, because the result takes four times the memory of uint8.
    """
    import numpy as np

    return images.astype(np.float32) / np.float32(255) if images.dtype == np.uint8 else images


@dataclass(frozen=True)
class Training:
    """What the `train` hook of an architecture returns to the trainer.

    `updater` is a `chainer.training.updaters.StandardUpdater`; its `serialize` must cover everything that changes from
    step to step. `model` is the link whose weights `model.npz` has and which `export` gets. `monitors` are the keys of
    observations to log, print and plot, the most informative first. `sample` returns a grid of pictures, float32
    (rows, columns, C, H, W) in [0, 1], from the same noise at every call; None for a network that draws nothing.
    `extensions` are added to the Chainer Trainer unchanged.

    `healthy` gives ranges of monitors. A training is stopped if a monitor stays outside its range for long, because the
    network then no longer learns. `rates` are the hyper-parameters to lower in that case.
    """

    updater: Any
    model: Any
    monitors: tuple[str, ...]
    sample: Callable[[], FloatArray] | None = None
    extensions: tuple[Any, ...] = ()
    healthy: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    rates: tuple[str, ...] = ()


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
        _require(self, "name", folder, "the name of a folder, without slashes and control characters")
        for name in ("inputs", "outputs"):
            specs = getattr(self, name)
            specified = isinstance(specs, tuple) and specs and all(isinstance(spec, TensorSpec) for spec in specs)
            _require(self, name, bool(specified), "a tuple of TensorSpecs, at least one")
        made = all(spec.preprocess is None for spec in self.outputs)
        _require(self, "outputs", made, "without preprocess, which is for inputs")


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
        _require_name(self)
        _require_texts(self, "summary", "source")
        recipes = (
            isinstance(self.presets, Mapping)
            and self.presets
            and all(isinstance(name, str) and isinstance(preset, Preset) for name, preset in self.presets.items())
        )
        _require(self, "presets", bool(recipes), "a mapping of names to Presets, at least one")
        for name in ("descriptions", "former_names"):
            _require(self, name, _texts(getattr(self, name)), "a mapping of names to texts")
        for hook in ("build", "train", "export"):
            _require(self, hook, callable(getattr(self, hook)), "a function")
        _require(self, "pairs", self.pairs is None or callable(self.pairs), "None, or a function")


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
        _require_name(self)
        _require_texts(self, "summary")
        ends = isinstance(self.suffixes, tuple) and all(
            isinstance(each, str) and each.startswith(".") for each in self.suffixes
        )
        _require(self, "suffixes", ends, "a tuple of ends of names, each with its dot")
        _require(self, "read", callable(self.read), "a function")


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
        _require_name(self)
        _require_texts(self, "title", "summary")
        _require(self, "compile", callable(self.compile), "a function")
        paths = (
            isinstance(self.modules, tuple) and self.modules and all(isinstance(each, Path) for each in self.modules)
        )
        _require(self, "modules", bool(paths), "a tuple of the paths of JavaScript files, at least one")


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
        _require_name(self)
        _require_texts(self, "summary", "source", "licence")
        shaped = self.shape is None or (_shape(self.shape) and len(self.shape) == 3)
        _require(self, "shape", shaped, "None, or (C, H, W), whole numbers, 1 or more")
        classes = self.n_classes is None or _whole(self.n_classes, 1)
        _require(self, "n_classes", classes, "None, or a whole number, 1 or more")
        _require(self, "load", callable(self.load), "a function")
        _require(self, "fetch", self.fetch is None or callable(self.fetch), "None, or a function")
        named = _scalars(self.options) and all(OPTION.fullmatch(name) for name in self.options)
        _require(self, "options", named, "a mapping of names in small letters to bools, numbers and texts")
        _require(self, "descriptions", _texts(self.descriptions), "a mapping of names to texts")
        known = _scalars(self.former) and self.former.keys() <= self.options.keys()
        _require(self, "former", known, "a mapping of names of options to bools, numbers and texts")
