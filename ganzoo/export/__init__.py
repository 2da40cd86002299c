"""Turn a run into files that a browser runs: trace, compile, write, measure."""
