"""The calendars of the demo's people: what their programs hold after all emails, and every entry as a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

from icalendar import Calendar

from chalicelib.core.schedule import held
from chalicelib.store import workshops
from infra.local.demo.world import World


class Entry(NamedTuple):
    """One calendar entry as a program reads it."""

    method: str
    uid: str
    sequence: int
    starts: datetime
    title: str
    text: str


def list_entries(world: World) -> dict[str, list[Entry]]:
    """Return the entries that each address got, in the order of the emails."""
    log_entries: defaultdict[str, list[Entry]] = defaultdict(list)
    for letter in world.mailbox.letters:
        for part in letter.accepted.attachments:
            if part["name"].endswith(".ics"):
                log_entries[letter.to].append(_read(part["content"]))
    return dict(log_entries)


@cache
def _read(text: str) -> Entry:
    calendar = Calendar.from_ical(text)
    (event,) = calendar.walk("VEVENT")
    return Entry(
        method=str(calendar["METHOD"]),
        uid=str(event["UID"]),
        sequence=int(str(event["SEQUENCE"])),
        starts=event.decoded("DTSTART"),
        title=str(event["SUMMARY"]),
        text=text,
    )


def starts_in(entries: list[Entry]) -> list[datetime]:
    """Return when the events begin that a program shows in the end: of each UID the highest sequence counts."""
    latest: dict[str, Entry] = {}
    for entry in entries:
        if entry.uid not in latest or entry.sequence > latest[entry.uid].sequence:
            latest[entry.uid] = entry
    return sorted(entry.starts for entry in latest.values() if entry.method != "CANCEL")


def calendars_show_the_dates(world: World) -> Iterator[str]:
    """Check that each delegate's calendar holds the sessions as they are stored, and that sequences rise."""
    wanted = [session.starts_at for session in held(workshops.list_sessions(world.cohort))]
    entries = list_entries(world)
    ids = {session.id for session in workshops.list_sessions(world.cohort)}
    for player in world.players:
        own = [entry for entry in entries.get(player.email, []) if entry.uid.partition(".")[0] in ids]
        if starts_in(own) != wanted:
            yield f"the calendar of {player.email} shows {starts_in(own)} instead of {wanted}"
        keys = [(entry.uid, entry.sequence) for entry in own]
        if len({*keys}) != len(keys):
            yield f"an entry went to {player.email} twice with one sequence"


def save(world: World, folder: Path, name_of: dict[str, str]) -> None:
    """Write `<person>/<number>-<day>-<method>.ics` for each entry that was emailed. `name_of`: address -> folder."""
    folder.mkdir()
    for address, entries in list_entries(world).items():
        home = folder / name_of.get(address, address.partition("@")[0].replace(".", "-"))
        home.mkdir(exist_ok=True)
        for number, entry in enumerate(entries, start=1):
            day = world.calendar.day(entry.starts)
            (home / f"{number:02}-{day}-{entry.method.lower()}.ics").write_text(entry.text, newline="")
