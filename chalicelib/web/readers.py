"""Identify who may read what a reading link opens: the person who reads email at its address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from chalicelib.core.ids import administrator_key, reader_key
from chalicelib.core.model import Person, Programme
from chalicelib.core.settings import settings
from chalicelib.links import kinds, signing

ADMIN_HOME = "/admin"
SECOND_FACTOR = "/admin/second-factor"
CONSOLE_PAGE = re.compile(r"/admin(?:/[a-z0-9-]+){0,6}")


class Role(StrEnum):
    """The roles that need a code. The value is also the verb of the link."""

    COACH = kinds.COACH.verb
    FACILITATOR = kinds.FACILITATOR.verb
    SPONSOR = kinds.SPONSOR.verb
    DELEGATE = kinds.HUB.verb  # for the released report
    MANAGER = kinds.SHARED.verb  # for a copy of their own data
    DELETION = kinds.DELETION.verb  # a delegate, for a copy of their own data before it is deleted
    OWN_DATA = "own-data"  # any of these, on the page of a copy of their own data
    ADMINISTRATOR = "administrator"


class Reader(Struct, frozen=True):
    """One person in one role.

    who        ids.reader_key of their address, or ids.administrator_key
    token      the signed part of their link
    home       where signing in leads
    programme  whose name pages and emails show; None for administrators
    about      cohort, delegate: where a bounced code email is shown
    """

    role: Role
    who: str
    token: str
    person: Person | None  # None for a typed address that is no administrator's: no page shows that
    home: str
    programme: Programme | None = None
    about: Mapping[str, str] = field(default_factory=dict)
    ends_at: datetime | None = None  # when the link expires

    def refuse_ended(self, now: datetime) -> None:
        """Refuse an expired link. Raises LinkEnded."""
        if self.programme and self.ends_at:
            signing.refuse_ended(self.programme, self.ends_at, now)

    @property
    def masked(self) -> str:
        """Return enough of the address for its owner to recognise it: `p…@example.org`."""
        if self.person is None or self.role is Role.ADMINISTRATOR:
            return "your address, if it is an administrator’s"
        local, _, domain = self.person.email.rpartition("@")
        return f"{local[:1]}…@{domain}"

    def local_time(self, moment: datetime) -> str:
        if self.programme is None:
            return f"{moment:%H:%M} UTC"
        return f"{moment.astimezone(ZoneInfo(self.programme.organisation.timezone)):%H:%M}"


def reader(
    role: Role,
    token: str,
    person: Person,
    home: str,
    programme: Programme,
    about: Mapping[str, str],
    ends_at: datetime | None = None,
) -> Reader:
    """Return the reader of an emailed link."""
    return Reader(role, reader_key(person.email), token, person, signing.url(home), programme, about, ends_at)


def administrator(token: str, page: str = "") -> Reader:
    """Return who typed an address on the administrators' page. Raises LinkUnknown for a forged token.

    page   of the console: where signing in leads, if it is one
    """
    link = signing.open_link(Role.ADMINISTRATOR, token, 1)
    (who,) = link.parts
    listed = {administrator_key(address.lower()): address for address in settings().administrators}
    person = Person(listed[who], listed[who].lower()) if who in listed else None
    return Reader(Role.ADMINISTRATOR, who, link.token, person, signing.url(console_page(page) or ADMIN_HOME))


def console_page(path: str) -> str:
    """Return the path of a console page; empty for any other, so that no one is sent to another site."""
    return path if CONSOLE_PAGE.fullmatch(path) else ""


def administrator_token(address: str) -> str:
    """Make a token for the address as typed, listed or not."""
    return signing.token(Role.ADMINISTRATOR, administrator_key(address.strip().lower()))
