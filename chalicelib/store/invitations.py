"""Invitations: a rater's permission to answer once, their inbox, and their encrypted answers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from msgspec import Struct

from chalicelib.core.ids import inbox_key, rater_key, unkeyed_rater_key
from chalicelib.core.model import Delegate, Invitation, InvitationState, Wave
from chalicelib.store.expressions import Condition, at_most, either, equals, missing, one_of
from chalicelib.store.marshal import Row, fields, read
from chalicelib.store.table import (
    AlreadyExists,
    Changed,
    Key,
    Missing,
    Write,
    count,
    delete,
    get,
    put,
    put_if,
    put_once,
    query,
    update,
)
from chalicelib.store.unreadable import read_all

NOTHING_SAVED = {"draft": {}, "saved_at": {}, "revision": ""}
SENT_FIELDS = ("sent", "sent_moments", "sent_at")  # rows of earlier versions only have the last one
PLANNED_FIELDS = ("emails_planned", "reminders")  # rows of earlier versions have the second
REVISION = 12  # bytes of an encrypted page that are random: its nonce
MAY_ANSWER = (InvitationState.INVITED, InvitationState.ANSWERED, InvitationState.DECLINED)


class InvitationExists(AlreadyExists):
    """The rater is invited already."""


class InvitationChanged(Changed):
    """The rater did something, or has another link or other emails, since the invitation was read."""


class InvitationMissing(Missing):
    """There is no such invitation."""


class PageRefused(Changed):
    """The wave is closing, the link was revoked, or a newer answer is stored."""


class Boxes(Struct, frozen=True):
    """The encrypted pages of the questionnaire, with hidden moments (collect/encryption.py).

    saved_at      when each page was typed
    sent_moments  when the answers were sent: what was typed before comes too late
    """

    draft: Mapping[str, bytes]
    saved_at: Mapping[str, int]
    sent_moments: Mapping[str, int]


class InboxEntry(Struct, frozen=True):
    """The place of one of a rater's invitations."""

    id: str
    delegate_id: str
    wave: Wave
    delegate_name: str
    cohort_id: str
    programme_id: str
    programme_version: int


def key(delegate_id: str, wave: Wave, invitation_id: str) -> Key:
    return Key(f"DELEGATE#{delegate_id}", f"INVITATION#{wave.value}#{invitation_id}")


def add(new: Invitation) -> Write:
    return put_once({**key_of(new)._asdict(), **fields(new)}, InvitationExists)


def add_to_inbox(new: Invitation, delegate: Delegate) -> Write:
    entry = InboxEntry(
        new.id,
        new.delegate_id,
        new.wave,
        delegate.person.name,
        delegate.cohort_id,
        delegate.programme_id,
        delegate.programme_version,
    )
    return put({**_entry_key(new)._asdict(), **fields(entry)})


def _entry_key(invitation: Invitation) -> Key:
    inbox = inbox_key(invitation.delegate_id, invitation.rater.email)
    return Key(f"RATER#{inbox}", f"INVITATION#{invitation.wave.value}#{invitation.id}")


def find(delegate_id: str, wave: Wave, invitation_id: str) -> Invitation | None:
    row = get(key(delegate_id, wave, invitation_id))
    return read(Invitation, row) if row else None


def inbox(rater: str) -> list[InboxEntry]:
    return read_all(InboxEntry, query(f"RATER#{rater}", "INVITATION#"))


def inbox_of(email: str) -> list[InboxEntry]:
    """Read every invitation of a person, including those from before ids were keyed. Two calls."""
    return [entry for key in (rater_key(email), unkeyed_rater_key(email)) for entry in inbox(key)]


def load_key(delegate_id: str, email: str, month: str) -> Key:
    return Key(f"RATER#{inbox_key(delegate_id, email)}", f"LOAD#{month}")


def keys_of_rater(invitation: Invitation, until: str) -> list[Key]:
    """Return the rows of an invitation's rater: its entry in the inbox, and counts of months until one, `2026-10`."""
    email, delegate_id = invitation.rater.email, invitation.delegate_id
    rows = query(f"RATER#{inbox_key(delegate_id, email)}", "LOAD#")
    past = (row for row in rows if row["sk"].removeprefix("LOAD#") <= until)
    return [_entry_key(invitation), *(Key(row["pk"], row["sk"]) for row in past)]


