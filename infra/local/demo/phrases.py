"""The phrase bank, dealt like cards: nobody says what somebody else has said before every phrase was used."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

FOLDER = Path(__file__).parent
LOWER, EMOJI = 0.07, 0.04  # how often people type without a capital, or add a picture
PICTURES = ("🙂", "👍", "👏")


@cache
def bank(name: str) -> dict[str, Any]:
    """`phrases` or `later`."""
    found: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return found


class Deck:
    """Deals from lists, each in a random order, and begins a list again only when it is used up."""

    def __init__(self, rng: Random):
        self._rng = rng
        self._left: dict[int, list[Any]] = {}

    def deal(self, cards: list[Any]) -> Any:
        left = self._left.get(id(cards))
        if not left:
            left = self._left[id(cards)] = self._rng.sample(cards, len(cards))
        return left.pop()


def as_typed(text: str, rng: Random) -> str:
    """A phrase as people type it."""
    chance = rng.random()
    if chance < LOWER and text[0].isalpha():
        return text[0].lower() + text[1:].rstrip(".")
    return f"{text} {rng.choice(PICTURES)}" if chance > 1 - EMOJI and text.isascii() else text
