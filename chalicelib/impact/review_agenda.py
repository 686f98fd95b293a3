"""Make the agenda of the six-month review from a delegate's result, in the order of the conversation. Pure.

A line without data is left out. If someone was asked and did not answer, a line says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from chalicelib.impact.result import words
from chalicelib.impact.result.document import OUTCOMES
from chalicelib.impact.result.facts import AreaResult, ResultFacts, SumView


class Point(Struct, frozen=True):
    """One point of the agenda. quotes: someone's own words, each with whose they are."""

    title: str
    lines: tuple[str, ...] = ()
    quotes: tuple[tuple[str, str], ...] = ()


def make_agenda(facts: ResultFacts, shared: Sequence[str]) -> list[Point]:
    """Return the points in order. shared: the areas that the delegate shares with the line manager."""
    points = [
        Point("Who answered now", tuple(_who_answered(facts))),
        *(_area(area, facts) for area in facts.areas),
        Point("Change of behaviours since the first 360", tuple(_changes(facts))),
        _work(facts),
        Point("Figures of the service", tuple(_measures(facts))),
        Point("In money", tuple(_sums(facts))),
        _factors(facts),
        Point("What got worse", _lost(facts), _quote(facts.delegate, facts.worse)),
        Point("Decide", tuple(_decide(facts))),
        Point("Thank the raters", ("Offer the email “What came of your feedback”: the delegate sends it, or not.",)),
        Point("A story", ("Ask whether one of these may be shown to the sponsor, and in which words.",)),
        Point("What the line manager knows", tuple(shared) or ("The delegate shares no area with them.",)),
        Point("Review dates", ("Agree a review date for each area.",)),
    ]
    return [point for point in points if point.lines or point.quotes]


def _who_answered(facts: ResultFacts) -> Iterator[str]:
    yield f"{facts.delegate}: {'answered' if facts.has_answered else words.NOT_ANSWERED}"
    yield f"{facts.manager}, line manager: {'answered' if facts.manager_answered else words.NOT_ANSWERED}"
    if facts.raters_asked:
        counts = {area.raters.n for area in facts.areas if area.raters.n}
        yield f"Raters: {max(counts)} behind the figures" if counts else f"Raters: {words.TOO_FEW}"


def _area(area: AreaResult, facts: ResultFacts) -> Point:
    own = words.level_words(area).lower() or words.NOT_ANSWERED
    manager = words.change_words(area.manager_change).lower() or words.NOT_ANSWERED
    lines = [f"{facts.delegate}: {own}"]
    if facts.manager_words or not facts.manager_answered:
        lines.append(f"Line manager: {manager}")
    if facts.raters_asked:
        lines.append(f"Raters: {words.raters_words(area.raters)}")
    lines += words.where_they_part(area, facts.delegate)
    lines += [f"Noted: {note}" for note in area.notes]
    quotes = (*_quote(facts.delegate, area.example), *_quote("Line manager", area.manager_evidence))
    return Point(f"Area: {area.text}", tuple(lines), quotes)


def _changes(facts: ResultFacts) -> Iterator[str]:
    for change in facts.changes:
        close = "" if change.noise == "yes" or not change.noise else ", too close to call"
        yield f"{change.text} {change.before}, then {change.after} ({change.change}{close})"


def _work(facts: ResultFacts) -> Point:
    lines = [
        f"{work.title}: {work.submitted}{f'; {work.answer.lower()}' if work.answer else ''}" for work in facts.work
    ]
    if facts.decision:
        lines.append(facts.decision)
    quotes = (*_quote(facts.delegate, facts.implemented), *_quote("Line manager", facts.effect))
    return Point("Work: planned and done", tuple(lines), quotes)


def _measures(facts: ResultFacts) -> Iterator[str]:
    for measure in facts.measures:
        moved = f"from {measure.baseline or '?'} to {measure.now or '?'} {measure.unit}".rstrip()
        yield f"{measure.name}: {moved} ({OUTCOMES[measure.outcome].lower()})"


def _sums(facts: ResultFacts) -> Iterator[str]:
    for sum_view in facts.sums:
        claimed = f"{sum_view.name}: {sum_view.money} claimed; own share {sum_view.own_share or 'not given'}"
        if sum_view.counted:
            manager = sum_view.manager_share or "not given"
            yield f"{claimed}, line manager’s {manager}; {_whose(sum_view)}; {sum_view.used} after confidence"
        else:
            yield f"{claimed}; the line manager’s is not shown"


def _whose(sum_view: SumView) -> str:
    """Say whose share counts. A share that was not given counts as nothing, and is not called the lower one."""
    if not (sum_view.own_share and sum_view.manager_share):
        return "no share counted"
    return f"{'the own share' if sum_view.counted == 'own' else 'the line manager’s share'} counted"


def _factors(facts: ResultFacts) -> Point:
    lines = tuple(f"{factor.title}: {factor.words.lower()}" for factor in facts.factors)
    return Point("What helped, and what hindered", lines, _quote(facts.delegate, facts.factors_why))


def _lost(facts: ResultFacts) -> tuple[str, ...]:
    return (f"{facts.lost} a year",) if facts.lost else ()


def _decide(facts: ResultFacts) -> Iterator[str]:
    for area in facts.areas:
        yield f"{area.text}: continue, done, or replaced by another?"


def _quote(who: str, text: str) -> tuple[tuple[str, str], ...]:
    return ((who, text),) if text else ()
