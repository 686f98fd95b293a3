"""Six-digit codes that prove that a person reads email at an address.

A code is the keyed hash of its challenge, so that it exists in the email alone: rows hold the challenge, and the key is
in the settings.

Anyone may ask for a code and type a wrong one. So both are counted for each address, and the wait grows with the count
(waits.py). The email has a link of its own, through which its reader can ask and type at once: no one can lock the
owner of an address out. See decision 34.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from chalicelib.core import log
from chalicelib.core.errors import Refusal
from chalicelib.core.formatting import plural
from chalicelib.core.ids import derive
from chalicelib.jobs.commit import commit
from chalicelib.links.code_digits import DIGITS, is_right
from chalicelib.store import codes, emails, sessions
from chalicelib.store.codes import Asking, AskingChanged, Code, CodeExists, CodeSpent, Try
from chalicelib.store.emails import EmailExists
from chalicelib.store.sessions import Session
from chalicelib.store.table import Write, transact
from chalicelib.web.emails import CODE_LIFETIME, code_email, wrong_code_email
from chalicelib.web.holds import refuse_held
from chalicelib.web.waits import ASKS, TRIES

if TYPE_CHECKING:
    from chalicelib.web.readers import Reader

T = TypeVar("T")
CHALLENGE = 32  # characters
MAX_CODE_ATTEMPTS = 5  # of one code
MAX_RETRIES = 5  # retries of a write that another request overtook


class TooManyCodes(Refusal):
    """Too many codes were requested for an address."""

    status = 429
    title = "Please wait before you ask for another code"

    def __init__(self, count: int, until: str) -> None:
        super().__init__(
            f"We have sent {count} codes to this address within a day. The next one can be sent at {until}. "
            "If it is your address, you need not wait: open the newest email with a code from us, and use its button. "
            "It always works. Please look in the junk folder too."
        )


class CodeRefused(Refusal):
    """The typed code is wrong. `over` says that a new code is needed."""

    title = "This is not the right code"

    def __init__(self, why: str, *, over: bool = False) -> None:
        super().__init__(why)
        self.over = over


class CodesBlocked(CodeRefused):
    """Too many wrong codes were typed for an address: the page accepts none for a time."""


class LastTry(CodeRefused):
    """The typed code is wrong, and it was the last try of this code."""


OVER = (
    "This code no longer works. A code works once, for "
    f"{MAX_CODE_ATTEMPTS} tries and {CODE_LIFETIME.seconds // 60} minutes. Please ask for a new code."
)


# --- asking -------------------------------------------------------------------------------------------


def challenge_of(once: str, now: datetime) -> str:
    """Return the challenge for a page's button, from the random number in its form: no other page has the same.

    Pressed again within ten minutes it is the same; later it is another, so that no code is ever repeated.
    """
    return derive(CHALLENGE, "challenge", once, str(int(now.timestamp() / CODE_LIFETIME.total_seconds())))


def ask(reader: Reader, challenge: str, now: datetime, *, otherwise: str = "", by_link: bool = False) -> str:
    """Email a code and return its challenge. Pressing twice sends one email.

    Raises TooManyCodes or AddressHeld.

    otherwise  random: the challenge if a code for the first one exists already and was used
    by_link    the request comes through the link of an email of the last day
    """
    refuse_held(reader, now)

    def attempt() -> str:
        existing = codes.find_code(reader.who, challenge)
        if existing and _is_usable(existing, now, by_link):
            return challenge
        chosen = otherwise if existing else challenge
        before = codes.find_asking(reader.who) or Asking(reader.who)
        commit(_writes_of_ask(reader, before, chosen, now, by_link), now)
        return chosen

    return _again_after_a_race(attempt)


def _is_usable(code: Code, now: datetime, by_link: bool) -> bool:
    return code.ends_at > now and (code.tries_by_link if by_link else code.tries) < MAX_CODE_ATTEMPTS


def _writes_of_ask(reader: Reader, before: Asking, challenge: str, now: datetime, by_link: bool) -> list[Write]:
    earlier = ASKS.recent(before.asked_by_link if by_link else before.asked, now)
    next_at = ASKS.next_at(earlier, now)
    if next_at > now:
        raise TooManyCodes(len(earlier), reader.local_time(next_at))
    counted = {"asked_by_link" if by_link else "asked": (*earlier, now)}
    ends_at = now + CODE_LIFETIME
    email = code_email(reader, challenge, ends_at, now)
    return [
        codes.save_asking(replace(before, **counted), now),
        codes.add_code(Code(reader.who, challenge, ends_at)),
        *(emails.add(email) if email else []),
    ]


def _again_after_a_race(attempt: Callable[[], T]) -> T:
    for _ in range(MAX_RETRIES - 1):
        try:
            return attempt()
        except (AskingChanged, CodeExists):
            continue
    return attempt()


# --- typing -------------------------------------------------------------------------------------------


def spend(
    reader: Reader, challenge: str, typed: str, session: Session, now: datetime, *, by_link: bool = False
) -> None:
    """Accept a code once, and begin the session. Count each try before checking it. Raises CodeRefused.

    by_link  the code is typed through the link of an email of the last day; other people's tries cause no wait
    """
    digits = re.sub(r"[\s-]", "", typed)
    if not re.fullmatch(rf"[0-9]{{{DIGITS}}}", digits):
        raise CodeRefused(f"The code has {DIGITS} digits. Please type all of them, as in the email.")
    try:
        tries = _count_try(reader, challenge, now, by_link)
        if not is_right(challenge, digits):
            _note_failure(reader, now)
            raise _wrong(MAX_CODE_ATTEMPTS - tries)
        _sign_in(reader, challenge, session, now, by_link)
    except CodeSpent:
        raise CodeRefused(OVER, over=True) from None


def _count_try(reader: Reader, challenge: str, now: datetime, by_link: bool) -> int:
    """Count the tries of this code, this one included. Raises CodeSpent, and CodeRefused before its time."""
    if by_link:
        return codes.take_try(reader.who, challenge, MAX_CODE_ATTEMPTS, now).tries_by_link

    def attempt() -> int:
        before = codes.find_asking(reader.who) or Asking(reader.who)
        failed = _recent(before, now)
        next_at = TRIES.next_at([attempt.at for attempt in failed], now)
        if next_at > now:
            log.warning("code_blocked", reader=reader.who)
            raise _blocked(reader.local_time(next_at))
        counted = replace(before, failed=(*failed, Try(now, challenge)))
        transact(
            [
                codes.count_try(reader.who, challenge, MAX_CODE_ATTEMPTS, now, by_link=False),
                codes.save_asking(counted, now),
            ]
        )
        return sum(attempt.challenge == challenge for attempt in counted.failed)

    return _again_after_a_race(attempt)


def _recent(asking: Asking, now: datetime) -> tuple[Try, ...]:
    recent = TRIES.recent((attempt.at for attempt in asking.failed), now)
    return asking.failed[len(asking.failed) - len(recent) :]


def _sign_in(reader: Reader, challenge: str, session: Session, now: datetime, by_link: bool) -> None:
    """Clear the wrong codes of a person who typed the right one on the page that asked for it.

    A link says nothing about who typed elsewhere, so it clears nothing. Raises CodeSpent.
    """

    def attempt() -> None:
        writes = [codes.use(reader.who, challenge), sessions.add(session)]
        before = codes.find_asking(reader.who)
        if before and not by_link:
            other_tries = tuple(attempt for attempt in before.failed if attempt.challenge != challenge)
            writes.append(codes.save_asking(replace(before, failed=other_tries), now))
        transact(writes)

    _again_after_a_race(attempt)


def _note_failure(reader: Reader, now: datetime) -> None:
    """Log a wrong code by the reader's key alone, and email the code's owner at most once a day."""
    log.warning("code_refused", reader=reader.who)
    email = wrong_code_email(reader, now)
    if email is None:
        return
    try:
        commit(emails.add(email), now)
    except EmailExists:
        return  # today's email exists


def _blocked(until: str) -> CodeRefused:
    return CodesBlocked(
        f"Too many wrong codes were typed for this address. This page accepts no code until {until}. If it is your "
        "address, you need not wait: open our newest email with a code, and use its button. It always works.",
        over=True,
    )


def _wrong(left: int) -> CodeRefused:
    if left <= 0:
        return LastTry("This is not the right code, and it was the last try. Please ask for a new code.", over=True)
    tries = plural(left, "try", "tries")
    return CodeRefused(f"This is not the code in our newest email to you. Please check it: {tries} left.")
