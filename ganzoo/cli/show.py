"""Print the result of each command: tables on stdout, or JSON for programs."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ganzoo.cli import console
from ganzoo.cli.arguments import option

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ganzoo.api.exports import Export
    from ganzoo.api.runs import Run
    from ganzoo.bench.compare import Comparison
    from ganzoo.doctor import Finding
    from ganzoo.export.checks import Check
    from ganzoo.export.encoding_costs import EncodingCost
    from ganzoo.export.explain import Row as Explained
    from ganzoo.site.build import Site
    from ganzoo.sweep.study import Sweep


def listings(kinds: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    for kind, entries in kinds.items():
        rows = [[entry["name"], _summary(entry), entry.get("package", "")] for entry in entries]
        if rows:
            console.table((kind, "", "package" if kind != "runs" else ""), rows)


def _summary(entry: Mapping[str, Any]) -> str:
    if "error" in entry:
        return f"BROKEN: {entry['error']}"
    return f"{entry['summary']} ({entry['note']})" if entry.get("note") else str(entry["summary"])


def info(found: Mapping[str, Any]) -> None:
    for key, value in found.items():
        if key not in ("descriptions", "options", "presets") and value not in ("", None, []):
            console.out().print(f"{key:10} {_plain(value)}", markup=False, soft_wrap=True)
    if "presets" in found:
        console.out().print()
        _presets(found["presets"], found["descriptions"])
    if "options" in found:
        console.out().print()
        console.table(
            ("option", "default", "description"),
            [
                [option(name), _plain(value), found["descriptions"].get(name, "")]
                for name, value in found["options"].items()
            ],
            title=f"Options: give them beside --dataset {found['name']}",
        )


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _presets(presets: Mapping[str, Mapping[str, Any]], descriptions: Mapping[str, str]) -> None:
    """Print the hyper-parameters with the values of the first preset, and the presets with the values that differ."""
    first = next(iter(presets.values()))["hparams"]
    names = {name for preset in presets.values() for name in preset["hparams"]}
    keys = [*first, *sorted(names - set(first))]
    console.table(
        ("hyper-parameter", "default", "description"),
        [[key, str(first.get(key, "-")), descriptions.get(key, "")] for key in keys],
        title="Hyper-parameters: change them with --set NAME=VALUE",
    )
    rows = []
    for name, preset in presets.items():
        other = [f"{key}={value}" for key, value in preset["hparams"].items() if first.get(key) != value]
        told = [preset["summary"], *([f"Other values: {', '.join(other)}"] if other else [])]
        rows.append([name, _length(preset), str(preset["batch_size"]), "\n".join(told)])
    console.table(
        ("preset", "length", "batch size", "description"), rows, title="Presets: choose one with --preset NAME"
    )


def _length(preset: Mapping[str, Any]) -> str:
    return f"{preset['epochs']} epochs" if preset["epochs"] else f"{preset['pictures']:,} images"


def trained(run: Run) -> None:
    messages = console.err()
    log, best = run.log, run.best
    if run.interrupted:
        again = f"ganzoo train {run.config.arch} --resume --out {shlex.quote(str(run.path))}"
        messages.print(f"The training is saved. Continue it with: {again}", markup=False, soft_wrap=True)
    elif log:
        accuracies = [entry["validation/main/accuracy"] for entry in log if "validation/main/accuracy" in entry]
        judged = f"; accuracy on the test images {100 * accuracies[-1]:.1f}%" if accuracies else ""
        messages.print(f"Trained in {log[-1]['elapsed_time']:.0f} s{judged}.", markup=False)
        if best:
            told = f"{best.key.removeprefix('eval/')} {best.score:.4g} at epoch {best.epoch:.1f}"
            messages.print(
                f"model.npz has the weights with the best score ({told}), last.npz those from the end.",
                markup=False,
                soft_wrap=True,
            )
    console.print_result(run.path)


def differences(a: str, b: str, found: Mapping[str, Mapping[str, tuple[Any, Any]]]) -> None:
    """Print a table for each section with differences."""
    from ganzoo.training.report.facts import number

    for section, rows in found.items():
        if rows:
            console.table((section, a, b), [[key, number(one), number(other)] for key, (one, other) in rows.items()])
    if not any(found.values()):
        console.out().print("The two runs have the same hyper-parameters, data, scores and time.")


def metrics(run: Run, document: Mapping[str, Any]) -> None:
    from ganzoo.metrics import report

    for part in report.tables(document):
        console.out().print(part, markup=False)
    for name in ("metrics.json", "metrics.png", "neighbours.png"):
        if (run.path / name).exists():
            console.print_result(run.path / name)


SIZES = ("files", "raw", "gzip", "Brotli", "unique", "code (Br)")


def export(made: Export) -> None:
    from ganzoo.export import size
    from ganzoo.export.encoding_costs import EncodingCost

    sizes = made.sizes
    parts = size.parts(sizes)
    for network in made.networks:
        rows = size.file_rows(parts, network)
        console.table(
            ("file", "raw", "gzip", "Brotli", "holds"), rows, right=4, title=f"File sizes of {network}, in bytes"
        )
    console.table(
        ("backend", *SIZES), size.backend_rows(parts), right=6, title="Download of a page by backend, in bytes"
    )
    for name, note in made.notes.items():
        console.out().print(f"{name}: {note}", markup=False)
    if made.checks:
        _checks(made.checks)
    if sizes["encodings"]:
        _encoding_costs([EncodingCost(**each) for each in sizes["encodings"]])
    for folder in made.networks.values():
        console.print_result(folder)


def _encoding_costs(encoding_costs: Sequence[EncodingCost]) -> None:
    headings = ("network", "weights", "raw", "Brotli", "max error", "accuracy")
    rows = [
        [
            each.network,
            each.encoding,
            f"{each.raw:,}" if each.raw else "-",
            f"{each.brotli:,}" if each.brotli else "-",
            "-" if each.max_abs_error is None else f"{each.max_abs_error:.1e}",
            "-" if each.accuracy is None else f"{100 * each.accuracy:.1f}%",
        ]
        for each in encoding_costs
    ]
    console.table(headings, rows, right=4, title="Size and accuracy of the weights in each format (--weights)")
    for each in encoding_costs:
        if each.reason:
            console.out().print(f"{each.encoding}: {each.reason}", markup=False)


def _checks(checks: Sequence[tuple[str, Check]]) -> None:
    rows = []
    for network, check in checks:
        error = "-" if check.max_abs_error is None else f"{check.max_abs_error:.1e}"
        refused = "FAILED" if check.asked else "inexact"
        verdict = "agrees" if check.ok else refused
        allowed = "-" if check.tolerance is None else f"{check.tolerance:.1e}"
        rows.append([network, check.backend, check.encoding, verdict, error, allowed])
    headings = ("network", "backend", "weights", "", "max error", "allowed")
    console.table(headings, rows, title="Outputs in the browser compared with the original network's")
    for backend, renderer in {check.backend: check.renderer for _, check in checks}.items():
        console.out().print(f"{backend}: {renderer}", markup=False)


def export_json(made: Export) -> None:
    networks = {name: str(folder) for name, folder in made.networks.items()}
    told = {"networks": networks, "checks": plain(made.checks), "left_out": dict(made.left_out)}
    console.print_json({**made.sizes, **told})


def explanations(networks: Mapping[str, Sequence[Explained]], as_json: bool) -> None:
    """Print the steps of each network with a line of totals."""
    if as_json:
        console.print_json({name: [asdict(row) for row in rows] for name, rows in networks.items()})
        return
    headings = ("step", "layer", "kernel", "from", "to", "multiply-adds", "bytes")
    for name, rows in networks.items():
        cells = [
            [row.step, row.layer, row.kernel, _shapes(*row.inputs), _shapes(row.output), *_counts(row)] for row in rows
        ]
        sums = f"{sum(row.multiply_adds for row in rows):,}", f"{sum(row.bytes for row in rows):,}"
        console.table(
            headings, [*cells, ["total", "", "", "", "", *sums]], right=2, title=f"{name}: steps for one picture"
        )


def _shapes(*shapes: tuple[int, ...]) -> str:
    return " ".join("x".join(map(str, shape)) for shape in shapes)


def _counts(row: Explained) -> tuple[str, str]:
    return f"{row.multiply_adds:,}" if row.multiply_adds else "", f"{row.bytes:,}" if row.bytes else ""


def checks(export: Export, done: Sequence[tuple[str, Check]]) -> None:
    _checks(done)
    tried = {check.backend for _, check in done}
    for name, note in export.notes.items():
        if name not in tried:
            console.out().print(f"{name}: {note}", markup=False)


def plain(done: Sequence[tuple[str, Check]]) -> list[dict[str, Any]]:
    """The checks as values for JSON."""
    return [{"network": network, **asdict(check)} for network, check in done]


def bench(report: Mapping[str, Any], json_path: Path | None, html: Path | None, markdown: Path | None) -> None:
    """Print the report and write the requested files. JSON on stdout replaces the printed report."""
    from ganzoo.bench.reports import html as page
    from ganzoo.bench.reports import markdown as tables_of
    from ganzoo.bench.reports import terminal
    from ganzoo.files import write_json, write_text

    if str(json_path) == "-":
        console.print_json(report)
    else:
        console.out().print(terminal.report(report))
        if json_path:
            write_json(json_path, report, indent=None)  # quantiles by the hundred
    if html:
        write_text(html, page.page(report))
    if markdown:
        write_text(markdown, f"{tables_of.summary(report)}\n{tables_of.full(report)}")


def invitation(address: str, qr_code: str) -> None:
    """Print the address that a phone has to open."""
    messages = console.err()
    messages.print(qr_code, style="white on black", markup=False, soft_wrap=True)
    messages.print(
        f"Open this address on a phone in the same network. It works once: {address}", markup=False, soft_wrap=True
    )


def site(made: Site) -> None:
    rows = [
        [each.page.file, each.page.slug, f"{each.weights:,}", f"{each.weights_brotli:,}", f"{each.code:,}"]
        for each in made.pages
    ]
    headings = ("page", "network", "weights", "Brotli", "page code")
    console.table(headings, rows, right=3, title="Download of each page, in bytes; code with one backend, in Brotli")
    console.err().print(f"Look at the site with: ganzoo serve {made.path}", markup=False, soft_wrap=True)
    console.print_result(made.path)


def site_json(made: Site) -> None:
    pages = [
        {
            "file": each.page.file,
            "slug": each.page.slug,
            "kind": each.page.kind.name,
            "title": each.title,
            "model": each.page.folder,
            "weights": each.weights,
            "weights_brotli": each.weights_brotli,
            "code_brotli": each.code,
        }
        for each in made.pages
    ]
    console.print_json({"path": str(made.path), "pages": pages, "passed_over": list(made.passed_over)})


def serving(url: str, exposed: str, open_it: bool) -> None:
    """Print where a folder is served. `exposed` is a warning if other machines can reach it."""
    import webbrowser

    if exposed:
        console.warn(exposed)
    console.print_result(url)
    if open_it:
        webbrowser.open(url)


def comparison(found: Comparison, aside: bool) -> None:
    """Print what changed; on stderr with `aside`, because stdout has JSON then."""
    from ganzoo import tables
    from ganzoo.bench.compare import HEADINGS, line, one_sided

    for note in found.notes:
        console.warn(note)
    messages = console.err() if aside else console.out()
    changed = [line(change) for change in found.changes if change.verdict in ("faster", "slower")]
    if changed:
        messages.print(tables.table(HEADINGS, changed, title="Changes since the older report, as ratios"))
    for told in one_sided(found.changes):
        messages.print(told, markup=False, soft_wrap=True)
    both = sum(change.old is not None and change.new is not None for change in found.changes)
    messages.print(f"{both} ratios are in both reports, {len(changed)} changed.")


def sweep(found: Sweep) -> None:
    """Print the trials, best first, and how to continue."""
    from ganzoo.sweep import report

    console.out().print(report.table(found))
    messages = console.err()
    unfinished = found.space.trials - sum(trial.state != "running" for trial in found.trials)
    if unfinished:
        messages.print(f"{unfinished} of {found.space.trials} trials are left. Run the same command again to continue.")
    if report.command(found):
        messages.print(f"Train with the best values: {report.command(found)}", markup=False, soft_wrap=True)
    console.print_result(found.folder / "sweep.png")


def findings(found: Sequence[Finding], as_json: bool) -> None:
    if as_json:
        console.print_json([asdict(finding) for finding in found])
        return
    rows = [[each.what, each.found, each.needed, each.remedy] for each in found]
    console.table(("", "found", "for", "remedy"), rows)
