"""A delegate's own rows: who they are, their waves, and the raters they chose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from msgspec import MsgspecError, Struct

from chalicelib.core import log
from chalicelib.core.model import Delegate, DelegateWave, RaterEntry, Wave, WaveState
from chalicelib.store.expressions import Condition, at_most, either, equals, missing, one_of
from chalicelib.store.marshal import Row, fields, read
from chalicelib.store.table import (
    AlreadyExists,
    Changed,
    Key,
    Write,
    batched,
    check,
    get,
    get_many,
    put_if,
    put_once,
    query,
    update,
)
from chalicelib.store.unreadable import read_all, read_one

PEOPLE = ("person", "coach", "manager")  # fields of the delegate: who gets an email about a change


class DelegateExists(AlreadyExists):
    """The delegate is enrolled already."""


class DelegateChanged(Changed):
    """The delegate was withdrawn, or has other addresses, another coach or another link than when they were read."""


class DetailsOutdated(Changed):
    """A later load has named the delegate, or the delegate was withdrawn."""


class WaveExists(AlreadyExists):
    """The delegate has this wave already."""


class WaveChanged(Changed):
    """The wave's state or deadline has changed since it was read."""


class NominationExists(AlreadyExists):
    """The delegate has a list of raters for this wave already."""


class NominationChanged(Changed):
    """The list of raters changed since it was read."""


class Approval(StrEnum):
    """The status of raters who are not yet sent, if the programme wants someone to approve them first."""

    NOT_ASKED = "not_asked"
    ASKED = "asked"
    CHANGE_WANTED = "change_wanted"


class Nomination(Struct, frozen=True):
    """The raters a delegate chose for a wave. The first `sent_raters` of them have been sent."""

    delegate_id: str
    wave: Wave
    raters: tuple[RaterEntry, ...] = ()
    sent_raters: int = 0
    revision: int = 0
    approval: Approval = Approval.NOT_ASKED
    remark: str = ""  # what the approver wants changed
    in_place: bool = False  # an administrator approved the last of them, in the approver's place

    @property
    def unsent(self) -> tuple[RaterEntry, ...]:
        return self.raters[self.sent_raters :]


def key(delegate_id: str) -> Key:
    return Key(f"DELEGATE#{delegate_id}", "META")


def wave_key(delegate_id: str, wave: Wave) -> Key:
    return Key(f"DELEGATE#{delegate_id}", f"WAVE#{wave.value}")


def nomination_key(delegate_id: str, wave: Wave) -> Key:
    return Key(f"DELEGATE#{delegate_id}", f"NOMINATION#{wave.value}")


def add(delegate: Delegate, load: int) -> Write:
    """Write a delegate. `load` is the number of the load that these details come from."""
    return put_once({**key(delegate.id)._asdict(), **fields(delegate), "load": load}, DelegateExists)


def correct(delegate: Delegate, load: int) -> Write:
    """Update what the file says about a delegate. Refused if they were withdrawn or a later load named them."""
    row = fields(delegate)
    details = {name: row[name] for name in ("job_title", "service", "manager", "coach", "coach_link", "cohort_title")}
    details["person.name"] = delegate.person.name  # another address than the file's was set on purpose: keep it
    details["load"] = load
    here = equals("cohort_id", delegate.cohort_id)  # a file of their former cohort changes nothing
    when = [_takes_part(), here, either(missing("load"), at_most("load", load))]
    return update(key(delegate.id), put=details, when=when, refusal=DetailsOutdated)


def _takes_part() -> Condition:
    return either(missing("withdrawn"), equals("withdrawn", False))


def still_coached(read: Delegate) -> Write:
    """Refuse a transaction if the delegate has left the programme, or has another coach than when read."""
    return check(key(read.id), [_takes_part(), equals("coach.email", read.coach.email)], DelegateChanged)


def still_in_cohort(read: Delegate) -> Write:
    """Refuse a transaction if the delegate went to another cohort since they were read."""
    return check(key(read.id), [equals("cohort_id", read.cohort_id)], DelegateChanged)


