"""Describe a change of dates: briefly for the audit trail, in sentences for the page. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct

from chalicelib.core.model import Cohort, Person, Programme
from chalicelib.core.schedule import Change, Session, SessionPlan, title_of

Name = Callable[[str], str]  # of a facilitator, from the id in the cohort's file


def describe_changes(changes: Sequence[Change], before: Sequence[Session], programme: Programme, cohort: Cohort) -> str:
    """Return all changes, each with the dates before and after, as commands show them."""
    names = {facilitator.id: facilitator.person.name for facilitator in cohort.facilitators}
    return _describe_all(changes, before, programme, lambda by: names.get(by, by))


def record_changes(
    changes: Sequence[Change],
    before: Sequence[Session],
    programme: Programme,
    cohort: Cohort,
    place: Callable[[str], str],
) -> tuple[str, Mapping[str, Person]]:
    """Return the words of the audit trail, and the person for each placeholder of a name in them.

    The next facilitator may get the same id, such as `mo`. So the trail keeps the person who has it today.

    place   returns the placeholder for a name
    """
    people = {f"facilitator {each.id}": each.person for each in cohort.facilitators}

    def name(by: str) -> str:
        return place(f"facilitator {by}") if f"facilitator {by}" in people else by

    words = _describe_all(changes, before, programme, name)
    return words, {part: person for part, person in people.items() if place(part) in words}


def _describe_all(changes: Sequence[Change], before: Sequence[Session], programme: Programme, name: Name) -> str:
    return "; ".join(_describe(change, before, programme, name) for change in changes)


def _describe(change: Change, before: Sequence[Session], programme: Programme, name: Name) -> str:
    if change.before is None:
        assert change.after  # noqa: S101 a change has a session before or after it
        title = next(step.title for step in programme.milestones if step.id == change.after.milestone)
        return f"added {title}, {_in_short(change.after, name)}"
    title = title_of(programme, change.before, before)
    if change.after is None:
        return f"cancelled {title}, {_in_short(change.before.plan, name)}"
    return f"moved {title} from {_in_short(change.before.plan, name)} to {_in_short(change.after, name)}"


def _in_short(plan: SessionPlan, name: Name) -> str:
    by = f", by {name(plan.by)}" if plan.by else ""
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
