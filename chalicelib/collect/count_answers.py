"""Count the answers of a cohort on each morning on which one of its questionnaires is open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chalicelib.core.model import AnswerCount, Programme, Wave
from chalicelib.jobs.commit import commit
from chalicelib.jobs.each import each, fail_for
from chalicelib.results.answer_counts import count_parts
from chalicelib.store import cohorts, programmes
from chalicelib.store.cohorts import DelegateLine, FeedbackState
from chalicelib.store.jobs import Job
from chalicelib.store.table import Write
from chalicelib.store.unreadable import list_unreadable
from chalicelib.waves import lifecycle

COUNTED = (FeedbackState.COLLECTING, FeedbackState.HELD)


def take_counts(job: Job, now: datetime) -> Sequence[Write]:
    """Set what every page shows until tomorrow, and schedule tomorrow's job while a questionnaire is open."""
    rows = list(cohorts.rows(job.about["cohort"]))
    cohort = cohorts.cohort_from(rows)
    if cohort is None:
        return []
    programme = programmes.load(cohort.programme_id, cohort.programme_version)
    lines = {
        f"{line.delegate_id} {wave.value}": (wave, line)
        for wave in cohorts.LINES
        for line in cohorts.lines_from(rows, wave)
    }
    _, left_out = each(lines, lambda name: _count(programme, cohort.id, *lines[name], now), "counts")
    if not list_unreadable() and not any(_is_counted(line) for _, line in lines.values()):
        return []
    lifecycle.count_tomorrow(cohort.id, programme.organisation.timezone, now)
    fail_for(left_out)
    return []


def _count(programme: Programme, cohort_id: str, wave: Wave, line: DelegateLine, now: datetime) -> None:
    parts = _parts(programme, line)
    if _is_counted(line) and parts != line.counted:
        commit([cohorts.save_counts(cohort_id, line.delegate_id, wave, parts)], now)


def _parts(programme: Programme, line: DelegateLine) -> tuple[AnswerCount, ...]:
    invited = {group: count.invited for group, count in line.groups.items()}
    answered = {group: count.answered for group, count in line.groups.items()}
    return count_parts(programme, invited, answered, line.counts_hidden, line.counted)


def _is_counted(line: DelegateLine) -> bool:
    return line.feedback in COUNTED and not line.withdrawn
