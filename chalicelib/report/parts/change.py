"""Show what has changed since an earlier report, from figures in both. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from chalicelib.core.model import SELF_GROUP
from chalicelib.report import charts
from chalicelib.report.parts.blocks import Block, bullets, cell, column, grouped_table, legend, part, text
from chalicelib.report.parts.facts_index import (
    DASH,
    FactsIndex,
    Row,
    amount,
    as_printed,
    certainly_highest,
    printed_of,
    quoted,
)
from chalicelib.report.parts.front import WAVES
from chalicelib.results.change import CANNOT_SAY
from chalicelib.results.facts import ChangeFact
from chalicelib.results.published import ALL_OTHERS, OVERALL_ID, About
from chalicelib.results.rank import Printed

LARGER, WITHIN, UNKNOWN = "yes", "no", CANNOT_SAY
NOISE = {LARGER: "larger than noise", WITHIN: "within noise"}
CLEAR = Decimal("0.3")  # scale points: a smaller change is not worth a sentence
Group = tuple[str, list[Row]]


def change(book: FactsIndex) -> Block | None:
    """Draw the competencies and values, then list every change in a table."""
    programme, facts = book.programme, book.facts
    competencies: list[Row] = [(About.COMPETENCY, c.id, c.title) for c in programme.competencies]
    values: list[Row] = [(About.VALUE, v.id, v.title) for v in programme.values]
    overall: list[Row] = [(About.OVERALL, OVERALL_ID, "Overall")]
    cell_id = ALL_OTHERS if any(c.cell == ALL_OTHERS for c in facts.changes) else SELF_GROUP
    pictures = _pictures(book, [("Competencies", [*competencies, *overall]), ("Values", values)], cell_id)
    marks = [(charts.before_and_now_badge(), f"{dict(book.columns).get(cell_id, '')}: then and now")]
    blocks = [
        bullets(_sentences(book, competencies)),
        _other_people(book),
        legend(marks) if pictures else None,
        pictures,
    ]
    then = WAVES.get(facts.compared_with, facts.compared_with).lower()
    lead = (
        f"Figures that this report and the one “{then}” both show. Other people may have answered this time, and small "
        "changes are usual."
    )
    return part("change", "What has changed", blocks, lead=lead)


def every_change(book: FactsIndex) -> Block | None:
    programme = book.programme
    groups: list[Group] = [
        ("Competencies", [*((About.COMPETENCY, c.id, c.title) for c in programme.competencies)]),
        ("Everything", [(About.OVERALL, OVERALL_ID, "Overall")]),
        ("Values", [(About.VALUE, v.id, v.title) for v in programme.values]),
        *((c.title, [(About.ITEM, item.id, item.others_wording) for item in c.items]) for c in programme.competencies),
    ]
    cells = [entry for entry in book.columns if any(c.cell == entry[0] for c in book.facts.changes)]
    columns = [column("", 3), *(column(title, 1.2, number=True) for _, title in cells)]
    table = grouped_table(columns, _changes(book, groups, [cell_id for cell_id, _ in cells]), look="dense")
    noise = {change.noise for change in book.facts.changes}
    unknown = "Which changes are larger than noise can only be said for cohorts of twenty delegates or more."
    lead = (
        "The change, and beneath it the figures then and now, with the numbers of raters (n) where there are several."
    )
    blocks = [table, text(unknown) if UNKNOWN in noise else None, _other_people(book)]
    return part("changes", "Annex: every change", blocks, lead=lead, page=False)


def _other_people(book: FactsIndex) -> Block | None:
    """Name the cells without a change: it must not be the difference of two people."""
    titles = dict(book.columns)
    names = [titles[cell_id] for cell_id in book.facts.other_people if cell_id in titles]
    if not names:
        return None
    return text(f"Another person answers now as: {', '.join(names)}. So no change is shown there.")


def _sentences(book: FactsIndex, rows: Iterable[Row]) -> list[str]:
    """Write the largest rise and the largest fall in the eyes of all others."""
    changes = {title: c for about, subject, title in rows if (c := _find(book, about, subject, ALL_OTHERS))}
    moves = {title: printed_of(c) for title, c in changes.items()}
    falls = {title: Printed(-move.high, -move.shown, -move.low) for title, move in moves.items()}
    lines = []
    for words, by in (("has risen", moves), ("has fallen", falls)):
        names = certainly_highest(by)
        if len(names) == 1 and by[names[0]].low >= CLEAR:
            fact = changes[names[0]]
            lines.append(
                f"In the eyes of all others {quoted(names[0])} {words} most: from {fact.before} to {fact.after} "
                f"({_by(fact)})."
            )
    return lines


def _by(fact: ChangeFact) -> str:
    """Write the size of a fall without its sign: "by 0.6 or more" for "−0.6 or less"."""
    fell = fact.change < 0 and not printed_of(fact).is_exact
    return f"by {amount(fact.display)}" if fell else fact.display


def _find(book: FactsIndex, about: About, subject: str, cell_id: str) -> ChangeFact | None:
    return book.changes.get((about.value, subject, cell_id))


def _pictures(book: FactsIndex, groups: Sequence[Group], cell_id: str) -> Block | None:
    def drawn(row: Row) -> list[Block] | None:
        about, subject, title = row
        fact = _find(book, about, subject, cell_id)
        if fact is None:
            return None
        chart = charts.before_and_now(float(as_printed(fact.before)), float(as_printed(fact.after)), book.top)
        alt = f"From {fact.before} to {fact.after}, on a scale from 1 to {book.top}."
        figures = (
            cell(fact.before),
            cell(fact.after, look="strong"),
            cell(fact.display, NOISE.get(fact.noise, "")),
        )
        return [cell(title, look="strong"), cell(chart=chart, alt=alt), *figures]

    columns = [column("", 3.6), {**column(f"Scale from 1 to {book.top}", 3.6), "chart": charts.axis(book.top)}]
    columns += [column(title, share, number=True) for title, share in (("Then", 1), ("Now", 1), ("Change", 1.6))]
    return grouped_table(columns, _grouped(groups, drawn), look="close")


def _changes(book: FactsIndex, groups: Sequence[Group], cells: Sequence[str]) -> list[tuple[str, list[list[Block]]]]:
    def changed_row(row: Row) -> list[Block] | None:
        about, subject, title = row
        changes = [_find(book, about, subject, cell_id) for cell_id in cells]
        return [cell(title), *map(_cell, changes)] if any(changes) else None

    return _grouped(groups, changed_row)


def _grouped(groups: Sequence[Group], made: Callable[[Row], list[Block] | None]) -> list[tuple[str, list[list[Block]]]]:
    return [(title, [row for row in map(made, rows) if row]) for title, rows in groups]


def _cell(fact: ChangeFact | None) -> Block:
    if fact is None:
        return cell(DASH, look="mute")
    n = "" if fact.n_before == fact.n_after == 1 else f"n {fact.n_before}, {fact.n_after}"
    small = (f"{fact.before} → {fact.after}", n, NOISE.get(fact.noise, ""))
    return cell(fact.display, " · ".join(words for words in small if words), look="strong")
