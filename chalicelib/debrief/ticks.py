"""Let a coach tick behaviours while reading a report, and start a development area from one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from chalicelib.core import merging
from chalicelib.core.model import SELF_GROUP, Item
from chalicelib.debrief.caseload import Case, NoReportYet
from chalicelib.debrief.debrief_form import MOST_AREAS, FormFault
from chalicelib.results.facts import Facts, read_facts
from chalicelib.results.published import ALL_OTHERS, About
from chalicelib.store import objects, ticks
from chalicelib.store.reports import StoredReport
from chalicelib.store.table import transact
from chalicelib.store.ticks import CoachTicks

PREFIX = "tick-"
USE = "use"  # the field of the button that starts an area: id of a behaviour


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


def ticked_items(case: Case) -> list[Item]:
    return [item for item in case.programme.items if item.id in case.ticks]


def start_area(case: Case, typed: Mapping[str, str], behaviour: str) -> tuple[Mapping[str, str], tuple[FormFault, ...]]:
    """Return the form's fields with a ticked behaviour in the first free area. Nothing is stored."""
    item = next((item for item in ticked_items(case) if item.id == behaviour), None)
    if item is None or case.report is None:
        return typed, ()
    free = [number for number in range(1, MOST_AREAS + 1) if not typed.get(f"behaviour-{number}")]
    if not free:
        return typed, (FormFault(f"behaviour-{MOST_AREAS}", "All areas are filled in. Clear one first."),)
    facts = read_facts(objects.load(case.report.facts))
    area = {f"behaviour-{free[0]}": item.self_wording, f"evidence-{free[0]}": _figures(facts, item)}
    return {**typed, **{name: text for name, text in area.items() if not typed.get(name)}}, ()


def _figures(facts: Facts, item: Item) -> str:
    """Return what the report shows of a behaviour: "Self 4.0, all others 3.2"."""
    titles = {cell.cell: cell.title for cell in facts.cells} | {ALL_OTHERS: "all others"}
    shown = {s.cell: s.display for s in facts.statistics if (s.about, s.id) == (About.ITEM.value, item.id)}
    wanted = [SELF_GROUP, ALL_OTHERS] if ALL_OTHERS in shown else list(shown)
    return ", ".join(f"{titles[cell]} {shown[cell]}" for cell in wanted if cell in shown and cell in titles)
