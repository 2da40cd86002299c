"""Reports of runs: a page, an animation of the samples, and a comparison of two runs."""
