"""One page for everything a rater is asked: all delegates, and how far each questionnaire is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalicelib.model import DelegateWave, Invitation, InvitationState, Wave, WaveState
from chalicelib.store import delegates, invitations
from chalicelib.store.invitations import InboxEntry
from chalicelib.store.marshal import read
from chalicelib.store.table import Key, get_many
from chalicelib.web import links

MOST_SHOWN = 45  # invitations; two rows each in one read of at most 100


@dataclass(frozen=True)
class Asked:
    """One line of the inbox."""

    delegate_name: str
    is_pulse: bool
    state: str  # open, begun, sent, declined, closed
    closes_at: datetime
    timezone: str
    link: str


def inbox(token: str, now: datetime) -> list[Asked]:
    """Open ones first, nearest deadline first. Two calls."""
    (rater,) = links.read("inbox", token, 1)
    entries = invitations.inbox(rater)[-MOST_SHOWN:]
    rows = get_many([key for entry in entries for key in _keys(entry)])
    found = []
    for entry in entries:
        invitation_key, wave_key = _keys(entry)
        if invitation_key in rows and wave_key in rows:
            wave = read(DelegateWave, rows[wave_key])
            found.append(_asked(entry, read(Invitation, rows[invitation_key]), wave, now))
    return sorted(found, key=lambda asked: (asked.state not in ("open", "begun"), asked.closes_at))


def _keys(entry: InboxEntry) -> tuple[Key, Key]:
    return invitations.key(entry.delegate_id, entry.wave, entry.id), delegates.wave_key(entry.delegate_id, entry.wave)


def _asked(entry: InboxEntry, invitation: Invitation, wave: DelegateWave, now: datetime) -> Asked:
    open_now = wave.state is WaveState.OPEN and now < wave.closes_at
    parts = (entry.delegate_id, entry.wave.value, entry.id, str(invitation.link_version))
    return Asked(
        delegate_name=entry.delegate_name,
        is_pulse=entry.wave is Wave.PULSE,
        state=_state(invitation) if open_now else "closed",
        closes_at=wave.closes_at,
        timezone=entry.timezone,
        link=links.make("answer", *parts),
    )


def _state(invitation: Invitation) -> str:
    if invitation.state is InvitationState.ANSWERED:
        return "sent"
    if invitation.state is InvitationState.DECLINED:
        return "declined"
    return "begun" if invitation.draft else "open"
