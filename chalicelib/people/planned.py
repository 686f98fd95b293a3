"""An act on people that was checked and is not done yet: what it does, in words, and the writes that do it.

The console and the command line show the same plan, and do it with the same function.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from chalicelib.admin.notify_former import knows_part
from chalicelib.core.errors import FieldError, FormInvalid
from chalicelib.core.model import Person
from chalicelib.core.reasons import NO_REASON, fault_of, one_line
from chalicelib.jobs.commit import commit
from chalicelib.store.table import AlreadyExists, Changed, Missing, Write

CHANGED_MEANWHILE = "Something else changed just now. Look at the person again, then repeat the change."


class ActRefused(FormInvalid):
    """The act does not fit this person now, or something typed cannot be used."""

    title = "Nothing was changed"


class Recipient(Struct, frozen=True):
    """A person who is emailed because of the act, and what the email says."""

    role: str
    name: str
    email: str
    what: str


class Planned(Struct, frozen=True):
    """One act.

    title      what is done, and about which person: "Pause Dana Delegate"
    effects    sentences
    emails     who is emailed; calendar entries come with them or on the next working morning
    questions  what may be a slip: the administrator is asked, and may go on
    emailed    who is emailed in words, if they are too many to list
    """

    title: str
    effects: tuple[str, ...]
    emails: tuple[Recipient, ...]
    writes: tuple[Write, ...]
    questions: tuple[str, ...] = ()
    emailed: str = ""

    @property
    def changes_nothing(self) -> bool:
        return not self.writes

    @property
    def lines(self) -> list[str]:
        """Return the plan for a terminal."""
        people = [
            f"{recipient.name} <{recipient.email}>, {recipient.role}: {recipient.what}" for recipient in self.emails
        ]
        emailed = [self.emailed] if self.emailed else people
        return [f"{self.title}.", *self.effects, *emailed, *(f"Please check: {text}" for text in self.questions)]


class Asking(Struct, frozen=True):
    """Who asks for an act, when and why."""

    by: str
    now: datetime
    why: str = ""

    @property
    def reason(self) -> str:
        return one_line(self.why) or NO_REASON


def check_why(why: str) -> None:
    """Check the length of a reason. Raises ActRefused."""
    if fault := fault_of(why):
        raise ActRefused(FieldError("why", fault))


def perform(planned: Planned, now: datetime) -> None:
    """Do what was planned, in one transaction. Raises ActRefused if something changed since it was planned."""
    if planned.changes_nothing:
        return
    if len({write.key for write in planned.writes}) < len(planned.writes):
        raise ActRefused(FieldError("", CHANGED_MEANWHILE))  # a row was read once before someone changed it, once after
    try:
        commit(planned.writes, now)
    except (Changed, AlreadyExists, Missing):
        raise ActRefused(FieldError("", CHANGED_MEANWHILE)) from None


def recipients(*people: tuple[str, Person, str]) -> tuple[Recipient, ...]:
    """Return recipients from role, person and what they are sent; no one who was erased."""
    return tuple(
        Recipient(role, person.name, person.email, what) for role, person, what in people if not person.is_erased
    )


def list_former(
    part: str, people: Iterable[Person], cohort_id: str, delegate_id: str = ""
) -> list[tuple[str, Person, str]]:
    """Return as recipients those who gave up a part and were ever emailed that they have it."""
    known = (person for person in people if knows_part(part, person.email, cohort_id, delegate_id))
    return [(f"former {part}", person, "that another person takes their place") for person in known]


def plan(
    title: str,
    effects: Iterable[str],
    emails: Sequence[Recipient],
    writes: Iterable[Write],
    questions: Iterable[str] = (),
) -> Planned:
    return Planned(title, tuple(filter(None, effects)), tuple(emails), tuple(writes), tuple(questions))
