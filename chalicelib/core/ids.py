"""Derive ids from what they identify, so that doing a thing twice finds the first.

The id of a person is a keyed hash. Without the key in the settings, someone with a list of staff cannot see whose id
appears in a row, a link or a log line. Ids from before keys were introduced keep their place: a delegate
keeps theirs, and everything below a delegate follows. See docs/decisions/0030-keyed-ids.md.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from chalicelib.core.settings import settings

DELEGATE, INVITATION, COACH, APPROVER, FACILITATOR, READER = 12, 8, 8, 8, 8, 24  # characters; 5 bits each
UNKEYED_DELEGATE = 10  # characters of a delegate's id from before ids were keyed


def derive(length: int, *parts: str) -> str:
    """Return the first `length` characters (a-z2-7) of a keyed hash of the parts."""
    return _letters(hmac.digest(settings().id_key.encode(), _joined(parts), "sha256"), length)


def reader_id(address: str) -> str:
    """Return the id under which emails to an address are found on the day of a digest."""
    return derive(16, "reader of emails", address)


def unkeyed(length: int, *parts: str) -> str:
    """Return the id as it was made before ids were keyed. Use only to find stored rows."""
    return _letters(hashlib.sha256(_joined(parts)).digest(), length)


def _joined(parts: tuple[str, ...]) -> bytes:
    return "\x1f".join(parts).encode()


def _letters(digest: bytes, length: int) -> str:
    return base64.b32encode(digest).decode().lower()[:length]


def random_letters(chance: bytes) -> str:
    """Return an id of letters and digits from random bytes: five bytes make eight."""
    return base64.b32encode(chance).decode().lower()


def delegate_id(cohort_id: str, email: str) -> str:
    return derive(DELEGATE, "delegate", cohort_id, email)


def unkeyed_delegate_id(cohort_id: str, email: str) -> str:
    """Return the id of a delegate with this address who was enrolled before ids were keyed."""
    return unkeyed(UNKEYED_DELEGATE, "delegate", cohort_id, email)


def has_unkeyed_id(delegate_id: str) -> bool:
    return len(delegate_id) == UNKEYED_DELEGATE


def invitation_id(delegate_id: str, wave: str, email: str) -> str:
    """Derive a rater's id the way the delegate's id was made, so that no one is invited twice in a wave that began
    before ids were keyed.
    """
    make = unkeyed if has_unkeyed_id(delegate_id) else derive
    return make(INVITATION, "invitation", delegate_id, wave, email)


def coach_id(cohort_id: str, email: str) -> str:
    return derive(COACH, "coach", cohort_id, email)


def coach_ids(cohort_id: str, email: str) -> tuple[str, str]:
    """Return a coach's id, and the one in links that were emailed before ids were keyed."""
    return coach_id(cohort_id, email), unkeyed(COACH, "coach", cohort_id, email)


def facilitator_id(cohort_id: str, email: str) -> str:
    return derive(FACILITATOR, "facilitator", cohort_id, email)


def approver_id(delegate_id: str, email: str) -> str:
    return derive(APPROVER, "approver", delegate_id, email)


def approver_ids(delegate_id: str, email: str) -> tuple[str, str]:
    """Return an approver's id, and the one in links that were emailed before ids were keyed."""
    return approver_id(delegate_id, email), unkeyed(APPROVER, "approver", delegate_id, email)


def manager_id(delegate_id: str, email: str) -> str:
    """Return the id of a delegate's line manager at this address: another manager has another one."""
    return derive(APPROVER, "manager", delegate_id, email)


def reader_key(email: str) -> str:
    """Return the key of a reader of emails at this address, for sessions and sign-in codes."""
    return derive(READER, "reader", email)


def name_key(name: str) -> str:
    """Return what a job keeps of a name, to see later whether a person is the same: an erasure need not find it."""
    return derive(READER, "name", name)


def administrator_key(email: str) -> str:
    """Return the same for administrators.

    Anyone may type an address on their page, so it must not affect readers' codes.
    """
    return derive(READER, "administrator", email)


def rater_key(email: str) -> str:
    """Return the key of a rater's inbox over all delegates and cohorts."""
    return derive(READER, "rater", email)


def unkeyed_rater_key(email: str) -> str:
    """Return the inbox for delegates who were enrolled before ids were keyed."""
    return unkeyed(READER, "rater", email)


def inbox_key(delegate_id: str, email: str) -> str:
    """Return the inbox that lists a rater's invitation about this delegate."""
    return unkeyed_rater_key(email) if has_unkeyed_id(delegate_id) else rater_key(email)
