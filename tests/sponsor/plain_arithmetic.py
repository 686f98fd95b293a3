"""Arithmetic of means, counts and sums that shares no code with the product."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import sqrt
from typing import Any, NamedTuple

MINUS = "\N{MINUS SIGN}"
ENOUGH = 5  # delegates
SD, HALO = 0.85, 0.4  # of raters: docs/decisions/0037-cells-of-three-blocks-of-five.md


class Number(NamedTuple):
    """A figure, the least and the most that it may truly be, and the delegates behind it."""

    shown: Fraction
    low: Fraction
    high: Fraction
    n: int


def tenths(number: Fraction, step: int = 10) -> Fraction:
    """Round half away from zero."""
    whole = int(abs(number) * step + Fraction(1, 2))
    return Fraction(whole if number >= 0 else -whole, step)


def text(number: Number, *, sign: bool = False) -> str:
    middle, low, high = (tenths(value) for value in number[:3])
    plain = f"{float(abs(middle)):.1f}"
    if sign and middle:
        plain = f"{'+' if middle > 0 else MINUS}{plain}"
    words = {(True, True): " or so", (True, False): " or less", (False, True): " or more"}
    return plain + words.get((low < middle, high > middle), "")


def clamped(values: Sequence[Number], low: int, high: int, margin: int = 1) -> Number:
    """Return the mean; its sum is kept away from the ends, so that no figure says that all gave the same extreme."""
    n = len(values)
    total = sum(value.shown for value in values)
    least, most = n * low + margin, n * high - margin
    total_within = min(max(total, Fraction(least)), Fraction(most))
    below = (total_within - n * low if total <= least else 0) + sum(value.shown - value.low for value in values)
    above = (n * high - total_within if total >= most else 0) + sum(value.high - value.shown for value in values)
    return Number(
        total_within / n,
        max((total_within - below) / n, Fraction(low)),
        min((total_within + above) / n, Fraction(high)),
        n,
    )


def exact(value: Fraction | int | str, n: int = 1) -> Number:
    number = Fraction(value)
    return Number(number, number, number, n)


def mean(values: Iterable[Fraction], low: int, high: int) -> Number | None:
    given = [exact(value) for value in values]
    return clamped(given, low, high) if len(given) >= ENOUGH else None


def error(n: int, items: int = 1, points: int = 5) -> float:
    return sqrt((SD * (points - 1) / 4) ** 2 * (HALO + (1 - HALO) / items) / n)


def figure(number: Number, *, sign: bool = False, error: float | None = None) -> dict[str, Any]:
    """As facts.json has it."""
    fields = {"display": text(number, sign=sign), "value": float(tenths(number.shown)), "n": number.n}
    if error is None:
        return {**fields, "limit": 0.0, "clear": False}
    limit = 1.5 * error
    return {**fields, "limit": round(limit, 2), "clear": bool(number.low > limit or number.high < -limit)}


def printed(number: Number) -> Number:
    rounded = tenths(number.shown)
    low = rounded if number.low == number.shown else number.low
    return Number(rounded, low, rounded if number.high == number.shown else number.high, number.n)


def change(before: Number, after: Number) -> Number:
    """Return the difference of two figures as they are printed."""
    was, is_now = printed(before), printed(after)
    return Number(is_now.shown - was.shown, is_now.low - was.high, is_now.high - was.low, after.n)


def pounds(amount: Fraction) -> str:
    return f"£{int(amount + Fraction(1, 2)):,}"


def average(values: Sequence[Fraction]) -> Fraction | None:
    return sum(values) / len(values) if values else None


def spread(given: Mapping[str, Sequence[str]], labels: Mapping[str, str], groupings: Sequence[Any]) -> dict[str, Any]:
    """How many things have each answer, with neighbours together until five delegates are behind each number."""
    values = list(labels)
    answered = [(who, values.index(value)) for who, answers in given.items() for value in answers if value in labels]
    for grouping in groupings:
        if all(len({who for who, place in answered if place in group}) >= ENOUGH for group in grouping):
            parts = [
                {
                    "label": join([labels[values[place]] for place in group]),
                    "count": sum(place in group for _, place in answered),
                }
                for group in grouping
            ]
            return {"delegates": len({who for who, _ in answered}), "things": len(answered), "parts": parts}
    return {"delegates": 0, "things": 0, "parts": []}


def join(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else words[0]


def plain(typed: str) -> Fraction:
    """Return a number as people type it: £28,000 and 60 %."""
    return Fraction(typed.strip("£% ").replace(",", ""))


def total(given: Sequence[Fraction], less: Sequence[Fraction] = ()) -> dict[str, Any]:
    claims, whole = [claim for claim in given if claim > 0], sum(given) - sum(less)
    hidden = {"display": "", "delegates": 0, "amount": 0}
    if len(claims) < ENOUGH:
        return {**hidden, "why": "fewer than 5 sums are above zero"}
    if 2 * max(claims) > sum(claims):
        return {**hidden, "why": "one sum is more than half of it"}
    if 2 * max([*claims, *less]) > whole:
        return {**hidden, "why": "one gain or loss is more than half of what is left after losses"}
    return {"display": pounds(whole), "delegates": len(claims), "amount": int(whole + Fraction(1, 2)), "why": ""}
