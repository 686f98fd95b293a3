"""A delegate who leaves: no one is asked any more, and what was saved is destroyed."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from chalicelib.admin.dashboard import load_dashboard
from chalicelib.core.model import InvitationState, Wave, WaveState
from chalicelib.emails.kinds import LEASE, load_kinds
from chalicelib.emails.samples import sample
from chalicelib.people import leave
from chalicelib.store import cohorts, delegates, emails, invitations, jobs, wave_keys
from chalicelib.store.table import transact
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_emails

BY = "ada@example.org"


def withdraw_dana(clock):
    leave.leave(people.dana(), clock.now(), BY)
    drain(clock.now())


def test_links_are_revoked_and_saved_answers_destroyed(visitor, clock):
    people.opened(clock, chosen=people.raters(4, 0))
    url = people.link("p0", "answer")
    people.send(people.answer_all(visitor, url), url)
    withdraw_dana(clock)
    asked = list(invitations.of_delegate(people.dana(), Wave.BASELINE))

    assert {(invitation.state, invitation.sent, len(invitation.draft)) for invitation in asked} == {
        (InvitationState.REVOKED, None, 0)
    }
    assert wave_keys.find(people.dana(), Wave.BASELINE) is None
    assert visitor.open(url).status == 410
    assert visitor.open(people.link("dana delegate", "nominate")).status == 410
    assert cohorts.list_lines(people.COHORT)[0].withdrawn


def test_no_email_goes_out_about_them_any_more_and_no_job_fails(visitor, clock):
    people.opened(clock, chosen=people.raters(4, 0))
    withdraw_dana(clock)
    before = len(sent_emails(people.person("p0").email))
    drain(clock.to(people.CLOSE))
    drain(clock.advance(days=300))

    assert len(sent_emails(people.person("p0").email)) == before
    assert jobs.failed() == []
    assert delegates.find_with_wave(people.dana(), Wave.BASELINE)[1].state is WaveState.WITHDRAWN


@pytest.mark.parametrize("days", [0, 1])
def test_before_the_opening_nothing_opens(clock, aws, days):
    people.load(clock.now())
    drain(clock.advance(days=days))
    withdraw_dana(clock)
    drain(clock.to(people.OPENING))

    subjects = [message.subject for message in sent_emails(people.person("dana delegate").email)]
    assert subjects == ["You have left Maximising Potential"]
    assert jobs.failed() == []


def test_a_file_does_not_bring_a_delegate_back(clock, aws):
    people.load(clock.now())
    drain(clock.now())
    withdraw_dana(clock)
    people.load(clock.now(), names=("dana delegate", "dora delegate"))
    drain(clock.now())

    assert {line.name: line.withdrawn for line in cohorts.list_lines(people.COHORT)} == {
        "Dana Delegate": True,
        "Dora Delegate": False,
    }


def test_reports_are_counted_out_of_those_who_may_have_one(clock, aws):
    people.load(clock.now(), names=("dana delegate", "dora delegate"))
    drain(clock.now())
    withdraw_dana(clock)

    figures = {figure.name: figure.number for figure in load_dashboard(people.COHORT, clock.now()).figures}
    assert figures["reports"] == "0 of 1"


def test_an_email_that_waits_goes_out_only_if_its_kind_says_so(clock, aws):
    people.load(clock.now())
    drain(clock.now())
    tomorrow = clock.now() + timedelta(days=1)
    waiting = {name: replace(sample(name, people.dana()), due_at=tomorrow) for name in load_kinds()}
    for message in waiting.values():
        transact(emails.add(message))
    withdraw_dana(clock)

    cancelled = {name: emails.find(email.id).cancelled for name, email in waiting.items()}
    assert cancelled == {name: not kind.sent_after_withdrawal for name, kind in load_kinds().items()}


def test_an_unconfirmed_email_is_not_sent_once_more(clock, aws):
    people.load(clock.now())
    drain(clock.now())
    unconfirmed = sample("programme/opening", people.dana())
    transact(emails.add(unconfirmed))
    emails.claim(unconfirmed.id, "attempt", clock.now(), clock.now() + LEASE)
    withdraw_dana(clock)

    assert emails.find(unconfirmed.id).cancelled


def test_withdrawing_twice_is_success(clock, aws):
    people.load(clock.now())
    drain(clock.now())
    withdraw_dana(clock)
    withdraw_dana(clock)

    assert cohorts.list_lines(people.COHORT)[0].withdrawn


def test_no_one_is_asked_to_approve_the_list_of_who_has_left(visitor, clock):
    people.send_list_to_coach(visitor, clock)
    withdraw_dana(clock)
    drain(clock.advance(days=6))

    to_coach = [message.row for message in sent_emails(people.person("cleo coach").email)]
    assert [row.partition("#")[0] for row in to_coach] == ["nominate/approve", "people/coach_left"]
