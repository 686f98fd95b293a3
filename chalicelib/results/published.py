"""What may be seen of one delegate's wave: the only input of facts, HTML, PDF and cohort figures. Pure."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction

from msgspec import Struct

from chalicelib.results.agreement import Word
from chalicelib.results.partition import Cell

ALL_OTHERS = "all_others"  # cell name of figures over every rater but self who is in a published cell
OVERALL_ID = "overall"


class About(StrEnum):
    ITEM = "item"
    COMPETENCY = "competency"
    VALUE = "value"
    OVERALL = "overall"


class Bound(StrEnum):
    """How a figure relates to the true value: only a clamped sum is known, and it is shown as such."""

    EXACT = ""
    OR_MORE = "or more"
    OR_LESS = "or less"
    OR_SO = "or so"  # either: computed from parts that are bounded on both sides


class Figure(Struct, frozen=True):
    """One mean, in scale points, unrounded.

    below, above   how far the true value may lie from it, because sums at the ends of the scale are clamped
    """

    about: About
    id: str
    cell: str  # a Cell's id or ALL_OTHERS
    n: int  # raters behind it
    mean: Fraction
    below: Fraction = Fraction(0)
    above: Fraction = Fraction(0)


class Agreement(Struct, frozen=True):
    """One word on how far raters agree. Those of competencies, values and all others summarise the items' words."""

    about: About
    id: str
    cell: str  # an anonymous Cell's id or ALL_OTHERS
    n: int  # of an item: ratings; else: words it summarises
    word: Word


class Comment(Struct, frozen=True):
    question: str
    cell: str  # a Cell's id, or the id of several cells pooled
    text: str


class PublishedCells(Struct, frozen=True):
    cells: tuple[Cell, ...]  # named ones first; anonymous ones hold at least `threshold` raters
    comment_cells: tuple[Cell, ...]  # under which comments appear; anonymous ones hold at least `comments_from`
    figures: tuple[Figure, ...]
    agreements: tuple[Agreement, ...]
    comments: tuple[Comment, ...]  # within a question and cell in an order that shows nothing
    coach_comments: tuple[Comment, ...]  # the same for comments that raters keep for the coach: in no document

    @property
    def too_few(self) -> bool:
        """Return whether no anonymous cell could be formed, so that no anonymous answer is shown or used."""
        return all(cell.named for cell in self.cells)

    @property
    def comments_withheld(self) -> bool:
        """Return whether anonymous comments are withheld because of too few raters. Depends on counts only."""
        return all(cell.named for cell in self.comment_cells)
