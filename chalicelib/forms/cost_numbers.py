"""Read one number of a cost, from the form or the file, with or without its unit or currency. Pure."""

from __future__ import annotations

from decimal import Decimal

from chalicelib.core.costs import NUMBERS
from chalicelib.forms.fields import Kind, Question, read_answer
from chalicelib.forms.numbers import plain, take_apart

_UNITS = {"people": "people delegates managers raters", "hours": "hours"}
_PER = {"amount": "", "rate": "hour"}


def read_cost_number(name: str, typed: str, code: str) -> tuple[str, str]:
    """Return a number of NUMBERS as it is kept, and what is wrong with it (empty if nothing is).

    code  of the organisation's currency
    """
    if name in _UNITS:
        kept, fault = read_answer(Question(name, Kind.NUMBER, ""), typed, _UNITS[name])
    else:
        kept, fault = _read_sum(name, typed, code)
    if not fault and not 0 <= Decimal(kept) <= NUMBERS[name]:
        fault = f"please write a number from 0 to {NUMBERS[name]:,}."
    if not fault and name == "people" and not _is_count(kept):
        fault = "please write a whole number of people, 1 or more."
    return ("", fault) if fault else (kept, "")


def _read_sum(name: str, typed: str, code: str) -> tuple[str, str]:
    written = take_apart(typed)
    if written is not None and written.number < 0:
        return plain(written.number), ""
    return read_answer(Question(name, Kind.MONEY, "", currency=code, per=_PER[name]), typed, "")


def _is_count(kept: str) -> bool:
    return Decimal(kept) >= 1 and Decimal(kept) % 1 == 0
