"""Find the figures of facts, and the order, names and marks of cells. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from chalicelib.core.model import MANAGER_GROUP, SELF_GROUP, Programme
from chalicelib.report import charts
from chalicelib.report.charts import Mark, Point
from chalicelib.report.parts.blocks import Block, cell, column
from chalicelib.results.change import CANNOT_SAY
from chalicelib.results.facts import ChangeFact, Facts, Gap, Statistic
from chalicelib.results.partition import is_of_group
from chalicelib.results.published import ALL_OTHERS, About
from chalicelib.results.rank import Printed, printed
from chalicelib.results.rounding import MINUS

DASH = "–"
NARROW = 0.7
NO_BREAK = "\N{NO-BREAK SPACE}"
Row = tuple[About, str, str]  # about, id, title


class FactsIndex:
    """One delegate's facts, indexed."""

    def __init__(self, programme: Programme, facts: Facts):
        self.programme, self.facts, self.top = programme, facts, programme.top
        self.items = {item.id: item for item in programme.items}
        self.competency_of = {item.id: c for c in programme.competencies for item in c.items}
        self.statistics = {(s.about, s.id, s.cell): s for s in facts.statistics}
        self.gaps = {(gap.about, gap.id): gap for gap in facts.gaps}
        self.agreements = {(a.about, a.id, a.cell): a for a in facts.agreements}
        self.changes = {(c.about, c.id, c.cell): c for c in facts.changes}
        self.cohort = {(m.about, m.id, m.cell): m for m in facts.cohort_means}
        self.marks = _marks([entry.cell for entry in facts.cells])
        self.columns = [(entry.cell, entry.title) for entry in facts.cells]
        self.has_others = any(s.cell == ALL_OTHERS for s in facts.statistics)
        if self.has_others:
            self.columns.append((ALL_OTHERS, "All others"))
        self.labels = {cell_id: charts.label(title) for cell_id, title in self.columns}

    def find(self, about: About, subject: str, cell_id: str) -> Statistic | None:
        return self.statistics.get((about.value, subject, cell_id))

    def own(self, about: About, subject: str) -> Statistic | None:
        return self.find(about, subject, SELF_GROUP)

    def others(self, about: About, subject: str) -> Statistic | None:
        return self.find(about, subject, ALL_OTHERS)

    def gap(self, about: About, subject: str) -> Gap | None:
        return self.gaps.get((about.value, subject))

    def points(self, about: About, subject: str, cells: Iterable[str] | None = None) -> list[Point]:
        """Return the published figures of a subject, in the order of columns."""
        chosen_cells = None if cells is None else set(cells)
        return [
            Point(
                self.labels[cell_id],
                statistic.mean,
                statistic.display,
                statistic.n,
                self.marks[cell_id],
                self._word(statistic),
            )
            for cell_id, _ in self.columns
            if (chosen_cells is None or cell_id in chosen_cells) and (statistic := self.find(about, subject, cell_id))
        ]

    def strip(self, about: About, subject: str, cells: Iterable[str] | None = None) -> tuple[str, str]:
        """Return a strip and its description; two empty strings without a figure."""
        points = self.points(about, subject, cells)
        return (charts.strip(points, self.top), charts.said(points, self.top)) if points else ("", "")

    def legend(self, cells: Sequence[tuple[str, str]] | None = None) -> list[tuple[str, str]]:
        return [(charts.badge(self.marks[cell_id]), title) for cell_id, title in cells or self.columns]

    def figure(self, about: About, subject: str, cell_id: str, *, with_n: bool = True) -> Block:
        """Make a figure's cell: the number, and small below it "or more", the number of raters and if they agree."""
        statistic = self.find(about, subject, cell_id)
        if statistic is None:
            return split(DASH)
        look = {SELF_GROUP: "own", ALL_OTHERS: "strong"}.get(cell_id, "")
        return split(
            statistic.display,
            f"n {statistic.n}" if with_n and statistic.n > 1 else "",
            self._word(statistic),
            look=look,
        )

    def counted_figure(self, about: About, subject: str, cell_id: str) -> Block:
        """Make the same cell, with the number of behaviours' words that the word sums up in brackets."""
        figure_cell = self.figure(about, subject, cell_id)
        agreement = self.agreements.get((about.value, subject, cell_id))
        return (
            {**figure_cell, "small": f"{figure_cell['small']}{NO_BREAK}({agreement.n})"} if agreement else figure_cell
        )

    def _word(self, statistic: Statistic) -> str:
        agreement = self.agreements.get((statistic.about, statistic.id, statistic.cell))
        return agreement.word if agreement else ""

    def cohort_cell(self, about: About, subject: str) -> Block:
        """Make a cell with the cohort's mean of all others, and small below it that of self."""
        own, others = (self.cohort.get((about.value, subject, cell_id)) for cell_id in (SELF_GROUP, ALL_OTHERS))
        return split(others.display if others else DASH, f"self {own.display}" if own else "")

    def cohort_cells(self, about: About, subject: str) -> list[Block]:
        """Make two cells of means, each with the number of delegates."""
        means = (self.cohort.get((about.value, subject, cell_id)) for cell_id in (ALL_OTHERS, SELF_GROUP))
        return [split(mean.display, f"n {mean.delegates}") if mean else split(DASH) for mean in means]

    def gap_cell(self, about: About, subject: str) -> Block:
        gap = self.gap(about, subject)
        return split(gap.display) if gap else cell(DASH, look="mute")

    def figure_columns(self) -> list[Block]:
        """Return the column's width: a cell of one rater needs less space than one with words next to its figure."""
        alone = {entry.cell for entry in self.facts.cells if entry.n == 1}
        return [column(title, NARROW if cell_id in alone else 1, number=True) for cell_id, title in self.columns]


