"""Make one edition for the sponsor: build its facts, render every document, store them and notify the sponsor."""

from __future__ import annotations

from datetime import datetime

from chalicelib.core.model import Cohort, Programme
from chalicelib.sponsor.documents.content import board_content
from chalicelib.sponsor.documents.figures_csv import figures_csv
from chalicelib.sponsor.documents.html import render_summary
from chalicelib.sponsor.documents.method import method_content
from chalicelib.sponsor.documents.pdf import render_pdf
from chalicelib.sponsor.drafts import Draft
from chalicelib.sponsor.emails.about_documents import edition_email
from chalicelib.sponsor.final.facts import Final, checksum, final_bytes
from chalicelib.sponsor.interim import load_interim
from chalicelib.sponsor.stories.offer import publish_writes
from chalicelib.sponsor.timeline import list_milestones
from chalicelib.store import emails, summaries
from chalicelib.store.summaries import Summary
from chalicelib.store.table import Write


def store_edition(
    programme: Programme, cohort: Cohort, draft: Draft, now: datetime, *, quietly: bool = False
) -> list[Write]:
    """Store the documents, and return the writes that list them and notify the sponsor.

    quietly  send no email, because the sponsor has been notified of the reason
    """
    final = draft.final
    documents = render_documents(programme, final)
    files = summaries.save_documents(cohort.id, checksum(final), documents)
    stored = Summary(
        cohort.id,
        summaries.name_of(final.edition),
        checksum(final),
        files["facts"],
        files["html"],
        now,
        final.edition,
        files,
        tuple(story.delegate_id for story in draft.stories),
        draft.counted,
        list_milestones(cohort, final, load_interim(cohort, programme)),
    )
    is_written = cohort.sponsor is not None and not quietly
    notices = emails.add(edition_email(programme, cohort, final.edition, now)) if is_written else []
    return [summaries.add(stored), *publish_writes(draft.stories, now), *notices]


def render_documents(programme: Programme, final: Final) -> dict[str, bytes]:
    """Render every document of an edition. The same facts give the same bytes."""
    content, day = board_content(programme, final), final.made_on
    return {
        "facts": final_bytes(final),
        "html": render_summary(programme, final).encode(),
        "board": render_pdf("board", content, day),
        "slides": render_pdf("slides", content, day),
        "csv": figures_csv(final),
        "method": render_pdf("method", method_content(programme, final), day),
    }
