"""The zoo: one architecture, one file; what several share has an underscore."""
