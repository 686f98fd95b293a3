"""The dates on a delegate's page, how to join, and “Add to calendar”."""

from __future__ import annotations

import html
from datetime import UTC, datetime

import pytest
import vobject
from msgspec.structs import replace

from chalicelib.core.model import Material
from chalicelib.links import signing
from chalicelib.links.kinds import HUB
from chalicelib.store import cohorts, delegates, workshops
from chalicelib.workshops.joining import list_joining
from tests.support import people
from tests.support.drain import drain
from tests.workshops import dates
from tests.workshops.dates import BOTH, FIRST, SECOND, events, plan

pytestmark = pytest.mark.usefixtures("aws")


def delegate():
    (line,) = cohorts.list_lines(people.COHORT)
    return delegates.find(line.delegate_id)


def hub() -> str:
    return signing.url(f"/hub/{HUB.token(delegate())}")


def workshop() -> str:
    return f"{hub()}/milestone/leading_self"


def words(page: str) -> str:
    return " ".join(html.unescape(page).split())


def test_the_page_shows_when_where_and_how_to_join(visitor, clock):
    dates.announce(clock, sessions=(FIRST, replace(SECOND, place="", link="https://video.example.org/abc")))
    page = words(visitor.open(workshop()).page)

    assert "Thursday 22 October 2026, 09:30 to 16:30" in page
    assert "London time · day 1 of 2" in page
    assert "Education Centre, Room 4" in page
    assert 'href="https://video.example.org/abc"' in page
    assert 'search?query=Education%20Centre%2C%20Room%204"' in page
    assert len(visitor.links("/calendar/")) == 2


def test_a_cancelled_session_is_shown_as_cancelled_and_one_that_is_over_has_no_way_to_join(visitor, clock):
    dates.announce(clock)
    dates.change(clock, FIRST)
    visitor.open(workshop())
    assert "Friday 23 October 2026, 09:30 to 16:30" in visitor.said("cancelled")
    assert len(visitor.links("/calendar/")) == 1

    clock.to(datetime(2026, 10, 22, 16, tzinfo=UTC))
    visitor.open(workshop())
    assert 'data-state="over"' in visitor.page
    assert visitor.links("/calendar/") == []


@pytest.mark.parametrize(("at", "is_shown"), [("2026-10-16T22:00:00Z", 1), ("2026-10-16T23:30:00Z", 2)])
def test_materials_are_shown_from_their_local_day(clock, at, is_shown):
    dates.announce(clock)
    rules = people.programme()
    reader = Material("Reader", "https://example.org/reader.pdf", 5)
    always = Material("Map", "https://example.org/map.pdf")
    first = replace(rules.milestones[0], materials=(reader, always), bring="Your report")
    rules = replace(rules, milestones=(first, *rules.milestones[1:]))

    joining = list_joining(workshops.list_sessions(people.COHORT), rules, datetime.fromisoformat(at))["leading_self"]

    assert len(joining.materials) == is_shown
    assert joining.bring == "Your report"


def calendar(visitor, number: int = 0):
    visitor.open(workshop())
    visitor.open(visitor.links("/calendar/")[number])
    assert visitor.status == 200
    assert visitor.headers["Content-Type"].startswith("text/calendar")
    return vobject.readOne(visitor.page)


def test_add_to_calendar_is_the_entry_that_was_emailed_without_an_attendee(visitor, clock):
    dates.announce(clock)
    dates.change(clock, FIRST, replace(SECOND, place="Library"))
    dates.in_a_week(clock)
    downloaded = calendar(visitor, 1)

    assert downloaded.method.value == "PUBLISH"
    assert "attendee" not in downloaded.vevent.contents
    sent = events()[-1][1]
    assert (downloaded.vevent.uid.value, downloaded.vevent.sequence.value) == (sent.uid.value, "1")
    assert downloaded.vevent.location.value == "Library"
    assert downloaded.vevent.organizer.value == sent.organizer.value
    assert 'filename="leading-self-day-2-of-2.ics"' in visitor.headers["Content-Disposition"]


def test_a_file_that_is_downloaded_before_the_email_has_its_uid(visitor, clock):
    dates.load(clock)
    drain(clock.now())
    early = calendar(visitor).vevent
    drain(clock.to(dates.NEXT_MORNING))

    assert (early.uid.value, early.sequence.value) == (events()[0][1].uid.value, "0")


def test_a_session_that_is_not_planned_has_no_file(visitor, clock):
    dates.announce(clock)
    session = dates.sessions()[1].id
    dates.change(clock, FIRST)

    for unknown in (session, "nothing"):
        assert visitor.open(f"{hub()}/calendar/{unknown}").status == 404


def test_the_page_without_dates_is_as_before(visitor, clock):
    dates.announce(clock, sessions=())
    page = visitor.open(workshop()).page

    assert "Leading Self" in page
    assert visitor.links("/calendar/") == []


def test_sessions_of_another_workshop_are_listed_with_it(clock):
    dates.announce(clock, sessions=(*BOTH, plan("2026-11-12", milestone="leading_others")))
    joinings = list_joining(workshops.list_sessions(people.COHORT), people.programme(), clock.now())

    assert [len(joinings[step.id].sessions) for step in people.programme().milestones] == [2, 1, 0]
    assert joinings["leading_others"].sessions[0].title == "Leading Others"
