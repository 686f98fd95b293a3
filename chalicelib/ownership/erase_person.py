"""Erase one person's data. An operator's command: it reads every row.

Answers without identity cannot be found again, by us or by anyone; those about a delegate go with the delegate.
Figures of the cohort are about five delegates or more, and stay.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from chalicelib.admin.coach_rows import written_by
from chalicelib.admin.owned_rows import (
    BY,
    PersonUnknown,
    address_in,
    calling_by_name,
    going_with,
    is_deleted_with,
    kind_of,
    of_address,
    rows_naming,
)
from chalicelib.core.ids import reader_key
from chalicelib.core.model import SELF_GROUP, Cohort, Delegate, DelegateWave, Invitation, InvitationState, WaveState
from chalicelib.ownership.earlier import Known, know, list_rows, without
from chalicelib.ownership.may_erase import EraseRefused, check_delegate, check_invitation, check_line, is_delegate
from chalicelib.ownership.redact import redact, without_delegate, without_person
from chalicelib.ownership.stories import withdraw_story
from chalicelib.store import audit_events, cohorts, delegates, erasure_log, invitations, objects
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.delegates import Nomination
from chalicelib.store.emails import Email
from chalicelib.store.expressions import equals
from chalicelib.store.jobs import Job
from chalicelib.store.marshal import Row
from chalicelib.store.row_kinds.coaching_rows import HELP
from chalicelib.store.row_kinds.cohort_rows import COHORT, LINE
from chalicelib.store.row_kinds.delegate_rows import DELEGATE, INVITATION, NOMINATION
from chalicelib.store.row_kinds.row_kind import Erasure, Owner, RowKind
from chalicelib.store.row_kinds.service_rows import EMAIL, ENDED_SESSIONS, JOB, OWN_COPY
from chalicelib.store.table import Changed, Key, Write, delete, get, get_many, key_of, scan, transact, update
from chalicelib.store.unreadable import read_all, read_one

__all__ = ["EraseRefused", "PersonUnknown", "erase", "list_parts", "preview"]

MAX_TRIES = 5  # another act may write to the person, or about them, between our read and our write


class RowChanged(Changed):
    """Another act has changed what an erasure was about to change."""


class _PersonRows(Struct, frozen=True):
    """What is stored about a person.

    naming     rows that hold their address
    going      rows that are deleted whole: what they wrote, and what goes with them as a delegate
    delegates  their ids as a delegate
    changes    lines of the audit trail about their changes of address, earliest first
    earlier    rows that hold a name of theirs, or an address of before
    """

    email: str
    naming: Sequence[Row]
    going: Sequence[Row]
    delegates: frozenset[str]
    changes: Sequence[Row] = ()
    called: Known | None = None
    earlier: Sequence[Row] = ()

    def __bool__(self) -> bool:
        return bool(self.naming or self.going)

    @property
    def keys(self) -> frozenset[Key]:
        return frozenset(key_of(row) for row in (*self.naming, *self.earlier, *self.going))


def erase(email: str, now: datetime, by: str = BY, wait: Callable[[], object] | None = None) -> int:
    """Remove the person from every row and document; return how many rows changed.

    A repeat finishes an interrupted run. Their invitations look alike afterwards, even if they had answered; encrypted
    answers are destroyed. Raises PersonUnknown, or EraseRefused: see may_erase.py.

    A damaged row of someone else does not end it: what names the person in it is taken out. Their own invitation is
    left as it is while it, its wave or its delegate is damaged; all damaged rows are in `list_unreadable`, and a repeat
    after the repair does the rest.

    wait   lets pages and jobs end that had read the person before. What they wrote meanwhile is found by another look
    """
    begun = begin(email, now, by)
    if wait is None:
        return begun.changed
    wait()
    return begun.changed + look_again(begun, now)


class Begun(Struct, frozen=True):
    """An erasure after its first look.

    delegates  the person's ids as a delegate
    called     their names and earlier addresses: the rows that had them have lost them now
    entry      name in the log of erasures
    changed    how many rows changed
    """

    email: str
    delegates: frozenset[str]
    called: Known | None
    by: str
    entry: str
    changed: int


def begin(email: str, now: datetime, by: str = BY) -> Begun:
    """Erase what a look finds. Raises what `erase` raises."""
    person_rows = _look_and_check(email)
    entry = erasure_log.add(person_rows.email, tuple(sorted(person_rows.delegates)), now)
    for delegate_id in sorted(person_rows.delegates):
        withdraw_story(delegate_id, now)
    changed = _erase_all(person_rows, now, by, entry)
    return Begun(person_rows.email, person_rows.delegates, person_rows.called, by, entry, changed)


def look_again(begun: Begun, now: datetime) -> int:
    """Erase what acts that had read the person before have written since; return how many rows changed."""
    return _erase_all(_look(begun.email, begun.delegates, begun.called), now, begun.by, begun.entry)


def _erase_all(person_rows: _PersonRows, now: datetime, by: str, entry: str) -> int:
    """Erase until another look finds nothing more; return how many rows changed."""
    changed, tries, before = 0, MAX_TRIES, frozenset[Key]()
    while person_rows.keys and tries and person_rows.keys != before:  # the same rows again: they are damaged
        before = person_rows.keys
        changed += _erase(person_rows, now, by, entry)
        person_rows, tries = _look(person_rows.email, person_rows.delegates, person_rows.called), tries - 1
    return changed


def preview(email: str) -> dict[str, int]:
    """Return how many rows of each kind an erasure would change or delete. Raises what `erase` raises."""
    person_rows = _look_and_check(email)
    every = (
        *person_rows.naming,
        *person_rows.changes,
        *person_rows.earlier,
        *person_rows.going,
        *calling_by_name(person_rows.delegates),
    )
    rows = {key_of(row): row for row in every}
    return dict(sorted(Counter(kind.name for row in rows.values() if (kind := kind_of(row))).items()))


def list_parts(email: str) -> dict[str, int]:
    """Return what the person does for others who take part: the part, and for how many delegates or cohorts.

    Someone else has to be named for it. An erasure leaves "(erased)" there. A damaged record is left out: it keeps no
    one from being erased.
    """
    who = email.strip().lower()
    rows = list(rows_naming(who))
    taking_part = list(read_all(Delegate, [row for row in rows if DELEGATE.has(row) and not row.get("withdrawn")]))
    run = list(read_all(Cohort, [row for row in rows if COHORT.has(row)]))
    parts = {
        "coach": sum(delegate.coach.email == who for delegate in taking_part),
        "line manager": sum(delegate.manager.email == who for delegate in taking_part),
        "facilitator": sum(any(each.person.email == who for each in cohort.facilitators) for cohort in run),
        "sponsor": sum(cohort.sponsor.email == who for cohort in run if cohort.sponsor),
    }
    return {part: count for part, count in parts.items() if count}


def _look_and_check(email: str) -> _PersonRows:
    """Look for the person, and refuse before the first change: a refusal leaves nothing half done."""
    person_rows = _look(email.strip().lower(), frozenset())
    if not person_rows:
        raise PersonUnknown(email)
    for row in person_rows.naming:
        if is_delegate(row, person_rows.email):
            check_delegate(row, person_rows.email)
        elif _is_own_invitation(row, person_rows.email):
            check_invitation(row, person_rows.email)
        elif LINE.has(row) and row.get("email") == person_rows.email:
            check_line(row, person_rows.email)
    _note_damaged()
    return person_rows


def _note_damaged() -> None:
    """Read every row that may name people, so that `list_unreadable` has the damaged ones: they may hold a name."""
    rows = list(scan())
    for kind, read_as in PEOPLE_IN.items():
        read_all(read_as, (row for row in rows if kind.has(row)))


PEOPLE_IN: Mapping[RowKind, type] = {
    DELEGATE: Delegate,
    INVITATION: Invitation,
    NOMINATION: Nomination,
    COHORT: Cohort,
    EMAIL: Email,
    JOB: Job,
}


def _look(email: str, known: frozenset[str], before: Known | None = None) -> _PersonRows:
    """Look for a person's rows.

    known   their ids as a delegate, found before their own row was changed
    before  what they were called, read before it was taken out
    """
    naming = list(rows_naming(email))
    ids = known | {DELEGATE.parts(key_of(row))["delegate"] for row in naming if is_delegate(row, email)}
    keyed = [row for row in of_address(email) if is_deleted_with(row)]
    keyed.sort(key=ENDED_SESSIONS.has)  # sessions first
    written = [*written_by(email), *_offered_by(email), *keyed, *going_with(ids)]
    going = [*written, *_copies()] if naming or written or before else []
    rows = list(scan())
    changes = audit_events.list_earlier_changes(rows, email)
    called = know(email, naming, changes, rows, ids, before)
    return _PersonRows(email, naming, going, ids, changes, called, list_rows(called, rows))


def _offered_by(email: str) -> Iterator[Row]:
    """Yield the lines with which a person, as a line manager, offered help. They hold a keyed id and no address."""
    who = reader_key(email)
    return (row for row in scan() if HELP.has(row) and row.get("who") == who)


def _copies() -> Iterator[Row]:
    """Yield everyone's copies of their own data, which may name the person. Who wants one can ask for it again."""
    return (row for row in scan() if kind_of(row) is OWN_COPY)


