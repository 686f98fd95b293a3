"""Build facts.json: every figure and comment that a report shows, and nothing else. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from chalicelib.core.model import SELF_GROUP, Programme
from chalicelib.results.layout import FIRST_RULE, Block, Rule
from chalicelib.results.partition import Cell, is_numbered
from chalicelib.results.published import ALL_OTHERS, About, Figure, PublishedCells
from chalicelib.results.rank import ranked, ranked_if_apart
from chalicelib.results.rounding import (
    Range,
    display_gap,
    display_mean,
    on_scale,
    read_exact,
    read_range,
    told_bounds,
)
from chalicelib.results.statements import Said, Voiced, error_of_gap, said_of_gaps, said_of_groups
from chalicelib.results.uncertainty import spread_of
from chalicelib.results.variance_cuts import cuts_of


class ReportHeading(Struct, frozen=True):
    """The words of the cover. Empty strings are left out."""

    delegate: str
    job_title: str
    service: str
    cohort: str
    programme: str
    organisation: str
    coach: str
    wave: str
    issued: date  # local date


class CellFact(Struct, frozen=True):
    cell: str
    title: str
    groups: tuple[str, ...]
    n: int
    named: bool


class BlockFact(Struct, frozen=True):
    """Anonymous raters whose behaviours, values, overall figure and comments are shown together."""

    block: str
    title: str
    groups: tuple[str, ...]
    cells: tuple[str, ...]  # ids of the cells whose competencies are shown one by one
    n: int
    behaviours: bool  # whether single behaviours are shown; if not, competencies only


class Statistic(Struct, frozen=True):
    """A figure. `bound`, `low` and `high` are left out of the file if nothing in it was clamped."""

    about: str  # item, competency, value or overall
    id: str
    cell: str  # a cell's id or "all_others"
    n: int
    mean: float  # scale points, not rounded for display
    display: str
    bound: str = ""  # at_least, at_most or about: where the true value lies
    low: str = ""  # the lowest possible true value, as a fraction: "19/4"
    high: str = ""  # the highest
    exact: str = ""  # the mean as a fraction, if its float is not exact
    bounds: tuple[float, ...] = ()  # lowest and highest possible true value, in scale points; none under rule 1
    se: float = 0.0  # standard error in scale points; 0: none

    @property
    def exact_se(self) -> Fraction:
        return read_exact(self.se)

    @property
    def range(self) -> Range:
        mean = Fraction(self.exact) if self.exact else read_exact(self.mean)
        if self.low or self.high or " " not in self.display:
            return read_range(mean, self.low, self.high)
        one_point = Fraction(1, self.n)  # facts from before bounds were stored
        return Range(
            mean, mean - one_point * self.display.endswith("less"), mean + one_point * self.display.endswith("more")
        )


class Gap(Struct, frozen=True):
    """Self minus all others; positive: the delegate rates themself higher. Bounds as those of a statistic."""

    about: str
    id: str
    gap: float
    display: str
    bound: str = ""
    low: str = ""
    high: str = ""
    bounds: tuple[float, ...] = ()
    se: float = 0.0

    @property
    def range(self) -> Range:
        return read_range(read_exact(self.gap), self.low, self.high)


class CommentFact(Struct, frozen=True):
    question: str
    cell: str
    text: str


class AgreementFact(Struct, frozen=True):
    """How far the raters of one cell agree, in a word: the only figure of spread (decision 10)."""

    about: str
    id: str
    cell: str  # never self or manager; "all_others" summarises the cells' words, and never for an item
    n: int  # of an item: ratings; of a competency, a value or overall: the items' words that it summarises
    word: str  # agree, mixed or split


class AgreementCut(Struct, frozen=True):
    """The cut-offs of the words in a cell of n ratings.

    Rule 1: of r_wg; above `agree`, at most `split`, otherwise mixed. Rule 2: of the variance of the ratings; below
    `agree`, at or above `split`, otherwise mixed.
    """

    n: int
    agree: str  # two decimals
    split: str


class ChangeFact(Struct, frozen=True):
    """One figure that an earlier report and this one both show under the same cell."""

    about: str
    id: str
    cell: str
    n_before: int
    n_after: int
    before: str  # as the earlier report shows it
    after: str
    change: float  # after minus before, scale points
    display: str  # "+0.4", "+0.4 or more"; "cannot say" if both figures are bounded on the same side
    noise: str = ""  # larger than noise: yes, no, cannot say; empty if noise cannot be estimated
    bound: str = ""  # as those of a statistic
    low: str = ""
    high: str = ""
    bounds: tuple[float, ...] = ()
    se: float = 0.0

    @property
    def range(self) -> Range:
        return read_range(read_exact(self.change), self.low, self.high)


class CohortMean(Struct, frozen=True):
    """The mean over delegates of a figure in their reports, from five delegates up."""

    about: str
    id: str
    cell: str  # self or all_others
    delegates: int
    mean: float
    display: str
    bound: str = ""  # as those of a statistic
    low: str = ""
    high: str = ""
    bounds: tuple[float, ...] = ()


class Facts(Struct, frozen=True):
    heading: ReportHeading
    threshold: int
    comments_from: int
    cells: tuple[CellFact, ...]
    comment_cells: tuple[CellFact, ...]
    merged: tuple[str, ...]  # ids of cells that hold several rater groups
    too_few: bool
    comments_withheld: bool
    statistics: tuple[Statistic, ...]
    gaps: tuple[Gap, ...]
    highest: tuple[str, ...]  # item ids, by all others
    lowest: tuple[str, ...]
    comments: tuple[CommentFact, ...]
    checksum: str  # SHA-256 of everything else
    agreements: tuple[AgreementFact, ...] = ()
    agreement_cuts: tuple[AgreementCut, ...] = ()  # for every n that has a word here, smallest first
    compared_with: str = ""  # the wave that `changes` compare with
    changes: tuple[ChangeFact, ...] = ()
    other_people: tuple[str, ...] = ()  # named cells of the wave compared with that another person answers: no change
    cohort_means: tuple[CohortMean, ...] = ()
    rule: int = FIRST_RULE  # the publishing rule: 1, or 2 with cells and blocks
    behaviours_from: int = 0  # minimum raters of a block, under rule 2
    rater_sd: float = 0.0  # the constants of every standard error
    rater_halo: float = 0.0
    blocks: tuple[BlockFact, ...] = ()
    said: tuple[Said, ...] = ()  # what may be said of these figures


def build_facts(programme: Programme, heading: ReportHeading, published: PublishedCells) -> Facts:
    """Build the facts of one delegate's report. The same input gives the same facts, to the byte."""
    rule = published.rule
    statistics = tuple(_statistic(figure, programme.top, rule) for figure in published.figures)
    item_ranges = {s.id: s.range for s in statistics if (s.about, s.cell) == (About.ITEM, ALL_OTHERS)}
    rank = ranked if rule.number == FIRST_RULE else ranked_if_apart
    highest, lowest = rank({item.id: item_ranges[item.id] for item in programme.items if item.id in item_ranges})
    parts: dict[str, Any] = {
        "heading": heading,
        "threshold": programme.threshold,
        "comments_from": programme.comments_from,
        "cells": tuple(_cell(programme, cell) for cell in published.cells),
        "comment_cells": tuple(_cell(programme, cell) for cell in published.comment_cells),
        "merged": tuple(cell.id for cell in published.cells if len(cell.groups) > 1),
        "too_few": published.too_few,
        "comments_withheld": published.comments_withheld,
        "statistics": statistics,
        "gaps": tuple(_gaps(statistics, rule)),
        "highest": highest,
        "lowest": lowest,
        "comments": tuple(CommentFact(c.question, c.cell, c.text) for c in published.comments),
        "agreements": tuple(
            AgreementFact(a.about.value, a.id, a.cell, a.n, a.word.value) for a in published.agreements
        ),
        "agreement_cuts": tuple(_cuts(programme, published)),
        **(_second_rule(programme, published) if rule.number > FIRST_RULE else {}),
    }
    return Facts(**parts, checksum=_checksum(Facts(**parts, checksum="")))


