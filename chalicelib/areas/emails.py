"""Emails about development areas after the release. None names an area or a figure."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.core.formatting import local_date, plural
from chalicelib.core.model import Cohort, Delegate, Programme
from chalicelib.core.working_days import working_days
from chalicelib.emails.common_words import common_words
from chalicelib.emails.create import create_email
from chalicelib.emails.kinds import OnNewAddress, To, declare_email
from chalicelib.links.kinds import COACH, HUB, SHARED, name_links
from chalicelib.store.areas import Area
from chalicelib.store.emails import Email

if TYPE_CHECKING:
    from chalicelib.areas.openings import AreasPage

PROMPT_AFTER_DAYS = 5  # working days after the release

ASKED = declare_email(
    "areas/asked",
    "Delegate asks to close a development area",
    to=To.COACH,
    words="name delegate",
    links=[COACH],
    together="{n} people ask to close a development area",
    names_several=True,
)
DONE = declare_email(
    "areas/done",
    "Development area done",
    to=To.COACH,
    words="name delegate",
    links=[COACH],
    together="{n} people have finished a development area",
    names_several=True,
)
ANSWERED = declare_email(
    "areas/answered",
    "Coach answers about a development area",
    to=To.DELEGATE,
    words="name coach",
    links=[HUB],
    in_digest=True,
)
OF_A_REQUEST = (ASKED, ANSWERED)  # outdated by the next act on the same area
SHARED_AREAS = declare_email(
    "areas/shared",
    "Development areas shared with the line manager",
    to=To.MANAGER,
    words="name delegate",
    links=[SHARED],
    together="What {delegate} and {others} will work on, and how to help",
    on_new_address=OnNewAddress.REPLACE,  # another address sees nothing until the delegate shares again
)
HELP = declare_email(
    "areas/help",
    "Line manager offers help with development areas",
    to=To.DELEGATE,
    words="name manager",
    links=[HUB],
    sample={"manager": "Mara Ellis"},
    in_digest=True,
)
PROMPT = declare_email(
    "areas/prompt",
    "Delegate prompted to share development areas",
    to=To.DELEGATE,
    words="name manager",
    links=[HUB],
    sample={"manager": "Mara Ellis"},
    in_digest=True,
)
MONTHLY = declare_email(
    "areas/monthly",
    "Monthly question about development areas",
    to=To.DELEGATE,
    words="name count",
    links=[HUB],
    sample={"count": "2 development areas"},
    in_digest=True,
)


def monthly_email(programme: Programme, delegate: Delegate, areas: int, due_at: datetime, until: datetime) -> Email:
    """Ask for a note on progress. `areas`: how many are live; `until`: when the next month's email replaces it."""
    words = {"name": delegate.person.name, "count": plural(areas, "development area", "development areas")}
    return create_email(
        MONTHLY,
        delegate.id,
        f"{due_at:%Y-%m}",
        to=delegate.person,
        due_at=due_at,
        words=common_words(programme) | words,
        links=name_links(HUB.link(delegate)),
        about=_about(delegate),
        good_until=until,
    )


def _about(delegate: Delegate) -> dict[str, str]:
    return {"cohort": delegate.cohort_id, "delegate": delegate.id}


def _next_morning(opened: AreasPage, now: datetime) -> datetime:
    """Return the next working morning. No email about an area is urgent, so each goes in the reader's daily email."""
    return working_days(opened.programme.organisation, opened.cohort.dates.closed).next_morning(now)


def is_about_request(email_id: str, delegate_id: str, area: Area) -> bool:
    """Return whether an email is about the delegate's request to close this area, or about the coach's answer."""
    return any(email_id.startswith(f"{kind.name}#{delegate_id}#{area.id}#") for kind in OF_A_REQUEST)


def asked_email(opened: AreasPage, area: Area, now: datetime) -> Email:
    return _to_coach(opened, area, ASKED.name, now)


def done_email(opened: AreasPage, area: Area, now: datetime) -> Email:
    return _to_coach(opened, area, DONE.name, now)


def _to_coach(opened: AreasPage, area: Area, kind: str, now: datetime) -> Email:
    delegate = opened.delegate
    return create_email(
        ASKED if kind == ASKED.name else DONE,
        delegate.id,
        area.id,
        str(area.revision),
        to=delegate.coach,
        due_at=_next_morning(opened, now),
        words=common_words(opened.programme) | {"name": delegate.coach.name, "delegate": delegate.person.name},
        links=name_links(COACH.link(delegate.cohort_id, delegate.coach, delegate.coach_link)),
        about=_about(delegate),
    )


def answered_email(opened: AreasPage, area: Area, now: datetime) -> Email:
    delegate = opened.delegate
    return create_email(
        ANSWERED,
        delegate.id,
        area.id,
        str(area.revision),
        to=delegate.person,
        due_at=_next_morning(opened, now),
        words=common_words(opened.programme) | {"name": delegate.person.name, "coach": delegate.coach.name},
        links=name_links(HUB.link(delegate)),
        about=_about(delegate),
    )


def shared_email(opened: AreasPage, delegate: Delegate, once: str, now: datetime) -> Email:
    """Write to the line manager that areas were shared.

    delegate  with the version of the manager's link after the sharing
    once      the id of the page's form
    """
    return create_email(
        SHARED_AREAS,
        delegate.id,
        once,
        to=delegate.manager,
        due_at=_next_morning(opened, now),
        words=common_words(opened.programme) | {"name": delegate.manager.name, "delegate": delegate.person.name},
        links=name_links(SHARED.link(delegate)),
        about=_about(delegate),
    )


def help_email(opened: AreasPage, once: str, now: datetime) -> Email:
    """Write to the delegate that the line manager has offered help. `once`: the id of the page's form."""
    delegate = opened.delegate
    return create_email(
        HELP,
        delegate.id,
        once,
        to=delegate.person,
        due_at=_next_morning(opened, now),
        words=common_words(opened.programme) | {"name": delegate.person.name, "manager": delegate.manager.name},
        links=name_links(HUB.link(delegate)),
        about=_about(delegate),
    )


def prompt_email(programme: Programme, cohort: Cohort, delegate: Delegate, wave: str, now: datetime) -> Email:
    """Plan the email that asks the delegate to share areas, some working days after the release."""
    days = working_days(programme.organisation, cohort.dates.closed)
    day = days.add(local_date(now, days.zone), PROMPT_AFTER_DAYS)
    return create_email(
        PROMPT,
        delegate.id,
        wave,
        to=delegate.person,
        due_at=days.morning(day),
        words=common_words(programme) | {"name": delegate.person.name, "manager": delegate.manager.name},
        links=name_links(HUB.link(delegate)),
        about=_about(delegate),
    )


def prompt_id(delegate: Delegate, wave: str) -> str:
    return f"{PROMPT.name}#{delegate.id}#{wave}"


def shared_id(delegate: Delegate, once: str) -> str:
    return f"{SHARED_AREAS.name}#{delegate.id}#{once}"
