"""From a run to files that a browser runs: trace, generate, write, measure, verify."""
