"""A plugin package that somebody else might write: an architecture, a data set and a backend."""
