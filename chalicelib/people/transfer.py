"""Transfer a delegate to another cohort of the same programme, with everything that is theirs.

The delegate keeps their id, so report, areas, meetings, surveys and work do not move. What lies in the cohort's
own rows is copied: the dashboard's lines, the states of their work, and attendance at the same sessions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.admin.redirect_emails import Change, find_waiting, remake_all
from chalicelib.core.clock import stamp
from chalicelib.core.errors import FieldError
from chalicelib.core.formatting import day, last_day, local_date, local_day
from chalicelib.core.ids import reader_key
from chalicelib.core.model import Cohort, Delegate, Person, Standing, Wave, WaveState
from chalicelib.core.schedule import held, of_milestone
from chalicelib.core.working_days import survey_job_at, working_days
from chalicelib.emails.kinds import EmailKind, To, find_kind
from chalicelib.jobs.kinds import JobKind
from chalicelib.links.kinds import KINDS
from chalicelib.links.link_kind import AfterChange
from chalicelib.meetings.effects import list_outdated
from chalicelib.people import emails as written
from chalicelib.people.ahead import end_meetings, waiting_survey
from chalicelib.people.loaded import LoadedDelegate
from chalicelib.people.planned import ActRefused, Asking, Planned, plan, recipients
from chalicelib.people.standing import TRANSFER
from chalicelib.programme.emails import about_cohort
from chalicelib.programme.joiners import WaveDates, dates_of_joiner
from chalicelib.store import (
    assignments,
    attendance,
    audit_events,
    cohorts,
    debriefs,
    delegates,
    emails,
    holds,
    jobs,
    meetings,
    pauses,
    workshops,
)
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.emails import Email
from chalicelib.store.holds import Hold
from chalicelib.store.meetings import MeetingKind
from chalicelib.store.table import Write
from chalicelib.waves.lifecycle import approver_of
from chalicelib.workshops.change_sessions import notify_of_dates

RUNS = (WaveState.OPEN, WaveState.HELD, WaveState.CLOSING)
WHAT_EACH_SAYS = {
    written.TRANSFERRED.name: "that they continue in the other cohort",
    written.COACH_JOINED.name: "that they coach this person in the other cohort",
    written.AWAY.name: "that this person continues in another cohort",
    written.FACILITATOR_JOINED.name: "that one more person comes to their workshops",
}  # what the preview says about each email
FOLLOW = (To.DELEGATE, To.COACH, To.MANAGER, To.APPROVER, To.SURVEYED)  # readers who are the same in the new cohort


class Transfer(Struct, frozen=True):
    """One transfer that is possible."""

    loaded: LoadedDelegate
    to: Cohort
    after: Delegate
    asking: Asking

    @property
    def has_other_coach(self) -> bool:
        return self.after.coach.email != self.loaded.delegate.coach.email

    @property
    def planned_dates(self) -> WaveDates | None:
        """Return the days in the new cohort of a questionnaire that is not open yet; None for one that was."""
        if self.loaded.baseline.state is not WaveState.PLANNED:
            return None
        days = working_days(self.loaded.programme.organisation, self.to.dates.closed)
        return dates_of_joiner(self.to.dates, days, self.asking.now)


def plan_transfer(loaded: LoadedDelegate, cohort_id: str, coach: Person | None, asking: Asking) -> Planned:
    """Plan a transfer. Raises ActRefused while answers are taken, and for a cohort that does not fit.

    coach   in the new cohort; None: the same person
    """
    loaded.refuse_unless(TRANSFER)
    to = _find_target(loaded, cohort_id, asking.now)
    new_coach = coach or loaded.delegate.coach
    after = replace(
        loaded.delegate,
        cohort_id=to.id,
        cohort_title=to.title,
        coach=new_coach,
        coach_link=cohorts.coach_link(to, new_coach),
        pause=None,
    )
    transfer = Transfer(loaded, to, after, asking)
    texts = list(_write_emails(transfer))
    return plan(
        f"Transfer {loaded.name} to {to.title}",
        _list_effects(transfer),
        (
            *recipients(
                *((find_kind(email.template).to.value, email.to, WHAT_EACH_SAYS[email.template]) for email in texts)
            ),
            *(
                recipients(("the line manager", after.manager, "the days of future workshops"))
                if _changes_days(transfer)
                else ()
            ),
        ),
        _list_writes(transfer, texts),
    )


def _find_target(loaded: LoadedDelegate, cohort_id: str, now: datetime) -> Cohort:
    to = cohorts.find(cohort_id)
    if to is None or to.id == loaded.cohort.id:
        raise ActRefused(FieldError("cohort", "Give the id of another cohort that is loaded."))
    if (to.programme_id, to.programme_version) != (loaded.cohort.programme_id, loaded.cohort.programme_version):
        raise ActRefused(FieldError("cohort", f"{to.title} runs on another programme, or another version of it."))
    if local_date(now, loaded.days.zone) > to.dates.ends:
        raise ActRefused(FieldError("cohort", f"The programme of {to.title} ended on {day(to.dates.ends)}."))
    if any(line.email == loaded.line.email for line in cohorts.list_lines(to.id, Wave.BASELINE)):
        raise ActRefused(FieldError("cohort", f"A delegate of {to.title} has, or had, this address."))
    if any(wave.state in RUNS for wave in loaded.waves):
        raise ActRefused(
            FieldError(
                "", f"A questionnaire about {loaded.name} is open. Close it first, or record that they have left."
            )
        )
    return to


def _changes_days(transfer: Transfer) -> bool:
    """Return whether sessions are to come in one of the cohorts: then the line manager learns the new days.

    The pause of someone who is paused has said already that those of their cohort are off.
    """
    left = [] if transfer.loaded.standing is Standing.PAUSED else [transfer.loaded.cohort.id]
    cohort_ids = (*left, transfer.to.id)
    sessions = [session for cohort_id in cohort_ids for session in held(workshops.list_sessions(cohort_id))]
    return any(session.starts_at > transfer.asking.now for session in sessions)


def _list_effects(transfer: Transfer) -> Iterator[str]:
    loaded, to = transfer.loaded, transfer.to
    yield "Report, areas, meetings, submitted work and attendance go along."
    yield _say_dates(transfer)
    yield f"Sessions of {loaded.cohort.title} are cancelled in the calendar, and future ones of {to.title} are sent."
    if transfer.has_other_coach:
        yield f"{loaded.delegate.coach.name} no longer sees anything about them, and keeps their private notes."
    yield f"Figures of {loaded.cohort.title} that are made stay. No 360 figure of {to.title} includes them."


def _say_dates(transfer: Transfer) -> str:
    dates, zone = transfer.planned_dates, transfer.loaded.days.zone
    if dates is None:
        return "There is no second 360."
    return (
        f"Their questionnaire opens on {local_day(dates.opens_at, zone)}, last day {last_day(dates.closes_at, zone)}."
    )


def _write_emails(transfer: Transfer) -> Iterator[Email]:
    loaded, after, now = transfer.loaded, transfer.after, transfer.asking.now
    due_at = loaded.days.soon(now)

    def about(kind: EmailKind, delegate: Delegate, to: Person) -> Email:
        return written.about_delegate(kind, loaded.programme, delegate, to, due_at, stamp(now))

    yield about(written.TRANSFERRED, after, after.person)
    yield about(written.COACH_JOINED, after, after.coach)
    if transfer.has_other_coach:
        yield about(written.AWAY, loaded.delegate, loaded.delegate.coach)
    for facilitator in transfer.to.facilitators:
        yield about_cohort(
            written.FACILITATOR_JOINED, loaded.programme, transfer.to, facilitator.person, due_at, now, delegate=after
        )


def _list_writes(transfer: Transfer, texts: Sequence[Email]) -> Iterator[Write]:
    loaded, after, now = transfer.loaded, transfer.after, transfer.asking.now
    changed = ["cohort_id", "cohort_title", "coach", "coach_link", "pause"]
    yield delegates.change(loaded.delegate, after, changed)
    yield from cohorts.move_lines(loaded.delegate, after, _change_closing(transfer))
    yield pauses.end(after.id)
    if transfer.has_other_coach:
        yield from end_meetings(loaded, now, start_again=True, checked=True)
        yield from debriefs.hand_over(loaded.rows, loaded.delegate)
    yield from _move_holds(transfer)
    yield from _move_dates(transfer)
    yield from _move_work(transfer)
    yield from _copy_attendance(transfer)
    yield from _redirect_emails(transfer)
    yield from emails.add_all(texts)
    yield from _note(transfer)


def _move_holds(transfer: Transfer) -> list[Write]:
    """Hold another coach, and take along what holds a new address: a transfer must not end it.

    The holds of an address, on the cohort and on the delegate, become one on the delegate: the stricter.
    """
    loaded, after, now = transfer.loaded, transfer.after, transfer.asking.now
    people = [after.person, after.manager, *([] if transfer.has_other_coach else [after.coach])]
    held: dict[str, Hold] = {}
    if transfer.has_other_coach:
        until = loaded.days.a_day_after(now)
        new = holds.make_hold(transfer.to.id, after.coach, until, transfer.asking.by, after.id, is_new_person=True)
        held[new.id] = new
    for person in people:
        for hold in holds.find(loaded.cohort.id, reader_key(person.email), after.id):
            if hold.is_active(now):
                moved = replace(hold, cohort_id=transfer.to.id, delegate=after.id)
                held[moved.id] = holds.stricter(held.get(moved.id, moved), moved)
    return holds.add_all(held.values(), now)


def _move_dates(transfer: Transfer) -> Iterator[Write]:
    """Move what has not happened to the dates of the new cohort."""
    loaded, to, now = transfer.loaded, transfer.to, transfer.asking.now
    survey_at = survey_job_at(loaded.programme, to.dates, transfer.after.survey_days)
    if waiting_survey(loaded.delegate.id):
        yield jobs.move(JobKind.IMPACT.job(loaded.delegate.id, due_at=survey_at).id, survey_at)
    if dates := transfer.planned_dates:
        moved = {"opens_at": dates.opens_at, "closes_at": dates.closes_at, "own_dates": dates.own}
        yield delegates.change_as_read(loaded.baseline, moved)
        yield jobs.move(JobKind.OPEN.job(loaded.delegate.id, Wave.BASELINE, due_at=now).id, dates.opens_at)
    cause = f"transferred.{loaded.delegate.id}.{stamp(now)}"
    for cohort in (loaded.cohort, to):
        yield from notify_of_dates(cohort, loaded.programme, cause, now, only=[loaded.delegate.id])


def _change_closing(transfer: Transfer) -> dict[str, str]:
    """Return what changes of the dashboard's line when the questionnaire takes the days of the new cohort."""
    dates = transfer.planned_dates
    return {"closes_at": stamp(dates.closes_at)} if dates else {}


