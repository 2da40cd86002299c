"""Exports as a folder of static pages: networks to play with, in any browser, on any host."""
