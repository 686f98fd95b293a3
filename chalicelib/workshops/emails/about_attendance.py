"""Emails before a workshop, about its register, and to a delegate who missed it."""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib.core.calendar import local_moment
from chalicelib.core.formatting import day, days_in_words, last_day, local_date
from chalicelib.core.ids import derive, facilitator_id
from chalicelib.core.model import Delegate, Facilitator, Person
from chalicelib.emails.common_words import SEPARATOR, common_words
from chalicelib.emails.create import create_email
from chalicelib.emails.kinds import EmailKind, To, declare_email
from chalicelib.links.kinds import CONSOLE, FACILITATOR, HUB, name_links
from chalicelib.store.attendance import Attendance
from chalicelib.store.emails import Email
from chalicelib.workshops.register import Register
from chalicelib.workshops.workshop import Workshop

SAMPLE = {
    "workshop": "Leading Self",
    "begins": "Tuesday 10 March 2026",
    "dates": SEPARATOR.join(
        ("Tuesday 10 March 2026, 09:30 to 16:30, Education Centre, Room 4", "Wednesday 11 March 2026, by video")
    ),
}
JOINING = declare_email(
    "workshops/joining",
    "How to join a workshop",
    to=To.DELEGATE,
    words="name workshop begins dates",
    links=[HUB],
    sample=SAMPLE,
    in_digest=True,
)
STARTS = declare_email(
    "workshops/starts",
    "Reminder that a workshop starts",
    to=To.DELEGATE,
    words="name workshop begins dates",
    links=[HUB],
    sample=SAMPLE,
    in_digest=True,
)
AWAY = declare_email(
    "workshops/away",
    "Days on which the delegate is at a workshop, to the line manager",
    to=To.MANAGER,
    words="name delegate workshop days dates",
    sample={
        "workshop": "Leading Self",
        "days": "10 and 11 March",
        "dates": SEPARATOR.join(("Tuesday 10 March 2026, 09:30 to 16:30", "Wednesday 11 March 2026, 09:30 to 16:00")),
    },
    names_several=True,
)
PREPARE = declare_email(
    "workshops/prepare",
    "A workshop that the facilitator runs",
    to=To.FACILITATOR,
    words="name cohort workshop begins dates people",
    links=[FACILITATOR],
    sample=SAMPLE,
    in_digest=True,
)
RUNS = declare_email(
    "workshops/runs",
    "Reminder to the facilitator that a workshop starts",
    to=To.FACILITATOR,
    words="name cohort workshop begins dates people",
    links=[FACILITATOR],
    sample=SAMPLE,
    in_digest=True,
)
REGISTER = declare_email(
    "workshops/register",
    "Request to fill in a register",
    to=To.FACILITATOR,
    words="name cohort workshop missing last",
    links=[FACILITATOR],
    sample={**SAMPLE, "missing": "3 people", "last": "Wednesday 25 March 2026"},
    in_digest=True,
)
OVERDUE = declare_email(
    "workshops/overdue",
    "Notice of a register that is not filled in",
    to=To.ADMINISTRATOR,
    words="name cohort workshop missing last facilitators",
    links=[CONSOLE],
    sample={**SAMPLE, "missing": "3 people", "last": "Wednesday 25 March 2026", "facilitators": "Mo Hart"},
    in_digest=True,
)
ABSENT = declare_email(
    "workshops/absent",
    "How to catch up on a workshop",
    to=To.DELEGATE,
    words="name workshop catch_up by",
    links=[HUB],
    sample={
        "workshop": "Leading Self, day 1 of 2",
        "catch_up": "Watch the recording, and talk about your vision with Mo for half an hour.",
        "by": "Friday 27 March 2026",
    },
    in_digest=True,
)


def delegate_email(kind: EmailKind, workshop: Workshop, delegate: Delegate, now: datetime) -> Email:
    """Write to a delegate before a workshop. The email is not sent after the workshop has started."""
    return create_email(
        kind,
        delegate.id,
        workshop.id,
        workshop.first.plan.date.isoformat(),
        to=delegate.person,
        due_at=now,
        words=common_words(workshop.programme) | _words(workshop) | {"name": delegate.person.name},
        links=name_links(HUB.link(delegate)),
        about={"cohort": delegate.cohort_id, "delegate": delegate.id},
        good_until=workshop.first.starts_at,
    )


