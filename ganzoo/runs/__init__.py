"""Runs: the folders that trainings write, with their configuration, results and networks."""
