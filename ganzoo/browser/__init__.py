"""A real browser, started on a page that ganzoo serves on loopback: for verification and for `bench`."""
