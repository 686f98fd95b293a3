"""The coach offers times or enters one; the delegate chooses; either moves it; no time is booked twice."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from msgspec.structs import replace

from chalicelib.admin.address_change import change_address
from chalicelib.areas.openings import open_for_coach, open_for_delegate
from chalicelib.core.clock import stamp
from chalicelib.core.ids import delegate_id, reader_key
from chalicelib.core.state_machine import By
from chalicelib.core.working_days import working_days
from chalicelib.links.kinds import COACH, HUB
from chalicelib.meetings import acts
from chalicelib.meetings.acts import MeetingRefused, SlotGone
from chalicelib.meetings.machine import DEBRIEF, REVIEW
from chalicelib.people.leave import leave as withdraw
from chalicelib.programme.load_cohort import load_cohort
from chalicelib.store import audit_events, cohorts, delegates, jobs, meetings
from chalicelib.store.due import list_due
from chalicelib.store.meetings import Meeting, MeetingKind, MeetingState, Slot
from chalicelib.store.table import query, scan
from tests.people import scene
from tests.support import people
from tests.support.clock import Clock
from tests.support.drain import drain, run_row
from tests.support.emails import sent_emails
from tests.support.interleave import explore

COACH_EMAIL, DANA = (people.person(name).email for name in ("cleo coach", "dana delegate"))
KIND = MeetingKind.DEBRIEF
OFFER = {"day-1": "2026-09-21", "time-1": "14:00", "day-2": "2026-09-22", "time-2": "09:30", "minutes": "60"}
PLACE = {"place": "Room 4"}
FIRST = "2026-09-21T13:00:00Z"  # 14:00 in London
SECOND = "2026-09-22T08:30:00Z"


def meeting(delegate: str = "") -> Meeting:
    return meetings.find(delegate or people.dana(), KIND)


def for_coach(delegate: str = ""):
    person = delegates.find(delegate or people.dana())
    return open_for_coach(COACH.token(person.cohort_id, person.coach, person.coach_link), person.id)


def for_delegate(delegate: str = ""):
    return open_for_delegate(HUB.token(delegates.find(delegate or people.dana())))


def hub_page() -> str:
    return f"{HUB.url(delegates.find(people.dana()))}/meeting/debrief"


def coach_page() -> str:
    return f"{people.coach_url()}/{people.dana()}/meeting/debrief"


def offer(clock, fields=None, delegate: str = ""):
    return acts.offer(for_coach(delegate), meeting(delegate), fields or OFFER | PLACE, clock.now())


def choose(clock, starts=FIRST, delegate: str = ""):
    acts.choose(for_delegate(delegate), meeting(delegate), starts, clock.now())


def emails(kind: str) -> list[dict]:
    return [row for row in scan() if row["pk"].startswith(f"MAIL#meetings/{kind}#")]


def entries() -> list[tuple[str, int, bool]]:
    """Of all calendar entries: whose, sequence, and whether it is a cancellation, in the order of their revisions."""
    rows = [row for row in scan() if row["pk"].startswith("MAIL#meetings/") and row.get("entry")]
    sent_rows = sorted(rows, key=lambda row: (int(row["id"].split("#")[3]), row["to"]["email"]))
    return [(row["to"]["email"], row["entry"]["sequence"], row["entry"]["cancelled"]) for row in sent_rows]


def quarters() -> int:
    return len(list(query(f"COACH#{reader_key(COACH_EMAIL)}", "SLOT#")))


# --- from the offer to the booking ----------------------------------------------------------------------------------


def test_a_coach_offers_times_and_the_delegate_chooses_with_one_tap(ready, clock):
    ready.let_in(COACH_EMAIL, clock.now())
    ready.open(coach_page()).post(f"{coach_page()}/offer", OFFER | PLACE)
    assert meeting().state is MeetingState.OFFERED
    assert [sent_email["to"]["email"] for sent_email in emails("offered")] == [DANA]

    ready.open(hub_page()).post(f"{hub_page()}/choose", {"slot": FIRST})
    assert meeting().booked == Slot(clock.now().replace(day=21, hour=13), 60)
    assert "21 September 2026, 14:00" in ready.page
    assert entries() == [(COACH_EMAIL, 0, False), (DANA, 0, False)]
    assert quarters() == 4


def test_a_time_that_both_agreed_is_booked_at_once(ready, clock):
    ready.let_in(COACH_EMAIL, clock.now())
    ready.open(coach_page()).post(f"{coach_page()}/enter", {"day-1": "2026-09-16", "time-1": "16:15", "minutes": "90"})

    assert meeting().state is MeetingState.BOOKED
    assert quarters() == 6


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"day-1": "2026-09-17"}, "day-1"),  # less than two working days ahead
        ({"day-1": "2026-11-16"}, "day-1"),  # more than 60 days
        ({"day-1": "31/9"}, "day-1"),
        ({"time-1": "25:00"}, "day-1"),
        ({"minutes": "20"}, "minutes"),
        ({"minutes": "150"}, "minutes"),
        ({"minutes": "an hour"}, "day-1"),
        ({"place": "x" * 201}, "place"),
    ],
)
def test_a_time_that_cannot_be_offered_is_named_and_nothing_is_sent(ready, clock, changes, field):
    faults = offer(clock, OFFER | changes)

    assert field in [fault.field for fault in faults]
    assert meeting() == Meeting(KIND)
    assert emails("offered") == []


def test_an_empty_offer_is_refused(ready, clock):
    assert [fault.field for fault in offer(clock, {"minutes": "60"})] == ["day-1"]


def test_a_second_press_offers_and_books_once(ready, clock):
    for _ in range(2):
        offer(clock)
        assert len(emails("offered")) == 1
    opened, before = for_delegate(), meeting()
    choose(clock)
    acts.choose(opened, meeting(), FIRST, clock.now())
    with pytest.raises((SlotGone, MeetingRefused)):
        acts.choose(opened, before, FIRST, clock.now())
    assert len(emails("booked")) == 1


# --- no time twice --------------------------------------------------------------------------------------------------


def second_cohort(clock) -> str:
    """Another cohort with the same coach; its delegate has a report, too."""
    cohort = replace(cohorts.find(people.COHORT), id="winter", title="Winter cohort")
    load_cohort(cohort, people.programme(), [people.entry("dora delegate")], {}, clock.now())
    drain(clock.now())
    return delegate_id("winter", people.person("dora delegate").email)


def test_a_time_is_booked_once_over_all_cohorts(ready, clock):
    dora = second_cohort(clock)
    offer(clock)
    offer(clock, delegate=dora)
    choose(clock)
    with pytest.raises(SlotGone):
        choose(clock, delegate=dora)

    assert [stamp(slot.starts) for slot in acts.open_slots(for_delegate(dora), meeting(dora), clock.now())] == [SECOND]
    choose(clock, SECOND, delegate=dora)
    assert meeting(dora).state is MeetingState.BOOKED


def test_times_that_overlap_are_not_offered(ready, clock):
    dora = second_cohort(clock)
    offer(clock)
    choose(clock)

    (fault,) = offer(clock, {"day-1": "2026-09-21", "time-1": "14:45", "minutes": "30"}, dora)
    assert "booked at this time already" in fault.message
    assert offer(clock, {"day-1": "2026-09-21", "time-1": "15:00", "minutes": "30"}, dora) == ()


def test_two_delegates_choose_the_same_time_in_every_order(aws):
    """One is booked, and the other is asked to choose another time."""

    def setup():
        clock = Clock()
        people.load(clock.now(), names=("dana delegate", "dora delegate"))
        drain(clock.now())
        clock.to(people.OPENING.replace(day=16))
        ids = [people.dana(), delegate_id(people.COHORT, people.person("dora delegate").email)]
        for chooser in ids:
            assert offer(clock, delegate=chooser) == ()
        return clock, ids

    def check(env, outcomes):
        _, ids = env
        booked = [meeting(each_id).state is MeetingState.BOOKED for each_id in ids]
        wrong = [] if sorted(booked) == [False, True] else [f"{sum(booked)} are booked"]
        wrong += [] if sum(isinstance(outcome, SlotGone) for outcome in outcomes) == 1 else [f"outcomes: {outcomes}"]
        return wrong + ([] if quarters() == 4 else [f"{quarters()} quarters are taken"])

    both = [lambda env, n=n: choose(env[0], delegate=env[1][n]) for n in (0, 1)]
    assert explore(setup, both, check) > 50


# --- moving, asking, missing ----------------------------------------------------------------------------------------


def test_a_move_keeps_the_entry_and_raises_its_sequence(ready, clock):
    offer(clock)
    choose(clock)
    choose(clock, SECOND)

    uids = {row["entry"]["uid"] for row in emails("booked")}
    assert len(uids) == 1
    assert [sequence for who, sequence, _ in entries() if who == DANA] == [0, 1]
    assert not [sent_entry for sent_entry in entries() if sent_entry[2]]
    assert quarters() == 4


def test_the_coach_moves_it_by_an_hour_within_the_same_time(ready, clock):
    offer(clock)
    choose(clock)
    assert acts.enter(for_coach(), meeting(), OFFER | {"time-1": "14:30"}, clock.now()) == ()

    assert stamp(meeting().booked.starts) == "2026-09-21T13:30:00Z"
    assert quarters() == 4


def test_nothing_moves_less_than_two_hours_before(ready, clock):
    offer(clock)
    choose(clock)
    clock.to(meeting().booked.starts - timedelta(minutes=119))

    with pytest.raises(MeetingRefused, match="less than two hours"):
        choose(clock, SECOND)
    with pytest.raises(MeetingRefused, match="less than two hours"):
        acts.ask(for_delegate(), meeting(), "Ill", clock.now())


@pytest.mark.parametrize("booked", [False, True])
def test_a_delegate_asks_for_other_times(ready, clock, booked):
    offer(clock)
    if booked:
        choose(clock)
    ready.open(hub_page()).post(f"{hub_page()}/ask", {"line": "Only mornings"})

    assert (meeting().state, meeting().line, meeting().booked) == (MeetingState.WAITING, "Only mornings", None)
    assert quarters() == 0
    assert [sent_email["to"]["email"] for sent_email in emails("cancelled_coach" if booked else "no_time")] == [
        COACH_EMAIL
    ]
    assert [sent_entry[1:] for sent_entry in entries()][2 * booked :] == ([(1, True), (1, True)] if booked else [])


def test_what_a_delegate_writes_is_a_paragraph_of_its_own(ready, clock):
    """Else it runs into the next sentence, because few people end it with a full stop."""
    offer(clock)
    ready.open(hub_page()).post(f"{hub_page()}/ask", {"line": "Only mornings"})
    drain(clock.advance(days=1))
    (paragraph,) = [
        part
        for email in sent_emails(COACH_EMAIL)
        for part in email.part("plain").split("\n\n")
        if "Only mornings" in part
    ]

    assert paragraph.endswith("Only mornings”")


def test_a_line_for_the_coach_holds_no_web_address(ready, clock):
    offer(clock)
    ready.open(hub_page()).post(f"{hub_page()}/ask", {"line": "See www.cheap-loans.example for more."})

    assert (ready.status, meeting().state, emails("no_time")) == (400, MeetingState.OFFERED, [])
    assert 'id="line-error"' in ready.page
    assert "See www.cheap-loans.example for more." in ready.page, "it can be corrected"


def test_what_is_booked_after_a_cancellation_is_another_entry(ready, clock):
    offer(clock)
    choose(clock)
    acts.ask(for_delegate(), meeting(), "Ill", clock.now())
    offer(clock)
    choose(clock, SECOND)

    assert len({row["entry"]["uid"] for row in emails("booked")}) == 2
    assert [sent_entry for sent_entry in entries() if sent_entry[0] == DANA] == [
        (DANA, 0, False),
        (DANA, 1, True),
        (DANA, 0, False),
    ]


def test_a_meeting_that_did_not_take_place_waits_again(ready, clock):
    offer(clock)
    choose(clock)
    with pytest.raises(MeetingRefused, match="still to come"):
        acts.miss(for_coach(), meeting(), clock.now())
    clock.to(meeting().booked.starts)
    acts.miss(for_coach(), meeting(), clock.now())

    assert meeting().state is MeetingState.WAITING
    assert [sent_email["to"]["email"] for sent_email in emails("lapsed")] == [DANA]


def test_only_who_may_makes_a_transition():
    for machine in (DEBRIEF, REVIEW):
        assert not machine.allows(MeetingState.OFFERED, "choose", By.COACH)
        assert not machine.allows(MeetingState.WAITING, "offer", By.DELEGATE)
        assert not machine.allows(MeetingState.BOOKED, "miss", By.DELEGATE)
        assert not [step for step in machine.transitions if machine.allows(MeetingState.HELD, step.act, By.COACH)]


# --- by the clock ---------------------------------------------------------------------------------------------------


def test_times_that_pass_lead_back_to_waiting_and_both_are_notified(ready, clock):
    offer(clock)
    drain(clock.to(meeting().slots[-1].starts))

    assert (meeting().state, meeting().slots) == (MeetingState.WAITING, ())
    assert [sent_email["to"]["email"] for sent_email in (*emails("no_time"), *emails("lapsed"))] == [COACH_EMAIL, DANA]
    with pytest.raises(MeetingRefused):
        choose(clock)


def test_the_delegate_is_reminded_once_to_choose(ready, clock):
    far = {"day-1": "2026-10-12", "time-1": "14:00"}
    offer(clock, far)
    drain(clock.to(people.OPENING.replace(day=20)))
    assert len(emails("offered")) == 1
    drain(clock.to(people.OPENING.replace(day=21)))  # three working days on
    drain(clock.advance(days=4))
    assert len(emails("offered")) == 2


def arrange(clock):
    """As when the report is made."""
    from chalicelib.meetings.effects import first_check

    days = working_days(people.programme().organisation)
    people.write(*first_check(delegates.find(people.dana()), Meeting(KIND), days, clock.now()))


@pytest.mark.parametrize(("day", "reminders", "notices"), [(18, 0, 0), (21, 1, 0), (25, 2, 0), (30, 2, 1)])
def test_a_coach_is_reminded_twice_and_then_the_administrator_knows(ready, clock, day, reminders, notices):
    """Wednesday 16 September and 3, 7, 10 working days."""
    arrange(clock)
    drain(clock.to(people.OPENING.replace(day=day)))

    assert (len(emails("arrange")), len(emails("not_arranged"))) == (reminders, notices)


def test_no_one_is_reminded_once_times_are_offered(ready, clock):
    arrange(clock)
    offer(clock, {"day-1": "2026-10-12", "time-1": "14:00"})
    drain(clock.to(people.OPENING.replace(day=30)))

    assert emails("arrange") == emails("not_arranged") == []


def test_both_are_reminded_before_and_the_coach_after(ready, clock):
    offer(clock, OFFER | {"day-1": "2026-09-28", "day-2": "2026-09-29"})
    choose(clock, "2026-09-28T13:00:00Z")
    drain(clock.to(people.OPENING.replace(day=24)))
    assert sorted(sent_email["to"]["email"] for sent_email in (*emails("prepare"), *emails("prepare_coach"))) == [
        COACH_EMAIL,
        DANA,
    ]

    drain(clock.to(people.OPENING.replace(day=30)))
    assert [sent_email["to"]["email"] for sent_email in emails("record")] == [COACH_EMAIL]
    drain(clock.to(people.OPENING.replace(month=10, day=5)))
    assert len(emails("not_recorded")) == 1


def test_a_move_leaves_no_reminder_of_the_time_before(ready, clock):
    offer(clock, OFFER | {"day-1": "2026-09-28", "day-2": "2026-10-12"})
    choose(clock, "2026-09-28T13:00:00Z")
    choose(clock, "2026-10-12T08:30:00Z")
    drain(clock.to(people.OPENING.replace(month=10, day=5)))

    assert emails("prepare") == emails("record") == []
    assert jobs.failed() == []


# --- people who change ----------------------------------------------------------------------------------------------


def late_in_the_minute_before_nine(clock):
    """Write what is due at nine, as the jobs do a minute ahead; no email is sent yet."""
    clock.to(datetime.fromisoformat("2026-09-17T07:59:30Z"))  # 08:59:30 in London, two working days before
    for row in list_due(clock.now()):
        run_row(row, clock.now())


def entries_to(address: str) -> list[str]:
    """Return the methods of the calendar entries that reached an address."""
    calendars = [
        part for email in sent_emails(address) for part in email.attachments if part["type"] == "text/calendar"
    ]
    return ["CANCEL" if "METHOD:CANCEL" in part["content"] else "REQUEST" for part in calendars]


def book_in_the_evening(clock):
    """Book in the evening: the entries wait for the next morning."""
    offer(clock)
    drain(clock.advance(hours=1))
    clock.to(datetime.fromisoformat("2026-09-16T19:00:00Z"))
    choose(clock)
    drain(clock.now())


def test_other_times_before_the_entry_goes_out_send_neither_entry_nor_cancellation(ready, clock):
    book_in_the_evening(clock)
    acts.ask(for_delegate(), meeting(), "none fits", clock.advance(minutes=5))
    for _ in range(4):
        drain(clock.advance(days=1))
    assert entries_to(DANA) == entries_to(COACH_EMAIL) == []


def test_an_entry_that_may_go_out_while_the_act_is_stored_is_cancelled(ready, clock):
    """A second before the morning's emails: a cancellation too many does less harm than an appointment that stays."""
    book_in_the_evening(clock)
    acts.ask(for_delegate(), meeting(), "none fits", clock.to(datetime.fromisoformat("2026-09-17T07:59:59Z")))
    for _ in range(4):
        drain(clock.advance(days=1))
    assert entries_to(DANA)[-1:] == entries_to(COACH_EMAIL)[-1:] == ["CANCEL"]