def _move_work(transfer: Transfer) -> Iterator[Write]:
    """Move the work to the new cohort. Raises ActRefused if a record of it is damaged: it would stay behind."""
    lines, broken = assignments.find_readable_lines(transfer.loaded.cohort.id)
    if transfer.after.id in broken:
        raise ActRefused(
            FieldError("", f"A record of the work of {transfer.loaded.name} is damaged: have it repaired.")
        )
    own = {line.assignment: line for line in lines if line.delegate_id == transfer.after.id}
    for milestone in transfer.loaded.programme.milestones:
        for assignment in milestone.assignments:
            if assignment.id not in own:
                yield assignments.still_without_line(transfer.loaded.cohort.id, transfer.after.id, assignment.id)
    for line in own.values():
        yield assignments.save_line(transfer.to.id, line)
        yield assignments.delete_line(transfer.loaded.cohort.id, line)


def _copy_attendance(transfer: Transfer) -> Iterator[Write]:
    """Count attendance at a session for the same session of the same workshop in the new cohort."""
    old, new = (held(workshops.list_sessions(cohort.id)) for cohort in (transfer.loaded.cohort, transfer.to))
    marks = attendance.from_rows(transfer.loaded.rows)
    for milestone in dict.fromkeys(session.milestone for session in new):
        pairs = zip(of_milestone(old, milestone), of_milestone(new, milestone), strict=False)
        for before, after in pairs:
            if before.id in marks and after.id not in marks:
                copied = replace(marks[before.id], session=after.id, revision=0)
                yield attendance.save(transfer.after.id, attendance.Attendance(after.id), copied)


