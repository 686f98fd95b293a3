"""Record what the approver of a delegate's list decides. No one on the list is emailed before they approve it."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from chalicelib.core.addresses import link_fault
from chalicelib.core.ids import approver_ids
from chalicelib.core.model import Approver
from chalicelib.jobs.commit import commit
from chalicelib.links import kinds
from chalicelib.links.signing import LinkRevoked
from chalicelib.nominate import emails
from chalicelib.nominate.rater_list import (
    ApprovedInPlace,
    ChoosingClosed,
    ListRefused,
    ListTakenBack,
    RaterList,
    load,
    reader_of,
)
from chalicelib.nominate.seen_list import ListOutdated, refuse_unseen
from chalicelib.nominate.submit_list import cancelled, invite_all
from chalicelib.store import delegates
from chalicelib.store import emails as stored_emails
from chalicelib.store.delegates import Approval, NominationChanged, WaveChanged
from chalicelib.store.table import Write
from chalicelib.waves.suppression import list_suppressed
from chalicelib.web.holds import refuse_moved
from chalicelib.web.readers import Role

MAX_REMARK_CHARS = 1000  # characters
APPROVE, CHANGE = "approve", "change"
TAKEN_BACK = "{delegate} took the list back while you were looking at it. You get an email when it comes again."


def open_request(token: str, now: datetime) -> RaterList:
    """Open the list of raters to approve, in two calls.

    Raises LinkUnknown, LinkRevoked or NobodyApproves, and AddressHeld while a new address of the approver waits.
    """
    link = kinds.APPROVE.open(token)
    delegate_id, approver_id, version = link.parts
    choice = load(link.token, delegate_id, None, now)
    if version != str(choice.delegate.approver_version):
        raise LinkRevoked
    approver = emails.approver(choice)
    if approver_id not in approver_ids(delegate_id, approver.email):
        raise LinkRevoked
    refuse_moved(reader_of(choice, _role(choice), approver), now)
    return choice


def _role(choice: RaterList) -> Role:
    return Role.MANAGER if choice.programme.raters_approved_by is Approver.MANAGER else Role.COACH


def record_decision(choice: RaterList, decision: str, remark: str, seen: str, now: datetime) -> None:
    """Approve the list or ask for a change. Deciding the same again succeeds.

    seen    the list that the approver's page showed: see seen_list

    Raises ListRefused with what to do, ListOutdated for a list that they have not seen, or ChoosingClosed.
    """
    remark = remark.replace("\r\n", "\n").strip()
    if not choice.is_open:
        raise ChoosingClosed
    if choice.is_asked:
        refuse_unseen(choice, seen)
    _check_typed(decision, remark)
    if choice.is_asked:
        writes = _approved(choice, now) if decision == APPROVE else _sent_back(choice, remark, now)
        if _is_written(writes, now):
            return
        choice = open_request(choice.token, now)
    _refuse_unsettled(choice, decision)


def _check_typed(decision: str, remark: str) -> None:
    if decision not in (APPROVE, CHANGE):
        raise ListRefused("Please choose one of the two.", "decision")
    if decision == CHANGE and not remark:
        raise ListRefused("Please say what you would change.", "remark")
    if len(remark) > MAX_REMARK_CHARS:
        raise ListRefused(f"Please shorten this to {MAX_REMARK_CHARS} characters; it has {len(remark)}.", "remark")
    if fault := link_fault(remark):
        raise ListRefused(f"The text {fault}.", "remark")


def _approved(choice: RaterList, now: datetime) -> list[Write]:
    return [*invite_all(choice, now), *stored_emails.add(emails.approved(choice, now))]


def approve_in_place(choice: RaterList, now: datetime) -> list[Write]:
    """Return the writes with which an administrator approves a waiting list for its approver, who is notified."""
    notice = emails.approved_in_place(choice, now)
    stopped = notice.to.email in list_suppressed(choice.delegate.cohort_id)
    return [
        *invite_all(choice, now, in_place=True),
        *stored_emails.add(emails.approved(choice, now, in_place=True)),
        *stored_emails.add_all([notice], stopped=stopped),
    ]


def _sent_back(choice: RaterList, remark: str, now: datetime) -> list[Write]:
    before = choice.nomination
    changed = replace(before, revision=before.revision + 1, approval=Approval.CHANGE_WANTED, remark=remark)
    notice = emails.change_wanted(choice, remark, now)
    return [delegates.save_nomination(changed, before.revision), *cancelled(choice), *stored_emails.add(notice)]


def _is_written(writes: list[Write], now: datetime) -> bool:
    """Return False if the list or the wave changed since they were read."""
    try:
        commit(writes, now)
    except (NominationChanged, WaveChanged):
        return False
    return True


def _refuse_unsettled(choice: RaterList, decision: str) -> None:
    """Raise ListRefused unless the same was decided before."""
    if choice.is_asked:
        raise ListOutdated
    if choice.nomination.in_place and decision == CHANGE:
        raise ApprovedInPlace(f"The programme team has approved the list of {choice.delegate.person.name} meanwhile.")
    settled = not choice.unsent if decision == APPROVE else choice.nomination.approval is Approval.CHANGE_WANTED
    if not settled:
        raise ListTakenBack(TAKEN_BACK.format(delegate=choice.delegate.person.name))
