"""A report says “Line manager”: after a change, delegate and coach read whose answers these are."""

from __future__ import annotations

import pytest

from chalicelib.collect.submit_answers import submit
from chalicelib.core.model import Wave
from chalicelib.links.kinds import HUB
from chalicelib.store import debriefs, delegates
from chalicelib.store.debriefs import Debrief
from chalicelib.store.reports import ReportState, StoredReport, add
from chalicelib.waves.manager_then import name_manager_then
from tests.faults import scene as faults_scene
from tests.people import scene
from tests.people.scene import NEW_MANAGER
from tests.support import people
from tests.support.drain import drain

THEN = people.person("mara manager").name


def manager_then() -> str:
    delegate_id = people.dana()
    return name_manager_then(list(delegates.load_rows(delegate_id)), Wave.BASELINE, delegates.find(delegate_id))


@pytest.fixture
def closed(visitor, clock):
    """Have the line manager answer, close the questionnaire and release the report."""
    scene.open_cohort(clock)
    manager = scene.invitation("mara manager")
    faults_scene.fill_in(faults_scene.link_of(manager), "3", clock.now())
    submit(faults_scene.link_of(manager), clock.now())
    drain(clock.to(people.CLOSE))
    drain(clock.advance(minutes=10))
    report = StoredReport(
        people.dana(), Wave.BASELINE, "c", "f", "h", "p", clock.now(), ReportState.RELEASED, clock.now()
    )
    people.write(add(report), *debriefs.save(people.dana(), Wave.BASELINE, Debrief(people.DATES.closes, ()), []))
    return visitor


def pages(visitor, clock):
    """Yield the pages of delegate and coach that lead to the report."""
    for name, url in (
        ("dana delegate", HUB.url(delegates.find(people.dana()))),
        ("cleo coach", f"{people.coach_url()}/{people.dana()}"),
    ):
        visitor.let_in(people.person(name).email, clock.now())
        yield visitor.open(url)


def test_the_report_is_of_the_manager_of_today_as_long_as_there_is_no_other(closed, clock):
    assert manager_then() == ""
    for opened in pages(closed, clock):
        assert opened.status == 200
        assert "manager-then" not in opened.messages


def test_after_a_change_both_read_whose_answers_the_report_has(closed, clock):
    scene.change(clock, "manager", **NEW_MANAGER)

    assert manager_then() == THEN
    for opened in pages(closed, clock):
        assert "manager-then" in opened.messages
        assert THEN in opened.page


def test_a_manager_who_did_not_answer_is_not_named(visitor, clock):
    scene.open_cohort(clock)
    scene.change(clock, "manager", **NEW_MANAGER)
    assert manager_then() == ""
