"""Whoever approves a delegate's list looks at it, and says yes or what to change. Nobody is mailed before the yes."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from chalicelib.core.ids import approver_ids
from chalicelib.jobs.commit import commit
from chalicelib.links import kinds
from chalicelib.links.signing import LinkRevoked
from chalicelib.nominate import emails
from chalicelib.nominate.rater_list import ChoosingClosed, ListRefused, RaterList, load
from chalicelib.nominate.submit_list import cancelled, invite_all
from chalicelib.store import delegates
from chalicelib.store import emails as mails
from chalicelib.store.delegates import Approval, NominationChanged, WaveChanged
from chalicelib.store.table import Write

MAX_REMARK_CHARS = 1000  # characters
APPROVE, CHANGE = "approve", "change"
TAKEN_BACK = "{delegate} took the list back while you were looking at it. You get a mail when it comes again."


def open_request(token: str, now: datetime) -> RaterList:
    """One call. Raises LinkUnknown, LinkRevoked, or NobodyApproves."""
    link = kinds.APPROVE.open(token)
    delegate_id, approver_id, version = link.parts
    choice = load(link.token, delegate_id, version, now)
    if approver_id not in approver_ids(delegate_id, emails.approver(choice).email):
        raise LinkRevoked
    return choice


def record_decision(choice: RaterList, decision: str, remark: str, now: datetime) -> None:
    """Deciding the same once more is success. Raises ListRefused with what to do, or ChoosingClosed."""
    remark = remark.replace("\r\n", "\n").strip()
    if not choice.is_open:
        raise ChoosingClosed
    if decision not in (APPROVE, CHANGE):
        raise ListRefused("Please choose one of the two.", "decision")
    if decision == CHANGE and not remark:
        raise ListRefused("Please say what you would change.", "remark")
    if len(remark) > MAX_REMARK_CHARS:
        raise ListRefused(f"Please shorten this to {MAX_REMARK_CHARS} characters; it has {len(remark)}.", "remark")
    _settle(choice, decision, _approved(choice, now) if decision == APPROVE else _sent_back(choice, remark, now), now)


def _approved(choice: RaterList, now: datetime) -> list[Write]:
    return [*invite_all(choice, now), *cancelled(choice), mails.add(emails.approved(choice, now))]


def _sent_back(choice: RaterList, remark: str, now: datetime) -> list[Write]:
    before = choice.nomination
    changed = replace(
        before, revision=before.revision + 1, approval=Approval.CHANGE_WANTED, remark=remark, reminders=()
    )
    told = emails.change_wanted(choice, remark, now)
    return [delegates.save_nomination(changed, before.revision), *cancelled(choice), mails.add(told)]


def _settle(choice: RaterList, decision: str, writes: list[Write], now: datetime) -> None:
    """Raises ListRefused unless the list lies with the approver, or was decided just so before."""
    if choice.is_asked:
        try:
            commit(writes, now)
        except (NominationChanged, WaveChanged):
            choice = open_request(choice.token, now)
        else:
            return
    settled = not choice.unsent if decision == APPROVE else choice.nomination.approval is Approval.CHANGE_WANTED
    if not settled:
        raise ListRefused(TAKEN_BACK.format(delegate=choice.delegate.person.name))
