"""Sessions of workshops: who is notified, and what their calendars hold afterwards."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from msgspec.structs import replace

from chalicelib.programme.load_programme import LoadRefused
from chalicelib.store import audit_events, cohorts
from chalicelib.store.due import list_due
from chalicelib.workshops import change_sessions
from chalicelib.workshops.plan_sessions import DatesRefused
from chalicelib.workshops.recipients import list_recipients
from tests.support import people
from tests.support.drain import drain, run_row
from tests.support.emails import sent_emails
from tests.workshops import dates
from tests.workshops.dates import BOTH, DELEGATE, FIRST, MANAGER, SECOND, about_dates, events, plan

pytestmark = pytest.mark.usefixtures("aws")


PLANNED = ("joining", "starts")  # on mornings of their own: see test_mornings.py


def kinds(to=DELEGATE):
    kinds_sent = [email.row.partition("#")[0].partition("/")[2] for email in about_dates(to)]
    return [kind for kind in kinds_sent if kind not in PLANNED]


def trail():
    return [row["act"] for row in audit_events.of_cohort(people.COHORT) if "dates of workshops" in row["act"]]


def test_a_loaded_cohort_learns_its_dates_on_the_next_working_morning(clock):
    dates.load(clock)
    drain(clock.now())
    assert about_dates(DELEGATE) == []

    drain(clock.to(dates.NEXT_MORNING))

    assert sorted(kinds()) == ["dates", "session", "session"]
    (email,) = [accepted for accepted in about_dates(DELEGATE) if accepted.row.startswith("workshops/dates#")]
    every = " ".join(email.part("plain").split())
    for line in ("360 questionnaire: Monday 14 September 2026 to", "Survey about results: from"):
        assert line in every, "all dates are on one page"
    assert kinds(MANAGER) == ["manager_dates"]
    subjects = [email.message["Subject"] for email in about_dates(DELEGATE)]
    assert "Leading Self, day 1 of 2: Thursday 22 October 2026, 09:30 to 16:30" in subjects
    (method, event), _ = events()
    assert (method, event.sequence.value) == ("REQUEST", "0")
    assert event.dtstart.value == datetime(2026, 10, 22, 8, 30, tzinfo=UTC)
    assert event.summary.value == "Leading Self, day 1 of 2"
    assert "22 October" in about_dates(MANAGER)[0].part("plain")


def test_nothing_is_sent_about_dates_without_sessions(clock):
    dates.announce(clock, sessions=())

    assert about_dates(DELEGATE) + about_dates(MANAGER) == []


def test_a_date_over_the_clock_change_keeps_its_hour_and_changes_in_utc(clock):
    """Vector: 09:30 in London is 08:30Z on 23 October 2026 and 09:30Z on 26 October."""
    dates.announce(clock)
    dates.change(clock, FIRST, replace(SECOND, date=date(2026, 10, 26)))
    dates.in_a_week(clock)

    before, after = (event for _, event in events() if event.uid.value == events()[-1][1].uid.value)
    assert before.dtstart.value == datetime(2026, 10, 23, 8, 30, tzinfo=UTC)
    assert after.dtstart.value == datetime(2026, 10, 26, 9, 30, tzinfo=UTC)
    assert (before.sequence.value, after.sequence.value) == ("0", "1")
    assert kinds()[3:] == ["moved"]
    assert "Changed. Before: Friday 23 October 2026, 09:30 to 16:30" in after.description.value
    text = about_dates(DELEGATE)[-1].part("plain")
    assert "Monday 26 October 2026, 09:30 to 16:30" in text
    assert "Friday 23 October 2026, 09:30 to 16:30" in text
    assert kinds(MANAGER) == ["manager_dates", "days"]


def test_a_session_that_was_moved_and_moved_back_sends_nothing_and_leaves_two_audit_lines(clock):
    dates.announce(clock)
    dates.change(clock, FIRST, replace(SECOND, date=date(2026, 10, 26)), why="room is taken")
    dates.change(clock, FIRST, SECOND)
    sent = len(sent_emails())
    dates.in_a_week(clock)

    assert len(about_dates(DELEGATE)) == 3
    assert [email.row for email in sent_emails()[sent:] if email.row.startswith("workshops/")] == []
    moved, back = trail()[-2:]
    assert "moved Leading Self, day 2 of 2 from 2026-10-23 09:30-16:30" in moved
    assert "to 2026-10-26 09:30-16:30" in moved
    assert "room is taken" in moved
    assert "to 2026-10-23 09:30-16:30" in back


def test_several_changes_before_the_job_runs_are_sent_once(clock):
    dates.announce(clock)
    for day in (26, 27, 28):
        dates.change(clock, FIRST, replace(SECOND, date=date(2026, 10, day)))
    dates.in_a_week(clock)

    assert kinds()[3:] == ["moved"]
    assert (events()[-1][1].sequence.value, events()[-1][1].dtstart.value.day) == ("1", 28)


def test_every_later_change_raises_the_sequence_that_was_sent_last(clock):
    dates.announce(clock)
    for day in (26, 27, 28):
        dates.change(clock, FIRST, replace(SECOND, date=date(2026, 10, day)))
        dates.in_a_week(clock)

    assert [event.sequence.value for _, event in events()][2:] == ["1", "2", "3"]
    assert len({event.uid.value for _, event in events()[1:]}) == 1


def test_a_session_that_is_cancelled_and_added_again_on_the_same_day_gets_a_new_uid(clock):
    dates.announce(clock)
    dates.change(clock, FIRST)
    dates.change(clock, FIRST, SECOND)
    dates.in_a_week(clock)

    assert sorted(kinds()[3:]) == ["cancelled", "session"]
    old = events()[1][1].uid.value
    again = dict(events()[2:])
    assert again["CANCEL"].uid.value == old
    assert (again["CANCEL"].status.value, again["CANCEL"].sequence.value) == ("CANCELLED", "1")
    assert again["CANCEL"].organizer.value == events()[1][1].organizer.value
    assert again["CANCEL"].attendee.value == f"mailto:{DELEGATE}"
    assert again["REQUEST"].uid.value != old
    assert again["REQUEST"].sequence.value == "0"
    assert kinds(MANAGER) == ["manager_dates"], "the days are the same"


def test_another_room_for_one_day_changes_that_entry_alone_and_emails_no_manager(clock):
    dates.announce(clock)
    dates.change(clock, FIRST, replace(SECOND, place="Library"))
    dates.in_a_week(clock)

    assert kinds()[3:] == ["moved"]
    assert (events()[-1][1].uid.value, events()[-1][1].location.value) == (events()[1][1].uid.value, "Library")
    assert kinds(MANAGER) == ["manager_dates"]


def test_a_cancelled_day_changes_the_number_of_the_other_and_sends_nothing_about_it(clock):
    dates.announce(clock)
    dates.change(clock, SECOND)
    dates.in_a_week(clock)

    assert kinds()[3:] == ["cancelled"]


def test_a_session_that_was_added_and_cancelled_before_anything_was_sent_sends_nothing(clock):
    dates.announce(clock)
    dates.change(clock, *BOTH, plan("2026-11-12", milestone="leading_others"))
    dates.change(clock, *BOTH)
    dates.in_a_week(clock)

    assert len(about_dates(DELEGATE)) == 3


def test_a_job_that_runs_twice_sends_everything_once(clock):
    from chalicelib.jobs.kinds import JobKind
    from chalicelib.store import jobs
    from chalicelib.store.table import transact

    dates.announce(clock)
    transact([jobs.add(JobKind.SEND_DATES.job(people.COHORT, "again", due_at=clock.now(), cohort=people.COHORT))])
    drain(clock.now())

    assert len(about_dates(DELEGATE)) == 3


def test_who_joins_later_gets_every_session_ahead_from_sequence_0(clock):
    dates.announce(clock)
    dates.load(clock, sessions=None, names=("dana delegate", "lee delegate"))
    drain(clock.now())
    dates.in_a_week(clock)

    assert [event.sequence.value for _, event in events("lee.delegate@example.org")] == ["0", "0"]
    assert len(about_dates(DELEGATE)) == 3


def test_a_change_within_three_working_days_goes_out_at_once_in_working_hours(clock):
    dates.announce(clock)
    drain(clock.to(datetime(2026, 10, 20, 14, tzinfo=UTC)))
    dates.change(clock, replace(FIRST, place="Library"), SECOND)
    drain(clock.now())
    assert kinds()[3:] == ["moved"]

    drain(clock.to(datetime(2026, 10, 20, 20, tzinfo=UTC)))
    dates.change(clock, replace(FIRST, place="Annexe"), SECOND)
    drain(clock.now())
    assert kinds()[3:] == ["moved"]

    drain(clock.to(datetime(2026, 10, 21, 8, tzinfo=UTC)))
    assert kinds()[3:] == ["moved", "moved"]


# --- acts -----------------------------------------------------------------------------------------------


def test_what_has_begun_can_neither_move_nor_be_cancelled(clock):
    dates.announce(clock)
    clock.to(datetime(2026, 10, 22, 9, tzinfo=UTC))

    for wanted in ((SECOND,), (replace(FIRST, date=date(2026, 10, 29)), SECOND)):
        with pytest.raises(DatesRefused, match="has begun"):
            dates.change(clock, *wanted)
    with pytest.raises(DatesRefused, match="in the past"):
        dates.change(clock, FIRST, replace(SECOND, date=date(2026, 10, 21)))


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (plan("2026-10-22", "16:30-09:30"), "not after its start"),
        (plan("2026-10-22", "09:30-09:40"), "10 minutes; allowed: 15 minutes to 12 hours"),
        (plan("2026-10-22", "08:00-21:00"), "13 hours; allowed"),
        (plan("2026-10-22", place=""), "neither a place nor a link"),
        (plan("2026-10-22", milestone="leading_cats"), "no workshop of the programme"),
        (plan("2026-10-22", by="jo"), "no facilitator of the cohort; allowed: mo"),
        (plan("2026-10-23", "16:00-17:00"), "overlaps another one of the cohort"),
        (plan("2026-10-22", link="ftp://x"), "does not begin with https://"),
    ],
)
def test_an_impossible_session_is_refused_and_changes_nothing(clock, wanted, why):
    dates.announce(clock)

    with pytest.raises(DatesRefused, match=why):
        dates.change(clock, SECOND, wanted)
    assert len(dates.sessions()) == 2


def test_a_probable_mistake_is_a_warning(clock):
    dates.load(clock)
    wanted = [plan("2026-09-26"), plan("2026-09-25", milestone="leading_others")]
    wanted.append(plan("2026-11-12", milestone="leading_the_service"))

    planned = change_sessions.set_dates(people.COHORT, wanted, clock.now(), "x", dry_run=True)

    words = " ".join(planned.warnings)
    assert "Saturday 26 September 2026, which is not a working day" in words
    assert "before reports can be released" in words
    assert "before a session of an earlier workshop" in words
    assert "has 1 session here and 2 in the programme" in words
    assert [each.plan for each in dates.sessions()] == [*BOTH]


def test_short_notice_of_a_new_session_is_a_warning(clock):
    dates.load(clock)
    soon = change_sessions.set_dates(people.COHORT, [*BOTH, plan("2026-09-21")], clock.now(), "x", dry_run=True)
    later = change_sessions.set_dates(people.COHORT, [*BOTH, plan("2026-09-29")], clock.now(), "x", dry_run=True)

    assert "People learn of the session on Monday 21 September 2026 9 working days before it." in soon.warnings
    assert not [words for words in later.warnings if "People learn" in words]


@pytest.mark.parametrize(
    ("now", "moment"),
    [
        pytest.param("2026-10-21T16:00:00Z", "", id="within-hours-of-the-day-before"),
        pytest.param("2026-10-21T18:00:00Z", "Thursday 22 October 2026, 09:00", id="in-the-evening"),
    ],
)
def test_an_email_that_comes_when_people_are_on_their_way_is_a_warning(clock, now, moment):
    dates.announce(clock)
    at = clock.to(datetime.fromisoformat(now))
    planned = change_sessions.set_dates(people.COHORT, [SECOND], at, "x", dry_run=True)

    late = [words for words in planned.warnings if "telephone" in words]
    assert len(late) == bool(moment)
    assert all(moment in words and "09:30 on Thursday 22 October 2026" in words for words in late)


def test_the_programme_ends_with_its_last_session_and_the_survey_follows(clock):
    dates.announce(clock)
    assert cohorts.find(people.COHORT).dates.ends == SECOND.date
    assert [job.due_at for job in surveys()] == [due(SECOND.date)]

    dates.change(clock, FIRST, replace(SECOND, date=date(2026, 11, 20)))
    drain(clock.now())

    assert cohorts.find(people.COHORT).dates.ends == date(2026, 11, 20)
    assert [job.due_at for job in surveys()] == [due(date(2026, 11, 20))]


def surveys():
    from chalicelib.store import jobs

    waiting = jobs.waiting(datetime(2028, 1, 1, tzinfo=UTC))
    return [job for job in waiting if job.kind == "impact"]


def due(ends):
    from chalicelib.core.working_days import survey_job_at

    rules = people.programme()
    return survey_job_at(rules, replace(people.DATES, ends=ends))


def test_the_survey_follows_a_file_that_is_loaded_again(clock):
    dates.announce(clock)
    dates.load(clock, sessions=(FIRST, replace(SECOND, date=date(2026, 11, 20))))
    drain(clock.now())

    assert [job.due_at for job in surveys()] == [due(date(2026, 11, 20))]


def test_a_session_cannot_move_past_a_survey_that_was_moved_by_hand(clock):
    from chalicelib.programme.move_dates import Moved, move
    from chalicelib.programme.move_dates import plan as plan_move

    dates.announce(clock)
    move(plan_move(people.COHORT, Moved.SURVEY, date(2026, 12, 1), clock.now()), "", "x", clock.now())
    with pytest.raises(DatesRefused, match="move the survey to a later day first"):
        dates.change(clock, FIRST, replace(SECOND, date=date(2026, 12, 2)))


def test_a_session_cannot_be_the_last_one_before_the_questionnaire_closes(clock):
    dates.announce(clock)
    with pytest.raises(DatesRefused, match="must end after the questionnaire closes"):
        dates.change(clock, dates.plan("2026-10-01"))


def test_loading_the_file_again_moves_cancels_and_adds(clock):
    dates.announce(clock)
    third = plan("2026-11-12", milestone="leading_others")
    assert dates.load(clock, sessions=(replace(FIRST, place="Library"), third)).changed
    drain(clock.now())
    dates.in_a_week(clock)

    assert sorted(kinds()[3:]) == ["cancelled", "moved", "session"]
    assert len(trail()) == 2
    assert not dates.load(clock, sessions=(replace(FIRST, place="Library"), third)).changed


def test_a_load_without_sessions_keeps_those_that_are_there(clock):
    dates.announce(clock)
    dates.load(clock, sessions=None, names=("dana delegate", "lee delegate"))

    assert [each.plan for each in dates.sessions()] == [*BOTH]
    assert cohorts.find(people.COHORT).dates.ends == SECOND.date


def test_a_load_refuses_sessions_that_are_impossible(clock):
    with pytest.raises(LoadRefused, match="overlaps"):
        dates.load(clock, sessions=(FIRST, FIRST))
    assert cohorts.find(people.COHORT) is None


def test_two_acts_at_once_are_not_lost(clock, monkeypatch):
    dates.announce(clock)
    last = cohorts.find_load(people.COHORT)
    dates.change(clock, FIRST, replace(SECOND, place="Library"))
    monkeypatch.setattr(cohorts, "find_load", lambda _id: last)

    with pytest.raises(DatesRefused, match="Someone else"):
        dates.change(clock, FIRST, replace(SECOND, place="Annexe"))
    assert dates.sessions()[1].plan.place == "Library"


def test_a_preview_names_who_is_sent_what_and_changes_nothing(clock):
    dates.announce(clock)
    wanted = (FIRST, replace(SECOND, date=date(2026, 10, 26)))
    planned = change_sessions.set_dates(people.COHORT, wanted, clock.now(), "x", dry_run=True)

    recipients = list_recipients(planned, clock.now())

    assert [(recipient.email, recipient.role) for recipient in recipients] == [
        (DELEGATE, "delegate"),
        (MANAGER, "line manager"),
    ]
    assert "changed calendar entry for Leading Self, day 2 of 2, Monday 26 October" in recipients[0].what
    assert [each.plan for each in dates.sessions()] == [*BOTH]


def test_one_session_moves_by_its_name_and_keeps_its_length(clock):
    dates.announce(clock)
    from datetime import time

    to = (date(2026, 10, 26), time(10, 0))
    change_sessions.move_session(people.COHORT, "leading_self/2", to, clock.now(), "x")

    assert [(each.plan.date.day, each.plan.hours) for each in dates.sessions()] == [
        (22, "09:30 to 16:30"),
        (26, "10:00 to 17:00"),
    ]
    with pytest.raises(DatesRefused, match="There is no session leading_self/3"):
        change_sessions.move_session(people.COHORT, "leading_self/3", to, clock.now(), "x")


# --- people who change ----------------------------------------------------------------------------------


def test_who_leaves_gets_cancellations_of_what_lies_ahead(clock):
    from chalicelib.people.leave import leave as withdraw

    dates.announce(clock)
    clock.to(datetime(2026, 10, 22, 9, tzinfo=UTC))
    (line,) = cohorts.list_lines(people.COHORT)
    before = len(events())
    withdraw(line.delegate_id, clock.now(), "admin@example.org")
    drain(clock.now())

    (cancelled,) = events()[before:]
    assert cancelled[0] == "CANCEL"
    assert cancelled[1].dtstart.value.day == 23, "the first session had begun"
    assert kinds(MANAGER) == ["manager_dates"]


def test_another_address_gets_new_entries_and_the_old_one_cancellations(clock):
    from chalicelib.admin.address_change import change_address

    dates.announce(clock)
    change_address(people.COHORT, DELEGATE, "dana@example.org", clock.advance(hours=1))
    drain(clock.now())
    dates.in_a_week(clock)

    assert [method for method, _ in events()] == ["REQUEST", "REQUEST", "CANCEL", "CANCEL"]
    old = {event.uid.value for _, event in events()}
    moved = events("dana@example.org")
    assert [(method, event.sequence.value) for method, event in moved] == [("REQUEST", "0"), ("REQUEST", "0")]
    assert not old & {event.uid.value for _, event in moved}
    assert [event.dtstart.value.day for _, event in moved] == [22, 23]
    assert kinds(MANAGER) == ["manager_dates"]


def test_an_entry_that_waits_for_the_old_address_is_not_sent_to_the_new_one_as_well(clock):
    from chalicelib.admin.address_change import change_address
    from chalicelib.workshops.jobs import send_dates

    dates.load(clock)
    drain(clock.now())
    clock.to(dates.NEXT_MORNING)
    send_dates(job(), clock.now())
    change_address(people.COHORT, DELEGATE, "dana@example.org", clock.now())
    (changing,) = [row for row in list_due(clock.now()) if row["kind"] == "replace"]
    run_row(changing, clock.now())
    dates.in_a_week(clock)

    requests = [event.uid.value for method, event in events("dana@example.org") if method == "REQUEST"]
    assert len(requests) == 2
    assert [method for method, _ in events() if method == "REQUEST"] == []


def job():
    from chalicelib.jobs.kinds import JobKind

    return JobKind.SEND_DATES.job(people.COHORT, "test", due_at=dates.NEXT_MORNING, cohort=people.COHORT)


def test_an_address_that_changes_leaves_what_others_learn_about_dates_to_its_morning(clock):
    """A session moves on the day on which one delegate's address is corrected: their old address hears early."""
    from chalicelib.admin.address_change import change_address

    dates.announce(clock, names=("dana delegate", "ann delegate"))
    count = len(sent_emails())
    clock.advance(hours=1)
    dates.change(clock, FIRST, plan("2026-10-28"))
    change_address(people.COHORT, DELEGATE, "dana@example.org", clock.now())
    drain(clock.now())

    assert with_entries(count) == {DELEGATE}  # the new address waits until it is let in
    drain(clock.advance(days=1, minutes=1))
    assert with_entries(count) == {DELEGATE, "dana@example.org", people.person("ann delegate").email}


@pytest.mark.parametrize("address", [MANAGER, people.SPONSOR.email])
def test_an_address_that_is_in_no_calendar_sends_no_entries(clock, address):
    from chalicelib.admin.address_change import change_address

    dates.announce(clock)
    count = len(sent_emails())
    clock.advance(hours=1)
    dates.change(clock, FIRST, plan("2026-10-28"))
    change_address(people.COHORT, address, "new@example.org", clock.now())
    drain(clock.now())

    assert with_entries(count) == set()


def with_entries(count: int) -> set[str]:
    """Return who has got a calendar entry, after the first emails."""
    return {email.addresses[0] for email in sent_emails()[count:] if email.attachments}
