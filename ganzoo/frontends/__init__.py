"""Frontends: what reads trained networks from files of other origin. Each is a file or a folder here."""