def _erase(person_rows: _PersonRows, now: datetime, by: str, entry: str) -> int:
    """Remove the person from rows that name them, and what goes with them; return how many rows these are."""
    own = [row for row in person_rows.naming if is_delegate(row, person_rows.email)]
    for row in person_rows.earlier:  # before the trail is changed, by which a repeat finds them
        _change(row, lambda row: _without_earlier(row, person_rows.called))
    for row in person_rows.changes:  # earliest first: a repeat finds each by the one after it
        _change(row, lambda row: _replace(row, audit_events.without_addresses(row)))
    for row in person_rows.naming:
        if row not in own:
            _change(row, lambda row: _erasing(row, person_rows.email))
    for row in calling_by_name(person_rows.delegates):
        _change(
            row,
            lambda row: [delete(key_of(row))] if _is_deleted_with_person(row) else _replace(row, without_delegate(row)),
        )
    for row in person_rows.going:
        _delete_with_documents(row)
    for row in own:  # last: a repeat finds everything else by it
        _change(row, lambda row: _replace(row, without_person(row, person_rows.email)))
    _record(person_rows, now, by, entry)
    return len(person_rows.naming) + len(person_rows.going)


def _record(person_rows: _PersonRows, now: datetime, by: str, entry: str) -> None:
    for cohort_id in sorted({row["cohort_id"] for row in person_rows.naming if "cohort_id" in row}):
        transact([audit_events.add(cohort_id, AuditEvent.ERASED, by, cohort_id, now, entry=entry)])


