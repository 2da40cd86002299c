"""A run told: a page of its own, an animation of its samples, and what two runs differ in."""
