"""Show what a checked draft would change, and load it if it is confirmed as it was shown."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import datetime

from msgspec import Struct

from chalicelib.core.calendar import opens_at
from chalicelib.core.errors import FieldError
from chalicelib.core.model import Cohort, Programme
from chalicelib.core.working_days import name_days_off
from chalicelib.programme import diff as changes
from chalicelib.programme.cohort_form import Draft, DraftRefused, read_programme_file
from chalicelib.programme.current_people import Roster, roster
from chalicelib.programme.diff import Change, Kind, RaterChange
from chalicelib.programme.load_cohort import check_row_sizes, is_loaded, load_cohort, refuse_replaced_addresses
from chalicelib.programme.load_programme import LoadRefused, load_programme
from chalicelib.store import catalogue, cohorts, programmes
from chalicelib.store.cohorts import LastLoad
from chalicelib.store.marshal import fields as as_fields
from chalicelib.store.programme_codec import encode_programme
from chalicelib.web.uploads import Upload

TAKEN = "Give it another short name, or open the cohort that has this one to change its people:"


class Plan(Struct, frozen=True):
    """The effect of confirming a draft."""

    draft: Draft
    exists: bool  # the cohort exists already
    nothing_new: bool  # the same files were loaded last
    programme_is_new: bool
    programme: tuple[Change, ...]  # compared with the previous version; empty for a loaded one
    before: int | None  # the previous version
    delegates: tuple[Change, ...]
    raters: tuple[RaterChange, ...]
    questions: tuple[str, ...]  # about dates that may be slips
    elsewhere: tuple[str, ...]  # about new delegates who are in another cohort of the programme, too
    emails_at_once: bool  # the opening has passed
    welcomed: tuple[str, ...]  # the sponsor and the facilitators of a new cohort: an email on the next working morning
    fingerprint: str  # checksum of the draft and of everything it was compared with

    @property
    def counts(self) -> dict[Kind, int]:
        return changes.count(self.delegates)

    @property
    def managers(self) -> int:
        return len({entry.manager.email for entry in self.draft.people.delegates})

    @property
    def coaches(self) -> int:
        return len({entry.coach.email for entry in self.draft.people.delegates})


def plan(draft: Draft, now: datetime, *, new: bool) -> Plan:
    """Compare the draft with what is stored. Reads only.

    new   the draft is of a new cohort: raises DraftRefused if another cohort has its short name
    """
    last = cohorts.find_load(draft.cohort.id)
    nothing_new = is_loaded(last, draft.cohort, draft.people)
    if new and last and not nothing_new:
        raise DraftRefused([FieldError("id", f"{TAKEN} {last.cohort.title} ({last.cohort.id}).")])
    try:
        check_row_sizes(draft.cohort, draft.people)
        refuse_replaced_addresses(draft.cohort, draft.people.delegates)
    except LoadRefused as refused:
        raise DraftRefused(
            [FieldError("raters" if draft.people.raters else "delegates", str(refused), refused.name)]
        ) from None
    stored = roster(last)
    programme, raters = draft.programme, draft.people.raters
    names = {entry.person.email: entry.person.name for entry in draft.people.delegates}
    is_new = programmes.stored(programme.id, programme.version) is None
    before = version_before(programme) if is_new else None
    return Plan(
        draft=draft,
        exists=last is not None,
        nothing_new=nothing_new,
        programme_is_new=is_new,
        programme=changes.of_programme(before, programme) if is_new else (),
        before=before.version if before else None,
        delegates=changes.of_delegates(stored.delegates, draft.people.delegates),
        raters=changes.of_raters(stored.raters, raters, names, stored.closed),
        questions=(
            *name_days_off(draft.cohort.dates, programme.organisation),
            *(str(warning) for warning in (draft.file.warnings if draft.file else ())),
        ),
        elsewhere=tuple(_ask_about_others(draft, stored, now)),
        emails_at_once=opens_at(draft.cohort.dates, programme.organisation.timezone) <= now,
        welcomed=_list_welcomed(draft.cohort) if last is None else (),
        fingerprint=_fingerprint(draft, last, stored),
    )


def _ask_about_others(draft: Draft, stored: Roster, now: datetime) -> Iterator[str]:
    """Ask about new delegates who are in another cohort of the programme: one query for each that is not finished."""
    new = {entry.person.email: entry.person.name for entry in draft.people.delegates}
    new = {email: name for email, name in new.items() if email not in stored.delegates}
    for entry in catalogue.everything().cohorts if new else ():
        if entry.id == draft.cohort.id or entry.programme_id != draft.programme.id or entry.is_finished(now.date()):
            continue
        there = {line.email for line in cohorts.list_lines(entry.id) if not line.withdrawn}
        for email in sorted(there & new.keys()):
            yield f"{new[email]}, {email}, is a delegate of {entry.title}, too. Is that right?"


def _list_welcomed(cohort: Cohort) -> tuple[str, ...]:
    """Name who is emailed for having a part in the whole cohort, as `welcome_new` does."""
    facilitators = [facilitator.person.name for facilitator in cohort.facilitators]
    return tuple(dict.fromkeys([*([cohort.sponsor.name] if cohort.sponsor else []), *facilitators]))


def load(planned: Plan, now: datetime, by: str) -> None:
    """Load what was planned. Raises DraftRefused if something changed in the meantime."""
    draft = planned.draft
    try:
        # a form that is sent again must not undo what “Edit dates” has changed since
        sessions = draft.file.sessions if draft.file and not planned.exists else None
        load_cohort(draft.cohort, draft.programme, draft.people.delegates, draft.people.raters, now, by, sessions)
    except LoadRefused as refused:
        raise DraftRefused(
            [FieldError("programme" if not planned.exists else "delegates", str(refused), refused.name)]
        ) from None


# --- a programme by itself ------------------------------------------------------------------------------


class ProgrammePlan(Struct, frozen=True):
    """The effect of storing a programme file."""

    programme: Programme
    is_new: bool
    before: int | None
    changes: tuple[Change, ...]
    fingerprint: str

    @property
    def counts(self) -> dict[Kind, int]:
        return changes.count(self.changes)


def plan_programme(upload: Upload, may_see: Callable[[str], bool]) -> ProgrammePlan:
    """Compare a programme with the previous version. Raises DraftRefused."""
    programme = read_programme_file(upload, may_see)
    before = version_before(programme)
    is_new = programmes.stored(programme.id, programme.version) is None
    fingerprinted = [encode_programme(programme).decode(), is_new, before.version if before else None]
    fingerprint = hashlib.sha256(json.dumps(fingerprinted).encode()).hexdigest()[:32]
    differences = changes.of_programme(before, programme)
    return ProgrammePlan(programme, is_new, before.version if before else None, differences, fingerprint)


def store_programme(planned: ProgrammePlan, now: datetime) -> None:
    """Store a programme. Storing it again succeeds. Raises DraftRefused."""
    try:
        load_programme(planned.programme, now)
    except LoadRefused as refused:
        raise DraftRefused([FieldError("programme", str(refused), refused.name)]) from None


def version_before(programme: Programme) -> Programme | None:
    """Return the newest loaded version below this one."""
    for version in range(programme.version - 1, 0, -1):
        if programmes.stored(programme.id, version):
            return programmes.load(programme.id, version)
    return None


def _fingerprint(draft: Draft, last: LastLoad | None, stored: Roster) -> str:
    """Hash files and rows, so that what is confirmed is what was shown."""
    content = [
        as_fields(draft.cohort),
        as_fields(draft.people),
        as_fields(draft.file) if draft.file else None,
        encode_programme(draft.programme).decode(),
        as_fields(last.cohort) if last else None,
        as_fields(stored),
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]
