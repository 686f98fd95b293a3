"""Run the job after another coach or line manager is named: redirect what waits, and notify everyone concerned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec.structs import replace

from chalicelib.admin.notify_former import notify_former_of_cohort, notify_former_people
from chalicelib.admin.redirect_emails import Change, Waiting, find_waiting
from chalicelib.core.ids import name_key, reader_key
from chalicelib.core.model import (
    MANAGER_GROUP,
    Delegate,
    DelegateWave,
    Person,
    Programme,
    RaterEntry,
    Standing,
    WaveState,
)
from chalicelib.core.working_days import working_days
from chalicelib.emails.kinds import EmailKind, OnNewAddress, To, find_kind
from chalicelib.links.kinds import IMPACT, SHARED
from chalicelib.links.link_kind import AfterChange
from chalicelib.meetings.effects import end, list_outdated
from chalicelib.people import emails as written
from chalicelib.store import cohorts, delegates, emails, impact_surveys, jobs, meetings, programmes, workshops
from chalicelib.store.delegate_record import load_record
from chalicelib.store.delegates import Approval, Nomination
from chalicelib.store.emails import Email
from chalicelib.store.impact_surveys import Role
from chalicelib.store.jobs import Job
from chalicelib.store.marshal import Row
from chalicelib.store.meetings import Meeting, MeetingKind
from chalicelib.store.table import Write
from chalicelib.store.workshops import Seat
from chalicelib.waves import lifecycle
from chalicelib.waves.emails.about_surveys import FIRST, first_email
from chalicelib.waves.survey_thread import ASKED, state_of
from chalicelib.workshops.emails.about_dates import DAYS_CHANGED, MANAGER_DATES, manager_email

ANNOUNCED = {
    "coach": (written.COACH_NEW, written.COACH_CHANGED),
    "manager": (written.MANAGER_NEW, written.MANAGER_CHANGED),
}
ABOUT_DAYS = {MANAGER_DATES.name, DAYS_CHANGED.name}


def announce_hand_over(job: Job, now: datetime) -> Sequence[Write]:
    """Name the other manager on lists that no one was emailed about. Notify those who had a part, and who have one."""
    if "sponsor" in job.about or "facilitator" in job.about:
        return notify_former_of_cohort(job, now)
    record = load_record(job.about["delegate"])
    rows, delegate = record.rows, record.delegate
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    lists = list(record.nominations)
    planned = {wave.wave for wave in record.waves if _is_planned(wave)}
    approver = lifecycle.approver_of(programme, delegate)
    before = _approver_before(programme, job, approver)
    links = AfterChange(delegate, delegate.person, approver)
    ended = _meetings_of_former_coach(delegate, rows, job.about["coach"])
    all_waiting = find_waiting(delegate.id)
    waiting, outdated = all_waiting.drop(
        {*list_outdated(delegate.id, ended), *_announced_before(all_waiting, delegate, job)}
    )
    return [
        *outdated,
        *notify_former_people(job, delegate, now),
        *_notify_new_people(job, programme, delegate, waiting, now),
        *(
            write
            for nomination in lists
            for write in _list(nomination, delegate, nomination.wave in planned, before, now)
        ),
        *_redirected(waiting, To.COACH, job.about["coach"], delegate.coach, links),
        *(emails.cancel(email.id) for email in waiting.live if _is_shared_with(email, job.about["manager"], delegate)),
        *_redirected(_without_own_links(waiting), To.MANAGER, job.about["manager"], delegate.manager, links),
        *_end_meetings(programme, delegate, rows, job.about["coach"], ended, now),
        *_manager_survey(programme, delegate, rows, waiting, job, now),
        *(_redirected(waiting, To.APPROVER, before, approver, links) if approver and before else []),
        *(emails.cancel(email.id) for email in waiting.live if before and _is_asked_again(find_kind(email.template))),
    ]


def _announced_before(waiting: Waiting, delegate: Delegate, job: Job) -> Iterator[str]:
    """Yield the ids of emails about a change of before that wait, if this job announces another: it counts alone."""
    kinds = {kind.name for part, kinds in ANNOUNCED.items() if _is_changed(job, part, delegate) for kind in kinds}
    return (email.id for email in waiting.live if email.template in kinds)


def _is_changed(job: Job, part: str, delegate: Delegate) -> bool:
    """Return whether a job announces who has a part now. One whose person was replaced before it ran does not."""
    now = {"coach": delegate.coach, "manager": delegate.manager}[part]
    return job.about[part] != now.email and _is_named(job, part, now)


def _notify_new_people(
    job: Job, programme: Programme, delegate: Delegate, waiting: Waiting, now: datetime
) -> Iterator[Write]:
    """Write to the new coach or line manager, and to the delegate.

    A job whose person was replaced before it ran writes to no one: the later change has a job of its own.
    """
    if delegate.standing is not Standing.ACTIVE:
        return
    kinds: list[tuple[EmailKind, Person]] = []
    if _is_changed(job, "coach", delegate):
        kinds += [(written.COACH_NEW, delegate.coach), (written.COACH_CHANGED, delegate.person)]
    if _is_changed(job, "manager", delegate):
        kinds += [(written.MANAGER_NEW, delegate.manager), (written.MANAGER_CHANGED, delegate.person)]
    cohort = cohorts.find(delegate.cohort_id)
    due_at = working_days(programme.organisation, cohort.dates.closed if cohort else ()).soon(now)
    for kind, person in kinds:
        if not person.is_erased:
            email = written.about_delegate(kind, programme, delegate, person, due_at, job.id.rsplit("#", 1)[-1])
            yield from emails.add(email) if emails.find(email.id) is None else []
    if cohort and _is_changed(job, "manager", delegate) and not delegate.manager.is_erased:
        yield from _days_of_workshops(job, programme, delegate, waiting, due_at, now)


def _days_of_workshops(
    job: Job, programme: Programme, delegate: Delegate, waiting: Waiting, due_at: datetime, now: datetime
) -> Iterator[Write]:
    """Send a new line manager the days of the workshops to come, unless an email that waits is redirected to them."""
    if any(email.template in ABOUT_DAYS for email in waiting.live):
        return
    if coming := list_seats_to_come(delegate, now):
        first = manager_email(programme, delegate, coming, due_at, is_first=True)
        email = replace(first, id=f"{first.id}#{job.id.rsplit('#', 1)[-1]}")
        yield from emails.add(email) if emails.find(email.id) is None else []


def list_seats_to_come(delegate: Delegate, now: datetime) -> list[Seat]:
    """Return the seats of a delegate in workshops to come; none in a pause. Two calls."""
    sessions = workshops.list_sessions(delegate.cohort_id)
    seats = workshops.find_seats([delegate.id], sessions).get(delegate.id, {}).values()
    return [seat for seat in seats if seat.entry.starts > now and not seat.entry.cancelled]


def _is_named(job: Job, part: str, person: Person) -> bool:
    """Return whether a job named this person, whose address may have been corrected since."""
    named = job.about.get(f"{part}_named", person.email)  # jobs of earlier versions do not say
    return person.email == named or name_key(person.name) == job.about.get(f"{part}_name")


def _manager_survey(
    programme: Programme, delegate: Delegate, rows: Sequence[Row], waiting: Waiting, job: Job, now: datetime
) -> Iterator[Write]:
    """Give a new line manager a survey of their own, without what the one before wrote.

    Ask nothing if an answer counts already.
    """
    surveys = [survey for survey in impact_surveys.surveys_from(rows) if survey.role is Role.MANAGER]
    for survey in surveys if job.about["manager"] != delegate.manager.email else []:
        yield impact_surveys.move(survey)
        version = survey.link_version + 1
        links = AfterChange(delegate, delegate.manager, surveys={survey.role.value: version})
        change = Change(delegate.cohort_id, job.about["manager"], delegate.manager.email, delegate.manager.name)
        about_it = [email for email in waiting.live if change.has(email.to) and IMPACT.verb in email.links]
        yield from Waiting(tuple(about_it)).redirect(change, links, _is_first_to_manager)
        if state_of(survey) in ASKED and now < survey.closes_at:
            asked = first_email(programme, delegate, replace(survey, link_version=version))
            due_at = max(now, survey.opened_at)
            yield from emails.add(replace(asked, id=f"{asked.id}.v{version}", due_at=due_at))


def _meetings_of_former_coach(delegate: Delegate, rows: Sequence[Row], before: str) -> list[Meeting]:
    """Return what is booked or offered with a coach who is not theirs any more."""
    booked = [meetings.from_rows(rows, kind) for kind in MeetingKind] if before != delegate.coach.email else []
    return [meeting for meeting in booked if meeting.coach == reader_key(before)]


def _end_meetings(
    programme: Programme, delegate: Delegate, rows: Sequence[Row], before: str, ended: list[Meeting], now: datetime
) -> Iterator[Write]:
    """Cancel meetings with the former coach. The new coach offers times."""
    former = replace(delegate, coach=_find_coach(delegate.cohort_id, before) if ended else Person("", before))
    for meeting in ended:
        yield from end(programme, former, meeting, now, start_again=True, closed=delegates.days_off(rows))


def _find_coach(cohort_id: str, address: str) -> Person:
    """Return a former coach with the name that other delegates know. The job of a change holds addresses only."""
    coaches = (line.coach for line in cohorts.list_lines(cohort_id))
    return next((coach for coach in coaches if coach.email == address), Person("your former coach", address))


def _is_first_to_manager(email: Email) -> bool:
    return email.template == FIRST[Role.MANAGER].name


def _is_shared_with(email: Email, before: str, delegate: Delegate) -> bool:
    """Return whether an email about shared areas waits for someone who is not the line manager any more."""
    return SHARED.verb in email.links and before != delegate.manager.email and email.to.email == before


def _without_own_links(waiting: Waiting) -> Waiting:
    """Return the emails to a line manager that lead to no page of theirs, such as those about days of workshops."""
    return Waiting(tuple(email for email in waiting.live if not {SHARED.verb, IMPACT.verb} & email.links.keys()))


def _approver_before(programme: Programme, job: Job, now: Person | None) -> str:
    """Return the address of the previous approver of lists, if that is another person."""
    if programme.raters_approved_by is None or now is None:
        return ""
    before = job.about[programme.raters_approved_by.value]
    return before if before != now.email else ""


def _is_planned(wave: DelegateWave) -> bool:
    return wave.state is WaveState.PLANNED


def _list(before: Nomination, delegate: Delegate, planned: bool, approver: str, now: datetime) -> list[Write]:
    raters = tuple(_with_manager(rater, delegate) if planned else rater for rater in before.raters)
    asked_again = bool(approver) and before.approval is Approval.ASKED
    if raters == before.raters and not asked_again:
        return []
    changed = replace(before, raters=raters, revision=before.revision + 1)
    ask = [jobs.add(lifecycle.ask_approver_job(changed, now))] if asked_again else []
    return [delegates.save_nomination(changed, before.revision), *ask]


def _with_manager(rater: RaterEntry, delegate: Delegate) -> RaterEntry:
    return replace(rater, person=delegate.manager) if rater.group == MANAGER_GROUP else rater


def _is_asked_again(kind: EmailKind) -> bool:
    """Return whether another email asks the approver, so that this one is not redirected."""
    return kind.to is To.APPROVER and kind.on_new_address is OnNewAddress.REPLACE


def _redirected(waiting: Waiting, role: To, old: str, to: Person, links: AfterChange) -> list[Write]:
    change = Change(links.delegate.cohort_id, old, to.email, to.name)
    kinds = {email.template: find_kind(email.template) for email in waiting.live}
    fitting = {name for name, kind in kinds.items() if kind.to is role and not _is_asked_again(kind)}
    chosen = [email for email in waiting.live if email.template in fitting and change.has(email.to)]
    return list(Waiting(tuple(chosen)).redirect(change, links, lambda email: False))
