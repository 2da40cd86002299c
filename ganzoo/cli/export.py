"""`ganzoo export` and `verify`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ganzoo import plugins
from ganzoo.api.exports import load_export, write
from ganzoo.cli import console, show
from ganzoo.cli.app import app
from ganzoo.cli.arguments import (
    AsJson,
    ExportName,
    assigned,
    backend_option,
    complete,
    last_option,
    max_file_size_option,
    tolerance_option,
)
from ganzoo.cli.help import BROWSER, command
from ganzoo.errors import UsageError
from ganzoo.lookup import find_run, is_run, run_names
from ganzoo.memory import return_large_arrays

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ganzoo.export.subject import Subject


class Layout(str, Enum):
    ganzoo = "ganzoo"
    webdnn = "webdnn"


class Encoding(str, Enum):
    f32 = "f32"
    f16 = "f16"
    int8 = "int8"


@dataclass(frozen=True)
class Own:
    """The options that tell of a network of the user's own."""

    snapshot: Path | None
    card: Path | None
    inputs: Sequence[str]
    frontend: str | None
    noise: str | None
    alone: bool
    values: Mapping[str, str]


NAMES = {"inputs": "input", "values": "set"}  # of options that repeat
WHAT, OWN, FILES, CHECKS = "What to export", "A network of your own", "Files", "Checks"


