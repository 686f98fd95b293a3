"""Assign comments to rater groups and shuffle them. Pure."""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from chalicelib.core.model import Programme
from chalicelib.results.partition import Cell, pooled
from chalicelib.results.published import Comment


def comment_cells(programme: Programme, anonymous: Sequence[Cell]) -> tuple[Cell, ...]:
    """Return the cells under whose name comments appear: the rule of the partition, with the higher threshold.

    Pooling all small cells under one name while the large ones keep theirs would identify the last small cell by
    elimination; so a cell below the threshold joins one that reaches it.
    """
    cells = {cell.id: cell for cell in anonymous}
    order = [group.id for group in programme.groups]
    found = []
    for part in pooled({cell.id: cell.n for cell in anonymous}, list(cells), programme.comments_from):
        groups = tuple(sorted((group for cell in part for group in cells[cell].groups), key=order.index))
        found.append(Cell("+".join(groups), groups, sum(cells[cell].n for cell in part), named=False))
    return tuple(found)


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
