"""A person with a browser and no JavaScript: follows links, fills in forms, presses buttons."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from chalicelib.core import ids
from chalicelib.core.settings import settings
from chalicelib.links import signing as links
from chalicelib.store import sessions
from chalicelib.store.marshal import fields
from chalicelib.store.sessions import Session
from chalicelib.store.table import put_all
from chalicelib.web.sessions import COOKIE, MAX_SESSION
from tests.support.cloud import BASE_URL
from tests.support.drain import drain
from tests.support.emails import sent_emails

NONCE = re.compile(r'name="form" value="([^"]+)"')
CODE = re.compile(r"^ +(\d{3} \d{3})$", re.MULTILINE)
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
FORMS = re.compile(r'<form[^>]* action="([^"]+)"[^>]*>(.*?)</form>', re.DOTALL)
AREA = re.compile(r"<textarea[^>]*>(.*?)</textarea>", re.DOTALL)
BOUNDARY = b"----fullcircle"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Visitor:
    """`client` is chalice.test.Client's `http`; `page` and `status` are what was last seen."""

    client: Any
    url: str = ""
    page: str = ""
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    def open(self, url: str) -> Visitor:
        """GET a page and follow redirects within the site."""
        self._see(url, self.client.get(_path(url), headers=self._kept()))
        return self

    def post(self, url: str, typed: dict[str, str] | None = None, *, nonce: str | None = None) -> Visitor:
        """Send a form with the hidden fields of the page that is open, and follow the redirect."""
        body = {**self._hidden(url), "form": self.nonce if nonce is None else nonce, **(typed or {})}
        headers = FORM | self._kept()
        self._see(url, self.client.post(_path(url), headers=headers, body=urlencode(body).encode()))
        return self

    def _hidden(self, url: str) -> dict[str, str]:
        """Return the hidden fields of the first form of the page that leads there."""
        for address, inside in FORMS.findall(self.page):
            if html.unescape(address) == url:
                return {name: html.unescape(value) for name, value in HIDDEN.findall(inside)}
        return {}

    @property
    def nonce(self) -> str:
        return NONCE.findall(self.page)[0]

    def send_files(
        self, url: str, typed: dict[str, str] | None = None, files: dict[str, tuple[str, bytes]] | None = None
    ) -> Visitor:
        """Send a form that takes files, as a browser writes it; `files` are names and contents by field."""
        kept = {name: html.unescape(value) for name, value in HIDDEN.findall(self.page)}
        body = b"".join(
            b'--%b\r\nContent-Disposition: form-data; name="%b"%b\r\n\r\n%b\r\n'
            % (BOUNDARY, name.encode(), extra, content)
            for name, extra, content in [
                *((name, b"", value.encode()) for name, value in {**kept, **(typed or {})}.items()),
                *((name, b'; filename="%b"' % called.encode(), data) for name, (called, data) in (files or {}).items()),
            ]
        )
        headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY.decode()}"} | self._kept()
        self._see(url, self.client.post(_path(url), headers=headers, body=body + b"--" + BOUNDARY + b"--\r\n"))
        return self

    def let_in_administrator(self, now: datetime) -> Visitor:
        """As if an administrator had signed in."""
        email = settings().administrators[0]
        row = Session(sessions.hashed(_session_id(email)), ids.administrator_key(email), now + MAX_SESSION)
        put_all([{**sessions.key(row.hashed)._asdict(), **fields(row)}])
        return self.come_back(email, now)

    def sign_in(self, url: str, to: str, now: datetime) -> Visitor:
        """Open a page that needs a code, have one emailed, and type it."""
        self.open(url)
        self.post(self.links("/sign-in/")[0])
        drain(now)
        return self.post(self.links("/sign-in/")[0], {"code": newest_code(to)})

    def let_in(self, email: str, now: datetime) -> Visitor:
        """As if signed in: where a test is about what comes after."""
        row = Session(sessions.hashed(_session_id(email)), ids.reader_key(email), now + MAX_SESSION)
        put_all([{**sessions.key(row.hashed)._asdict(), **fields(row)}])
        return self.come_back(email, now)

    def come_back(self, email: str, now: datetime) -> Visitor:
        """Use the cookie of a reader who is signed in."""
        self.cookies[COOKIE] = links.token("session", _session_id(email), str(int(now.timestamp())))
        return self

    def _kept(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}

    @property
    def shows(self) -> str:
        """The template of the page, such as `collect/thanks`."""
        return "".join(re.findall(r'<body [^>]*data-page="([^"]+)"', self.page))

    @property
    def messages(self) -> set[str]:
        """What the page says, by name: see `hook` in web/templates/macros.html.j2."""
        return set(re.findall(r'data-message="([^"]+)"', self.page))

    def said(self, message: str) -> str:
        """Return the words of a message: for a figure, a date or a name that they must contain."""
        elements = re.findall(rf'<(\w+)[^>]* data-message="{message}"[^>]*>(.*?)</\1>', self.page, re.DOTALL)
        return " ".join(html.unescape(re.sub("<[^>]+>", "", words)).strip() for _, words in elements)

    @property
    def faults(self) -> set[str]:
        """The fields that the page says are wrong; "" is a fault of the whole form."""
        return set(map(html.unescape, re.findall(r'data-fault="([^"]*)"', self.page)))

    def areas(self) -> list[str]:
        """Return the texts in the page's text areas."""
        return [html.unescape(text).strip() for text in AREA.findall(self.page)]

    def links(self, part: str) -> list[str]:
        """Addresses on the page that hold this part."""
        return [url for url in map(html.unescape, re.findall(r'(?:href|action)="([^"]+)"', self.page)) if part in url]

    def _see(self, url: str, response: Any) -> None:
        self.url, self.status, self.headers = url, response.status_code, dict(response.headers)
        self.page = response.body.decode()
        if "Set-Cookie" in self.headers:
            name, _, value = self.headers["Set-Cookie"].partition(";")[0].partition("=")
            self.cookies[name] = value
        if self.status == 303 and self.headers["Location"].startswith(BASE_URL):
            self.open(self.headers["Location"])


def _session_id(email: str) -> str:
    return ids.derive(24, "session", email)


def newest_code(to: str) -> str:
    return CODE.findall(_newest_code_email(to).part("plain"))[-1]


def newest_code_link(to: str) -> str:
    """Return the link in the newest email with a code: it opens a sign-in page of its reader's own."""
    (code_link,) = [url for url in _newest_code_email(to).links if "/code/" in url]
    return code_link


def _newest_code_email(to: str) -> Any:
    return [message for message in sent_emails(to) if message.row.startswith("web/code#")][-1]


def _path(url: str) -> str:
    return url.removeprefix(BASE_URL).partition("#")[0] or "/"


def pages(visitor: Visitor, *urls: str) -> str:
    """Return the text of these pages in a row. A page that does not open is an error: it would show nothing."""
    texts = []
    for url in urls:
        visitor.open(url)
        assert visitor.status == 200, f"{url} answers {visitor.status}"
        texts.append(visitor.page)
    return "".join(texts)
