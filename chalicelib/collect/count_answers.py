"""Count the answers of a cohort on each morning on which one of its questionnaires is open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from chalicelib.core.model import AnswerCount, Invitation, InvitationState, Programme, Wave
from chalicelib.jobs.commit import commit
from chalicelib.jobs.each import each, fail_for
from chalicelib.results.answer_counts import count_parts, count_together
from chalicelib.store import cohorts, invitations, programmes
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
    by_wave = {wave: cohorts.lines_from(rows, wave) for wave in cohorts.LINES}
    counts = {
        f"{line.delegate_id} {wave.value}": partial(_count, programme, cohort.id, wave, line, now)
        for wave, lines in by_wave.items()
        for line in lines
        if _is_counted(line)
    }
    counts |= {
        f"{line.delegate_id} survey": partial(_count_survey, programme, cohort.id, line, now)
        for line in by_wave[Wave.BASELINE]
        if line.is_surveyed
    }
    _, left_out = each(counts, lambda name: counts[name](), "counts")
    if not list_unreadable() and not counts:
        return []
    lifecycle.count_tomorrow(cohort.id, programme.organisation.timezone, now)
    fail_for(left_out)
    return []


def _count(programme: Programme, cohort_id: str, wave: Wave, line: DelegateLine, now: datetime) -> None:
    parts = _parts(programme, line)
    if parts != line.counted:
        commit([cohorts.save_counts(cohort_id, line.delegate_id, wave, parts)], now)


def _parts(programme: Programme, line: DelegateLine) -> tuple[AnswerCount, ...]:
    invited = {group: count.invited for group, count in line.groups.items()}
    answered = {group: count.answered for group, count in line.groups.items()}
    return count_parts(programme, invited, answered, line.counts_hidden, line.counted)


def _is_counted(line: DelegateLine) -> bool:
    return line.feedback in COUNTED and not line.withdrawn


# --- the six-month survey -------------------------------------------------------------------------------


def _count_survey(programme: Programme, cohort_id: str, line: DelegateLine, now: datetime) -> None:
    """Count the raters who have answered, unless one of them was removed or asked again: then the last count stays."""
    asked = list(invitations.of_delegate(line.delegate_id, Wave.PULSE))
    count = count_together(programme, *_by_group(asked))
    before = line.survey_count
    if count == before or not count.invited or not all(map(_is_as_asked, asked)):
        return
    if before is None or count.invited >= before.invited:
        commit([cohorts.save_survey_count(cohort_id, line.delegate_id, count)], now)


def _by_group(asked: Sequence[Invitation]) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Return how many of each group were invited, and how many answered."""
    answered = (invitation.group for invitation in asked if invitation.state is InvitationState.ANSWERED)
    return Counter(invitation.group for invitation in asked), Counter(answered)


def _is_as_asked(invitation: Invitation) -> bool:
    """Return whether the rater still has the first link: a count before and after another one would show an answer."""
    return invitation.state is not InvitationState.REVOKED and invitation.link_version == 1
