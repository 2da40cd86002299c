"""Finding a browser: the environment's, then those of PATH, then the usual places."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ganzoo.browsers import find
from ganzoo.browsers.find import Browser, find_browser
from ganzoo.errors import BrowserMissingError
from tests.support.browsers import script

pytestmark = pytest.mark.posix


def test_the_environment_names_the_browser(tmp_path, monkeypatch):
    fake = script(tmp_path / "mine", "echo 'Some Browser 12.3.4 beta'")
    monkeypatch.setenv("GANZOO_BROWSER", str(fake))
    assert find_browser() == Browser("Some Browser", fake, "12.3.4")


def test_a_browser_that_tells_no_version_is_still_one(tmp_path, monkeypatch):
    fake = script(tmp_path / "mute", "exit 1")
    monkeypatch.setenv("GANZOO_BROWSER", str(fake))
    assert find_browser() == Browser("mute", fake, "unknown")


@pytest.mark.parametrize("mode", [None, 0o644])
def test_an_environment_that_names_no_program_is_refused_by_name(tmp_path, monkeypatch, mode):
    path = tmp_path / "absent"
    if mode:
        path.write_text("text")
        path.chmod(mode)
    monkeypatch.setenv("GANZOO_BROWSER", str(path))
    with pytest.raises(BrowserMissingError, match=str(path)):
        find_browser()


def test_the_environment_names_a_browser_as_a_shell_would(tmp_path, monkeypatch):
    (tmp_path / "bin").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    script(tmp_path / "bin" / "chromium", "echo On Path 1.0")
    script(tmp_path / "chromium", "echo Here 1.0")
    for named, name in (("chromium", "On Path"), ("./chromium", "Here"), ("~/chromium", "Here")):
        monkeypatch.setenv("GANZOO_BROWSER", named)
        assert find_browser().name == name


def test_path_comes_before_the_usual_places_and_both_are_searched(tmp_path, monkeypatch):
    monkeypatch.delenv("GANZOO_BROWSER", raising=False)
    monkeypatch.setenv("HERE", str(tmp_path))
    monkeypatch.setattr(find, "CHROMIUM", replace(find.CHROMIUM, places=("/no/such/browser", "${HERE}/usual")))
    script(tmp_path / "usual", "echo Usual 1.0")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert find_browser().name == "Usual"
    (tmp_path / "bin").mkdir()
    script(tmp_path / "bin" / "google-chrome", "echo Google Chrome 150.0.1.2")
    assert find_browser().name == "Google Chrome"


def test_no_browser_at_all_comes_with_a_remedy(tmp_path, monkeypatch):
    monkeypatch.delenv("GANZOO_BROWSER", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(find, "CHROMIUM", replace(find.CHROMIUM, places=()))
    with pytest.raises(BrowserMissingError) as caught:
        find_browser()
    assert "GANZOO_BROWSER" in caught.value.remedy
    assert caught.value.exit_code == 3


def test_a_kind_of_browser_that_is_not_installed_is_not_replaced_by_another(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(find, "FAMILIES", [replace(family, places=()) for family in find.FAMILIES])
    script(tmp_path / "chromium", "echo Chromium 1.0")
    for name, problem, remedy in (
        ("firefox", "'firefox' is not installed here.", "Install it, or choose what is here: chromium."),
        (
            "fierfox",
            "'fierfox' is no program here.",
            "Give a browser's name or path, or choose what is here: chromium.",
        ),
    ):
        with pytest.raises(BrowserMissingError) as caught:
            find.find_browsers([name])
        assert (caught.value.message, caught.value.remedy) == (problem, remedy)