def change_addresses(before: Delegate, after: Delegate) -> Write:
    """Change addresses. Refused if they were changed since they were read, or the delegate was withdrawn."""
    people = ("person", "manager", "coach")
    links = {"link_version": after.link_version, "coach_link": after.coach_link}
    as_read = [equals(f"{name}.email", getattr(before, name).email) for name in people]
    return update(
        key(before.id),
        put={name: fields(getattr(after, name)) for name in people} | links,
        when=[equals("link_version", before.link_version), *as_read, _takes_part()],
        refusal=DelegateChanged,
    )


def revoke_links(before: Delegate, after: Delegate) -> Write:
    """Raise the versions of the links about a delegate. Refused if one changed since they were read, or the coach."""
    links = {"link_version": after.link_version, "coach_link": after.coach_link, "manager_link": after.manager_link}
    links |= {"approver_link": after.approver_link} if after.approver_link is not None else {}
    as_read = [
        equals("link_version", before.link_version),
        either(missing("approver_link"), equals("approver_link", before.approver_link)),
        equals("coach.email", before.coach.email),
    ]
    return update(key(before.id), put=links, when=as_read, refusal=DelegateChanged)


def open_link_of_manager(delegate: Delegate) -> Write:
    """Give the line manager a link from the first sharing on. Refused if they are another person than when read."""
    return update(
        key(delegate.id),
        put={"manager_link": max(1, delegate.manager_link)},
        when=[equals("manager.email", delegate.manager.email), _takes_part()],
        refusal=DelegateChanged,
    )


def _next_links(delegate: Delegate) -> dict[str, int]:
    """Return the raised versions; the approver's too, once it has a version of its own."""
    return {"link_version": 1} | ({"approver_link": 1} if delegate.approver_link is not None else {})


def withdraw(delegate: Delegate, *, revoke_links: bool) -> Write:
    """Withdraw a delegate.

    Refused if that was done before, or if the links or the people who get an email about it changed in the meantime:
    an email to someone who was just erased would bring their address back.
    """
    people = [_as_read(name, fields(delegate)[name]) for name in PEOPLE]
    return update(
        key(delegate.id),
        put={"withdrawn": True},
        add=_next_links(delegate) if revoke_links else {},
        when=[equals("link_version", delegate.link_version), *people, _takes_part()],
        refusal=DelegateChanged,
    )


def change(before: Delegate, after: Delegate, names: Iterable[str]) -> Write:
    """Change what a delegate's row says.

    Refused if one of these fields, the standing, or who gets an email about it, changed since it was read.

    names   of the fields that change
    """
    old, new = fields(before), fields(after)
    as_read = [_as_read(name, old[name]) for name in dict.fromkeys((*names, "cohort_id", "pause", *PEOPLE))]
    changes = {name: new[name] for name in names}
    return update(key(before.id), put=changes, when=[*as_read, _takes_part()], refusal=DelegateChanged)


def _as_read(name: str, value: Any) -> Condition:
    """Expect a field as it was read. Rows of earlier versions lack fields that are new since."""
    same = equals(name, value)
    return same if value else either(same, missing(name))


def find(delegate_id: str) -> Delegate | None:
    row = get(key(delegate_id))
    return read(Delegate, row) if row else None


def find_all(delegate_ids: Sequence[str]) -> dict[str, Delegate]:
    """Read delegates by id, in the given order. One call for a hundred."""
    return {delegate_id: read(Delegate, row) for delegate_id, row in _rows_of(delegate_ids)}


def list_readable(delegate_ids: Sequence[str]) -> list[Delegate]:
    """As `find_all`, without those whose row cannot be read: see store/unreadable.py."""
    return read_all(Delegate, (row for _, row in _rows_of(delegate_ids)))


def find_readable(delegate_ids: Sequence[str]) -> tuple[dict[str, Delegate], dict[str, str]]:
    """As `find_all`, without those whose row cannot be read; by their ids, why."""
    readable: dict[str, Delegate] = {}
    broken: dict[str, str] = {}
    for delegate_id, row in _rows_of(delegate_ids):
        try:
            readable[delegate_id] = read(Delegate, row)
        except MsgspecError as error:
            broken[delegate_id] = log.describe_error(error)
    return readable, broken


