"""From raw answers to what may be seen: the one place where anonymity is decided. Pure.

The rule and its proofs: docs/decisions/0007-competency-scores-and-anonymity.md and tests/report/test_anonymity.py.
"""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from chalicelib.answers import Answers, Response
from chalicelib.model import SELF_GROUP, Programme
from chalicelib.report.partition import Cell, cells_of, pooled
from chalicelib.report.published import ALL_OTHERS, OVERALL_ID, About, Bound, Comment, Figure, PublishedCells
from chalicelib.report.scoring import Score, over_raters, score

Clamp = Callable[[int, int, int], tuple[int, Bound]]


def clamp_sum(total: int, n: int, top: int) -> tuple[int, Bound]:
    """Top and bottom coding of n ratings in 1..top, so that no figure tells that all of them were the same extreme.

    Returns a sum in [n + 1, n * top - 1] and whether the truth may lie beyond it. The one act of the publisher that
    looks at a rating other than to add it up; the proofs pass linear forms instead.
    """
    low, high = n + 1, n * top - 1
    if total <= low:
        return low, Bound.OR_LESS
    if total >= high:
        return high, Bound.OR_MORE
    return total, Bound.EXACT


def publish(
    programme: Programme, responses: Sequence[Response], *, comment_key: bytes, clamp: Clamp = clamp_sum
) -> PublishedCells:
    """What may be seen of one delegate's wave.

    responses    all of the wave, any order, at most one per rater; groups are the programme's
    comment_key  secret of this wave and delegate: the order of comments follows from it and tells nothing

    Which figures appear depends only on how many raters completed and which items they rated, never on a rating.
    Raises KeyError for a response of a group the programme does not have.
    """
    by_group: dict[str, list[Answers]] = {group.id: [] for group in programme.groups}
    for response in responses:
        by_group[response.group].append(response.answers)
    counts = {group: len(answers) for group, answers in by_group.items()}
    named = tuple(Cell(g.id, (g.id,), counts[g.id], named=True) for g in programme.groups if g.named and counts[g.id])
    anonymous = cells_of(counts, programme.anonymous_groups, programme.threshold)
    cells = named + anonymous
    sheets = [_sheet(programme, cell, by_group, clamp) for cell in cells]
    comment_cells = named + _comment_cells(programme, anonymous)
    return PublishedCells(
        cells=cells,
        comment_cells=comment_cells,
        figures=tuple(_figures(programme, sheets)),
        comments=tuple(_comments(programme, comment_cells, by_group, comment_key)),
    )


# --- figures --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Sheet:
    """One cell's published items, and which of them each rater rated."""

    cell: Cell
    threshold: int
    items: Mapping[str, Score]
    answered: tuple[frozenset[str], ...]


def _sheet(programme: Programme, cell: Cell, by_group: Mapping[str, Sequence[Answers]], clamp: Clamp) -> _Sheet:
    raters = [answers for group in cell.groups for answers in by_group[group]]
    threshold = 1 if cell.named else programme.threshold
    items: dict[str, Score] = {}
    for item in programme.items:
        ratings = [rating for rater in raters if (rating := rater.ratings.get(item.id)) is not None]
        if len(ratings) >= threshold:
            items[item.id] = _item_score(ratings, programme.top, None if cell.named else clamp)
    answered = tuple(
        frozenset(item for item, rating in rater.ratings.items() if rating is not None and item in items)
        for rater in raters
    )
    return _Sheet(cell, threshold, items, answered)


def _item_score(ratings: Sequence[int], top: int, clamp: Clamp | None) -> Score:
    n = len(ratings)
    total, bound = clamp(sum(ratings), n, top) if clamp else (sum(ratings), Bound.EXACT)
    return Score(n, Fraction(1, n) * total, bound)


def _figures(programme: Programme, sheets: Sequence[_Sheet]) -> Iterator[Figure]:
    for about, subject, items in _subjects(programme):
        scores = {sheet.cell: _score(about, items, sheet) for sheet in sheets}
        shown = {cell: found for cell, found in scores.items() if found}
        others = over_raters(
            [found for cell, found in shown.items() if cell.named and cell.id != SELF_GROUP],
            [found for cell, found in shown.items() if not cell.named],
        )
        for name, found in [*((cell.id, found) for cell, found in shown.items()), (ALL_OTHERS, others)]:
            if found:
                yield Figure(about, subject, name, found.n, found.mean, found.bound)


def _score(about: About, items: Sequence[str], sheet: _Sheet) -> Score | None:
    if about is About.ITEM:
        return sheet.items.get(items[0])
    return score(items, sheet.items, sheet.answered, sheet.threshold)


def _subjects(programme: Programme) -> Iterator[tuple[About, str, Sequence[str]]]:
    """Everything that has figures: what it is, its id, and the items it is made of."""
    for item in programme.items:
        yield About.ITEM, item.id, [item.id]
    for competency in programme.competencies:
        yield About.COMPETENCY, competency.id, [item.id for item in competency.items]
    for value in programme.values:
        yield About.VALUE, value.id, [item.id for item in programme.items if value.id in item.values]
    yield About.OVERALL, OVERALL_ID, [item.id for item in programme.items]


# --- comments -------------------------------------------------------------------------------------------


def _comment_cells(programme: Programme, anonymous: Sequence[Cell]) -> tuple[Cell, ...]:
    """Cells under whose name comments appear: the rule of the partition once more, with the higher threshold.

    Pooling all small cells under one name while the large ones keep theirs would name the last small cell by
    elimination; so what does not reach the threshold joins a cell that does.
    """
    cells = {cell.id: cell for cell in anonymous}
    order = [group.id for group in programme.groups]
    found = []
    for part in pooled({cell.id: cell.n for cell in anonymous}, list(cells), programme.comments_from):
        groups = tuple(sorted((group for cell in part for group in cells[cell].groups), key=order.index))
        found.append(Cell("+".join(groups), groups, sum(cells[cell].n for cell in part), named=False))
    return tuple(found)


def _comments(
    programme: Programme, cells: Sequence[Cell], by_group: Mapping[str, Sequence[Answers]], key: bytes
) -> Iterator[Comment]:
    for question in programme.open_questions:
        for cell in cells:
            raters = [answers for group in cell.groups for answers in by_group[group]]
            texts = [text for rater in raters if (text := _cleaned(rater.comments.get(question.id, "")))]
            yield from (
                Comment(question.id, cell.id, text) for text in sorted(texts, key=partial(_shuffle, key, question.id))
            )


def _shuffle(key: bytes, question: str, text: str) -> bytes:
    return hmac.digest(key, f"{question}|{text}".encode(), "sha256")


def _cleaned(text: str) -> str:
    """Word for word, less what no document can hold: control characters and broken surrogates."""
    whole = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode()
    return "".join(c for c in whole if c in "\n\t" or unicodedata.category(c) != "Cc").strip()
