"""Raw answers. Only collecting, closing and the publisher may import this module (tests/test_architecture.py).

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from chalicelib.core.model import Person

NOT_ABLE = "na"  # how a form or file says "not able to comment"


class Answers(Struct, frozen=True):
    """What one rater answered.

    ratings   item id -> rating in 1..top, or None for "not able to comment"; a blank is absent
    comments  open question id -> text, never blank
    coach_only   open question ids whose comment the rater keeps out of the report, for the coach alone
    """

    ratings: Mapping[str, int | None] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)
    coach_only: tuple[str, ...] = ()

    def said(self, *, to_coach_only: bool) -> dict[str, str]:
        """The comments of one kind or the other."""
        return {q: text for q, text in self.comments.items() if (q in self.coach_only) == to_coach_only}


class Response(Struct, frozen=True):
    """One rater's answers in one wave, cut from identity: no name, no time.

    person   who is shown by name in a group of several who are; nobody in a group that is anonymous
    """

    group: str
    answers: Answers
    person: Person | None = None
