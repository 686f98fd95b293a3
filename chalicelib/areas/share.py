"""Let a delegate choose which development areas their line manager sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from chalicelib.areas import states
from chalicelib.areas.emails import SHARED_AREAS, prompt_id, shared_email, shared_id
from chalicelib.areas.openings import MANAGER, AreasPage
from chalicelib.core.errors import Refusal
from chalicelib.core.ids import reader_key
from chalicelib.core.model import Delegate, Wave
from chalicelib.jobs.commit import commit
from chalicelib.store import areas, audit_events, delegates, emails, waiting_emails
from chalicelib.store.areas import Area, Sharing, SharingState
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.delegates import DelegateChanged
from chalicelib.store.emails import EmailExists
from chalicelib.store.table import Write
from chalicelib.store.withdrawals import What, outlive


class SharingRefused(Refusal):
    """The line manager changed since the page was read."""

    status = 409
    title = "Nothing was shared"

    def __init__(self) -> None:
        super().__init__("The programme team changed your line manager. Open the page again, and choose again.")


def field(area: Area) -> str:
    return f"share-{area.id}"


def list_shareable(opened: AreasPage) -> list[Area]:
    return [area for area in opened.areas if area.state in areas.SURVEYED]


def save_choice(opened: AreasPage, fields: Mapping[str, str], once: str, now: datetime) -> None:
    """Share what is ticked and withdraw what is not; email the manager if something new is shared.

    once   random, of the page: a second press sends nothing more

    Raises SharingRefused if the page named another manager.
    """
    who = reader_key(opened.delegate.manager.email)
    if fields.get("to") != who:
        raise SharingRefused
    wanted = {area.id: bool(fields.get(field(area))) for area in list_shareable(opened)}
    moves = [(area, act) for area in list_shareable(opened) if (act := _act(opened, area, wanted[area.id]))]
    if not moves:
        return
    shared = sum(act == states.SHARE for _, act in moves)
    writes = []
    for area, act in moves:
        sharing = Sharing(states.SHARING.move(opened.sharing(area), act, opened.by), who, now)
        writes.append(areas.share(opened.delegate.id, opened.wave, area.id, MANAGER, sharing))
    hidden = [area.id for area, act in moves if act == states.WITHDRAW]
    writes.append(_audit(opened.delegate, opened.wave, shared, hidden, now))
    if shared or not any(wanted.values()):
        writes += _without_notice(opened, once)
    _commit(opened, writes, once if shared else "", now)


def list_shared(delegate_id: str, wave: Wave, area_ids: Sequence[str], until: datetime) -> dict[str, Sharing]:
    """Return, by area, the sharings with a line manager that began before a moment."""
    rows = list(delegates.load_rows(delegate_id))
    sharings = {area_id: areas.find_sharing(rows, wave, area_id, MANAGER) for area_id in area_ids}
    return {
        name: sharing
        for name, sharing in sharings.items()
        if sharing and sharing.state is SharingState.SHARED and sharing.at < until
    }


def withdraw_again(delegate: Delegate, wave: Wave, shared: Mapping[str, Sharing], now: datetime) -> None:
    """Withdraw again after a table was restored to a time before the withdrawal."""
    hidden = [
        areas.share(delegate.id, wave, area_id, MANAGER, Sharing(SharingState.WITHDRAWN, before.who, now))
        for area_id, before in shared.items()
    ]
    commit([*hidden, _audit(delegate, wave, 0, [*shared], now, by="restore")], now)


def keep_to_oneself(opened: AreasPage, now: datetime) -> None:
    """Cancel the email that asks the delegate to share areas."""
    if writes := _without_reminder(opened):
        commit(writes, now)


def _act(opened: AreasPage, area: Area, wanted: bool) -> str:
    is_shared = opened.sharing(area) is SharingState.SHARED
    if wanted == is_shared:
        return ""
    return states.SHARE if wanted else states.WITHDRAW


def _commit(opened: AreasPage, writes: list[Write], once: str, now: datetime) -> None:
    delegate = replace(opened.delegate, manager_link=max(1, opened.delegate.manager_link))
    if once:
        writes += emails.add(shared_email(opened, delegate, once, now))
    try:
        commit([delegates.open_link_of_manager(delegate), *writes, *_without_reminder(opened)], now)
    except DelegateChanged:
        raise SharingRefused from None
    except EmailExists:
        return  # pressed twice


def _without_notice(opened: AreasPage, once: str) -> list[Write]:
    """Cancel the unsent email about sharing. Either a new email replaces it, or nothing is shared any more."""
    waiting = waiting_emails.list_waiting(opened.delegate.id)
    of_page = shared_id(opened.delegate, once)
    return [emails.cancel(email.id) for email in waiting if email.template == SHARED_AREAS.name and email.id != of_page]


def _without_reminder(opened: AreasPage) -> list[Write]:
    """Cancel the email that asks the delegate to share areas; reports of earlier versions have none."""
    waiting = prompt_id(opened.delegate, opened.wave.value)
    return [emails.cancel(waiting)] if emails.find(waiting) else []


def _audit(
    delegate: Delegate, wave: Wave, shared: int, withdrawn: Sequence[str], now: datetime, by: str = "delegate"
) -> Write:
    event = audit_events.add(
        delegate.cohort_id,
        AuditEvent.SHARED_AREAS,
        by,
        delegate.id,
        now,
        shared=str(shared),
        withdrawn=str(len(withdrawn)),
    )
    if not withdrawn:
        return event
    about = {"wave": wave.value, "areas": ",".join(withdrawn)}
    return outlive(event, What.SHARING, now, cohort=delegate.cohort_id, delegate=delegate.id, **about)
