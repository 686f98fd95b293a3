"""An email scanner: asks for every link, runs the scripts of each kind of page, and presses a lone button."""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPStatus
from http.client import HTTPResponse
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from tests.browser import people
from tests.support.served import Served

if TYPE_CHECKING:
    from playwright.sync_api import Page

SCRIPTS_DONE = 400  # ms; autosave would have been sent by then


def scan_emails(cloud: Served, visit: Callable[..., Page]) -> set[str]:
    """Return the kinds of link that were followed: "answer", "hub" ..."""
    links = sorted({link for letter in people.letters(cloud) for link in letter.links})
    for link in links:
        _ask(link)
    kinds = {urlsplit(link).path.split("/")[2]: link for link in links}
    for link in kinds.values():
        _look(visit(link))
    return set(kinds)


def rows(cloud: Served) -> list[str]:
    """Every row of the table, to be compared."""
    database = cloud.client("dynamodb")
    table = next(name for name in database.list_tables()["TableNames"] if not name.endswith("-keys"))
    pages = database.get_paginator("scan").paginate(TableName=table)
    return sorted(json.dumps(item, sort_keys=True, default=str) for page in pages for item in page["Items"])


def _ask(link: str) -> None:
    for method in ("HEAD", "GET"):
        with _answer(link, method) as answer:
            assert answer.status in (HTTPStatus.OK, HTTPStatus.GONE), link  # gone: its time is over
            assert bool(answer.read()) is (method == "GET"), link


def _answer(link: str, method: str) -> HTTPResponse | HTTPError:
    try:
        h_t_t_p_response: HTTPResponse = urlopen(Request(link, method=method))  # noqa: S310 (our own server's)
    except HTTPError as refusal:
        return refusal
    return h_t_t_p_response


def _look(page: Page) -> None:
    page.wait_for_timeout(SCRIPTS_DONE)
    buttons = page.locator("main button, main a.button")
    asks_for_code = page.locator('main form[action*="/sign-in/"]').count()  # only the owner of the link gets one
    if buttons.count() == 1 and not asks_for_code:
        buttons.click()
        page.wait_for_timeout(SCRIPTS_DONE)
