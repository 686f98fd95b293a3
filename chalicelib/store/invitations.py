"""Invitations: a rater's permission to answer once, their inbox, and their sealed answers."""

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

NOTHING_SAVED = {"draft": {}, "saved_at": {}, "revision": ""}
SENT_FIELDS = ("sent", "sent_moments", "sent_at")  # the last one in rows of earlier versions
REVISION = 12  # bytes of a sealed box that are random: its nonce
MAY_ANSWER = (InvitationState.INVITED, InvitationState.ANSWERED, InvitationState.DECLINED)


class InvitationExists(AlreadyExists):
    """The rater is invited already."""


class InvitationChanged(Changed):
    """The rater did something, or has another link or other reminders, since the invitation was read."""


class InvitationMissing(Missing):
    """There is no such invitation."""


class PageRefused(Changed):
    """The wave is closing, the link was revoked, or something newer is kept."""


class Boxes(Struct, frozen=True):
    """A sealed box for each page of the questionnaire, and hidden moments, page by page (collect/encryption.py).

    saved_at      when each page was typed
    sent_moments  when the answers were sent: what was typed before comes too late
    """

    draft: Mapping[str, bytes]
    saved_at: Mapping[str, int]
    sent_moments: Mapping[str, int]


class InboxEntry(Struct, frozen=True):
    """Where to find one of a rater's invitations."""

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
    found = get(key(delegate_id, wave, invitation_id))
    return read(Invitation, found) if found else None


def inbox(rater: str) -> list[InboxEntry]:
    return [read(InboxEntry, row) for row in query(f"RATER#{rater}", "INVITATION#")]


def inbox_of(email: str) -> list[InboxEntry]:
    """Everything that somebody is asked, about delegates from before ids were keyed, too. Two calls."""
    return [entry for key in (rater_key(email), unkeyed_rater_key(email)) for entry in inbox(key)]


def load_key(delegate_id: str, email: str, month: str) -> Key:
    return Key(f"RATER#{inbox_key(delegate_id, email)}", f"LOAD#{month}")


def count_request(new: Invitation, month: str) -> Write:
    """One more questionnaire for this rater among those that close in a month, `2026-10`."""
    return count(load_key(new.delegate_id, new.rater.email, month), {"requests": 1})


def of_delegate(delegate_id: str, wave: Wave) -> Iterator[Invitation]:
    prefix = f"INVITATION#{wave.value}#"
    return (read(Invitation, row) for row in query(f"DELEGATE#{delegate_id}", prefix))


def save_page(
    key: Key, link_version: int, page: str, sealed: bytes, at: int, *, seen: Collection[int], if_unsent: bool
) -> Write:
    """Keep one page of a questionnaire, in place of what the sender has seen of it.

    Refused once the wave is closing, if the link was revoked, or if the page is stored as the sender has not seen it.

    at         when it was typed: a hidden moment of this page, see collect/encryption.py
    seen       hidden moments of the saves that the sender knows; 0 for a page that was not saved
    if_unsent  refuse what was typed before the answers were sent
    """
    saves = [at for at in seen if at]
    known = [missing(f"draft.{page}")] if 0 in seen else []
    known += [one_of(f"saved_at.{page}", saves)] if saves else []
    return _save_page(key, link_version, page, sealed, at, [either(*known)], if_unsent=if_unsent)


def merge_page(read: Invitation, page: str, sealed: bytes, at: int, *, if_unsent: bool) -> Write:
    """Keep one page that was merged into the invitation that was read. Refused if anything was saved since.

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


def send(invitation: Invitation, sent: Boxes) -> Write:
    """Make the draft that was read the answers that count."""
    return update(
        key_of(invitation),
        put={"state": InvitationState.ANSWERED, "sent": sent.draft, **fields(sent)},
        remove=["sent_at"],  # written by earlier versions
        when=[
            equals("state", invitation.state),
            equals("revision", invitation.revision),
            equals("link_version", invitation.link_version),
        ],
        refusal=InvitationChanged,
    )


def decline(invitation: Invitation, reason: str) -> Write:
    return update(
        key_of(invitation),
        put={"state": InvitationState.DECLINED, "reason": reason},
        when=[equals("state", InvitationState.INVITED), equals("link_version", invitation.link_version)],
        refusal=InvitationChanged,
    )


def change_reminders(invitation: Invitation, reminders: tuple[str, ...]) -> Write:
    """Other reminders for someone who has not answered; refused if their reminders changed since they were read."""
    as_read = [equals("state", InvitationState.INVITED), equals("reminders", invitation.reminders)]
    return update(key_of(invitation), put={"reminders": reminders}, when=as_read, refusal=InvitationChanged)


def revoke(invitation: Invitation) -> Write:
    """The link opens nothing any more, and what was saved is gone; revoking again changes nothing."""
    changes = {**NOTHING_SAVED, "state": InvitationState.REVOKED}
    return update(key_of(invitation), put=changes, remove=SENT_FIELDS, refusal=InvitationMissing)


def move(before: Invitation, after: Invitation) -> list[Write]:
    """Another address, and so another link and inbox; refused if the rater has done anything since it was read.

    What was saved is dropped. Answers that were sent stay and count, and the new link does not open them.
    """
    return [_change_link(before, after, remove=()), delete(_entry_key(before))]


def void(before: Invitation, after: Invitation) -> Write:
    """Destroy what was saved and sent, and ask again through another link. Refused as `move` is."""
    return _change_link(before, after, remove=SENT_FIELDS)


def _change_link(before: Invitation, after: Invitation, remove: Iterable[str]) -> Write:
    row = fields(after)
    changed = ("rater", "link_version", "state", "reason", "reminders", "sealed")
    as_read = [
        equals("state", before.state),
        equals("link_version", before.link_version),
        equals("reminders", before.reminders),
    ]
    return update(
        key_of(before),
        put={name: row[name] for name in changed} | NOTHING_SAVED,
        remove=remove,
        when=as_read,
        refusal=InvitationChanged,
    )


def remind_also(invitation: Invitation, mail_id: str) -> Write:
    """One more mail that an answer cancels; refused once the rater has answered, or if the reminders changed."""
    return update(
        key_of(invitation),
        put={"reminders": (*invitation.reminders, mail_id)},
        when=[equals("state", InvitationState.INVITED), equals("reminders", invitation.reminders)],
        refusal=InvitationChanged,
    )


def erase(before: Invitation, redacted: Row) -> Write:
    """Keep a row without the person, and without what they did: `redacted` is the row as it was read, without names.

    Refused if the rater has done anything since it was read.
    """
    emptied = {name: value for name, value in redacted.items() if name not in SENT_FIELDS}
    as_read = [equals("state", before.state), equals("link_version", before.link_version), *_revision_of(redacted)]
    changes = NOTHING_SAVED | {"state": InvitationState.REVOKED, "reason": "", "sealed": False, "frozen": True}
    return put_if(emptied | changes, as_read, InvitationChanged)


def _revision_of(row: Row) -> list[Condition]:
    return [equals("revision", row["revision"]) if "revision" in row else missing("revision")]


def empty(invitation: Invitation) -> Write:
    """Remove the sealed answers and whatever counts, dates or measures them; nothing can be saved any more."""
    changes = {**NOTHING_SAVED, "frozen": True, "reminders": ()}
    return update(key_of(invitation), put=changes, remove=SENT_FIELDS, refusal=InvitationMissing)


def key_of(invitation: Invitation) -> Key:
    return key(invitation.delegate_id, invitation.wave, invitation.id)
