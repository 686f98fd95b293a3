"""Emails before and after a workshop go out on the mornings that are planned, as long as there is a reason."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from msgspec.structs import replace

from chalicelib.core.working_days import working_days
from chalicelib.mornings.jobs import first_job
from chalicelib.store import jobs, workshops
from chalicelib.store.attendance import Attendance, AttendanceState, save
from chalicelib.store.table import Key, Missing, query, transact, update
from infra.local import outbox
from infra.local.account import ADMINISTRATOR
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_emails, sent_rows
from tests.workshops.registers import DAY_1, DAY_2, MO, NAMES, SESSIONS, id_of

pytestmark = pytest.mark.usefixtures("dated")
DANA = people.person("dana delegate").email
END = datetime(2026, 12, 31, tzinfo=UTC)


def sent(kind: str, address: str) -> list[str]:
    """When emails of a kind were sent to an address: local days."""
    moments = [at for row, at in sent_rows(address) if row.startswith(f"workshops/{kind}#")]
    assert all(f"{at:%H:%M}" in ("08:00", "09:00") for at in moments), "in the morning"
    return [f"{at:%Y-%m-%d}" for at in moments]


def run_until(clock, end: datetime) -> None:
    """Step through every morning: 09:00 in London is 08:00 or 09:00 in UTC."""
    while clock.now() < end:
        drain(clock.advance(hours=1))


def mark_everyone(*session_ids: str) -> None:
    for name in NAMES:
        for id in session_ids:
            transact([save(id_of(name), Attendance(id), Attendance(id, AttendanceState.ATTENDED))])


def test_everyone_is_emailed_on_the_mornings_of_the_plan(clock):
    run_until(clock, datetime(2026, 10, 31, tzinfo=UTC))

    assert sent("joining", DANA) == ["2026-09-22", "2026-10-27"]  # 15 working days before 13 October, 17 November
    assert sent("starts", DANA) == ["2026-10-09"]  # a Friday: two working days before Tuesday 13 October
    assert sent("away", people.person("mara manager").email) == ["2026-10-06"] * 3  # five working days before
    assert sent("prepare", MO) == ["2026-09-22", "2026-10-27"]
    assert sent("runs", MO) == ["2026-10-09"]
    assert sent("register", MO) == ["2026-10-16"]  # two working days after the second day, 14 October
    assert sent("overdue", ADMINISTRATOR) == ["2026-10-21"]


@pytest.mark.made_up_rows
def test_a_workshop_with_a_damaged_session_is_left_out_and_the_other_is_not(clock):
    """The dates in these emails would be those of the second day."""
    (key,) = [Key(row["pk"], row["sk"]) for row in query(f"COHORT#{people.COHORT}") if row["sk"].endswith(DAY_1)]
    transact([update(key, remove=["plan"], refusal=Missing)])

    run_until(clock, datetime(2026, 10, 31, tzinfo=UTC))

    assert sent("joining", DANA) == ["2026-10-27"]
    assert [sent(kind, DANA) for kind in ("starts", "away")] == [[], []]
    failed = [job for job in jobs.failed() if job.kind == "morning"]
    assert failed
    assert all(key.sk in job.error for job in failed)


def test_no_one_is_reminded_of_a_register_that_is_filled_in(clock):
    run_until(clock, datetime(2026, 10, 15, tzinfo=UTC))
    mark_everyone(DAY_1, DAY_2)

    run_until(clock, datetime(2026, 10, 31, tzinfo=UTC))

    assert (sent("register", MO), sent("overdue", ADMINISTRATOR)) == ([], [])


def test_one_day_that_lacks_people_is_enough_for_a_reminder(clock):
    run_until(clock, datetime(2026, 10, 15, tzinfo=UTC))
    mark_everyone(DAY_1)

    run_until(clock, datetime(2026, 10, 20, tzinfo=UTC))

    assert sent("register", MO) == ["2026-10-16"]
    (email,) = [email for email in sent_emails(MO) if email.row.startswith("workshops/register#")]
    assert "3 people are not recorded yet" in email.part("plain").replace("\n", " ")


def test_a_workshop_that_moves_is_announced_for_its_new_days(clock):
    run_until(clock, datetime(2026, 10, 1, tzinfo=UTC))
    moved = [
        replace(session, plan=replace(session.plan, date=date(2026, 10, 27 + n)))
        for n, session in enumerate(SESSIONS[:2])
    ]
    days = working_days(people.programme().organisation)
    people.write(*map(workshops.save, moved), first_job(people.COHORT, "load-2", days, clock.now()))

    run_until(clock, datetime(2026, 11, 6, tzinfo=UTC))

    assert sent("starts", DANA) == ["2026-10-23"]  # not on the 9th: two working days before Tuesday the 27th
    assert sent("register", MO) == ["2026-10-30"]


def test_a_cancelled_workshop_is_not_announced(clock):
    run_until(clock, datetime(2026, 10, 1, tzinfo=UTC))
    people.write(*(workshops.save(replace(session, cancelled=True)) for session in SESSIONS[:2]))

    run_until(clock, datetime(2026, 10, 24, tzinfo=UTC))

    assert (sent("starts", DANA), sent("register", MO), sent("overdue", ADMINISTRATOR)) == ([], [], [])


def test_after_an_outage_what_is_too_late_is_left_out(clock):
    """The function was down from before the announcement until after the workshop had begun."""
    drain(clock.to(datetime(2026, 10, 13, 12, tzinfo=UTC)))

    kinds = {row.partition("#")[0] for row, _ in sent_rows(DANA)}
    assert not kinds & {"workshops/joining", "workshops/starts"}


def test_after_an_outage_one_email_is_enough(clock):
    drain(clock.to(datetime(2026, 10, 12, 8, tzinfo=UTC)))

    kinds = [row.partition("#")[0] for row, _ in sent_rows(DANA)]
    assert (kinds.count("workshops/joining"), kinds.count("workshops/starts")) == (0, 1)


def test_a_delegate_who_has_left_gets_nothing(clock):
    from chalicelib.people import leave

    leave.leave(id_of("dana delegate"), clock.now(), ADMINISTRATOR)

    run_until(clock, datetime(2026, 10, 14, tzinfo=UTC))

    assert sent("joining", DANA) == sent("starts", DANA) == []
    assert len(sent("joining", people.person("dora delegate").email)) == 1


def test_no_email_is_sent_twice_and_the_job_ends_with_the_programme(clock):

    run_until(clock, datetime(2026, 11, 26, tzinfo=UTC))
    subjects = [str(email.message["Subject"]) for email in outbox.accepted() if email.row.startswith("workshops/")]
    assert len(subjects) == len({(email.row) for email in outbox.accepted() if email.row.startswith("workshops/")})
