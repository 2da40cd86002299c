"""Charts as inline SVG, for every report."""
