"""Count a cohort's development areas before and after its workshops, for the sponsor and the facilitators.

A count is frozen. The next one is made only if the difference from all earlier ones is about five delegates or more.
Otherwise the page shows the earlier count again, with its day. See docs/decisions/0054-areas-of-a-cohort.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from hashlib import blake2b

from msgspec import Struct

from chalicelib.core.model import Programme, Wave
from chalicelib.forms.impact_options import LEVELS
from chalicelib.jobs.commit import commit
from chalicelib.jobs.each import each
from chalicelib.mornings.plan import CohortDay
from chalicelib.results.closure import answers_isolate_few, isolates_few
from chalicelib.results.sponsor_rule import ENOUGH, Grouping, Part, distribution, with_rest
from chalicelib.store import area_counts, areas, cohorts, delegates
from chalicelib.store.area_counts import AreaCounts, AreaCountsExist, Counted, CountedPart
from chalicelib.store.unreadable import list_unreadable

OTHER_TOPICS = "other competencies"
BY_LEVEL: tuple[Grouping, ...] = (
    ((0,), (1,), (2,), (3,)),
    ((0,), (1,), (2, 3)),
    ((0,), (1, 2, 3)),
    ((0, 1), (2, 3)),
)
LEVEL_WORDS = ("not started, or nothing noted", *(label[:1].lower() + label[1:] for _, label in LEVELS[1:]))


class OwnArea(Struct, frozen=True):
    """One development area of a delegate.

    topic    id of the competency that most of its behaviours belong to; empty for an area about no behaviour
    level    id of the level that the delegate noted last; the first one if they have noted none
    wording  changes whenever the area is changed
    notes    how many levels the delegate has noted
    """

    id: str
    topic: str
    level: str
    wording: int
    notes: int


Areas = Mapping[str, Sequence[OwnArea]]  # delegate -> areas


def freeze_area_counts(day: CohortDay, place: int) -> None:
    """Count the areas of a cohort and keep the count. A repeat changes nothing.

    place  0 before the first workshop, then the number of the workshop that is over
    """
    before = area_counts.of_cohort(day.cohort.id)
    if any(counts.place >= place for counts in before) or list_unreadable():
        return  # a new count must be compared with every earlier one
    lines = cohorts.lines_from(day.rows)
    here = [line.delegate_id for line in lines if not line.moved_to and not line.apart]
    read, _ = each(here, lambda delegate_id: _areas_of(day.programme, delegate_id), "count of areas")
    counts = AreaCounts(day.cohort.id, place, *count_again(day.programme, read, before, day.today))
    if counts.topics or counts.levels:
        with suppress(AreaCountsExist):
            commit([area_counts.add(counts)], day.now)


def _areas_of(programme: Programme, delegate_id: str) -> tuple[OwnArea, ...]:
    rows = tuple(delegates.load_rows(delegate_id))
    asked = [area for area in areas.from_rows(rows, Wave.BASELINE) if area.state in areas.SURVEYED]
    return tuple(_own_area(programme, area, areas.progress_from(rows, Wave.BASELINE, area.id)) for area in asked)


def _own_area(programme: Programme, area: areas.Area, notes: Sequence[areas.Progress]) -> OwnArea:
    levels = [note.level for note in notes if note.level]
    return OwnArea(area.id, topic_of(programme, area.items), (*levels, LEVELS[0][0])[0], area.revision, len(levels))


def topic_of(programme: Programme, items: Sequence[str]) -> str:
    """Return the competency of most of these behaviours; the first one of the programme if two have as many."""
    behaviours = Counter(
        competency.id for competency in programme.competencies for item in competency.items if item.id in items
    )
    return behaviours.most_common(1)[0][0] if behaviours else ""


# --- the rule ---------------------------------------------------------------------------------------------------------


def count_again(
    programme: Programme, own: Areas, before: Sequence[AreaCounts], today: date
) -> tuple[Counted | None, Counted | None]:
    """Return areas by competency and by level, each counted today or as it was shown last."""
    answering = {who: given for who, given in own.items() if given}

    def topics(some: Areas) -> Counted | None:
        return _count(some, _topics(programme, some), lambda area: str(area.wording), today)

    def levels(some: Areas) -> Counted | None:
        return _count(some, _levels(some), lambda area: str(area.notes), today)

    return _count_next(topics, answering, [c.topics for c in before if c.topics]), _count_next(
        levels, answering, [c.levels for c in before if c.levels]
    )


def _topics(programme: Programme, own: Areas) -> tuple[Part, ...]:
    topics = {competency.id: competency.title for competency in programme.competencies} | {"": OTHER_TOPICS}
    return with_rest([*topics.values()], _who(own, [*topics], lambda area: area.topic), OTHER_TOPICS)


def _levels(own: Areas) -> tuple[Part, ...]:
    return distribution(LEVEL_WORDS, _who(own, [level for level, _ in LEVELS], lambda area: area.level), BY_LEVEL)


def _who(own: Areas, values: Sequence[str], value_of: Callable[[OwnArea], str]) -> list[list[str]]:
    """Return for each value the delegates whose areas have it, once for each area."""
    return [[who for who, given in own.items() for area in given if value_of(area) == value] for value in values]


def _count(own: Areas, parts: Sequence[Part], state: Callable[[OwnArea], str], today: date) -> Counted | None:
    if not parts:
        return None
    answers = {who: _shorten(" ".join(f"{area.id}.{state(area)}" for area in given)) for who, given in own.items()}
    counted = tuple(CountedPart(part.label, part.count) for part in parts)
    return Counted(today, len(own), sum(len(given) for given in own.values()), counted, answers)


def _shorten(state: str) -> str:
    """Return a short word that is another one for another state: a cohort of thousands must fit into one row."""
    return blake2b(state.encode(), digest_size=6).hexdigest()


def _count_next(count: Callable[[Areas], Counted | None], own: Areas, earlier: Sequence[Counted]) -> Counted | None:
    """Return the first new count that reveals nothing about few, next to all earlier ones; else the last of these.

    If a few have joined, they are left out: those who were counted last are counted again.
    """
    last = earlier[-1] if earlier else None
    again = {who: given for who, given in own.items() if last and who in last.answers}
    counts = (count(some) for some in (own, again))
    return next((new for new in counts if new and _is_publishable(new, earlier)), last)


def _is_publishable(new: Counted, earlier: Sequence[Counted]) -> bool:
    """Return whether the answers that have changed, and the delegates who came or went, are each those of five or more.

    The sponsor knows who joined or left, so what others have changed does not hide these.
    """
    answers = [*(count.answers for count in earlier), new.answers]
    return len(new.answers) >= ENOUGH and not isolates_few(answers) and not answers_isolate_few(answers)
