"""Find or erase one person's data. An operator's command: it reads every row.

Answers without identity cannot be found again, by us or by anyone. A report that contains them is never made again
without them, because the difference would reveal them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from chalicelib.admin.coach_rows import written_about, written_by
from chalicelib.core.errors import Refusal
from chalicelib.core.ids import rater_key, unkeyed_rater_key
from chalicelib.core.model import (
    ERASED_ADDRESS,
    ERASED_NAME,
    SELF_GROUP,
    Delegate,
    DelegateWave,
    Invitation,
    InvitationState,
    Wave,
    WaveState,
)
from chalicelib.store import audit_events, cohorts, delegates, invitations
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.expressions import equals
from chalicelib.store.marshal import Row, read
from chalicelib.store.table import Changed, Key, Write, delete, get, query, scan, transact, update

MAX_TRIES = 5  # a rater may save or send between our read and our write
BY = "command line"


class PersonUnknown(Refusal):
    """No row names this address."""

    status = 404
    title = "Nothing is stored"

    def __init__(self, email: str) -> None:
        super().__init__(f"No row of this deployment names {email}.")


class RowChanged(Changed):
    """Another act has changed what an erasure was about to change."""


def erase(email: str, now: datetime) -> int:
    """Remove the person from every row; return how many rows changed. A repeat finishes an interrupted run.

    Their invitations look alike afterwards, even if they had answered; encrypted answers are destroyed. Raises
    PersonUnknown, or EraseRefused for a delegate who has not left or who has a report, and while a questionnaire of
    theirs is being closed.
    """
    wanted = email.strip().lower()
    found, written = list(rows_naming(wanted)), list(written_by(wanted))
    if not found and not written:
        raise PersonUnknown(email)
    own = [row for row in found if _is_delegate(row, wanted)]
    erased = frozenset(_left(row, email) for row in own)
    written += written_about(erased)
    for row in found:
        if row not in own:
            _change(row, lambda row: _erasing(row, wanted))
    for row in _calling_by_name(erased):
        _change(row, lambda row: [delete(_key(row))] if _goes(row) else _replace(row, _without_name(row)))
    for row in written:
        transact([delete(_key(row))])
    for row in own:  # last: a repeat finds everything else by it
        _change(row, lambda row: _replace(row, _without(row, wanted)))
    cohorts = {row["cohort_id"] for row in found if "cohort_id" in row}
    for cohort_id in sorted(cohorts):
        transact([audit_events.add(cohort_id, AuditEvent.ERASED, BY, cohort_id, now)])
    return len(found) + len(written)


def _change(found: Row, writes: Callable[[Row], Sequence[Write]]) -> None:
    """Change one row as it is now: another act may have changed it since it was found."""
    for left in reversed(range(MAX_TRIES)):
        row = get(_key(found))
        if row is None:
            return
        try:
            if changes := writes(row):
                transact(changes)
            break
        except Changed:
            if not left:
                raise


def _key(row: Row) -> Key:
    return Key(row["pk"], row["sk"])


def _erasing(row: Row, email: str) -> list[Write]:
    if _goes(row):
        return [delete(_key(row))]
    if row["sk"].startswith("INVITATION#") and row["rater"]["email"] == email:
        return _end_invitation(row, email)
    return _replace(row, _without(row, email))


def _replace(row: Row, without: Row) -> list[Write]:
    """Change the fields that name the person and no other: acts that come in between are not undone.

    Raises RowChanged if another act has changed one of these fields, or the state that the change was made for.
    """
    changed = {name: value for name, value in without.items() if name not in row or row[name] != value}
    gone = [name for name in row if name not in without]
    if not changed and not gone:
        return []
    seen = [name for name in row if name in changed or name in gone or name == "state"]
    unchanged = [equals(name, row[name]) for name in seen]
    return [update(_key(row), put=changed, remove=gone, when=unchanged, refusal=RowChanged)]


def _end_invitation(row: Row, email: str) -> list[Write]:
    """Revoke every erased invitation, also of a rater whose answers were counted: no list or email may differ.

    Before the close the answers are destroyed, so they no longer count. As after a void, no count or decision shows
    whether there were any.
    """
    before = read(Invitation, row)
    delegate, wave = delegates.find_with_wave(before.delegate_id, before.wave)
    if wave.state is WaveState.CLOSING:
        raise EraseRefused(
            f"A questionnaire that {email} was asked for is being closed at this moment. "
            "Run the command again in a few minutes. If it still fails, look under “Problems” in the console."
        )
    is_counted = wave.wave is not Wave.PULSE and before.group != SELF_GROUP
    takes_answers = wave.state in (WaveState.OPEN, WaveState.HELD)
    return [
        invitations.erase(before, _redacted(row, email)),
        *(_uncount(delegate, wave, before) if is_counted and takes_answers else ()),
    ]


def _uncount(delegate: Delegate, wave: DelegateWave, before: Invitation) -> list[Write]:
    fewer = cohorts.fewer_answered(before.group) if before.state is InvitationState.ANSWERED else {}
    return [
        delegates.hide_counts(wave, [before.group]),
        cohorts.change_line(delegate, put=cohorts.hidden(before.group), add=fewer, wave=wave.wave),
    ]


class EraseRefused(Refusal):
    """A delegate takes part or has a report, or a questionnaire is being closed.

    The cohort's figures were computed with that report. Without it the next summary would differ by this one person and
    reveal them; and the answers in it belong to no one who can be found.
    """

    title = "Nothing was erased"


def rows_naming(email: str) -> Iterator[Row]:
    """Find rows that contain the address, and the rater's inbox, which has only its hash."""
    wanted = email.strip().lower()
    inboxes = inboxes_of(wanted)
    return (row for row in scan() if row["pk"] in inboxes or is_naming(row, wanted))


