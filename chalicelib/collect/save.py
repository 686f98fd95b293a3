"""Keep one page of a questionnaire as it is: one call, no read."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.collect import seal
from chalicelib.collect.sheet import Head, QuestionnaireClosed, Ticket
from chalicelib.store import invitations
from chalicelib.store.table import ConditionFailed, apply


def save_page(ticket: Ticket, head: Head, page_id: str, saved: Mapping[str, str]) -> None:
    """Replace what was saved of the page. Raises QuestionnaireClosed; then nothing was changed."""
    box = seal.seal(head.key.seal, ticket.invitation_id, page_id, saved)
    row = invitations.key(ticket.delegate_id, ticket.wave, ticket.invitation_id)
    try:
        apply(invitations.save_page(row, ticket.link_version, page_id, box))
    except ConditionFailed:
        raise QuestionnaireClosed("this person") from None