def _rows_of(delegate_ids: Sequence[str]) -> Iterator[tuple[str, Row]]:
    keys = {delegate_id: key(delegate_id) for delegate_id in delegate_ids}
    rows = {place: row for batch in batched([*keys.values()]) for place, row in get_many(batch).items()}
    return ((delegate_id, rows[place]) for delegate_id, place in keys.items() if place in rows)


def list_readable_with_nominations(ids: Sequence[str], wave: Wave) -> tuple[dict[str, Delegate], list[Nomination]]:
    """Read delegates by id, and their lists of raters, without rows that cannot be read. One call for fifty."""
    keys = [place for delegate_id in ids for place in (key(delegate_id), nomination_key(delegate_id, wave))]
    rows = [row for batch in batched(keys) for row in get_many(batch).values()]
    people = read_all(Delegate, (row for row in rows if row["sk"] == "META"))
    lists = read_all(Nomination, (row for row in rows if row["sk"] != "META"))
    return {delegate.id: delegate for delegate in people}, lists


def load_rows(delegate_id: str) -> Iterator[Row]:
    """Read every row about a delegate in one query."""
    return query(f"DELEGATE#{delegate_id}")


def add_wave(wave: DelegateWave) -> Write:
    return put_once({**wave_key(wave.delegate_id, wave.wave)._asdict(), **fields(wave)}, WaveExists)


def find_with_wave(delegate_id: str, wave: Wave) -> tuple[Delegate, DelegateWave]:
    """Read a delegate and one wave in one call. Raises LookupError if either is missing."""
    keys = key(delegate_id), wave_key(delegate_id, wave)
    rows = get_many(keys)
    if len(rows) < len(keys):
        raise LookupError(f"delegate {delegate_id} has no wave {wave.value}")
    return read(Delegate, rows[keys[0]]), read(DelegateWave, rows[keys[1]])


def find_waves(keys: Sequence[Key]) -> dict[Key, DelegateWave]:
    """Read waves by key, without those that cannot be read. One call for a hundred."""
    rows = [row for batch in batched([*keys]) for row in get_many(batch).values()]
    return {wave_key(wave.delegate_id, wave.wave): wave for wave in read_all(DelegateWave, rows)}


def find_readable_with_wave(delegate_id: str, wave: Wave) -> tuple[Delegate, DelegateWave] | None:
    """As `find_with_wave`; None if one of the rows cannot be read: see store/unreadable.py."""
    keys = key(delegate_id), wave_key(delegate_id, wave)
    rows = get_many(keys)
    delegate, stored = read_one(Delegate, rows.get(keys[0])), read_one(DelegateWave, rows.get(keys[1]))
    return (delegate, stored) if delegate and stored else None


def find_with_latest_wave(delegate_id: str) -> tuple[Delegate, DelegateWave]:
    """Read a delegate and the follow-up if there is one, else the baseline.

    One call. Raises LookupError if there is no such delegate.
    """
    person, *waves = key(delegate_id), *(wave_key(delegate_id, wave) for wave in LATEST_FIRST)
    rows = get_many([person, *waves])
    wave_row = next((rows[place] for place in waves if place in rows), None)
    if person not in rows or wave_row is None:
        raise LookupError(f"no delegate {delegate_id}")
    return read(Delegate, rows[person]), read(DelegateWave, wave_row)


LATEST_FIRST = (Wave.FOLLOWUP, Wave.BASELINE)


def change_wave(delegate_id: str, wave: Wave, put: dict[str, Any], when: list[Condition]) -> Write:
    return update(wave_key(delegate_id, wave), put=put, when=when, refusal=WaveChanged)


def move_wave(delegate_id: str, wave: Wave, to: WaveState, *before: WaveState) -> Write:
    """Change the state, only from one of the expected states."""
    return change_wave(delegate_id, wave, {"state": to}, [one_of("state", before)])


