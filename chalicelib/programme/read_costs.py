"""Read the file of a cohort's costs: YAML becomes checked costs, or every fault in it at once."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from chalicelib.core.costs import NUMBERS, ONE_WAY, Cost, CostKind, CostSource
from chalicelib.core.file_errors import FaultList, quote
from chalicelib.forms.cost_numbers import read_cost_number
from chalicelib.programme import yaml_reader
from chalicelib.programme.costs_schema import CostShape, CostsShape
from chalicelib.programme.read_programme import decoded
from chalicelib.programme.yaml_paths import Outline


def read_costs(text: str | bytes, file: str, currency: str) -> tuple[Cost, ...]:
    """Read and check a file of costs. Raises FileInvalid with every fault's line and key.

    currency  code of the organisation's: its sign may be written with a sum
    """
    faults = FaultList(file)
    outline = Outline(faults)
    outline_read = yaml_reader.read(outline, yaml_reader.compose(decoded(text, faults), faults), CostsShape)
    faults.refuse_if_any()
    costs = tuple(_costs(outline, msgspec.convert(outline_read, CostsShape), currency))
    faults.refuse_if_any()
    for cost in costs:
        if not cost.is_given_one_way:
            outline.fault((cost.kind.value,), f"is incomplete: {ONE_WAY}")
    faults.refuse_if_any()
    return costs


def _costs(outline: Outline, shape: CostsShape, currency: str) -> Iterator[Cost]:
    for kind in CostKind:
        if (given := getattr(shape, kind.value)) is not None:
            yield Cost(kind, CostSource(given.source), **_numbers(outline, kind, given, currency))


def _numbers(outline: Outline, kind: CostKind, given: CostShape, currency: str) -> dict[str, str]:
    """Return the numbers as they are kept. Add a fault for each that has no one meaning."""
    numbers = {}
    for name in NUMBERS:
        if written := getattr(given, name):
            numbers[name], fault = read_cost_number(name, written, currency)
            if fault:
                outline.fault((kind.value, name), f"is “{quote(written)}”: {fault.rstrip('.')}")
    return numbers