def _second_rule(programme: Programme, published: PublishedCells) -> dict[str, Any]:
    spread, figures = spread_of(programme), voiced(published.figures)
    return {
        "rule": published.rule.number,
        "behaviours_from": published.rule.behaviours_from,
        "rater_sd": float(spread.sd),
        "rater_halo": float(spread.halo),
        "blocks": tuple(_block(programme, block) for block in published.blocks),
        "said": (*said_of_gaps(figures), *said_of_groups(figures)),
    }


def voiced(figures: Iterable[Figure]) -> dict[tuple[str, str], dict[str, Voiced]]:
    """Group figures by subject, as the rules of statements read them."""
    found: dict[tuple[str, str], dict[str, Voiced]] = {}
    for figure in figures:
        found.setdefault((figure.about.value, figure.id), {})[figure.cell] = Voiced(figure.range, figure.se)
    return found


def amended(facts: Facts, **additions: Any) -> Facts:
    """Replace some fields of the facts and compute a new checksum."""
    changed = replace(facts, **additions)
    return replace(changed, checksum=_checksum(changed))


def facts_bytes(facts: Facts) -> bytes:
    """Encode facts.json: canonical JSON (sorted keys, no spaces, UTF-8), the same bytes for the same facts."""
    return _canonical({**_content(facts), "checksum": facts.checksum})


def read_facts(data: bytes) -> Facts:
    """Decode facts.json. Raises ValueError if the checksum does not match the content."""
    content: dict[str, Any] = json.loads(data)
    heading = {name: content.pop(name) for name in ReportHeading.__struct_fields__}
    for name, read in _READERS.items():
        content[name] = tuple(read(**entry) for entry in content.get(name, ()))
    for name in ("merged", "highest", "lowest", "other_people"):
        content[name] = tuple(content.get(name, ()))
    facts = Facts(heading=ReportHeading(**{**heading, "issued": date.fromisoformat(heading["issued"])}), **content)
    if facts.checksum != _checksum(facts):
        raise ValueError("the checksum does not match the facts")
    return facts


