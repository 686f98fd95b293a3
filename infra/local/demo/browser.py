"""One person's browser: keeps its connections, follows links and redirects, sends forms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlencode, urljoin, urlsplit

from infra.local.demo.pages import Form, Page, read_page

PATIENCE = 60  # seconds for one answer
MAX_REDIRECTS = 5
FORM = "application/x-www-form-urlencoded"


class PageRefused(Exception):
    """The server answered with an error page."""

    def __init__(self, url: str, status: int, heading: str):
        # A link is a secret that identifies a person, so only the kind of page is shown.
        super().__init__(f"{status} at /{'/'.join(urlsplit(url).path.split('/')[1:3])}: {heading}")
        self.status = status


@dataclass(frozen=True)
class Opened:
    """What a browser shows."""

    url: str
    status: int
    kind: str  # content type
    body: bytes

    @cached_property
    def page(self) -> Page:
        return read_page(self.body.decode())


class Browser:
    """Not for two threads at once."""

    def __init__(self) -> None:
        self.requests = 0
        self.cookies: dict[str, str] = {}  # of the person who uses this browser
        self._connections: dict[str, HTTPConnection] = {}

    def open(self, url: str) -> Opened:
        """Open a page. Raises PageRefused."""
        return self._go("GET", url, None)

    def follow(self, opened_page: Opened, words: str) -> Opened:
        """Click the link with these words. Raises PageRefused or NotOnThePage."""
        return self.open(urljoin(opened_page.url, opened_page.page.link(words)))

    def send(self, opened_page: Opened, form: Form, answers: Mapping[str, str], button: str | None = None) -> Opened:
        """Fill in a form and press a button. Raises PageRefused or NotOnThePage."""
        body = urlencode(form.filled(answers, button)).encode()
        return self._go("POST", urljoin(opened_page.url, form.action), body)

    def post(self, url: str, fields: Mapping[str, str]) -> Opened:
        """Send fields that no page asked for. Raises PageRefused."""
        return self._go("POST", url, urlencode(fields).encode())

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()

    def _go(self, method: str, url: str, body: bytes | None) -> Opened:
        for _ in range(MAX_REDIRECTS):
            answer, read = self._ask(method, url, body)
            if answer.status not in (302, 303):
                break
            method, url, body = "GET", urljoin(url, answer.headers["Location"]), None
        opened = Opened(url, answer.status, answer.headers.get("Content-Type", ""), read)
        if answer.status != 200:
            raise PageRefused(url, answer.status, opened.page.heading or opened.body.decode(errors="replace")[:200])
        return opened

    def _ask(self, method: str, url: str, body: bytes | None) -> tuple[HTTPResponse, bytes]:
        parts = urlsplit(url)
        connection = self._connections.get(parts.netloc)
        if connection is None:
            connection = self._connections[parts.netloc] = HTTPConnection(parts.netloc, timeout=PATIENCE)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        headers = {"Content-Type": FORM} if body is not None else {}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection.request(method, path, body, headers)
        self.requests += 1
        answer = connection.getresponse()
        if set_cookie := answer.headers.get("Set-Cookie"):
            name, _, value = set_cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer, answer.read()
