"""Browser technologies: one folder each, yielding a `ganzoo.specs.Backend`."""