def inboxes_of(email: str) -> frozenset[str]:
    return frozenset(f"RATER#{key(email)}" for key in (rater_key, unkeyed_rater_key))


def is_naming(value: Any, email: str) -> bool:
    if isinstance(value, Mapping):
        return email in value or any(is_naming(inner, email) for inner in value.values())
    if isinstance(value, (list, tuple)):
        return any(is_naming(inner, email) for inner in value)
    return isinstance(value, str) and value == email


def _is_delegate(row: Row, email: str) -> bool:
    is_person = row["pk"].startswith("DELEGATE#") and row["sk"] == "META"
    return bool(is_person and row["person"]["email"] == email.strip().lower())


def _left(row: Row, email: str) -> str:
    """Return the delegate's id.

    Raises EraseRefused unless they were withdrawn before anything about them was published.
    """
    who = f"{email} is a delegate of cohort {row['cohort_id']}"
    if not row.get("withdrawn"):
        raise EraseRefused(f"{who}. Withdraw the delegate first, on their page in the console, and erase after that.")
    if any(other["sk"].startswith(("RESPONSE#", "REPORT#")) for other in query(row["pk"])):
        raise EraseRefused(
            f"{who}, and left after their questionnaire had closed. The report is theirs, and figures of the cohort "
            "were computed with it: without it the next ones would differ by this one person. It cannot be erased."
        )
    return str(row["id"])


def _calling_by_name(delegates: frozenset[str]) -> Iterator[Row]:
    """Find raters' rows and emails about these delegates: they contain the name and not the address."""
    for row in scan() if delegates else ():
        about = row["about"].get("delegate") if row["sk"] == "MAIL" else row.get("delegate_id")
        if about in delegates and (row["sk"] == "MAIL" or row["pk"].startswith("RATER#")):
            yield row


def _without_name(row: Row) -> Row:
    """Return whether an email is about the delegate."""
    name = row["words"].get("delegate", ERASED_NAME)
    words = {word: text.replace(name, ERASED_NAME) for word, text in row["words"].items()}
    return {**row, "words": words}


def _goes(row: Row) -> bool:
    return str(row["sk"]).startswith("BOUNCE#") or str(row["pk"]).startswith("RATER#")


def _without(row: Row, email: str) -> Row:
    redacted: Row = _redacted(row, email.strip().lower())
    if row["sk"] == "MAIL":
        redacted["words"] = {**redacted["words"], "name": ERASED_NAME}
        if row["state"] == "queued":
            redacted["cancelled"] = True
            redacted.pop("due_shard", None)
            redacted.pop("suppressed", None)
    return redacted


def _redacted(value: Any, email: str) -> Any:
    if isinstance(value, Mapping):
        inner = {_redacted(name, email): _redacted(found, email) for name, found in value.items()}
        return {**inner, "name": ERASED_NAME} if value.get("email") == email and "name" in value else inner
    if isinstance(value, (list, tuple)):
        return [_redacted(found, email) for found in value]
    return ERASED_ADDRESS if value == email else value