def split(display: str, *small: str, look: str = "") -> Block:
    """Make a cell with a figure's number; small below it "or more" and the rest."""
    number, bound = as_number(display)
    words = " · ".join(part for part in (bound, *small) if part)
    return cell(number, words, look="mute" if number == DASH else look)


def as_number(display: str) -> tuple[str, str]:
    """Return the number, and "or more" or "or less" if it has a bound."""
    number, _, bound = display.partition(" ")
    return number, bound


def gap_sentence(own: Statistic, others: Statistic, gap: Gap) -> str:
    """Describe the gap; say nothing if a bound leaves open whether there is one."""
    size = printed_of(gap)
    if size.is_exact and not size.shown:
        sides = f"you at {own.display}, they at {others.display}"
        agreement = f"both at {own.display}" if own.display == others.display else sides
        return f"You and all others see this alike: {agreement}."
    if may_be_zero(size):
        return ""
    sides = f"You rate yourself at {own.display}, all others at {others.display}"
    if size.high < 0 and not size.is_exact:
        return f"{sides}: they rate you higher, by {amount(gap.display)}."
    return f"{sides}: a gap of {gap.display}."


def may_be_zero(size: Printed) -> bool:
    return size.low <= 0 <= size.high


def amount(display: str) -> str:
    """Return the size of a difference below zero: "0.6 or more" for "−0.6 or less"."""
    number, bound = as_number(display)
    return f"{number.lstrip(MINUS)} {_TURNED.get(bound, bound)}".strip()


_TURNED = {"or less": "or more", "or more": "or less"}


def printed_of(figure: Statistic | Gap | ChangeFact) -> Printed:
    """Return what is printed for a figure, and its bounds."""
    if figure.low or figure.high or figure.display == CANNOT_SAY:
        return printed(figure.range)
    number = as_printed(figure.display)
    return Printed(number, number, number)


def certainly_highest(figures: Mapping[str, Printed]) -> list[str]:
    """Return the names with the highest printed number; none if another one's bound allows as high a value."""
    best = max((figure.shown for figure in figures.values()), default=None)
    names = [name for name, figure in figures.items() if figure.shown == best]
    others = [figure for name, figure in figures.items() if name not in names]
    passed = any(figure.high >= figures[name].low for figure in others for name in names)
    return [] if passed else names


def certainly_lowest(figures: Mapping[str, Printed]) -> list[str]:
    return certainly_highest(
        {name: Printed(-figure.high, -figure.shown, -figure.low) for name, figure in figures.items()}
    )


def size_of(printed: Printed) -> Printed:
    """Return the distance from zero."""
    ends = sorted((abs(printed.low), abs(printed.high)))
    return Printed(Decimal(0) if may_be_zero(printed) else ends[0], abs(printed.shown), ends[1])


def as_printed(display: str) -> Decimal:
    """Return the printed number."""
    return Decimal(display.split(" ")[0].replace(MINUS, "-"))


def listed(words: Sequence[str]) -> str:
    """Join words: "a", "a and b", "a, b and c"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def lower_first(title: str) -> str:
    """Start with a lower-case letter as inside a sentence: "direct reports", but "HR partners"."""
    return title[:1].lower() + title[1:] if title[1:2].islower() else title


def quoted(words: str) -> str:
    return f"“{words.rstrip('.')}”"


def _marks(cells: Iterable[str]) -> dict[str, Mark]:
    cell_ids = list(cells)
    manager = next((cell_id for cell_id in cell_ids if is_of_group(cell_id, MANAGER_GROUP)), MANAGER_GROUP)
    fixed = {SELF_GROUP: charts.OWN, manager: charts.MANAGER, ALL_OTHERS: charts.ALL}
    other_cells = [cell_id for cell_id in cell_ids if cell_id not in fixed]
    return fixed | {cell_id: charts.ANONYMOUS[k % len(charts.ANONYMOUS)] for k, cell_id in enumerate(other_cells)}
