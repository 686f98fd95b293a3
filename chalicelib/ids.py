"""Ids derived from what they stand for, so that doing a thing twice finds the first. Pure."""

import base64
import hashlib

DELEGATE, INVITATION, COACH = 10, 8, 8  # characters; 5 bits each


def derive(length: int, *parts: str) -> str:
    """The first `length` characters (a-z2-7) of a hash of the parts."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return base64.b32encode(digest).decode().lower()[:length]


def delegate_id(cohort_id: str, email: str) -> str:
    return derive(DELEGATE, "delegate", cohort_id, email)


def invitation_id(delegate_id: str, wave: str, email: str) -> str:
    return derive(INVITATION, "invitation", delegate_id, wave, email)


def coach_id(cohort_id: str, email: str) -> str:
    return derive(COACH, "coach", cohort_id, email)


def reader_key(email: str) -> str:
    """Whoever reads mail at this address: whose session it is, and whom a code was mailed to."""
    return derive(24, "reader", email)


def administrator_key(email: str) -> str:
    """The same for administrators. Anybody may type an address on their page, so it must not touch readers' codes."""
    return derive(24, "administrator", email)


def rater_key(email: str) -> str:
    """One rater's inbox over all delegates and cohorts."""
    return derive(24, "rater", email)
