"""The workflow of the public CI: it parses, and does what the Makefile and the project's metadata say."""

from __future__ import annotations

import re
from typing import Any

import yaml

from tests.support.places import ROOT

WORKFLOW: dict[str, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())
JOBS = WORKFLOW["jobs"]
MAKEFILE = (ROOT / "Makefile").read_text()


def commands(job: str) -> list[str]:
    return [step["run"] for step in JOBS[job]["steps"] if "run" in step]


def test_every_target_it_asks_for_is_there() -> None:
    targets = {word for job in JOBS for command in commands(job) for word in re.findall(r"^make (\S+)$", command)}
    assert targets == {"lint", "test"}
    assert all(re.search(rf"^{target}:", MAKEFILE, re.MULTILINE) for target in targets)


def test_the_quick_tests_are_those_of_make_quick() -> None:
    (chosen,) = re.findall(r'^quick:.*\n\t\$\(PYTEST\)( -m ".*")$', MAKEFILE, re.MULTILINE)
    (pytest,) = re.findall(r"^PYTEST := \.venv/bin/(.*)$", MAKEFILE, re.MULTILINE)
    assert commands("quick")[-1] == pytest + chosen


def test_the_quick_tests_run_on_every_python_and_system() -> None:
    matrix = JOBS["quick"]["strategy"]["matrix"]
    python = re.search(
        r"^requires-python = \">=3\.(\d+),<3\.(\d+)\"$", (ROOT / "pyproject.toml").read_text(), re.MULTILINE
    )
    assert python
    least, below = map(int, python.groups())
    assert matrix["python"] == [f"3.{minor}" for minor in range(least, below)]
    assert [name.partition("-")[0] for name in matrix["os"]] == ["ubuntu", "macos", "windows"]


def test_the_wheels_are_checked_as_make_wheels_check_does() -> None:
    (script,) = re.findall(r"^wheels-check:\n\tpython3 (\S+) ", MAKEFILE, re.MULTILINE)
    (command,) = commands("install")
    assert command.startswith(f"python {script} ") and (ROOT / script).exists()
    matrix = JOBS["install"]["strategy"]["matrix"]
    assert set(matrix["python"]) < set(JOBS["quick"]["strategy"]["matrix"]["python"])
    assert matrix["os"] == JOBS["quick"]["strategy"]["matrix"]["os"]


def test_packages_are_installed_as_tools_setup_sh_does() -> None:
    script = (ROOT / "tools" / "setup.sh").read_text().replace('"requirements/$kind.txt"', "requirements/test.txt")
    wanted = re.findall(r"^\$install (.*)$", script, re.MULTILINE)
    assert [command.removeprefix("python -m pip install ") for command in commands("quick")[:-1]] == wanted
