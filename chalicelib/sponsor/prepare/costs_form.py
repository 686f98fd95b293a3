"""Read the form of a cohort's costs. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from chalicelib.core.costs import NUMBERS, ONE_WAY, Cost, CostKind, CostSource
from chalicelib.core.errors import FieldError
from chalicelib.core.file_errors import quote
from chalicelib.forms.cost_numbers import read_cost_number


def typed_of(costs: tuple[Cost, ...]) -> dict[str, str]:
    """Return the fields of costs as they were entered."""
    fields = {f"{cost.kind}.{name}": getattr(cost, name) for cost in costs for name in NUMBERS}
    return fields | {f"{cost.kind}.source": cost.source.value for cost in costs}


def read_form(fields: Mapping[str, str], currency: str) -> tuple[tuple[Cost, ...], list[FieldError]]:
    """Return the costs and every fault. A kind of cost without a number is left out."""
    costs: list[Cost] = []
    faults: list[FieldError] = []
    for kind in CostKind:
        typed = {name: text for name in NUMBERS if (text := fields.get(f"{kind}.{name}", "").strip())}
        read = {name: read_cost_number(name, text, currency) for name, text in typed.items()}
        wrong = [*_number_faults(kind, typed, read), *(_source_faults(kind, fields) if typed else ())]
        faults += wrong
        if typed and not wrong:
            cost = Cost(kind, CostSource(fields[f"{kind}.source"]), **{name: kept for name, (kept, _) in read.items()})
            costs.append(cost)
            faults += [] if cost.is_given_one_way else [FieldError(f"{kind}.amount", f"Please {ONE_WAY}.")]
    return tuple(costs), faults


def _number_faults(
    kind: CostKind, typed: Mapping[str, str], read: Mapping[str, tuple[str, str]]
) -> Iterator[FieldError]:
    for name, (_, fault) in read.items():
        if fault:
            yield FieldError(f"{kind}.{name}", f"“{quote(typed[name])}”: {fault}")


def _source_faults(kind: CostKind, fields: Mapping[str, str]) -> Iterator[FieldError]:
    if fields.get(f"{kind}.source", "") not in [source.value for source in CostSource]:
        yield FieldError(f"{kind}.source", "Please choose where this cost comes from.")
