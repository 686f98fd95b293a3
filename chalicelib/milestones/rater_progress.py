"""Count answered raters in totals that single out no one. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from chalicelib.core.model import AnswerCount, Programme
from chalicelib.results.answer_counts import title_of


class Progress(Struct, frozen=True):
    """Raters of one or several groups, as counted this morning."""

    title: str
    words: str
    invited: int
    answered: int  # at least


def progress(programme: Programme, counted: Iterable[AnswerCount]) -> tuple[Progress, ...]:
    """Leave out raters who are shown by name, such as the line manager: any count of one person reveals the answer."""
    return tuple(
        Progress(title_of(programme, part), part.words, part.invited, part.answered)
        for part in counted
        if not part.named
    )
