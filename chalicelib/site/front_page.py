"""Open the front page as a reader does, through the address that emails carry, and log how long it took."""

from __future__ import annotations

import time
from collections.abc import Callable
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from chalicelib.core import log

SECONDS = 5  # that a reader would wait
NO_PAGE = 60_000  # milliseconds that are logged if it does not open


def open_page(url: str) -> int:
    """Return the status; 0 if nothing answers in time."""
    asked = Request(url, headers={"Accept": "text/html"})  # noqa: S310 (our own settings say https)
    try:
        with urlopen(asked, timeout=SECONDS) as page:  # noqa: S310
            page.read()
            return int(page.status)
    except HTTPError as refused:
        return refused.code
    except (URLError, OSError, HTTPException):
        return 0


def look(address: str, clock: Callable[[], float] = time.monotonic, opened: Callable[[str], int] = open_page) -> None:
    """Log its status and the milliseconds until it was there. An address of this machine is not looked at.

    clock    in seconds
    opened   opens a page, and returns its status
    """
    if not address.startswith("https://"):
        return
    began = clock()
    status = opened(f"{address}/")
    taken = round(1000 * (clock() - began)) if status == 200 else NO_PAGE
    log.info("front_page", status=status, milliseconds=taken)
