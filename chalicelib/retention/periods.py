"""When a kind of row has been kept long enough. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from msgspec import Struct

from chalicelib.core.calendar import add_months
from chalicelib.core.model import RetentionRules, Span
from chalicelib.store.row_kinds.row_kind import Retention

NOTICE_DAYS = 30  # before the data of delegates is deleted


class Clock(Struct, frozen=True):
    """The local days from which a cohort's periods count.

    last   of its last questionnaire, survey or meeting
    ended  of its last session
    """

    last: date
    ended: date


def list_ends(rules: RetentionRules, clock: Clock) -> Mapping[Retention, date]:
    """Return for each retention that a cohort's job carries out the first day on which rows are deleted."""
    return {kind: _after(start, span) for kind, start, span in _periods(rules, clock)}


def answers_end(rules: RetentionRules, final: date) -> date:
    """Return the first day on which answers are deleted. final: of everything that was made from them."""
    return _after(final, rules.answers)


def notice_day(ends: Mapping[Retention, date]) -> date:
    """Return when delegates are notified that their data will be deleted."""
    return ends[Retention.PROGRAMME] - timedelta(days=NOTICE_DAYS)


def _periods(rules: RetentionRules, clock: Clock) -> Iterator[tuple[Retention, date, Span]]:
    yield Retention.FIGURES, clock.last, rules.answers
    yield Retention.COLLECTION, clock.last, rules.lists
    yield Retention.EMAIL, clock.last, rules.lists
    yield Retention.NOTES, clock.last, rules.notes
    yield Retention.PROGRAMME, clock.last, rules.programme
    yield Retention.RECORD, clock.ended, rules.record


def _after(start: date, span: Span) -> date:
    return add_months(start, span.months) + timedelta(days=span.days)
