"""What DynamoDB bills: request units by the sizes of items.

Sources: DynamoDB Developer Guide, "Item sizes and formats" and "DynamoDB read and write operations": a write unit for
each 1 kB of the larger image and a read unit for each 4 kB, twice in a transaction, half where a read need not be
consistent; an index is written when its row changes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any


class Meter:
    """Calls by operation, and request units of DynamoDB. A refused write is billed as if it had been made."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.reads = 0.0
        self.writes = 0.0
        self.refused = 0  # calls with writes that a condition refused


def size(item: Mapping[str, Any]) -> int:
    """Bytes that DynamoDB bills for an item in its typed form."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(typed: Mapping[str, Any]) -> int:
    ((kind, value),) = typed.items()
    if kind in {"S", "N"}:
        return len(value.encode()) if kind == "S" else len(value) // 2 + 2
    if kind == "B":
        return len(value)
    if kind == "M":
        return 3 + sum(len(name.encode()) + 1 + _value_size(inner) for name, inner in value.items())
    return 3 + sum(1 + _value_size(inner) for inner in value) if kind == "L" else 1