@command(
    app,
    BROWSER,
    examples="""
# Export the latest run for every backend
ganzoo export --all-backends

# Make it small: one backend, weights in 8 bits, at most 1 MB in all
ganzoo export -b webassembly --weights int8 --budget 1MB

# See what each network is compiled to, without writing anything
ganzoo export --explain

# Export a network of your own: an ONNX file
ganzoo export model.onnx --all-backends

# Export the class Generator of a script
ganzoo export net.py:Generator --snapshot gen.npz --input z=110 --all-backends

# net.toml: what is to be known of the network in net.py; all is optional
name = "garments"         # also: title, description, licence
classes = ["shirt", "coat"]
[[inputs]]                # in the order in which the network takes them
name = "x"
shape = [3, 32, 32]       # without the batch
meaning = "image"         # or latent, onehot
range = [-1, 1]           # black and white
[[outputs]]
name = "y"
meaning = "logits"        # or probabilities, image
""",
)
def export(
    network: Annotated[
        str | None,
        typer.Argument(
            metavar="RUN|NETWORK",
            help="Name or folder of a run, or a network of your own: an ONNX file, or a Python file or module and what "
            "it defines, such as net.py:Generator. Importing a script runs it.",
            show_default="the latest finished run",
            autocompletion=complete(run_names),
        ),
    ] = None,
    backend: Annotated[
        list[str] | None, backend_option("Compile for this backend; 'ganzoo list backends' shows all.", WHAT)
    ] = None,
    all_backends: Annotated[
        bool, typer.Option("--all-backends", help="Compile for every backend.", rich_help_panel=WHAT)
    ] = False,
    last: Annotated[bool, last_option(WHAT)] = False,
    snapshot: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Weights that chainer.serializers.save_npz wrote: of the network, a Classifier or a Trainer.",
            rich_help_panel=OWN,
        ),
    ] = None,
    inputs: Annotated[
        list[str] | None,
        typer.Option(
            "--input",
            metavar="NAME=SHAPE[:MEANING]",
            help="Shape of an input without the batch, such as x=1x28x28 or label=10:onehot. Repeat the option for "
            "several.",
            show_default=False,
            rich_help_panel=OWN,
        ),
    ] = None,
    values: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="Argument of the network's class or function, or the size of an open axis of an ONNX file. Repeat the "
            "option for several.",
            show_default=False,
            rich_help_panel=OWN,
        ),
    ] = None,
    card: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="TOML file that tells more of the network; see the example below.",
            show_default="net.toml beside net.py, if it is there",
            rich_help_panel=OWN,
        ),
    ] = None,
    noise: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The network draws noise in its forward pass. It becomes an input of this name, which pages draw from "
            "their seed.",
            show_default=False,
            rich_help_panel=OWN,
        ),
    ] = None,
    alone: Annotated[
        bool,
        typer.Option(
            "--alone",
            help="The network computes something of its whole batch, such as a standard deviation: compute it of one "
            "picture.",
            rich_help_panel=OWN,
        ),
    ] = False,
    frontend: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="What reads the network; 'ganzoo list frontends' shows all.",
            show_default="by the file's name",
            rich_help_panel=OWN,
            autocompletion=complete(plugins.FRONTENDS.names),
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder to write to. An export that is there already is replaced.",
            show_default="export/ in the run, NAME-export for a network of your own",
            rich_help_panel=FILES,
        ),
    ] = None,
    weights: Annotated[
        Encoding,
        typer.Option(
            help="Number format of the weights. f16 halves their size, int8 quarters it.", rich_help_panel=FILES
        ),
    ] = Encoding.f32,
    max_file_size: Annotated[str | None, max_file_size_option("one file per network", FILES)] = None,
    layout: Annotated[
        Layout,
        typer.Option(
            help="File format: ganzoo's own, or that of WebDNN 1.2.11 for pages that use its webdnn.js.",
            rich_help_panel=FILES,
        ),
    ] = Layout.ganzoo,
    toolchain: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Compiler for --layout webdnn: zig, or emscripten if it is installed.",
            show_default="zig",
            rich_help_panel=FILES,
        ),
    ] = None,
    budget: Annotated[
        str | None,
        typer.Option(
            metavar="SIZE",
            help="Fail if all files together are larger than this, for example 800kB or 5MB.",
            rich_help_panel=CHECKS,
        ),
    ] = None,
    verify: Annotated[
        bool | None,
        typer.Option(
            "--verify/--no-verify",
            help="Run the export in a browser and compare its outputs with the original network's.",
            show_default="verify if a browser is found",
            rich_help_panel=CHECKS,
        ),
    ] = None,
    tolerance: Annotated[float | None, tolerance_option(CHECKS)] = None,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain",
            help="Only show the steps that each network is compiled to, and write nothing.",
            rich_help_panel=CHECKS,
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Compile the networks of a run, or one of your own, for the browser, verify them there, and report their sizes.

    The export has a folder for each network, with all that a web page needs to run it.
    """
    from ganzoo.export import size
    from ganzoo.export.explain import explain as explanation
    from ganzoo.site import hosts

    if not explain and bool(backend) == all_backends:
        raise UsageError("No backends were chosen.", "Name them with --backend, or choose all with --all-backends.")
    return_large_arrays()
    own = Own(snapshot, card, tuple(inputs or ()), frontend, noise, alone, assigned(values or ()))
    subject, place = _run(network, last, own) if network is None or is_run(network) else _own(network, last, own)
    if explain:
        show.explanations(explanation(subject), as_json)
        return
    made = write(
        subject,
        out or place,
        backends=backend,
        weights=weights.value,
        max_file_size=None if max_file_size is None else hosts.parse_size(max_file_size),
        budget=None if budget is None else size.parse_bytes(budget),
        verify=verify,
        layout=layout.value,
        toolchain=toolchain,
        tolerance=tolerance,
        progress=console.step,
    )
    if made.note:
        console.warn(made.note)
    for name, reason in made.left_out.items():
        console.warn(f"{name} is left out: {reason}")
    if made.unverified:
        console.warn(f"The export was not verified: {made.unverified}")
    if as_json:
        show.export_json(made)
    else:
        show.export(made)


def _run(name: str | None, last: bool, own: Own) -> tuple[Subject, Path]:
    """A run, and where its export goes."""
    for option, value in vars(own).items():
        if value:
            problem = f"--{NAMES.get(option, option)} is for a network of your own, not for a run."
            raise UsageError(problem, "Name the network, for example: ganzoo export net.py:Generator")
    run = find_run(name, last=last)
    return run, run.path / "export"


def _own(target: str, last: bool, own: Own) -> tuple[Subject, Path]:
    """A network of the user's own, and where its export goes."""
    from ganzoo import imported
    from ganzoo.specs import Source

    if last:
        raise UsageError(f"--last is for runs, and there is no run '{target}'.", "Leave it out, or name a run.")
    source = Source(target, own.snapshot, own.values)
    subject = imported.load(source, own.card, own.inputs, own.frontend, own.noise, own.alone)
    return subject, Path(f"{subject.name}-export")


@command(
    app,
    BROWSER,
    examples="""
# Verify the latest export
ganzoo verify

# Verify one backend of a certain run's export
ganzoo verify cnn-mnist-1 -b webgl
""",
)
def verify(
    export: ExportName = None,
    backend: Annotated[
        list[str] | None, backend_option("Verify only this backend.", default="all in the export")
    ] = None,
    tolerance: Annotated[float | None, tolerance_option()] = None,
    as_json: AsJson = False,
) -> None:
    """Run an export in a real browser and compare its outputs with the original network's.

    The exit code is 1 if an output differs by more than the backend's tolerance.
    """
    from ganzoo.verify.exports import require

    chosen = load_export(export)
    checks = chosen.verify(backend or (), tolerance=tolerance, strict=False, progress=console.step)
    if as_json:
        console.print_json(show.plain(checks))
    else:
        show.checks(chosen, checks)
    require(checks)
