"""A report is made once and released once; what comes late is refused, with words that say why."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.admin import close_or_extend
from chalicelib.admin.close_or_extend import CloseRefused
from chalicelib.collect.submit_answers import submit
from chalicelib.core import formatting
from chalicelib.core.model import Wave
from chalicelib.jobs import run
from chalicelib.jobs.kinds import HANDLERS, JobKind
from chalicelib.store import jobs, reports
from chalicelib.store.table import ConditionFailed, query, transact
from tests.faults import scene
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_emails


@pytest.fixture
def closed(visitor, clock):
    """Everyone but one peer has answered, the wave has closed, and the report is made. Returns the late one's link."""
    people.opened(clock, chosen=people.raters(6, 0))
    for invitation in scene.asked():
        scene.fill_in(scene.link_of(invitation), "4", clock.now())
        if invitation.rater.email != people.person("p5").email:
            submit(scene.link_of(invitation), clock.now())
    drain(clock.to(people.CLOSE))
    drain(clock.advance(minutes=10))
    return people.link("p5", "answer")


def test_a_late_answer_is_refused_on_the_page(visitor, closed):
    visitor.open(closed)

    assert visitor.status == 410
    assert "questionnaire-closed" in visitor.messages


@pytest.mark.parametrize(
    "decide",
    [
        pytest.param(lambda *who: close_or_extend.extend(*who[:2], date(2026, 10, 20), who[2]), id="more-time"),
        pytest.param(lambda *who: close_or_extend.publish_with_few_answers(*who), id="publish-again"),
        pytest.param(lambda *who: close_or_extend.close_now(*who), id="close-again"),
    ],
)
def test_the_administrator_cannot_open_it_again(visitor, clock, closed, decide):
    before = list(query(f"DELEGATE#{people.dana()}"))

    with pytest.raises(CloseRefused, match="a report is made once"):
        decide(people.COHORT, people.person("dana delegate").email, clock.now())

    assert list(query(f"DELEGATE#{people.dana()}")) == before


def test_a_report_that_is_printed_again_takes_nobodys_place(visitor, clock, closed):
    first = reports.find(people.dana(), Wave.BASELINE)
    again = JobKind.REPORT.job(people.dana(), "again", due_at=clock.now(), delegate=people.dana(), wave="baseline")
    transact([jobs.add(again)])

    run.run_job(again.id, HANDLERS, "attempt", clock.advance(days=1))

    assert reports.find(people.dana(), Wave.BASELINE) == first
    assert jobs.find(again.id).error


def test_a_second_release_is_refused_with_the_day_of_the_first(visitor, clock, closed):
    case = f"{people.coach_url()}/{people.dana()}"
    day = clock.advance(days=2)
    areas = people.areas_typed(day.date())
    visitor.let_in(people.person("cleo coach").email, day)
    visitor.open(case).post(f"{case}/report", {"kind": "pdf"})
    visitor.open(case).post(f"{case}/debrief", {"held_on": day.date().isoformat(), **areas})
    ask = visitor.open(f"{case}/release").nonce
    visitor.post(f"{case}/release", nonce=ask)
    visitor.post(f"{case}/release", nonce=ask)

    assert visitor.status == 409
    drain(clock.advance(hours=1))
    to_delegate = [email for email in sent_emails() if email.row.startswith("debrief/released#")]
    assert len(to_delegate) == 1
    assert formatting.local_day(day, people.programme().organisation.timezone) in visitor.page
    assert "released-already" in visitor.messages
    with pytest.raises(ConditionFailed):
        transact([reports.release(reports.find(people.dana(), Wave.BASELINE), day)])