def _delete_with_documents(row: Row) -> None:
    """Delete a row and its folder in the bucket. The row goes last, so that a repeat finds the folder."""
    kind = kind_of(row)
    if kind and kind.folder:
        objects.remove_all(kind.folder_of(key_of(row)))
    transact([delete(key_of(row))])


def _change(stored: Row, writes: Callable[[Row], Sequence[Write]]) -> None:
    """Change one row as it is now: another act may have changed it since it was found."""
    for left in reversed(range(MAX_TRIES)):
        row = get(key_of(stored))
        if row is None:
            return
        try:
            if changes := writes(row):
                transact(changes)
            break
        except Changed:
            if not left:
                raise


def _without_earlier(row: Row, called: Known | None) -> list[Write]:
    after = without(row, called) if called else row
    return _replace(row, after) if after else [delete(key_of(row))]


def _erasing(row: Row, email: str) -> list[Write]:
    if _is_deleted_with_person(row):
        return [delete(key_of(row))]
    if _is_own_invitation(row, email):
        return list(_end_invitation(row, email))
    return _replace(row, without_person(row, email))


def _replace(row: Row, without: Row) -> list[Write]:
    """Change the fields that name the person and no other: acts that come in between are not undone.

    Raises RowChanged if another act has changed one of these fields, or the state that the change was made for.
    """
    changed = {name: value for name, value in without.items() if name not in row or row[name] != value}
    gone = [name for name in row if name not in without]
    if not changed and not gone:
        return []
    seen = [name for name in row if name in changed or name in gone or name == "state"]
    unchanged = [equals(name, row[name]) for name in seen]
    return [update(key_of(row), put=changed, remove=gone, add=_counted(row), when=unchanged, refusal=RowChanged)]


def _counted(row: Row) -> dict[str, int]:
    """Count the erasure as a change, where an act stores the whole row as it read it and expects this number in it."""
    counts = {COHORT: "loads", NOMINATION: "revision"}
    name = next((name for kind, name in counts.items() if kind.has(row)), "")
    return {name: 1} if name in row else {}


def _is_own_invitation(row: Row, email: str) -> bool:
    return INVITATION.has(row) and address_in(row, "rater") == email


def _end_invitation(row: Row, email: str) -> Iterator[Write]:
    """Revoke every erased invitation, also of a rater whose answers were counted: no list or email may differ.

    Before the close the answers are destroyed, so they no longer count. As after a void, no count or decision shows
    whether there were any.
    """
    check_invitation(row, email)
    before = read_one(Invitation, row)
    if before is None:
        return  # how it is counted cannot be known: it is erased after the repair
    keys = delegates.key(before.delegate_id), delegates.wave_key(before.delegate_id, before.wave)
    rows = get_many(keys)
    delegate, stored = (rows.get(key, {}) for key in keys)
    wave = read_one(DelegateWave, stored)
    is_counted = not before.wave.is_pulse and before.group != SELF_GROUP
    if is_counted and ((stored and not wave) or (delegate and "cohort_id" not in delegate)):
        return  # as above
    yield invitations.erase(before, redact(row, email))
    if is_counted and wave and delegate and wave.state in (WaveState.OPEN, WaveState.HELD):
        yield from _uncount(cohorts.line_key(delegate["cohort_id"], before.delegate_id, before.wave), wave, before)


def _uncount(line: Key, wave: DelegateWave, before: Invitation) -> list[Write]:
    fewer = {} if before.state is InvitationState.REVOKED else cohorts.subtract_asked(before)
    return [
        delegates.hide_counts(wave, [before.group]),
        cohorts.change_line_at(line, put=cohorts.hide_counts(before.group), add=fewer),
    ]


def _is_deleted_with_person(row: Row) -> bool:
    kind = kind_of(row)
    return kind is not None and kind.owner in (Owner.RATER, Owner.READER) and kind.erasure is Erasure.DELETE
