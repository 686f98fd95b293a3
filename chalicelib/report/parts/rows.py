"""Look up the facts of one report: figures, errors, marks and the rows that tables show. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import combinations

from msgspec.structs import replace

from chalicelib.core.model import MANAGER_GROUP, SELF_GROUP, Item, Programme
from chalicelib.report.parts.document import DASH, Column, Dot, Figure, Legend, Row, Strip
from chalicelib.report.parts.wording import curly, lower_first
from chalicelib.results.facts import BlockFact, CellFact, Facts, Statistic
from chalicelib.results.partition import is_of_group
from chalicelib.results.published import ALL_OTHERS, OVERALL_ID, About
from chalicelib.results.quadrants import Quadrant
from chalicelib.results.rounding import Range, display_gap
from chalicelib.results.statements import GAP_TIMES, PLACE_TIMES, error_of_gap, says, side_of
from chalicelib.results.uncertainty import error_of_difference, spread_of, standard_error

SIGNS = {"or more": "≥", "or less": "≤", "or so": "≈"}
OWN, MANAGER, OTHERS = "own", "manager", "others"
MARKS = {  # name -> shape and colour; every colour has a contrast of 5 or more on white
    OWN: ("circle", "#3d348b"),
    MANAGER: ("square", "#b45309"),
    "g1": ("up", "#0f766e"),
    "g2": ("down", "#be185d"),
    "g3": ("diamond", "#1d4ed8"),
    "g4": ("cross", "#6b21a8"),
    "g5": ("pentagon", "#4d7c0f"),
}
KIND_MARKS = {  # of behaviours on the map of how two views compare
    Quadrant.AGREED_STRENGTH.value: ("circle", "#0f766e"),
    Quadrant.THEY_SEE_MORE.value: ("up", "#1d4ed8"),
    Quadrant.YOU_SEE_MORE.value: ("square", "#b45309"),
    Quadrant.AGREED_WORK.value: ("down", "#be185d"),
    Quadrant.CLOSE.value: ("ring", "#5f6b77"),
}
HEAD = 20  # letters in the head of a column of figures
GROUP_MARKS = tuple(name for name in MARKS if name not in (OWN, MANAGER))
CLOSE = 0.13  # share of a five-point step in which marks meet


class Index:
    """One delegate's facts, indexed."""

    def __init__(self, programme: Programme, facts: Facts):
        self.programme, self.facts, self.top = programme, facts, programme.top
        self.spread = spread_of(programme)
        self.items = {item.id: item for item in programme.items}
        self.competency_of = {item.id: c for c in programme.competencies for item in c.items}
        self.statistics = {(s.about, s.id, s.cell): s for s in facts.statistics}
        self.agreements = {(a.about, a.id, a.cell): a for a in facts.agreements}
        self.changes = {(c.about, c.id, c.cell): c for c in facts.changes}
        self.cohort = {(m.about, m.id, m.cell): m for m in facts.cohort_means}
        self.blocks = [block for block in facts.blocks if len(block.cells) > 1]
        self.cells = _in_blocks(facts.cells, self.blocks)
        self.marks = _marks(self.cells, self.blocks)
        self.groups = [cell for cell in self.cells if cell.cell != SELF_GROUP]
        self.reference = self._reference()
        self._differences: dict[tuple[About, str], list[tuple[float, Statistic, Statistic]]] = {}

    def _reference(self) -> str:
        """Return the cell that "they" means: all others, or the one person who is shown, or "" without anyone."""
        if any(s.cell == ALL_OTHERS for s in self.facts.statistics):
            return ALL_OTHERS
        cells = {s.cell for s in self.facts.statistics}
        return next((cell.cell for cell in self.groups if cell.cell in cells), "")

    @property
    def is_two_voices(self) -> bool:
        return bool(self.reference) and self.reference != ALL_OTHERS

    @property
    def they(self) -> str:
        """Return the words for all others inside a sentence."""
        return self.they_of(self.reference) if self.is_two_voices else "others"

    def they_of(self, cell_id: str) -> str:
        """Return the words for a cell inside a sentence: "your line manager", "your peers", or a person's name."""
        title = self.title_of(cell_id)
        return title.partition(": ")[2] or f"your {lower_first(title)}"

    def title_of(self, cell_id: str) -> str:
        titles = {block.block: block.title for block in self.blocks} | {cell.cell: cell.title for cell in self.cells}
        return curly(titles.get(cell_id, "All others"))

    def display(self, about: About, subject: str, cell_id: str) -> str:
        """Return a figure as a sentence gives it, or "" if there is none."""
        figure = self.find(about, subject, cell_id)
        return figure.display if figure else ""

    # --- figures and what they allow to say -------------------------------------------------------------

    def find(self, about: About, subject: str, cell_id: str) -> Statistic | None:
        return self.statistics.get((about.value, subject, cell_id))

    def own(self, about: About, subject: str) -> Statistic | None:
        return self.find(about, subject, SELF_GROUP)

    def theirs(self, about: About, subject: str) -> Statistic | None:
        return self.find(about, subject, self.reference)

    def behaviours(self, about: About, subject: str) -> list[Item]:
        """Return the behaviours that a figure of others is made of: those with a figure of their own."""
        return [item for item in self._all_behaviours(about, subject) if self.theirs(About.ITEM, item.id)]

    def _all_behaviours(self, about: About, subject: str) -> Iterable[Item]:
        if about is About.ITEM:
            return [self.items[subject]]
        if about is About.COMPETENCY:
            return next(c.items for c in self.programme.competencies if c.id == subject)
        if about is About.VALUE:
            return [item for item in self.programme.items if subject in item.values]
        return self.programme.items

    def error(self, about: About, subject: str, n: int) -> Fraction:
        """Return the standard error of a mean of n raters, in scale points."""
        return standard_error(n, max(1, len(self.behaviours(about, subject))), self.spread)

    def error_of(self, figure: Statistic) -> Fraction:
        return figure.exact_se or self.error(About(figure.about), figure.id, figure.n)

    def gap_error(self, figure: Statistic) -> Fraction:
        """Return the standard error of the delegate's own figure less this one."""
        return error_of_gap(figure.about, self.error_of(figure))

    def gap(self, about: About, subject: str) -> Range | None:
        """Return the delegate's own figure minus theirs."""
        own, theirs = self.own(about, subject), self.theirs(about, subject)
        return own.range - theirs.range if own and theirs else None

    def verdict(self, about: About, subject: str) -> str:
        """Return "higher" if the delegate rates it higher than they do, "lower", or "" if it is too close to call."""
        gap, theirs = self.gap(about, subject), self.theirs(about, subject)
        return says(gap, self.gap_error(theirs), GAP_TIMES) if gap and theirs else ""

    def differ(self, statistic: Statistic, other: Statistic, times: Fraction = GAP_TIMES) -> str:
        """Return "higher" or "lower" if two figures of others differ by `times` standard errors."""
        error = error_of_difference(self.error_of(statistic), self.error_of(other))
        return says(statistic.range - other.range, error, times)

    def group_differences(self, about: About, subject: str) -> list[tuple[float, Statistic, Statistic]]:
        """Return pairs of groups, the lower first, that differ by more than chance, with their distance."""
        if (about, subject) not in self._differences:
            self._differences[about, subject] = self._find_differences(about, subject)
        return self._differences[about, subject]

    def _find_differences(self, about: About, subject: str) -> list[tuple[float, Statistic, Statistic]]:
        differences = []
        voices = [voice for voice, _, _ in self.voices(about) if voice != SELF_GROUP]
        figures = [s for voice in voices if (s := self.find(about, subject, voice))]
        for statistic, other in combinations(figures, 2):
            side = self.differ(statistic, other)
            if side:
                low, high = (other, statistic) if side == "higher" else (statistic, other)
                differences.append((float(high.range.shown - low.range.shown), low, high))
        return sorted(differences, key=lambda pair: -pair[0])

    @property
    def has_hollow_lines(self) -> bool:
        """Return whether groups differ anywhere."""
        return any(self.group_differences(About(s.about), s.id) for s in self.facts.statistics if s.cell == ALL_OTHERS)

    def against_average(self, figure: Statistic) -> str:
        """Return "higher" or "lower" if a figure of others lies clearly away from the delegate's own average."""
        average = self.theirs(About.OVERALL, OVERALL_ID)
        return says(figure.range - average.range, self.error_of(figure), PLACE_TIMES) if average else ""

    def side_of(self, figure: Statistic, cut: Fraction) -> str:
        """Return "higher" or "lower" if a figure lies clearly on one side of a cut."""
        return side_of(figure.range, cut, self.error_of(figure))

    # --- what tables show ---------------------------------------------------------------------------------

    def columns(self) -> tuple[Column, ...]:
        """Return a column for each cell, and one for all others."""
        heads = [self._head(cell) for cell in self.cells]
        if self.reference == ALL_OTHERS:
            heads.append(Column("All", OTHERS, self._most(ALL_OTHERS)))
        return tuple(heads)

    def _head(self, cell: CellFact) -> Column:
        title = "You" if cell.cell == SELF_GROUP else self._short_title(cell)
        return Column(title, self.marks[cell.cell], cell.n if cell.n > 1 else 0)

    def _short_title(self, cell: CellFact) -> str:
        """Return a title for the head of a narrow column; the legend has the whole."""
        first = cell.groups[0] if len(cell.groups) > 1 else ""
        title = curly(self.programme.group(first).title if first else cell.title)
        words = textwrap.shorten(title, HEAD, placeholder="…")
        return f"{words} +{len(cell.groups) - 1}" if first else words

    def _most(self, cell_id: str) -> int:
        return max((s.n for s in self.facts.statistics if s.cell == cell_id), default=0)

    def figure(self, about: About, subject: str, cell_id: str, usual_n: int | None = None) -> Figure:
        """Make a figure; where a column has a usual number of raters, with the change and with n if it is another."""
        statistic = self.find(about, subject, cell_id)
        if statistic is None:
            return Figure(DASH)
        figure = as_figure(statistic.display, 0 if usual_n in (None, statistic.n) else statistic.n)
        change = self.changes.get((about.value, subject, cell_id))
        return replace(figure, change=as_figure(change.display).text) if change and usual_n is not None else figure

    def voices(self, about: About) -> list[tuple[str, int, int]]:
        """Return what has a figure on a subject, in the order of columns: id, number of columns, raters.

        Competencies are shown by cell; behaviours and what cuts across competencies by block of cells.
        """
        blocks = [] if about is About.COMPETENCY else self.blocks
        block_of = {cell: block for block in blocks for cell in block.cells}
        counts: list[tuple[str, int, int]] = []
        for cell in self.cells:
            block = block_of.get(cell.cell)
            if block is None:
                counts.append((cell.cell, 1, cell.n))
            elif cell.cell == block.cells[0]:
                counts.append((block.block, len(block.cells), block.n))
        return counts

    def figures(self, about: About, subject: str, *, with_n: bool = False) -> tuple[Figure, ...]:
        """Return the figures of all columns; the figure of a block covers those of its cells."""
        voices = self.voices(about)
        if self.reference == ALL_OTHERS:
            voices.append((ALL_OTHERS, 1, self._most(ALL_OTHERS)))
        return tuple(
            replace(self.figure(about, subject, voice, n if with_n else None), span=span) for voice, span, n in voices
        )

    def gap_figure(self, about: About, subject: str) -> Figure:
        gap = self.gap(about, subject)
        return as_figure(display_gap(gap)) if gap else Figure(DASH)

    def row(self, about: About, subject: str, title: str, *, note: str = "", with_n: bool = False) -> Row:
        """Make a row with a mark for every cell."""
        verdict = self.verdict(about, subject)
        means = self.cohort.get((about.value, subject, ALL_OTHERS))
        agreement = self.agreements.get((about.value, subject, self.reference))
        return Row(
            id=subject,
            title=curly(title),
            strip=self.strip(about, subject),
            figures=self.figures(about, subject, with_n=with_n),
            gap=self.gap_figure(about, subject),
            is_apart=bool(verdict),
            words=self._words(about, subject, verdict),
            note=note,
            cohort=as_figure(means.display).text if means else DASH,
            agreement=agreement.word if agreement else "",
        )

    def _words(self, about: About, subject: str, verdict: str) -> str:
        if self.gap(about, subject) is None:
            return ""
        sees = f"{self.title_of(self.reference)} sees more" if self.is_two_voices else "They see more"
        words = {"higher": "You rate it higher", "lower": sees, "": "Too close to call"}[verdict]
        return f"{words}; groups differ" if self.group_differences(about, subject) else words

    def has_figures(self, about: About, subject: str) -> bool:
        return bool(self.own(about, subject) or self.theirs(about, subject))

    def strip(self, about: About, subject: str, cells: Sequence[str] | None = None, *, cohort: bool = False) -> Strip:
        """Draw the marks of cells (by default all), and the bar in which the delegate's mark is too close to call."""
        theirs = self.theirs(about, subject)
        chosen = [voice for voice, _, _ in self.voices(about)] if cells is None else cells
        dots = tuple(self._dots(about, subject, chosen))
        if theirs is None or self.is_two_voices:
            return Strip(dots, is_linked=bool(self.is_two_voices and self.verdict(about, subject)))
        half = float(GAP_TIMES * self.gap_error(theirs))
        means = self.cohort.get((about.value, subject, ALL_OTHERS)) if cohort else None
        return Strip(
            dots,
            low=round(max(1, theirs.mean - half), 3),
            high=round(min(self.top, theirs.mean + half), 3),
            line=round(theirs.mean, 3),
            is_hollow=bool(self.group_differences(about, subject)),
            sign=as_figure(theirs.display).sign,
            cohort=round(means.mean, 3) if means else 0,
        )

    def _dots(self, about: About, subject: str, cells: Iterable[str]) -> Iterable[Dot]:
        placed: list[float] = []
        for cell_id in cells:
            statistic = self.find(about, subject, cell_id)
            if statistic is None:
                continue
            near = sum(abs(statistic.mean - other) < CLOSE * (self.top - 1) / 4 for other in placed)
            placed.append(statistic.mean)
            lift = (0, -1, 1, -2)[min(near, 3)]
            yield Dot(self.marks[cell_id], round(statistic.mean, 3), lift, as_figure(statistic.display).sign)

    def legend(self, cells: Iterable[str] | None = None, *, bar: bool = True) -> tuple[Legend, ...]:
        """Return the marks of cells, and the bar of all others."""
        chosen = set(self.marks) if cells is None else set(cells)
        entries = [
            Legend(self.marks[cell.cell], "You" if cell.cell == SELF_GROUP else curly(cell.title))
            for cell in self.cells
            if cell.cell in chosen
        ]
        entries += [
            Legend(self.marks[block.block], f"{curly(block.title)}, together")
            for block in self.blocks
            if block.block in chosen
        ]
        if bar and self.reference == ALL_OTHERS:
            entries.append(Legend(OTHERS, "All others; a mark of yours inside the bar is too close to call"))
        return tuple(entries)


