"""Turn raw answers into published figures: the one place that decides about anonymity. Pure.

The rule and its proofs: docs/decisions/0007-competency-scores-and-anonymity.md, 0010-agreement-between-raters.md and
tests/report/test_anonymity.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct

from chalicelib.core.answers import Answers, Response
from chalicelib.core.model import SELF_GROUP, Programme
from chalicelib.results.agreement import Cuts, Word, agreement, cuts_for, usual
from chalicelib.results.comments import comment_cells, comments_in
from chalicelib.results.partition import Cell, cells_of, named_cells
from chalicelib.results.published import ALL_OTHERS, About, Agreement, Figure, PublishedCells
from chalicelib.results.scoring import Clamp, Score, clamp_sum, mean_of, over_raters, score, subjects, unclamped

Agree = Callable[[Sequence[int], int, Cuts], Word]


def publish(
    programme: Programme,
    responses: Sequence[Response],
    *,
    comment_key: bytes,
    clamp: Clamp = clamp_sum,
    agree: Agree = agreement,
) -> PublishedCells:
    """Return what may be seen of one delegate's wave.

    responses    all of the wave, any order, at most one for each rater; groups are the programme's
    comment_key  secret of this wave and delegate: the order of comments follows from it and shows nothing

    Which figures and words appear depends only on how many raters completed and which items they rated. Raises KeyError
    for a response of a group the programme does not have.
    """
    by_group: dict[str, list[Response]] = {group.id: [] for group in programme.groups}
    for response in responses:
        by_group[response.group].append(response)
    people = _people(programme, by_group)
    counts = {group: len(responses_of_group) for group, responses_of_group in by_group.items()}
    anonymous = cells_of(counts, programme.anonymous_groups, programme.threshold)
    voices = comment_cells(programme, anonymous)
    raters = people | {
        cell: [response.answers for group in cell.groups for response in by_group[group]]
        for cell in (*anonymous, *voices)
    }
    named = tuple(people)
    cells = named + anonymous
    sheets = [_sheet(programme, cell, raters[cell], clamp, agree) for cell in cells]
    voices = named + voices
    comments, to_coach = (
        {cell.id: [answers.said(to_coach_only=coach_only) for answers in raters[cell]] for cell in voices}
        for coach_only in (False, True)
    )
    return PublishedCells(
        cells=cells,
        comment_cells=voices,
        figures=tuple(_figures(programme, sheets)),
        agreements=tuple(_agreements(programme, sheets)),
        comments=tuple(comments_in(programme, voices, comments, comment_key)),
        coach_comments=tuple(comments_in(programme, voices, to_coach, comment_key + b"coach only")),
    )


def _people(programme: Programme, by_group: Mapping[str, Sequence[Response]]) -> dict[Cell, list[Answers]]:
    """Return the cells of named groups, each with its answers: one for each of several people, in the order of their
    names.
    """
    by_cell: dict[Cell, list[Answers]] = {}
    for group in programme.groups:
        if group.named:
            group_responses = sorted(
                by_group[group.id], key=lambda response: response.person.name if response.person else ""
            )
            cells = named_cells(
                group, [response.person.name if response.person else "" for response in group_responses]
            )
            if len(cells) == 1:
                by_cell[cells[0]] = [response.answers for response in group_responses]
            else:
                by_cell |= {cell: [response.answers] for cell, response in zip(cells, group_responses, strict=True)}
    return by_cell


# --- figures --------------------------------------------------------------------------------------------


class _Sheet(Struct, frozen=True):
    """One cell's published items, and the items that each rater rated."""

    cell: Cell
    threshold: int
    items: Mapping[str, Score]
    words: Mapping[str, Word]
    answered: tuple[frozenset[str], ...]


def _sheet(programme: Programme, cell: Cell, raters: Sequence[Answers], clamp: Clamp, agree: Agree) -> _Sheet:
    threshold = 1 if cell.named else programme.threshold
    items: dict[str, Score] = {}
    words: dict[str, Word] = {}
    for item in programme.items:
        ratings = [rating for rater in raters if (rating := rater.ratings.get(item.id)) is not None]
        if len(ratings) >= threshold:
            items[item.id] = mean_of(ratings, programme.top, unclamped if cell.named else clamp)
        cuts = None if cell.named else cuts_for(len(ratings), programme.top, programme.threshold)
        if cuts:
            words[item.id] = agree(ratings, programme.top, cuts)
    answered = tuple(
        frozenset(item for item, rating in rater.ratings.items() if rating is not None and item in items)
        for rater in raters
    )
    return _Sheet(cell, threshold, items, words, answered)


def _figures(programme: Programme, sheets: Sequence[_Sheet]) -> Iterator[Figure]:
    for about, subject, items in subjects(programme):
        scores = {sheet.cell: _score(about, items, sheet) for sheet in sheets}
        published_scores = {cell: cell_score for cell, cell_score in scores.items() if cell_score}
        others = over_raters(
            [cell_score for cell, cell_score in published_scores.items() if cell.named and cell.id != SELF_GROUP],
            [cell_score for cell, cell_score in published_scores.items() if not cell.named],
        )
        for name, cell_score in [
            *((cell.id, cell_score) for cell, cell_score in published_scores.items()),
            (ALL_OTHERS, others),
        ]:
            if cell_score:
                yield Figure(about, subject, name, cell_score.n, cell_score.mean, cell_score.below, cell_score.above)


def _score(about: About, items: Sequence[str], sheet: _Sheet) -> Score | None:
    if about is About.ITEM:
        return sheet.items.get(items[0])
    return score(items, sheet.items, sheet.answered, sheet.threshold)


# --- agreement ------------------------------------------------------------------------------------------


def _agreements(programme: Programme, sheets: Sequence[_Sheet]) -> Iterator[Agreement]:
    """Return the words on items, and the usual word of each set of items if at least half of them have one."""
    for about, subject, items in subjects(programme):
        pool: list[Word] = []
        for sheet in sheets:
            words = [sheet.words[item] for item in items if item in sheet.words]
            if words and 2 * len(words) >= len(items):
                n = sheet.items[items[0]].n if about is About.ITEM else len(words)
                yield Agreement(about, subject, sheet.cell.id, n, usual(words))
                pool += words
        if pool and about is not About.ITEM:
            yield Agreement(about, subject, ALL_OTHERS, len(pool), usual(pool))
