"""Questions of a form as data, and how what is typed into each is read: tolerant of form, strict of meaning. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

LONGEST_LINE = 200  # characters
LONGEST_TEXT = 1500
TICKED = "yes"
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")

_NUMBER = re.compile(r"(?P<sign>-?)(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,15})(?:\.(?P<part>[0-9]{1,6}))?(?P<k>k?)")
_AROUND_A_NUMBER = re.compile(r"[£€$%\s\u00a0\u2009\u202f]")  # what people write beside the digits


class Kind(StrEnum):
    CHOICE = "choice"  # one of a few options, all in sight
    SELECT = "select"  # one of a few options, in a list that opens
    TICK = "tick"
    LINE = "line"
    TEXT = "text"
    NUMBER = "number"
    PERCENT = "percent"
    MONEY = "money"


class Question(Struct, frozen=True):
    field: str  # the field's name in the form
    kind: Kind
    text: str
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()  # value, label


class Block(Struct, frozen=True):
    """Questions that belong together. A folded one opens at a touch."""

    title: str
    questions: tuple[Question, ...]
    folded: bool = False


class Section(Struct, frozen=True):
    id: str
    title: str
    intro: str
    blocks: tuple[Block, ...]


class SurveyFault(Struct, frozen=True):
    """One answer that cannot be kept; `field` is empty for the form as a whole."""

    field: str
    message: str


def questions(sections: Sequence[Section]) -> Iterator[Question]:
    return (question for section in sections for block in section.blocks for question in block.questions)


def read_fields(sections: Sequence[Section], fields: Mapping[str, str]) -> tuple[dict[str, str], list[SurveyFault]]:
    """What was answered, each value in one form, and what cannot be kept. A blank is absent.

    A sound answer is kept even where its neighbour is not; fields that no question has are not ours to judge.
    """
    answers: dict[str, str] = {}
    faults = []
    for question in questions(sections):
        typed = fields.get(question.field, "").replace("\r\n", "\n").strip()
        if not typed:
            continue
        value, fault = _read(question, typed)
        if fault:
            faults.append(SurveyFault(question.field, f"{question.text.rstrip('?.:')}: {fault}"))
        else:
            answers[question.field] = value
    return answers, faults


def _read(question: Question, typed: str) -> tuple[str, str]:
    """The value as it is kept, and what is wrong with it (empty if nothing is)."""
    if question.kind in (Kind.CHOICE, Kind.SELECT):
        known = typed in {value for value, _ in question.options}
        return typed, "" if known else "please choose one of the answers shown."
    if question.kind is Kind.TICK:
        return TICKED, ""
    if question.kind in (Kind.LINE, Kind.TEXT):
        return typed, _fault_of_text(typed, LONGEST_LINE if question.kind is Kind.LINE else LONGEST_TEXT)
    return _read_number(question.kind, typed)


def _fault_of_text(typed: str, longest: int) -> str:
    if len(typed) > longest:
        return f"please shorten this to {longest} characters; it has {len(typed)}."
    return "please remove the characters that cannot be printed." if UNPRINTABLE.search(typed) else ""


def _read_number(kind: Kind, typed: str) -> tuple[str, str]:
    number = parse_number(typed)
    if number is None:
        return "", "please write a number such as 12, 12.5 or 12,000."
    if kind is Kind.PERCENT and not 0 <= number <= 100:
        return "", "please write a number from 0 to 100."
    if kind is Kind.MONEY and number < 0:
        return "", "please write 0 or more. What was lost belongs under “What got worse”."
    return format(number, "f"), ""


def parse_number(typed: str) -> Decimal | None:
    """Reads 12, "12,000", "£12,000", "12 %", "12.5", "-3" and "12k"; None for anything else, "12,5" included."""
    bare = _AROUND_A_NUMBER.sub("", typed).replace("\N{MINUS SIGN}", "-").lower()
    match = _NUMBER.fullmatch(bare)
    if not match:
        return None
    whole = f"{match['sign']}{match['whole'].replace(',', '')}.{match['part'] or '0'}"
    number = Decimal(whole) * (1000 if match["k"] else 1)
    return number.normalize() + 0  # no trailing zeros, and no minus before nought
