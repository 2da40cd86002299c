"""Browsers of this machine and phones: finding them, starting them on a page, and ending them."""
