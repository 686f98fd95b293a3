"""A delegate gets at most two digests a week. What can wait goes out on Monday, and nothing misses its deadline."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from chalicelib.store import emails
from chalicelib.store.emails import Email
from chalicelib.store.table import transact
from tests.emails.samples import SAM, make_email
from tests.support import people
from tests.support.clock import MONDAY
from tests.support.drain import drain
from tests.support.emails import sent_rows

DAY = timedelta(days=1)
NEWS, OF_COACH = "assignments/read", "report/ready"


@pytest.fixture(autouse=True)
def _cohort(aws, clock):
    people.load(clock.now())


def news(name: str, day: int, kind: str = NEWS, good_until: datetime | None = None) -> Email:
    """Return an email to Sam that is due on a day after Monday."""
    due_at, about = MONDAY + day * DAY, {"cohort": people.COHORT}
    return replace(
        make_email(kind, name), due_at=due_at, about=about, good_until=good_until, in_digest=f"{due_at:%Y-%m-%d}"
    )


def sent(*new: Email, until: int = 14) -> dict[str, int]:
    """Store emails, let days pass, and return on which day after Monday each went out."""
    transact(emails.add_all(new))
    for day in range(until):
        for minute in (0, 1, 2):
            drain(MONDAY + day * DAY + timedelta(minutes=minute))
    return {row.rpartition("#")[2]: (at.date() - MONDAY.date()).days for row, at in sent_rows(SAM.email)}


def test_the_third_digest_of_a_week_waits_for_monday():
    assert sent(news("one", 0), news("two", 1), news("three", 2)) == {"one": 0, "two": 1, "three": 7}


def test_what_waits_goes_out_with_what_is_due_then_and_counts_there():
    new = (news("one", 0), news("two", 1), news("three", 2), news("four", 4), news("five", 7), news("six", 8))

    assert sent(*new) == {"one": 0, "two": 1, "three": 7, "four": 7, "five": 7, "six": 8}
    assert len({at for row, at in sent_rows(SAM.email) if row.rpartition("#")[2] in ("three", "four", "five")}) == 1


def test_several_on_one_day_are_one_digest():
    assert sent(news("one", 0), news("two", 0), news("three", 1)) == {"one": 0, "two": 0, "three": 1}


def test_what_would_come_too_late_goes_out_and_takes_the_others_along():
    new = (news("one", 0), news("two", 1), news("three", 2), news("four", 2, good_until=MONDAY + 5 * DAY))

    assert sent(*new) == {"one": 0, "two": 1, "three": 2, "four": 2}


@pytest.mark.parametrize(("ends", "goes"), [(7, 2), (8, 2), (9, 7), (12, 7)])
def test_what_would_have_less_than_two_working_days_left_on_monday_does_not_wait(ends, goes):
    """A workshop on the Monday or Tuesday is not announced on its day or the day before."""
    new = (news("one", 0), news("two", 1), news("three", 2, good_until=MONDAY + ends * DAY))

    assert sent(*new)["three"] == goes


def test_other_roles_of_the_reader_have_no_cap():
    new = (news("one", 0), news("two", 1), news("three", 2, OF_COACH), news("four", 3, OF_COACH))

    assert sent(*new) == {"one": 0, "two": 1, "three": 2, "four": 3}


def test_a_day_off_is_not_the_next_monday(clock):
    cohort = replace(people.DATES, closed=((MONDAY + 7 * DAY).date(),))
    from chalicelib.core.model import Cohort
    from chalicelib.programme.load_cohort import load_cohort

    rules = people.programme()
    load_cohort(
        Cohort(people.COHORT, "Autumn cohort", rules.id, rules.version, cohort, people.SPONSOR),
        rules,
        (people.entry("dana delegate"),),
        {},
        clock.now(),
        sessions=(),
    )

    assert sent(news("one", 0), news("two", 1), news("three", 2))["three"] == 8


def test_a_notice_of_moved_dates_does_not_wait():
    new = (news("one", 0), news("two", 1), news("moved", 2, kind="programme/dates_moved"))

    assert sent(*new) == {"one": 0, "two": 1, "moved": 2}
