"""A phone that opens the printed address: here the local browser is one, and all traffic is loopback's."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from ganzoo.browsers import phones
from ganzoo.browsers.find import find_browser
from ganzoo.browsers.launch import launch
from ganzoo.browsers.phones import named, phone, qr_code
from ganzoo.browsers.session import visit_page
from ganzoo.errors import BrowserMissingError, VerificationError
from ganzoo.serving.running import lan_address


class Client:
    """A device that speaks plain HTTP to this machine, and keeps its cookie."""

    def __init__(self, address: str):
        self.url = urlsplit(address)
        self.cookie = ""

    def ask(self, path: str | None = None, method: str = "GET", body: bytes | None = None, cookie: str | None = None):
        """(answer, body) of a path of the server, by default the address's."""
        connection = http.client.HTTPConnection("127.0.0.1", self.url.port, timeout=5)
        cookie = self.cookie if cookie is None else cookie
        headers = {"user-agent": "Phone\x07 1.0", **({"cookie": cookie} if cookie else {})}
        connection.request(method, self.url.path if path is None else path, body, headers)
        response = connection.getresponse()
        content = response.read()
        connection.close()
        return response, content

    def open(self):
        response, content = self.ask()
        self.cookie = (response.headers["set-cookie"] or "").partition(";")[0]
        return response, content

    def next(self):
        return json.loads(self.ask(self.url.path + "next", "POST")[1])

    def wait(self) -> str:
        """What the waiting page does: ask until there is somewhere to go, or all is done."""
        while not (answer := self.next())["go"] and not answer["done"]:
            time.sleep(0.02)
        return answer["go"]

    def visit(self) -> None:
        """Go to one page and answer as it would."""
        folder = self.wait().rpartition("/")[0]
        assert json.loads(self.ask(folder + "/job.json")[1]) == {"n": 1}
        assert self.ask(folder + "/message", "POST", b'{"kind": "hello"}')[0].headers["location"] is None
        response, _ = self.ask(folder + "/message", "POST", b'{"kind": "result", "a": 1}')
        assert (response.status, response.headers["location"]) == (204, self.url.path)


@contextmanager
def calling(device, patience: float = 20):
    """A phone visitor, and what ran on the `device` that its address was given to."""
    threads = []

    def announce(address, drawing):
        assert drawing
        threads.append(threading.Thread(target=device, args=(address,), daemon=True))
        threads[0].start()

    with phone(announce, patience) as visitor:
        yield visitor
    threads[0].join(10)
    assert not threads[0].is_alive()


def assert_nobody_listens(port: int) -> None:
    with pytest.raises(ConnectionRefusedError):
        http.client.HTTPConnection("127.0.0.1", port, timeout=5).connect()


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "page.html"
    path.write_text("<!doctype html>")
    return path


# The address


@pytest.mark.parametrize("length", [20, 53, 80])
def test_the_code_fits_a_terminal_and_says_the_address(length):
    import segno

    address = "http://192.0.2.100:54321/".ljust(length, "x")[:length]
    rows = qr_code(address).splitlines()
    assert max(map(len, rows)) == min(map(len, rows)) <= 80
    assert len(rows) <= 24
    light = {"█": "11", "▀": "10", "▄": "01", " ": "00"}
    drawn = [[light[c][half] == "0" for c in row] for row in rows for half in (0, 1)]
    matrix = [list(map(bool, row)) for row in segno.make_qr(address, error="l").matrix_iter(border=4)]
    assert drawn[: len(matrix)] == matrix


def test_the_address_is_one_of_this_machine():
    import socket

    with socket.create_server((lan_address(), 0)):  # a foreign address cannot be bound
        pass


def test_without_a_network_there_is_loopback(monkeypatch):
    class Socket(socket.socket):
        def connect(self, address):
            raise OSError("Network is unreachable")

    monkeypatch.setattr(socket, "socket", Socket)
    assert lan_address() == "127.0.0.1"


