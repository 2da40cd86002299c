"""The time that a page may take before it is given up."""

SILENCE = 60.0  # seconds; the longest a sound page is silent is while a driver compiles one network's shaders
LIMIT = 20  # silences that a page may take in all, however much it talks
