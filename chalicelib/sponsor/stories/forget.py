"""Remove the words of withdrawn stories from documents of earlier editions.

The new edition repeats the figures of the newest one. So the newest one is deleted only after the new edition is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from chalicelib.jobs.kinds import JobKind
from chalicelib.store import jobs, objects, stories, summaries
from chalicelib.store.jobs import Job
from chalicelib.store.stories import StoryState
from chalicelib.store.summaries import Summary
from chalicelib.store.table import Write

FORGET_AFTER = timedelta(hours=1)  # the edition that replaces the others takes minutes
LOOK_AGAIN_AFTER = timedelta(days=1)
WITH_WORDS = ("facts", "html", "board", "slides")  # the table of figures and the method quote no story


def forget_job(cohort_id: str, cause: str, due_at: datetime, again: str = "") -> Job:
    """Make the job that looks for words to remove.

    again  the day of the last look, if the job looks again for the same cause
    """
    return JobKind.FORGET_STORY.job(cohort_id, f"{cause}{again}", due_at=due_at, cohort=cohort_id, cause=cause)


def forget_words(job: Job, now: datetime) -> Sequence[Write]:
    """Delete the documents that quote a withdrawn story, and every evidence pack. A pack is made again on request."""
    cohort_id = job.about["cohort"]
    editions = summaries.of_cohort(cohort_id)
    names = list_withdrawn(editions)
    for edition in editions[:-1]:
        if edition.name in names:
            _remove(edition)
    for edition in editions:
        objects.remove(summaries.pack_name(cohort_id, edition.name))
    if editions and editions[-1].name in names:  # the next edition has failed, or is being made
        cause = job.about.get("cause", job.id)  # a job of an earlier version has none
        return [jobs.add(forget_job(cohort_id, cause, now + LOOK_AGAIN_AFTER, f".{now:%Y-%m-%d}"))]
    return []


def list_withdrawn(editions: Sequence[Summary]) -> tuple[str, ...]:
    """Return the names of editions with a story that was withdrawn, or was deleted with its delegate."""
    delegate_ids = {delegate_id for edition in editions for delegate_id in edition.stories}
    stored = stories.of_delegates(delegate_ids) if delegate_ids else []
    kept = {story.delegate_id for story in stored if story.state is not StoryState.WITHDRAWN}
    return tuple(edition.name for edition in editions if not kept.issuperset(edition.stories))


def _remove(edition: Summary) -> None:
    for kind in WITH_WORDS:
        if name := edition.file(kind):
            objects.remove(name)
