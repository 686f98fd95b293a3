"""What has changed since an earlier report: figures that both show, before and now. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.report.facts import ChangeFact
from chalicelib.report.parts.blocks import Block, cell, column, part, table
from chalicelib.report.parts.book import DASH, Book
from chalicelib.report.parts.front import WAVES
from chalicelib.report.published import OVERALL_ID, About

NOISE = {"yes": "larger than noise", "no": "within noise", "cannot say": "noise unknown"}
Row = tuple[About, str, str]  # about, id, title


def change(book: Book) -> Block | None:
    programme, facts = book.programme, book.facts
    overall: list[Row] = [(About.OVERALL, OVERALL_ID, "Overall")]
    blocks = [
        _table(book, "Competency", [*((About.COMPETENCY, c.id, c.title) for c in programme.competencies), *overall]),
        _table(book, "Value", [(About.VALUE, v.id, v.title) for v in programme.values]),
        _table(book, "Behaviour", [(About.ITEM, i.id, i.others_wording) for i in programme.items]),
    ]
    then = WAVES.get(facts.compared_with, facts.compared_with).lower()
    lead = (
        f"Figures that this report and the one “{then}” both show: the change, and the two figures it comes from. "
        "Other people may have answered, and small changes are usual."
    )
    return part("change", "What has changed", blocks, lead=lead)


def _table(book: Book, what: str, rows: Iterable[Row]) -> Block | None:
    changes = {(c.about, c.id, c.cell): c for c in book.facts.changes}
    cells = [entry for entry in book.columns if any(c.cell == entry[0] for c in book.facts.changes)]
    columns = [column(what, 2.6), *(column(title, 1, number=True) for _, title in cells)]
    found = [
        [cell(title), *(_change(changes.get((about.value, subject, cell_id))) for cell_id, _ in cells)]
        for about, subject, title in rows
        if any((about.value, subject, cell_id) in changes for cell_id, _ in cells)
    ]
    return table(columns, found)


def _change(found: ChangeFact | None) -> Block:
    if found is None:
        return cell(DASH, look="mute")
    n = "" if found.n_before == found.n_after == 1 else f"n {found.n_before}, {found.n_after}"
    small = (f"{found.before}, now {found.after}", n, NOISE.get(found.noise, ""))
    return cell(found.display, " · ".join(words for words in small if words), look="strong")
