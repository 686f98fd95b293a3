"""A new line manager learns at once on which days of workshops the delegate is away."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.core.calendar import local_moment
from chalicelib.store import emails, workshops
from chalicelib.store.table import transact
from chalicelib.workshops.emails.about_dates import MANAGER_DATES, manager_email
from tests.people import scene
from tests.people.scene import NEW_MANAGER, NORA
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_emails
from tests.support.world import all_rows
from tests.workshops import dates


def days_sent() -> list[str]:
    """Return the ids of the emails with days to the new line manager."""
    rows = [row for row in all_rows() if row["pk"].startswith(f"MAIL#{MANAGER_DATES.name}#")]
    return [row["id"] for row in rows if row["sk"] == "MAIL" and row["to"]["email"] == NORA]


def text() -> str:
    return " ".join(" ".join(email.part("plain").split()) for email in sent_emails(NORA))


def test_a_new_line_manager_is_sent_the_days_with_the_notice(aws, clock):
    scene.open_cohort(clock)
    planned = scene.change(clock, "manager", **NEW_MANAGER)

    assert [email.email for email in planned.emails if "workshops" in email.what] == [NORA]
    assert len(sent_emails(NORA)) == 1, "one email holds both"
    for plan in dates.BOTH:
        assert f"{plan.date:%A} {plan.date.day} {plan.date:%B %Y}" in text()


def test_back_and_forth_sends_the_days_to_each_who_is_named(aws, clock):
    scene.open_cohort(clock)
    mara = people.person("mara manager")
    for person in (NEW_MANAGER, {"manager_name": mara.name, "manager_email": mara.email}, NEW_MANAGER):
        scene.change(clock, "manager", **person)
        drain(clock.advance(days=1))

    assert len(days_sent()) == 2


@pytest.mark.parametrize("sessions", [(), dates.BOTH])
def test_without_workshops_to_come_no_days_are_sent(aws, clock, sessions):
    scene.open_cohort(clock, sessions=sessions)
    if sessions:
        drain(clock.to(local_moment(dates.BOTH[-1].date + timedelta(days=1), 12, "Europe/London")))
    planned = scene.change(clock, "manager", **NEW_MANAGER)
    assert not days_sent()
    assert not [email for email in planned.emails if "workshops" in email.what]


def test_days_that_wait_for_the_former_line_manager_go_to_the_new_one_alone(aws, clock):
    scene.open_cohort(clock)
    delegate, later = scene.found().delegate, clock.now() + timedelta(hours=2)
    seats = workshops.find_seats([delegate.id], workshops.list_sessions(people.COHORT))[delegate.id]
    waits = manager_email(people.programme(), delegate, [*seats.values()], later, is_first=False)
    transact(emails.add(waits))
    scene.change(clock, "manager", **NEW_MANAGER)
    drain(later + timedelta(minutes=5))

    assert emails.find(waits.id).to.email == NORA
    assert not days_sent()
    assert text().count("away") == 2, "in what a line manager is asked, and in the days"
