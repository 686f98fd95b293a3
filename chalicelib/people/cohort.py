"""Change what is stored about a whole cohort: its name, its dates, its sponsor, its facilitators."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.admin.cohort_status import CohortUnknown
from chalicelib.core.clock import stamp
from chalicelib.core.errors import FieldError
from chalicelib.core.ids import derive
from chalicelib.core.model import Cohort, Facilitator, Person, Programme
from chalicelib.core.reasons import fault_in_email
from chalicelib.core.working_days import WorkingDays, working_days
from chalicelib.jobs.commit import commit
from chalicelib.jobs.each import fail_for
from chalicelib.jobs.kinds import JobKind
from chalicelib.people.planned import ActRefused, Asking, Planned, list_former, plan, recipients
from chalicelib.programme import move_dates
from chalicelib.programme.move_dates import Moved, MoveRefused
from chalicelib.programme.people_of_cohort import waits_when_named
from chalicelib.store import audit_events, catalogue, cohorts, delegates, holds, jobs, programmes
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.cohorts import LastLoad
from chalicelib.store.delegates import DelegateChanged
from chalicelib.store.jobs import Job
from chalicelib.store.table import Write
from chalicelib.workshops.change_sessions import notify_of_dates


class LoadedCohort(Struct, frozen=True):
    """A cohort as it was loaded last."""

    last: LastLoad
    programme: Programme

    @property
    def cohort(self) -> Cohort:
        return self.last.cohort

    @property
    def days(self) -> WorkingDays:
        return working_days(self.programme.organisation, self.cohort.dates.closed)


def find_cohort(cohort_id: str) -> LoadedCohort:
    """Find the cohort with what its acts read. Raises CohortUnknown."""
    last = cohorts.find_load(cohort_id)
    if last is None:
        raise CohortUnknown(cohort_id)
    return LoadedCohort(last, programmes.load(last.cohort.programme_id, last.cohort.programme_version))


# --- name ---------------------------------------------------------------------------------------------


def plan_rename(loaded: LoadedCohort, title: str, asking: Asking) -> Planned:
    before = loaded.cohort.title
    return plan(
        f"Rename the cohort {before} to {title}",
        ["Pages and emails from now on show the new name. The id and every link stay."],
        [],
        [] if title == before else _rename_writes(loaded, title, asking),
    )


def _rename_writes(loaded: LoadedCohort, title: str, asking: Asking) -> list[Write]:
    cohort, now = loaded.cohort, asking.now
    words = {"before": cohort.title, "after": title, "why": asking.reason}
    return [
        cohorts.rename(loaded.last, title),
        catalogue.add_cohort(replace(cohort, title=title)),
        jobs.add(JobKind.RENAME_COHORT.job(cohort.id, stamp(now), due_at=now, cohort=cohort.id)),
        audit_events.add(cohort.id, AuditEvent.RENAMED_COHORT, asking.by, cohort.id, now, **words),
    ]


def show_new_title(job: Job, now: datetime) -> Sequence[Write]:
    """Run the job: the row of every delegate has a copy of the title. May be repeated."""
    cohort = find_cohort(job.about["cohort"]).cohort
    readable, broken = delegates.find_readable(cohorts.list_ids(cohorts.rows(cohort.id)))
    for delegate in readable.values():
        if delegate.cohort_id == cohort.id and delegate.cohort_title != cohort.title:
            after = replace(delegate, cohort_title=cohort.title)
            try:
                commit([delegates.change(delegate, after, ["cohort_title"])], now)
            except DelegateChanged:
                continue  # they have left: nothing about them changes any more
    fail_for(broken)
    return []


# --- dates --------------------------------------------------------------------------------------------


def plan_date(loaded: LoadedCohort, what: Moved, to: date, asking: Asking) -> Planned:
    """Plan another day of a date that has not come. Raises ActRefused."""
    if fault := fault_in_email(asking.why):
        raise ActRefused(FieldError("why", fault))
    try:
        move = move_dates.plan(loaded.cohort.id, what, to, asking.now)
    except MoveRefused as refused:
        raise ActRefused(FieldError("to", str(refused))) from None
    planned = plan(
        f"Move {what.words} of {loaded.cohort.title}",
        move.effects,
        [],
        move_dates.list_writes(move, asking.why, asking.by, asking.now),
        move.questions,
    )
    return replace(planned, emailed="" if move.changes_nothing else move.emailed)


# --- sponsor and facilitators -------------------------------------------------------------------------


def plan_sponsor(loaded: LoadedCohort, sponsor: Person, asking: Asking) -> Planned:
    """Plan another sponsor, as a file that names one does."""
    before = loaded.cohort.sponsor
    load = _load(loaded, replace(loaded.cohort, sponsor=sponsor), asking)
    people = [("new sponsor", sponsor, "the link to every summary so far")]
    people += list_former("sponsor", [before] if before else [], loaded.cohort.id)
    return plan(
        f"Change the sponsor of {loaded.cohort.title} to {sponsor.name}",
        [
            f"The links of {before.name} stop working." if before else "",
            f"The new sponsor sees every summary that was made. Codes go there {holds.say_wait(asking.by)}.",
        ],
        recipients(*people),
        load.writes if sponsor != before else [],
        _also_manager(loaded, sponsor),
    )


def _also_manager(loaded: LoadedCohort, sponsor: Person) -> list[str]:
    """Ask about a sponsor who is a line manager too: each page shows them only what its role may see."""
    ids = [line.delegate_id for line in cohorts.list_lines(loaded.cohort.id)]
    names = [
        delegate.person.name for delegate in delegates.find_all(ids).values() if delegate.manager.email == sponsor.email
    ]
    said = f"{sponsor.name} is also the line manager of {', '.join(names)}. Is that right?"
    return [said] if names else []


def plan_facilitator(loaded: LoadedCohort, former: str, person: Person, asking: Asking) -> Planned:
    """Plan another facilitator in the place of one, or one more. Raises ActRefused.

    former   the address of the facilitator who is replaced; empty: no one does
    """
    before = next(
        (facilitator for facilitator in loaded.cohort.facilitators if facilitator.person.email == former), None
    )
    if before is None and any(facilitator.person == person for facilitator in loaded.cohort.facilitators):
        return plan(f"{person.name} is a facilitator of {loaded.cohort.title}", ["Nothing differs."], [], [])
    if former and before is None:
        raise ActRefused(FieldError("former", f"No facilitator of this cohort has the address {former}."))
    if any(facilitator.person.email == person.email for facilitator in loaded.cohort.facilitators):
        raise ActRefused(FieldError("email", "A facilitator of this cohort has this address already."))
    new = Facilitator(before.id if before else derive(8, "facilitator", person.email), person)
    others = [facilitator for facilitator in loaded.cohort.facilitators if facilitator != before]
    load = _load(loaded, replace(loaded.cohort, facilitators=(*others, new)), asking)
    after, now = load.loaded.cohort, asking.now
    waits = waits_when_named(loaded.cohort, loaded.programme, now)
    people = [("new facilitator", person, "the link to their workshops, and calendar entries of the sessions they run")]
    people += list_former("facilitator", [before.person] if before else [], loaded.cohort.id)
    calendar = notify_of_dates(after, loaded.programme, f"facilitator.{stamp(now)}", now, only=[new.id])
    return plan(
        f"Name {person.name} as a facilitator of {loaded.cohort.title}",
        [
            f"The links of {before.person.name} stop working. Their sessions pass to {person.name}." if before else "",
            f"Codes go to the new facilitator {holds.say_wait(asking.by)}." if waits else "",
        ],
        recipients(*people),
        [*load.writes, *calendar],
    )


def _load(loaded: LoadedCohort, cohort: Cohort, asking: Asking):  # type: ignore[no-untyped-def]
    from chalicelib.programme.load_cohort import plan_load  # reads files: not for the start of pages

    return plan_load(cohort, loaded.programme, (), {}, asking.now, asking.by, why=asking.reason, last=loaded.last)
