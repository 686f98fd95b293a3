"""Keep one page of a questionnaire as it is: one call, no read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.collect import form, seal
from chalicelib.collect.form import AnswerFault, Page
from chalicelib.collect.sheet import QuestionnaireClosed, Ticket, head
from chalicelib.store import invitations
from chalicelib.store.table import ConditionFailed, apply
from chalicelib.web.links import LinkUnknown


@dataclass(frozen=True)
class Kept:
    """What became of a posted page: its sound answers are stored, the others are named."""

    pages: tuple[Page, ...]
    place: int  # of the page among them
    faults: tuple[AnswerFault, ...]


def save_page(ticket: Ticket, page_id: str, fields: Mapping[str, str], now: datetime) -> Kept:
    """Replace what was saved of the page. Raises LinkUnknown or QuestionnaireClosed; then nothing was changed."""
    wave = head(ticket, now)
    pages = form.pages(wave.programme, "")
    place = place_of(pages, page_id)
    saved, faults = form.read_page(pages[place], wave.programme.top, fields)
    box = seal.seal(wave.key.seal, ticket.invitation_id, page_id, saved)
    row = invitations.key(ticket.delegate_id, ticket.wave, ticket.invitation_id)
    try:
        apply(invitations.save_page(row, ticket.link_version, page_id, box))
    except ConditionFailed:
        raise QuestionnaireClosed("this person") from None
    return Kept(pages, place, tuple(faults))


def place_of(pages: Sequence[Page], page_id: str) -> int:
    """Raises LinkUnknown for a page that the questionnaire does not have."""
    for place, found in enumerate(pages):
        if found.id == page_id:
            return place
    raise LinkUnknown
