"""Select cases in the delegates' own words, from those who agreed to be quoted and as they agreed. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from chalicelib.forms.impact_questions import MEASURES
from chalicelib.sponsor.evidence import Evidence, number

MOST_SUCCESSES, MOST_OTHERS = 4, 2
APPLIED = ("regular", "habit")
NAMELESS = "A delegate"

Answers = Mapping[str, str]


class Case(Struct, frozen=True, order=True):
    who: str
    measures: tuple[str, ...]
    words: tuple[str, ...]


def success_cases(cohort: Sequence[Evidence]) -> tuple[Case, ...]:
    """Sort the strongest first: improved measures count twice, areas applied and ideas implemented once."""
    quotable = [(evidence, answers) for evidence, answers in _quotable(cohort) if strength(evidence, answers)]
    ranked = sorted((-strength(evidence, answers), _success(evidence, answers)) for evidence, answers in quotable)
    return tuple(case for _, case in ranked if case.measures or case.words)[:MOST_SUCCESSES]


def other_cases(cohort: Sequence[Evidence]) -> tuple[Case, ...]:
    """Return what got worse or cost more, from the weakest results first."""
    quotable = [(evidence, answers) for evidence, answers in _quotable(cohort) if "negative" in answers]
    ranked = sorted((strength(evidence, answers), _other(evidence, answers)) for evidence, answers in quotable)
    return tuple(case for _, case in ranked)[:MOST_OTHERS]


def strength(evidence: Evidence, answers: Answers) -> int:
    improved = sum(is_improved(answers, place) for place in range(1, MEASURES + 1))
    applied = sum(answers.get(f"level.{area}") in APPLIED for area in evidence.areas)
    return 2 * improved + applied + ("implemented" in answers)


def is_complete(answers: Answers, place: int) -> bool:
    """Return whether a measure has both figures, and which way is better."""
    return all(f"measure.{place}.{part}" in answers for part in ("name", "baseline", "now", "direction"))


def is_improved(answers: Answers, place: int) -> bool:
    """Return whether a measure moved the better way; False if anything is missing."""
    before, now = number(answers, f"measure.{place}.baseline"), number(answers, f"measure.{place}.now")
    direction = answers.get(f"measure.{place}.direction")
    if before is None or now is None:
        return False
    return (direction == "up" and now > before) or (direction == "down" and now < before)


def _quotable(cohort: Sequence[Evidence]) -> Iterator[tuple[Evidence, Answers]]:
    for evidence in cohort:
        if evidence.own and evidence.own.get("consent") in ("named", "anonymous"):
            yield evidence, evidence.own


def _success(evidence: Evidence, answers: Answers) -> Case:
    applied = [area for area in evidence.areas if answers.get(f"level.{area}") in APPLIED]
    words = ["implemented", *(f"example.{area}" for area in applied)]
    measures = (_measure(answers, place) for place in range(1, MEASURES + 1) if is_improved(answers, place))
    return Case(_who(evidence, answers), tuple(measures), tuple(answers[name] for name in words if name in answers))


def _other(evidence: Evidence, answers: Answers) -> Case:
    return Case(_who(evidence, answers), (), (answers["negative"],))


def _who(evidence: Evidence, answers: Answers) -> str:
    return f"{evidence.name}, {evidence.service}" if answers["consent"] == "named" else NAMELESS


def _measure(answers: Answers, place: int) -> str:
    """Format a measure: "Waiting time: from 18 to 11 days (last quarter; performance report)"."""
    fields = {
        part: answers.get(f"measure.{place}.{part}", "")
        for part in ("name", "baseline", "now", "unit", "period", "source")
    }
    where = "; ".join(fields[part] for part in ("period", "source") if fields[part])
    moved = f"{fields['name']}: from {fields['baseline']} to {fields['now']} {fields['unit']}".rstrip()
    return f"{moved} ({where})" if where else moved
