"""Say what a change of dates is: in short for the audit trail, in words for the page. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from chalicelib.core.model import Programme
from chalicelib.core.schedule import Change, Session, SessionPlan, name_of, title_of


def describe_changes(changes: Sequence[Change], before: Sequence[Session]) -> str:
    """Return all changes, from and to, as commands and the audit trail show them."""
    return "; ".join(_describe(change, before) for change in changes)


def _describe(change: Change, before: Sequence[Session]) -> str:
    if change.before is None:
        assert change.after  # noqa: S101 a change has a session before or after it
        return f"added {change.after.milestone}, {_in_short(change.after)}"
    name = name_of(change.before, before)
    if change.after is None:
        return f"cancelled {name}, {_in_short(change.before.plan)}"
    return f"moved {name} from {_in_short(change.before.plan)} to {_in_short(change.after)}"


def _in_short(plan: SessionPlan) -> str:
    by = f", by {plan.by}" if plan.by else ""
    return f"{plan.date} {plan.start:%H:%M}-{plan.end:%H:%M}, {plan.where}{by}"


class ChangeWords(Struct, frozen=True):
    """One row of the preview."""

    title: str
    before: str
    after: str


def list_changes(changes: Sequence[Change], before: Sequence[Session], programme: Programme) -> Iterator[ChangeWords]:
    titles = {step.id: step.title for step in programme.milestones}
    for change in changes:
        yield ChangeWords(
            title=title_of(programme, change.before, before) if change.before else titles[_milestone(change)],
            before=_in_words(change.before.plan if change.before else None, "not planned"),
            after=_in_words(change.after, "cancelled"),
        )


def _milestone(change: Change) -> str:
    return change.after.milestone if change.after else ""


def _in_words(plan: SessionPlan | None, without: str) -> str:
    if plan is None:
        return without
    link = f", {plan.link}" if plan.link and plan.place else ""
    return f"{plan.when}, {plan.where}{link}"
