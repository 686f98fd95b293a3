"""Questions of a form as data, and how to read what is typed into each: lenient about form, strict about meaning.

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from functools import partial

from msgspec import Struct

from chalicelib.core import currency
from chalicelib.core.errors import FieldError
from chalicelib.forms.numbers import Written, plain, take_apart
from chalicelib.forms.units import is_rate, is_unit

MAX_LINE_CHARS = 200  # characters
MAX_TEXT_CHARS = 1500
TICKED = "yes"
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")

KEPT_NUMBER = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,7})?")
PERCENT_MARKS = ("%", "percent", "per cent")
MILLIONS = ("m", "mn", "mln", "mio", "mill", "million", "millions")


class Kind(StrEnum):
    CHOICE = "choice"  # one of a few options, all visible
    POINTS = "points"  # one of the points of a scale, in one row
    SELECT = "select"  # one of a few options, in a drop-down list
    TICK = "tick"
    LINE = "line"
    TEXT = "text"
    NUMBER = "number"
    PERCENT = "percent"
    MONEY = "money"


class When(Struct, frozen=True):
    """Ask a question only if another one has one of these answers. Without an answer to that, it is shown too."""

    field: str
    values: tuple[str, ...]


class Question(Struct, frozen=True):
    field: str  # the field's name in the form
    kind: Kind
    text: str
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()  # value, label
    unit_field: str = ""  # of a number: the field that says its unit
    currency: str = ""  # of money: its ISO 4217 code
    per: str = ""  # of money: what one sum is for, such as "year", if the question says so
    when: When | None = None


class Block(Struct, frozen=True):
    """Questions that belong together. A folded block opens when tapped."""

    title: str
    questions: tuple[Question, ...]
    folded: bool = False

    @property
    def when(self) -> When | None:
        """Return the condition that all its questions share, if they do."""
        conditions = {question.when for question in self.questions}
        return conditions.pop() if len(conditions) == 1 else None


class Section(Struct, frozen=True):
    id: str
    title: str
    intro: str
    blocks: tuple[Block, ...]


def questions(sections: Sequence[Section]) -> Iterator[Question]:
    return (question for section in sections for block in section.blocks for question in block.questions)


def read_fields(sections: Sequence[Section], fields: Mapping[str, str]) -> tuple[dict[str, str], list[FieldError]]:
    """Read a form: return each answer in its stored form, and what cannot be kept. A blank is absent.

    Keep a valid answer even if others are not; ignore fields that belong to no question.
    """
    answers: dict[str, str] = {}
    faults = []
    for question in questions(sections):
        typed = fields.get(question.field, "").replace("\r\n", "\n").strip()
        if not typed:
            continue
        value, fault = read_answer(question, typed, fields.get(question.unit_field, ""))
        if fault:
            faults.append(FieldError(question.field, f"{question.text.rstrip('?.:')}: {fault}"))
        else:
            answers[question.field] = value
    return answers, faults


def drop_hidden(sections: Sequence[Section], answers: Mapping[str, str]) -> dict[str, str]:
    """Leave out answers to questions that another answer rules out: such as a figure where none moved."""
    by_field = {question.field: question.when for question in questions(sections)}
    return {name: text for name, text in answers.items() if not _is_ruled_out(by_field.get(name), answers)}


def is_asked(question: Question, answers: Mapping[str, str]) -> bool:
    """Return whether a form asks this: the answer that it depends on is given, if there is one."""
    return question.when is None or answers.get(question.when.field) in question.when.values


def _is_ruled_out(when: When | None, answers: Mapping[str, str]) -> bool:
    return when is not None and when.field in answers and answers[when.field] not in when.values


def is_kept_form(question: Question, kept: str) -> bool:
    """Return whether a stored answer is valid for this question; numbers as stored, not as people type them."""
    if question.options:
        return kept in {value for value, _ in question.options}
    if question.kind not in _READERS:
        return True
    if not KEPT_NUMBER.fullmatch(kept):
        return False
    return question.kind is Kind.NUMBER or 0 <= Decimal(kept) <= (
        100 if question.kind is Kind.PERCENT else Decimal("inf")
    )


def read_answer(question: Question, typed: str, unit: str) -> tuple[str, str]:
    """Return the value to keep, and what is wrong with it (empty if nothing is)."""
    if question.kind in (Kind.CHOICE, Kind.POINTS, Kind.SELECT):
        known = typed in {value for value, _ in question.options}
        return typed, "" if known else "please choose one of the answers shown."
    if question.kind is Kind.TICK:
        return TICKED, ""
    if question.kind in (Kind.LINE, Kind.TEXT):
        return typed, _fault_of_text(typed, MAX_LINE_CHARS if question.kind is Kind.LINE else MAX_TEXT_CHARS)
    return _read_number(question, typed, unit)


def _fault_of_text(typed: str, longest: int) -> str:
    if len(typed) > longest:
        return f"please shorten this to {longest} characters; it has {len(typed)}."
    return "please remove the characters that cannot be printed." if UNPRINTABLE.search(typed) else ""


def _read_number(question: Question, typed: str, unit: str) -> tuple[str, str]:
    written = take_apart(typed)
    if written is None:
        return "", "please write a number such as 12, 12.5 or 12,000."
    fault = _READERS[question.kind](question, written, unit)
    return ("", fault) if fault else (plain(written.number), "")


def _fault_of_number(_: Question, written: Written, unit: str) -> str:
    """Remove a mark from a number only if the unit says the same: the number is kept alone."""
    strange = [mark for mark in written.marks if not is_unit(mark, unit)]
    if strange:
        return f"please write only the number here, and “{' '.join(strange)}” as its unit."
    return _fault_of_separators(written, "{:,f}".format)


def _fault_of_money(question: Question, written: Written, _: str) -> str:
    code, sign = question.currency, currency.sign(question.currency)
    format_sum = partial(currency.exact_sum, code=code)
    strange = [mark for mark in written.marks if not _is_of_the_sum(mark, question)]
    marks = " ".join(strange)
    if any(currency.names_another(word, code) for mark in strange for word in re.split(r"[ /]", mark)):
        likely = f"If you mean {format_sum(written.number)}, write {plain(written.number)}."
        return f"“{marks}” is another currency. Please give the sum in {sign} ({code}). {likely}"
    if any(currency.without_own(mark, code) in MILLIONS for mark in strange) and not written.is_unclear:
        millions = (1_000_000 * written.number).normalize() + 0
        return f"did you mean {format_sum(millions)}? Then please write {plain(millions)}."
    if strange:
        return f"please write only the sum, such as 12,500, without “{marks}”."
    if written.number < 0:
        return "please write 0 or more. Write losses under “What got worse”."
    return _fault_of_separators(written, format_sum)


def _is_of_the_sum(mark: str, question: Question) -> bool:
    """Return whether a mark says the question's own currency, or what the sum is for, and nothing else."""
    rest = currency.without_own(mark, question.currency)
    return not rest or bool(question.per and is_rate(rest, question.per))


def _fault_of_percent(_: Question, written: Written, __: str) -> str:
    if any(mark.casefold() not in PERCENT_MARKS for mark in written.marks) or written.thousands:
        return "please write a number from 0 to 100, with or without %."
    number = written.number if written.other is None else written.other  # a percentage has no thousands
    if not 0 <= number <= 100:
        return "please write a number from 0 to 100."
    likely = plain((100 * number if 0 < number < 1 else number).normalize())
    is_clear = not written.is_unclear and number == Decimal(likely)
    return "" if is_clear else f"did you mean {likely} %? Then please write {likely}."


_READERS = {
    Kind.NUMBER: _fault_of_number,
    Kind.MONEY: _fault_of_money,
    Kind.PERCENT: _fault_of_percent,
}


def _fault_of_separators(written: Written, format_number: Callable[[Decimal], str]) -> str:
    if not written.is_unclear:
        return ""
    question = f"did you mean {format_number(written.number)}? Then please write {plain(written.number)}."
    return (
        question
        if written.other is None
        else f"{question} If you mean {format_number(written.other)}, write {plain(written.other)}."
    )
