"""Offer stories after the surveys have closed, and list the accepted stories for an edition."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec.structs import replace

from chalicelib.core.model import Cohort, Delegate, Programme
from chalicelib.core.state_machine import By
from chalicelib.core.working_days import working_days
from chalicelib.sponsor.emails.about_stories import offered_email
from chalicelib.sponsor.evidence import Evidence
from chalicelib.sponsor.final.facts import StoryLine
from chalicelib.sponsor.stories.acts import TAGS
from chalicelib.sponsor.stories.candidates import find_candidates
from chalicelib.sponsor.stories.thread import OFFER, PUBLISH, STORY
from chalicelib.store import delegates, emails, stories
from chalicelib.store.stories import Naming, Story, StoryState
from chalicelib.store.table import Write

NAMELESS = "A delegate"
MAX_WORKED, MAX_FAILED = 4, 2  # in one edition


def offer_writes(programme: Programme, cohort: Cohort, people: Sequence[Evidence], now: datetime) -> list[Write]:
    """Return the rows and emails that offer each candidate the exact words; none if the cohort has no sponsor."""
    candidates = find_candidates(people) if cohort.sponsor else []
    named = delegates.find_all([candidate.delegate_id for candidate in candidates])
    due_at = working_days(programme.organisation, cohort.dates.closed).next_morning(now)
    writes: list[Write] = []
    for place, candidate in enumerate(candidates, start=1):
        story = Story(
            candidate.delegate_id,
            cohort.id,
            candidate.text,
            candidate.worked,
            place,
            now,
            STORY.move(StoryState.CANDIDATE, OFFER, By.SYSTEM),
            Naming(candidate.naming),
        )
        writes.append(stories.add(story))
        writes += emails.add(offered_email(programme, named[story.delegate_id], story, due_at))
    return writes


def usable(delegate_ids: Iterable[str]) -> list[Story]:
    """Return the stories for an edition made now: accepted or published, the strongest first."""
    offered = [story for story in stories.of_delegates(delegate_ids) if story.state in IN_EDITIONS]
    worked = [story for story in offered if story.worked][:MAX_WORKED]
    return [*worked, *[story for story in offered if not story.worked][:MAX_FAILED]]


IN_EDITIONS = (StoryState.REVIEWED, StoryState.PUBLISHED)


def publish_writes(published: Iterable[Story], now: datetime) -> list[Write]:
    """Return the writes that mark stories as published. They fail if a story was withdrawn since it was read."""
    reviewed = (story for story in published if story.state is StoryState.REVIEWED)
    return [
        stories.save(replace(story, state=STORY.move(story.state, PUBLISH, By.SYSTEM), changed_at=now), story)
        for story in reviewed
    ]


def story_line(story: Story, delegate: Delegate) -> StoryLine:
    who = f"{delegate.person.name}, {delegate.service}" if story.naming is Naming.NAMED else NAMELESS
    return StoryLine(story.id, who, story.text, story.worked, tuple(TAGS[tag] for tag in story.tags if tag in TAGS))
