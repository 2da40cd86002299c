"""The Python API, whose names `ganzoo/__init__.py` exports: thin classes and functions over the rest of the package.

`ganzoo.cli` uses these functions wherever they exist. Public names follow semantic versioning;
tests/api/test_surface.py lists them.
"""
