"""Take the story of a delegate back when they are erased, as if they had withdrawn it themselves."""

from __future__ import annotations

from datetime import datetime

from chalicelib.sponsor.stories.acts import Of, withdraw
from chalicelib.store import cohorts, delegates, programmes, stories
from chalicelib.store.stories import StoryState

ENDED = (StoryState.WITHDRAWN, StoryState.OFFERED)  # no one but the delegate has read an offered one


def withdraw_story(delegate_id: str, now: datetime) -> None:
    """Ask the sponsor to use a published story no more, and make an edition without it. A repeat does nothing."""
    delegate = delegates.find(delegate_id)
    cohort = cohorts.find(delegate.cohort_id) if delegate else None
    if delegate is None or cohort is None:
        return
    programme = programmes.load(cohort.programme_id, cohort.programme_version)
    for story in stories.of_delegates([delegate_id]):
        if story.state not in ENDED:
            withdraw(story, Of(delegate=delegate, cohort=cohort, programme=programme), now)