def test_a_new_coach_gets_no_entry_of_a_meeting_with_the_former_one(ready, clock):
    book_in_the_evening(clock)
    entry = replace(people.entry("dana delegate"), coach=people.person("new coach"))
    load_cohort(cohorts.find(people.COHORT), people.programme(), [entry], {}, clock.advance(minutes=5))
    drain(clock.now())
    drain(clock.to(datetime.fromisoformat("2026-09-17T08:30:00Z")))

    assert entries_to(entry.coach.email) == []
    assert "REQUEST" not in [*entries_to(COACH_EMAIL), *entries_to(DANA)]


def test_a_new_address_of_the_coach_gets_no_entry_of_the_meeting_that_starts_again(ready, clock):
    book_in_the_evening(clock)
    change_address(people.COHORT, COACH_EMAIL, "cleo@new.example", clock.advance(minutes=5))
    drain(clock.now())
    drain(clock.to(datetime.fromisoformat("2026-09-18T08:30:00Z")))

    assert entries_to("cleo@new.example") == []
    assert "REQUEST" not in entries_to(DANA)


@pytest.mark.parametrize("act", ["pause", "leave", "coach"])
def test_an_entry_that_waits_when_the_meeting_ends_is_followed_by_no_cancellation(ready, clock, act):
    """And it does not go out afterwards: on the return from a pause it would name a meeting that is not."""
    book_in_the_evening(clock)
    clock.advance(minutes=5)
    if act == "pause":
        scene.change(clock, "pause", until="2026-09-25", reason="leave")
    elif act == "leave":
        withdraw(people.dana(), clock.now(), "ada@example.org")
    else:
        scene.change(clock, "coach", **scene.NEW_COACH)
    drain(clock.now())
    for _ in range(10):
        drain(clock.advance(days=1))

    assert entries_to(DANA) == entries_to(COACH_EMAIL) == entries_to(scene.NORA) == []
    assert jobs.failed() == []


