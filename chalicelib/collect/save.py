"""Keep one page of a questionnaire as it is: one call, no read.

A save says when its answers were typed: the moment the page was made, by our clock, and how long the browser has had
it since. So whatever order saves arrive in, from however many windows, what was typed last stays. A page that a
person sends by a button is always kept: they wait for the answer, so nothing of theirs can be newer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from chalicelib.collect import form, seal
from chalicelib.collect.form import AnswerFault, Page, Saved
from chalicelib.collect.sheet import Ticket, head, open_sheet
from chalicelib.errors import Refusal
from chalicelib.store import invitations
from chalicelib.store.table import ConditionFailed, apply
from chalicelib.web.links import LinkUnknown

AHEAD = 3_600_000  # milliseconds by which a browser's clock may be trusted to run fast
KEEP = "keep"  # what a script sends for a button while somebody is still typing


class SaveOutdated(Refusal):
    """A save in the background that came after a newer one, or after the answers were sent. Nothing of it is needed."""

    status = 409
    title = "There is something newer"

    def __init__(self) -> None:
        super().__init__("These answers were changed or sent since. Open the page again to see them as they are.")


class Kept(Struct, frozen=True):
    """What became of a posted page: its sound answers are stored, the others are named."""

    pages: tuple[Page, ...]
    place: int  # of the page among them
    saved: Saved
    faults: tuple[AnswerFault, ...]


def save_page(ticket: Ticket, page_id: str, fields: Mapping[str, str], now: datetime) -> Kept:
    """Replace what was saved of the page.

    Raises LinkUnknown, LinkRevoked, QuestionnaireClosed or SaveOutdated; then nothing was changed.
    """
    wave = head(ticket, now)
    pages = form.pages(wave.programme, "")
    place = place_of(pages, page_id)
    saved, faults = form.read_page(pages[place], wave.programme.top, fields)
    box = seal.seal(wave.key.seal, ticket.invitation_id, page_id, saved)
    row = invitations.key(ticket.delegate_id, ticket.wave, ticket.invitation_id)
    background = fields.get("go") == KEEP
    at = _typed_at(fields.get("at", ""), now, background)
    try:
        apply(invitations.save_page(row, ticket.link_version, page_id, box, at, if_newest=background))
    except ConditionFailed:
        open_sheet(ticket, now)  # says why, if the questionnaire has closed or the link was revoked
        raise SaveOutdated from None
    return Kept(pages, place, saved, tuple(faults))


def milliseconds(moment: datetime) -> int:
    """Since 1970, as a save's moment is counted."""
    return int(moment.timestamp() * 1000)


def _typed_at(told: str, now: datetime, background: bool) -> int:
    """What the browser says, within reason; at least now for a page that somebody waits for."""
    here = milliseconds(now)
    if not (told.isascii() and told.isdigit() and len(told) < 16):
        return here
    at = min(int(told), here + AHEAD)
    return at if background else max(at, here)


def place_of(pages: Sequence[Page], page_id: str) -> int:
    """Raises LinkUnknown for a page that the questionnaire does not have."""
    for place, found in enumerate(pages):
        if found.id == page_id:
            return place
    raise LinkUnknown
