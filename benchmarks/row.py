"""What every subject measures: figures beside their budgets."""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """One figure beside its budget, which it may at most be."""

    name: str
    figure: float
    unit: str
    budget: float | None