def count_request(new: Invitation, month: str) -> Write:
    """Count one more questionnaire for this rater among those that close in a month, `2026-10`."""
    return count(load_key(new.delegate_id, new.rater.email, month), {"requests": 1})


def of_delegate(delegate_id: str, wave: Wave) -> Iterator[Invitation]:
    prefix = f"INVITATION#{wave.value}#"
    return (read(Invitation, row) for row in query(f"DELEGATE#{delegate_id}", prefix))


def save_page(
    key: Key, link_version: int, page: str, sealed: bytes, at: int, *, seen: Collection[int], if_unsent: bool
) -> Write:
    """Store one page of a questionnaire in place of the version that the sender has seen.

    Refused once the wave is closing, if the link was revoked, or if the stored page is newer than the sender's.

    at         when it was typed: a hidden moment of this page, see collect/encryption.py
    seen       hidden moments of the saves that the sender knows; 0 for a page that was not saved
    if_unsent  refuse what was typed before the answers were sent
    """
    saves = [at for at in seen if at]
    conditions = [missing(f"draft.{page}")] if 0 in seen else []
    conditions += [one_of(f"saved_at.{page}", saves)] if saves else []
    return _save_page(key, link_version, page, sealed, at, [either(*conditions)], if_unsent=if_unsent)


def merge_page(read: Invitation, page: str, sealed: bytes, at: int, *, if_unsent: bool) -> Write:
    """Store one page merged into the invitation that was read. Refused if anything was saved since.

    if_unsent  refuse what was typed before the answers were sent
    """
    as_read = [equals("revision", read.revision)]
    return _save_page(key_of(read), read.link_version, page, sealed, at, as_read, if_unsent=if_unsent)


def _save_page(
    key: Key, link_version: int, page: str, sealed: bytes, at: int, when: list[Condition], *, if_unsent: bool
) -> Write:
    sent_at = f"sent_moments.{page}"
    return update(
        key,
        put={f"draft.{page}": sealed, f"saved_at.{page}": at, "revision": sealed[:REVISION].hex()},
        when=[
            one_of("state", MAY_ANSWER),
            equals("link_version", link_version),
            missing("frozen"),
            _not_sealed(),
            *when,
            *([either(missing(sent_at), at_most(sent_at, at))] if if_unsent else []),
        ],
        refusal=PageRefused,
    )


def _not_sealed() -> Condition:
    return either(missing("sealed"), equals("sealed", False))


def _emails_as_read(invitation: Invitation) -> Condition:
    """Refuse if more emails were planned since. The act that writes this cancels only those that it knows."""
    planned = equals("emails_planned", invitation.emails_planned)
    return planned if invitation.emails_planned else either(planned, missing("emails_planned"))


def send(invitation: Invitation, sent: Boxes) -> Write:
    """Submit the draft that was read: it becomes the answers that count."""
    return update(
        key_of(invitation),
        put={"state": InvitationState.ANSWERED, "sent": sent.draft, **fields(sent)},
        remove=["sent_at"],  # written by earlier versions
        when=[
            equals("state", invitation.state),
            equals("revision", invitation.revision),
            equals("link_version", invitation.link_version),
            _emails_as_read(invitation),
        ],
        refusal=InvitationChanged,
    )


def decline(invitation: Invitation, reason: str) -> Write:
    return update(
        key_of(invitation),
        put={"state": InvitationState.DECLINED, "reason": reason},
        when=[
            equals("state", InvitationState.INVITED),
            equals("link_version", invitation.link_version),
            _emails_as_read(invitation),
        ],
        refusal=InvitationChanged,
    )


def plan_emails(invitation: Invitation) -> Write:
    """Record that emails to someone who has not answered are planned or changed, in the same transaction.

    Refused if they answered, or if other emails were planned, since the invitation was read.
    """
    as_read = [equals("state", InvitationState.INVITED), _emails_as_read(invitation)]
    planned = {"emails_planned": invitation.emails_planned + 1}
    return update(key_of(invitation), put=planned, when=as_read, refusal=InvitationChanged)


def revoke(invitation: Invitation) -> Write:
    """Revoke the link and delete saved answers. Revoking again changes nothing."""
    changes = {**NOTHING_SAVED, "state": InvitationState.REVOKED}
    return update(key_of(invitation), put=changes, remove=SENT_FIELDS, refusal=InvitationMissing)


