"""What networks for colour pictures reach beside their peers in the same CPU time: `python -m benchmarks.colour`."""
