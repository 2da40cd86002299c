"""What errors say, whatever they are about."""

from __future__ import annotations

from ganzoo.errors import UnknownNameError, listed


def test_a_message_names_some_of_very_many() -> None:
    names = [f"class {i:03}" for i in range(1000)]
    error = UnknownNameError("class in run", "class 01", names)
    assert error.remedy.startswith("Did you mean 'class ")
    assert "class 039, and 960 more" in error.remedy and len(error.remedy) < 600
    assert listed(["a", "b"]) == "a, b" and listed([]) == ""
