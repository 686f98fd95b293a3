"""What is not recorded of a workshop is in the administrators' list until it is, and is emailed once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from chalicelib.admin.home import Need, list_needs
from chalicelib.core.state_machine import By
from chalicelib.store import cohorts, delegates, workshops
from chalicelib.store.attendance import AttendanceState as State
from chalicelib.workshops.console import open_registers
from chalicelib.workshops.mark import Actor, save_marks, set_catch_up
from tests.admin.test_overdue import HOME
from tests.support import people
from tests.workshops.registers import DAY_1, DAY_2, id_of, session
from tests.workshops.registers import dated as dated

REGISTER_LATE = datetime(2026, 10, 21, 8, tzinfo=UTC)  # 09:00 in London, 5 working days after the second day
ABSENCE_LATE = datetime(2026, 10, 28, tzinfo=UTC)  # the 10th working day after the first day is over
NEXT_MORNING = ABSENCE_LATE + timedelta(days=1)
EVERYONE = ("dana", "dora", "dev")
ADA = Actor(By.ADMINISTRATOR, "ada@example.org", "Mo said so")


def mark(session: str, now: datetime, **states: State) -> None:
    chosen = {id_of(f"{name} delegate"): state for name, state in states.items()}
    save_marks(open_registers(people.COHORT).one(session), chosen, ADA, now)


def all_came(session: str, now: datetime) -> None:
    mark(session, now, **dict.fromkeys(EVERYONE, State.ATTENDED))


def listed(now: datetime) -> list[Need]:
    about_workshops = "register", "missed"
    needs = [need for needs in list_needs(now).values() for need in needs]
    return [need for need in needs if any(word in need.what for word in about_workshops)]


def test_a_register_is_listed_from_the_morning_of_its_email_until_it_is_filled_in(dated):
    assert listed(REGISTER_LATE - timedelta(seconds=1)) == []

    (need,) = listed(REGISTER_LATE)
    assert "3 people" in need.what
    assert need.path.endswith(f"/register/{DAY_1}")

    all_came(DAY_1, REGISTER_LATE)
    (need,) = listed(REGISTER_LATE)
    assert need.path.endswith(f"/register/{DAY_2}")

    all_came(DAY_2, REGISTER_LATE)
    assert listed(REGISTER_LATE) == []


def test_an_absence_is_listed_once_the_facilitator_cannot_settle_it_until_it_is_settled(dated):
    mark(DAY_1, REGISTER_LATE, dana=State.ABSENT, dora=State.ABSENT, dev=State.ATTENDED)
    all_came(DAY_2, REGISTER_LATE)
    assert listed(ABSENCE_LATE - timedelta(seconds=1)) == []

    (need,) = listed(ABSENCE_LATE)
    assert "2 people" in need.what
    assert need.path.endswith(f"/register/{DAY_1}")

    agreed = {"what": "Watch the recording", "by": "2026-11-13"}
    set_catch_up(open_registers(people.COHORT).one(DAY_1), id_of("dana delegate"), agreed, ADA, ABSENCE_LATE)
    (need,) = listed(ABSENCE_LATE)
    assert "1 person" in need.what

    mark(DAY_1, ABSENCE_LATE, dora=State.EXCUSED)
    assert listed(ABSENCE_LATE) == []


def test_nothing_is_late_of_who_left_or_after_the_pages_have_ended(dated):
    all_came(DAY_2, REGISTER_LATE)
    mark(DAY_1, REGISTER_LATE, dora=State.ATTENDED, dev=State.ATTENDED)
    assert listed(REGISTER_LATE.replace(year=2028, month=5)) != []
    assert listed(REGISTER_LATE.replace(year=2029)) == []

    gone = cohorts.change_line(delegates.find(id_of("dana delegate")), put={"withdrawn": True})
    people.write(gone)

    assert listed(REGISTER_LATE) == []


def test_a_register_causes_no_second_email_and_an_absence_one(dated):
    (register,) = listed(REGISTER_LATE)
    assert register.was_emailed  # by workshops/overdue, on this very morning

    mark(DAY_1, REGISTER_LATE, dana=State.ABSENT, dora=State.ATTENDED, dev=State.ATTENDED)
    all_came(DAY_2, REGISTER_LATE)
    assert [[need.was_emailed for need in listed(at)] for at in (ABSENCE_LATE, NEXT_MORNING)] == [[False], [True]]


def test_an_absence_is_emailed_on_a_monday_after_its_register_closed_on_a_friday(dated):
    people.write(*(workshops.save(session(id, "leading_self", date(2026, 10, 16))) for id in (DAY_1, DAY_2)))
    mark(DAY_1, REGISTER_LATE, dana=State.ABSENT, dora=State.ATTENDED, dev=State.ATTENDED)
    all_came(DAY_2, REGISTER_LATE)
    saturday = datetime(2026, 10, 31, tzinfo=UTC)

    listed_on = [listed(saturday + timedelta(days=n, hours=8, minutes=50)) for n in range(4)]
    assert [[need.was_emailed for need in needs] for needs in listed_on] == [[False], [False], [False], [True]]


def test_an_absence_is_listed_while_another_day_of_the_workshop_is_to_come(dated):
    people.write(workshops.save(session(DAY_2, "leading_self", date(2026, 12, 10))))
    mark(DAY_1, REGISTER_LATE, dana=State.ABSENT, dora=State.ATTENDED, dev=State.ATTENDED)

    (need,) = listed(ABSENCE_LATE)
    assert need.path.endswith(f"/register/{DAY_1}")
    assert not need.was_emailed


def test_the_link_leads_to_a_register_that_can_be_filled_in(dated, visitor, clock):
    clock.to(REGISTER_LATE)
    visitor.let_in_administrator(clock.now()).open(HOME)
    (register, *_) = visitor.links(f"register/{DAY_1}")
    visitor.open(register)

    assert visitor.status == 200
    assert id_of("dana delegate") in visitor.page
