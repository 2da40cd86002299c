"""The built-in architectures, one file each. Names of shared modules start with an underscore."""
