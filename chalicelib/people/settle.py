"""Settle a questionnaire whose key is gone since a restore: its stored report counts, or its answers are lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from chalicelib.core.errors import FieldError
from chalicelib.core.model import DelegateWave, Wave, WaveState
from chalicelib.emails.kinds import CancelledBy
from chalicelib.emails.waiting import cancel_by
from chalicelib.jobs.kinds import JobKind
from chalicelib.meetings.effects import first_check
from chalicelib.people.loaded import LoadedDelegate
from chalicelib.people.planned import ActRefused, Asking, Planned, Recipient, plan
from chalicelib.report.emails import ready_email
from chalicelib.store import audit_events, cohorts, delegates, emails, jobs, reports
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.cohorts import FeedbackState, KeyLoss
from chalicelib.store.emails import Email
from chalicelib.store.meetings import Meeting, MeetingKind
from chalicelib.store.reports import StoredReport
from chalicelib.store.table import Write
from chalicelib.waves.emails.without_key import Outcome
from chalicelib.waves.without_key import list_emails

WORDS = {
    Outcome.PUBLISHED: "The report that was stored before the restore counts",
    Outcome.LOST: "The answers are lost, and there is no report",
}
EVENTS = {Outcome.PUBLISHED: "published from the stored report", Outcome.LOST: "lost"}


def is_without_key(loaded: LoadedDelegate) -> bool:
    return any(wave.without_key for wave in loaded.waves)


def list_outcomes(loaded: LoadedDelegate) -> Sequence[Outcome]:
    """Return what may be chosen: a report counts only if `restore finish` found one in the bucket."""
    if not is_without_key(loaded):
        return []
    return [Outcome.PUBLISHED, Outcome.LOST] if _find_wave(loaded).stored_report else [Outcome.LOST]


def plan_settle(loaded: LoadedDelegate, outcome: Outcome, asking: Asking) -> Planned:
    """Plan to settle a questionnaire.

    Raises ActRefused if none waits for it, or the stored report is missing or damaged.
    """
    loaded.refuse_gone()
    wave = _find_wave(loaded)
    notices = list_emails(loaded.programme, loaded.delegate, wave, outcome, asking.now)
    administrators = [Recipient("administrator", email.to.name, email.to.email, "the outcome") for email in notices]
    writes = [*_ending(loaded, wave, outcome, asking), *emails.add_all(notices)]
    if outcome is Outcome.LOST:
        questions = [] if wave.stored_report else [NOT_FINISHED]
        return plan(f"Record the answers about {loaded.name} as lost", LOST_EFFECTS, administrators, writes, questions)
    report = _read_report(loaded, wave, asking)
    ready = ready_email(loaded.programme, loaded.delegate, wave.wave, loaded.days.next_morning(asking.now))
    coach = [Recipient("coach", loaded.delegate.coach.name, loaded.delegate.coach.email, "that the report is ready")]
    writes += _publishing(loaded, wave, report, ready, asking)
    title = f"Let the stored report of {loaded.name} count"
    return plan(title, PUBLISHED_EFFECTS, [*coach, *administrators], writes)


NOT_FINISHED = (
    "After a restore the operator runs `restore finish` first: "
    "it looks for the report in the bucket, and asks everyone again if there is none."
)
LOST_EFFECTS = (
    "The questionnaire ends without a report. No one is asked again; a follow-up may ask later.",
    "No delegate, coach or rater is emailed. Explain to the delegate and the coach what has happened.",
    "You cannot undo this.",
)
PUBLISHED_EFFECTS = (
    "The questionnaire is closed with the report that the bucket has from before the restore, byte for byte.",
    "The coach releases it, also if that was done before the restore. Comments kept for the coach are lost.",
    "The answers themselves are lost, so a snapshot of the cohort’s figures that is made from now on leaves them out.",
    "You cannot undo this.",
)


def _find_wave(loaded: LoadedDelegate) -> DelegateWave:
    waves = [wave for wave in loaded.waves if wave.without_key]
    if not waves:
        raise ActRefused(
            FieldError(
                "",
                f"No questionnaire about {loaded.name} waits for this. After a restore run `restore finish` first.",
            )
        )
    return waves[0]


def _read_report(loaded: LoadedDelegate, wave: DelegateWave, asking: Asking) -> StoredReport:
    folder = wave.stored_report
    report = reports.read_documents(loaded.delegate.id, wave.wave, folder, asking.now) if folder else None
    if not folder:
        raise ActRefused(FieldError("outcome", f"No report of this questionnaire is known. {NOT_FINISHED}"))
    if report is None:
        where = f"The report in {folder} is not whole"
        raise ActRefused(FieldError("outcome", f"{where}. Restore its documents, or record the answers as lost."))
    return report


def _ending(loaded: LoadedDelegate, wave: DelegateWave, outcome: Outcome, asking: Asking) -> Iterator[Write]:
    """End the wave, and remove the sealed answers that no one can read."""
    delegate, now = loaded.delegate, asking.now
    ends = {Outcome.PUBLISHED: WaveState.CLOSED, Outcome.LOST: WaveState.WITHDRAWN}
    lines = {
        Outcome.PUBLISHED: cohorts.set_feedback(FeedbackState.REPORT_READY) | {"without_key": KeyLoss.NONE},
        Outcome.LOST: cohorts.set_key_loss(KeyLoss.LOST),
    }
    about = {"delegate": delegate.id, "wave": wave.wave.value}
    yield delegates.settle(wave, ends[outcome])
    yield cohorts.change_line(delegate, put=lines[outcome], wave=wave.wave)
    yield jobs.add(JobKind.EMPTY.job(delegate.id, wave.wave.value, str(wave.extensions), due_at=now, **about))
    yield from cancel_by(CancelledBy.OUTCOME, delegate.id, wave.wave.value)
    event, said = AuditEvent.SETTLED_WITHOUT_KEY, {"outcome": EVENTS[outcome], "why": asking.reason}
    yield audit_events.add(delegate.cohort_id, event, asking.by, delegate.id, now, **said)


def _publishing(
    loaded: LoadedDelegate, wave: DelegateWave, report: StoredReport, ready: Email, asking: Asking
) -> Iterable[Write]:
    meeting = Meeting(MeetingKind.DEBRIEF)
    is_first = wave.wave is Wave.BASELINE
    return [
        reports.add(report),
        *emails.add_all([ready]),
        *(first_check(loaded.delegate, meeting, loaded.days, asking.now) if is_first else []),
    ]
