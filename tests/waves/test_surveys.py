"""Who is asked six months on, and who is left alone."""

from __future__ import annotations

import pytest

from chalicelib.collect.decline import decline
from chalicelib.collect.questionnaire import parse_answer_link
from chalicelib.core.model import Wave
from chalicelib.links import signing
from chalicelib.links.kinds import DECLINE
from chalicelib.people import leave
from chalicelib.store import impact_surveys
from tests.faults import scene
from tests.faults.test_faults import ready_to_release
from tests.support import people
from tests.support.clock import MONDAY
from tests.support.emails import sent_emails

SIX_MONTHS_ON = people.OPENING.replace(year=2027, month=5, day=31)


@pytest.fixture(autouse=True)
def debriefed(aws):
    ready_to_release()


def six_months_on() -> None:
    scene.run_job(f"impact#{people.dana()}", SIX_MONTHS_ON)
    scene.settle(SIX_MONTHS_ON)


def test_who_declined_is_not_asked_again_by_a_pulse():
    invited = scene.invitation("p0")
    token = signing.token("decline", invited.delegate_id, invited.wave.value, invited.id, str(invited.link_version))
    decline(parse_answer_link(token, DECLINE), "no_time", scene.at(MONDAY))
    six_months_on()

    asked = {invitation.rater.email for invitation in scene.asked(Wave.PULSE)}
    assert asked == {people.person(name).email for name in ("p1", "p2", "p3")}


def test_no_one_is_asked_about_a_delegate_who_has_left():
    leave.leave(people.dana(), scene.at(MONDAY), "ada@example.org")
    scene.settle(scene.at(MONDAY))
    before = len(sent_emails())
    six_months_on()

    assert not impact_surveys.surveys_from(impact_surveys.of_delegate(people.dana()))
    assert scene.asked(Wave.PULSE) == []
    assert len(sent_emails()) == before