def _read_cell(groups: list[str], **values: Any) -> CellFact:
    return CellFact(groups=tuple(groups), **values)


def _read_block(groups: list[str], cells: list[str], **values: Any) -> BlockFact:
    return BlockFact(groups=tuple(groups), cells=tuple(cells), **values)


def _read_said(cells: list[str], **values: Any) -> Said:
    return Said(cells=tuple(cells), **values)


def _bounded(kind: type[Any]) -> Callable[..., Any]:
    def read(bounds: Sequence[float] = (), **values: Any) -> Any:
        return kind(bounds=tuple(bounds), **values)

    return read


_READERS: Mapping[str, Callable[..., Any]] = {
    "cells": _read_cell,
    "comment_cells": _read_cell,
    "statistics": _bounded(Statistic),
    "gaps": _bounded(Gap),
    "comments": CommentFact,
    "agreements": AgreementFact,
    "agreement_cuts": AgreementCut,
    "changes": _bounded(ChangeFact),
    "cohort_means": _bounded(CohortMean),
    "blocks": _read_block,
    "said": _read_said,
}
_BOUNDS = ("bound", "low", "high", "exact", "bounds", "se")  # left out where empty
_OPTIONAL = (  # left out where empty
    *("agreements", "agreement_cuts", "compared_with", "changes", "other_people", "cohort_means"),
    *("behaviours_from", "rater_sd", "rater_halo", "blocks", "said"),
)


def _content(facts: Facts) -> dict[str, Any]:
    content = msgspec.to_builtins(facts)
    heading = content.pop("heading")
    del content["checksum"]
    for name in _OPTIONAL:
        if not content[name]:
            del content[name]
    if content["rule"] == FIRST_RULE:  # its facts do not name it
        del content["rule"]
    for name in ("statistics", "gaps", "changes", "cohort_means"):
        for entry in content.get(name, ()):
            _leave_out_empty_bounds(entry)
    return {**content, **heading, "issued": facts.heading.issued.isoformat()}


def _leave_out_empty_bounds(entry: dict[str, Any]) -> None:
    """Leave out empty bounds, so that older facts keep their checksum."""
    for name in _BOUNDS:
        if not entry.get(name, True):
            del entry[name]


def _canonical(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _checksum(facts: Facts) -> str:
    return hashlib.sha256(_canonical(_content(facts))).hexdigest()


# --- parts ----------------------------------------------------------------------------------------------


def cell_titles(programme: Programme, cells: Iterable[Cell]) -> dict[str, str]:
    """Return the title of each cell for readers."""
    return {cell.id: _cell(programme, cell).title for cell in cells}


def _cell(programme: Programme, cell: Cell) -> CellFact:
    titles = [programme.group(group).title for group in cell.groups]
    words = [titles[0], *(_inside_a_sentence(title) for title in titles[1:])]
    title = " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
    if cell.person:
        title += f" {cell.person}" if is_numbered(cell.id) else f": {cell.person}"
    return CellFact(cell.id, title, cell.groups, cell.n, cell.named)


def _inside_a_sentence(title: str) -> str:
    is_plain = title[1:] == title[1:].lower()  # "direct reports", but "HR partners", and German nouns
    return title[:1].lower() + title[1:] if is_plain else title


def _block(programme: Programme, block: Block) -> BlockFact:
    title = _cell(programme, Cell(block.id, block.groups, block.n, named=False)).title
    cells = tuple(cell.id for cell in block.cells)
    return BlockFact(block.id, title, block.groups, cells, block.n, block.shows_behaviours)


def _statistic(figure: Figure, top: int, rule: Rule) -> Statistic:
    interval = on_scale(figure.range, top)
    mean = float(interval.shown)
    exact = "" if read_exact(mean) == interval.shown else str(interval.shown)
    place = figure.about.value, figure.id, figure.cell
    bounds = told_bounds(interval, rule.number)
    return Statistic(*place, figure.n, mean, display_mean(interval), exact=exact, se=float(figure.se), **bounds)


def _cuts(programme: Programme, published: PublishedCells) -> Iterator[AgreementCut]:
    for n in sorted({agreement.n for agreement in published.agreements if agreement.about is About.ITEM}):
        if cuts := cuts_of(published.rule, n, programme.top):
            yield AgreementCut(n, *cuts.printed)


def _gaps(statistics: Iterable[Statistic], rule: Rule) -> Iterator[Gap]:
    shown = {(s.about, s.id, s.cell): s for s in statistics}
    for (about, subject, cell), own in shown.items():
        others = shown.get((about, subject, ALL_OTHERS))
        if cell == SELF_GROUP and others:
            gap = own.range - others.range
            se = float(error_of_gap(about, others.exact_se)) if rule.number > FIRST_RULE else 0.0
            bounds = told_bounds(gap, rule.number)
            yield Gap(about, subject, float(gap.shown), display_gap(gap), se=se, **bounds)
