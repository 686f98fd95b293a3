"""Make the summary by workshop. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from chalicelib.core.model import SELF_GROUP, Competency, Item
from chalicelib.report.parts.document import Column, Legend, Row, Summary, Table
from chalicelib.report.parts.rows import OTHERS, OWN, Index
from chalicelib.report.parts.wording import curly
from chalicelib.results.facts import Statistic
from chalicelib.results.published import ALL_OTHERS, OVERALL_ID, About

COHORT_MARK = "cohort"


def summary(index: Index) -> Summary | None:
    """List competencies under their workshop, with the whole on top."""
    if not any(index.has_figures(About.COMPETENCY, c.id) for c in index.programme.competencies):
        return None
    columns = pair_columns(index)
    rows = [("Overall", [_row(index, About.OVERALL, OVERALL_ID, "All behaviours")])]
    rows += [(curly(title), _competencies(index, competencies)) for title, competencies in by_workshop(index)]
    rows.append(("Values", [_row(index, About.VALUE, value.id, value.title) for value in index.programme.values]))
    tables = [Table(columns, tuple(filter(None, lines)), title) for title, lines in rows]
    with_cohort = bool(index.cohort)
    return Summary(_legend(index, with_cohort), tuple(t for t in tables if t.rows), with_cohort)


def by_workshop(index: Index) -> Iterable[tuple[str, Sequence[Competency]]]:
    """Return each workshop's title with its competencies, and those of no workshop last."""
    competencies = index.programme.competencies
    for milestone in index.programme.milestones:
        if own := [c for c in competencies if c.milestone == milestone.id]:
            yield milestone.title, own
    known = {milestone.id for milestone in index.programme.milestones}
    if rest := [c for c in competencies if c.milestone not in known]:
        yield "Other competencies" if len(rest) < len(competencies) else "Competencies", rest


def pair_columns(index: Index) -> tuple[Column, ...]:
    """Return the columns of tables that compare the delegate with all others."""
    others = [Column("Others", OTHERS)] if index.reference == ALL_OTHERS else []
    if index.is_two_voices:
        others = [Column(index.title_of(index.reference), index.marks[index.reference])]
    return (Column("You", OWN), *others)


def _competencies(index: Index, competencies: Iterable[Competency]) -> list[Row | None]:
    return [_row(index, About.COMPETENCY, c.id, c.title) for c in competencies]


def _row(index: Index, about: About, subject: str, title: str) -> Row | None:
    return pair_row(index, about, subject, title) if index.has_figures(about, subject) else None


def pair_row(index: Index, about: About, subject: str, title: str, *, note: str = "") -> Row:
    """Make a row with the delegate's mark, that of all others, and the cohort's."""
    cells = [SELF_GROUP, index.reference] if index.is_two_voices else [SELF_GROUP]
    cell_ids = [SELF_GROUP, *([index.reference] if index.reference else [])]
    figures = tuple(index.figure(about, subject, cell_id) for cell_id in cell_ids)
    return replace(
        index.row(about, subject, title, note=note),
        strip=index.strip(about, subject, cells, cohort=True),
        figures=figures,
    )


def _legend(index: Index, with_cohort: bool) -> tuple[Legend, ...]:
    entries = index.legend([SELF_GROUP] if index.reference == ALL_OTHERS else None)
    return (*entries, *([Legend(COHORT_MARK, "Your cohort")] if with_cohort else []))


def ends(index: Index, behaviours: Iterable[Item]) -> tuple[Item, Item] | None:
    """Return the behaviours that others rate highest and lowest, if the two clearly differ."""
    rated: list[tuple[Item, Statistic]] = [(item, s) for item in behaviours if (s := index.theirs(About.ITEM, item.id))]
    if len(rated) < 2:
        return None
    low, high = (pick(rated, key=lambda pair: pair[1].range.shown) for pick in (min, max))
    return (high[0], low[0]) if index.differ(high[1], low[1]) == "higher" else None
