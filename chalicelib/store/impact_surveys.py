"""The six-month impact survey: one row for the delegate, one for the line manager, one for the raters' view."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct, field

from chalicelib.core.clock import moment
from chalicelib.core.impact_background import EDITION as EDITION
from chalicelib.core.impact_background import FIRST_EDITION, Background
from chalicelib.core.model import PulseArea
from chalicelib.store.expressions import above, equals
from chalicelib.store.marshal import Row, fields, read
from chalicelib.store.table import (
    AlreadyExists,
    Changed,
    Key,
    Missing,
    Write,
    batched,
    check,
    get_many,
    put_once,
    query,
    update,
)
from chalicelib.store.unreadable import read_all


class SurveyExists(AlreadyExists):
    """The delegate's impact survey was opened already."""


class SurveyChanged(Changed):
    """The survey was saved, sent or closed, or has another link, since it was read."""


class SurveyMissing(Missing):
    """The delegate has no such survey."""


class PulseExists(AlreadyExists):
    """The raters' view is published already."""


class Role(StrEnum):
    """Roles that answer an impact survey."""

    DELEGATE = "delegate"
    MANAGER = "manager"


class SurveyState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class ImpactSurvey(Struct, frozen=True):
    """One person's impact survey. Answers are kept as the form's fields; they count once `sent` is set.

    What was sent stays in `answers` until a change of it is complete and valid; until then the change is a draft.
    """

    delegate_id: str
    role: Role
    state: SurveyState
    opened_at: datetime
    closes_at: datetime  # the first moment at which no answer is accepted
    areas: tuple[PulseArea, ...]  # the development areas it asks about, as they were when it opened
    link_version: int = 1
    answers: Mapping[str, str] = field(default_factory=dict)
    sent: bool = False
    draft: Mapping[str, str] | None = None  # a change to sent answers that is not valid yet; None if there is none
    unread: Mapping[str, str] = field(default_factory=dict)  # what was typed into fields and cannot be parsed
    revision: int = 0
    sealed: bool = False  # sent through an earlier link: this link can neither open nor change the answers
    edition: int = FIRST_EDITION  # of the form and of what it says about its readers; rows of before have none
    background: Background = Background()
    extensions: int = 0  # how often more time was given

    @property
    def is_open(self) -> bool:
        return self.state is SurveyState.OPEN


class PulseFigure(Struct, frozen=True):
    """Raters' mean change in one development area, or in all of them together, published.

    Where only a word may be shown, `display` is the word, `change` is empty and `n` is 0.
    """

    area: str  # an area's id, or forms.pulse.AREAS
    cell: str  # a cell's id or "all_others"
    n: int
    change: str  # exact, a fraction such as "-4/3"; in scale points from -3 to +3
    display: str


class PulseResult(Struct, frozen=True):
    delegate_id: str
    areas: tuple[PulseArea, ...]
    figures: tuple[PulseFigure, ...]
    too_few: bool  # no group of raters was large enough: no anonymous figure is shown


def key(delegate_id: str, role: Role) -> Key:
    return Key(f"DELEGATE#{delegate_id}", f"IMPACT#{role.value}")


def pulse_key(delegate_id: str) -> Key:
    return Key(f"DELEGATE#{delegate_id}", "IMPACT#pulse")


def add(new: ImpactSurvey) -> Write:
    return put_once({**key(new.delegate_id, new.role)._asdict(), **fields(new)}, SurveyExists)


def add_pulse(result: PulseResult) -> Write:
    return put_once({**pulse_key(result.delegate_id)._asdict(), **fields(result)}, PulseExists)


def revoke_link(before: ImpactSurvey) -> Write:
    """Make another link to the same answers. Refused if the link changed since the survey was read."""
    return update(
        key(before.delegate_id, before.role),
        put={"link_version": before.link_version + 1},
        when=[equals("link_version", before.link_version)],
        refusal=SurveyChanged,
    )


