"""The browser technologies. Each is a folder with a `ganzoo.specs.Backend`."""