def away_email(workshop: Workshop, delegate: Delegate, now: datetime) -> Email:
    """Remind a line manager of the days of a workshop, and of what to ask the delegate before it."""
    days = [session.plan.date for session in workshop.sessions]
    dates = SEPARATOR.join(session.plan.when for session in workshop.sessions)
    return create_email(
        AWAY,
        delegate.id,
        workshop.id,
        workshop.first.plan.date.isoformat(),
        to=delegate.manager,
        due_at=now,
        words=common_words(workshop.programme)
        | {"name": delegate.manager.name, "delegate": delegate.person.name}
        | {"workshop": workshop.title, "days": days_in_words(days), "dates": dates},
        links={},
        about={"cohort": delegate.cohort_id, "delegate": delegate.id},
        good_until=workshop.first.starts_at,
    )


def facilitator_email(
    kind: EmailKind, workshop: Workshop, facilitator: Facilitator, people: str, now: datetime
) -> Email:
    cohort = workshop.cohort
    more = {"name": facilitator.person.name, "cohort": cohort.title, "people": people}
    return create_email(
        kind,
        cohort.id,
        facilitator_id(cohort.id, facilitator.person.email),
        workshop.id,
        workshop.first.plan.date.isoformat(),
        to=facilitator.person,
        due_at=now,
        words=common_words(workshop.programme) | _words(workshop) | more,
        links=name_links(FACILITATOR.link(cohort, facilitator.person)),
        about={"cohort": cohort.id},
        good_until=workshop.first.starts_at,
    )


def _words(workshop: Workshop) -> dict[str, str]:
    dates = SEPARATOR.join(f"{session.plan.when}, {session.plan.where}" for session in workshop.sessions)
    return {"workshop": workshop.title, "begins": day(workshop.first.plan.date), "dates": dates}


def register_email(
    workshop: Workshop, facilitator: Facilitator, missing: str, closes_at: datetime, now: datetime
) -> Email:
    """Ask for a register that is not filled in. After its last day the facilitator can no longer fill it in."""
    cohort = workshop.cohort
    return create_email(
        REGISTER,
        cohort.id,
        facilitator_id(cohort.id, facilitator.person.email),
        workshop.id,
        workshop.last.plan.date.isoformat(),
        to=facilitator.person,
        due_at=now,
        words=_register_words(workshop, missing, closes_at) | {"name": facilitator.person.name},
        links=name_links(FACILITATOR.link(cohort, facilitator.person)),
        about={"cohort": cohort.id},
        good_until=closes_at,
    )


def overdue_email(workshop: Workshop, to: str, missing: str, closes_at: datetime, now: datetime) -> Email:
    """Notify an administrator of a register that is not filled in. `to`: their address."""
    cohort = workshop.cohort
    names = ", ".join(facilitator.person.name for facilitator in workshop.facilitators) or "no facilitator is named"
    return create_email(
        OVERDUE,
        cohort.id,
        workshop.id,
        workshop.last.plan.date.isoformat(),
        derive(8, to),
        to=Person("Administrator", to),
        due_at=now,
        words=_register_words(workshop, missing, closes_at) | {"name": "Administrator", "facilitators": names},
        links=name_links(CONSOLE.link("cohort", cohort.id, "registers")),
        about={"cohort": cohort.id},
        good_until=closes_at,
    )


def _register_words(workshop: Workshop, missing: str, closes_at: datetime) -> dict[str, str]:
    zone = workshop.programme.organisation.timezone
    words = {"cohort": workshop.cohort.title, "workshop": workshop.title, "missing": missing}
    return common_words(workshop.programme) | words | {"last": last_day(closes_at, zone)}


def absent_email(register: Register, delegate: Delegate, revision: int, after: Attendance, now: datetime) -> Email:
    """Show a delegate how to catch up, on the next working morning, and not on the day of the session itself."""
    assert after.catch_up_by  # noqa: S101 the caller has set it
    days = register.days
    day_after = days.morning(days.add(local_date(register.session.ends_at, days.zone), 1))
    return create_email(
        ABSENT,
        delegate.id,
        register.session.id,
        str(revision),
        to=delegate.person,
        due_at=max(day_after, days.next_morning(now)),
        words=common_words(register.programme)
        | {
            "name": delegate.person.name,
            "workshop": register.title,
            "catch_up": after.catch_up,
            "by": day(after.catch_up_by),
        },
        links=name_links(HUB.link(delegate)),
        about={"cohort": delegate.cohort_id, "delegate": delegate.id},
        good_until=local_moment(after.catch_up_by + timedelta(days=1), 0, days.zone),
    )
