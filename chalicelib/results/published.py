"""What may be seen of one delegate's wave: the only input of facts, HTML, PDF and cohort figures. Pure."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction

from msgspec import Struct

from chalicelib.results.agreement import Word
from chalicelib.results.layout import Block, Rule
from chalicelib.results.partition import Cell
from chalicelib.results.rounding import Range

ALL_OTHERS = "all_others"  # cell name of figures over every rater but self who is in a published cell
OVERALL_ID = "overall"


class About(StrEnum):
    ITEM = "item"
    COMPETENCY = "competency"
    VALUE = "value"
    OVERALL = "overall"


class Figure(Struct, frozen=True):
    """One mean, in scale points, unrounded."""

    about: About
    id: str
    cell: str  # a Cell's or a Block's id, or ALL_OTHERS
    n: int  # raters behind it
    range: Range
    se: Fraction = Fraction(0)  # standard error, from n and public constants; 0: of the delegate's own figures


class Agreement(Struct, frozen=True):
    """One word on how far raters agree. Those of competencies, values and all others summarise the items' words."""

    about: About
    id: str
    cell: str  # an anonymous Cell's id or ALL_OTHERS; under rule 2 a block of one cell
    n: int  # of an item: ratings; else: words it summarises
    word: Word


class Comment(Struct, frozen=True):
    question: str
    cell: str  # a Cell's id, or the id of several cells or blocks together
    text: str


class PublishedCells(Struct, frozen=True):
    rule: Rule
    cells: tuple[Cell, ...]  # named ones first; anonymous ones hold at least `threshold` raters
    blocks: tuple[Block, ...]  # of the anonymous cells
    comment_cells: tuple[Cell, ...]  # under which comments appear; anonymous ones hold at least `comments_from`
    figures: tuple[Figure, ...]
    agreements: tuple[Agreement, ...]
    comments: tuple[Comment, ...]  # within a question and cell in an order that shows nothing
    coach_comments: tuple[Comment, ...]  # the same for comments that raters keep for the coach: in no document

    @property
    def has_too_few(self) -> bool:
        """Return whether no anonymous cell could be formed, so that no anonymous answer is shown or used."""
        return all(cell.named for cell in self.cells)

    @property
    def withholds_comments(self) -> bool:
        """Return whether anonymous comments are withheld because of too few raters. Depends on counts only."""
        return all(cell.named for cell in self.comment_cells)
