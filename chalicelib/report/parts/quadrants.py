"""Sort each behaviour into one of four quadrants, by the figures as printed. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction

from msgspec import Struct

from chalicelib.report.parts.blocks import Block, cell, column, part, table, text, tile, tiles
from chalicelib.report.parts.facts_index import FactsIndex, as_printed, printed_of, split
from chalicelib.results.facts import Gap, Statistic
from chalicelib.results.published import About
from chalicelib.results.rank import Printed
from chalicelib.results.rounding import one_decimal

MAX_BEHAVIOURS = 8  # behaviours in a quadrant
LETTERS = 25  # of a line in a quadrant, at least
ROOM, LINE, BETWEEN = 430, 11, 6  # points: for the rows of two quadrants one above the other, a line, between rows
AGREED, HIDDEN, DEVELOP, BLIND = "Agreed strengths", "Hidden strengths", "Development areas", "Blind spots"


class Placed(Struct, frozen=True):
    item: str
    own: str
    others: str
    gap: str


class Cuts(Struct, frozen=True):
    high: Decimal  # from here on, all others rate a behaviour high
    gap: Decimal


def cuts(top: int) -> Cuts:
    """Return the limits: 4.0 and 0.5 on a scale of 5 points, and in proportion on any other scale."""
    return Cuts(one_decimal(1 + Fraction(3, 4) * (top - 1)), one_decimal(Fraction(1, 8) * (top - 1)))


def placed(book: FactsIndex) -> dict[str, list[Placed]]:
    """Sort every behaviour with a gap into a quadrant, clearest first; equals in the questionnaire's order."""
    cut = cuts(book.top)
    by_quadrant: dict[str, list[Placed]] = {AGREED: [], HIDDEN: [], DEVELOP: [], BLIND: []}
    for item, own, others, gap in _with_gap(book):
        names = _quadrants(printed_of(others), printed_of(gap), cut)
        if len(names) == 1:
            by_quadrant[names.pop()].append(Placed(item, own.display, others.display, gap.display))
    return {name: sorted(rows, key=_ORDER[name]) for name, rows in by_quadrant.items()}


def _with_gap(book: FactsIndex) -> Iterator[tuple[str, Statistic, Statistic, Gap]]:
    for item in book.items:
        own, others, gap = book.own(About.ITEM, item), book.others(About.ITEM, item), book.gap(About.ITEM, item)
        if own and others and gap:
            yield item, own, others, gap


def _quadrants(others: Printed, gap: Printed, cut: Cuts) -> set[str]:
    """Return the possible quadrants of a behaviour: several if a bound crosses a limit.

    The gap is lowest where all others are highest.
    """
    corners = ((others.low, gap.high), (others.shown, gap.shown), (others.high, gap.low))
    return {quadrant(high, apart, cut) for high, apart in corners}


def quadrant(others: Decimal, gap: Decimal, cut: Cuts) -> str:
    if others >= cut.high:
        return HIDDEN if gap <= -cut.gap else AGREED
    return BLIND if gap >= cut.gap else DEVELOP


_ORDER: dict[str, Callable[[Placed], Decimal]] = {
    AGREED: lambda row: -as_printed(row.others),
    HIDDEN: lambda row: as_printed(row.gap),
    DEVELOP: lambda row: as_printed(row.others),
    BLIND: lambda row: -as_printed(row.gap),
}


def four_quadrants(book: FactsIndex) -> Block | None:
    by_quadrant = placed(book)
    if not any(by_quadrant.values()):
        return None
    cut = cuts(book.top)
    high, apart = f"{cut.high} or higher", f"{cut.gap} or more"
    words = {
        AGREED: f"All others rate these {high}; your own rating is close to theirs or above it.",
        HIDDEN: f"All others rate these {high}, and {apart} above your own rating: they may see more in you.",
        BLIND: f"You rate yourself {apart} above all others, who rate these below {cut.high}: "
        "what you intend may not be seen yet.",
        DEVELOP: f"All others rate these below {cut.high}; your own rating is close to theirs or below it.",
    }
    most = _most(book, by_quadrant)
    four_tiles = [_tile(book, name, words[name], by_quadrant[name], most) for name in (AGREED, HIDDEN, BLIND, DEVELOP)]
    lead = "Your own rating and the figure of all others decide the list of each behaviour."
    note = (
        f"Cut-offs: {cut.high} for the figure of all others, {cut.gap} for the gap, both as printed. “Close” means "
        f"less than {cut.gap} apart.{_not_placed(book, by_quadrant)}"
    )
    return part("quadrants", "Where views meet", [tiles(four_tiles), text(note)], lead=lead)


def _not_placed(book: FactsIndex, by_quadrant: dict[str, list[Placed]]) -> str:
    left = sum(1 for _ in _with_gap(book)) - sum(map(len, by_quadrant.values()))
    if not left:
        return ""
    several = f"{left} behaviours are" if left > 1 else "One behaviour is"
    return f" {several} in no list, because “or more” or “or less” leaves open which."


def _most(book: FactsIndex, by_quadrant: dict[str, list[Placed]]) -> int:
    """Return how many behaviours a quadrant lists, so that all four fit on one page."""

    def height(most: int, *names: str) -> int:
        wordings = ([book.items[row.item].others_wording for row in by_quadrant[name][:most]] for name in names)
        return max(
            sum(BETWEEN + LINE * (1 + len(words) // LETTERS) for words in wordings_of_pair)
            for wordings_of_pair in wordings
        )

    fitting = (n for n in range(MAX_BEHAVIOURS, 1, -1) if height(n, AGREED, HIDDEN) + height(n, BLIND, DEVELOP) <= ROOM)
    return next(fitting, 1)


def _tile(book: FactsIndex, name: str, words: str, rows: list[Placed], most: int) -> Block:
    cells = [[cell(book.items[row.item].others_wording), *figures(row)] for row in rows[:most]]
    columns = [column("Behaviour", 4.2), *(column(title, 1.1, number=True) for title in ("Self", "Others", "Gap"))]
    remark = "More behaviours of this kind are in the annex." if len(rows) > most else ""
    return tile(name, words, table(columns, cells, look="tile"), remark if cells else "None here.")


def figures(row: Placed) -> list[Block]:
    return [split(row.own, look="own"), split(row.others, look="strong"), split(row.gap)]
