"""Collect every reading of the summary from delegates' own answers. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from chalicelib.core.model import Competency, Programme
from chalicelib.forms.impact_questions import RELEVANCE
from chalicelib.results.sponsor_rule import Reading
from chalicelib.sponsor.evidence import Evidence, mean, number

CHANGE = (-3, 3)  # of the pulse and of the line manager's form
RECOMMEND = (0, 10)
PRE, THEN, POST = "pre", "then", "post"

Key = tuple[str, str]  # what, and of which competency


def readings(programme: Programme, people: Sequence[Evidence]) -> dict[Key, Reading]:
    """Collect readings by subject. Values are in the order of `people`."""
    by_key = {
        ("relevance", ""): Reading(1, len(RELEVANCE), _own(people, "relevance")),
        ("recommend", ""): Reading(*RECOMMEND, _own(people, "recommend")),
        ("managers", ""): Reading(*CHANGE, tuple(map(_managers_change, people))),
        ("raters", ""): Reading(*CHANGE, tuple(mean(evidence.raters_change) for evidence in people)),
    }
    for competency in programme.competencies:
        points = [_points(competency, evidence) for evidence in people]
        for place, what in enumerate((PRE, THEN, POST)):
            by_key[what, competency.id] = Reading(1, programme.top, tuple(p[place] if p else None for p in points))
    return by_key


def _own(people: Iterable[Evidence], name: str) -> tuple[Fraction | None, ...]:
    return tuple(number(evidence.own, name) for evidence in people)


def _points(competency: Competency, evidence: Evidence) -> tuple[Fraction, Fraction, Fraction] | None:
    """Return before, looking back and now, only for a delegate who has all three."""
    pre = evidence.self_means.get(competency.id)
    then, post = number(evidence.own, f"then.{competency.id}"), number(evidence.own, f"now.{competency.id}")
    return None if pre is None or then is None or post is None else (pre, then, post)


def _managers_change(evidence: Evidence) -> Fraction | None:
    answers = evidence.manager or {}
    given = (answers.get(f"change.{area}", "") for area in evidence.areas)
    return mean(Fraction(change) for change in given if change not in ("", "not_seen"))
