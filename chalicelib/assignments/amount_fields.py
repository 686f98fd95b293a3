"""Fields for a number or an amount of money. The stored value is decimal text. Pure."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from chalicelib.assignments.text_fields import normalise, single_input
from chalicelib.assignments.values import Ask, Context, FieldKind, Read, Typed, work_fault
from chalicelib.core import currency
from chalicelib.core.form_model import Money, Number
from chalicelib.forms.fields import Kind, Question, read_answer
from chalicelib.forms.numbers import take_apart


def _read_number(ask: Ask, typed: Typed, _: Context) -> Read:
    return _read(ask, typed, Question(ask.name, Kind.NUMBER, ask.label), ask.type.unit, _number_fault)


def _read_money(ask: Ask, typed: Typed, context: Context) -> Read:
    text = normalise(typed.get(ask.name, ""))
    written = take_apart(text)
    if written is not None and written.number < 0:
        return Read(None, (work_fault(ask.name, ask.label, "please write 0 or more."),))
    question = Question(ask.name, Kind.MONEY, ask.label, currency=context.currency, per=ask.type.per)
    return _read(ask, typed, question, "", _money_fault)


def _read(ask: Ask, typed: Typed, question: Question, unit: str, fault_of: Callable[[Any, Decimal], str]) -> Read:
    text = normalise(typed.get(ask.name, ""))
    if not text:
        return Read(None)
    kept, fault = read_answer(question, text, unit)
    fault = fault or fault_of(ask.type, Decimal(kept))
    return Read(None, (work_fault(ask.name, ask.label, fault),)) if fault else Read(kept)


def _number_fault(limits: Number, number: Decimal) -> str:
    if limits.min is not None and number < Decimal(str(limits.min)):
        return f"please write {limits.min:g} or more."
    if limits.max is not None and number > Decimal(str(limits.max)):
        return f"please write {limits.max:g} or less."
    places = -int(number.normalize().as_tuple().exponent)
    if places > limits.places:
        return f"please write at most {limits.places} digits after the point." if limits.places else WHOLE
    return ""


def _money_fault(_: Money, number: Decimal) -> str:
    return "" if number == number.to_integral_value() else WHOLE


WHOLE = "please write a whole number."


def _show_number(limits: Number, value: str, _: Context) -> list[str]:
    return [f"{Decimal(value).normalize():,f} {limits.unit}".strip()]


def _show_money(limits: Money, value: str, context: Context) -> list[str]:
    amount = currency.exact_sum(Decimal(value).normalize(), context.currency)
    return [f"{amount} a {limits.per}" if limits.per else amount]


NUMBER = FieldKind(Number, _read_number, _show_number, single_input)
MONEY = FieldKind(Money, _read_money, _show_money, single_input)
