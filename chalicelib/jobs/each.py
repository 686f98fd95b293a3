"""Work over the rows of a cohort, of which one may be broken: it is left out and told, and the others go on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from msgspec import MsgspecError

from chalicelib.core import log
from chalicelib.core.errors import Refusal
from chalicelib.jobs.errors import PermanentFailure

BROKEN_ROW = (ValueError, LookupError, TypeError, ArithmeticError, MsgspecError, Refusal)  # never an error of AWS

T = TypeVar("T")


def each(names: Iterable[str], work: Callable[[str], T], what: str) -> tuple[dict[str, T], dict[str, str]]:
    """By name what the work gives; and of those that it cannot be done for, why.

    If it can be done for none of several, that is no broken row: raises what the last one raised.
    """
    done: dict[str, T] = {}
    left_out: dict[str, str] = {}
    last: Exception | None = None
    for name in names:
        try:
            done[name] = work(name)
        except BROKEN_ROW as error:
            log.error("row_left_out", error, work=what, row=name)
            left_out[name] = str(error) if isinstance(error, Refusal) else log.describe_error(error)
            last = last if isinstance(error, Refusal) else error
    if last and not done and len(left_out) > 1:
        raise last
    return done, left_out


class RowsBroken(PermanentFailure):
    """All others are done. The job fails at once, so that someone looks; starting it over passes over what is done."""


def each_or_fail(names: Iterable[str], work: Callable[[str], object], what: str) -> None:
    """The work for each name. Raises RowsBroken once it is done for all that it can be done for."""
    _, left_out = each(names, work, what)
    if left_out:
        raise RowsBroken("; ".join(f"{name}: {why}" for name, why in sorted(left_out.items())))