def test_an_entry_that_was_moved_and_went_out_before_is_cancelled(ready, clock):
    offer(clock)
    choose(clock)
    drain(clock.advance(minutes=10))
    clock.to(datetime.fromisoformat("2026-09-16T19:00:00Z"))
    choose(clock, SECOND)
    scene.change(clock, "pause", until="2026-09-25", reason="leave")
    drain(clock.advance(days=1))

    assert entries_to(DANA) == entries_to(COACH_EMAIL) == ["REQUEST", "CANCEL"]


def test_a_reminder_of_a_meeting_with_a_former_coach_is_cancelled(ready, clock):
    offer(clock)
    choose(clock)
    drain(clock.advance(hours=2))
    late_in_the_minute_before_nine(clock)
    entry = replace(people.entry("dana delegate"), coach=people.person("new coach"))
    load_cohort(cohorts.find(people.COHORT), people.programme(), [entry], {}, clock.now())
    drain(clock.now())
    drain(clock.advance(minutes=30))

    assert [email.row for email in sent_emails() if email.row.startswith("meetings/prepare")] == []


def test_a_move_in_the_minute_before_nine_cancels_the_reminder_that_is_written(ready, clock):
    offer(clock)
    choose(clock)
    drain(clock.advance(hours=2))
    late_in_the_minute_before_nine(clock)
    assert {sent_email["due_at"] for sent_email in emails("prepare")} == {"2026-09-17T08:00:00Z"}
    acts.enter(for_coach(), meeting(), {"day-1": "2026-09-24", "time-1": "10:00", "minutes": "60"} | PLACE, clock.now())
    drain(clock.advance(minutes=5))

    assert [email.row for email in sent_emails() if email.row.startswith("meetings/prepare")] == []
    assert [email.row.split("#")[0] for email in sent_emails()].count("meetings/booked") == 2


