"""After any changes in any order, what was sent last is what is stored, and sequences rise."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.core.calendar_entry import CalendarEntry
from chalicelib.core.schedule import Session, SessionPlan
from chalicelib.store.workshops import Seat
from chalicelib.workshops.notices import NoticeKind, Reader, list_notices, when_of
from tests.support import people

NOW = datetime(2026, 9, 7, 9, tzinfo=UTC)
FIRST_DAY = date(2026, 10, 1)
PLACES = ("Room 4", "Library")
ADDRESSES = ("dana@example.org", "dana.delegate@example.org")


class Sent:
    """What one delegate's calendars were sent, in order."""

    def __init__(self) -> None:
        self.sessions: list[Session] = []
        self.seats: dict[str, Seat] = {}
        self.emails: list[tuple[str, CalendarEntry]] = []
        self.reader = Reader("delegate", ADDRESSES[0])

    def add(self, day: int) -> None:
        plan = SessionPlan("leading_self", FIRST_DAY + timedelta(days=day), time(9, 30), time(16, 30), PLACES[0])
        self.sessions.append(Session(f"s{len(self.sessions)}", "autumn", "Europe/London", plan))

    def change(self, number: int, day: int, place: int) -> None:
        if self.sessions:
            where = number % len(self.sessions)
            session = self.sessions[where]
            plan = replace(session.plan, date=FIRST_DAY + timedelta(days=day), place=PLACES[place])
            self.sessions[where] = session if session.cancelled else replace(session, plan=plan)

    def cancel(self, number: int) -> None:
        if self.sessions:
            where = number % len(self.sessions)
            self.sessions[where] = replace(self.sessions[where], cancelled=True)

    def send(self) -> None:
        """Run the job as it runs: two rounds at most."""
        for _ in range(2):
            for notice in self.notices():
                self.seats[notice.session.id] = notice.after
                self.emails.append((notice.after.address, notice.entry))
        assert self.notices() == [], "everything was sent"

    def notices(self):
        return list_notices(people.programme(), self.sessions, self.reader, self.seats, "example.org", NOW)

    def shown(self, address: str) -> list[tuple[datetime, str]]:
        """Return what a calendar at an address shows: of each UID the highest sequence counts."""
        latest = {entry.uid: entry for to, entry in self.emails if to == address}
        return sorted((entry.starts, entry.place) for entry in latest.values() if not entry.cancelled)


DAY, NUMBER = st.integers(0, 5), st.integers(0, 4)
ACTS = st.one_of(
    st.tuples(st.just("add"), DAY),
    st.tuples(st.just("change"), NUMBER, DAY, st.integers(0, 1)),
    st.tuples(st.just("cancel"), NUMBER),
    st.tuples(st.just("address"), st.integers(0, 1)),
    st.tuples(st.just("comes"), st.booleans()),
    st.tuples(st.just("send")),
)


@given(st.lists(ACTS, max_size=25))
def test_calendars_show_what_is_stored_and_sequences_rise(acts):
    sent = Sent()
    for act, *given_values in [*acts, ("send",)]:
        if act == "address":
            sent.reader = replace(sent.reader, address=ADDRESSES[given_values[0]])
        elif act == "comes":
            sent.reader = replace(sent.reader, comes=given_values[0])
        else:
            getattr(sent, act)(*given_values)
        if act == "send":
            planned = [
                (planned_session.starts_at, planned_session.plan.place)
                for planned_session in sent.sessions
                if not planned_session.cancelled
            ]
            here, elsewhere = (
                sent.reader.address,
                next(other_address for other_address in ADDRESSES if other_address != sent.reader.address),
            )
            assert sent.shown(here) == (sorted(planned) if sent.reader.comes else [])
            assert sent.shown(elsewhere) == []
    keys = [(entry.uid, entry.sequence) for _, entry in sent.emails]
    assert keys == list(dict.fromkeys(keys))
    for uid in {uid for uid, _ in keys}:
        own = [(to, entry) for to, entry in sent.emails if entry.uid == uid]
        assert [entry.sequence for _, entry in own] == list(range(len(own)))
        assert len({to for to, _ in own}) == 1, "one UID belongs to one address"
        assert [entry.cancelled for _, entry in own[:-1]] == [False] * (len(own) - 1), "nothing follows a cancellation"


@given(st.lists(ACTS, max_size=12), st.lists(st.tuples(NUMBER, DAY, st.integers(0, 1)), max_size=4))
def test_changes_that_are_undone_before_the_job_runs_send_nothing(acts, undone):
    sent = Sent()
    for act, *given_values in acts:
        if act in ("add", "change", "cancel", "send"):
            getattr(sent, act)(*given_values)
    sent.send()
    before, count = list(sent.sessions), len(sent.emails)
    for change in undone:
        sent.change(*change)
    sent.sessions = before
    sent.send()

    assert len(sent.emails) == count


def test_what_has_begun_is_never_changed_nor_cancelled_in_a_calendar():
    sent = Sent()
    sent.add(0)
    sent.send()
    sent.cancel(0)
    later = sent.sessions[0].starts_at

    assert list_notices(people.programme(), sent.sessions, sent.reader, sent.seats, "example.org", later) == []
    (notice,) = sent.notices()
    assert notice.kind is NoticeKind.CANCELLED


def test_a_session_after_the_clock_change_keeps_its_local_hour_in_words_and_has_its_hour_in_utc():
    """Invited in January to 09:30 on 30 March 2026 in London: 08:30 in UTC."""
    plan = SessionPlan("leading_self", date(2026, 3, 30), time(9, 30), time(16, 30), PLACES[0])
    session = Session("s0", "autumn", "Europe/London", plan)
    january = datetime(2026, 1, 15, 9, tzinfo=UTC)
    reader = Reader("delegate", ADDRESSES[0])
    (notice,) = list_notices(people.programme(), [session], reader, {}, "example.org", january)

    assert notice.entry.starts == datetime(2026, 3, 30, 8, 30, tzinfo=UTC)
    assert "Monday 30 March 2026, 09:30 to 16:30 (London time)" in notice.entry.description
    assert when_of(notice.entry, "Europe/London") == "Monday 30 March 2026, 09:30 to 16:30"
