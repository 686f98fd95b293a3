"""Draft the facts of the next edition from what is stored. Pages may call this, because it renders no document."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.core.formatting import local_date
from chalicelib.core.model import Cohort, Programme
from chalicelib.sponsor.evidence import Evidence
from chalicelib.sponsor.final.build import Prepared, build_final
from chalicelib.sponsor.final.facts import Final, read_final
from chalicelib.sponsor.gather import load_frozen, load_reviews
from chalicelib.sponsor.stories.offer import story_line, usable
from chalicelib.store import board_requests, cohorts, costs, delegates, objects, summaries
from chalicelib.store.stories import Story


def last_edition(cohort_id: str) -> Final | None:
    """Return the facts of the newest edition; None for an edition of an earlier version, which cannot be repeated."""
    editions = [edition for edition in summaries.of_cohort(cohort_id) if edition.files]
    return read_final(objects.load(editions[-1].facts)) if editions else None


class Draft(Struct, frozen=True):
    """An edition that is not stored yet, and the stories in it."""

    final: Final
    stories: tuple[Story, ...]
    counted: tuple[str, ...] = ()  # ids of the delegates whose answers to the survey are in it


def prepare_edition(
    programme: Programme, cohort: Cohort, people: Sequence[Evidence], before: Final | None, now: datetime
) -> Draft:
    """Build the facts of the next edition from what is stored. people: every delegate who began, with their answers."""
    known = _counted(cohort.id)
    late = [person for person in people if person.own is not None and person.id not in known] if known else []
    entered, requests = costs.find(cohort.id), board_requests.find(cohort.id)
    usable_stories = usable(line.delegate_id for line in cohorts.list_lines(cohort.id) if not line.withdrawn)
    named = delegates.find_all([story.delegate_id for story in usable_stories])
    lines = tuple(story_line(story, named[story.delegate_id]) for story in usable_stories)
    agreed = load_reviews(programme, cohort, now)
    prepared = Prepared(entered.costs if entered else (), requests.asks if requests else (), lines, agreed)
    today = local_date(now, programme.organisation.timezone)
    final = build_final(programme, cohort, people, today, *load_frozen(cohort.id), prepared, before, late)
    return Draft(final, tuple(usable_stories), _count(final, before, people, late, known))


def _counted(cohort_id: str) -> tuple[str, ...]:
    """Return the delegates whose answers are in an edition; editions of earlier versions have no such list."""
    return next((edition.counted for edition in reversed(summaries.of_cohort(cohort_id)) if edition.counted), ())


def _count(
    final: Final, before: Final | None, people: Sequence[Evidence], late: Sequence[Evidence], known: tuple[str, ...]
) -> tuple[str, ...]:
    if before is None or before.survey is None:
        return tuple(sorted(person.id for person in people if person.own is not None)) if final.survey else ()
    added = [person.id for person in late] if final.late and not before.late else []
    return tuple(sorted([*known, *added]))


def has_news(final: Final, before: Final) -> bool:
    """Return whether an edition would show anything that the previous edition does not."""
    return replace(final, edition=before.edition, made_on=before.made_on, replaces=before.replaces) != before
