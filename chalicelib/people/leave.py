"""Record that a delegate has left: no one is asked about them any more, and their links stop working.

Open answers are destroyed. Published figures of the cohort do not change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from chalicelib.assignments.facilitator import leave_part_writes
from chalicelib.core.clock import stamp
from chalicelib.core.errors import FieldError
from chalicelib.core.formatting import plural
from chalicelib.core.model import Delegate, DelegateWave, Standing, Wave, WaveState
from chalicelib.core.state_machine import By
from chalicelib.emails.waiting import list_unwanted
from chalicelib.jobs.commit import commit
from chalicelib.jobs.kinds import JobKind
from chalicelib.links.kinds import COACH
from chalicelib.meetings.effects import end
from chalicelib.people import emails as written
from chalicelib.people.ahead import send_calendar
from chalicelib.people.loaded import LoadedDelegate, find
from chalicelib.people.planned import ActRefused, Asking, Planned, perform, plan, recipients
from chalicelib.people.standing import LEAVE
from chalicelib.store import (
    audit_events,
    cohorts,
    delegates,
    emails,
    impact_surveys,
    invitations,
    jobs,
    meetings,
    pauses,
    programmes,
    waiting_emails,
    wave_keys,
)
from chalicelib.store.assignments import parts_from
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.cohorts import DelegateLine
from chalicelib.store.delegate_record import DelegateRecord
from chalicelib.store.emails import Email
from chalicelib.store.impact_surveys import surveys_from
from chalicelib.store.jobs import Job
from chalicelib.store.marshal import Row
from chalicelib.store.meetings import MeetingKind
from chalicelib.store.table import Missing, Write, transact
from chalicelib.store.withdrawals import What, outlive
from chalicelib.waves.survey_thread import END, SURVEY, state_of
from chalicelib.waves.thread import WAVE, WITHDRAW

NOT_CLOSED = WAVE.before(WITHDRAW)
CLOSING = "The questionnaire is being closed. Please try again in a few minutes."


def leave(delegate_id: str, now: datetime, by: str, why: str = "") -> None:
    """Record that a delegate has left; doing it twice succeeds. Raises ActRefused while answers are being decrypted."""
    delegate = delegates.find(delegate_id)
    if delegate is None:
        raise ActRefused(FieldError("delegate", "This delegate is no longer in the cohort."))
    loaded = find(delegate.cohort_id, delegate_id)
    if loaded.standing is not Standing.LEFT:
        perform(plan_leave(loaded, Asking(by, now, why)), now)


def leave_again(delegate_id: str, now: datetime) -> None:
    """Record it once more in a table that was put back to before it. No one is emailed again."""
    delegate = delegates.find(delegate_id)
    if delegate is None or delegate.withdrawn:
        return
    loaded = find(delegate.cohort_id, delegate_id)
    commit(list(_writes(loaded, _latest(loaded), [], Asking("restore", now, "an erasure is repeated"))), now)


def plan_leave(loaded: LoadedDelegate, asking: Asking) -> Planned:
    """Plan that a delegate leaves. Raises ActRefused for one who has left, or while a questionnaire is being closed."""
    loaded.refuse_unless(LEAVE)
    wave = _latest(loaded)
    if wave.state is WaveState.CLOSING:
        raise ActRefused(FieldError("", CLOSING))
    texts = _emails(loaded, asking.now)
    delegate = loaded.delegate
    what = "that they have left, and what that means"
    people = (("delegate", delegate.person), (COACH.verb, delegate.coach), ("line manager", delegate.manager))
    return plan(
        f"Record that {loaded.name} has left",
        _effects(loaded, wave),
        recipients(*((role, person, what) for role, person in people)),
        _writes(loaded, wave, texts, asking),
    )


REPORT_LOST = "There is no report: the answers were lost in a restore of the table."
REPORT_KEPT = "The report does not change, and the figures of the cohort keep it. They may ask for a copy of it."


def _effects(loaded: LoadedDelegate, wave: DelegateWave) -> Iterator[str]:
    yield f"No one is asked about {loaded.name} from now on, and links to questionnaires about them stop working."
    if wave.state in NOT_CLOSED:
        yield "Answers that were not closed yet are destroyed. There will be no report."
    elif wave.state is WaveState.WITHDRAWN and wave.wave is Wave.BASELINE:
        yield REPORT_LOST
    else:
        yield REPORT_KEPT
    yield "Future sessions and meetings are removed from the calendars. Surveys that were sent count."
    yield count_delegates(cohorts.list_lines(loaded.cohort.id, Wave.BASELINE), leaving=loaded.delegate.id)
    yield "You cannot undo this."


def count_delegates(lines: Sequence[DelegateLine], leaving: str = "") -> str:
    """Say how many began and how many stayed.

    leaving   id of a delegate who is about to leave
    """
    stayed = sum(not line.withdrawn and line.delegate_id != leaving for line in lines)
    return f"{plural(len(lines), 'delegate', 'delegates')} began, {stayed} stayed."


def _emails(loaded: LoadedDelegate, now: datetime) -> list[Email]:
    delegate, due_at = loaded.delegate, loaded.days.soon(now)
    readers = [
        (written.LEFT, delegate.person),
        (written.COACH_LEFT, delegate.coach),
        (written.MANAGER_LEFT, delegate.manager),
    ]
    return [
        written.about_delegate(kind, loaded.programme, delegate, to, due_at, stamp(now))
        for kind, to in readers
        if not to.is_erased
    ]


def _writes(loaded: LoadedDelegate, wave: DelegateWave, texts: Sequence[Email], asking: Asking) -> Iterator[Write]:
    delegate, now = loaded.delegate, asking.now
    yield delegates.withdraw(delegate, revoke_links=True)
    yield cohorts.change_line(delegate, put={"withdrawn": True, "paused_until": ""})
    yield pauses.end(delegate.id)
    yield jobs.add(JobKind.WITHDRAW.job(delegate.id, stamp(now), due_at=now, delegate=delegate.id))
    words = {"before": loaded.standing.value, "after": Standing.LEFT.value, "why": asking.reason}
    event = audit_events.add(delegate.cohort_id, AuditEvent.CHANGED_STANDING, asking.by, delegate.id, now, **words)
    about = {"cohort": delegate.cohort_id, "delegate": delegate.id, "standing": Standing.LEFT.value}
    yield outlive(event, What.STANDING, now, **about)
    yield from emails.add_all(texts)
    if wave.state in NOT_CLOSED:
        yield delegates.move_wave(delegate.id, wave.wave, WaveState.WITHDRAWN, wave.state)
    else:
        yield delegates.still_in_state(wave)


def _latest(loaded: LoadedDelegate) -> DelegateWave:
    """Return the follow-up if there is one, else the baseline."""
    waves = {wave.wave: wave for wave in loaded.waves}
    return waves.get(Wave.FOLLOWUP) or waves[Wave.BASELINE]


# --- the job ------------------------------------------------------------------------------------------


def finish_leaving(job: Job, now: datetime) -> Sequence[Write]:
    """Run the job: revoke links, cancel emails, destroy encrypted answers.

    Every step may be repeated; the keys go last.
    """
    delegate_id = job.about["delegate"]
    rows = list(delegates.load_rows(delegate_id))
    delegate = DelegateRecord(rows).delegate
    for wave in _waves(rows):
        _stop(delegate, wave)
    for survey in surveys_from(rows):
        if SURVEY.allows(state_of(survey), END, By.ADMINISTRATOR):
            _each([impact_surveys.close(delegate.id, survey.role)])
    _each(leave_part_writes(delegate, parts_from(rows)))
    waiting_emails.cancel_all(list_unwanted(delegate.id))
    _cancel_meetings(delegate, rows, now)
    return send_calendar(find(delegate.cohort_id, delegate_id), "left", now)


def _cancel_meetings(delegate: Delegate, rows: Sequence[Row], now: datetime) -> None:
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    for kind in MeetingKind:
        if writes := end(programme, delegate, meetings.from_rows(rows, kind), now, start_again=False):
            commit(writes, now)


def _waves(rows: Iterable[Row]) -> list[DelegateWave]:
    return list(DelegateRecord(tuple(rows)).waves)


def _stop(delegate: Delegate, wave: DelegateWave) -> None:
    if wave.state in NOT_CLOSED:
        transact([delegates.move_wave(delegate.id, wave.wave, WaveState.WITHDRAWN, *NOT_CLOSED)])
    elif wave.state is not WaveState.WITHDRAWN:
        return  # its answers are being stored without identity, or are so already: no link opens it any more
    for invitation in invitations.of_delegate(delegate.id, wave.wave):
        _each([invitations.revoke(invitation)])
    wave_keys.destroy(delegate.id, wave.wave)


def _each(writes: Iterable[Write]) -> None:
    """Write one by one; ignore rows that do not exist."""
    for write in writes:
        try:
            transact([write])
        except Missing:
            continue
