"""`ganzoo bench`: measure what an export costs in a real browser, and report it as a table, a page or JSON."""
