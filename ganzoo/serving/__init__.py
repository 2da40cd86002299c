"""Serving over HTTP: ASGI applications, files with their Brotli, a slow link, pages that answer."""
