"""Judging: an evaluator, the scores on its features, and what `ganzoo eval` says of a run."""