def save(survey: ImpactSurvey, now: datetime) -> Write:
    """Replace the answers that were read.

    Refused if they changed since, once the survey is closed, or if the link was revoked.
    """
    kept = {"answers": survey.answers, "sent": survey.sent, "draft": survey.draft, "unread": survey.unread}
    return update(
        key(survey.delegate_id, survey.role),
        put={**kept, "revision": survey.revision + 1},
        when=[
            equals("state", SurveyState.OPEN),
            above("closes_at", now),
            equals("link_version", survey.link_version),
            equals("revision", survey.revision),
        ],
        refusal=SurveyChanged,
    )


def move(survey: ImpactSurvey) -> Write:
    """Replace the link. Refused if that was done, or the survey sent, since it was read.

    Saved answers are dropped. Sent answers stay and count, and the new link does not open them.
    """
    sent: dict[str, Any] = {"sealed": True} if survey.sent else {"answers": {}}
    return update(
        key(survey.delegate_id, survey.role),
        put={**sent, "draft": None, "unread": {}},
        add={"link_version": 1, "revision": 1},
        when=[equals("link_version", survey.link_version), equals("sent", survey.sent)],
        refusal=SurveyChanged,
    )


def close(delegate_id: str, role: Role) -> Write:
    """Close a survey: no more answers are accepted. Closing again changes nothing."""
    return update(key(delegate_id, role), put={"state": SurveyState.CLOSED}, refusal=SurveyMissing)


def reopen(survey: ImpactSurvey, closes_at: datetime) -> Write:
    """Reopen a survey. Refused if it is open or was changed since it was read.

    Sent answers of an earlier link cannot be opened and corrected, so the person with the new link starts again.
    """
    is_fresh = {"answers": {}, "sent": False, "sealed": False} if survey.sealed else {}
    return update(
        key(survey.delegate_id, survey.role),
        put={"state": SurveyState.OPEN, "closes_at": closes_at, **is_fresh},
        when=[equals("state", SurveyState.CLOSED), equals("revision", survey.revision)],
        refusal=SurveyChanged,
    )


def extend(survey: ImpactSurvey, closes_at: datetime) -> Write:
    """Accept answers for longer. Refused if the survey was sent, closed or extended since it was read."""
    return update(
        key(survey.delegate_id, survey.role),
        put={"closes_at": closes_at, "extensions": survey.extensions + 1},
        when=[
            equals("state", SurveyState.OPEN),
            equals("closes_at", survey.closes_at),
            equals("sent", survey.sent),
        ],
        refusal=SurveyChanged,
    )


def still_asks(survey: ImpactSurvey) -> Write:
    """Refuse a transaction if the survey was sent or closed since it was read, or has another link."""
    when = [
        equals("state", SurveyState.OPEN),
        equals("sent", False),
        equals("link_version", survey.link_version),
    ]
    return check(key(survey.delegate_id, survey.role), when, SurveyChanged)


def of_delegate(delegate_id: str) -> list[Row]:
    """Return the rows of the impact survey among those of a delegate's partition."""
    return list(query(f"DELEGATE#{delegate_id}", "IMPACT#"))


def of_delegates(delegate_ids: Iterable[str]) -> dict[str, list[ImpactSurvey]]:
    """Read surveys by delegate, without those that cannot be read. A call for each hundred surveys."""
    keys = [key(delegate_id, role) for delegate_id in delegate_ids for role in Role]
    rows = [row for batch in batched(keys) for row in get_many(batch).values()]
    surveys: dict[str, list[ImpactSurvey]] = {}
    for survey in read_all(ImpactSurvey, rows):
        surveys.setdefault(survey.delegate_id, []).append(survey)
    return surveys


def surveys_from(rows: Iterable[Row], roles: Iterable[Role] = Role) -> tuple[ImpactSurvey, ...]:
    """Find the surveys of these roles among the rows of a delegate's partition."""
    names = {f"IMPACT#{role.value}" for role in roles}
    return tuple(read(ImpactSurvey, row) for row in rows if row["sk"] in names)


def closing_times(rows: Iterable[Row]) -> list[datetime]:
    """Return when the surveys close, also of one whose answers cannot be read."""
    names = {f"IMPACT#{role.value}" for role in Role}
    return [moment(row["closes_at"]) for row in rows if row["sk"] in names]


def pulse_from(rows: Iterable[Row]) -> PulseResult | None:
    return next((read(PulseResult, row) for row in rows if row["sk"] == "IMPACT#pulse"), None)
