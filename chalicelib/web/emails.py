"""Emails about signing in: codes, wrong codes and the second factor."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import TYPE_CHECKING

from chalicelib.core.settings import settings
from chalicelib.emails.common_words import common_words
from chalicelib.emails.create import create_email
from chalicelib.emails.kinds import EmailKind, To, declare_email
from chalicelib.links.kinds import CODE, name_links
from chalicelib.links.link_kind import Link
from chalicelib.store.emails import Email

if TYPE_CHECKING:
    from chalicelib.web.readers import Reader

HOUSE_COLOUR = "#27406b"  # of pages and emails that belong to no programme
CODE_LIFETIME = timedelta(minutes=10)

SIGN_IN_CODE = declare_email(
    "web/code",
    "Sign-in code",
    to=To.SIGNING_IN,
    words="name challenge until",
    links=[CODE],
    lease=CODE_LIFETIME,
    sent_after_withdrawal=True,
    is_urgent=True,
)
WRONG_CODE = declare_email(
    "web/wrong_code",
    "Notice of a wrong sign-in code",
    to=To.SIGNING_IN,
    words="name at",
    sent_after_withdrawal=True,
)
SECOND_FACTOR = declare_email(
    "web/second_factor",
    "Notice of a change of a second factor",
    to=To.SIGNING_IN,
    words="name at what",
    variants={what: {"what": what} for what in ("set up", "removed", "opened with a recovery code")},
    sent_after_withdrawal=True,
)


def code_email(reader: Reader, challenge: str, ends_at: datetime, now: datetime) -> Email | None:
    """Write the email with a code. None if no one is to be emailed."""
    return _email(
        reader,
        SIGN_IN_CODE,
        challenge,
        words={"challenge": challenge, "until": reader.local_time(ends_at)},
        links=name_links(CODE.link(reader.role, challenge, str(int(now.timestamp())), reader.token)),
        now=now,
        good_until=ends_at,
    )


def wrong_code_email(reader: Reader, now: datetime) -> Email | None:
    """Report a wrong code, at most once a day. None if no one is to be emailed."""
    return _email(reader, WRONG_CODE, f"{now:%Y-%m-%d}", words={"at": reader.local_time(now)}, now=now)


def second_factor_email(reader: Reader, what: str, code: str, now: datetime) -> Email | None:
    """Report a change of an administrator's second factor. `code`: which code made it, so that it is reported once."""
    moment = f"{now:%Y-%m-%dT%H.%M.%S}.{code}.{what.split()[0]}"
    return _email(reader, SECOND_FACTOR, moment, words={"at": reader.local_time(now), "what": what}, now=now)


def _email(
    reader: Reader,
    kind: EmailKind,
    subject: str,
    *,
    words: Mapping[str, str],
    now: datetime,
    links: Mapping[str, Link] | None = None,
    good_until: datetime | None = None,
) -> Email | None:
    if reader.person is None:
        return None
    return create_email(
        kind,
        reader.who,
        subject,
        to=reader.person,
        due_at=now,
        words={**_frame(reader), "name": reader.person.name, **words},
        links=links or {},
        about=reader.about,
        good_until=good_until,
    )


def _frame(reader: Reader) -> dict[str, str]:
    if reader.programme:
        return common_words(reader.programme)
    provider = parseaddr(settings().sender)[0]
    return {"programme": "Administration", "organisation": provider, "brand": HOUSE_COLOUR, "from_name": provider}
