"""Read the form of a cohort's costs. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from chalicelib.core.costs import NUMBERS, ONE_WAY, Cost, CostKind, CostSource
from chalicelib.core.currency import sign
from chalicelib.core.errors import FieldError
from chalicelib.forms.numbers import is_of_another_currency, plain, take_apart

MONEY = ("amount", "rate")


def typed_of(costs: tuple[Cost, ...]) -> dict[str, str]:
    """Return the fields of costs as they were entered."""
    fields = {f"{cost.kind}.{name}": getattr(cost, name) for cost in costs for name in NUMBERS}
    return fields | {f"{cost.kind}.source": cost.source.value for cost in costs}


def read_form(fields: Mapping[str, str], currency: str) -> tuple[tuple[Cost, ...], list[FieldError]]:
    """Return the costs and every fault. A kind without any number is no cost."""
    costs, faults = [], []
    for kind in CostKind:
        typed = {name: fields.get(f"{kind}.{name}", "").strip() for name in NUMBERS}
        if not any(typed.values()):
            continue
        numbers = {name: _read(text, NUMBERS[name]) for name, text in typed.items()}
        wrong = [*_number_faults(kind, typed, numbers, currency), *_source_faults(kind, fields)]
        faults += wrong
        if not wrong:
            given = {name: plain(number) for name, number in numbers.items() if number is not None}
            cost = Cost(kind, CostSource(fields[f"{kind}.source"]), **given)
            costs.append(cost)
            faults += [] if cost.is_given_one_way else [FieldError(f"{kind}.amount", f"Please {ONE_WAY}.")]
    return tuple(costs), faults


def _read(text: str, most: int) -> Decimal | None:
    written = take_apart(text) if text else None
    return written.number if written and not written.is_unclear and 0 <= written.number <= most else None


def _number_faults(
    kind: CostKind, typed: Mapping[str, str], numbers: Mapping[str, Decimal | None], currency: str
) -> Iterator[FieldError]:
    for name, text in typed.items():
        written = take_apart(text) if text else None
        if text and numbers[name] is None:
            yield FieldError(f"{kind}.{name}", f"“{text[:40]}”: please type a number from 0 to {NUMBERS[name]:,}.")
        elif written and name in MONEY and any(is_of_another_currency(mark, currency) for mark in written.marks):
            yield FieldError(f"{kind}.{name}", f"“{text[:40]}”: please give the sum in {sign(currency)}.")
        elif written and (strange := _strange_marks(written.marks, currency if name in MONEY else "")):
            yield FieldError(f"{kind}.{name}", f"“{text[:40]}”: please type only the number, without “{strange}”.")


def _strange_marks(marks: Sequence[str], currency: str) -> str:
    """Return what is next to a number and may change it, such as the m of £1.2m. `currency`: empty if not money."""
    own = {currency.casefold(), sign(currency).casefold()} if currency else set()
    return " ".join(mark for mark in marks if mark.casefold() not in own)


def _source_faults(kind: CostKind, fields: Mapping[str, str]) -> Iterator[FieldError]:
    if fields.get(f"{kind}.source", "") not in [source.value for source in CostSource]:
        yield FieldError(f"{kind}.source", "Please choose where this cost comes from.")
