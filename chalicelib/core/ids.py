"""Ids derived from what they stand for, so that doing a thing twice finds the first.

An id of a person is a keyed hash: without the key among the settings, nobody who has a list of staff can tell whose an
id is, in a row, a link or a log line. Ids from before they were keyed stay where they are stored: a delegate keeps
theirs, and everything below a delegate follows it. See docs/decisions/0030-keyed-ids.md.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from chalicelib.core.settings import settings

DELEGATE, INVITATION, COACH, APPROVER, READER = 12, 8, 8, 8, 24  # characters; 5 bits each
UNKEYED_DELEGATE = 10  # characters of a delegate's id from before ids were keyed


def derive(length: int, *parts: str) -> str:
    """The first `length` characters (a-z2-7) of a keyed hash of the parts."""
    return _letters(hmac.digest(settings().id_key.encode(), _joined(parts), "sha256"), length)


def unkeyed(length: int, *parts: str) -> str:
    """The same as it was made before ids were keyed. Only to find what is stored."""
    return _letters(hashlib.sha256(_joined(parts)).digest(), length)


def _joined(parts: tuple[str, ...]) -> bytes:
    return "\x1f".join(parts).encode()


def _letters(digest: bytes, length: int) -> str:
    return base64.b32encode(digest).decode().lower()[:length]


def delegate_id(cohort_id: str, email: str) -> str:
    return derive(DELEGATE, "delegate", cohort_id, email)


def unkeyed_delegate_id(cohort_id: str, email: str) -> str:
    """What a delegate of this address is called who was enrolled before ids were keyed."""
    return unkeyed(UNKEYED_DELEGATE, "delegate", cohort_id, email)


def has_unkeyed_id(delegate_id: str) -> bool:
    return len(delegate_id) == UNKEYED_DELEGATE


def invitation_id(delegate_id: str, wave: str, email: str) -> str:
    """Made as the delegate's id was, so that nobody is invited twice in a wave that began before ids were keyed."""
    make = unkeyed if has_unkeyed_id(delegate_id) else derive
    return make(INVITATION, "invitation", delegate_id, wave, email)


def coach_id(cohort_id: str, email: str) -> str:
    return derive(COACH, "coach", cohort_id, email)


def coach_ids(cohort_id: str, email: str) -> tuple[str, str]:
    """A coach's id, and the one in links that were mailed before ids were keyed."""
    return coach_id(cohort_id, email), unkeyed(COACH, "coach", cohort_id, email)


def approver_id(delegate_id: str, email: str) -> str:
    return derive(APPROVER, "approver", delegate_id, email)


def approver_ids(delegate_id: str, email: str) -> tuple[str, str]:
    """An approver's id, and the one in links that were mailed before ids were keyed."""
    return approver_id(delegate_id, email), unkeyed(APPROVER, "approver", delegate_id, email)


def reader_key(email: str) -> str:
    """Whoever reads email at this address: whose session it is, and whom a code was mailed to."""
    return derive(READER, "reader", email)


def administrator_key(email: str) -> str:
    """The same for administrators. Anybody may type an address on their page, so it must not touch readers' codes."""
    return derive(READER, "administrator", email)


def rater_key(email: str) -> str:
    """One rater's inbox over all delegates and cohorts."""
    return derive(READER, "rater", email)


def unkeyed_rater_key(email: str) -> str:
    """The inbox of what a rater is asked about delegates who were enrolled before ids were keyed."""
    return unkeyed(READER, "rater", email)


def inbox_key(delegate_id: str, email: str) -> str:
    """The inbox in which a rater finds what they are asked about this delegate."""
    return unkeyed_rater_key(email) if has_unkeyed_id(delegate_id) else rater_key(email)