def as_figure(display: str, n: int = 0) -> Figure:
    """Read a figure as facts print it: "4.8 or more" is ≥4.8."""
    number, _, bound = display.partition(" ")
    if not number[-1:].isdigit():
        return Figure(display)
    return Figure(number, SIGNS.get(bound, ""), n)


def _in_blocks(cells: Iterable[CellFact], blocks: Sequence[BlockFact]) -> list[CellFact]:
    """Put the cells of one block next to each other, at the place of the first."""
    order: list[CellFact] = []
    by_id = {cell.cell: cell for cell in cells}
    block_of = {cell: block.cells for block in blocks for cell in block.cells}
    for cell_id in by_id:
        together = block_of.get(cell_id, (cell_id,))
        order += [by_id[item_id] for item_id in together if item_id in by_id and by_id[item_id] not in order]
    return order


def _marks(cells: Iterable[CellFact], blocks: Iterable[BlockFact]) -> dict[str, str]:
    """Return a mark for every cell, and for every block of several."""
    marks: dict[str, str] = {}
    anonymous = []
    for cell in cells:
        if cell.cell == SELF_GROUP:
            marks[cell.cell] = OWN
        elif is_of_group(cell.cell, MANAGER_GROUP):
            marks[cell.cell] = MANAGER
        else:
            anonymous.append(cell.cell)
    anonymous += [block.block for block in blocks]
    return marks | {voice: GROUP_MARKS[k % len(GROUP_MARKS)] for k, voice in enumerate(anonymous)}
