"""Exports: networks as files for the browser."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ganzoo import plugins
from ganzoo.api.runs import told
from ganzoo.errors import MissingError, UnknownNameError, UsageError
from ganzoo.lookup import find_export

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from os import PathLike
    from pathlib import Path

    from ganzoo.export import exports
    from ganzoo.export.checks import Check
    from ganzoo.export.subject import Subject
    from ganzoo.export.weights import Encoding


@dataclass(frozen=True, repr=False)
class Export:
    """A folder of networks for the browser. `Run.export` and `load_export` return one.

    `checks` are the checks that `Run.export` made, in the form that `verify` returns. `unverified` says why it made
    none; it is empty if it did, and for a loaded export. `left_out` are the backends that cannot run one of the
    networks, by name with the reason, where no backends were asked for.
    """

    _export: exports.Export
    checks: Sequence[tuple[str, Check]] = ()
    unverified: str = ""
    left_out: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<ganzoo.Export {self.path}: {', '.join(self.networks)} for {', '.join(self.backends)}>"

    @property
    def path(self) -> Path:
        """The export's folder."""
        return self._export.path

    @property
    def networks(self) -> Mapping[str, Path]:
        """The folder of each network by name. Upload these folders."""
        return {name: self.path / name for name in self._export.networks}

    @property
    def backends(self) -> list[str]:
        """The backends that it has files for, in the order in which pages try them."""
        return self._export.backends

    @property
    def notes(self) -> Mapping[str, str]:
        """Remarks on backends, by name, for those that have one."""
        return self._export.notes

    @property
    def note(self) -> str:
        """What is to be known of the networks, such as that their weights are random; empty where there is nothing."""
        return str(self._export.description["provenance"].get("note", ""))

    @property
    def sizes(self) -> dict[str, Any]:
        """Sizes in bytes, raw and as servers compress them (report.json).

        "files" lists every file; "backends" has the download of a page for each backend, by name; "total" is the sum of
        all files; "encodings" has the size and accuracy with other `weights`. Raises `DocumentError` if it is damaged.
        """
        from ganzoo.export import size

        return size.read(self.path)

    def verify(
        self,
        backends: Sequence[str] = (),
        *,
        tolerance: float | None = None,
        strict: bool = True,
        progress: Callable[[str], object] | None = None,
    ) -> list[tuple[str, Check]]:
        """Run the export in a browser of this machine and compare its outputs with the original's.

        It returns a pair (name of the network, check) for each network, backend and encoding of the weights: `ok`,
        `max_abs_error` and `reason` of a check say what was found. An export in f32 is also checked in f16 and int8, to
        show what they would cost; such a check has `asked` False. `backends` are all by default. `tolerance` is the
        largest difference that counts as agreement; by default it follows the encoding, the network's depth and
        the original's own distance from float64, and each check states it. `progress` is called
        with a line of text before each step.

        Raises `VerificationError` if an output differs, unless `strict` is False; `BrowserMissingError` if this machine
        has no browser, `UsageError` for a backend that the export lacks.
        """
        from ganzoo.verify import exports as verification

        checks = verification.verify(self._export, tuple(backends), told(progress), tolerance)
        if strict:
            verification.require(checks)
        return checks


def load_export(name: str | PathLike[str] | None = None) -> Export:
    """The export in the folder `name`, or of the run `name`; None for the latest export.

    Raises `UnknownNameError` if there is no such run, `RunError` if there is no export or it is damaged.
    """
    return Export(find_export(None if name is None else str(name)))


def write(
    subject: Subject,
    out: Path,
    *,
    backends: Sequence[str] | None,
    weights: Encoding,
    max_file_size: int | None,
    budget: int | None,
    verify: bool | None,
    layout: str,
    toolchain: str | None,
    tolerance: float | None,
    progress: Callable[[str], None],
) -> Export:
    """Write an export of `subject`, as `Run.export` and `ganzoo.export` describe it."""
    from ganzoo.export import exports, layouts
    from ganzoo.export.weights import ENCODINGS
    from ganzoo.verify import exports as verification

    if backends is None:
        chosen = plugins.BACKENDS.working(progress)
    else:
        chosen = [plugins.BACKENDS.get(name) for name in dict.fromkeys(backends)]
    if not chosen:
        raise UsageError("An export needs at least one backend.", f"Choose from {', '.join(plugins.BACKENDS.names())}.")
    compilers = {name for each in chosen if each.webdnn for name in each.webdnn.toolchains}
    for kind, value, known in (
        ("layout", layout, set(layouts.NAMES)),
        ("encoding of weights", weights, set(ENCODINGS)),
        ("toolchain of these backends", toolchain or "", {*compilers, ""}),
    ):
        if value not in known:
            raise UnknownNameError(kind, value, known - {""})
    unverified = ""

    def judge(staged: exports.Export) -> Sequence[tuple[str, Check]]:
        nonlocal unverified
        try:
            checks = verification.verify(staged, progress=progress, tolerance=tolerance)
        except (MissingError, UsageError) as error:  # no browser here, or nothing that a browser runs
            if verify:
                raise
            unverified = str(error)
            return ()
        verification.require(checks)
        return checks

    made = exports.write(
        subject,
        chosen,
        out,
        layout=layout,
        options=layouts.ExportOptions(toolchain, weights, max_file_size, tolerance),
        all_or_nothing=backends is not None,
        budget=budget,
        progress=progress,
        judge=None if verify is False else judge,
    )
    return Export(made.export, made.checks, unverified, made.left_out)
