"""Build the content of the report, part by part, from facts only. Pure."""

from __future__ import annotations

from chalicelib.core.formatting import join_words
from chalicelib.core.model import Programme
from chalicelib.report.parts.annex import annex, method
from chalicelib.report.parts.changes import changes
from chalicelib.report.parts.comments import comments
from chalicelib.report.parts.compare import compare
from chalicelib.report.parts.cover import cover
from chalicelib.report.parts.debrief import debrief, plan
from chalicelib.report.parts.document import Document
from chalicelib.report.parts.how_to_read import how_to_read
from chalicelib.report.parts.one_page import one_page
from chalicelib.report.parts.ranks import ranks
from chalicelib.report.parts.rows import KIND_MARKS, MARKS, Index
from chalicelib.report.parts.summary import summary
from chalicelib.report.parts.wording import curly
from chalicelib.report.parts.workshops import workshops
from chalicelib.report.sections import build_sections
from chalicelib.results.facts import Facts

TITLE = "360-degree feedback report"


def build_document(programme: Programme, facts: Facts) -> Document:
    """Return the report. A part that has nothing to show is None."""
    index = Index(programme, facts)
    heading = facts.heading
    readers = [name for name in (heading.delegate, heading.coach) if name]
    return Document(
        title=TITLE,
        top=programme.top,
        running=curly(", ".join(filter(None, [heading.programme, heading.cohort]))),
        confidential=f"Confidential to {join_words(readers)}" if readers else "Confidential",
        is_two_voices=index.is_two_voices,
        cover=cover(index),
        one_page=one_page(index),
        reading=how_to_read(index),
        summary=None if index.is_two_voices else summary(index),
        compare=compare(index),
        ranks=ranks(index),
        changes=changes(index),
        workshops=workshops(index) if index.reference else (),
        comments=comments(index),
        debrief=debrief(index),
        plan=plan(index),
        annex=annex(index),
        method=method(index),
        sections=build_sections(index),
        marks=MARKS | KIND_MARKS,
    )
