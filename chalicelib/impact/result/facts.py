"""The shape of facts.json of a delegate's result: every figure and answer that its page and PDF show. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace


class RatersView(Struct, frozen=True):
    """Raters' published mean change in one area, -3 to +3. n is 0 if too few answered."""

    display: str = ""
    n: int = 0
    change: str = ""  # exact, a fraction such as "-4/3"


class AreaResult(Struct, frozen=True):
    """One development area, as each side sees it. A text is empty if there was no answer."""

    id: str
    text: str
    notes: tuple[str, ...] = ()
    level: str = ""  # id of a level
    example: str = ""
    noticed: str = ""
    manager_change: str = ""  # -3 to 3, or not_seen
    manager_evidence: str = ""
    raters: RatersView = RatersView()


class ItemChange(Struct, frozen=True):
    """What others saw of one behaviour of an area in the first 360 and in the follow-up."""

    area: str
    text: str
    before: str
    after: str
    change: str
    noise: str  # whether the change is larger than noise: yes, no, cannot say; empty if not estimated


class CompetencyView(Struct, frozen=True):
    """The delegate's own view of a competency: in the first 360, looking back, and now."""

    title: str
    first: str
    then: str
    now: str


class WorkView(Struct, frozen=True):
    title: str
    submitted: str  # day in words, or why not
    answer: str  # in the words of the form


class MeasureView(Struct, frozen=True):
    name: str
    unit: str
    baseline: str
    now: str
    outcome: str
    period: str
    source: str


class SumView(Struct, frozen=True):
    """A sum a year, the shares in percent, whose share counted, and the benefit. A field is empty without an answer."""

    name: str
    money: str
    own_share: str
    manager_share: str
    counted: str  # own or manager
    confidence: str
    used: str


class FactorView(Struct, frozen=True):
    title: str
    words: str


class AnswerLine(Struct, frozen=True):
    question: str
    answer: str


class AnswerPart(Struct, frozen=True):
    title: str
    lines: tuple[AnswerLine, ...]


class ChangedCourse(Struct, frozen=True):
    """A development area that was given up during the programme. The survey does not ask about it."""

    text: str
    why: str


class ResultFacts(Struct, frozen=True):
    """The whole file. Fields are only ever added.

    manager_words  whether the line manager's form named the delegate as its reader
    raters_asked   whether raters were asked at all
    """

    delegate: str
    programme: str
    organisation: str
    cohort: str
    coach: str
    manager: str
    issued: date
    has_answered: bool
    manager_answered: bool
    manager_words: bool
    raters_asked: bool
    areas: tuple[AreaResult, ...] = ()
    together: RatersView = RatersView()
    changes: tuple[ItemChange, ...] = ()
    competencies: tuple[CompetencyView, ...] = ()
    work: tuple[WorkView, ...] = ()
    implemented: str = ""
    decision: str = ""
    effect: str = ""  # what it did for the service, in the line manager's words
    measures: tuple[MeasureView, ...] = ()
    sums: tuple[SumView, ...] = ()
    worse: str = ""
    lost: str = ""
    factors: tuple[FactorView, ...] = ()
    factors_why: str = ""
    answers: tuple[AnswerPart, ...] = ()
    changed_course: tuple[ChangedCourse, ...] = ()
    checksum: str = ""


def sign(facts: ResultFacts) -> ResultFacts:
    """Return the facts with a checksum over everything else."""
    return replace(facts, checksum=hashlib.sha256(_canonical(replace(facts, checksum=""))).hexdigest())


def facts_bytes(facts: ResultFacts) -> bytes:
    return _canonical(facts)


def read_facts(data: bytes) -> ResultFacts:
    return msgspec.json.decode(data, type=ResultFacts)


def _canonical(facts: ResultFacts) -> bytes:
    content: Mapping[str, Any] = msgspec.to_builtins(facts)
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
