"""The command line on machines as they are: encodings, signals, streams that are closed, values without a letter."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from ganzoo import compilers, paths
from ganzoo.cli import console
from ganzoo.cli.encoding import let_everything_be_printed
from ganzoo.errors import DiskFullError, ToolMissingError, UsageError
from ganzoo.layers import native
from ganzoo.lookup import find_generator
from tests.support.browsers import script

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ganzoo.runs.run import Run
    from tests.support.command import Done

BYTES = os.fsdecode(b"r\xfcn")  # a file's name that is no UTF-8


ENCODINGS = ("utf-8", "cp1252", "ascii")


def printed(encoding: str, act: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> bytes:
    """What `act` prints on a standard output of that encoding."""
    content = io.BytesIO()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stdout", io.TextIOWrapper(content, encoding=encoding, write_through=True))
        let_everything_be_printed()
        act()
        return content.getvalue()


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_name_is_printed_whatever_the_stream_and_the_name(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that reads the bytes of a name finds the file."""
    expected = {"utf-8": "ハ".encode(), "cp1252": rb"\u30cf", "ascii": rb"\u30cf"}[encoding]
    assert printed(encoding, lambda: print(f"{BYTES}/ハ"), monkeypatch) == b"r\xfcn/" + expected + b"\n"


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_json_is_json_whatever_the_stream_and_the_name(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    value = {"run": f"{BYTES}/ハ😀", "title": "Größe"}
    told = printed(encoding, lambda: console.print_json(value), monkeypatch)
    assert json.loads(told.decode("utf-8")) == value


@pytest.mark.posix
@pytest.mark.parametrize(
    "environment", [{"LC_ALL": "C"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}, {"PYTHONIOENCODING": "cp1252"}]
)
def test_no_name_of_a_run_ends_in_a_traceback(environment: Mapping[str, str], in_tmp: Path) -> None:
    for name in (BYTES, "rün", "ハ"):
        folder = in_tmp / "runs" / name
        folder.mkdir(parents=True)
        (folder / "config.json").write_text("{}")
    for more in (["--json"], []):
        command = [sys.executable, "-m", "ganzoo", "list", "runs", *more]
        done = subprocess.run(command, capture_output=True, env={**os.environ, **environment})
        assert done.returncode == 0 and done.stderr == b"", done.stderr
        if more and "PYTHONUTF8" not in environment:  # a name of other letters than the system's is bytes
            assert {run["name"] for run in json.loads(done.stdout)["runs"]} == {BYTES, "rün", "ハ"}


TERMINATED_IN_IMPORT = """
import os, signal, sys, time
from importlib.metadata import EntryPoint
from ganzoo.cli import main

def load(self):
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(5)

EntryPoint.load = load
sys.argv = ["ganzoo", "list", "archs"]
main()
"""


@pytest.mark.posix
def test_sigterm_while_a_plugin_is_imported_is_no_fault_of_the_plugin() -> None:
    done = subprocess.run([sys.executable, "-c", TERMINATED_IN_IMPORT], capture_output=True, text=True)
    assert done.returncode == 128 + signal.SIGTERM and done.stdout == "", done.stderr
    assert "cannot be imported" not in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments", [("train", "cnn", "--out", ""), ("export", "--out="), ("site", ""), ("serve", ""), ("sample", "")]
)
def test_an_empty_value_is_no_path(arguments: tuple[str, ...], ganzoo: Callable[..., Done], in_tmp: Path) -> None:
    """A path of no letters is the working directory."""
    done = ganzoo(*arguments)
    assert done.code == 2 and "empty" in done.err and "leave it out" in done.err
    assert ("--out is empty" in done.err) is any("--out" in each for each in arguments)


@pytest.mark.posix
def test_a_server_whose_output_is_closed_ends_or_serves(in_tmp: Path) -> None:
    """A pipe that nobody reads ends it, as it ends any program."""
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "ganzoo", "serve", str(in_tmp)]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, timeout=60)
    os.close(write)
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr


@pytest.mark.slow
@pytest.mark.posix
def test_a_closed_output_takes_everything_and_is_no_error(in_tmp: Path) -> None:
    command = ["sh", "-c", 'exec "$@" >&-', "sh", sys.executable, "-m", "ganzoo", "list", "archs", "--json"]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.posix
