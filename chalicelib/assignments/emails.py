"""Emails to a delegate about work that was read or returned."""

from __future__ import annotations

from datetime import datetime

from chalicelib.assignments.tasks import Task
from chalicelib.core.formatting import day
from chalicelib.core.model import Delegate, Programme
from chalicelib.emails.common_words import common_words
from chalicelib.emails.create import create_email
from chalicelib.emails.kinds import EmailKind, To, declare_email
from chalicelib.links.kinds import HUB, name_links
from chalicelib.store.emails import Email

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
)


def read_email(programme: Programme, delegate: Delegate, task: Task, due_at: datetime) -> Email:
    """Return the email about work that was read. `task`: after it was."""
    remark = task.work.why if task.work else ""
    return _email(READ, programme, delegate, task, {"remark": remark}, due_at)


def returned_email(programme: Programme, delegate: Delegate, task: Task, due_at: datetime) -> Email:
    """Return the email about work that was returned. `task`: after it was."""
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
