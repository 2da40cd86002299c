"""Evaluation: an evaluator, the scores on its features, and what `ganzoo eval` reports about a run."""
