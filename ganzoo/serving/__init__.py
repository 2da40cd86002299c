"""Serving over HTTP: ASGI applications, files compressed with Brotli, a slow link, and pages that answer."""
