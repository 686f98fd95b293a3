"""Keep one page of a questionnaire as it is: one call, no read.

A save says when its answers were typed: the moment the page was made, by our clock, and how long the browser has had
it since. So whatever order saves arrive in, from however many windows, what was typed last stays. A page that a
person sends by a button is always kept: they wait for the answer, so nothing of theirs can be newer.

A save also says which save of the page its sender has seen. If that is still the one that is stored, the page replaces
it. Otherwise somebody else has saved since: the page is merged into what is stored (chalicelib/core/merging.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from chalicelib.collect import encryption
from chalicelib.collect import pages as form
from chalicelib.collect.pages import AnswerFault, Page, Saved
from chalicelib.collect.questionnaire import AnswerLink, CachedWave, Questionnaire, load_cached_wave, open_questionnaire
from chalicelib.core import merging
from chalicelib.core.errors import Refusal
from chalicelib.links.signing import LinkUnknown
from chalicelib.store import invitations
from chalicelib.store.invitations import PageRefused
from chalicelib.store.table import update_one

AHEAD = 3_600_000  # milliseconds by which a browser's clock may be trusted to run fast
KEEP = "keep"  # what a script sends for a button while somebody is still typing
MAX_SEEN = 40  # saves that a page may say it has seen
TRIES = 5  # another window may save between our read and our write


class SaveOutdated(Refusal):
    """A save in the background that came after a newer one, or after the answers were sent. Nothing of it is needed."""

    status = 409
    title = "There is something newer"

    def __init__(self) -> None:
        super().__init__("These answers were changed or sent since. Open the page again to see them as they are.")


class SavedPage(Struct, frozen=True):
    """What became of a posted page: its valid answers are stored, the others are named."""

    pages: tuple[Page, ...]
    place: int  # of the page among them
    saved: Saved
    faults: tuple[AnswerFault, ...]


class _Save(Struct, frozen=True):
    """A posted page as it was read.

    seen   moments of the saves of this page that its sender has seen; 0 for none
    shown  marks of the answers that the page showed
    """

    page: Page
    saved: Saved
    faults: tuple[AnswerFault, ...]
    at: int
    background: bool
    seen: frozenset[int]
    shown: Mapping[str, str]


def save_page(ticket: AnswerLink, page_id: str, fields: Mapping[str, str], now: datetime) -> SavedPage:
    """Keep what a page answers. A blank takes nothing back that the page did not show.

    Raises LinkUnknown, LinkRevoked, QuestionnaireClosed or SaveOutdated; then nothing was changed.
    """
    wave = load_cached_wave(ticket, now)
    pages = form.pages(wave.programme, "")
    place = page_position(pages, page_id)
    posted = _read(pages[place], wave.programme.top, fields, now)
    saved = _replace(ticket, wave, posted)
    if saved is None:
        saved = _merge(ticket, posted, now)
    return SavedPage(pages, place, saved, posted.faults)


def _read(page: Page, top: int, fields: Mapping[str, str], now: datetime) -> _Save:
    saved, faults = form.read_page(page, top, fields)
    background = fields.get("go") == KEEP
    seen = _seen(fields.get("seen", ""), milliseconds(now))
    at = max(_typed_at(fields.get("at", ""), now, background), *(moment + 1 for moment in seen))
    return _Save(page, saved, tuple(faults), at, background, seen, merging.read_marks(fields))


def _replace(ticket: AnswerLink, wave: CachedWave, posted: _Save) -> Saved | None:
    """Store the page in place of what its sender has seen. None if something else is stored by now.

    A faulty answer leaves what was stored in its place, which only a read can tell.
    """
    if posted.faults and posted.seen != {0}:
        return None
    known = {question.id: posted.shown.get(question.id, "") for question in posted.page.rated}
    ratings, _ = form.read_page(posted.page, wave.programme.top, known)
    saved = {**ratings, **posted.saved}
    of = (wave.key.seal, ticket.invitation_id, posted.page.id)
    box = encryption.encrypt_page(*of, saved, form.room(posted.page))
    at, *seen = (encryption.hide_moment(*of, moment) if moment else 0 for moment in (posted.at, *posted.seen))
    row = invitations.key(ticket.delegate_id, ticket.wave, ticket.invitation_id)
    place = (row, ticket.link_version, posted.page.id)
    try:
        update_one(invitations.save_page(*place, box, at, seen=seen, if_unsent=posted.background))
    except PageRefused:
        return None
    return saved


def _merge(ticket: AnswerLink, posted: _Save, now: datetime) -> Saved:
    """Merge the page into what is stored.

    The moment that is stored is not the one that was posted, so the sender cannot take the page for their own.
    """
    read: Questionnaire | None = None
    for _ in range(TRIES):
        before, read = read, open_questionnaire(ticket, now)  # says why, if the wave has closed or the link was revoked
        stored_at = read.invitation.saved_at.get(posted.page.id, 0)
        unchanged = before is not None and before.invitation.revision == read.invitation.revision
        if unchanged or (posted.background and posted.at < stored_at):
            raise SaveOutdated
        stored = read.saved.get(posted.page.id, {})
        merged = form.merge_page(posted.page, stored, posted.saved, posted.faults, posted.shown)
        try:
            if _kept(read, posted, merged, max(posted.at, stored_at) + 1):
                return merged
        except encryption.RoomExceeded:  # two windows' comments together, in signs that hardly compress
            break
    raise SaveOutdated


def _kept(read: Questionnaire, posted: _Save, merged: Saved, at: int) -> bool:
    of = (read.key.seal, read.invitation.id, posted.page.id)
    box, hidden = encryption.encrypt_page(*of, merged, form.room(posted.page)), encryption.hide_moment(*of, at)
    try:
        update_one(invitations.merge_page(read.invitation, posted.page.id, box, hidden, if_unsent=posted.background))
    except PageRefused:
        return False
    return True


def milliseconds(moment: datetime) -> int:
    """Since 1970, as a save's moment is counted."""
    return int(moment.timestamp() * 1000)


def _typed_at(told: str, now: datetime, background: bool) -> int:
    """What the browser says, within reason; at least now for a page that somebody waits for."""
    here = milliseconds(now)
    at = min(_number(told, here), here + AHEAD)
    return at if background else max(at, here)


def _seen(told: str, here: int) -> frozenset[int]:
    moments = {_number(moment, 0) for moment in told.split()[-MAX_SEEN:]}
    return frozenset(moment for moment in moments if moment <= here + AHEAD) or frozenset({0})


def _number(told: str, otherwise: int) -> int:
    return int(told) if told.isascii() and told.isdigit() and len(told) < 16 else otherwise


def page_position(pages: Sequence[Page], page_id: str) -> int:
    """Raises LinkUnknown for a page that the questionnaire does not have."""
    for place, found in enumerate(pages):
        if found.id == page_id:
            return place
    raise LinkUnknown
