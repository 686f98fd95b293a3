"""Load a cohort: store a checked programme and its people in one transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from math import ceil
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.core.calendar import check_dates, closes_at
from chalicelib.core.formatting import local_date, name_sort_key, plural
from chalicelib.core.ids import derive
from chalicelib.core.model import Cohort, DelegateEntry, Programme, RaterEntry, Wave
from chalicelib.core.schedule import SessionPlan
from chalicelib.core.working_days import working_days
from chalicelib.jobs.commit import commit
from chalicelib.jobs.kinds import JobKind
from chalicelib.programme.cohort_dates import OtherDates, find_dates
from chalicelib.programme.enrolled import id_among
from chalicelib.programme.load_programme import LoadRefused, programme_writes
from chalicelib.programme.people_of_cohort import (
    change_facilitators,
    change_sponsor,
    hold_new,
    next_sponsor_link,
    welcome_new,
)
from chalicelib.store import audit_events, catalogue, cohorts, jobs, waiting_emails
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.cohorts import CohortChanged, LastLoad, People
from chalicelib.store.holds import HoldChanged
from chalicelib.store.jobs import Job
from chalicelib.store.marshal import fields
from chalicelib.store.programmes import ProgrammeExists
from chalicelib.store.table import MAX_ROW_BYTES, Write, row_size
from chalicelib.waves import lifecycle
from chalicelib.workshops.change_sessions import act_writes
from chalicelib.workshops.effects import list_effects
from chalicelib.workshops.plan_sessions import Plan

BY = "command line"
FROM_FILE = "from a file"
CHECKSUM = 16  # characters


class Loaded(Struct, frozen=True):
    cohort: Cohort
    delegates: int
    changed: bool  # False: the same files were loaded before
    effects: tuple[str, ...] = ()  # of a change of sessions, in words


class Load(Struct, frozen=True):
    """A load that was checked and is not stored yet."""

    loaded: Loaded
    writes: tuple[Write, ...]


def load_cohort(
    cohort: Cohort,
    programme: Programme,
    delegates: tuple[DelegateEntry, ...],
    raters: Mapping[str, tuple[RaterEntry, ...]],
    now: datetime,
    by: str = BY,
    sessions: Sequence[SessionPlan] | None = None,
) -> Loaded:
    """Store programme, cohort and people, and the job that enrols everyone.

    Loading the same files again changes nothing; files with more delegates or other details add and correct. Raises
    LoadRefused for other content under a loaded version, or for dates that are not possible.

    sessions   all sessions of the workshops; None changes no session
    """
    planned = plan_load(cohort, programme, delegates, raters, now, by, sessions)
    try:
        if planned.writes:
            commit(planned.writes, now)
    except (CohortChanged, HoldChanged, ProgrammeExists):
        raise LoadRefused("Someone else is loading this cohort now. Check its status, then try again.") from None
    return planned.loaded


def plan_load(
    cohort: Cohort,
    programme: Programme,
    delegates: tuple[DelegateEntry, ...],
    raters: Mapping[str, tuple[RaterEntry, ...]],
    now: datetime,
    by: str = BY,
    sessions: Sequence[SessionPlan] | None = None,
    why: str = FROM_FILE,
    last: LastLoad | None = None,
) -> Load:
    """Check a load, and return what stores it. Raises LoadRefused.

    why   of an act that changes a cohort in the way that a file does, and has its own line in the trail
    last  what an act has read and made `cohort` from: with a later one, what was changed meanwhile would be undone
    """
    last = last or cohorts.find_load(cohort.id)
    if last is None and cohorts.is_discarded(cohort.id):
        raise LoadRefused(f"A cohort {cohort.id} was loaded before and discarded. Give the new cohort another id.")
    cohort, planned = _with_dates(last, cohort, programme, sessions, now)
    cohort = replace(cohort, domains=_domains(delegates, last))
    people = People(delegates, raters)
    checksum = people_checksum(cohort, people)
    cohort = replace(cohort, sponsor_link=next_sponsor_link(last, cohort), **_kept(last, cohort))
    of_programme = programme_writes(programme)
    refuse_replaced_addresses(cohort, delegates)
    check_row_sizes(cohort, people)
    if is_loaded(last, cohort, people) and not (planned and planned.changes):
        return Load(Loaded(cohort, len(delegates), changed=False), ())
    loads = last.loads if last else 0
    held_until = working_days(programme.organisation, cohort.dates.closed).a_day_after(now)
    subject = (cohort.id, checksum, str(loads))  # people who were changed and changed back are enrolled again
    writes = [
        *of_programme,
        cohorts.save(cohort, checksum, loads),
        catalogue.add_cohort(cohort),
        cohorts.add_people(cohort.id, checksum, people),
        jobs.add(
            JobKind.ENROL.job(*subject, due_at=now, cohort=cohort.id, people=checksum, load=str(loads + 1), by=by)
        ),
        *([] if last else _first_writes(cohort, programme, now)),
        *change_sponsor(last, cohort, now, by, why),
        *change_facilitators(last, cohort, now, by, why),
        *hold_new(last, cohort, programme, held_until, now, by),
        *welcome_new(last, cohort, programme, now),
        *(act_writes(planned, loads + 1, now, by) if planned else []),
        *(
            [audit_events.add(cohort.id, AuditEvent.LOADED, by, cohort.id, now, **_loaded(people))]
            if why == FROM_FILE
            else []
        ),
    ]
    effects = tuple(list_effects(planned, now)) if planned and last else ()
    return Load(Loaded(cohort, len(delegates), changed=True, effects=effects), tuple(writes))


def _with_dates(
    last: LastLoad | None,
    cohort: Cohort,
    programme: Programme,
    sessions: Sequence[SessionPlan] | None,
    now: datetime,
) -> tuple[Cohort, Plan | None]:
    """Return the cohort with the dates that it will have, and what changes in its sessions. Raises LoadRefused."""
    _refuse_other_programme(last, cohort)
    try:
        dates, planned = find_dates(last, cohort, programme, sessions, now)
    except OtherDates as refused:
        raise LoadRefused(str(refused)) from None
    if faults := check_dates(dates):
        raise LoadRefused(" ".join(faults))
    if last is None and dates.closes < local_date(now, programme.organisation.timezone):
        raise LoadRefused(f"The last day for answers, {dates.closes}, is in the past. Correct the dates.")
    return replace(cohort, dates=dates), planned


def _first_writes(cohort: Cohort, programme: Programme, now: datetime) -> list[Write]:
    """Return what only the first load of a cohort stores."""
    later = (
        lifecycle.summary_job(cohort, programme),
        _figures_job(cohort, programme),
        lifecycle.first_retention_job(cohort, programme),
        JobKind.NEEDS.job("after", cohort.id, due_at=now),
    )
    return [waiting_emails.begin_list(cohort.id), *map(jobs.add, later)]


def _loaded(people: People) -> dict[str, str]:
    raters = sum(len(chosen) for chosen in people.raters.values())
    return {
        "delegates": plural(len(people.delegates), "delegate", "delegates"),
        "raters": plural(raters, "rater", "raters"),
    }


def _kept(last: LastLoad | None, cohort: Cohort) -> dict[str, Any]:
    """Keep the versions of links, and the facilitators if the load names none."""
    if last is None:
        return {}
    stored = last.cohort
    return {
        "coach_links": stored.coach_links,
        "facilitator_links": stored.facilitator_links,
        "facilitators": cohort.facilitators or stored.facilitators,
    }


def refuse_replaced_addresses(cohort: Cohort, entries: Iterable[DelegateEntry]) -> None:
    """Refuse another person at an address that was a delegate's: the report would become theirs. One call.

    A file from before the address was replaced, with the same name, means the same delegate. Raises LoadRefused.
    """
    lines = {line.delegate_id: line for line in cohorts.list_lines(cohort.id, Wave.BASELINE)}
    known = {line.email: line.delegate_id for line in lines.values()}
    pairs = ((entry.person, lines.get(id_among(cohort.id, entry.person.email, known))) for entry in entries)
    others = [
        person.email
        for person, line in pairs
        if line and line.email != person.email and name_sort_key(line.name)[0] != name_sort_key(person.name)[0]
    ]
    if others:
        raise LoadRefused(
            f"{', '.join(others)}: a delegate with another name had this address until it was replaced. "
            "Correct the file to the address that the cohort’s page shows now. "
            "Another person needs another address, or a cohort of their own."
        )


def check_row_sizes(cohort: Cohort, people: People) -> None:
    """Check that the people fit one row, which keeps them until all are enrolled. Raises LoadRefused."""
    size = row_size(cohorts.add_people(cohort.id, people_checksum(cohort, people), people))
    if size <= MAX_ROW_BYTES:
        return
    raters = sum(map(len, people.raters.values()))
    parts = (
        f"Load the delegates first, and then their raters in {ceil(2 * size / MAX_ROW_BYTES)} files"
        if raters
        else f"Load the delegates in {ceil(size / MAX_ROW_BYTES)} files"
    )
    raise LoadRefused(
        f"{len(people.delegates)} delegates and {raters} raters are too many for one load: {size // 1000} kB, "
        f"and {MAX_ROW_BYTES // 1000} kB is the limit. {parts}: each adds to what is there."
    )


def _refuse_other_programme(last: LastLoad | None, cohort: Cohort) -> None:
    """Refuse another programme for an existing cohort."""
    if last is None:
        return
    stored = last.cohort
    if (stored.programme_id, stored.programme_version) != (cohort.programme_id, cohort.programme_version):
        raise LoadRefused(
            f"Cohort {cohort.id} runs on programme {stored.programme_id} version {stored.programme_version}, "
            "which can no longer change. Give the new cohort another id."
        )


def _figures_job(cohort: Cohort, programme: Programme) -> Job:
    """Create the job for the snapshot of the cohort's figures, once its questionnaires have closed."""
    return lifecycle.figures_job(cohort.id, Wave.BASELINE, closes_at(cohort.dates, programme.organisation.timezone))


