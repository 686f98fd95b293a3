"""Which errors of a job a repeat may cure. A job that fails with any other error is given up at once."""

from __future__ import annotations

from chalicelib.core.aws import AWS_ERRORS, is_invalid_request
from chalicelib.store.table import AlreadyExists, Missing


class PermanentFailure(Exception):
    """What the job needs is not there, or cannot be used. The text is shown and logged, so it names nobody."""

    may_be_logged = True


# A repeat reads the same rows and fails in the same place. Everything else (throttling, a lost answer, a row that
# changed in between, a full disk) may pass.
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
    """Whether no repeat can succeed: a row is missing, a request is invalid, or our own code is wrong."""
    if isinstance(error, AWS_ERRORS):
        return is_invalid_request(error)
    return isinstance(error, PERMANENT)
