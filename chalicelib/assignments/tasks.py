"""One assignment of one delegate: its form, its state, what was typed and what was submitted. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from chalicelib.assignments.draft import Draft
from chalicelib.assignments.form import PLAIN_FIELD, Answers, Form, fields_of, read_form
from chalicelib.assignments.thread import ASSIGNMENT, PartState, WorkState
from chalicelib.assignments.timing import Days, days_late
from chalicelib.assignments.values import Choices, Context
from chalicelib.core.form_model import Measures
from chalicelib.core.formatting import local_date
from chalicelib.core.model import Assignment, Milestone, Programme
from chalicelib.core.state_machine import By
from chalicelib.store.assignments import Part, Submission, Work


class Area(Struct, frozen=True):
    """A development area as forms name it. A closed one is shown where it was ticked, and not asked about again."""

    id: str
    parts: Mapping[str, str]  # behaviour, first_step, support, who_will_notice
    is_live: bool = True


class Task(Struct, frozen=True):
    """An assignment as one delegate has it.

    final_at   when the impact survey closes: nothing changes after it
    """

    milestone: Milestone
    assignment: Assignment
    days: Days
    zone: str
    final_at: datetime | None
    areas: tuple[Area, ...] = ()
    work: Work | None = None
    submissions: tuple[Submission, ...] = ()
    part: Part | None = None

    @property
    def id(self) -> str:
        return self.assignment.id

    @property
    def form(self) -> Form:
        areas = tuple((area.id, area.parts["behaviour"]) for area in self.areas if area.is_live)
        return Form(fields_of(self.assignment), areas if self.assignment.works_on_areas and areas else None)

    @property
    def area_words(self) -> Choices | None:
        """Return id and words of every area that a submission may name; None if the form does not ask."""
        words = tuple((area.id, area.parts["behaviour"]) for area in self.areas)
        return words if self.assignment.works_on_areas else None

    @property
    def draft(self) -> Draft:
        """Return what was typed. A note of an earlier version becomes the text of a plain title's only field."""
        work = self.work
        if work is None:
            return Draft()
        note = {f"f.{PLAIN_FIELD}": work.text} if work.text and not work.typed else {}
        return Draft({**note, **work.typed}, work.typed_at, work.other)

    def state(self, now: datetime) -> WorkState:
        stored = WorkState(self.work.state) if self.work else None
        if stored is WorkState.WAIVED:
            return stored
        if self.final_at and now >= self.final_at:
            return WorkState.FINAL
        if stored and (stored is not WorkState.DRAFT or self.draft.typed or self.submissions):
            return stored
        return WorkState.OPEN if self.days.is_open(now) else WorkState.CLOSED

    def allows(self, act: str, by: By, now: datetime) -> bool:
        return ASSIGNMENT.allows(self.state(now), act, by)

    @property
    def latest(self) -> Submission | None:
        return self.submissions[-1] if self.submissions else None

    @property
    def due_on(self) -> date | None:
        return self.work.extended_to if self.work and self.work.extended_to else self.days.due_on

    def late(self, now: datetime) -> int:
        """Return by how many days the work is late, or was when it was submitted."""
        state = self.state(now)
        if state in (WorkState.WAIVED, WorkState.CLOSED):
            return 0
        is_in = state in (WorkState.SUBMITTED, WorkState.READ)
        if state is WorkState.FINAL and not self.submissions:
            return 0
        moment = self.latest.at if self.latest and (is_in or state is WorkState.FINAL) else now
        return days_late(self.due_on, local_date(moment, self.zone))

    def read_draft(self, context: Context) -> Answers:
        return read_form(self.form, self.draft.typed, context)

    def values(self, context: Context) -> Mapping[str, Any]:
        """Return the values as last submitted; before the first submission, the valid ones of the draft."""
        return self.latest.values if self.latest else self.read_draft(context).values

    def part_state(self, now: datetime) -> PartState:
        if self.final_at and now >= self.final_at:
            return PartState.FINAL
        if self.part:
            return PartState(self.part.state)
        return PartState.OPEN if self.days.is_open(now) else PartState.CLOSED


class Book(Struct, frozen=True):
    """All work of one delegate."""

    programme: Programme
    tasks: tuple[Task, ...]
    areas: tuple[Area, ...] = ()

    def find(self, assignment: str) -> Task | None:
        return next((task for task in self.tasks if task.id == assignment), None)

    def of_milestone(self, milestone: str) -> tuple[Task, ...]:
        return tuple(task for task in self.tasks if task.milestone.id == milestone)

    def context(self, task: Task, now: datetime) -> Context:
        """Return what reading and showing a form needs."""
        today = local_date(now, self.programme.organisation.timezone)
        begun = task.work.begun_on if task.work and task.work.begun_on else today
        return Context(
            today, begun, self.programme.organisation.currency, _items(self.programme), self._measures(today)
        )

    def _measures(self, today: date) -> Mapping[str, Choices]:
        bare = Context(today, today, self.programme.organisation.currency, _items(self.programme))
        return {
            f"{task.id}.{field.id}": _choices(task.values(bare).get(field.id, ()))
            for task in self.tasks
            for field in task.form.fields
            if isinstance(field.type, Measures)
        }


def _choices(measures: Iterable[Mapping[str, Any]]) -> Choices:
    return tuple((measure["row"], measure.get("name", "A measure without a name")) for measure in measures)


def _items(programme: Programme) -> Mapping[str, Choices]:
    """Return the behaviours of each workshop's competencies, as others word them."""
    worked_on = {competency.milestone for competency in programme.competencies if competency.milestone}
    return {
        milestone: tuple(
            (item.id, item.others_wording)
            for competency in programme.competencies
            if competency.milestone == milestone
            for item in competency.items
        )
        for milestone in worked_on
    }
