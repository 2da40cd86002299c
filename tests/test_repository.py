"""Promises about the repository itself: what may not be in it, and that its parts agree."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import ganzoo
from tests.support.places import ROOT

try:
    import tomllib
except ImportError:  # Python 3.10
    import tomli as tomllib  # type: ignore[no-redef]

# spelled so that this file does not hold them either
HOSTS = "|".join(["py" + "pi[.]org", "python" + "hosted[.]org", "registry[.]" + "(npm|yarn)", "deb[.]" + "debian"])
PATHS = r"(^|[^A-Za-z0-9_.-])/(wo" + "rk|ro" + "ot|ho" + "me)/"

# `ganzoo` as a distribution is a stranger's: nothing may install it, depend on it or ask for its version
STRANGERS = "|".join(
    [
        r"pip install[^\n`]*[ '\"]ganzoo(?![\w./-])",
        r"\bganzoo\[[a-z]",
        r"dependencies = \[[^\]]*['\"]ganzoo(?![\w-])",
        r"version\(['\"]ganzoo['\"]",
    ]
)

TESTED = ("test", "bench", "mpi", "sweep")  # what `make test` installs


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_no_registry_host_and_no_path_of_one_machine() -> None:
    for path in tracked():
        text = path.read_bytes().decode("utf-8", "replace")
        assert not re.search(HOSTS, text), path
        assert not re.search(PATHS, text, re.MULTILINE), path


def test_nobody_is_sent_to_the_stranger_s_package_of_this_name() -> None:
    for text in (
        "pip install ganzoo",
        "pip install -U 'ganzoo'",
        "'ganzoo[mpi]'",
        'dependencies = [\n    "ganzoo>=0.2",\n]',
    ):
        assert re.search(STRANGERS, text)
    for text in ("pip install wheels/ganzoo_web-1.whl", "pip install ganzoo-web", 'dependencies = ["ganzoo-web"]'):
        assert not re.search(STRANGERS, text)
    for path in tracked():
        if path != Path(__file__):
            assert not re.search(STRANGERS, path.read_bytes().decode("utf-8", "replace")), path
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["name"] == "ganzoo-web"


def test_the_version_is_that_of_the_change_log_and_of_the_command_that_installs_it() -> None:
    newest = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)[0]
    assert newest == ganzoo.__version__
    told = re.findall(r"ganzoo_web-([\d.]+)-py3", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert set(told) == {ganzoo.__version__}


def test_git_leaves_line_ends_as_they_are() -> None:
    """Also where it is set to write CRLF. `i/` is what it has, `w/` what it wrote."""
    listed = subprocess.run(["git", "ls-files", "--eol"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 3) for line in listed.splitlines()]
    assert rows and not [row for row in rows if "crlf" in row[0] + row[1] or "mixed" in row[0] + row[1]]
    assert not [row for row in rows if not ("eol=lf" in row[2] + row[3] or "attr/-text" in row[2])]


def test_every_dependency_is_pinned_with_its_hashes() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {
        "run": project["dependencies"],
        "test": sum((project["optional-dependencies"][extra] for extra in TESTED), project["dependencies"]),
    }
    wanted["all"] = sum(project["optional-dependencies"].values(), project["dependencies"])
    for name, requirements in wanted.items():
        text = (ROOT / "requirements" / f"{name}.txt").read_text()
        entries = [entry for entry in re.split(r"\n(?=\S)", text) if entry.strip()]
        pinned = {entry.partition("==")[0].lower() for entry in entries}
        for entry in entries:
            assert "==" in entry and (name == "all" or "--hash=sha256:" in entry), entry  # all is only read
        for requirement in requirements:
            assert re.split(r"[<>=\[; ]", requirement)[0].lower() in pinned, (name, requirement)
        assert not re.search(r"://|--(extra-)?index|--find-links", text)


def test_the_parts_of_the_lock_agree() -> None:
    def pins(name: str) -> set[str]:
        text = (ROOT / "requirements" / f"{name}.txt").read_text()
        return {re.sub(r"[ \\]+$", "", line) for line in text.splitlines() if re.match(r"\S+==", line)}

    def outside(part: str, whole: str) -> set[str]:
        """What `part` has and `whole` has not; what is needed everywhere is needed on an old Python too."""
        there = pins(whole)
        return {pin for pin in pins(part) if pin not in there and pin.partition(" ;")[0] not in there}

    assert not [outside(*pair) for pair in (("build", "all"), ("run", "test"), ("test", "all")) if outside(*pair)]


def test_mnist_is_not_committed() -> None:
    assert not [path for path in tracked() if "ubyte" in path.name or path.stat().st_size > 300_000]


def test_the_readme_s_performance_is_that_of_the_newest_results() -> None:
    from benchmarks import readme

    newest = max((ROOT / "benchmarks" / "results").glob("*-bench.json"))
    (found,) = readme.BLOCK.finditer(readme.README.read_text(encoding="utf-8"))
    assert found[0] == readme.table(newest)
