"""Six-digit codes that prove that somebody reads mail at an address.

A code is the keyed hash of its challenge, so that it exists in the mail alone: rows hold the challenge, and the key is
among the settings.
"""

from __future__ import annotations

import hmac
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from chalicelib.config import settings
from chalicelib.errors import Refusal
from chalicelib.jobs.commit import commit
from chalicelib.store import mails, sessions
from chalicelib.store.sessions import Asking, AskingChanged, CodeSpent, Session
from chalicelib.store.table import Write, transact
from chalicelib.web.holds import refuse_held
from chalicelib.wording import plural

if TYPE_CHECKING:
    from chalicelib.web.readers import Reader

DIGITS = 6
LIVES = timedelta(minutes=10)
MOST_TRIES = 5
PRESSED_TWICE = timedelta(seconds=30)  # asked again within this, no second mail goes out
MOST_MAILS, WITHIN = 5, timedelta(hours=1)
RACES = 3  # tries of a write that somebody else's asking overtook


class TooManyCodes(Refusal):
    """An address is not flooded with codes, whoever holds the link."""

    status = 429
    title = "Please wait before you ask for another code"

    def __init__(self) -> None:
        super().__init__(
            f"We have sent {MOST_MAILS} codes to your address within the last hour, and send no more for now. "
            "Please look for the newest one, in the junk folder too; mail is sometimes slow. "
            "Or come back in an hour, and use the link in your mail again."
        )


class CodeRefused(Refusal):
    """What was typed signs nobody in. `over` says that another code is needed."""

    title = "That is not the code"

    def __init__(self, why: str, *, over: bool = False) -> None:
        super().__init__(why)
        self.over = over


OVER = (
    f"This code no longer works: a code is for one use, {MOST_TRIES} tries and {LIVES.seconds // 60} minutes, "
    "and a newer one replaces it. Please ask for a new code."
)


def ask(reader: Reader, challenge: str, now: datetime) -> str:
    """Mail a code; returns the challenge that it answers. Whoever presses twice gets one email.

    challenge  random, and used unless a code was mailed a moment ago

    Raises TooManyCodes or AddressHeld.
    """
    refuse_held(reader, now)
    for left in reversed(range(RACES)):
        before = sessions.find_asking(reader.who)
        if before and _was_just_mailed(before, now):
            return before.challenge
        try:
            commit(_asking(reader, before, challenge, now), now)
            return challenge
        except AskingChanged:
            if not left:
                raise
    raise AssertionError("the last race returns or raises")


def _was_just_mailed(asking: Asking, now: datetime) -> bool:
    usable = asking.challenge and asking.tries < MOST_TRIES
    return bool(usable) and now - asking.asked[-1] < PRESSED_TWICE


def _asking(reader: Reader, before: Asking | None, challenge: str, now: datetime) -> list[Write]:
    lately = tuple(at for at in before.asked if now - at < WITHIN) if before else ()
    if len(lately) >= MOST_MAILS:
        raise TooManyCodes
    ends_at = now + LIVES
    revision = before.revision + 1 if before else 1
    asking = Asking(reader.who, challenge, ends_at, asked=(*lately, now), revision=revision)
    mail = reader.code_mail(challenge, ends_at, now)
    return [sessions.save_asking(asking), *([mails.add(mail)] if mail else [])]


def spend(who: str, challenge: str, typed: str, session: Session, now: datetime) -> None:
    """Take a code, once, and begin the session. Each try is counted before it is looked at. Raises CodeRefused."""
    digits = re.sub(r"[\s-]", "", typed)
    if not re.fullmatch(rf"[0-9]{{{DIGITS}}}", digits):
        raise CodeRefused(f"The code has {DIGITS} digits. Please type all of them, as they stand in the mail.")
    asking = sessions.take_try(who, challenge, MOST_TRIES, now) if challenge else None
    if asking is None:
        raise CodeRefused(OVER, over=True)
    if not _is_right(challenge, digits):
        raise _wrong(MOST_TRIES - asking.tries)
    try:
        transact([sessions.use(asking), sessions.add(session)])
    except CodeSpent:
        raise CodeRefused(OVER, over=True) from None


def _wrong(left: int) -> CodeRefused:
    if not left:
        return CodeRefused("That is not the code, and this was the last try. Please ask for a new code.", over=True)
    tries = plural(left, "try", "tries")
    return CodeRefused(f"That is not the code in our newest mail to you. Please look again: {tries} left.")


def _is_right(challenge: str, digits: str) -> bool:
    """Any key of ours may have made it: keys are changed while codes are out."""
    return any(hmac.compare_digest(code(challenge, key), digits) for key in settings().link_keys)


def code(challenge: str, key: str) -> str:
    digest = hmac.digest(key.encode(), f"fullcircle.code.{challenge}".encode(), "sha256")
    return f"{int.from_bytes(digest) % 10**DIGITS:0{DIGITS}d}"


def spoken(challenge: str) -> str:
    """The code as the mail shows it: `123 456`."""
    digits = code(challenge, settings().link_keys[-1])
    return f"{digits[:3]} {digits[3:]}"
