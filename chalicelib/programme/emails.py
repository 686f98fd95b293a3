"""Emails about dates of a cohort that have moved, and the first to its sponsor and facilitators."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from chalicelib.core.clock import stamp
from chalicelib.core.formatting import last_day, local_day
from chalicelib.core.ids import derive
from chalicelib.core.model import Cohort, Delegate, Person, Programme
from chalicelib.emails.common_words import common_words
from chalicelib.emails.create import create_email
from chalicelib.emails.kinds import EmailKind, To, declare_email
from chalicelib.links.kinds import FACILITATOR, HUB, SPONSOR, name_links
from chalicelib.store.emails import Email

SAMPLE = {
    "changes": "The 360 opens on Monday 21 September 2026 instead of Monday 14 September 2026.",
    "why": "The launch event moved.",
}
DELEGATE_TOLD = declare_email(
    "programme/dates_moved",
    "Notice to a delegate that dates have moved",
    to=To.DELEGATE,
    words="name changes why",
    links=[HUB],
    sample=SAMPLE,
    in_digest=True,
    is_timely=True,
)
MANAGER_TOLD = declare_email(
    "programme/dates_moved_manager",
    "Notice to a line manager that dates have moved",
    to=To.MANAGER,
    words="name delegate changes why",
    sample=SAMPLE,
    names_several=True,
)
SPONSOR_NEW = declare_email(
    "people/sponsor_new",
    "Notice to a new sponsor",
    to=To.SPONSOR,
    words="name cohort replaces",
    links=[SPONSOR],
    sample={"replaces": ""},
    variants={"in the place of another": {"replaces": "yes"}},
    in_digest=True,
)
FACILITATOR_NEW = declare_email(
    "people/facilitator_new",
    "Notice to a new facilitator",
    to=To.FACILITATOR,
    words="name cohort replaces",
    links=[FACILITATOR],
    sample={"replaces": ""},
    variants={"in a cohort that has begun": {"replaces": "yes"}},
    in_digest=True,
)
ABOUT_DATES = (DELEGATE_TOLD.name, MANAGER_TOLD.name)
KNOWN = "known_"  # before the name of a date in `about`: the moment that the reader knew before


def say_changes(dates: Mapping[str, tuple[datetime, datetime]], zone: str) -> dict[str, tuple[datetime, str]]:
    """Return for each date that differs the moment that was known, and a sentence about the change."""
    sentences = {
        "opens": ("The 360 opens on {after} instead of {before}.", local_day),
        "closes": ("The last day to answer is {after} instead of {before}.", last_day),
        "survey": ("The survey about results opens on {after} instead of {before}.", local_day),
    }
    return {
        name: (before, sentences[name][0].format(before=say(before, zone), after=say(after, zone)))
        for name, (before, after) in dates.items()
        for say in [sentences[name][1]]
        if before != after
    }


def dates_known(email: Email) -> dict[str, datetime]:
    """Return the moments that the reader of a waiting notice knew before it."""
    known = {name.removeprefix(KNOWN): at for name, at in email.about.items() if name.startswith(KNOWN)}
    return {name: datetime.fromisoformat(at) for name, at in known.items()}


def dates_moved(
    programme: Programme,
    delegate: Delegate,
    changes: Mapping[str, tuple[datetime, str]],
    why: str,
    once: str,
    due_at: datetime,
    *,
    to_manager: bool,
) -> list[Email]:
    """Write to the delegate, and to the line manager too if wanted. `once` names the move."""
    known = {f"{KNOWN}{name}": before.isoformat() for name, (before, _) in changes.items()}
    words = common_words(programme) | {
        "delegate": delegate.person.name,
        "changes": " ".join(sentence for _, sentence in changes.values()),
        "why": why,
    }
    about = {"cohort": delegate.cohort_id, "delegate": delegate.id, **known}
    readers = [(DELEGATE_TOLD, delegate.person), *([(MANAGER_TOLD, delegate.manager)] if to_manager else [])]
    return [
        create_email(
            kind,
            delegate.id,
            once,
            to=reader,
            due_at=due_at,
            words=words | {"name": reader.name},
            links=name_links(HUB.link(delegate)) if kind is DELEGATE_TOLD else {},
            about=about,
        )
        for kind, reader in readers
        if not reader.is_erased
    ]


def about_cohort(
    kind: EmailKind,
    programme: Programme,
    cohort: Cohort,
    to: Person,
    due_at: datetime,
    once: datetime,
    *,
    delegate: Delegate | None = None,
    **more: str,
) -> Email:
    """Write to a facilitator or the sponsor of a cohort.

    cohort     with people and links as they are after the change
    delegate   whose name the email has
    """
    named = {"delegate": delegate.person.name} if delegate else {}
    words = common_words(programme) | {"name": to.name, "cohort": cohort.title, **named, **more}
    link = SPONSOR.link(cohort) if kind.to is To.SPONSOR else FACILITATOR.link(cohort, to)
    return create_email(
        kind,
        cohort.id,
        derive(8, to.email),
        *([delegate.id] if delegate else []),
        stamp(once),
        to=to,
        due_at=due_at,
        words={name: text for name, text in words.items() if name in kind.words},
        links=name_links(link),
        about={"cohort": cohort.id} | ({"delegate": delegate.id} if delegate else {}),
    )
