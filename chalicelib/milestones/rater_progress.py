"""How many raters have answered, in totals that point to no one. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from chalicelib.core.model import AnswerCount, Programme
from chalicelib.results.answer_counts import title_of


class Progress(Struct, frozen=True):
    """Raters of one or several groups, as they were counted this morning."""

    title: str
    words: str
    invited: int
    answered: int  # at least


def progress(programme: Programme, counted: Iterable[AnswerCount]) -> tuple[Progress, ...]:
    """Who is shown by name, the line manager say, is left out: of one person any count tells all."""
    return tuple(
        Progress(title_of(programme, part), part.words, part.invited, part.answered)
        for part in counted
        if not part.named
    )
