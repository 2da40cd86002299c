"""What a contributor has to touch: `python -m tools.doors` adds one plugin of each kind and counts the files."""
