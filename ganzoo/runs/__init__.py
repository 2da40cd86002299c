"""Run directories: what a training was told, what it wrote, and its networks."""
