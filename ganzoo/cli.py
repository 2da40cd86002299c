"""The command line: each command reads its options, calls one function and shows what comes back.

Data goes to stdout, progress and messages to stderr. Exit codes: 0 done; 1 a check did not hold; 2 wrong
use; 3 something is missing on this machine; 130 interrupted. Nothing heavy is imported before a command runs.
"""

from __future__ import annotations

import contextlib
import signal
import sys
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ganzoo import __version__, plugins, show
from ganzoo.bench import options as bench_options
from ganzoo.errors import GanzooError, MissingError, RunError, UnknownNameError, UsageError
from ganzoo.files import FULL

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ganzoo.export.exports import Export
    from ganzoo.runs.run import Run

ROOT = Path("runs")

app = typer.Typer(
    name="ganzoo",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
data_app = typer.Typer(no_args_is_help=True, help="The data sets.")
app.add_typer(data_app, name="data")
runs_app = typer.Typer(no_args_is_help=True, help="Trainings that were done; 'ganzoo list runs' shows which.")
app.add_typer(runs_app, name="runs")


class Kind(str, Enum):
    archs = "archs"
    backends = "backends"
    datasets = "datasets"
    runs = "runs"


class Layout(str, Enum):
    ganzoo = "ganzoo"
    webdnn = "webdnn"


class Kept(str, Enum):
    best = "best"
    last = "last"


class Encoding(str, Enum):
    f32 = "f32"
    f16 = "f16"
    int8 = "int8"


def _complete(names: Callable[[], Sequence[str]]) -> Callable[[str], list[str]]:
    return lambda incomplete: [name for name in names() if name.startswith(incomplete)]


def _run_names() -> list[str]:
    return [file.parent.name for file in sorted(ROOT.glob("*/config.json"))]


ArchName = Annotated[
    str,
    typer.Argument(help="An architecture; see 'ganzoo list archs'.", autocompletion=_complete(plugins.ARCHS.names)),
]
RunName = Annotated[
    str | None,
    typer.Argument(metavar="[RUN]", help="A run's name or folder; the latest.", autocompletion=_complete(_run_names)),
]
BundleName = Annotated[
    str | None,
    typer.Argument(
        metavar="[EXPORT]",
        help="An export's folder, or a run that has one; the latest.",
        autocompletion=_complete(_run_names),
    ),
]
BundleNames = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="EXPORT",
        help="Exports' folders, or runs that have one; the latest.",
        autocompletion=_complete(_run_names),
    ),
]
Backends = Annotated[
    list[str] | None,
    typer.Option("--backend", "-b", help="Repeat for several.", autocompletion=_complete(plugins.BACKENDS.names)),
]
Last = Annotated[bool, typer.Option("--last", help="The network as it was at the end, not the best by score.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def _version(wanted: bool) -> None:
    if wanted:
        print(__version__)
        raise typer.Exit


@app.callback()
def _app(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.", callback=_version, is_eager=True)
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show a traceback with an error.")] = False,
) -> None:
    """Train small GANs and classifiers; ship them as static pages that draw in the browser."""


@app.command("list")
def list_(
    kind: Annotated[Kind | None, typer.Argument(help="What to list; all plugins and runs.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the architectures, backends, data sets and runs."""
    from ganzoo import catalog

    kinds = [kind.value] if kind else [each.value for each in Kind]
    listings = {each: catalog.listing(each, ROOT) for each in kinds}
    show.json(listings) if as_json else show.listings(listings)


@app.command()
def info(
    name: Annotated[str, typer.Argument(help="An architecture, a backend or a data set.")],
    as_json: AsJson = False,
) -> None:
    """Show all that is declared of a plugin: presets with their values, sources, notes."""
    from ganzoo import catalog

    found = catalog.info(name)
    show.json(found) if as_json else show.info(found)


@app.command()
def train(
    arch: ArchName,
    preset: Annotated[str | None, typer.Option(help="A recipe of the architecture; see 'ganzoo info ARCH'.")] = None,
    dataset: Annotated[
        str | None, typer.Option(help="The data; digits.", autocompletion=_complete(plugins.DATASETS.names))
    ] = None,
    data_dir: Annotated[Path | None, typer.Option(help="Where the data's files already are.")] = None,
    epochs: Annotated[int | None, typer.Option(help="How often to see the data; the preset's.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="Images a step; the preset's.")] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu, cuda or cuda:i.")] = None,
    seed: Annotated[int | None, typer.Option(help="Of every random choice; 0.")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A hyper-parameter; repeat.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(help="Use so many of the training images, of each class as many.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The run's folder; runs/ARCH-DATASET-N.")] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Continue the latest unfinished run of ARCH, or the one in --out.")
    ] = False,
    from_: Annotated[
        Kept | None,
        typer.Option("--from", help="With --resume: from this snapshot, where --set and --seed may differ."),
    ] = None,
    keep: Annotated[int | None, typer.Option(help="Keep so many of the last snapshots, and the best; 2.")] = None,
    distributed: Annotated[
        bool, typer.Option("--distributed", help="Under: mpiexec -n N. The batch is shared by N processes.")
    ] = False,
) -> None:
    """Train an architecture. Ctrl-C saves; --resume goes on as if it had never stopped."""
    from ganzoo.training import options as training_options
    from ganzoo.training import train as training
    from ganzoo.updaters import distributed as processes

    options = training_options.TrainOptions(
        preset, dataset, data_dir, epochs, batch_size, device, seed, limit, set_ or (), keep
    )
    if from_ and not resume:
        raise UsageError("--from is of a run that there is.", "Add --resume, and --out RUN.")
    with processes.job(_tell) if distributed else contextlib.nullcontext(processes.ALONE) as team:
        console = show.err() if team.leads else show.nowhere()
        if distributed:
            console.print(f"{team.size} processes share each batch. Should one die, --resume goes on.", style="dim")
        if resume:
            outcome = training.resume(arch, options, ROOT, out, console, from_.value if from_ else None)
        else:
            outcome = training.train(arch, options, ROOT, out, console)
    if team.leads:
        show.outcome(outcome)
    if outcome.interrupted:
        raise typer.Exit(130)


@app.command()
def sweep(
    space: Annotated[Path, typer.Argument(help="A TOML file; ganzoo/sweep/space.py has an example.")],
    out: Annotated[Path | None, typer.Option(help="The sweep's folder; runs/sweeps/NAME, of the file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Try hyper-parameters. The same command goes on after Ctrl-C, or helps from another terminal."""
    from ganzoo.sweep import report, study
    from ganzoo.sweep import space as spaces

    wanted = spaces.load(space)
    found = study.sweep(wanted, out or ROOT / "sweeps" / space.stem, show.err())
    report.plot(found, found.folder / "sweep.png")
    show.json(report.as_json(found)) if as_json else show.sweep(found)
    if found.interrupted:
        raise typer.Exit(130)


@app.command()
def sample(
    run: RunName = None,
    label: Annotated[list[str] | None, typer.Option("--label", "-l", help="A class; repeat. All.")] = None,
    count: Annotated[int, typer.Option(help="Pictures of each class.")] = 5,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Of the noise.")] = 0,
    out: Annotated[Path | None, typer.Option(help="The picture's file; sample.png in the run.")] = None,
    last: Last = False,
) -> None:
    """Draw pictures with a trained generator."""
    from ganzoo.files import replacing
    from ganzoo.sample import sheet

    chosen = _run(run, last)
    path = out or chosen.path / "sample.png"
    picture = sheet(chosen, label or [], count, seed)
    with replacing(path) as beside:
        picture.save(beside, format="png")
    print(path)


@app.command("eval")
def eval_(
    run: RunName = None,
    data_dir: Annotated[Path | None, typer.Option(help="Where the data's files are now; where they were.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Leave GAN-train out, which trains classifiers.")] = False,
    last: Last = False,
    as_json: AsJson = False,
) -> None:
    """Judge a run: scores beside what real images score; metrics.json, metrics.png, neighbours.png in the run."""
    from ganzoo.metrics.evaluate_run import evaluate

    chosen = _run(run, last)
    document = evaluate(chosen, data_dir, quick, show.step)
    show.json(document) if as_json else show.metrics(chosen, document)


@app.command()
def export(
    run: RunName = None,
    backend: Backends = None,
    all_backends: Annotated[bool, typer.Option("--all-backends", help="Every backend there is.")] = False,
    layout: Annotated[Layout, typer.Option(help="Whose files: ganzoo's, or WebDNN 1.2.11's own.")] = Layout.ganzoo,
    weights: Annotated[Encoding, typer.Option(help="How parameters are stored.")] = Encoding.f32,
    max_file_size: Annotated[
        str | None,
        typer.Option(metavar="SIZE|HOST", help="Cut the weights into files of at most this: 5MB, cloudflare-pages."),
    ] = None,
    toolchain: Annotated[
        str | None, typer.Option(help="For WebDNN's webassembly: zig, or emscripten where installed.")
    ] = None,
    budget: Annotated[str | None, typer.Option(metavar="SIZE", help="Fail above this: 800kB, 5MB.")] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show the compiled steps of each network, and write nothing.")
    ] = False,
    verify: Annotated[
        bool | None,
        typer.Option("--verify/--no-verify", help="Compare with Chainer in a browser; where there is one."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The export's folder; export in the run.")] = None,
    last: Last = False,
    as_json: AsJson = False,
) -> None:
    """Write a run's networks for the browser, verified there, and report their sizes."""
    from ganzoo.export import exports, size
    from ganzoo.export.explain import explain as explanation
    from ganzoo.export.layouts import ExportOptions
    from ganzoo.site import hosts
    from ganzoo.verify import exports as verification

    if explain:
        show.explanations(explanation(_run(run, last)), as_json)
        return
    if bool(backend) == all_backends:
        raise UsageError("Which backends?", "Name them with --backend, or take --all-backends.")
    chosen = _run(run, last)
    backends = [plugins.BACKENDS.get(name) for name in dict.fromkeys(backend or plugins.BACKENDS.names())]
    known = {name for each in backends for name in each.toolchains}
    if toolchain and toolchain not in known:
        raise UnknownNameError("toolchain of these backends", toolchain, known)

    def judge(staged: Export) -> Sequence[Any]:
        try:
            checks = verification.verify(staged, progress=show.step)
        except (MissingError, UsageError) as error:  # no browser here, or nothing that a browser runs
            if verify:
                raise
            show.warn(f"Not verified: {error.message} {error.remedy}")
            return ()
        verification.require(checks)
        return checks

    made = exports.write(
        chosen,
        backends,
        out or chosen.path / "export",
        layout=layout.value,
        options=ExportOptions(
            toolchain, weights.value, None if max_file_size is None else hosts.parse_size(max_file_size)
        ),
        budget=None if budget is None else size.parse_bytes(budget),
        progress=show.step,
        **({} if verify is False else {"judge": judge}),
    )
    show.export_json(made) if as_json else show.export(made)


@app.command()
def verify(bundle: BundleName = None, backend: Backends = None, as_json: AsJson = False) -> None:
    """Run an export in a real browser and compare with Chainer."""
    from ganzoo.verify import exports as verification

    chosen = _bundle(bundle)
    checks = verification.verify(chosen, backend or (), show.step)
    show.json(show.plain(checks)) if as_json else show.checks(chosen, checks)
    verification.require(checks)


@app.command()
def bench(
    bundles: BundleNames = None,
    backend: Backends = None,
    browser: Annotated[
        list[str] | None, typer.Option("--browser", help="A browser's name or path, repeated for several; all found.")
    ] = None,
    listen: Annotated[
        bool, typer.Option("--listen", help="On a phone of your network too: opens a port, shows a QR code.")
    ] = False,
    peers: Annotated[bool, typer.Option("--peers", help="Beside other libraries, which npm fetches once.")] = False,
    batch: Annotated[str, typer.Option(metavar="N,N,...", help="Pictures a run.")] = ",".join(
        map(str, bench_options.BATCHES)
    ),
    rounds: Annotated[
        str, typer.Option(metavar="N[-M]", help="At least N, to M while intervals are too wide; below 6 has none.")
    ] = f"{bench_options.LEAST}-{bench_options.MOST}",
    precision: Annotated[float, typer.Option(min=0.1, help="Narrow enough, ± in %.")] = 100 * bench_options.PRECISION,
    seconds: Annotated[
        float, typer.Option(min=0.01, help="How long each batch is timed in a visit.")
    ] = bench_options.SECONDS,
    throttle: Annotated[bool, typer.Option(help="Cold starts on a link of 9 Mbit/s and 60 ms as well.")] = True,
    seed: Annotated[int | None, typer.Option(help="Of the order of visits; drawn anew.")] = None,
    json: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write all figures; - is stdout, alone.")
    ] = None,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write a page with charts.")] = None,
    markdown: Annotated[
        Path | None, typer.Option("--markdown", metavar="FILE", help="Write tables, a README's first.")
    ] = None,
    compare: Annotated[
        Path | None, typer.Option("--compare", metavar="OLD.json", help="Against an older report, by ratios.")
    ] = None,
    tolerance: Annotated[
        float, typer.Option(min=0, help="By how many % a ratio may worsen before --compare exits 1.")
    ] = 10,
) -> None:
    """Time exports in every browser here: cold start, load, runs, throughput, bytes; rivals beside them."""
    from ganzoo.bench import compare as comparison
    from ganzoo.bench import run as benchmark
    from ganzoo.bench.visitors import visitors

    old = comparison.read(compare) if compare else None
    chosen = [_bundle(name) for name in bundles or (None,)]
    options = bench_options.parse(
        tuple(backend or ()), batch, rounds, precision / 100, seconds, throttle=throttle, peers=peers, seed=seed
    )
    exports = [(bundle, _run_of(bundle)) for bundle in chosen]
    for bundle in chosen:
        bundle.choose(options.backends)
    with visitors(browser or (), listen, show.invitation) as opened, show.stages() as progress:
        report = benchmark.bench(exports, opened, options, progress)
    show.bench(report, json, html, markdown)
    changes = comparison.compare(old, report, tolerance / 100) if old else None
    if changes:
        show.comparison(changes, aside=str(json) == "-")
    failures = benchmark.failures(report, options)
    for failure in failures:
        show.warn(failure)
    if benchmark.stopped(report):
        raise typer.Exit(130)
    if failures or (changes and changes.worse):
        raise typer.Exit(1)


@app.command()
def site(
    names: BundleNames = None,
    out: Annotated[Path, typer.Option(help="The site's folder.")] = Path("site"),
    base_path: Annotated[
        str,
        typer.Option(
            metavar="PATH", help="Where the host will have it: /demo/. 404.html, _headers and .htaccess must know."
        ),
    ] = "/",
    max_file_size: Annotated[
        str | None,
        typer.Option(metavar="SIZE|HOST", help="Cut the weights into files of at most this: 5MB, cloudflare-pages."),
    ] = None,
    title: Annotated[str, typer.Option(help="What the site is called.")] = "ganzoo",
    as_json: AsJson = False,
) -> None:
    """Write pages to play with exported networks: a folder for any static host."""
    from ganzoo.site import build, hosts

    chosen = [_bundle(name) for name in names or (None,)]
    options = build.SiteOptions(base_path, None if max_file_size is None else hosts.parse_size(max_file_size), title)
    made = build.build([(bundle, _run_of(bundle)) for bundle in chosen], out, options, show.step)
    for line in made.passed_over:
        show.warn(line)
    show.site_json(made) if as_json else show.site(made)


@app.command()
def serve(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="A site, or any folder.")] = Path("site"),
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="8000, or the next that is free.")] = None,
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="0.0.0.0 lets your network in.")] = "127.0.0.1",
    open_: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
) -> None:
    """Show a site on this machine, as a host would; Ctrl-C ends it."""
    from ganzoo.site import serve as server

    server.serve(folder, host, port, lambda url, exposed: show.serving(url, exposed, open_))


@data_app.command("list")
def data_list(as_json: AsJson = False) -> None:
    """Show the data sets."""
    list_(Kind.datasets, as_json)


@data_app.command("fetch")
def data_fetch(
    name: Annotated[str, typer.Argument(help="A data set.", autocompletion=_complete(plugins.DATASETS.names))],
) -> None:
    """Download a data set into the cache and print its files."""
    dataset = plugins.DATASETS.get(name)
    if dataset.fetch is None:
        raise UsageError(f"{name} has nothing to download.", f"Train with it: ganzoo train cnn --dataset {name}")
    for path in dataset.fetch():
        print(path)


@runs_app.command("report")
def runs_report(run: RunName = None) -> None:
    """Write a run's page, run.html: curves, pictures over time, scores, recipe, machine; and training.webp."""
    from ganzoo.training.report import html

    print(html.write(_run(run, finished=None)))


@runs_app.command("compare")
def runs_compare(
    a: Annotated[str, typer.Argument(help="A run's name or folder.", autocompletion=_complete(_run_names))],
    b: Annotated[str, typer.Argument(help="Another's.", autocompletion=_complete(_run_names))],
    as_json: AsJson = False,
) -> None:
    """Show what two runs differ in: recipe, data, scores, time."""
    from ganzoo.training.report.compare import compare

    first, second = _run(a), _run(b)
    found = compare(first, second)
    show.json({"a": str(first.path), "b": str(second.path), **found}) if as_json else show.differences(
        first.name, second.name, found
    )


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Show what this machine has and lacks, with remedies. Exits 3 when training or export cannot work."""
    from ganzoo import doctor as examination

    findings = examination.examine()
    show.findings(findings, as_json)
    if any(finding.required and not finding.ok for finding in findings):
        raise typer.Exit(3)


def _run(name: str | None, last: bool = False, finished: bool | None = True) -> Run:
    """The run `name`, the latest one without, `finished` or not; with its `last` network instead of the best."""
    from ganzoo.runs import run as runs

    weights = "last" if last else "model"
    if name is None:
        return replace(runs.latest(ROOT, finished=finished), weights=weights)
    for path in (Path(name), ROOT / name):
        if (path / "config.json").exists():
            return replace(runs.load(path), weights=weights)
    raise UnknownNameError("run", name, _run_names())


def _bundle(name: str | None) -> Export:
    from ganzoo.export import exports
    from ganzoo.runs import run as runs

    if name is None:
        with_export = [run for run in runs.every(ROOT) if exports.is_export(run.path / "export")]
        if not with_export:
            raise RunError(f"No run in {ROOT}/ has an export.", "Make one with: ganzoo export --all-backends")
        return exports.load(with_export[-1].path / "export")
    folder = Path(name)
    if not exports.is_export(folder):
        return exports.load(_run(name).path / "export")
    place = folder.resolve()
    with contextlib.suppress(RunError):  # the folder of a network, as `ganzoo export` prints it, means its export
        around = exports.load(place.parent)
        if place.name in around.networks:
            return around
    return exports.load(folder)


def _run_of(bundle: Export) -> Run | None:
    """The run that `bundle` was made from: the folder it lies in, or the one of its name here; None without either."""
    from ganzoo.runs import run as runs

    name = str(bundle.manifest["run"])
    for path in (bundle.path.resolve().parent, ROOT / Path(name).name):
        if path.name == name and (path / "config.json").exists():
            return runs.load(path)
    return None


def _tell(error: BaseException) -> int:
    """Say what `error` means to a user, and return the exit code. Raises it again when it is a bug."""
    if isinstance(error, GanzooError):
        show.error(error)
        return error.exit_code
    if isinstance(error, OSError) and (error.filename is not None or error.errno in FULL):
        where = "" if error.filename is None else f"{error.filename}: "
        remedy = "Make room on that disk, or name" if error.errno in FULL else "Mend this place, or name"
        show.error(MissingError(f"{where}{error.strerror}.", f"{remedy} another place."))
        return MissingError.exit_code
    raise error


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line; every end is a `SystemExit` with its code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if argv is None:
        # a plain SIGTERM would end this process without closing the browser that it started
        signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        app(arguments, prog_name="ganzoo")
    except (GanzooError, OSError) as error:
        code = _tell(error)
        if "--debug" in arguments:
            raise
        raise SystemExit(code) from None
