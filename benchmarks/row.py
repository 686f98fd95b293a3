"""Define a measured figure with its budget."""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """A figure and its budget: the largest value allowed."""

    name: str
    figure: float
    unit: str
    budget: float | None
