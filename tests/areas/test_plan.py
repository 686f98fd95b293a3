"""The development plan on paper: a PDF of its own, made again when the areas change."""

from __future__ import annotations

import io
import re
from datetime import date

import pytest
from msgspec.structs import replace
from pypdf import PdfReader

from chalicelib.areas.plan.content import build_plan
from chalicelib.areas.plan.render import render_plan
from chalicelib.core.model import Wave
from chalicelib.jobs.kinds import JobKind
from chalicelib.store import debriefs, delegates, objects, plans, reports
from chalicelib.store.areas import Area, AreaState
from chalicelib.store.table import scan
from tests.areas.test_areas import LEGACY, case, hub, typed
from tests.report import standards
from tests.support import people
from tests.support.drain import drain

AREA = Area(
    "a",
    "Ask two people first",
    evidence="Only the coach sees this",
    first_step="On Monday",
    when_i_will="When I plan, I will ask",
    review_by=date(2026, 12, 1),
    items=(next(people.programme().items).id,),
)


def stored():
    return plans.from_rows(delegates.load_rows(people.dana()), Wave.BASELINE)


def words(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def plan_of(*areas: Area):
    (row,) = [row for row in scan() if row["sk"] == "META" and row["pk"].startswith("DELEGATE#")]
    return build_plan(people.programme(), delegates.find(row["id"]), areas, date(2026, 10, 9))


def press(visitor, page: str) -> None:
    visitor.open(f"{page}/areas").post(f"{page}/plan")


def test_pressing_the_button_makes_the_pdf_once_and_then_opens_it(dana, clock):
    press(dana, hub())
    assert 'data-message="plan-waits"' in dana.page
    press(dana, hub())
    drain(clock.now())
    press(dana, hub())

    assert stored().pdf in dana.headers["Location"]
    assert len([row for row in scan() if row.get("kind") == JobKind.PLAN.id]) == 1
    assert "Behaviour 1" in words(objects.load(stored().pdf))


def test_a_change_of_an_area_makes_it_again_and_the_report_stays(dana, clock):
    press(dana, hub())
    drain(clock.now())
    first, report = stored(), reports.find(people.dana(), Wave.BASELINE)
    dana.open(f"{hub()}/area/{LEGACY}").post(
        f"{hub()}/area/{LEGACY}", typed(clock, **{"behaviour-1": "Ask two people"})
    )
    drain(clock.now())

    assert stored().checksum != first.checksum
    assert "Ask two people" in words(objects.load(stored().pdf))
    assert reports.find(people.dana(), Wave.BASELINE) == report


def test_the_coach_opens_the_same_plan(dana, clock):
    press(dana, hub())
    drain(clock.now())
    coach = people.person("cleo coach").email
    press(dana.let_in(coach, clock.now()), case())

    assert stored().pdf in dana.headers["Location"]


def test_it_holds_the_agreed_words_and_nothing_that_only_the_coach_sees(dana):
    printed = words(render_plan(plan_of(AREA), date(2026, 10, 10)))

    for text in ("Ask two people first", "When I plan, I will ask", "On Monday", "Tuesday 1 December 2026"):
        assert text in printed
    assert "Only the coach sees this" not in printed
    assert not re.search(r"\d\.\d", printed), "no figure of the report"


def test_an_area_that_was_given_up_is_not_on_it_and_a_done_one_is(dana):
    gone, done = (
        replace(AREA, behaviour=f"Area {state}", state=state) for state in (AreaState.DROPPED, AreaState.DONE)
    )
    printed = words(render_plan(plan_of(gone, done), date(2026, 10, 10)))

    assert ("Area dropped" in printed, "Area done" in printed) == (False, True)


@pytest.mark.parametrize("text", ["Łucja asks first", "先问两个人", "🙂 Ask two people", "a" * 400])
def test_it_keeps_the_standards_with_any_text(dana, text):
    pdf = render_plan(plan_of(replace(AREA, behaviour=text)), date(2026, 10, 10))

    assert standards.faults(pdf) == []
    assert PdfReader(io.BytesIO(pdf)).trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_the_same_plan_has_the_same_bytes(dana):
    assert render_plan(plan_of(AREA), date(2026, 10, 10)) == render_plan(plan_of(AREA), date(2026, 10, 10))


def test_an_area_that_is_agreed_later_is_named_by_the_debrief(dana, clock):
    dana.let_in(people.person("cleo coach").email, clock.now())
    dana.open(f"{case()}/area/new").post(f"{case()}/area/new", typed(clock, once="abcdefgh"))
    debrief, _ = debriefs.from_rows(delegates.load_rows(people.dana()), Wave.BASELINE)

    assert debrief.areas == ("1", "2", "abcdefgh")