@pytest.mark.parametrize(
    ("agent", "name", "version"),
    [
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
            " Version/19.1 Mobile/15E148 Safari/604.1",
            "Safari on iOS",
            "19.1",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
            " CriOS/150.0.1.2 Mobile/15E148 Safari/604.1",
            "Chrome on iOS",
            "150.0.1.2",
        ),
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile"
            " Safari/537.36",
            "Chrome on Android",
            "150.0.0.0",
        ),
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0"
            " Chrome/130.0.0.0 Mobile Safari/537.36",
            "Samsung Internet on Android",
            "28.0",
        ),
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile"
            " Safari/537.36 EdgA/150.0.0.1",
            "Edge on Android",
            "150.0.0.1",
        ),
        ("Mozilla/5.0 (Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0", "Firefox on Android", "145.0"),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0"
            " Safari/605.1.15",
            "Safari on macOS",
            "19.0",
        ),
        ("curl/8", "A browser", "unknown"),
        ("", "A browser", "unknown"),
    ],
)
def test_a_browser_is_named_by_its_user_agent(agent, name, version):
    assert named(agent) == (name, version)


# One device, and no other


def test_the_first_device_comes_in_and_every_other_learns_nothing(page):
    refused = []

    def device(address):
        stranger, client = Client(address), Client(address)

        def try_all(moment):
            for method, path in (
                ("GET", "/"),
                ("GET", stranger.url.path[:-2] + "/"),
                ("GET", stranger.url.path + "wait.js"),
                ("POST", stranger.url.path + "next"),
                ("HEAD", stranger.url.path),
                ("GET", visited + "job.json"),
                ("POST", visited + "message"),
                *([("GET", stranger.url.path)] if moment else []),
            ):
                for cookie in ("", "ganzoo=", "ganzoo=x", 'ganzoo="\\', "x" * 4000, client.cookie[:-1]):
                    response, content = stranger.ask(path, method, b"{}" if method == "POST" else None, cookie)
                    refused.append((response.status, content, response.headers["set-cookie"]))

        visited = "/absent/"
        try_all(0)  # guesses do not use the token up
        response, content = client.open()
        assert (response.status, b"wait.js" in content) == (200, True)
        flags = response.headers["set-cookie"].partition(";")[2]
        assert flags == " Path=/; HttpOnly; SameSite=Strict"
        assert client.ask()[0].headers["set-cookie"] is None  # again, as one that reloads
        try_all(1)
        folder = client.wait().rpartition("/")[0]
        visited = folder + "/"
        try_all(2)
        client.ask(folder + "/message", "POST", b'{"kind": "result", "a": 1}')
        assert client.wait() == ""

    with calling(device) as visitor:
        answered = visit_page(page, {"n": 1}, {}, visitor=visitor)
        assert answered.data == {"a": 1}
        assert visitor.user_agent == "Phone 1.0"
        assert (visitor.name, visitor.version, visitor.family) == ("A browser", "unknown", "phone")
    assert len(refused) == 6 * (7 + 8 + 8)
    assert set(refused) == {(403, b"", None)}
    assert_nobody_listens(visitor.host.port)


def test_no_device_comes(page):
    addresses = []
    with (
        pytest.raises(BrowserMissingError, match=r"in 0\.2 s") as caught,
        phone(lambda address, _: addresses.append(address), patience=0.2),
    ):
        raise AssertionError("nobody opened it")
    assert "firewall" in caught.value.remedy
    assert_nobody_listens(urlsplit(addresses[0]).port)


# Visits


@pytest.mark.alone
def test_a_phone_is_told_how_it_goes_and_when_it_is_over(page):
    words = []

    def device(address):
        client = Client(address)
        client.open()
        words.append(client.next()["words"])
        client.visit()
        while (word := client.next()["words"]) == words[-1]:  # the page's end has yet to be told
            time.sleep(0.02)
        words.append(word)
        client.visit()
        while not (last := client.next())["done"]:
            time.sleep(0.02)
        words.append(last["words"])

    with calling(device) as visitor:
        while not words:
            time.sleep(0.01)
        assert visit_page(page, {"n": 1}, {}, visitor=visitor).data == {"a": 1}
        while len(words) < 2:
            time.sleep(0.01)
        answered = visit_page(page, {"n": 1}, {}, visitor=visitor, documents={"samples.json": []})
        assert "job.json" in answered.sent
    assert words == [
        "Connected. Preparing the first page.",
        "1 page visited. Preparing the next one.",
        "Done. You can close this page.",
    ]


