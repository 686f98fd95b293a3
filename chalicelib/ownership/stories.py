"""Take the story of a delegate back when they are erased, as if they had withdrawn it themselves."""

from __future__ import annotations

from datetime import datetime

from chalicelib.sponsor.stories.acts import Of, ask_again, withdraw
from chalicelib.store import cohorts, delegates, objects, programmes, stories, summaries
from chalicelib.store.stories import Story, StoryState

APPROVED = (StoryState.APPROVED, StoryState.REVIEWED, StoryState.PUBLISHED)
ENDED = (StoryState.WITHDRAWN, StoryState.OFFERED)  # no one but the delegate has read an offered one


def withdraw_story(delegate_id: str, now: datetime) -> None:
    """Ask the sponsor to use a published story no more, and make an edition without it. A repeat does nothing."""
    story = stories.find(delegate_id)
    if story and story.state not in ENDED:
        _withdraw(story, now)


def withdraw_again(story: Story, now: datetime) -> None:
    """Withdraw it in a table that was put back to before it.

    The edition without it repeats the figures of the newest one that the table knows. Its facts may have been deleted
    because of this same withdrawal, so they are brought back until the edition is made. Raises LookupError if they
    are gone: the story is withdrawn all the same.
    """
    _withdraw(story, now)
    editions = summaries.of_cohort(story.cohort_id)
    if editions and story.state is StoryState.PUBLISHED:
        objects.bring_back(editions[-1].facts)


def ask_for_words(story: Story, now: datetime) -> None:
    """Have the delegate approve words once more that they have changed in the meantime."""
    if of := _find_owner(story):
        ask_again(story, of, now)


def _withdraw(story: Story, now: datetime) -> None:
    if of := _find_owner(story):
        withdraw(story, of, now)


def _find_owner(story: Story) -> Of | None:
    delegate = delegates.find(story.delegate_id)
    cohort = cohorts.find(delegate.cohort_id) if delegate else None
    if delegate is None or cohort is None:
        return None
    return Of(delegate, cohort, programmes.load(cohort.programme_id, cohort.programme_version))