def hold_without_key(read: DelegateWave, stored_report: str) -> Write:
    """Hold a wave whose answers no one can read.

    Refused if it was closed, has another deadline than when read, or was held or given its stored report since.
    """
    put = {"state": WaveState.HELD, "without_key": True, "stored_report": stored_report}
    states = (WaveState.OPEN, WaveState.HELD, WaveState.CLOSING)
    as_read = [one_of("state", states), equals("closes_at", read.closes_at)]
    as_read += [_as_read_or_missing(read, name) for name in ("without_key", "stored_report")]
    return change_wave(read.delegate_id, read.wave, put, as_read)


def _as_read_or_missing(read: DelegateWave, name: str) -> Condition:
    """Return whether an attribute is as read; rows of earlier versions lack one that is empty."""
    same = equals(name, getattr(read, name))
    return same if getattr(read, name) else either(same, missing(name))


def settle(read: DelegateWave, to: WaveState) -> Write:
    """End a wave that was held because its key is gone. Refused if that was done, or it was opened again."""
    as_read = [equals("state", read.state), equals("without_key", True)]
    return change_wave(read.delegate_id, read.wave, {"state": to, "without_key": False}, as_read)


def days_off(rows: Iterable[Row]) -> tuple[date, ...]:
    """Return the cohort's days off, from the rows of a delegate's partition."""
    return next((read(DelegateWave, row).closed for row in rows if row["sk"] == f"WAVE#{Wave.BASELINE.value}"), ())


def days_off_are(closed: Iterable[date]) -> dict[str, Any]:
    """Return the column of a wave that holds the cohort's days off."""
    return {"closed": [day.isoformat() for day in closed]}


def change_as_read(read: DelegateWave, put: dict[str, Any]) -> Write:
    """Change a wave. Refused if its state or its deadline changed since it was read."""
    as_read = [equals("state", read.state), equals("closes_at", read.closes_at)]
    return change_wave(read.delegate_id, read.wave, put, as_read)


def end_wave(read: DelegateWave, to: WaveState) -> Write:
    """Change the state of a wave whose deadline has passed.

    Refused if the deadline was extended, or answers were taken out, since it was read.
    """
    as_read = [equals("state", read.state), equals("closes_at", read.closes_at), _hidden_as_read(read)]
    return change_wave(read.delegate_id, read.wave, {"state": to}, as_read)


def hide_counts(read: DelegateWave, groups: Iterable[str]) -> Write:
    """Stop counting these groups until the close. Refused if the wave changed since it was read."""
    hidden = sorted({*read.counts_hidden, *groups})
    as_read = [equals("state", read.state), equals("closes_at", read.closes_at)]
    return change_wave(read.delegate_id, read.wave, {"counts_hidden": hidden}, [*as_read, _hidden_as_read(read)])


def _hidden_as_read(read: DelegateWave) -> Condition:
    unchanged = equals("counts_hidden", read.counts_hidden)
    return unchanged if read.counts_hidden else either(unchanged, missing("counts_hidden"))


def still_open(wave: DelegateWave) -> Write:
    """Refuse a transaction unless the wave is open and has the deadline that was read."""
    when = [equals("state", WaveState.OPEN), equals("closes_at", wave.closes_at)]
    return check(wave_key(wave.delegate_id, wave.wave), when, WaveChanged)


def still_in_state(wave: DelegateWave) -> Write:
    """Refuse a transaction if the wave's state has changed since it was read."""
    return check(wave_key(wave.delegate_id, wave.wave), [equals("state", wave.state)], WaveChanged)


def save_nomination(changed: Nomination, read_revision: int) -> Write:
    """Replace the choice that was read. Refused if it changed in the meantime."""
    row = {**nomination_key(changed.delegate_id, changed.wave)._asdict(), **fields(changed)}
    return put_if(row, [equals("revision", read_revision)], NominationChanged)


def find_nomination(delegate_id: str, wave: Wave) -> Nomination:
    """Return a wave's nomination. Raises LookupError if the wave has none."""
    row = get(nomination_key(delegate_id, wave))
    if row is None:
        raise LookupError(f"delegate {delegate_id} has no nomination for {wave.value}")
    return read(Nomination, row)


def add_nomination(new: Nomination) -> Write:
    return put_once({**nomination_key(new.delegate_id, new.wave)._asdict(), **fields(new)}, NominationExists)
