"""Accept answers for longer: what an extension of one delegate and a later closing day of the cohort have in common."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from chalicelib.core.clock import stamp
from chalicelib.core.formatting import local_date
from chalicelib.core.model import Delegate, DelegateWave, Programme, WaveState
from chalicelib.emails.kinds import CancelledBy
from chalicelib.emails.waiting import cancel_by
from chalicelib.jobs.kinds import JobKind
from chalicelib.store import cohorts, delegates, jobs
from chalicelib.store.cohorts import FeedbackState
from chalicelib.store.table import Write
from chalicelib.waves import lifecycle


def give_time(
    programme: Programme, delegate: Delegate, wave: DelegateWave, closes_at: datetime, now: datetime
) -> list[Write]:
    """Move a deadline back, and have everyone who has not answered emailed.

    Refused with WaveChanged if the wave changed since it was read. Raises ValueError if its key is gone.
    """
    if wave.without_key:
        raise ValueError(f"no one can answer {wave.wave.value} of {delegate.id}: its key is gone; settle it first")
    later = replace(wave, closes_at=closes_at, extensions=wave.extensions + 1)
    changes = {"state": WaveState.OPEN, "closes_at": closes_at, "extensions": later.extensions}
    subject = (delegate.id, wave.wave.value, str(later.extensions))
    about = {"delegate": delegate.id, "wave": wave.wave.value, "extension": str(later.extensions), "at": stamp(now)}
    return [
        delegates.change_as_read(wave, changes),
        cohorts.change_line(delegate, put=_line(later, programme, now), wave=wave.wave),
        jobs.add(lifecycle.close_job(later)),
        jobs.add(JobKind.TELL_EXTENDED.job(*subject, due_at=now, **about)),
        *cancel_by(CancelledBy.OUTCOME, delegate.id, wave.wave.value),
    ]


def _line(later: DelegateWave, programme: Programme, now: datetime) -> dict[str, object]:
    """Record on the dashboard that everyone who has not answered is emailed today."""
    today = local_date(now, programme.organisation.timezone)
    return {
        **cohorts.set_feedback(FeedbackState.COLLECTING),
        "closes_at": stamp(later.closes_at),
        "reminded_on": today.isoformat(),
    }
