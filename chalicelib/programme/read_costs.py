"""Read the file of a cohort's costs: YAML becomes checked costs, or every fault in it at once."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from chalicelib.core.costs import NUMBERS, ONE_WAY, Cost, CostKind, CostSource
from chalicelib.core.file_errors import FaultList
from chalicelib.forms.numbers import plain, take_apart
from chalicelib.programme import yaml_reader
from chalicelib.programme.costs_schema import CostShape, CostsShape
from chalicelib.programme.read_programme import decoded
from chalicelib.programme.yaml_paths import Outline


def read_costs(text: str | bytes, file: str) -> tuple[Cost, ...]:
    """Read and check a file of costs. Raises FileInvalid with every fault's line and key."""
    faults = FaultList(file)
    outline = Outline(faults)
    found = yaml_reader.read(outline, yaml_reader.compose(decoded(text, faults), faults), CostsShape)
    faults.refuse_if_any()
    costs = tuple(_costs(msgspec.convert(found, CostsShape)))
    for cost in costs:
        if not cost.is_given_one_way:
            outline.fault((cost.kind.value,), f"is incomplete: {ONE_WAY}")
    faults.refuse_if_any()
    return costs


def _costs(shape: CostsShape) -> Iterator[Cost]:
    for kind in CostKind:
        if (given := getattr(shape, kind.value)) is not None:
            yield Cost(kind, CostSource(given.source), **{name: _decimal(given, name) for name in NUMBERS})


def _decimal(shape: CostShape, name: str) -> str:
    number = getattr(shape, name)
    written = None if number is None else take_apart(f"{number:f}")
    return plain(written.number) if written else ""
