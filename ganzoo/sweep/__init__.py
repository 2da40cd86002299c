"""Hyper-parameter search: a search space, a study of trials, and a report."""
