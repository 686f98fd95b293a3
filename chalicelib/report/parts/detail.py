"""Make a page for each competency, then values, comments and the annex. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chalicelib.core.model import Competency
from chalicelib.report import charts
from chalicelib.report.parts.blocks import (
    Block,
    bar,
    bars,
    bullets,
    cell,
    column,
    grouped_table,
    heading,
    legend,
    note,
    notes,
    part,
    quotes,
    table,
    text,
)
from chalicelib.report.parts.facts_index import (
    NARROW,
    FactsIndex,
    Row,
    as_number,
    certainly_highest,
    certainly_lowest,
    gap_sentence,
    printed_of,
    quoted,
)
from chalicelib.results.published import OVERALL_ID, About

NOTES = (
    ("Recognise", "What fits with how I see it? What is new?"),
    ("Ask about", "What would I like to understand better?"),
)


def competency_pages(book: FactsIndex) -> Iterator[Block | None]:
    for number, competency in enumerate(book.programme.competencies, start=1):
        chart = _bars(book, competency)
        rows = _rows(book, [(About.ITEM, item.id, item.others_wording) for item in competency.items])
        blocks = [chart, heading("Behaviour by behaviour") if chart else None, rows, heading("My notes"), notes(NOTES)]
        yield part(
            f"c{number}",
            competency.title,
            blocks if rows else [],
            lead=competency.definition,
            over=_taken_up(book, competency),
        )


def _bars(book: FactsIndex, competency: Competency) -> Block | None:
    points = book.points(About.COMPETENCY, competency.id)
    titles = [title for cell_id, title in book.columns if book.find(About.COMPETENCY, competency.id, cell_id)]
    rows = [
        bar(title, charts.raters(point), charts.bar(point, book.top), *as_number(point.display))
        for title, point in zip(titles, points, strict=True)
    ]
    return bars(rows, charts.bar_axis(book.top), competency_sentences(book, competency)) if rows else None


def _taken_up(book: FactsIndex, competency: Competency) -> str:
    titles = [milestone.title for milestone in book.programme.milestones if milestone.id == competency.milestone]
    return f"Competency · taken up in {titles[0]}" if titles else "Competency"


def competency_sentences(book: FactsIndex, competency: Competency) -> list[str]:
    own, others = book.own(About.COMPETENCY, competency.id), book.others(About.COMPETENCY, competency.id)
    gap = book.gap(About.COMPETENCY, competency.id)
    lines = []
    if own and others and gap and (sentence := gap_sentence(own, others, gap)):
        lines.append(sentence)
    ratings = {item.id: s for item in competency.items if (s := book.others(About.ITEM, item.id))}
    figures = {item: printed_of(s) for item, s in ratings.items()}
    if len({figure.shown for figure in figures.values()}) > 1:
        for word, items in (("highest", certainly_highest(figures)), ("lowest", certainly_lowest(figures))):
            if len(items) == 1:
                words = quoted(book.items[items[0]].others_wording)
                lines.append(f"All others rate {words} {word} here, at {ratings[items[0]].display}.")
    return lines


def values(book: FactsIndex) -> Block | None:
    rows = _rows(book, [(About.VALUE, value.id, value.title) for value in book.programme.values])
    lead = "The same ratings, sorted by the value that they show. A behaviour can show several."
    return part("values", "Values", [legend(book.legend()), rows] if rows else [], lead=lead)


def _rows(book: FactsIndex, subjects: Iterable[tuple[About, str, str]]) -> Block | None:
    """Make a strip with every mark under each title, and every figure with its n next to it."""
    found, gaps, first_column = [], False, ""
    for about, subject, title in subjects:
        chart, alt = book.strip(about, subject)
        first_column = "Behaviour" if about is About.ITEM else "Value"
        if chart:
            gaps = gaps or book.gap(about, subject) is not None
            figures = [book.figure(about, subject, cell_id) for cell_id, _ in book.columns]
            found.append([cell(title, chart=chart, alt=alt), *figures, book.gap_cell(about, subject)])
    columns = [{**column(first_column, 3.4), "chart": charts.axis(book.top)}, *book.figure_columns()]
    if gaps:
        return table([*columns, column("Gap", 0.8, number=True)], found)
    return table(columns, [row[:-1] for row in found])


def comments(book: FactsIndex) -> Block | None:
    facts = book.facts
    blocks: list[Block | None] = []
    if facts.comments_withheld:
        blocks.append(
            note(
                "Comments of other raters than those named are shown only from "
                f"{facts.comments_from} raters on, so none are shown here."
            )
        )
    for question in book.programme.open_questions:
        voices = [
            quotes(f"{entry.title}, n {entry.n}" if entry.n > 1 else entry.title, _badge(book, entry.cell), texts)
            for entry in facts.comment_cells
            if (texts := [c.text for c in facts.comments if (c.question, c.cell) == (question.id, entry.cell)])
        ]
        blocks += [heading(question.text), *voices] if voices else []
    lead = "As they were written, in an order that says nothing about who wrote them or when." if facts.comments else ""
    return part("comments", "Comments", blocks, lead=lead)


def _badge(book: FactsIndex, cell_id: str) -> str:
    """Return the mark of the cell, or of the first of several pooled cells."""
    return charts.badge(book.marks.get(cell_id, charts.ANONYMOUS[0]))


def annex(book: FactsIndex) -> Block | None:
    programme = book.programme
    cohort = [column(title, NARROW, number=True) for title in ("Cohort: all others", "Cohort: self") if book.cohort]
    columns = [column("", 3), *book.figure_columns(), *cohort]
    competencies: list[Row] = [(About.COMPETENCY, c.id, c.title) for c in programme.competencies]
    values: list[Row] = [(About.VALUE, value.id, value.title) for value in programme.values]
    groups: list[tuple[str, list[Row]]] = [
        ("Competencies", [*competencies, (About.OVERALL, OVERALL_ID, "Overall")]),
        ("Values", values),
        *((c.title, [(About.ITEM, item.id, item.others_wording) for item in c.items]) for c in programme.competencies),
    ]
    rows = ((title, [_annex_row(book, row) for row in rows if book.points(*row[:2])]) for title, rows in groups)
    lead = "Mean and number of raters (n). A dash means that fewer could comment than may be shown."
    return part("every", "Annex: every figure", [grouped_table(columns, rows, look="dense")], lead=lead)


def _annex_row(book: FactsIndex, row: Row) -> list[Block]:
    about, subject, title = row
    figure_of = book.figure if about is About.ITEM else book.counted_figure
    cohort = book.cohort_cells(about, subject) if book.cohort else []
    return [cell(title), *(figure_of(about, subject, cell_id) for cell_id, _ in book.columns), *cohort]


def formulae(book: FactsIndex) -> Block | None:
    threshold = book.facts.threshold
    lines = [
        "A behaviour’s figure is the mean of the ratings of the raters shown together. It is printed from "
        f"{threshold} ratings up; a dash means that fewer could comment.",
        "If all of them gave the highest or the lowest rating, or all but one point of it, we print the sum moved "
        "by that one point and write “or more” or “or less”. A figure made from it carries the same words if the "
        "printed number could change, and “or so” if it could change either way.",
        "A competency’s or value’s figure is the mean over raters of each rater’s mean, for raters who rated at least "
        "half of its behaviours. Each rating enters as the figure printed for its behaviour and group, so that a rater "
        "who left a behaviour out cannot be singled out.",
        "All others is the mean over raters, not over groups, of the figures printed here. Nothing else enters it."
        if book.has_others
        else "",
        "Gap = self − all others, from unrounded figures. Every figure is rounded once, half up, to one decimal; so a "
        "gap can differ by 0.1 from the difference of the printed figures. A gap below zero “or less” "
        "means that they rate you higher by that much or more."
        if book.gaps
        else "Every figure is rounded once, half up, to one decimal.",
    ]
    cuts = table(
        [column("Ratings in the group", 1), column("Agree: above", 1), column("Split: at most", 1)],
        [(cell(str(cut.n)), cell(cut.agree), cell(cut.split)) for cut in book.facts.agreement_cuts],
        caption="Words of agreement, by r_wg",
        look="dense",
    )
    words = (
        "r_wg = 1 − variance of the ratings ÷ variance of ratings at random. Between the two cut-offs: mixed. A "
        "competency, a value and all others have the middle one of their behaviours’ words; the annex shows "
        "their number in brackets."
    )
    checksum = text(f"Checksum of the facts: {book.facts.checksum}")
    return part(
        "annex", "How the figures are made", [bullets(lines), cuts, text(words) if cuts else None, checksum], page=False
    )
