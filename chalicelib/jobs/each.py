"""Work through the rows of a cohort; report a broken row and continue with the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from msgspec import MsgspecError

from chalicelib.core import log
from chalicelib.core.aws import AWS_ERRORS, is_invalid_request
from chalicelib.core.errors import Refusal
from chalicelib.jobs.errors import PermanentFailure
from chalicelib.store.unreadable import list_unreadable

BROKEN_ROW = (ValueError, LookupError, TypeError, ArithmeticError, MsgspecError, Refusal)

T = TypeVar("T")


def each(names: Iterable[str], work: Callable[[str], T], label: str) -> tuple[dict[str, T], dict[str, str]]:
    """Return by name the result of the work, and by name why it failed.

    A row that AWS will never take, for example because it is too large, is broken too; any other error of AWS ends the
    work, because it may pass. If it fails for all of several, the rows are not the cause: raise the last error.
    """
    done: dict[str, T] = {}
    left_out: dict[str, str] = {}
    last: Exception | None = None
    for name in names:
        try:
            done[name] = work(name)
        except (*BROKEN_ROW, *AWS_ERRORS) as error:
            if isinstance(error, AWS_ERRORS) and not is_invalid_request(error):
                raise
            log.error("row_left_out", error, work=label, row=name)
            left_out[name] = str(error) if isinstance(error, Refusal) else log.describe_error(error)
            last = last if isinstance(error, Refusal) else error
    if last and not done and len(left_out) > 1:
        raise last
    return done, left_out


class RowsBroken(PermanentFailure):
    """The work is done for all other rows.

    The job fails at once, so that a person checks; a restart skips what is done.
    """


def each_or_fail(names: Iterable[str], work: Callable[[str], object], label: str) -> None:
    """Do the work for each name. Raises RowsBroken at the end if any failed."""
    _, left_out = each(names, work, label)
    fail_for(left_out)


def fail_for(left_out: Mapping[str, str]) -> None:
    """Raise RowsBroken if any row was left out, also before this work began. left_out: by name, why."""
    left_out = {**list_unreadable(), **left_out}
    if left_out:
        raise RowsBroken("; ".join(f"{name}: {why}" for name, why in sorted(left_out.items())))
