"""Browsers of this machine and phones: find them, start them on a page, and end them."""
