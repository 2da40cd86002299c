"""A training step of each architecture beside the same step in PyTorch: `python -m benchmarks.training`."""
