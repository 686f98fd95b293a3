"""Make the one-page summary, highest and lowest behaviours, and where groups differ. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import permutations

from chalicelib.core.model import SELF_GROUP
from chalicelib.report import charts
from chalicelib.report.parts.blocks import Block, bullets, cell, column, figure, heading, legend, part, table, text
from chalicelib.report.parts.facts_index import (
    FactsIndex,
    Row,
    amount,
    certainly_highest,
    certainly_lowest,
    gap_sentence,
    listed,
    lower_first,
    printed_of,
    quoted,
    size_of,
)
from chalicelib.report.radar_chart import MIN_COMPETENCIES, radar
from chalicelib.results.facts import Gap, Statistic
from chalicelib.results.published import ALL_OTHERS, OVERALL_ID, About
from chalicelib.results.rank import RANKED
from chalicelib.results.rounding import one_decimal

MAX_DIFFERENCES = 8
ROWS_BESIDE_A_RADAR = 17  # with more competencies and values, the page has space for the table only
PAIR = (SELF_GROUP, ALL_OTHERS)


def summary(book: FactsIndex) -> Block | None:
    programme = book.programme
    competencies: list[Row] = [(About.COMPETENCY, c.id, c.title) for c in programme.competencies]
    values: list[Row] = [(About.VALUE, v.id, v.title) for v in programme.values]
    overall: list[Row] = [(About.OVERALL, OVERALL_ID, "Overall")]
    if not any(book.points(*row[:2]) for row in [*competencies, *overall]):
        return None
    crowded = len(competencies) + len(values) > ROWS_BESIDE_A_RADAR
    blocks = [
        bullets(summary_sentences(book, competencies)) if crowded else _shape(book, competencies),
        legend(book.legend([entry for entry in book.columns if not book.has_others or entry[0] in PAIR])),
        summary_table(book, "Competency", [*competencies, *overall]),
        summary_table(book, "Value", values),
    ]
    return part("summary", "Summary", blocks)


def summary_table(book: FactsIndex, first_column: str, rows: Iterable[Row], *, cohort: bool = True) -> Block | None:
    """Make the dot plot and its figures in one table: a strip and the same numbers next to it."""
    cells = PAIR if book.has_others else [cell_id for cell_id, _ in book.columns]
    titles = dict(book.columns)
    shown_cells = [cell_id for cell_id in cells if cell_id in titles]
    with_gap, with_cohort = book.has_others and SELF_GROUP in titles, bool(book.cohort) and cohort
    columns = [column(first_column, 4.1), _scale_column(book)]
    columns += [column(titles[cell_id], 1 if cell_id == SELF_GROUP else 1.3, number=True) for cell_id in shown_cells]
    columns += [column("Gap", _width_of_gaps(book), number=True)] if with_gap else []
    columns += [column("Cohort", 1.5, number=True)] if with_cohort else []
    found = []
    for about, subject, title in rows:
        chart, alt = book.strip(about, subject, shown_cells)
        if chart:
            head = cell(title, book.competency_of[subject].title) if about is About.ITEM else cell(title, look="strong")
            figures = [book.figure(about, subject, cell_id, with_n=False) for cell_id in shown_cells]
            gap = [book.gap_cell(about, subject)] if with_gap else []
            others = [book.cohort_cell(about, subject)] if with_cohort else []
            found.append([head, cell(chart=chart, alt=alt), *figures, *gap, *others])
    return table(columns, found, look="close")


def _width_of_gaps(book: FactsIndex) -> float:
    """Return the column's width, with space for "or more" next to the number where needed."""
    return 1.3 if any(gap.bound for gap in book.facts.gaps) else 0.9


def _scale_column(book: FactsIndex) -> Block:
    return {**column(f"Scale from 1 to {book.top}", 3.6), "chart": charts.axis(book.top)}


def _shape(book: FactsIndex, rows: Sequence[Row]) -> Block | None:
    own = [book.own(about, subject) for about, subject, _ in rows]
    others = [book.others(about, subject) for about, subject, _ in rows]
    sentences = summary_sentences(book, rows)
    if len(rows) < MIN_COMPETENCIES or not any(all(series) for series in (own, others)):
        return bullets(sentences)
    labels = [charts.label(title) for _, _, title in rows]
    chart = radar(labels, [s.mean if s else None for s in own], [s.mean if s else None for s in others], book.top)
    descriptions = [f"{title}: {_pair(a, b)}" for (_, _, title), a, b in zip(rows, own, others, strict=True) if a or b]
    return figure(chart, f"Radar of the competencies, for their shape. {'; '.join(descriptions)}.", sentences)


def _pair(own: Statistic | None, others: Statistic | None) -> str:
    return ", ".join(f"{label} {s.display}" for label, s in (("self", own), ("all others", others)) if s)


def summary_sentences(book: FactsIndex, rows: Sequence[Row]) -> list[str]:
    """Write the main results; leave out a sentence that the figures do not support."""
    overall = book.gap(About.OVERALL, OVERALL_ID)
    own, others = book.own(About.OVERALL, OVERALL_ID), book.others(About.OVERALL, OVERALL_ID)
    lines = []
    if overall and own and others and (sentence := gap_sentence(own, others, overall)):
        lines.append(f"Over all behaviours: {lower_first(sentence)}")
    figures_by_title = {t: s for about, subject, t in rows if (s := book.others(about, subject))}
    figures = {t: printed_of(s) for t, s in figures_by_title.items()}
    if len({figure.shown for figure in figures.values()}) > 1:
        for word, names in (("highest", certainly_highest(figures)), ("lowest", certainly_lowest(figures))):
            displays = {figures_by_title[t].display for t in names}  # of two equal figures, one may be "or more"
            if len(names) < 3 and len(displays) == 1:
                lines.append(f"All others rate {listed(names)} {word}, at {displays.pop()}.")
    gaps = {t: g for about, subject, t in rows if (g := book.gap(about, subject))}
    sizes = {t: size_of(printed_of(gap)) for t, gap in gaps.items()}
    widest = certainly_highest(sizes)
    if len(widest) == 1 and sizes[widest[0]].low:
        lines.append(f"Your view and theirs are furthest apart on {widest[0]}: {_apart_by(gaps[widest[0]])}.")
    return lines


