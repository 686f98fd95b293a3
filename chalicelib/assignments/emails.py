"""Emails about the work between workshops: what is due, what was submitted, what was read or returned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from chalicelib.assignments.tasks import Task
from chalicelib.core.formatting import day, local_date, plural
from chalicelib.core.ids import derive
from chalicelib.core.model import Assignment, Cohort, Delegate, Milestone, Person, Programme
from chalicelib.emails.common_words import SEPARATOR, common_words
from chalicelib.emails.create import create_email
from chalicelib.emails.kinds import EmailKind, To, declare_email
from chalicelib.links.kinds import COACH, FACILITATOR, HUB, name_links
from chalicelib.links.link_kind import Link
from chalicelib.store.emails import Email

AFTER = declare_email(
    "assignments/after",
    "Work after a workshop",
    to=To.DELEGATE,
    words="name workshop tasks by list",
    links=[HUB],
    sample={
        "workshop": "Leading Self",
        "tasks": "2 tasks",
        "by": "Friday 17 April 2026",
        "list": SEPARATOR.join(
            (
                "Write a vision for your service, by Friday 27 March 2026",
                "Engage your stakeholders with the vision, by Friday 17 April 2026",
            )
        ),
    },
    variants={"without a day": {"by": "", "list": "Write a vision for your service", "tasks": "1 task"}},
    in_digest=True,
)
DUE = declare_email(
    "assignments/due",
    "Work is due soon",
    to=To.DELEGATE,
    words="name task due",
    links=[HUB],
    sample={"task": "Write a vision for your service", "due": "Friday 27 March 2026"},
    in_digest=True,
)
LATE = declare_email(
    "assignments/late",
    "Work is late",
    to=To.DELEGATE,
    words="name task due",
    links=[HUB],
    sample={"task": "Write a vision for your service", "due": "Friday 27 March 2026"},
    in_digest=True,
)
NEW_WORK = {
    "count": "3",
    "list": SEPARATOR.join(
        (
            "Dr Amara Osei: Write a vision for your service, since Thursday 26 March 2026",
            "Tom Reddy: Write a vision for your service, since Friday 27 March 2026",
            "Nia Roberts: Engage your stakeholders with the vision, since Friday 27 March 2026",
        )
    ),
}
TO_READ = declare_email(
    "assignments/to_read",
    "New work to read, to the coach",
    to=To.COACH,
    words="name count list",
    links=[COACH],
    sample=NEW_WORK,
    in_digest=True,
)
TO_READ_FACILITATOR = declare_email(
    "assignments/to_read_facilitator",
    "New work to read, to the facilitator",
    to=To.FACILITATOR,
    words="name count list",
    links=[FACILITATOR],
    sample=NEW_WORK,
    in_digest=True,
)
READ = declare_email(
    "assignments/read",
    "Work read",
    to=To.DELEGATE,
    words="name by task remark",
    links=[HUB],
    sample={
        "by": "Ruth Calloway",
        "task": "Write a vision for your service",
        "remark": "Clear and brave. Say sooner what will stop.",
    },
    variants={"without a remark": {"remark": ""}},
    in_digest=True,
)
RETURNED = declare_email(
    "assignments/returned",
    "Work returned",
    to=To.DELEGATE,
    words="name by task why due",
    links=[HUB],
    sample={
        "by": "Ruth Calloway",
        "task": "Engage your stakeholders with the vision",
        "why": "Two of the three are on your side already. Who is against it?",
        "due": "Friday 17 April 2026",
    },
    in_digest=True,
)


def read_email(programme: Programme, delegate: Delegate, task: Task, due_at: datetime) -> Email:
    """Return the email about work that was read. `task`: as it is after the act."""
    remark = task.work.why if task.work else ""
    return _email(READ, programme, delegate, task, {"remark": remark}, due_at)


def returned_email(programme: Programme, delegate: Delegate, task: Task, due_at: datetime) -> Email:
    """Return the email about work that was returned. `task`: as it is after the act."""
    due = day(task.due_on) if task.due_on else ""
    why = task.work.why if task.work else ""
    return _email(RETURNED, programme, delegate, task, {"why": why, "due": due}, due_at)


def _email(
    kind: EmailKind, programme: Programme, delegate: Delegate, task: Task, more: dict[str, str], due_at: datetime
) -> Email:
    revision = task.work.revision if task.work else 0
    who = {"name": delegate.person.name, "by": delegate.coach.name, "task": task.assignment.title}
    return create_email(
        kind,
        delegate.id,
        task.id,
        str(revision),
        to=delegate.person,
        due_at=due_at,
        words=common_words(programme) | who | more,
        links=name_links(HUB.link(delegate)),
        about={"cohort": delegate.cohort_id, "delegate": delegate.id},
    )


def after_email(
    programme: Programme,
    delegate: Delegate,
    workshop: Milestone,
    due: Mapping[str, date | None],
    now: datetime,
    good_until: datetime | None,
) -> Email:
    """Write about the work that is left to do after a workshop. `due`: assignment -> the day."""
    today = local_date(now, programme.organisation.timezone)
    ahead = [day for day in due.values() if day and day >= today]
    titles = {day.id: day.title for day in workshop.assignments}
    words = {
        "workshop": workshop.title,
        "tasks": plural(len(due), "task", "tasks"),
        "by": day(max(ahead)) if ahead else "",
        "list": SEPARATOR.join(titles[id] + _by(day, today) for id, day in due.items()),
    }
    return _to_delegate(AFTER, programme, delegate, (workshop.id,), words, now, good_until)


def _by(due_on: date | None, today: date) -> str:
    if due_on is None:
        return ""
    return f", by {day(due_on)}" if due_on >= today else f", was due on {day(due_on)}"


def reminder_email(
    kind: EmailKind,
    programme: Programme,
    delegate: Delegate,
    assignment: Assignment,
    due_on: date,
    now: datetime,
    good_until: datetime | None,
) -> Email:
    """Write that work is due soon, or late. Returned work has a new due day, and so new emails."""
    words = {"task": assignment.title, "due": day(due_on)}
    return _to_delegate(kind, programme, delegate, (assignment.id, due_on.isoformat()), words, now, good_until)


def _to_delegate(
    kind: EmailKind,
    programme: Programme,
    delegate: Delegate,
    subject: Sequence[str],
    words: Mapping[str, str],
    now: datetime,
    good_until: datetime | None,
) -> Email:
    return create_email(
        kind,
        delegate.id,
        *subject,
        to=delegate.person,
        due_at=now,
        words=common_words(programme) | {"name": delegate.person.name, **words},
        links=name_links(HUB.link(delegate)),
        about={"cohort": delegate.cohort_id, "delegate": delegate.id},
        good_until=good_until,
    )


def to_read_email(
    kind: EmailKind,
    programme: Programme,
    cohort: Cohort,
    reader: Person,
    link: Link,
    lines: Sequence[str],
    due_at: datetime,
) -> Email:
    """Write to a coach or facilitator about work that no one has read."""
    return create_email(
        kind,
        cohort.id,
        derive(8, reader.email),
        f"{due_at:%Y-%m-%d}",
        to=reader,
        due_at=due_at,
        words=common_words(programme) | {"name": reader.name, "count": str(len(lines)), "list": SEPARATOR.join(lines)},
        links=name_links(link),
        about={"cohort": cohort.id},
    )
