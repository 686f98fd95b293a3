"""Take a cohort off the list of those that run, once its time is over and nothing in it is open or undecided.

A decision that no one takes keeps its cohort in the list, until it is taken or the data that it is about is deleted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from chalicelib.admin.dashboard import Dashboard
from chalicelib.admin.home import Need, find_board
from chalicelib.core.formatting import local_date
from chalicelib.core.model import Standing
from chalicelib.jobs.commit import commit
from chalicelib.jobs.each import each
from chalicelib.store import catalogue
from chalicelib.store.catalogue import CohortEntry, EntryChanged
from chalicelib.store.cohorts import DelegateLine, FeedbackState, KeyLoss

OPEN = (FeedbackState.COLLECTING, FeedbackState.HELD, FeedbackState.SCORING)


def settle_cohorts(needs_by_cohort: Mapping[CohortEntry, Sequence[Need]], now: datetime) -> None:
    """Record which cohorts are over. One that cannot be read stays in the list."""
    quiet = {entry.id: entry for entry, needs in needs_by_cohort.items() if entry.is_past(now.date()) and not needs}
    each(quiet, lambda cohort_id: _settle(quiet[cohort_id], now), "settle_cohorts")


def _settle(entry: CohortEntry, now: datetime) -> None:
    board = find_board(entry, now)
    if board is None or not _is_running(board, now):
        with suppress(EntryChanged):
            commit([catalogue.settle(entry.id)], now)


def _is_running(board: Dashboard, now: datetime) -> bool:
    today = local_date(now, board.programme.organisation.timezone)
    is_planned = board.followup is not None and today <= board.followup.closes
    return is_planned or any(_is_open(delegate.line) for delegate in board.lines)


def _is_open(line: DelegateLine) -> bool:
    if line.standing is not Standing.ACTIVE:
        return line.standing is Standing.PAUSED
    return (line.feedback in OPEN and line.without_key is not KeyLoss.LOST) or line.is_surveyed