@pytest.mark.parametrize("cache", ["~nobody-of-that-name/cache", None])
def test_a_cache_of_nobody_is_told(cache: str | None, ganzoo: Callable[..., Done], monkeypatch: Any) -> None:
    """Nor is there one for a user without a home, as containers have them."""
    if cache:
        monkeypatch.setenv("GANZOO_CACHE", cache)
    else:
        monkeypatch.delenv("GANZOO_CACHE", raising=False)
        for name in ("HOME", "XDG_CACHE_HOME"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setattr(os, "getuid", lambda: 4_000_000)
    with pytest.raises(ToolMissingError, match="no user of that name" if cache else "no home folder") as caught:
        paths.cache_path()
    assert "GANZOO_CACHE" in caught.value.remedy
    done = ganzoo("doctor")
    assert done.code == 3 and "cache" in done.out and "Traceback" not in done.err


@pytest.mark.parametrize("asked", ["9" * 5000, str(9**30), "many", "0", "-1", "1.5", "٣"])
def test_a_number_of_threads_that_is_none_is_refused(asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import numpy as np

    monkeypatch.setenv("GANZOO_THREADS", asked)
    native.library.cache_clear()
    for told in (native.threads, lambda: native.library(np.dtype("float32"))):
        with pytest.raises(UsageError, match="GANZOO_THREADS is") as refused:
            told()
        assert len(refused.value.message) < 60
    monkeypatch.setenv("GANZOO_THREADS", "3")
    assert native.threads() == 3


@pytest.mark.parametrize("name", ["layers", "zig", "brotli"])
def test_a_cache_that_takes_no_files_is_frozen_where_it_is_there(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GANZOO_CACHE", str(tmp_path))
    assert not paths.is_frozen(name)
    (tmp_path / name).mkdir()
    assert not paths.is_frozen(name)
    read_only(monkeypatch)
    assert paths.is_frozen(name)


def read_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Root, who may run the tests, writes everywhere."""

    def refuse(folder: Path) -> None:
        raise OSError(30, "Read-only file system", str(folder))

    monkeypatch.setattr(paths, "_try", refuse)


def test_a_read_only_cache_that_holds_everything_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ganzoo.serving.compressed import precompress

    native.load("float32")
    (tmp_path / "a.js").write_text("let a = 1;" * 100)
    precompress(tmp_path)
    read_only(monkeypatch)
    native.load("float32")
    (tmp_path / "a.js.br").unlink()
    (tmp_path / "b.js").write_text("let b = 1;" * 100)  # and what it does not hold is made without it
    precompress(tmp_path)
    assert {path.name for path in tmp_path.glob("*.br")} == {"a.js.br", "b.js.br"}
    seen: list[Any] = []
    monkeypatch.setattr(compilers, "run", lambda what, command, env: seen.append(env))
    compilers.zig("it", "cc", cache=tmp_path)
    assert set(seen[0].values()) == {str(tmp_path)}


def test_doctor_exits_3_where_the_cache_cannot_be_written(
    ganzoo: Callable[..., Done], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "taken").write_text("")
    monkeypatch.setenv("GANZOO_CACHE", str(tmp_path / "taken"))
    done = ganzoo("doctor", "--json")
    (cache,) = [finding for finding in json.loads(done.out) if finding["what"] == "cache"]
    assert done.code == 3 and not cache["ok"] and "GANZOO_CACHE" in cache["remedy"]


@pytest.mark.posix
@pytest.mark.parametrize("words", ["error: NoSpaceLeft", "unable to open: 'No space left on device'", "DiskQuota"])
def test_a_compiler_without_room_is_no_fault_of_its_source(words: str, tmp_path: Path) -> None:
    compiler = script(tmp_path / "cc", f'echo "{words}" >&2; exit 1')
    with pytest.raises(DiskFullError, match="the kernels has no room") as caught:
        compilers.run("the kernels", [str(compiler)])
    assert "TMPDIR" in caught.value.remedy and "GANZOO_CACHE" in caught.value.remedy


@pytest.mark.posix
def test_what_a_compiler_says_is_shown_in_every_locale(tmp_path: Path) -> None:
    compiler = script(tmp_path / "cc", r"printf 'r\374n' >&2; exit 1")
    with pytest.raises(UsageError, match="r�n"):
        compilers.run("the kernels", [str(compiler)])


def test_sample_without_a_name_takes_the_latest_generator(in_tmp: Path, runs: Mapping[str, Run]) -> None:
    for i, arch in enumerate(("dcgan-cond", "cnn", "cnn")):
        folder = shutil.copytree(runs[arch].path, in_tmp / "runs" / f"{arch}-{i}")
        os.utime(folder / "config.json", (i, i))
    gone = in_tmp / "runs" / "cnn-2" / "config.json"  # of a plugin that is not installed any more
    gone.write_text(gone.read_text().replace('"arch": "cnn"', '"arch": "gone"'))
    assert find_generator(None, root=in_tmp / "runs").name == "dcgan-cond-0"
    assert find_generator("cnn-1", root=in_tmp / "runs").name == "cnn-1"  # a name is meant


def test_info_says_how_data_is_had_and_not_that_it_is_here(ganzoo: Callable[..., Done]) -> None:
    told = json.loads(ganzoo("info", "mnist", "--json").out)
    assert told["download"] == "ganzoo data fetch mnist" and "fetched" not in told
    assert "download" not in json.loads(ganzoo("info", "digits", "--json").out)