def move(before: Invitation, after: Invitation) -> list[Write]:
    """Change the address, and so the link and inbox. Refused if the rater has done anything since it was read.

    Saved answers are dropped. Sent answers stay and count, and the new link does not open them.
    """
    return [_change_link(before, after, remove=()), delete(_entry_key(before))]


def revoke_links(before: Invitation, after: Invitation) -> Write:
    """Make another link to the same answers. Refused if the link changed since the invitation was read."""
    links = {"link_version": after.link_version, "links_revoked": after.links_revoked, "asked_again": after.asked_again}
    as_read = [equals("link_version", before.link_version)]
    return update(key_of(before), put=links, when=as_read, refusal=InvitationChanged)


def void(before: Invitation, after: Invitation) -> Write:
    """Delete what was saved and sent, and ask again through another link. Refused in the same cases as `move`."""
    return _change_link(before, after, remove=SENT_FIELDS)


def _change_link(before: Invitation, after: Invitation, remove: Iterable[str]) -> Write:
    row = fields(after)
    changed = ("rater", "link_version", "state", "reason", "emails_planned", "sealed", "links_revoked", "asked_again")
    return update(
        key_of(before),
        put={name: row[name] for name in changed} | NOTHING_SAVED,
        remove=remove,
        when=_as_read(before),
        refusal=InvitationChanged,
    )


def remove(before: Invitation) -> list[Write]:
    """Take a rater off the list: the link ends, and what was saved or sent is destroyed. Refused as for `move`."""
    changes = {**NOTHING_SAVED, "state": InvitationState.REVOKED, "reason": "", "sealed": False}
    changes["link_version"] = before.link_version + 1
    revoked = update(key_of(before), put=changes, remove=SENT_FIELDS, when=_as_read(before), refusal=InvitationChanged)
    return [revoked, delete(_entry_key(before))]


def ask_again(removed: Invitation, new: Invitation) -> Write:
    """Invite a rater again who was removed: with a new link and nothing saved. Refused if that was done.

    An erased rater stays erased.
    """
    return update(
        key_of(removed),
        put={"state": new.state, "group": new.group, "rater": fields(new.rater)},
        when=[*_as_read(removed), missing("frozen")],
        refusal=InvitationChanged,
    )


def regroup(before: Invitation, group: str) -> Write:
    """Move a rater to another group, with what they saved or sent. Refused as for `move`."""
    when = [*_as_read(before), equals("group", before.group)]
    return update(key_of(before), put={"group": group}, when=when, refusal=InvitationChanged)


def rename(before: Invitation, name: str) -> Write:
    """Correct a rater's name."""
    as_read = [equals("rater.email", before.rater.email), equals("link_version", before.link_version)]
    return update(key_of(before), put={"rater.name": name}, when=as_read, refusal=InvitationChanged)


def _as_read(before: Invitation) -> list[Condition]:
    return [
        equals("state", before.state),
        equals("link_version", before.link_version),
        _emails_as_read(before),
    ]


def erase(before: Invitation, redacted: Row) -> Write:
    """Keep a row without the person, and without what they did: `redacted` is the row as it was read, without names.

    Refused if the rater has done anything since it was read.
    """
    emptied = {name: value for name, value in redacted.items() if name not in (*SENT_FIELDS, *PLANNED_FIELDS)}
    as_read = [equals("state", before.state), *(_as_stored(redacted, name) for name in ("link_version", "revision"))]
    changes = NOTHING_SAVED | {"state": InvitationState.REVOKED, "reason": "", "sealed": False, "frozen": True}
    return put_if(emptied | changes, as_read, InvitationChanged)


def _as_stored(row: Row, name: str) -> Condition:
    return equals(name, row[name]) if name in row else missing(name)


def empty(invitation: Invitation) -> Write:
    """Delete the encrypted answers and everything that counts, dates or measures them; nothing more can be saved."""
    changes = {**NOTHING_SAVED, "frozen": True}
    gone = (*SENT_FIELDS, *PLANNED_FIELDS)
    return update(key_of(invitation), put=changes, remove=gone, refusal=InvitationMissing)


def key_of(invitation: Invitation) -> Key:
    return key(invitation.delegate_id, invitation.wave, invitation.id)
