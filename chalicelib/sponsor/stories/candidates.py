"""Choose whose words are offered as a story: the strongest successes, and some failures. Pure.

Only delegates who agreed in the survey that the sponsor may read their words are asked. Until they approve a story,
only they read it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from fractions import Fraction

from msgspec import Struct

from chalicelib.forms.impact_answers import IMPROVED, Answers, Measure, measures_of
from chalicelib.forms.impact_options import FACTORS
from chalicelib.sponsor.evidence import Evidence

MAX_WORKED, MAX_FAILED = 6, 3  # more than one edition needs, because some will not be approved
MAX_STORY_CHARS = 300
APPLIED = ("regular", "habit")
CONSENTS = ("named", "anonymous")
WHY = "factors_why"  # the answer about what helped or hindered most
WEIGHTS = {"-2": -2, "-1": -1, "1": 1, "2": 2}  # answers to a factor


class Why(Enum):
    HELPED = "helped"
    HINDERED = "hindered"
    UNCLEAR = "unclear"  # one factor helped as much as another hindered, so the words may be about either


class Candidate(Struct, frozen=True):
    delegate_id: str
    text: str
    worked: bool
    naming: str


def find_candidates(people: Sequence[Evidence]) -> list[Candidate]:
    """Return at most one for each delegate: successes from the strongest, then failures from the weakest."""
    asked = [
        person for person in people if person.own and person.own.get("consent") in CONSENTS and not person.has_left
    ]
    ranked = sorted(asked, key=lambda person: (-strength(person), person.id))
    worked = [candidate for person in ranked if (candidate := _worked(person))][:MAX_WORKED]
    chosen = {candidate.delegate_id for candidate in worked}
    others = (person for person in reversed(ranked) if person.id not in chosen)
    return [*worked, *[candidate for person in others if (candidate := _failed(person))][:MAX_FAILED]]


def strength(evidence: Evidence) -> int:
    """Count improved measures twice, areas applied and ideas put into practice once."""
    answers = evidence.own or {}
    improved = sum(measure.outcome == IMPROVED for measure in measures_of(answers))
    applied = sum(answers.get(f"level.{area}") in APPLIED for area in evidence.areas)
    return 2 * improved + applied + ("implemented" in answers)


def _worked(evidence: Evidence) -> Candidate | None:
    answers = evidence.own or {}
    improved = [measure for measure in measures_of(answers) if measure.outcome == IMPROVED and measure.name]
    figure = f"{max(improved, key=_how_far).in_words}." if improved else ""
    words = list(_words(evidence, answers))
    text = _fit([figure, *words[:1]])
    return Candidate(evidence.id, text, True, answers["consent"]) if text and strength(evidence) else None


def _words(evidence: Evidence, answers: Answers) -> Iterator[str]:
    names = ["implemented", *(f"example.{area}" for area in evidence.areas if answers.get(f"level.{area}") in APPLIED)]
    names += [WHY] if _why(answers) is Why.HELPED else []
    yield from (answers[name].strip() for name in names if answers.get(name, "").strip())


def _failed(evidence: Evidence) -> Candidate | None:
    answers = evidence.own or {}
    names = ["negative", WHY] if _why(answers) is Why.HINDERED else ["negative"]
    text = _fit([words for name in names if (words := answers.get(name, "").strip())])
    return Candidate(evidence.id, text, False, answers["consent"]) if text else None


def _why(answers: Answers) -> Why:
    """Return whether the delegate's words on factors are about help or hindrance, from their strongest answer."""
    given = [WEIGHTS.get(answers.get(f"factor.{name}", ""), 0) for name in FACTORS]
    helped, hindered = max(given), -min(given)
    if helped == hindered:
        return Why.UNCLEAR if helped else Why.HELPED
    return Why.HELPED if helped > hindered else Why.HINDERED


def _how_far(measure: Measure) -> Fraction:
    """Return how far a figure moved, as a fraction of the larger of its two values."""
    before, now = Fraction(measure.baseline), Fraction(measure.now)
    return abs(now - before) / max(abs(now), abs(before))


def _fit(parts: Sequence[str]) -> str:
    """Join the parts that fit; cut the first one at a word if even it is too long."""
    text = " ".join(part for part in parts if part)
    if len(text) <= MAX_STORY_CHARS:
        return text
    if parts and len(parts[0]) <= MAX_STORY_CHARS and parts[0]:
        return parts[0]
    return text[: MAX_STORY_CHARS - 1].rpartition(" ")[0] + "…"
