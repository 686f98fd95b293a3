"""After a rater is erased nothing shows whether they had answered: no row, list, email, count or decision."""

from datetime import date, datetime

import pytest

from chalicelib.admin import close_or_extend, schedule_followup
from chalicelib.collect.decline import decline
from chalicelib.collect.submit_answers import submit
from chalicelib.core.clock import stamp
from chalicelib.core.model import ERASED_ADDRESS, InvitationState, Wave, WaveState
from chalicelib.ownership import erase_person
from chalicelib.ownership.erase_person import EraseRefused
from chalicelib.store import cohorts, debriefs, delegates, invitations, jobs
from chalicelib.store.areas import Area
from chalicelib.store.debriefs import Debrief
from chalicelib.store.marshal import fields
from chalicelib.store.table import put, scan
from tests.faults import scene
from tests.support import people
from tests.support.drain import drain

P0 = people.person("p0").email
DID = ("answered", "declined", "saved", "nothing")
AREAS = [Area("1", "Asks more", "", "A step", "", "", "")]


def answer(name, clock):
    answer_link = scene.link_of(scene.invitation(name))
    scene.fill_in(answer_link, "3", clock.now())
    submit(answer_link, clock.now())


def act(did, clock):
    if did == "answered":
        answer("p0", clock)
    if did == "saved":
        scene.fill_in(scene.link_of(scene.invitation("p0")), "3", clock.now())
    if did == "declined":
        decline(scene.link_of(scene.invitation("p0")), "no_time", clock.now())


@pytest.fixture(params=DID)
def erased(request, visitor, clock):
    """Seven peers, five of them have answered; the seventh did one thing or another, and is erased after the close."""
    people.opened(clock, chosen=people.raters(7, 0))
    for name in ("p1", "p2", "p3", "p4", "p5"):
        answer(name, clock)
    act(request.param, clock)
    drain(clock.to(people.CLOSE))
    drain(clock.advance(hours=2))
    erase_person.erase(P0, clock.now())
    return visitor


def emailed_since(moment):
    """Emails to someone who was erased, made or sent since; without those that are kept and never sent."""
    emails = [row for row in scan() if row["sk"] == "MAIL" and row["to"]["email"] == ERASED_ADDRESS]
    return [row["id"] for row in emails if "cancelled" not in row and row["due_at"] > stamp(moment)]


def row_of_erased():
    (row,) = [row for row in scan() if row.get("rater", {}).get("email") == ERASED_ADDRESS]
    return row


def test_the_row_is_the_same_for_everything_they_had_done(erased):
    row = row_of_erased()

    assert (row["state"], row["reason"], row["draft"], row["sealed"]) == ("revoked", "", {}, False)
    assert row.keys() & {"sent", "sent_moments", "sent_at"} == set()


def test_answers_that_were_cut_from_identity_stay_when_their_writer_is_erased(visitor, clock):
    people.opened(clock, chosen=people.raters(7, 0))
    for number in range(6):
        answer(f"p{number}", clock)
    drain(clock.to(people.CLOSE))
    drain(clock.advance(hours=2))
    before = [row for row in scan() if row["sk"].startswith("RESPONSE#")]
    erase_person.erase(P0, clock.now())

    assert len(before) == 6
    assert [row for row in scan() if row["sk"].startswith("RESPONSE#")] == before


def test_the_follow_up_leaves_them_out(erased, clock):
    schedule_followup.plan(people.COHORT, date(2027, 5, 31), date(2027, 6, 18), clock.now())
    drain(clock.now())

    listed = delegates.find_nomination(people.dana(), Wave.FOLLOWUP).raters
    assert {entry.person.email for entry in listed if entry.group == "peer"} == {
        f"p{n}@example.org" for n in range(1, 7)
    }


def test_the_pulse_leaves_them_out_and_no_email_goes_to_no_one(erased, clock):
    people.write(*debriefs.save(people.dana(), Wave.BASELINE, Debrief(date(2026, 10, 9), ("1",)), AREAS))
    drain(clock.to(datetime.fromisoformat("2027-05-31T08:00:00Z")))
    drain(clock.advance(minutes=1))

    asked = {invitation.rater.email for invitation in invitations.of_delegate(people.dana(), Wave.PULSE)}
    assert asked == {f"p{n}@example.org" for n in range(1, 7)}
    assert emailed_since(people.CLOSE) == []


def test_rows_that_an_earlier_version_left_as_answered_are_left_out_too(visitor, clock):
    people.opened(clock, chosen=people.raters(7, 0))
    drain(clock.to(people.CLOSE))
    close_or_extend.publish_with_few_answers(people.COHORT, people.person("dana delegate").email, clock.now())
    drain(clock.advance(hours=2))
    erase_person.erase(P0, clock.now())
    people.write(put({**row_of_erased(), "state": InvitationState.ANSWERED.value}))
    people.write(*debriefs.save(people.dana(), Wave.BASELINE, Debrief(date(2026, 10, 9), ("1",)), AREAS))
    schedule_followup.plan(people.COHORT, date(2027, 5, 31), date(2027, 6, 18), clock.now())
    drain(clock.to(datetime.fromisoformat("2027-05-31T08:00:00Z")))
    drain(clock.advance(minutes=1))

    assert not any(entry.person.is_erased for entry in delegates.find_nomination(people.dana(), Wave.FOLLOWUP).raters)
    for wave in (Wave.FOLLOWUP, Wave.PULSE):
        assert ERASED_ADDRESS not in {
            invitation.rater.email for invitation in invitations.of_delegate(people.dana(), wave)
        }
    assert emailed_since(people.CLOSE) == []


