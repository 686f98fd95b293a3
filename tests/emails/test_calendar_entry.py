"""A calendar entry as calendars read it: golden files, a second parser, clock changes, and hostile words."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime, time
from email.message import EmailMessage
from pathlib import Path

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.core.calendar_entry import CalendarEntry
from chalicelib.core.settings import settings
from chalicelib.emails import compose
from chalicelib.emails.calendar_entry import CalendarUser, build_download, build_request
from chalicelib.emails.create import create_email
from chalicelib.store.emails import Email, add
from chalicelib.store.emails import find as find_email
from chalicelib.store.table import transact
from tests.emails.samples import make_email
from tests.emails.test_mime import NASTY, parsed
from tests.support.clock import MONDAY

GOLDEN = Path(__file__).parent / "golden"
ENTRY = CalendarEntry(
    uid="leading_self-1.k3jx9qmw7s@programmes.example.org",
    sequence=2,
    starts=datetime(2026, 3, 30, 8, 30, tzinfo=UTC),
    ends=datetime(2026, 3, 30, 15, 30, tzinfo=UTC),
    title="Leading Self, day 1 of 2",
    place="Education Centre, Room 4; ground floor",
    description="Monday 30 March 2026, 09:30 to 16:30 (Europe/London)\nBring: your report",
)
ORGANISER = CalendarUser("Maximising Potential", "feedback@programmes.example.org")
SAM = CalendarUser("Sam O'Brien", "sam.obrien@northfold.example.org")
PAGE = "https://programmes.example.org/api/hub/token"
FORBIDDEN = ("VTIMEZONE", "VALARM", "X-WR", "TZID", "RRULE")


def request(entry: CalendarEntry = ENTRY, organiser: CalendarUser = ORGANISER, attendee: CalendarUser = SAM) -> str:
    return build_request(entry, organiser=organiser, attendee=attendee, page=PAGE, now=MONDAY).text


def unfold(text: str) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")


def with_entry(entry: CalendarEntry = ENTRY, **words: str) -> Email:
    return replace(make_email(**words), entry=entry)


def composed(email: Email) -> EmailMessage:
    return parsed(compose.compose_message(email, settings(), MONDAY))


def calendar_part(message: EmailMessage) -> EmailMessage:
    (calendar,) = (part for part in message.walk() if part.get_content_type() == "text/calendar")
    return calendar


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("request", request()),
        ("video", request(replace(ENTRY, sequence=0, place="", link="https://video.example.org/abc"))),
        ("cancel", request(replace(ENTRY, sequence=3, cancelled=True))),
        ("download", build_download(ENTRY, organiser=ORGANISER, page=PAGE, now=MONDAY).text),
    ],
)
def test_an_entry_is_written_as_in_the_golden_file(name, text):
    """UPDATE_GOLDEN=1 writes the files again: look at the difference."""
    golden = GOLDEN / f"{name}.ics"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_bytes(text.encode())

    assert text.encode() == golden.read_bytes()
    assert not any(word in text for word in FORBIDDEN)
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75


def test_a_second_parser_reads_every_property_back():
    event = vobject.readOne(request()).vevent

    assert event.dtstart.value == ENTRY.starts
    assert event.dtend.value == ENTRY.ends
    assert event.summary.value == ENTRY.title
    assert event.location.value == ENTRY.place
    assert ENTRY.description in event.description.value
    assert PAGE in event.description.value
    assert (event.uid.value, event.sequence.value) == (ENTRY.uid, "2")
    assert event.dtstamp.value == event.contents["last-modified"][0].value == MONDAY
    assert event.organizer.value == "mailto:feedback@programmes.example.org"
    assert (event.status.value, event.transp.value) == ("CONFIRMED", "OPAQUE")
    assert event.contents["class"][0].value == "PRIVATE"
    (attendee,) = event.attendee_list
    assert attendee.value == "mailto:sam.obrien@northfold.example.org"
    assert attendee.params == {
        "CN": ["Sam O'Brien"],
        "CUTYPE": ["INDIVIDUAL"],
        "ROLE": ["REQ-PARTICIPANT"],
        "PARTSTAT": ["NEEDS-ACTION"],
        "RSVP": ["FALSE"],
    }


@pytest.mark.parametrize(
    ("day", "utc"),
    [("2026-03-27", "0930"), ("2026-03-30", "0830"), ("2026-10-23", "0830"), ("2026-10-26", "0930")],
)
def test_half_past_nine_in_london_is_written_in_utc(day, utc):
    from zoneinfo import ZoneInfo

    starts = datetime.combine(datetime.fromisoformat(day), time(9, 30), ZoneInfo("Europe/London")).astimezone(UTC)
    text = request(replace(ENTRY, starts=starts, ends=starts.replace(hour=15)))

    assert f"DTSTART:{day.replace('-', '')}T{utc}00Z" in text


def test_a_video_link_is_the_location_because_outlook_shows_that():
    event = vobject.readOne(request(replace(ENTRY, place="", link="https://video.example.org/abc"))).vevent

    assert event.location.value == event.url.value == "https://video.example.org/abc"


def test_a_download_names_no_attendee():
    calendar = vobject.readOne(build_download(ENTRY, organiser=ORGANISER, page=PAGE, now=MONDAY).text)

    assert calendar.method.value == "PUBLISH"
    assert "attendee" not in calendar.vevent.contents


@given(NASTY, NASTY, NASTY)
def test_with_any_words_the_event_has_its_properties_and_no_others(title, place, name):
    entry = replace(ENTRY, title=title, place=place, description=f"{title}\n{place}")
    text = request(entry, CalendarUser(title, ORGANISER.address), CalendarUser(name, SAM.address))

    names = [re.split("[:;]", line)[0] for line in unfold(text) if line]
    assert sorted({*names, "LOCATION"}) == sorted({re.split("[:;]", line)[0] for line in unfold(request()) if line})
    assert names.count("ATTENDEE") == names.count("ORGANIZER") == names.count("BEGIN") - 1 == 1
    assert vobject.readOne(text).vevent.uid.value == ENTRY.uid
    assert "^" not in "".join(line for line in unfold(text) if line.startswith(("ATTENDEE", "ORGANIZER")))


pytestmark = pytest.mark.usefixtures("aws")


@pytest.mark.parametrize(("cancelled", "method"), [(False, "REQUEST"), (True, "CANCEL")])
def test_the_method_is_in_the_header_and_in_the_body_of_one_email(cancelled, method):
    message = composed(with_entry(replace(ENTRY, cancelled=cancelled)))
    inline = calendar_part(message)

    assert message.get_content_type() == "multipart/mixed"
    alternatives, attached = message.iter_parts()
    assert [part.get_content_type() for part in alternatives.iter_parts()] == [
        "text/plain",
        "text/html",
        "text/calendar",
    ]
    assert (inline["Content-Type"].params["method"], inline.get_content_charset()) == (method, "utf-8")
    assert inline["Content-Transfer-Encoding"] == "base64"
    assert f"METHOD:{method}\r\n" in inline.get_payload(decode=True).decode()
    assert (attached.get_content_type(), attached.get_filename()) == ("application/ics", "invite.ics")
    assert attached.get_payload(decode=True) == inline.get_payload(decode=True)


def test_the_organiser_is_the_from_address_and_the_attendee_the_reader():
    message = composed(with_entry())
    event = vobject.readOne(calendar_part(message).get_payload(decode=True).decode()).vevent

    assert event.organizer.value == f"mailto:{message['From'].addresses[0].addr_spec}"
    assert event.organizer.params["CN"] == ["Maximising Potential"]
    assert event.attendee.value == f"mailto:{message['To'].addresses[0].addr_spec}"
    assert next(iter(compose.context(make_email())["links"].values())) in event.description.value.replace("\n", "")


def test_a_title_with_a_comma_quotes_an_emoji_and_a_line_break_stays_one_title():
    title = 'Leading, "Self"\r\n\N{ROCKET} together'
    message = composed(with_entry(replace(ENTRY, title=title), programme=title, from_name=title))
    text = calendar_part(message).get_payload(decode=True).decode()
    event = vobject.readOne(text).vevent

    assert 'SUMMARY:Leading\\, "Self" \N{ROCKET} together' in unfold(text)
    assert event.summary.value == 'Leading, "Self" \N{ROCKET} together'
    assert event.organizer.params["CN"] == ["Leading, Self \N{ROCKET} together"]
    assert message["From"].addresses[0].display_name == 'Leading, "Self" \N{ROCKET} together'
    assert "\r\nleading" not in message.as_string().lower()


def test_an_email_without_an_entry_has_text_and_html_only():
    message = composed(make_email())

    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


@given(st.integers(0, 10_000))
def test_an_entry_comes_back_from_the_store_as_it_was(sequence):
    email = replace(with_entry(replace(ENTRY, sequence=sequence)), id=f"collect/invitation#{sequence}")
    if find_email(email.id) is None:
        transact(add(email))

    assert find_email(email.id).entry == email.entry


def test_a_kind_with_an_entry_refuses_an_email_without_one():
    from chalicelib.emails.kinds import find_kind

    kind = replace(find_kind("collect/invitation"), has_entry=True)
    email = make_email()

    with pytest.raises(KeyError, match="calendar entry"):
        create_email(
            kind,
            "x",
            to=email.to,
            due_at=MONDAY,
            words=email.words,
            links=email.links,
            about=email.about,
        )
