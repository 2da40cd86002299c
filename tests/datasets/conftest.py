"""Mirrors that misbehave, and a cache of each test's own."""

from __future__ import annotations

import os
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.support.mirrors import CONTENT, Mirror


@pytest.fixture
def mirror():
    """Start a mirror that goes through the given acts; it ends with the test."""
    servers = []

    def start(*acts, contents=None):
        state = Mirror(list(acts), contents or {"/file": CONTENT})

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                state.requests.append((self.path, self.headers.get("Range")))
                act = state.acts[min(len(state.requests), len(state.acts)) - 1]
                act(self, state.contents.get(self.path, b""))

            def handle(self):
                try:
                    super().handle()
                except ConnectionError:  # the reader had enough
                    self.close_connection = True

            def log_message(self, *args):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.closing = threading.Event()
        threading.Thread(target=partial(server.serve_forever, 0.02), daemon=True).start()
        servers.append(server)
        state.url = f"http://127.0.0.1:{server.server_port}/"
        return state

    yield start
    for server in servers:
        server.closing.set()
        server.shutdown()
        server.server_close()


@pytest.fixture
def own_cache(monkeypatch, tmp_path):
    """A cache of the test's own, and no proxy."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("GANZOO_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def cache_elsewhere(monkeypatch, tmp_path_factory):
    """A cache of the test's own that is not in its folder."""
    monkeypatch.setenv("GANZOO_CACHE", str(tmp_path_factory.mktemp("cache")))
