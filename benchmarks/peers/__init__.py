"""The reference models on ganzoo and on its peers, in one run of one real browser: `make peers`."""
