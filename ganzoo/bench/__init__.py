"""`ganzoo bench`: what an export costs in a real browser, as a table and as JSON."""
