"""Each condition of a write on an invitation, alone: saving, sending, declining and closing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace as changed

import chalicelib.core.clock
from chalicelib.admin import close_or_extend as administrator
from chalicelib.collect import pages
from chalicelib.collect.close_wave import has_too_few_answers
from chalicelib.collect.decline import CannotDecline, decline
from chalicelib.collect.questionnaire import QuestionnaireClosed, open_questionnaire
from chalicelib.collect.submit_answers import NothingAnswered, submit
from chalicelib.core.model import InvitationState, Wave, WaveState
from chalicelib.jobs import run
from chalicelib.jobs.kinds import HANDLERS
from chalicelib.store import cohorts, delegates, invitations, responses
from chalicelib.store.delegates import WaveChanged
from chalicelib.store.invitations import SENT_FIELDS, Boxes, InvitationChanged, PageRefused
from chalicelib.store.table import get, transact
from chalicelib.waves import lifecycle
from tests.faults import scene
from tests.support import people
from tests.support.clock import MONDAY
from tests.support.drain import drain
from tests.support.emails import sent_emails

DANA = people.person("dana delegate").email
NOW = scene.at(MONDAY)
LAST_MINUTE = people.CLOSE - timedelta(minutes=1)


@pytest.fixture(autouse=True)
def opened(aws):
    """Four peers, the manager and the delegate have saved every page; no one has sent."""
    scene.open_wave()
    yield
    chalicelib.core.clock.use(None)


def wave():
    return delegates.find_with_wave(people.dana(), Wave.BASELINE)[1]


def link_of(name: str):
    return scene.link_of(scene.invitation(name))


def everyone_sends() -> None:
    for invitation in scene.asked():
        submit(scene.link_of(invitation), NOW)


def run_job(job_id: str, now) -> bool:
    return run.run_job(job_id, HANDLERS, f"attempt at {now}", now)


# --- sending ----------------------------------------------------------------------------------------------------------


def test_a_link_that_was_replaced_sends_nothing():
    """The read row has no revision: the rater had saved nothing, so that the link's version alone decides."""
    before = changed(scene.invitation("p0"), draft={}, revision="")
    transact(invitations.move(scene.invitation("p0"), changed(before, link_version=before.link_version + 1)))

    with pytest.raises(InvitationChanged):
        transact([invitations.send(changed(before, revision=scene.invitation("p0").revision), Boxes({}, {}, {}))])


def test_a_questionnaire_without_a_rating_is_not_sent():
    scene.fill_in(link_of("p0"), "na")

    with pytest.raises(NothingAnswered):
        submit(link_of("p0"), NOW)
    assert scene.invitation("p0").state is InvitationState.INVITED


def test_answers_that_are_changed_and_sent_again_count_once():
    submit(link_of("p0"), NOW)
    scene.fill_in(link_of("p0"), "2", NOW + timedelta(minutes=5))
    submit(link_of("p0"), NOW + timedelta(minutes=6))

    assert cohorts.find_with_line(people.COHORT, people.dana(), Wave.BASELINE)[1].answered == 1


@pytest.mark.parametrize("state", [WaveState.CLOSING, WaveState.HELD])
def test_an_answer_is_refused_once_the_wave_is_not_open(state):
    before = wave()
    transact([delegates.end_wave(before, state)])

    with pytest.raises(WaveChanged):
        transact([delegates.still_open(before)])


# --- saving -----------------------------------------------------------------------------------------------------------


def test_a_merge_is_refused_if_anything_was_saved_since_the_row_was_read():
    before = scene.invitation("p0")
    page = next(iter(before.draft))
    scene.fill_in(link_of("p0"), "2", NOW + timedelta(minutes=1))

    with pytest.raises(PageRefused):
        transact([invitations.merge_page(before, page, before.draft[page], before.saved_at[page], if_unsent=False)])


def test_a_function_that_remembers_the_wave_saves_nothing_after_the_deadline():
    """A page that was never saved is stored without a read, so that memory alone decides."""
    before = scene.invitation("p0")
    transact(invitations.move(before, changed(before, link_version=before.link_version + 1)))
    open_questionnaire(link_of("p0"), LAST_MINUTE)

    with pytest.raises(QuestionnaireClosed):
        scene.fill_in(link_of("p0"), "1", people.CLOSE)


@pytest.mark.parametrize("state", [WaveState.CLOSING, WaveState.HELD])
def test_a_questionnaire_whose_wave_has_ended_does_not_open_before_the_deadline_either(state):
    transact([delegates.end_wave(wave(), state)])

    with pytest.raises(QuestionnaireClosed):
        open_questionnaire(link_of("p0"), NOW)


def test_a_comment_that_is_too_long_is_named():
    question = next(q for page in pages.pages(people.programme(), "peer") for q in page.questions if q.is_comment)
    page = changed(pages.pages(people.programme(), "peer")[0], questions=(question,))

    _, faults = pages.read_page(page, 5, {question.id: "x" * (question.longest + 1)})

    assert [fault.field for fault in faults] == [question.id]
    assert pages.read_page(page, 5, {question.id: "x" * question.longest})[1] == []


# --- declining --------------------------------------------------------------------------------------------------------


def test_who_has_sent_answers_cannot_decline():
    submit(link_of("p0"), NOW)

    with pytest.raises(CannotDecline):
        decline(link_of("p0"), "no_time", NOW)
    assert scene.invitation("p0").state is InvitationState.ANSWERED


def test_declining_needs_one_of_the_reasons():
    with pytest.raises(CannotDecline):
        decline(link_of("p0"), "because", NOW)
    assert scene.invitation("p0").state is InvitationState.INVITED


def test_who_declined_gets_no_reminder():
    before = {name: len(sent_emails(people.person(name).email)) for name in ("p0", "p1")}
    decline(link_of("p0"), "no_time", NOW)
    drain(LAST_MINUTE)

    assert len(sent_emails(people.person("p0").email)) == before["p0"]
    assert len(sent_emails(people.person("p1").email)) > before["p1"]


# --- the close --------------------------------------------------------------------------------------------------------


def test_a_job_of_an_earlier_deadline_closes_nothing():
    everyone_sends()
    earlier = lifecycle.close_job(wave()).id
    administrator.extend(people.COHORT, DANA, people.DATES.closes + timedelta(days=7), NOW)
    run_job(earlier, people.CLOSE)

    assert wave().state is WaveState.OPEN
    assert responses.of_wave(people.dana(), Wave.BASELINE) == []


def test_enough_answers_of_which_none_may_be_shown_are_too_few():
    """Three peers and the manager are four answers, and no group of four."""
    rules = changed(people.programme(), threshold=4, minimum_responses=4)
    asked = [changed(invitation, state=InvitationState.ANSWERED) for invitation in scene.asked()]
    without_a_peer = [invitation for invitation in asked if invitation.rater.email != people.person("p0").email]

    assert not has_too_few_answers(rules, asked)
    assert has_too_few_answers(rules, without_a_peer)


def test_a_close_leaves_nothing_of_what_was_sent_and_when():
    everyone_sends()
    keys = [invitations.key_of(invitation) for invitation in scene.asked()]
    assert all({*SENT_FIELDS} & get(key).keys() for key in keys)
    assert run_job(lifecycle.close_job(wave()).id, people.CLOSE)

    assert [{*SENT_FIELDS} & get(key).keys() for key in keys] == [set()] * len(keys)
