"""How good the recipes are: trained, timed and judged by `python -m benchmarks.quality`, told in docs/results.md."""