def test_a_phone_that_goes_away_costs_what_it_was_at_and_the_rest_but_little_time(page, monkeypatch):
    monkeypatch.setattr(phones, "BACK", 3)
    monkeypatch.setattr(phones, "GONE", 0.3)
    back = threading.Event()

    def device(address):
        client = Client(address)
        client.open()
        given_up = client.wait().rpartition("/")[0]
        client.ask(given_up + "/message", "POST", b'{"kind": "hello"}')
        back.wait(10)  # as if it were closed
        response, _ = client.ask(given_up + "/message", "POST", b'{"kind": "result"}')
        assert (response.status, response.headers["location"]) == (404, client.url.path)  # better late than never
        client.visit()

    with calling(device) as visitor:
        with pytest.raises(VerificationError, match=r"A browser sent nothing for 0\.5 s"):
            visit_page(page, {"n": 1}, {}, visitor=visitor, silence=0.5)
        for patience in (3, 0.3, 0.3):
            started = time.monotonic()
            with pytest.raises(VerificationError, match="has disconnected") as caught:
                visit_page(page, {"n": 1}, {}, visitor=visitor)
            assert patience <= time.monotonic() - started < patience + 2
            assert "open the address again" in caught.value.remedy
        back.set()
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            try:
                assert visit_page(page, {"n": 1}, {}, visitor=visitor).data == {"a": 1}
                break
            except VerificationError:
                continue
        assert not visitor.away


def test_a_phone_whose_page_never_starts_is_no_missing_browser(page):
    def device(address):
        client = Client(address)
        client.open()
        client.wait()

    with (
        pytest.raises(VerificationError, match="sent nothing"),
        calling(device) as visitor,
    ):
        visit_page(page, {"n": 1}, {}, visitor=visitor, silence=0.2)
    assert_nobody_listens(visitor.host.port)


@pytest.mark.parametrize("end", [KeyboardInterrupt, VerificationError])
def test_nobody_listens_after_an_interrupt(end):
    def device(address):
        Client(address).open()

    started = time.monotonic()
    with pytest.raises(end), calling(device) as visitor:
        raise end("")
    assert_nobody_listens(visitor.host.port)
    assert time.monotonic() - started < 4


# In a browser


def write(folder, name: str, work: str):
    """A page of ours that does `work`."""
    path = folder / f"{name}.html"
    path.write_text(
        "<!doctype html><link rel=icon href=data:,><script type=module>"
        f'import {{ answer, progress }} from "./ganzoo/page.js"; await answer(async (job) => {{ {work} }});</script>'
    )
    return path


@pytest.mark.browser
def test_a_browser_visits_page_after_page_and_waits_in_between(tmp_path):
    folders = {"ganzoo": phones.PAGES}
    good = write(tmp_path, "good", "return { n: job.n, path: location.pathname };")
    bad = write(tmp_path, "bad", "throw new Error('it hurts');")
    hanging = write(tmp_path, "hanging", 'await progress("here"); await new Promise(() => {});')
    closed = threading.Event()

    def device(address):
        url = urlsplit(address)
        with launch(find_browser(), f"http://127.0.0.1:{url.port}{url.path}"):
            closed.wait(60)

    def visit(page, n=0, **options):
        return visit_page(page, {"n": n}, folders, visitor=visitor, **options)

    try:
        with calling(device) as visitor:
            assert visitor.name.startswith(("Chrome on", "Edge on"))
            assert visitor.version in visitor.user_agent
            first = visit(good, 1)
            assert first.data["n"] == 1
            assert first.sent["ganzoo/page.js"] > 0
            with pytest.raises(VerificationError, match="it hurts"):
                visit(bad)
            second = visit(good, 2)
            assert second.data["n"] == 2
            assert first.data["path"] != second.data["path"]
            with pytest.raises(VerificationError, match="sent nothing"):
                visit(hanging, silence=2, progress=lambda text: closed.set())
            with pytest.raises(VerificationError, match="has disconnected"):
                visit(good)
    finally:
        closed.set()
    assert_nobody_listens(visitor.host.port)
