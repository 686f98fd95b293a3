"""Read the answers of impact surveys, of every edition of the form. Pure.

A stored answer is text by field; what is typed here is what figures and pages are made of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from hashlib import sha256

from msgspec import Struct

from chalicelib.forms.impact_options import FACTORS, MEASURES, NOT_APPLICABLE

Answers = Mapping[str, str]

IMPROVED, UNCHANGED, WORSE, NO_ANSWER = "improved", "unchanged", "worse", "no_answer"
KEY_CHARS = 10
ALL_TOGETHER = 0  # number of the one sum of the first edition, which is over all measures
ZERO = Fraction(0)


class Measure(Struct, frozen=True):
    """A figure of the service, as the delegate gave it. Text is empty and a number None if it was not answered.

    key      identifies the measure and its sum: a share that the line manager gave holds for this very sum
    outcome  improved, unchanged, worse or no_answer
    """

    number: int
    name: str
    unit: str = ""
    baseline: str = ""
    now: str = ""
    direction: str = ""
    scope: str = ""
    period: str = ""
    source: str = ""
    money: Fraction | None = None
    basis: str = ""
    own_share: Fraction | None = None  # 0 to 1
    confidence: Fraction | None = None  # 0 to 1

    @property
    def key(self) -> str:
        text = f"{' '.join(self.name.casefold().split())}\x1f{self.money}"
        return sha256(text.encode()).hexdigest()[:KEY_CHARS]

    @property
    def outcome(self) -> str:
        if not (self.baseline and self.now and self.direction):
            return NO_ANSWER
        moved = Fraction(self.now) - Fraction(self.baseline)
        if moved == 0:
            return UNCHANGED
        return IMPROVED if (moved > 0) == (self.direction == "up") else WORSE

    @property
    def in_words(self) -> str:
        """Return the measure in a few words: "Waiting time, from 18 to 11 days"."""
        if self.baseline and self.now:
            return f"{self.name}, from {self.baseline} to {self.now} {self.unit}".rstrip()
        before = f"{self.name}, before {self.baseline} {self.unit}".rstrip() if self.baseline else self.name
        return f"{self.name}, now {self.now} {self.unit}".rstrip() if self.now else before or "Everything together"


class Claim(Struct, frozen=True):
    """A sum in the first year, and how much of it is due to the programme. A share that is missing counts as 0."""

    money: Fraction
    own_share: Fraction | None
    manager_share: Fraction | None
    confidence: Fraction | None
    basis: str = ""

    @property
    def is_corroborated(self) -> bool:
        return self.own_share is not None and self.manager_share is not None

    @property
    def counted(self) -> str:
        """Return whose share counts: the lower one."""
        return "own" if (self.own_share or ZERO) < (self.manager_share or ZERO) else "manager"

    @property
    def share(self) -> Fraction:
        return min(self.own_share or ZERO, self.manager_share or ZERO)

    @property
    def attributed(self) -> Fraction:
        return self.money * self.share

    @property
    def confident(self) -> Fraction:
        return self.attributed * (self.confidence or ZERO)


def read_number(answers: Answers | None, name: str) -> Fraction | None:
    """Return an answer as a number; None if it was not given or does not apply."""
    text = (answers or {}).get(name, NOT_APPLICABLE)
    return None if text == NOT_APPLICABLE else Fraction(text)


def read_share(answers: Answers | None, name: str) -> Fraction | None:
    percent = read_number(answers, name)
    return None if percent is None else percent / 100


def measures_of(answers: Answers) -> tuple[Measure, ...]:
    """Return the measures that were named, and the one sum of the first edition."""
    return (*_numbered(answers), *_all_together(answers))


def agreed_outcomes(answers: Answers | None, agreed: int) -> tuple[str, ...]:
    """Return what came of each measure that was agreed before the survey. Without an answer it is “no answer”.

    agreed  how many there are: the form has them first
    """
    by_number = {measure.number: measure.outcome for measure in measures_of(answers or {})}
    return tuple(by_number.get(number, NO_ANSWER) for number in range(1, agreed + 1))


def first_named(answers: Answers | None, agreed: int) -> tuple[Measure, ...]:
    """Return the measures that the delegate named for the first time in the survey.

    agreed  as in `agreed_outcomes`
    """
    return tuple(measure for measure in measures_of(answers or {}) if measure.name and measure.number > agreed)


def _numbered(answers: Answers) -> Iterator[Measure]:
    texts = ("name", "unit", "baseline", "now", "direction", "scope", "period", "source", "basis")
    for number in range(1, MEASURES + 1):
        given = {part: answers.get(f"measure.{number}.{part}", "") for part in texts}
        if given["name"]:
            yield Measure(
                number,
                **given,
                money=read_number(answers, f"measure.{number}.money"),
                own_share=read_share(answers, f"share.{number}"),
                confidence=read_share(answers, f"confidence.{number}"),
            )


def _all_together(answers: Answers) -> Iterator[Measure]:
    if "money" in answers:
        yield Measure(
            ALL_TOGETHER,
            "",
            money=read_number(answers, "money"),
            basis=answers.get("basis", ""),
            own_share=read_share(answers, "share"),
            confidence=read_share(answers, "confidence"),
        )


def claimed(answers: Answers) -> tuple[Measure, ...]:
    """Return the measures whose share the line manager is asked for: those with a name and a sum."""
    return tuple(measure for measure in measures_of(answers) if measure.name and measure.money)


def claim_of(measure: Measure, manager: Answers | None) -> Claim | None:
    """Return the sum of a measure with both shares; None without a sum.

    In the first edition the line manager gave one share for everything.
    """
    if measure.money is None:
        return None
    field = f"share.{measure.key}" if measure.number != ALL_TOGETHER else "share"
    return Claim(measure.money, measure.own_share, read_share(manager, field), measure.confidence, measure.basis)


def claims_of(own: Answers | None, manager: Answers | None) -> tuple[Claim, ...]:
    claims = (claim_of(measure, manager) for measure in measures_of(own or {}))
    return tuple(claim for claim in claims if claim)


def factors_of(answers: Answers) -> dict[str, Fraction]:
    """Return how much each factor helped, -2 to 2, without those that did not apply."""
    given = {name: read_number(answers, f"factor.{name}") for name in FACTORS}
    return {name: value for name, value in given.items() if value is not None}


def lost_of(answers: Answers) -> Fraction:
    """Return what got worse, in money a year. It is never discounted."""
    return read_number(answers, "lost") or ZERO
