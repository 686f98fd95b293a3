"""Raw answers. Only collecting, closing and the publisher may import this module (tests/test_architecture.py).

Pure: the standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

NOT_ABLE = "na"  # how a form or file says "not able to comment"


@dataclass(frozen=True)
class Answers:
    """What one rater answered.

    ratings   item id -> rating in 1..top, or None for "not able to comment"; a blank is absent
    comments  open question id -> text, never blank
    """

    ratings: Mapping[str, int | None] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Response:
    """One rater's answers in one wave, cut from identity: no name, no time."""

    group: str
    answers: Answers
