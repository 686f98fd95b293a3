"""Show a cohort's audit trail in words: who did what, about which person, and when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from urllib.parse import urlencode

from msgspec import Struct, to_builtins

from chalicelib.admin.csv_export import render_csv
from chalicelib.admin.dashboard import Dashboard
from chalicelib.admin.trail_names import TrailNames
from chalicelib.core.clock import moment
from chalicelib.core.formatting import local_date, local_time
from chalicelib.store import audit_events
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.marshal import Row

LEFT_OUT = AuditEvent.LEFT_OUT.words


class Entry(Struct, frozen=True):
    when: str
    who: str
    act: str
    about: str
    day: date  # local


class Wanted(Struct, frozen=True):
    """What a reader looks for. An empty field fits everything; texts fit as a part, in any case."""

    person: str = ""  # who did it, or is concerned
    act: str = ""
    since: str = ""  # local days
    until: str = ""

    @property
    def as_query(self) -> str:
        """Return the filters as the query of an address."""
        return urlencode({name: value for name, value in to_builtins(self).items() if value})

    def fits(self, entry: Entry) -> bool:
        people = f"{entry.who} {entry.about}".casefold()
        day = entry.day.isoformat()
        return (
            self.person.strip().casefold() in people
            and self.act.strip().casefold() in entry.act.casefold()
            and (self.since or day) <= day <= (self.until or day)
        )


def read_wanted(query: Mapping[str, str]) -> Wanted:
    """Read the filters of the page's address. A day that is none fits everything."""
    return Wanted(
        query.get("person", ""), query.get("act", ""), _day(query.get("since", "")), _day(query.get("until", ""))
    )


def _day(typed: str) -> str:
    try:
        return date.fromisoformat(typed.strip()).isoformat()
    except ValueError:
        return ""


EVERYTHING = Wanted()


def load_audit_log(board: Dashboard, wanted: Wanted = EVERYTHING) -> list[Entry]:
    """Load what fits of the trail, newest first."""
    zone, rows = board.programme.organisation.timezone, audit_events.of_cohort(board.cohort.id)
    names = TrailNames(board.cohort, [delegate.line for delegate in board.lines], rows)
    entries = [_entry(row, names, zone) for row in reversed(rows)]  # the newest first, as names go back in time
    return [entry for entry in entries if wanted.fits(entry)]


def render_audit_csv(entries: Iterable[Entry]) -> str:
    rows = ((entry.when, entry.who, entry.act, entry.about) for entry in entries)
    return render_csv(("when", "who", "what", "about"), rows)


def _entry(row: Row, names: TrailNames, zone: str) -> Entry:
    names.go_back_to(row)
    at = row["at"] if isinstance(row["at"], datetime) else moment(row["at"])
    return Entry(
        when=local_time(at, zone),
        who=names.who(row),
        act=_act(audit_events.say_line(row)),
        about=names.about(row),
        day=local_date(at, zone),
    )


def _act(words: str) -> str:
    """Return the act in words. Earlier versions wrote after this one what was wrong with a person's answers."""
    return LEFT_OUT if words.startswith(f"{LEFT_OUT}: ") else words
