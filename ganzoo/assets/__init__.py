"""What browsers are sent, made from what people write: pages, ES modules and style sheets."""