def test_a_meeting_that_is_asked_for_again_leaves_no_reminder_and_still_cancels_its_entries(ready, clock):
    offer(clock)
    choose(clock)
    drain(clock.advance(hours=2))
    late_in_the_minute_before_nine(clock)
    acts.ask(for_delegate(), meeting(), "Only mornings", clock.now())
    acts.offer(for_coach(), meeting(), OFFER | PLACE, clock.now())
    drain(clock.advance(minutes=5))

    assert [email.row for email in sent_emails() if email.row.startswith("meetings/prepare")] == []
    assert [cancelled for _, _, cancelled in entries()][-2:] == [True, True]
    assert sum(email.row.startswith("meetings/cancelled") for email in sent_emails()) == 2


def test_another_coach_starts_again_and_the_former_ones_entry_is_cancelled(ready, clock):
    offer(clock)
    choose(clock)
    old_page = coach_page()
    other = replace(people.entry("dana delegate"), coach=people.person("new coach"))
    load_cohort(cohorts.find(people.COHORT), people.programme(), [other], {}, clock.now())
    drain(clock.now())

    assert (meeting().state, meeting().booked) == (MeetingState.WAITING, None)
    assert quarters() == 0
    assert [sent_entry for sent_entry in entries() if sent_entry[2]] == [(COACH_EMAIL, 1, True), (DANA, 1, True)]
    ready.let_in(COACH_EMAIL, clock.now())
    assert ready.open(old_page).status in (404, 410)


