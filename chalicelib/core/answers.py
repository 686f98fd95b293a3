"""Raw answers. Imported only to collect, close and publish (.importlinter). Pure."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from chalicelib.core.model import Person

NOT_ABLE = "na"  # how a form or file says "not able to comment"


class Answers(Struct, frozen=True):
    """The answers of one rater.

    ratings     item id -> rating in 1..top, or None for "not able to comment"; a blank is absent
    comments    open question id -> text, never blank
    coach_only  ids of open questions whose comment is for the coach alone and not in the report
    """

    ratings: Mapping[str, int | None] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)
    coach_only: tuple[str, ...] = ()

    def said(self, *, to_coach_only: bool) -> dict[str, str]:
        """Return the comments for the report, or those for the coach alone."""
        return {q: text for q, text in self.comments.items() if (q in self.coach_only) == to_coach_only}


class Response(Struct, frozen=True):
    """One rater's answers in one wave, without identity: no name, no time.

    person   who gave them, in a group of several people who are shown by name; empty in an anonymous group
    """

    group: str
    answers: Answers
    person: Person | None = None
