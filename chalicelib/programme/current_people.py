"""List who is in a cohort now, in the terms of the files, for a preview to compare with."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from chalicelib.core.model import Delegate, DelegateEntry, RaterEntry, Wave
from chalicelib.programme.enrolled import id_among
from chalicelib.store import cohorts, delegates
from chalicelib.store.cohorts import FeedbackState, LastLoad

WAVE = Wave.BASELINE
TAKES_RATERS = (FeedbackState.PLANNED, FeedbackState.COLLECTING)


class Roster(Struct, frozen=True):
    """The people by the delegate's address.

    Raters are those that the delegate has sent. No administrator, and no preview, is shown raters who are only chosen.
    """

    delegates: Mapping[str, DelegateEntry]
    raters: Mapping[str, tuple[RaterEntry, ...]]
    closed: tuple[str, ...] = ()  # delegates whose questionnaire has closed

    @property
    def entries(self) -> tuple[DelegateEntry, ...]:
        return tuple(self.delegates.values())


def roster(last: LastLoad | None) -> Roster:
    """List everyone enrolled, and everyone about to be, just after a load."""
    if last is None:
        return Roster({}, {})
    lines = {line.delegate_id: line for line in cohorts.list_lines(last.cohort.id, WAVE)}
    by_id, lists = delegates.list_readable_with_nominations(list(lines), WAVE)
    sent = {chosen.delegate_id: chosen.raters[: chosen.sent_raters] for chosen in lists}
    enrolled = {delegate.person.email: _entry(delegate) for delegate in by_id.values() if not delegate.withdrawn}
    raters = {delegate.person.email: sent.get(delegate.id, ()) for delegate in by_id.values()}
    coming = cohorts.find_people(last.cohort.id, last.people)
    ids_by_address = {line.email: line.delegate_id for line in lines.values()}
    for entry in coming.delegates if coming else ():
        if id_among(last.cohort.id, entry.person.email, ids_by_address) not in by_id:
            enrolled[entry.person.email] = entry
            raters[entry.person.email] = coming.raters.get(entry.person.email, ()) if coming else ()
    closed = tuple(line.email for line in lines.values() if line.feedback not in TAKES_RATERS)
    return Roster(enrolled, raters, closed)


def _entry(delegate: Delegate) -> DelegateEntry:
    return DelegateEntry(delegate.person, delegate.job_title, delegate.service, delegate.manager, delegate.coach)
