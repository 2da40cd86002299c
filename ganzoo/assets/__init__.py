"""Make what browsers receive from what people write: pages, ES modules and style sheets."""
