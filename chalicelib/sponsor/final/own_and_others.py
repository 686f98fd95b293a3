"""What others saw, and what delegates say of themselves: since the first 360, and looking back. Pure.

For the first 360 this uses the mean that was published then. A mean of only those who answered later would reveal the
answers of the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from chalicelib.core.model import SELF_GROUP, Competency, Programme
from chalicelib.results.cohort_snapshot import Frozen
from chalicelib.results.facts import CohortMean
from chalicelib.results.published import ALL_OTHERS, About
from chalicelib.results.sponsor_rule import Reading
from chalicelib.sponsor.evidence import Evidence, mean, number
from chalicelib.sponsor.final.facts import ChangeLine, FollowupLine, Seen, StartLine
from chalicelib.sponsor.final.figures import (
    change_figure,
    cohort_figure,
    error_of_change,
    mean_figure,
    signed_figure,
)

CHANGE = (-3, 3)  # of the pulse and of the line manager's form

Means = Mapping[tuple[str, str], CohortMean]


def seen_by_others(programme: Programme, people: Sequence[Evidence]) -> Seen:
    return Seen(
        managers=signed_figure(Reading(*CHANGE, tuple(map(managers_change, people))), programme),
        raters=signed_figure(Reading(*CHANGE, tuple(mean(person.raters_change) for person in people)), programme),
    )


def managers_change(evidence: Evidence) -> Fraction | None:
    answers = evidence.manager or {}
    given = (answers.get(f"change.{area}", "") for area in evidence.areas)
    return mean(Fraction(change) for change in given if change not in ("", "not_seen"))


# --- the 360 ----------------------------------------------------------------------------------------------------------


def start_lines(programme: Programme, baseline: Frozen) -> Iterator[StartLine]:
    """List the competencies that the reports show for the cohort."""
    means = means_of(baseline)
    for competency in programme.competencies:
        own, others = means.get((competency.id, SELF_GROUP)), means.get((competency.id, ALL_OTHERS))
        if own or others:
            figures = (cohort_figure(mean)[0] if mean else None for mean in (own, others))
            yield StartLine(competency.id, competency.title, *figures)


def followup_lines(programme: Programme, baseline: Frozen, followup: Frozen) -> Iterator[FollowupLine]:
    first, second = means_of(baseline), means_of(followup)
    for competency in programme.competencies:
        place = competency.id, ALL_OTHERS
        if place in first and place in second:
            (before, was), (after, is_now) = cohort_figure(first[place]), cohort_figure(second[place])
            behaviours = len(competency.items)
            error = error_of_change(programme, (before.n, behaviours), (after.n, behaviours))
            change = change_figure(was, is_now, min(before.n, after.n), error)
            yield FollowupLine(competency.id, competency.title, before, after, change)


def means_of(frozen: Frozen) -> Means:
    return {(mean.id, mean.cell): mean for mean in frozen.means if mean.about == About.COMPETENCY}


# --- own ratings ------------------------------------------------------------------------------------------------------


def change_lines(programme: Programme, people: Sequence[Evidence], baseline: Frozen) -> Iterator[ChangeLine]:
    """List the competencies with both comparisons. They are shown only together, because each alone misleads."""
    means = means_of(baseline)
    for competency in programme.competencies:
        first = means.get((competency.id, SELF_GROUP))
        if first and (line := _change(programme, competency, first, people)):
            yield line


def _change(
    programme: Programme, competency: Competency, first: CohortMean, people: Sequence[Evidence]
) -> ChangeLine | None:
    pairs = [now_and_then(person, competency.id) for person in people]
    now = mean_figure(Reading(1, programme.top, tuple(pair[0] if pair else None for pair in pairs)))
    then = mean_figure(Reading(1, programme.top, tuple(pair[1] if pair else None for pair in pairs)))
    if now is None or then is None:
        return None
    before, was = cohort_figure(first)
    one_answer, behaviours = (now[0].n, 1), (before.n, len(competency.items))
    since = change_figure(was, now[1], now[0].n, error_of_change(programme, behaviours, one_answer))
    back = change_figure(then[1], now[1], now[0].n, error_of_change(programme, one_answer, one_answer))
    return ChangeLine(competency.id, competency.title, before, now[0], then[0], since, back)


def now_and_then(evidence: Evidence, competency: str) -> tuple[Fraction, Fraction] | None:
    """Return both answers of a delegate who gave both."""
    now, then = number(evidence.own, f"now.{competency}"), number(evidence.own, f"then.{competency}")
    return None if now is None or then is None else (now, then)
