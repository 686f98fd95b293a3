"""People who are emailed in a served cloud, and the links of their emails."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from infra.local.demo import filling
from infra.local.demo.browser import Browser
from tests.support.served import Served

CODE = re.compile(r"^\s*(\d{3} ?\d{3})\s*$", re.MULTILINE)


class Letter(NamedTuple):
    to: str
    subject: str
    text: str
    html: str
    links: list[str]

    def link(self, verb: str) -> str:
        return next(link for link in self.links if f"/{verb}/" in urlsplit(link).path)


def load_example(cloud: Served, days: int = 10) -> None:
    """Load the example cohort and let so many days pass: after ten its delegates have read that it is open.

    It begins in the morning: an hour after lists are approved in the evening, no rater has been invited yet.
    """
    move_to_morning(cloud)
    assert cloud.post("/_local/demo").status == 200
    advance(cloud, f"P{days}D")


def advance(cloud: Served, duration: str) -> None:
    answer = cloud.post("/_local/clock", advance=duration)
    assert answer.status == 200, answer.body


def move_to_morning(cloud: Served) -> None:
    """Move the clock to the next ten o'clock: a served cloud starts at the hour of this machine."""
    now = datetime.fromisoformat(cloud.get("/_local/clock").json["now"])
    morning = (now + timedelta(days=1)).replace(hour=10, minute=0, second=0)
    assert cloud.post("/_local/clock", to=morning.isoformat()).status == 200


def approve_lists(cloud: Served) -> None:
    """Every list that was sent to its approver is approved, and its raters are invited."""
    advance(cloud, "PT1H")
    for letter in letters(cloud, about="wants to ask for feedback"):
        filling.approve(Browser(), letter.link("approve"))
    advance(cloud, "PT1H")


def letters(cloud: Served, to: str = "", about: str = "") -> list[Letter]:
    """Emails, oldest first: those to an address, those whose subject has the words."""
    listed_emails: list[dict[str, Any]] = cloud.get("/_local/mail.json").json
    return [
        Letter(email["to"], email["subject"], email["text"], email["html"], email["links"])
        for email in listed_emails
        if to in email["to"] and about in email["subject"]
    ]


def link(cloud: Served, verb: str, to: str = "", about: str = "") -> str:
    """Return the newest link of this kind in any email."""
    urls = [link for letter in letters(cloud, to, about) for link in letter.links if f"/{verb}/" in urlsplit(link).path]
    assert urls, f"no email to {to or 'anyone'} has a link with /{verb}/"
    return urls[-1]


def code(cloud: Served, to: str) -> str:
    """Return the newest six-digit code emailed to an address."""
    codes = [match[1] for letter in letters(cloud, to) for match in CODE.finditer(letter.text)]
    assert codes, f"no email to {to} has a code"
    return codes[-1].replace(" ", "")
