"""How much `make prove` plays: a share that takes under an hour, or with SHARE=100 everything."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from typing import TypeVar

One = TypeVar("One")
FACTOR = float(os.environ.get("SHARE") or 1)


def share(ones: Sequence[One], at_most: int, name: str) -> list[One]:
    """Choose that many, or as many times more as SHARE says, in their order: the same ones each time for a name."""
    count = max(1, round(at_most * FACTOR))
    if len(ones) <= count:
        return list(ones)
    places = random.Random(name).sample(range(len(ones)), count)
    return [ones[place] for place in sorted(places)]
