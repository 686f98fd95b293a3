"""Let a coach tick behaviours while reading a report, to talk about them in the debrief."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from chalicelib.core import merging
from chalicelib.debrief.caseload import Case, NoReportYet
from chalicelib.store import ticks
from chalicelib.store.reports import StoredReport
from chalicelib.store.table import transact
from chalicelib.store.ticks import CoachTicks

PREFIX = "tick-"


def save_ticks(case: Case, fields: Mapping[str, str], now: datetime) -> StoredReport:
    """Store a page's ticks, and return the report that they belong to. Raises NoReportYet.

    A page removes only the ticks that it showed: see core/merging.py.
    """
    if case.report is None:
        raise NoReportYet
    stored = _as_fields(case.ticks)
    names = [f"{PREFIX}{item.id}" for item in case.programme.items]
    posted = {name: "on" for name in names if fields.get(name)}
    merged = merging.merge(stored, posted, merging.read_marks(fields), names)
    ticked = tuple(item.id for item in case.programme.items if f"{PREFIX}{item.id}" in merged)
    if ticked != case.ticks:
        transact([ticks.save(case.delegate.id, case.wave, case.coach_id, CoachTicks(ticked, now))])
    return case.report


def marks(case: Case) -> str:
    return merging.marks(_as_fields(case.ticks))


def _as_fields(ticked: Sequence[str]) -> dict[str, str]:
    return {f"{PREFIX}{behaviour}": "on" for behaviour in ticked}
