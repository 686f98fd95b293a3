"""Build facts.json: every figure and comment that a report shows, and nothing else. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from msgspec.structs import replace

from chalicelib.core.formatting import join_words
from chalicelib.core.model import SELF_GROUP, Programme
from chalicelib.results.fact_types import (
    AgreementCut as AgreementCut,
)
from chalicelib.results.fact_types import (
    AgreementFact as AgreementFact,
)
from chalicelib.results.fact_types import (
    BlockFact as BlockFact,
)
from chalicelib.results.fact_types import (
    CellFact as CellFact,
)
from chalicelib.results.fact_types import (
    ChangeFact as ChangeFact,
)
from chalicelib.results.fact_types import (
    CohortMean as CohortMean,
)
from chalicelib.results.fact_types import (
    CommentFact as CommentFact,
)
from chalicelib.results.fact_types import (
    Facts as Facts,
)
from chalicelib.results.fact_types import (
    Gap as Gap,
)
from chalicelib.results.fact_types import (
    ReportHeading as ReportHeading,
)
from chalicelib.results.fact_types import (
    Statistic as Statistic,
)
from chalicelib.results.layout import FIRST_RULE, Block, Rule
from chalicelib.results.partition import Cell, is_numbered
from chalicelib.results.published import ALL_OTHERS, About, Figure, PublishedCells
from chalicelib.results.rank import ranked, ranked_if_apart
from chalicelib.results.rounding import (
    bounds_of,
    display_gap,
    display_mean,
    on_scale,
    read_exact,
)
from chalicelib.results.statements import (
    Figures,
    Said,
    Voiced,
    error_of_gap,
    find_reference,
    said_of_averages,
    said_of_gaps,
    said_of_groups,
    said_of_levels,
)
from chalicelib.results.uncertainty import spread_of
from chalicelib.results.variance_cuts import cuts_of


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
        "too_few": published.has_too_few,
        "comments_withheld": published.withholds_comments,
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
        "said": tuple(_said_of(programme, published, figures)),
    }


def _said_of(programme: Programme, published: PublishedCells, figures: Figures) -> Iterator[Said]:
    reference = find_reference(figures, [cell.id for cell in published.cells])
    yield from said_of_gaps(figures, reference)
    yield from said_of_groups(figures)
    yield from said_of_averages(figures, reference)
    yield from said_of_levels(figures, reference, programme.top)


def voiced(figures: Iterable[Figure]) -> dict[tuple[str, str], dict[str, Voiced]]:
    """Group figures by subject, as the rules of statements read them."""
    by_subject: dict[tuple[str, str], dict[str, Voiced]] = {}
    for figure in figures:
        by_subject.setdefault((figure.about.value, figure.id), {})[figure.cell] = Voiced(figure.range, figure.se)
    return by_subject


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
    title = join_words(words)
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
    bounds = bounds_of(interval, rule.number)
    return Statistic(*place, figure.n, mean, display_mean(interval), exact=exact, se=float(figure.se), **bounds)


def _cuts(programme: Programme, published: PublishedCells) -> Iterator[AgreementCut]:
    for n in sorted({agreement.n for agreement in published.agreements if agreement.about is About.ITEM}):
        if cuts := cuts_of(published.rule, n, programme.top):
            yield AgreementCut(n, *cuts.printed)


def _gaps(statistics: Iterable[Statistic], rule: Rule) -> Iterator[Gap]:
    by_cell = {(s.about, s.id, s.cell): s for s in statistics}
    for (about, subject, cell), own in by_cell.items():
        others = by_cell.get((about, subject, ALL_OTHERS))
        if cell == SELF_GROUP and others:
            gap = own.range - others.range
            se = float(error_of_gap(about, others.exact_se)) if rule.number > FIRST_RULE else 0.0
            bounds = bounds_of(gap, rule.number)
            yield Gap(about, subject, float(gap.shown), display_gap(gap), se=se, **bounds)
