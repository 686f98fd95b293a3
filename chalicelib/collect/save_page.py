"""Save one page of a questionnaire in one call, without a read.

A save says when its answers were typed: the moment the page was made, by our clock, plus the time since then in the
browser. So the answers typed last win, in any order of saves and from any number of windows. A page submitted by a
button is always stored: its sender waits for the response, so they have no newer answers.

A save also says which save of the page its sender has seen. If that is still the stored one, the page replaces it.
Otherwise another window has saved since: the page is merged into what is stored (chalicelib/core/merging.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from chalicelib.collect import encryption
from chalicelib.collect import pages as form
from chalicelib.collect.pages import Page, Saved
from chalicelib.collect.questionnaire import AnswerLink, CachedWave, Questionnaire, load_cached_wave, open_questionnaire
from chalicelib.core import merging
from chalicelib.core.errors import FieldError, Refusal
from chalicelib.links.signing import LinkUnknown
from chalicelib.store import invitations
from chalicelib.store.invitations import PageRefused
from chalicelib.store.table import update_one
from chalicelib.web.save_moments import milliseconds, read_seen, typed_at

KEEP = "keep"  # what a script sends for a button while a person is still typing
MAX_RETRIES = 5  # another window may save between our read and our write


class SaveOutdated(Refusal):
    """A background save that is older than a stored one, or older than the submission. It is not needed."""

    status = 409
    title = "There is a newer version"

    def __init__(self) -> None:
        super().__init__("These answers were changed or sent in the meantime. Open the page again to see them.")


class SavedPage(Struct, frozen=True):
    """The result of a posted page: its valid answers are stored, the others are listed."""

    pages: tuple[Page, ...]
    place: int  # of the page among them
    saved: Saved
    faults: tuple[FieldError, ...]


class _Save(Struct, frozen=True):
    """A posted page, as read.

    seen   moments of the saves of this page that its sender has seen; 0 for none
    shown  marks of the answers that the page showed
    """

    page: Page
    saved: Saved
    faults: tuple[FieldError, ...]
    at: int
    background: bool
    seen: frozenset[int]
    shown: Mapping[str, str]


def save_page(link: AnswerLink, page_id: str, fields: Mapping[str, str], now: datetime) -> SavedPage:
    """Save the answers of a page. A blank never removes an answer that the page did not show.

    Raises LinkUnknown, LinkRevoked, QuestionnaireClosed or SaveOutdated; then nothing was changed.
    """
    wave = load_cached_wave(link, now)
    pages = form.pages(wave.programme, "")
    place = page_position(pages, page_id)
    posted = _read(pages[place], wave.programme.top, fields, now)
    saved = _replace(link, wave, posted)
    if saved is None:
        saved = _merge(link, posted, now)
    return SavedPage(pages, place, saved, posted.faults)


def _read(page: Page, top: int, fields: Mapping[str, str], now: datetime) -> _Save:
    saved, faults = form.read_page(page, top, fields)
    background = fields.get("go") == KEEP
    seen = read_seen(fields.get("seen", ""), milliseconds(now))
    at = max(typed_at(fields.get("at", ""), now, background), *(moment + 1 for moment in seen))
    return _Save(page, saved, tuple(faults), at, background, seen, merging.read_marks(fields))


def _replace(link: AnswerLink, wave: CachedWave, posted: _Save) -> Saved | None:
    """Replace the version that the sender has seen. Return None if another version is stored by now.

    A faulty answer leaves the stored one in place, which needs a read.
    """
    if posted.faults and posted.seen != {0}:
        return None
    last_seen = {question.id: posted.shown.get(question.id, "") for question in posted.page.rated}
    ratings, _ = form.read_page(posted.page, wave.programme.top, last_seen)
    saved = {**ratings, **posted.saved}
    bound_to = (wave.key.seal, link.invitation_id, posted.page.id)
    box = encryption.encrypt_page(*bound_to, saved, form.room(posted.page))
    at, *seen = (encryption.hide_moment(*bound_to, moment) if moment else 0 for moment in (posted.at, *posted.seen))
    row = invitations.key(link.delegate_id, link.wave, link.invitation_id)
    place = (row, link.link_version, posted.page.id)
    try:
        update_one(invitations.save_page(*place, box, at, seen=seen, if_unsent=posted.background))
    except PageRefused:
        return None
    return saved


def _merge(link: AnswerLink, posted: _Save, now: datetime) -> Saved:
    """Merge the page into what is stored.

    The stored moment differs from the posted one, so that the sender does not mistake the merged page for their own.
    """
    read: Questionnaire | None = None
    for _ in range(MAX_RETRIES):
        before, read = read, open_questionnaire(link, now)  # raises if the wave has closed or the link was revoked
        stored_at = read.invitation.saved_at.get(posted.page.id, 0)
        unchanged = before is not None and before.invitation.revision == read.invitation.revision
        if unchanged or (posted.background and posted.at < stored_at):
            raise SaveOutdated
        stored = read.saved.get(posted.page.id, {})
        merged = form.merge_page(posted.page, stored, posted.saved, posted.faults, posted.shown)
        try:
            if _save_unless_changed(read, posted, merged, max(posted.at, stored_at) + 1):
                return merged
        except encryption.RoomExceeded:  # the comments of two windows together, in characters that hardly compress
            break
    raise SaveOutdated


def _save_unless_changed(read: Questionnaire, posted: _Save, merged: Saved, at: int) -> bool:
    bound_to = (read.key.seal, read.invitation.id, posted.page.id)
    box, hidden = (
        encryption.encrypt_page(*bound_to, merged, form.room(posted.page)),
        encryption.hide_moment(*bound_to, at),
    )
    try:
        update_one(invitations.merge_page(read.invitation, posted.page.id, box, hidden, if_unsent=posted.background))
    except PageRefused:
        return False
    return True


def page_position(pages: Sequence[Page], page_id: str) -> int:
    """Return the page's index. Raises LinkUnknown for a page that the questionnaire does not have."""
    for place, page in enumerate(pages):
        if page.id == page_id:
            return place
    raise LinkUnknown
