"""Turn raw answers into published figures: the one place that decides about anonymity. Pure.

The rules and their proofs: docs/decisions/0037-cells-of-three-blocks-of-five.md, 0010-agreement-between-raters.md and
tests/report/test_anonymity.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from chalicelib.core.answers import Answers, Response
from chalicelib.core.model import SELF_GROUP, Programme
from chalicelib.results.agreement import Word, agreement, usual
from chalicelib.results.cell_sums import cell_sums
from chalicelib.results.comments import comment_cells, comments_in
from chalicelib.results.layout import layout, rule_of
from chalicelib.results.partition import Cell, named_cells
from chalicelib.results.published import ALL_OTHERS, About, Agreement, Figure, PublishedCells
from chalicelib.results.scoring import Clamp, Score, clamp_sum, over_raters, subjects
from chalicelib.results.uncertainty import spread_of
from chalicelib.results.voices import Agree, Divide, Tools, Voice, voice_of_block, voice_of_person


def publish(
    programme: Programme,
    responses: Sequence[Response],
    *,
    comment_key: bytes,
    clamp: Clamp = clamp_sum,
    agree: Agree = agreement,
    divide: Divide = cell_sums,
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
    blocks = layout(programme, {group: len(answered) for group, answered in by_group.items()})
    comment_parts = comment_cells(programme, blocks)
    anonymous = tuple(cell for block in blocks for cell in block.cells)
    raters = people | {
        cell: [response.answers for group in cell.groups for response in by_group[group]]
        for cell in (*anonymous, *comment_parts)
    }
    named = tuple(people)
    rule = rule_of(programme)
    spread = spread_of(programme) if rule.number > 1 else None
    by_cell = {cell.id: raters[cell] for cell in anonymous}
    tools = Tools(clamp, agree, divide)
    voices = [
        *(voice_of_person(programme, cell, raters[cell], spread) for cell in named),
        *(voice_of_block(programme, rule, block, by_cell, tools, spread) for block in blocks),
    ]
    commenting = named + comment_parts
    comments, to_coach = (
        {cell.id: [answers.said(to_coach_only=coach_only) for answers in raters[cell]] for cell in commenting}
        for coach_only in (False, True)
    )
    return PublishedCells(
        rule=rule,
        cells=named + anonymous,
        blocks=blocks,
        comment_cells=commenting,
        figures=tuple(_figures(programme, voices)),
        agreements=tuple(_agreements(programme, voices)),
        comments=tuple(comments_in(programme, commenting, comments, comment_key)),
        coach_comments=tuple(comments_in(programme, commenting, to_coach, comment_key + b"coach only")),
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


def _figures(programme: Programme, voices: Sequence[Voice]) -> Iterator[Figure]:
    for about, subject, items in subjects(programme):
        scores: dict[str, Score] = {}
        named: list[Score] = []
        anonymous: list[Score] = []
        for voice in voices:
            by_cell, whole = _scores(voice, about, subject, items)
            scores |= by_cell
            if whole and voice.id != SELF_GROUP:
                (named if voice.is_named else anonymous).append(whole)
        if others := over_raters(named, anonymous):
            scores[ALL_OTHERS] = others
        for cell, score in scores.items():
            yield Figure(about, subject, cell, score.n, score.range, score.se)


def _scores(voice: Voice, about: About, subject: str, items: Sequence[str]) -> tuple[dict[str, Score], Score | None]:
    """Return what a voice shows of a subject by cell, and its part in the figure of all others.

    A block of several cells shows a competency by cell, while all others are made of its behaviours: never of both.
    """
    whole = voice.items.get(items[0]) if about is About.ITEM else voice.score(items)
    if voice.cells is None or about is not About.COMPETENCY:
        return ({voice.id: whole} if whole else {}), whole
    cells = dict(voice.cells.get(subject, {}))
    only = next(iter(cells.values())) if cells and not voice.items else None
    return cells, whole or only


# --- agreement ------------------------------------------------------------------------------------------


def _agreements(programme: Programme, voices: Sequence[Voice]) -> Iterator[Agreement]:
    """Return the words on items, and the usual word of each set of items if at least half of them have one."""
    for about, subject, items in subjects(programme):
        pool: list[Word] = []
        for voice in voices:
            words = [voice.words[item] for item in items if item in voice.words]
            if words and 2 * len(words) >= len(items):
                n = voice.items[items[0]].n if about is About.ITEM else len(words)
                yield Agreement(about, subject, voice.id, n, usual(words))
                pool += words
        if pool and about is not About.ITEM:
            yield Agreement(about, subject, ALL_OTHERS, len(pool), usual(pool))