def _domains(delegates: tuple[DelegateEntry, ...], last: LastLoad | None = None) -> tuple[str, ...]:
    """Return the domains of the people, and those of the load before: a file may name only who is new."""
    people = (person for entry in delegates for person in (entry.person, entry.manager, entry.coach))
    known = last.cohort.domains if last else ()
    return tuple(sorted({*known, *(person.email.rpartition("@")[2] for person in people)}))


def people_checksum(cohort: Cohort, people: People) -> str:
    """Hash what a load reads: equal for the same people under the same title and sponsor."""
    return derive(CHECKSUM, _canonical(cohort, people))


def is_loaded(last: LastLoad | None, cohort: Cohort, people: People) -> bool:
    """Return whether the last load read exactly this."""
    return last is not None and last.people in (people_checksum(cohort, people), _unkeyed_checksum(cohort, people))


def _unkeyed_checksum(cohort: Cohort, people: People) -> str:
    """Return the checksum as it was made before ids were keyed."""
    return hashlib.sha256(_canonical(cohort, people).encode()).hexdigest()[:CHECKSUM]


LINK_VERSIONS = ("sponsor_link", "coach_links", "facilitator_links")  # of a cohort: no file says them


def _canonical(cohort: Cohort, people: People) -> str:
    described = replace(cohort, domains=_domains(people.delegates))
    content = {name: value for name, value in fields(described).items() if name not in LINK_VERSIONS}
    if not cohort.facilitators:
        del content["facilitators"]  # as for loads of earlier versions
    return json.dumps([content, fields(people)], sort_keys=True)
