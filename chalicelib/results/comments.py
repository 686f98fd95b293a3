"""Assign comments to rater groups and shuffle them. Pure."""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from chalicelib.core.model import Programme
from chalicelib.results.layout import Block, join_cells, rule_of
from chalicelib.results.partition import Cell, pooled
from chalicelib.results.published import Comment


def comment_cells(programme: Programme, blocks: Sequence[Block]) -> tuple[Cell, ...]:
    """Return the cells under whose name comments appear: blocks, or blocks that are too small for comments together.

    Pooling all small blocks under one name while the large ones keep theirs would identify the last small one by
    elimination; so a block below the threshold joins one that reaches it.
    """
    if rule_of(programme).number == 1:
        return _first_rule(programme, [cell for block in blocks for cell in block.cells])
    whole = [Cell(block.id, block.groups, block.n, named=False) for block in blocks if block.shows_behaviours]
    return tuple(_together(programme, part) for part in join_cells(programme, whole, programme.comments_from))


def _first_rule(programme: Programme, anonymous: Sequence[Cell]) -> tuple[Cell, ...]:
    cells = {cell.id: cell for cell in anonymous}
    parts = pooled({cell.id: cell.n for cell in anonymous}, list(cells), programme.comments_from)
    return tuple(_together(programme, [cells[cell] for cell in part]) for part in parts)


def _together(programme: Programme, cells: Sequence[Cell]) -> Cell:
    order = [group.id for group in programme.groups]
    groups = tuple(sorted((group for cell in cells for group in cell.groups), key=order.index))
    return Cell("+".join(groups), groups, sum(cell.n for cell in cells), named=False)


def comments_in(
    programme: Programme, cells: Sequence[Cell], texts_by_cell: Mapping[str, Sequence[Mapping[str, str]]], key: bytes
) -> Iterator[Comment]:
    """Collect the comments. said: cell id -> each rater's comments by open question."""
    for question in programme.open_questions:
        for cell in cells:
            texts = [
                text for by_question in texts_by_cell[cell.id] if (text := _cleaned(by_question.get(question.id, "")))
            ]
            yield from (
                Comment(question.id, cell.id, text) for text in sorted(texts, key=partial(_shuffle, key, question.id))
            )


def _shuffle(key: bytes, question: str, text: str) -> bytes:
    return hmac.digest(key, f"{question}|{text}".encode(), "sha256")


def _cleaned(text: str) -> str:
    """Keep a comment word for word, without what no document can contain: control characters and broken surrogates."""
    whole = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode()
    return "".join(c for c in whole if c in "\n\t" or unicodedata.category(c) != "Cc").strip()
