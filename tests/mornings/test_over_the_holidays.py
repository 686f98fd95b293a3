"""Over the holidays nothing goes out, and afterwards one digest says what is still of use."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from msgspec.structs import replace

from chalicelib.core.model import Cohort
from chalicelib.core.schedule import SessionPlan
from chalicelib.programme.load_cohort import load_cohort
from chalicelib.programme.move_dates import Moved, move, plan
from chalicelib.store import attendance, cohorts, delegates, emails, workshops
from chalicelib.store.emails import EmailState
from tests.mornings.calendar import DANA, MO, utc
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import days_of, sent_emails, sent_rows
from tests.workshops.registers import page

CLOSED = tuple(date(2026, 12, 24) + timedelta(days=n) for n in range(9))  # until 1 January
HOURS = {"start": time(9, 30), "end": time(16), "place": "Room 4", "by": "mo"}
SESSIONS = tuple(SessionPlan("leading_self", date(2026, 12, day), **HOURS) for day in (22, 23))


@pytest.fixture
def taught(visitor, clock):
    """Two days of a workshop, just before the holidays; everyone has their dates."""
    rules = people.programme()
    dates = replace(people.DATES, ends=date(2026, 12, 23), closed=CLOSED)
    cohort = Cohort(
        people.COHORT, "Autumn", rules.id, rules.version, dates, people.SPONSOR, facilitators=(people.FACILITATOR,)
    )
    load_cohort(cohort, rules, (people.entry("dana delegate"),), {}, clock.now(), sessions=SESSIONS)
    for _ in range(4 * 24):
        drain(clock.advance(hours=1))
    return visitor


def catch_up(visitor, session: str, by: str) -> None:
    """Record that Dana was absent, and by when she catches up."""
    url = page(session)
    visitor.open(url).post(url, {people.dana(): "absent"})
    typed = {"who": people.dana(), "go": "set", "what": "Watch the recording.", "by": by}
    assert visitor.open(url).post(f"{url}/catch-up", typed).status == 200


def test_what_falls_due_over_the_holidays_is_one_digest_on_the_first_working_day(taught, clock):
    first, second = (planned_session.id for planned_session in workshops.list_sessions(people.COHORT))
    drain(clock.to(utc("2026-12-24T10:00")))
    taught.let_in(MO, clock.now())
    catch_up(taught, first, by="2027-01-15")
    catch_up(taught, second, by="2026-12-31")
    before = len(sent_emails(DANA))
    drain(clock.to(utc("2026-12-29T10:00")))
    move(plan(people.COHORT, Moved.SURVEY, date(2027, 7, 5), clock.now()), "The audit is later.", "ada", clock.now())
    while clock.now() < utc("2027-01-04T08:30"):
        drain(clock.advance(hours=1))

    (email,) = sent_emails(DANA)[before:]
    assert email.sent_at.date() == date(2027, 1, 4), "the first working day"
    assert days_of("workshops/absent") == ["2027-01-04"]
    rows = [row for row, at in sent_rows(DANA) if at == email.sent_at]
    kinds = sorted(row.partition("#")[0] for row in rows if emails.find(row).state is EmailState.SENT)
    assert kinds == ["programme/dates_moved", "workshops/absent"]
    late = [sent_email for sent_email in map(emails.find, absent_ids()) if sent_email.state is not EmailState.SENT]
    assert len(late) == 1, "the day to catch up by is over: it is dropped, not sent late"


def absent_ids() -> list[str]:
    from chalicelib.store import waiting_emails

    return [id for id in waiting_emails.list_ids(people.dana()) if id.startswith("workshops/absent")]


def test_a_no_in_a_calendar_changes_nothing_and_the_email_says_so(taught, clock):
    """A calendar program answers the From address by email; a person reads it, and the register does not change."""
    entries = [email for email in sent_emails(DANA) if email.row.startswith("workshops/session#")]
    assert len(entries) == 2
    for email in entries:
        assert "We do not see whether you accept or decline in your calendar" in " ".join(email.part("plain").split())
    drain(clock.to(utc("2026-12-22T09:20")))
    taught.let_in(MO, clock.now())
    (first, _) = workshops.list_sessions(people.COHORT)

    assert "Dana Delegate" in taught.open(page(first.id)).page
    assert attendance.from_rows(delegates.load_rows(people.dana())) == {}
    assert cohorts.list_lines(people.COHORT)[0].withdrawn is False
