"""Let a coach tick behaviours while reading a report, to talk about them in the debrief."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from chalicelib.core import merging
from chalicelib.debrief.caseload import MAX_RETRIES, Case, CaseBusy, NoReportYet, open_case
from chalicelib.store import ticks
from chalicelib.store.reports import StoredReport
from chalicelib.store.table import transact
from chalicelib.store.ticks import CoachTicks, TicksChanged

PREFIX = "tick-"


def save_ticks(case: Case, fields: Mapping[str, str], now: datetime) -> StoredReport:
    """Store a page's ticks, and return the report that they belong to. Raises NoReportYet.

    A page removes only the ticks that it showed: see core/merging.py. Raises CaseBusy.
    """
    report = case.report
    if report is None:
        raise NoReportYet
    for _ in range(MAX_RETRIES):
        ticked = _merge(case, fields)
        if ticked == case.ticks:
            return report
        try:
            transact([ticks.save(case.delegate.id, case.wave, case.coach_id, CoachTicks(ticked, now), case.ticks)])
        except TicksChanged:
            case = open_case(case.token, case.delegate.id)
            continue
        return report
    raise CaseBusy


def _merge(case: Case, fields: Mapping[str, str]) -> tuple[str, ...]:
    stored = _as_fields(case.ticks)
    names = [f"{PREFIX}{item.id}" for item in case.programme.items]
    posted = {name: "on" for name in names if fields.get(name)}
    merged = merging.merge(stored, posted, merging.read_marks(fields), names)
    return tuple(item.id for item in case.programme.items if f"{PREFIX}{item.id}" in merged)


def marks(case: Case) -> str:
    return merging.marks(_as_fields(case.ticks))


def _as_fields(ticked: Sequence[str]) -> dict[str, str]:
    return {f"{PREFIX}{behaviour}": "on" for behaviour in ticked}
