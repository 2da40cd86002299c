"""Frontends: what reads somebody's trained network. One folder for each kind of file."""
