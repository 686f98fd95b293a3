"""Walk through every kind of page that people reach from their links."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from infra.local.account import ADMINISTRATOR
from infra.local.gateway import STAGE_PREFIX

if TYPE_CHECKING:
    from playwright.sync_api import Page

FILES = re.compile(r"/(progress|example|calendar)|/file$|\.(ics|csv|pdf|zip)$")  # to keep, not to look at
ACTS = {"act_id", "change_id", "cohort_change", "act", "kind", "page"}  # parts of a path that make another page
HIDDEN = re.compile(r"\{(token|cohort_id)\}")
SIGN_IN_FORM = "main form[action*='/sign-in']"
MAX_PEOPLE = 4  # of each role: the first in the list of the desk
MAX_PAGES = 150  # of one link


class Tour:
    """A visitor that follows links.

    base_url  of the cloud, with the stage
    visitor   opens a page in a browser of its own
    sign_in   from the page that asks for a code to what is behind it
    """

    def __init__(
        self,
        base_url: str,
        visitor: Callable[[], AbstractContextManager[Page]],
        sign_in: Callable[[Page, str], None],
    ):
        from app import app  # needs the settings of the cloud

        self._base_url, self._visitor, self._sign_in = base_url, visitor, sign_in
        self._patterns = [(pattern, _regex(pattern)) for pattern, methods in app.routes.items() if "GET" in methods]
        self._seen = set[str]()

    @property
    def missing(self) -> Sequence[str]:
        """Return the routes that no link has led to."""
        seen = [key.partition(" ")[2] for key in self._seen]
        return sorted(pattern for pattern, fits in self._patterns if not any(fits.fullmatch(path) for path in seen))

    def pages(self, people: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Page]]:
        """Open each kind of page once for each role: its role and route, and the page.

        people  as `/_local/people.json` lists them
        """
        met: dict[str, int] = {}
        patterns = set[str]()
        for holder in people:
            role = holder["role"]
            met[role] = met.get(role, 0) + 1
            if met[role] <= MAX_PEOPLE:
                reader = ADMINISTRATOR if role == "administrator" else holder["email"]
                for url in holder["links"].values():
                    yield from self._walk(url, reader, role, patterns)
        self._seen |= patterns

    def _walk(self, url: str, reader: str, role: str, patterns: set[str]) -> Iterator[tuple[str, Page]]:
        ahead, met = [url], set[str]()
        with self._visitor() as page:
            while ahead and len(met) < MAX_PAGES:
                here = ahead.pop(0)
                pattern = self._pattern(here)
                if pattern is None or pattern in met or FILES.search(urlsplit(here).path):
                    continue
                met.add(pattern)
                self._open(page, here, reader)
                ahead += page.eval_on_selector_all("main a, nav a, header a", "all => all.map(one => one.href)")
                if (key := f"{role} {pattern}") not in patterns:
                    patterns.add(key)
                    yield key, page

    def _open(self, page: Page, url: str, reader: str) -> None:
        page.goto(url)
        if page.locator(SIGN_IN_FORM).count():
            if page.locator(f"{SIGN_IN_FORM} input[type=email]").count():
                page.fill(f"{SIGN_IN_FORM} input[type=email]", reader)
            self._sign_in(page, reader)
            page.goto(url)

    def _pattern(self, url: str) -> str | None:
        """Return the route of an address, with what makes another page of it filled in; None for other sites."""
        path = urlsplit(url).path.removeprefix(STAGE_PREFIX) or "/"
        matches = [(pattern, match) for pattern, fits in self._patterns if (match := fits.fullmatch(path))]
        if not url.startswith(self._base_url) or not matches:
            return None
        pattern, match = min(matches, key=lambda each: each[0].count("{"))
        return re.sub(r"\{(\w+)\}", lambda part: match[part[1]] if part[1] in ACTS else part[0], pattern)


def name_of(key: str) -> str:
    """Return a file name for a role and route."""
    return re.sub(r"[^a-z0-9]+", "-", HIDDEN.sub("", key)).strip("-")


def _regex(pattern: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(pattern)))