def test_someone_erased_after_a_follow_up_was_planned_is_not_asked_in_it(erased, clock):
    schedule_followup.plan(people.COHORT, date(2027, 5, 31), date(2027, 6, 18), clock.now())
    drain(clock.now())
    erase_person.erase(people.person("p1").email, clock.now())
    drain(clock.to(datetime.fromisoformat("2027-05-31T08:00:00Z")))
    drain(clock.advance(minutes=1))

    asked = {
        invitation.rater.email
        for invitation in invitations.of_delegate(people.dana(), Wave.FOLLOWUP)
        if invitation.group == "peer"
    }
    assert asked == {f"p{n}@example.org" for n in range(2, 7)}
    assert emailed_since(people.CLOSE) == []


def test_no_email_goes_to_a_line_manager_who_was_erased(erased, clock):
    erase_person.erase(people.person("mara manager").email, clock.now())
    people.write(*debriefs.save(people.dana(), Wave.BASELINE, Debrief(date(2026, 10, 9), ("1",)), AREAS))
    schedule_followup.plan(people.COHORT, date(2027, 5, 31), date(2027, 6, 18), clock.now())
    drain(clock.now())
    assert not any(entry.person.is_erased for entry in delegates.find_nomination(people.dana(), Wave.FOLLOWUP).raters)
    drain(clock.to(datetime.fromisoformat("2027-06-10T08:00:00Z")))
    drain(clock.advance(minutes=5))

    assert emailed_since(people.CLOSE) == []
    assert jobs.failed() == []


# --- while the questionnaire is open --------------------------------------------------------------------


@pytest.fixture
def opened(visitor, clock):
    people.opened(clock, chosen=people.raters(8, 0))
    clock.advance(days=1)


@pytest.mark.parametrize("did", DID)
def test_while_it_is_open_the_counts_of_the_group_are_hidden_in_every_case(opened, clock, did):
    for name in ("p1", "p2", "p3", "p4"):
        answer(name, clock)
    act(did, clock)
    drain(clock.advance(days=1))
    erase_person.erase(P0, clock.now())
    (line,) = cohorts.list_lines(people.COHORT)

    assert (line.answered, line.groups["peer"].answered, line.counts_hidden) == (4, 4, ("peer",))
    assert line.groups["peer"].invited == 7, "one fewer is asked"
    assert row_of_erased()["state"] == "revoked"
    assert row_of_erased()["draft"] == {}
    assert invitations.inbox_of(P0) == []
    assert [row["pk"] for row in scan() if P0 in str(row)] == [], "no email, list or row has their address"
    assert delegates.find_with_wave(people.dana(), Wave.BASELINE)[1].counts_hidden == ("peer",)
    close_or_extend.publish_with_few_answers(people.COHORT, people.person("dana delegate").email, clock.now())
    drain(clock.now())
    assert sum(row["sk"].startswith("RESPONSE#") for row in scan()) == 4


def test_answers_that_come_in_while_someone_is_erased_are_taken_off_with_them(opened, clock, monkeypatch):
    """Between the read of their row and the write they send what they had saved."""
    kept, sends = erase_person.get, [lambda: answer("p0", clock)]

    def sends_after_the_read(key):
        row = kept(key)
        while sends and key.sk.startswith("INVITATION#") and key.pk.startswith("DELEGATE#"):
            sends.pop()()
        return row

    monkeypatch.setattr(erase_person, "get", sends_after_the_read)
    erase_person.erase(P0, clock.now())
    (line,) = cohorts.list_lines(people.COHORT)

    assert row_of_erased()["state"] == "revoked"
    assert (line.answered, line.groups["peer"].answered) == (0, 0)


def test_someone_may_be_erased_while_a_decision_is_waited_for(opened, clock):
    answer("p0", clock)
    drain(clock.to(people.CLOSE))
    wave = delegates.find_with_wave(people.dana(), Wave.BASELINE)[1]
    assert wave.state is WaveState.HELD
    erase_person.erase(P0, clock.now())

    (line,) = cohorts.list_lines(people.COHORT)
    assert (line.answered, line.counts_hidden) == (0, ("peer",))


def test_no_one_is_erased_in_the_middle_of_a_close(opened, clock):
    wave = delegates.find_with_wave(people.dana(), Wave.BASELINE)[1]
    people.write(delegates.end_wave(wave, WaveState.CLOSING))
    before = fields(scene.invitation("p0"))
    with pytest.raises(EraseRefused, match="being closed at this moment"):
        erase_person.erase(P0, clock.now())

    assert fields(scene.invitation("p0")) == before
