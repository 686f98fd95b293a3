"""Decide which errors a repeat may cure. A job with any other error fails at once."""

from __future__ import annotations

from chalicelib.core.aws import AWS_ERRORS, is_invalid_request
from chalicelib.store.table import AlreadyExists, Missing


class PermanentFailure(Exception):
    """What the job needs is missing or unusable. The text is shown and logged, so it names no person."""

    may_be_logged = True


class MadeByLaterVersion(Exception):
    """This version does not know the job. During a deploy the next attempt may run in the later version."""

    may_be_logged = True


# A repeat reads the same rows and fails in the same place. Everything else (throttling, a lost response, a row that
# changed in the meantime, a full disk) may pass.
PERMANENT = (
    PermanentFailure,
    AlreadyExists,
    Missing,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    StopIteration,
)


def is_permanent(error: Exception) -> bool:
    """Return whether no repeat can succeed: a row is missing, a request is invalid, or our own code is wrong."""
    if isinstance(error, AWS_ERRORS):
        return is_invalid_request(error)
    return isinstance(error, PERMANENT)
