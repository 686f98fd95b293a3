"""Work is announced after its workshop, reminded of twice at most, and its readers hear on Mondays what is new."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from msgspec.structs import replace

from chalicelib.assignments.emails import after_email
from chalicelib.store import assignments, attendance, delegates
from chalicelib.store.assignments import WorkLine
from chalicelib.store.attendance import Attendance, AttendanceState
from tests.mornings.calendar import CLEO, DANA, DORA, MO, run_until, sent, utc
from tests.support import people
from tests.support.emails import sent_emails
from tests.workshops.registers import DAY_1, DAY_2, id_of

pytestmark = pytest.mark.usefixtures("dated")
# Leading Self is on 13 and 14 October 2026. The vision is due 21 days later, on Wednesday 4 November.


def save_work(name: str, assignment: str, state: str, submitted: str = "", **more: object) -> None:
    at = utc(submitted) if submitted else None
    line = WorkLine(id_of(name), "leading_self", assignment, state, at, submitted_at=at, **more)
    people.write(assignments.save_line(people.COHORT, line))


def mark(name: str, *session_ids: str, state: AttendanceState, **more: object) -> None:
    for id in session_ids:
        people.write(attendance.save(id_of(name), Attendance(id), Attendance(id, state, **more)))


def text_of(kind: str, address: str) -> str:
    email = next(email for email in sent_emails(address) if email.row.startswith(f"{kind}#"))
    return f"{email.subject}\n{' '.join(email.part('plain').split())}"


def test_who_was_there_hears_of_the_tasks_on_the_next_working_day(clock):
    mark("dora delegate", DAY_1, DAY_2, state=AttendanceState.ABSENT)

    run_until(clock, "2026-10-16")

    assert sent("assignments/after", DANA) == ["2026-10-15"]
    assert sent("assignments/after", DORA) == []  # she hears how to catch up once the facilitator has said it
    text = text_of("assignments/after", DANA)
    assert text.startswith("After Leading Self: 2 tasks, by Wednesday 25 November 2026")
    assert "- Write a vision for your service, by Wednesday 4 November 2026" in text


def test_after_a_workshop_only_what_is_left_to_do_is_listed(clock):
    save_work("dana delegate", "vision", "submitted", "2026-10-13T18:00")
    for task in ("vision", "engage"):
        save_work("dora delegate", task, "submitted", "2026-10-13T18:00")

    run_until(clock, "2026-10-16")

    assert text_of("assignments/after", DANA).startswith("After Leading Self: 1 task, by Wednesday 25 November 2026")
    assert "Write a vision" not in text_of("assignments/after", DANA)
    assert sent("assignments/after", DORA) == []


def test_a_task_that_was_due_before_the_workshop_is_not_announced_for_a_day_that_has_passed(clock):
    for task in ("vision", "engage"):
        save_work("dana delegate", task, "draft", extended_to=date(2026, 10, 12))

    run_until(clock, "2026-10-16")

    text = text_of("assignments/after", DANA)
    assert text.startswith("After Leading Self: 2 tasks\n")
    assert "by Monday 12 October" not in text
    assert "Write a vision for your service, was due on Monday 12 October 2026" in text


def test_the_day_is_that_of_the_organisation_and_not_of_london():
    """At nine in Auckland it is still yesterday in London."""
    rules = people.programme()
    rules = replace(rules, organisation=replace(rules.organisation, timezone="Pacific/Auckland"))
    workshop = next(step for step in rules.milestones if step.id == "leading_self")
    now = datetime(2026, 10, 14, 20, tzinfo=UTC)  # the 15th, 9:00
    dana = delegates.find(id_of("dana delegate"))

    email = after_email(rules, dana, workshop, {"vision": date(2026, 10, 14)}, now, None)

    assert "was due on Wednesday 14 October 2026" in email.words["list"]
    assert email.words["by"] == ""


def test_a_task_is_reminded_of_before_and_after_its_day_and_never_a_third_time(clock):
    run_until(clock, "2026-11-20")

    vision = [row for row in sent_rows_of(DANA) if "#vision#" in row]
    assert sorted(row.partition("#")[0] for row in vision) == ["assignments/due", "assignments/late"]
    assert sent("assignments/due", DANA)[:1] == ["2026-10-28"]  # five working days before the 4th
    assert sent("assignments/late", DANA)[:1] == ["2026-11-06"]  # two working days after it


def sent_rows_of(address: str) -> list[str]:
    from tests.support.emails import sent_rows

    return [row for row, _ in sent_rows(address)]


@pytest.mark.parametrize("state", ["submitted", "read", "waived"])
def test_work_that_is_submitted_or_waived_is_not_reminded_of(clock, state):
    run_until(clock, "2026-10-20")
    save_work("dana delegate", "vision", state, "2026-10-20T10:00")

    run_until(clock, "2026-11-14")

    assert [row for row in sent_rows_of(DANA) if "#vision#" in row] == []
    assert [row for row in sent_rows_of(DORA) if "#vision#" in row] != []


def test_work_that_was_submitted_after_the_first_reminder_is_not_called_late(clock):
    run_until(clock, "2026-10-30")
    save_work("dana delegate", "vision", "submitted", "2026-10-30T10:00")

    run_until(clock, "2026-11-14")

    assert [row.partition("#")[0] for row in sent_rows_of(DANA) if "#vision#" in row] == ["assignments/due"]


def test_edge_32_returned_work_is_reminded_of_by_its_new_day(clock):
    run_until(clock, "2026-10-29")
    save_work("dana delegate", "vision", "returned", "2026-10-20T10:00", extended_to=date(2026, 11, 12))

    run_until(clock, "2026-11-18")

    rows = [row for row in sent_rows_of(DANA) if row.endswith("#vision#2026-11-12")]
    assert [row.partition("#")[0] for row in rows] == ["assignments/due", "assignments/late"]
    assert not [row for row in sent_rows_of(DANA) if row.startswith("assignments/late") and row.endswith("2026-11-04")]


def test_edge_37_who_missed_the_workshop_without_a_way_to_catch_up_is_not_asked_for_its_work(clock):
    run_until(clock, "2026-10-15")
    mark("dana delegate", DAY_1, DAY_2, state=AttendanceState.ABSENT)

    run_until(clock, "2026-11-14")

    assert [row for row in sent_rows_of(DANA) if row.startswith("assignments/") and "leading" not in row] == []


def test_who_catches_up_has_until_then(clock):
    run_until(clock, "2026-10-16")
    by = date(2026, 11, 20)
    mark("dana delegate", DAY_1, DAY_2, state=AttendanceState.CATCH_UP, catch_up="Watch it", catch_up_by=by)

    run_until(clock, "2026-11-25")

    assert [row for row in sent_rows_of(DANA) if "#vision#" in row] == [
        "assignments/due#" + f"{id_of('dana delegate')}#vision#2026-11-20",
        "assignments/late#" + f"{id_of('dana delegate')}#vision#2026-11-20",
    ]


def test_a_workshop_that_moves_takes_its_due_days_along(clock):
    from msgspec.structs import replace

    from chalicelib.store import workshops
    from tests.workshops.registers import SESSIONS

    run_until(clock, "2026-10-08")
    later = [
        replace(session, plan=replace(session.plan, date=date(2026, 10, 20 + n)))
        for n, session in enumerate(SESSIONS[:2])
    ]
    people.write(*map(workshops.save, later))

    run_until(clock, "2026-11-14")

    assert sent("assignments/after", DANA) == ["2026-10-22"]
    vision = [row for row in sent_rows_of(DANA) if row.startswith("assignments/due") and "#vision#" in row]
    assert [row[-10:] for row in vision] == ["2026-11-11"]


def test_readers_hear_on_monday_what_came_in_the_week_and_nothing_otherwise(clock):
    run_until(clock, "2026-10-22")
    save_work("dana delegate", "vision", "submitted", "2026-10-22T10:00")
    save_work("dora delegate", "vision", "submitted", "2026-10-23T10:00")

    run_until(clock, "2026-11-12")

    assert sent("assignments/to_read", CLEO) == ["2026-10-26"]
    assert sent("assignments/to_read_facilitator", MO) == ["2026-10-26"]
    text = text_of("assignments/to_read", CLEO)
    assert text.startswith("New work to read: 2")
    assert "Dana Delegate: Write a vision for your service, since Thursday 22 October 2026" in text


def test_work_that_was_read_meanwhile_is_not_new(clock):
    run_until(clock, "2026-10-22")
    save_work("dana delegate", "vision", "read", "2026-10-22T10:00")

    run_until(clock, "2026-10-28")

    assert sent("assignments/to_read", CLEO) == []


def test_a_bank_holiday_monday_moves_the_email_to_the_tuesday(clock):
    from msgspec.structs import replace

    from chalicelib.store import cohorts

    last = cohorts.find_load(people.COHORT)
    dates = replace(last.cohort.dates, closed=(date(2026, 10, 26),))
    people.write(*cohorts.change_dates(last, dates))
    run_until(clock, "2026-10-22")
    save_work("dana delegate", "vision", "submitted", "2026-10-22T10:00")

    run_until(clock, "2026-11-03")

    assert sent("assignments/to_read", CLEO) == ["2026-10-27"]
