"""A delegate's list of raters: add, remove, and send when it is right. Nobody is mailed before the sending."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib import waves
from chalicelib.errors import Refusal
from chalicelib.jobs.commit import commit
from chalicelib.model import Delegate, DelegateWave, Person, Programme, RaterEntry, Wave, WaveState
from chalicelib.nominate.forecast import GroupForecast, forecast
from chalicelib.programme.cells import clean_address, clean_text, fault_of_address, fault_of_text
from chalicelib.store import delegates, programmes
from chalicelib.store.delegates import Nomination
from chalicelib.store.marshal import read
from chalicelib.store.table import ConditionFailed, get_many, transact
from chalicelib.web import links
from chalicelib.web.links import LinkRevoked, LinkUnknown

WAVE = Wave.BASELINE


class ListRefused(Refusal):
    """A change to the list that cannot be; `field` of the form it is about."""

    title = "Your list was not changed"

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Choice:
    """Everything the nomination page shows."""

    token: str
    delegate: Delegate
    wave: DelegateWave
    programme: Programme
    nomination: Nomination

    @property
    def groups(self) -> tuple[GroupForecast, ...]:
        return forecast(self.programme, self.nomination.raters)

    @property
    def unsent(self) -> tuple[RaterEntry, ...]:
        return self.nomination.raters[self.nomination.sent_raters :]

    @property
    def is_open(self) -> bool:
        return self.wave.state in (WaveState.PLANNED, WaveState.OPEN)

    def in_group(self, group_id: str) -> list[tuple[RaterEntry, bool]]:
        """Raters of a group, and whether each has been sent."""
        sent = self.nomination.sent_raters
        raters = enumerate(self.nomination.raters)
        return [(rater, place < sent) for place, rater in raters if rater.group == group_id]


def open_choice(token: str) -> Choice:
    """One call. Raises LinkUnknown or LinkRevoked."""
    delegate_id, version = links.read("nominate", token, 2)
    keys = (
        delegates.key(delegate_id),
        delegates.wave_key(delegate_id, WAVE),
        delegates.nomination_key(delegate_id, WAVE),
    )
    rows = get_many(keys)
    if len(rows) < len(keys):
        raise LinkUnknown
    delegate = read(Delegate, rows[keys[0]])
    if str(delegate.link_version) != version:
        raise LinkRevoked
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    return Choice(token, delegate, read(DelegateWave, rows[keys[1]]), programme, read(Nomination, rows[keys[2]]))


def add_rater(choice: Choice, group_id: str, name: str, email: str) -> None:
    """Raises ListRefused with what to do."""
    rater = _checked(choice, group_id, clean_text(name), clean_address(email))
    _save(choice, (*choice.nomination.raters, rater))


def remove_rater(choice: Choice, email: str) -> None:
    """Raises ListRefused for somebody who has been invited already."""
    if all(rater.person.email != email for rater in choice.unsent):
        raise ListRefused("This person is not on the list any more, or has been invited already.")
    _save(choice, tuple(rater for rater in choice.nomination.raters if rater.person.email != email))


def send(choice: Choice, now: datetime, *, fewer: bool) -> None:
    """Have everybody on the list invited. Sending a list that was sent is success.

    fewer  the delegate says that some groups have fewer people than asked for
    """
    if not choice.is_open:
        raise ListRefused("The time for choosing raters is over.")
    if not choice.unsent:
        return
    short = [f"{line.group.title}: {line.missing} more" for line in choice.groups if line.missing]
    if short and not fewer:
        raise ListRefused(f"Please add people ({'; '.join(short)}), or tick that you have no more.", "fewer")
    nomination = choice.nomination
    changed = replace(nomination, sent_raters=len(nomination.raters), revision=nomination.revision + 1)
    writes = waves.send_nomination(choice.programme, choice.delegate, choice.wave, nomination, changed, now)
    try:
        commit(writes, now)
    except ConditionFailed:
        if open_choice(choice.token).unsent:
            raise ListRefused("The list changed in another window. Please check it and send again.") from None


def _checked(choice: Choice, group_id: str, name: str, email: str) -> RaterEntry:
    if not choice.is_open:
        raise ListRefused("The time for choosing raters is over.")
    groups = {group.id: group for group in choice.programme.rater_groups}
    if group_id not in groups:
        raise ListRefused("Please choose how you work together.", "group")
    if fault := fault_of_text(name):
        raise ListRefused(f"Name: {fault}", "name")
    if fault := fault_of_address(email):
        raise ListRefused(f"Email: {fault}", "email")
    if email == choice.delegate.person.email:
        raise ListRefused("This is your own address. Your own questionnaire has a link of its own.", "email")
    if any(rater.person.email == email for rater in choice.nomination.raters):
        raise ListRefused(f"{email} is on your list already.", "email")
    counts = Counter(rater.group for rater in choice.nomination.raters)
    if counts[group_id] >= groups[group_id].max:
        raise ListRefused(f"{groups[group_id].title}: at most {groups[group_id].max}.", "group")
    return RaterEntry(group_id, Person(name, email))


def _save(choice: Choice, raters: tuple[RaterEntry, ...]) -> None:
    changed = replace(choice.nomination, raters=raters, revision=choice.nomination.revision + 1)
    try:
        transact([delegates.save_nomination(changed, choice.nomination.revision)])
    except ConditionFailed:
        if open_choice(choice.token).nomination.raters != raters:
            raise ListRefused("The list changed in another window. Please look at it and try again.") from None
