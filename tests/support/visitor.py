"""A person with a browser and no JavaScript: follows links, fills in forms, presses buttons."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.support.cloud import BASE_URL

NONCE = re.compile(r'name="form" value="([^"]+)"')
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Visitor:
    """`client` is chalice.test.Client's `http`; `page` and `status` are what was last seen."""

    client: Any
    url: str = ""
    page: str = ""
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)

    def open(self, url: str) -> Visitor:
        """GET a page and follow redirects within the site."""
        self._see(url, self.client.get(_path(url)))
        return self

    def post(self, url: str, fields: dict[str, str] | None = None, *, nonce: str | None = None) -> Visitor:
        """Send a form with the nonce of the page that is open, and follow the redirect."""
        body = {"form": self.nonce if nonce is None else nonce, **(fields or {})}
        self._see(url, self.client.post(_path(url), headers=FORM, body=urlencode(body).encode()))
        return self

    @property
    def nonce(self) -> str:
        return NONCE.findall(self.page)[0]

    def links(self, part: str) -> list[str]:
        """Addresses on the page that hold this part."""
        return [url for url in map(html.unescape, re.findall(r'(?:href|action)="([^"]+)"', self.page)) if part in url]

    def _see(self, url: str, response: Any) -> None:
        self.url, self.status, self.headers = url, response.status_code, dict(response.headers)
        self.page = response.body.decode()
        if self.status == 303 and self.headers["Location"].startswith(BASE_URL):
            self.open(self.headers["Location"])


def _path(url: str) -> str:
    return url.removeprefix(BASE_URL) or "/"