def _apart_by(gap: Gap) -> str:
    exact = printed_of(gap).is_exact or gap.gap > 0
    return f"a gap of {gap.display}" if exact else f"they rate you higher, by {amount(gap.display)}"


def ranked(book: FactsIndex) -> Block | None:
    """List the highest and lowest behaviours of the facts; equals in the programme's order."""
    high, low = _list_of(book, book.facts.highest), _list_of(book, book.facts.lowest)
    if not high and not low:
        return None
    blocks = [
        legend(book.legend([entry for entry in book.columns if entry[0] in PAIR])),
        heading(f"The {_count(len(high))} that all others rate highest") if high else None,
        summary_table(book, "Behaviour", high, cohort=False),
        heading(f"The {_count(len(low))} that all others rate lowest{', lowest first' * (len(low) > 1)}")
        if low
        else None,
        summary_table(book, "Behaviour", low, cohort=False),
    ]
    lead = "By the figure of all others. Behaviours with equal means follow the questionnaire’s order."
    rated = sum(1 for item in book.items if book.others(About.ITEM, item))
    if min(len(high), len(low)) < min(RANKED, rated // 2):
        lead += (
            " A figure that would be in both lists is in neither. If “or more” or “or less” leaves open whether a "
            "figure belongs to a list, it is left out."
        )
    if any(s.bound for _, item, _ in [*high, *low] if (s := book.others(About.ITEM, item))):
        lead += " The true order of figures with “or more” or “or less” may differ."
    return part("ranked", "Highest and lowest", blocks, lead=lead)


def _list_of(book: FactsIndex, items: Iterable[str]) -> list[Row]:
    return [(About.ITEM, item, book.items[item].others_wording) for item in items]


def _count(many: int) -> str:
    words = {1: "behaviour", 2: "two behaviours", 3: "three behaviours", 4: "four behaviours", 5: "five behaviours"}
    return words.get(many, f"{many} behaviours")


# --- where groups differ --------------------------------------------------------------------------------


def _apart(top: int) -> Decimal:
    """Return the limit as printed: 1.0 on five points, 1.3 on six."""
    return one_decimal(Fraction(top - 1, 4))


def differences(book: FactsIndex) -> list[tuple[Decimal, str, tuple[str, str]]]:
    """Find behaviours on which two published cells other than self differ by at least a quarter of the scale.

    Each with the smallest distance that the bounds allow, widest first, and the cell with the lower figure first.
    """
    cells = [cell_id for cell_id, _ in book.columns if cell_id not in (SELF_GROUP, ALL_OTHERS)]
    found = []
    for item in book.items:
        figures = {c: printed_of(s) for c in cells if (s := book.find(About.ITEM, item, c))}
        pairs = [(figures[high].low - figures[low].high, low, high) for low, high in permutations(figures, 2)]
        widest, low, high = max(pairs, key=lambda pair: pair[0], default=(Decimal(0), "", ""))
        if widest >= _apart(book.top):
            found.append((widest, item, (low, high)))
    return sorted(found, key=lambda entry: -entry[0])


def groups_differ(book: FactsIndex) -> Block | None:
    pairs = differences(book)
    cells = [entry for entry in book.columns if entry[0] not in (SELF_GROUP, ALL_OTHERS)]
    rows = []
    for _, item, (low, high) in pairs[:MAX_DIFFERENCES]:
        chart, alt = book.strip(About.ITEM, item, [cell_id for cell_id, _ in cells])
        head = cell(book.items[item].others_wording, book.competency_of[item].title)
        rows.append([head, cell(chart=chart, alt=alt), _side(book, item, low), _side(book, item, high)])
    if not rows:
        return None
    blocks = [
        legend(book.legend(cells)),
        table([column("Behaviour", 3.4), _scale_column(book), column("Lower", 2), column("Higher", 2)], rows),
        text("More of them are in the annex.") if len(pairs) > len(rows) else None,
    ]
    lead = (
        f"Behaviours that groups rate {_apart(book.top)} or more apart. Groups meet you in different situations, "
        "so neither view is the right one; the difference itself may be worth a conversation."
    )
    return part("differ", "Where groups differ", blocks, lead=lead, page=False, whole=True)


def _side(book: FactsIndex, item: str, cell_id: str) -> Block:
    statistic = book.find(About.ITEM, item, cell_id)
    display = statistic.display if statistic else ""
    return cell(display, dict(book.columns)[cell_id])


def difference_prompt(book: FactsIndex) -> str:
    pairs = differences(book)
    if not pairs:
        return ""
    _, item, (low, high) = pairs[0]
    titles = dict(book.columns)
    sides = [f"{titles[c]} {s.display}" for c in (low, high) if (s := book.find(About.ITEM, item, c))]
    return (
        f"Groups differ most on {quoted(book.items[item].others_wording)} ({', '.join(sides)}). "
        "What is different about when they meet you?"
    )
