"""Show comments as quotations, by question and by who gave them. Pure."""

from __future__ import annotations

from chalicelib.report.parts.document import Answers, Comments, Speaker
from chalicelib.report.parts.rows import GROUP_MARKS, OWN, Index
from chalicelib.report.parts.wording import curly


def comments(index: Index) -> Comments | None:
    facts = index.facts
    questions = [
        Answers(curly(question.text), speakers)
        for question in index.programme.open_questions
        if (speakers := _speakers(index, question.id))
    ]
    if not questions and not facts.comments_withheld:
        return None
    lead = "As they were written, in an order that says nothing about who wrote what or when."
    if facts.comments_withheld:
        lead += f" Comments of other people are shown from {facts.comments_from} answers up, so none are shown here."
    return Comments(lead, tuple(questions))


def _speakers(index: Index, question: str) -> tuple[Speaker, ...]:
    made = []
    for cell in index.facts.comment_cells:
        texts = tuple(c.text for c in index.facts.comments if (c.question, c.cell) == (question, cell.cell))
        if texts:
            mark = index.marks.get(cell.cell, GROUP_MARKS[-1])
            made.append(Speaker("You" if mark == OWN else curly(cell.title), mark, cell.n, texts))
    return tuple(made)
