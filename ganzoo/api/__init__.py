"""The Python API, which `ganzoo/__init__.py` offers by name: thin classes and functions over everything below.

`ganzoo.cli` uses nothing else where this has it. What is public here is promised by semantic versioning, and
tests/api/test_surface.py lists it.
"""
