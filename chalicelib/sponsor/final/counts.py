"""Count areas, proposals and measures by their outcome, and rank what helped or hindered. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from chalicelib.core.model import Programme
from chalicelib.forms.impact_answers import (
    IMPROVED,
    NO_ANSWER,
    UNCHANGED,
    WORSE,
    agreed_outcomes,
    factors_of,
    first_named,
)
from chalicelib.forms.impact_options import FACTORS, LEVELS, RELEVANCE
from chalicelib.forms.impact_questions import useful_parts
from chalicelib.results.sponsor_rule import Grouping, Reading, distribution, most_chosen
from chalicelib.sponsor.evidence import Evidence, number
from chalicelib.sponsor.final.facts import FactorLine, Reaction, Spread
from chalicelib.sponsor.final.figures import mean_figure, signed_figure

FACTOR_SCALE, RECOMMEND_SCALE = (-2, 2), (0, 10)
LADDER: tuple[Grouping, ...] = (((0,), (1,), (2,), (3,)), ((0, 1), (2,), (3,)), ((0, 1), (2, 3)))
OUTCOMES = {IMPROVED: "improved", UNCHANGED: "unchanged", WORSE: "worse", NO_ANSWER: "no answer"}
MEASURES: tuple[Grouping, ...] = (
    ((0,), (1,), (2,), (3,)),
    ((0,), (1, 2), (3,)),
    ((0,), (1, 2, 3)),
    ((0, 1, 2), (3,)),
)
DECISIONS = {
    "accepted": "accepted",
    "amended": "accepted with changes",
    "pending": "not decided yet",
    "declined": "declined",
}
PROPOSALS: tuple[Grouping, ...] = (((0,), (1,), (2,), (3,)), ((0,), (1,), (2, 3)), ((0, 1), (2, 3)))

REVIEWED = {  # as in store/reviews.py
    "done": "done",
    "kept": "kept",
    "changed": "kept in other words",
    "given_up": "given up",
}

Given = Mapping[str, Sequence[tuple[str, str]]]  # delegate -> thing and answer


def count_areas(people: Sequence[Evidence]) -> Spread:
    given = {
        person.id: [(area, (person.own or {}).get(f"level.{area}", "")) for area in person.areas] for person in people
    }
    return _spread(given, dict(LEVELS), LADDER)


def count_agreed(people: Sequence[Evidence]) -> Spread:
    """Count the measures that delegates named during the programme, by what came of them.

    A measure without a figure today counts as “no answer”, also if its delegate did not answer at all. A delegate who
    is still to be asked is left out.
    """
    given = {
        person.id: [("", outcome) for outcome in agreed_outcomes(person.own, person.agreed)]
        for person in people
        if not person.later
    }
    return _spread(given, OUTCOMES, MEASURES)


def count_named(people: Sequence[Evidence]) -> Spread:
    """Count the measures that delegates named for the first time in the survey: most name what went well."""
    given = {
        person.id: [("", measure.outcome) for measure in first_named(person.own, person.agreed)] for person in people
    }
    return _spread(given, OUTCOMES, MEASURES)


def count_proposals(people: Sequence[Evidence]) -> Spread:
    given = {person.id: [("", person.own.get("proposal", ""))] for person in people if person.own}
    return _spread(given, DECISIONS, PROPOSALS)


def count_reviews(outcomes: Mapping[str, Sequence[str]]) -> Spread:
    """Count areas by the outcome that the six-month reviews agreed. outcomes: of each delegate's areas."""
    return _spread(
        {who: [("", delegate_id) for delegate_id in given] for who, given in outcomes.items()}, REVIEWED, MEASURES
    )


def _spread(given: Given, labels: Mapping[str, str], groupings: Sequence[Grouping]) -> Spread:
    answered = [(who, value) for who, pairs in given.items() for _, value in pairs if value in labels]
    by_answer = [[who for who, value in answered if value == label] for label in labels]
    words = [label[:1].lower() + label[1:] for label in labels.values()]
    parts = distribution(words, by_answer, groupings)
    delegates = len({who for who, _ in answered})
    return Spread(delegates, len(answered), parts) if parts else Spread()


# --- what helped and hindered, and the programme itself ------------------------------------------------------------


def factor_lines(programme: Programme, people: Sequence[Evidence]) -> tuple[FactorLine, ...]:
    """Rank the factors, the one that hindered most first."""
    lines = sorted(_factors(programme, people), key=lambda line: (line.mean.value, line.label))
    return tuple(lines)


def _factors(programme: Programme, people: Sequence[Evidence]) -> Iterator[FactorLine]:
    answers = [factors_of(person.own) if person.own else {} for person in people]
    for factor, label in FACTORS.items():
        figure = signed_figure(Reading(*FACTOR_SCALE, tuple(own.get(factor) for own in answers)), programme)
        if figure:
            yield FactorLine(factor, label, figure)


def reaction(programme: Programme, people: Sequence[Evidence]) -> Reaction:
    recommend = mean_figure(Reading(*RECOMMEND_SCALE, tuple(number(person.own, "recommend") for person in people)))
    relevance = mean_figure(Reading(1, len(RELEVANCE), tuple(number(person.own, "relevance") for person in people)))
    chosen = [person.own["useful"] for person in people if person.own and "useful" in person.own]
    return Reaction(
        recommend[0] if recommend else None,
        relevance[0] if relevance else None,
        most_chosen(chosen, useful_parts(programme)),
    )
