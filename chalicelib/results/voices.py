"""What each voice of one wave shows: sums of behaviours, words, scores, and competencies by cell. Pure.

A voice is a named person, or the raters of one block. Only `publish` gives raw answers to this module.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from msgspec import Struct

from chalicelib.core.answers import Answers
from chalicelib.core.model import SELF_GROUP, Programme
from chalicelib.results.agreement import HasWords, Word
from chalicelib.results.cell_sums import SLACK, Total
from chalicelib.results.layout import Block, Rule
from chalicelib.results.partition import Cell
from chalicelib.results.scoring import Clamp, Score, mean_range, score, unclamped
from chalicelib.results.uncertainty import Spread, standard_error
from chalicelib.results.variance_cuts import cuts_of

Agree = Callable[[Sequence[int], int, HasWords], Word]
Divide = Callable[[Sequence[int], Sequence[Sequence[int]], Sequence[Total], int], Sequence[Total]]
MIN_BEHAVIOURS = 2  # behind a competency by cell


class Tools(Struct, frozen=True):
    """The acts that do more with a rating than add it up."""

    clamp: Clamp
    agree: Agree
    divide: Divide


class Voice(Struct, frozen=True):
    """What is shown of a named person or of a block, before figures of all others are made."""

    id: str
    is_named: bool
    threshold: int
    items: Mapping[str, Score]
    words: Mapping[str, Word]
    answered: tuple[frozenset[str], ...]  # for each rater, the shown items that they rated
    spread: Spread | None = None
    cells: Mapping[str, Mapping[str, Score]] | None = None  # competency -> cell -> score; None: as the items give it

    def score(self, items: Sequence[str]) -> Score | None:
        return score(items, self.items, self.answered, self.threshold, self.spread)


def voice_of_person(programme: Programme, cell: Cell, raters: Sequence[Answers], spread: Spread | None) -> Voice:
    """Return the figures of a named cell: not clamped, from one rating on."""
    spread = None if cell.id == SELF_GROUP else spread
    totals = _totals(programme, raters, 1, lambda ratings: unclamped(sum(ratings), len(ratings), programme.top))
    items = _item_scores(totals, spread)
    return Voice(cell.id, True, 1, items, {}, _answered(raters, items), spread)


def voice_of_block(
    programme: Programme,
    rule: Rule,
    block: Block,
    raters: Mapping[str, Sequence[Answers]],
    tools: Tools,
    spread: Spread | None,
) -> Voice:
    """Return the figures of a block. raters: the answers by cell."""
    everyone = [answers for cell in block.cells for answers in raters[cell.id]]
    totals = _totals(
        programme,
        everyone if block.shows_behaviours else (),
        rule.min_ratings,
        lambda ratings: tools.clamp(sum(ratings), len(ratings), programme.top, rule.clamp),
    )
    items = _item_scores(totals, spread)
    stands_alone = block.shows_behaviours and len(block.cells) == 1
    words = _words(programme, rule, everyone, items, tools) if stands_alone else {}
    answered = _answered(everyone, items)
    cells = None if stands_alone else _by_cell(programme, rule, block, raters, totals, tools, spread)
    return Voice(block.id, False, rule.threshold, items, words, answered, spread, cells)


def _totals(
    programme: Programme,
    raters: Sequence[Answers],
    min_ratings: int,
    clamped: Callable[[Sequence[int]], tuple[int | Fraction, ...]],
) -> dict[str, Total]:
    totals = {}
    for item in programme.items:
        ratings = _ratings(raters, item.id)
        if raters and len(ratings) >= min_ratings:
            totals[item.id] = Total(len(ratings), *clamped(ratings))  # type: ignore[arg-type]
    return totals


def _ratings(raters: Sequence[Answers], item: str) -> list[int]:
    return [rating for rater in raters if (rating := rater.ratings.get(item)) is not None]


def _item_scores(totals: Mapping[str, Total], spread: Spread | None) -> dict[str, Score]:
    return {item: _mean(total, total.n, 1, spread) for item, total in totals.items()}


def _mean(total: Total, raters: int, behaviours: int, spread: Spread | None) -> Score:
    se = standard_error(raters, behaviours, spread) if spread else Fraction(0)
    return Score(raters, mean_range((total.shown, total.low, total.high), total.n), se)


def _answered(raters: Sequence[Answers], items: Mapping[str, Score]) -> tuple[frozenset[str], ...]:
    return tuple(
        frozenset(item for item, rating in rater.ratings.items() if rating is not None and item in items)
        for rater in raters
    )


def _words(
    programme: Programme, rule: Rule, raters: Sequence[Answers], items: Mapping[str, Score], tools: Tools
) -> dict[str, Word]:
    words = {}
    for item in programme.items:
        ratings = _ratings(raters, item.id)
        cuts = cuts_of(rule, len(ratings), programme.top)
        if cuts and item.id in items:
            words[item.id] = tools.agree(ratings, programme.top, cuts)
    return words


# --- competencies by cell -----------------------------------------------------------------------------------


def _by_cell(
    programme: Programme,
    rule: Rule,
    block: Block,
    raters: Mapping[str, Sequence[Answers]],
    totals: Mapping[str, Total],
    tools: Tools,
    spread: Spread | None,
) -> dict[str, dict[str, Score]]:
    scores_by_cell = {}
    for competency in programme.competencies:
        items = [item.id for item in competency.items if item.id in totals or not block.shows_behaviours]
        table = _Table(block, items, raters, rule)
        if table.is_enough(rule, len(competency.items)):
            sums = table.sums(totals, tools, programme.top, rule)
            scores_by_cell[competency.id] = {
                cell.id: _mean(total, n, len(table.items), spread)
                for cell, n, total in zip(block.cells, table.people, sums, strict=True)
            }
    return scores_by_cell


class _Table:
    """One competency in one block: the behaviours that enough raters of every cell rated."""

    def __init__(self, block: Block, items: Sequence[str], raters: Mapping[str, Sequence[Answers]], rule: Rule) -> None:
        rated = {item: [_ratings(raters[cell.id], item) for cell in block.cells] for item in items}
        self.items = [i for i in items if all(len(ratings) >= rule.threshold - 1 for ratings in rated[i])]
        self._ratings = [rated[item] for item in self.items]
        self._shows_behaviours = block.shows_behaviours
        self.people = [
            sum(any(rater.ratings.get(item) is not None for item in self.items) for rater in raters[cell.id])
            for cell in block.cells
        ]

    def is_enough(self, rule: Rule, of_competency: int) -> bool:
        """Return whether the competency is shown by cell: by counts alone."""
        fewest = max(MIN_BEHAVIOURS, SLACK * len(self.people))
        is_half = 2 * len(self.items) >= of_competency
        return is_half and len(self.items) >= fewest and min(self.people) >= rule.threshold

    def sums(self, totals: Mapping[str, Total], tools: Tools, top: int, rule: Rule) -> Sequence[Total]:
        cells = range(len(self.people))
        given = [sum(sum(by_cell[cell]) for by_cell in self._ratings) for cell in cells]
        counts = [[len(by_cell[cell]) for by_cell in self._ratings] for cell in cells]
        if self._shows_behaviours:
            return tools.divide(given, counts, [totals[item] for item in self.items], top)
        n = sum(counts[0])
        return [Total(n, *tools.clamp(given[0], n, top, rule.clamp))]  # type: ignore[arg-type]