def test_a_delegate_who_leaves_has_no_meeting_and_both_entries_are_cancelled(ready, clock):
    offer(clock)
    choose(clock)
    withdraw(people.dana(), clock.now(), "ada@example.org")
    drain(clock.now())

    assert meeting().state is MeetingState.CANCELLED
    assert quarters() == 0
    assert [sent_entry[1:] for sent_entry in entries() if sent_entry[2]] == [(1, True), (1, True)]


def test_a_time_that_has_passed_stays_in_both_calendars_when_people_change(ready, clock):
    offer(clock)
    choose(clock)
    assert "not-recorded" not in ready.open(hub_page()).messages
    clock.to(meeting().booked.ends)
    drain(clock.now())
    assert "not-recorded" in ready.open(hub_page()).messages
    other = replace(people.entry("dana delegate"), coach=people.person("new coach"))
    load_cohort(cohorts.find(people.COHORT), people.programme(), [other], {}, clock.now())
    drain(clock.now())

    assert (meeting().state, meeting().booked) == (MeetingState.WAITING, None)
    assert [entry for entry in entries() if entry[2]] == []


def test_the_entry_of_a_former_coach_who_stays_with_others_is_cancelled_by_name(clock, aws):
    scene.open_cohort(clock, names=("dana delegate", "dora delegate"))
    slot = Slot(clock.now() + timedelta(days=30), 60)
    booked = Meeting(KIND, MeetingState.BOOKED, reader_key(COACH_EMAIL), (), slot, "Room 4", sequence=0, revision=1)
    people.write(meetings.save(people.dana(), Meeting(KIND), booked, clock.now()))
    scene.change(clock, "coach", **scene.NEW_COACH)

    assert [email["to"]["name"] for email in emails("cancelled_coach")] == [people.person("cleo coach").name]


def test_recording_the_debrief_ends_the_meeting(ready, clock):
    offer(clock)
    choose(clock)
    clock.to(meeting().booked.ends)
    case = f"{people.coach_url()}/{people.dana()}"
    ready.let_in(COACH_EMAIL, clock.now())
    held = {"held_on": date(2026, 10, 3).isoformat(), **people.areas_typed(date(2026, 10, 3))}
    clock.to(people.CLOSE + timedelta(days=1))
    ready.let_in(COACH_EMAIL, clock.now()).open(case).post(f"{case}/debrief", held)

    assert meeting().state is MeetingState.HELD


def test_every_act_has_one_audit_line_with_from_and_to(ready, clock):
    offer(clock)
    choose(clock)

    lines = [row["act"] for row in audit_events.of_cohort(people.COHORT) if row["act"].startswith("arranged")]
    assert sorted(lines) == [  # both at the same moment: their order in the trail does not follow from their time
        "arranged the debrief (choose: offered → booked for Monday 21 September 2026, 14:00)",
        "arranged the debrief (offer: waiting → offered)",
    ]