def _redirect_emails(transfer: Transfer) -> Iterator[Write]:
    """Have waiting emails name the new cohort, where holds are; those to the coach go to the coach there."""
    loaded, after = transfer.loaded, transfer.after
    links = AfterChange(after, after.person, approver_of(loaded.programme, after))
    ended = [meetings.from_rows(loaded.rows, kind) for kind in MeetingKind] if transfer.has_other_coach else []
    waiting, cancelled = find_waiting(after.id).drop(list_outdated(after.id, ended))
    yield from cancelled
    for email in (*waiting.live, *waiting.suppressed):
        if find_kind(email.template).to in FOLLOW:
            yield from _redirect(transfer, email, links)
    for email in find_waiting(loaded.cohort.id).live:
        if _leads_to(email, after.id):
            yield emails.cancel(email.id)
            made = remake_all(email, replace(links, reader=email.to))
            yield from emails.add(emails.of_other_cohort(email, after.cohort_id, made, transfer.asking.now))


def _redirect(transfer: Transfer, email: Email, links: AfterChange) -> list[Write]:
    before, after = transfer.loaded.delegate, transfer.after
    change = Change(after.cohort_id, before.coach.email, after.coach.email, after.coach.name)
    to = change.of(email.to) if find_kind(email.template).to is To.COACH else email.to
    made = remake_all(email, replace(links, reader=to))
    return emails.redirect(email, to, made, revive=False, cohort=after.cohort_id)


def _leads_to(email: Email, delegate_id: str) -> bool:
    """Return whether an email of the old cohort has a link of the delegate, which belongs to the new one now."""
    return any(link[1] == delegate_id for link in email.links.values() if KINDS[link[0]].parts[:1] == ("delegate",))


def _note(transfer: Transfer) -> Iterator[Write]:
    loaded, asking = transfer.loaded, transfer.asking
    here, there = f"in {loaded.cohort.title}", f"in {transfer.to.title}"
    words = {"before": f"{loaded.standing.value} {here}", "after": f"{Standing.ACTIVE.value} {there}"}
    for cohort in (loaded.cohort, transfer.to):
        yield audit_events.add(
            cohort.id,
            AuditEvent.CHANGED_STANDING,
            asking.by,
            loaded.delegate.id,
            asking.now,
            why=asking.reason,
            **words,
        )
