"""Send a finished list: to its raters, or first to its approver."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from chalicelib.emails.kinds import CancelledBy
from chalicelib.emails.waiting import cancel_by
from chalicelib.jobs.commit import commit
from chalicelib.nominate import emails
from chalicelib.nominate.rater_list import ChoosingClosed, ListRefused, RaterList, load
from chalicelib.nominate.seen_list import refuse_unseen
from chalicelib.store import delegates
from chalicelib.store import emails as stored_emails
from chalicelib.store.delegates import Approval, Nomination, NominationChanged, WaveChanged
from chalicelib.store.table import Write
from chalicelib.waves import lifecycle
from chalicelib.waves.suppression import list_suppressed

CHANGED = "The list changed in another window. Please check it and send again."


def submit_list(choice: RaterList, now: datetime, *, fewer: bool, seen: str) -> None:
    """Invite everyone on the list, or ask its approver. Sending again succeeds.

    fewer  the delegate says that some groups have fewer people than asked for
    seen   the list that the delegate's page showed: see seen_list

    Raises ListRefused with what to do, ListOutdated for a list that they have not seen, or ChoosingClosed.
    """
    if not choice.is_open:
        raise ChoosingClosed
    if _is_out(choice):
        return
    refuse_unseen(choice, seen)
    short = [f"{line.group.title}: {line.missing} more" for line in choice.groups if line.missing]
    if short and not fewer:
        raise ListRefused(f"Please add people ({'; '.join(short)}), or tick that you have no more.", "fewer")
    writes = _asking(choice, now) if choice.approver else invite_all(choice, now)
    if not _save_unless_changed(writes, now) and not _is_out(_again(choice)):
        raise ListRefused(CHANGED)


def withdraw_list(choice: RaterList, now: datetime) -> None:
    """Take the list back from its approver, to change it. Taking it back twice succeeds."""
    if not choice.is_asked:
        return
    changed = replace(_next(choice), approval=Approval.NOT_ASKED)
    writes = [delegates.save_nomination(changed, choice.nomination.revision), *cancelled(choice)]
    if not _save_unless_changed(writes, now) and _again(choice).is_asked:
        raise ListRefused(CHANGED)


def invite_all(choice: RaterList, now: datetime, *, in_place: bool = False) -> list[Write]:
    """Return the writes that invite everyone. in_place: an administrator approved them for the approver."""
    sent = len(choice.nomination.raters)
    changed = replace(_next(choice), sent_raters=sent, approval=Approval.NOT_ASKED, remark="", in_place=in_place)
    return lifecycle.send_nomination(choice.programme, choice.delegate, choice.wave, choice.nomination, changed, now)


def cancelled(choice: RaterList) -> list[Write]:
    """Cancel the approver's reminder."""
    return cancel_by(CancelledBy.DECISION, choice.delegate.id, choice.wave.wave.value)


def _asking(choice: RaterList, now: datetime) -> list[Write]:
    first, later = emails.ask(choice, now), emails.remind(choice, now)
    stopped = first.to.email in list_suppressed(choice.delegate.cohort_id)
    changed = replace(_next(choice), approval=Approval.ASKED, remark="")
    return [
        delegates.save_nomination(changed, choice.nomination.revision),
        delegates.still_in_state(choice.wave),
        *stored_emails.add_all([first, *later], stopped=stopped),
        *lifecycle.cancel_choose_reminder(choice.delegate, choice.wave, choice.nomination),
    ]


def _next(choice: RaterList) -> Nomination:
    return replace(choice.nomination, revision=choice.nomination.revision + 1)


def _is_out(choice: RaterList) -> bool:
    return not choice.unsent or choice.is_asked


def _again(choice: RaterList) -> RaterList:
    return load(choice.token, choice.delegate.id, str(choice.delegate.link_version), choice.now)


def _save_unless_changed(writes: list[Write], now: datetime) -> bool:
    """Save the list. Return False if the list or the wave changed since they were read."""
    try:
        commit(writes, now)
    except (NominationChanged, WaveChanged):
        return False
    return True
