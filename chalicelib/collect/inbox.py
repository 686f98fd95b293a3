"""List everything a rater is asked on one page: all delegates, and the progress of each questionnaire."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.collect import pages
from chalicelib.core import formatting
from chalicelib.core.model import Delegate, DelegateWave, Invitation, InvitationState, Programme, Wave, WaveState
from chalicelib.forms.pulse import wave_programme
from chalicelib.links import signing
from chalicelib.links.ends import end_after
from chalicelib.links.kinds import ANSWER, INBOX, inbox_version
from chalicelib.links.signing import LinkRevoked
from chalicelib.store import delegates, invitations, programmes
from chalicelib.store.invitations import InboxEntry
from chalicelib.store.marshal import Row
from chalicelib.store.table import Key, batched, get_many
from chalicelib.store.unreadable import read_one

MAX_DELEGATES = 45  # invitations


class Asked(Struct, frozen=True):
    """One line of the inbox."""

    delegate_name: str
    programme: Programme
    wave: Wave
    state: str  # open, begun, sent, sealed, declined, closed, elsewhere
    closes_at: datetime
    saved: int  # parts begun and saved
    parts: int
    minutes: int
    link: str

    @property
    def is_open(self) -> bool:
        return self.state in ("open", "begun")


def inbox(token: str, now: datetime) -> list[Asked]:
    """List open questionnaires first, nearest deadline first.

    Two calls, one more for more than 33 invitations, and one for a programme that is not cached.

    Raises LinkUnknown, LinkRevoked or LinkEnded.
    """
    rater, *own = INBOX.open(token).parts
    entries = invitations.inbox(rater)[-MAX_DELEGATES:]
    keys = [key for entry in entries for key in (*_keys(entry), delegates.key(entry.delegate_id))]
    rows = {key: row for batch in batched(keys) for key, row in get_many(batch).items()}
    known = [entry for entry in entries if rows.keys() >= {*_keys(entry)}]
    asked = [line for entry in known for line in _read(rows, entry)]
    _refuse_revoked(own, [invitation for _, invitation, _ in asked], is_whole=len(asked) == len(known))
    voids = {invitation.asked_again for _, invitation, _ in asked if inbox_version(invitation) in own}
    requests = [
        _asked(_with_name_of_today(rows, entry), invitation, wave, now, leads_on=invitation.asked_again in ("", *voids))
        for entry, invitation, wave in asked
        if invitation.state is not InvitationState.REVOKED
    ]
    if requests:
        last = max(requests, key=lambda asked: asked.closes_at)
        zone = last.programme.organisation.timezone
        signing.refuse_ended(last.programme, end_after([last.closes_at], zone), now)
    return sorted(requests, key=lambda asked: (not asked.is_open, asked.closes_at))


def _read(rows: Mapping[Key | str, Row], entry: InboxEntry) -> Iterator[tuple[InboxEntry, Invitation, DelegateWave]]:
    """Read the rows of a line; nothing if one of them is damaged."""
    invitation_key, wave_key = _keys(entry)
    invitation, wave = read_one(Invitation, rows[invitation_key]), read_one(DelegateWave, rows[wave_key])
    if invitation and wave:
        yield entry, invitation, wave


def _with_name_of_today(rows: Mapping[Key | str, Row], entry: InboxEntry) -> InboxEntry:
    """Return the entry with the name that the delegate has now; as it was stored if the delegate cannot be read."""
    row = rows.get(delegates.key(entry.delegate_id))
    delegate = read_one(Delegate, row) if row else None
    return replace(entry, delegate_name=delegate.person.name) if delegate else entry


def _refuse_revoked(own: Sequence[str], asked: Sequence[Invitation], *, is_whole: bool) -> None:
    """Refuse a link if the invitation that it was emailed about was revoked.

    A link from an earlier email, which names no invitation, works as long as no link of this rater was revoked. So does
    one whose invitation is gone, because its delegate was erased.

    own       version of that invitation; empty in a link of an earlier email
    is_whole  whether every invitation could be read; one that could not may have been revoked
    """
    is_current = any(inbox_version(invitation) in own for invitation in asked)
    if not is_current and (not is_whole or any(invitation.links_revoked for invitation in asked)):
        raise LinkRevoked


def theme(asked: Sequence[Asked]) -> dict[str, Any]:
    """Return the programme whose colours the page uses: the only one of all lines."""
    programmes = {(request.programme.id, request.programme.organisation): request.programme for request in asked}
    return {"programme": next(iter(programmes.values()))} if len(programmes) == 1 else {}


def _keys(entry: InboxEntry) -> tuple[Key, Key]:
    return invitations.key(entry.delegate_id, entry.wave, entry.id), delegates.wave_key(entry.delegate_id, entry.wave)


def _asked(entry: InboxEntry, invitation: Invitation, wave: DelegateWave, now: datetime, *, leads_on: bool) -> Asked:
    """Return a line. After a void, a link from before it may be in other hands: it does not lead to the new form."""
    open_now = wave.state is WaveState.OPEN and now < wave.closes_at
    programme = wave_programme(programmes.load(entry.programme_id, entry.programme_version), wave)
    return Asked(
        delegate_name=entry.delegate_name,
        programme=programme,
        wave=entry.wave,
        state=_state(invitation, leads_on=leads_on) if open_now else "closed",
        closes_at=wave.closes_at,
        saved=len(invitation.draft) if leads_on else 0,
        parts=len(pages.pages(programme, invitation.group)),
        minutes=formatting.minutes(programme),
        link=ANSWER.url(invitation) if leads_on else "",
    )


def _state(invitation: Invitation, *, leads_on: bool) -> str:
    if not leads_on:
        return "elsewhere"
    if invitation.state is InvitationState.ANSWERED:
        return "sealed" if invitation.sealed else "sent"
    if invitation.state is InvitationState.DECLINED:
        return "declined"
    return "begun" if invitation.draft else "open"
