"""Deal phrases like cards: no phrase is repeated until every phrase of its list was used."""

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
    document: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return document


class Deck:
    """Deals from lists, each in a random order; begins a list again only when it is used up."""

    def __init__(self, rng: Random):
        self._rng = rng
        self._left: dict[int, list[str]] = {}
        self._heard: set[str] = set()

    def next_reader(self) -> None:
        """Start with another reader, who has read no phrase yet."""
        self._heard.clear()

    def deal(self, *lists: list[str]) -> str:
        """From one of the lists; nothing that the same reader has heard, as long as there is more."""
        cards = self._rng.choice([cards for cards in lists if not self._heard.issuperset(cards)] or lists)
        left = self._left.setdefault(id(cards), [])
        if self._heard.issuperset(left):
            left[:] = self._rng.sample(cards, len(cards))
        fresh = [card for card in left if card not in self._heard]
        card = (fresh or left)[-1]
        left.remove(card)
        self._heard.add(card)
        return card


def as_typed(text: str, rng: Random) -> str:
    """Write a phrase as people type it."""
    chance = rng.random()
    if chance < LOWER and text[0].isalpha():
        return text[0].lower() + text[1:].rstrip(".")
    return f"{text} {rng.choice(PICTURES)}" if chance > 1 - EMOJI and text.isascii() else text
