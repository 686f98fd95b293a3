"""What the plan on paper says: the areas that are open or done, in the words of coach and delegate. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import msgspec
from msgspec import Struct

from chalicelib.core import colour
from chalicelib.core.formatting import day
from chalicelib.core.ids import derive
from chalicelib.core.model import Delegate, Programme
from chalicelib.store.areas import Area, AreaState

NOTE_LINES = 4  # empty lines of each open area, to note by hand how it goes
LABELS = {
    "when_i_will": "When …, I will …",
    "first_step": "First step",
    "support": "Support I would like",
    "who_will_notice": "Who will notice",
}


class Line(Struct, frozen=True):
    label: str
    text: str


class PlanArea(Struct, frozen=True):
    """One area. state: empty, or the word for an area that is done."""

    title: str
    state: str
    lines: tuple[Line, ...]
    behaviours: tuple[str, ...]  # of the report
    notes: int


class Plan(Struct, frozen=True):
    """Everything that the PDF shows. No figure of the report, no note, and nothing that only the coach sees."""

    title: str
    delegate: str
    role: str
    about: tuple[Line, ...]
    areas: tuple[PlanArea, ...]
    note_heads: tuple[str, ...]
    footer: str
    organisation: str
    brand: str
    on_brand: str
    accent: str
    logo: str

    @property
    def checksum(self) -> str:
        return derive(16, msgspec.json.encode(self).decode())


def build_plan(programme: Programme, delegate: Delegate, areas: Iterable[Area], held_on: date | None) -> Plan:
    """Return the plan of a delegate. The same areas give the same plan."""
    brand = programme.organisation.brand
    about = [
        ("Programme", programme.title),
        ("Cohort", delegate.cohort_title),
        ("Coach", delegate.coach.name),
        ("Agreed on", day(held_on) if held_on else ""),
    ]
    wordings = {item.id: item.self_wording for item in programme.items}
    return Plan(
        title="My development plan",
        delegate=delegate.person.name,
        role=", ".join(filter(None, (delegate.job_title, delegate.service))),
        about=tuple(Line(label, text) for label, text in about if text),
        areas=tuple(_area(number, area, wordings) for number, area in enumerate(_shown(areas), start=1)),
        note_heads=("Day", "What I tried, and what happened"),
        footer="You decide whether to share it. It contains no figures from your report.",
        organisation=programme.organisation.name,
        brand=brand,
        on_brand=colour.text_on(brand),
        accent=colour.text_from(brand),
        logo=programme.organisation.logo or "",
    )


def _shown(areas: Iterable[Area]) -> Sequence[Area]:
    return [area for area in areas if area.is_live or area.state is AreaState.DONE]


def _area(number: int, area: Area, wordings: dict[str, str]) -> PlanArea:
    lines = [Line(label, getattr(area, part)) for part, label in LABELS.items() if getattr(area, part)]
    review = day(area.review_by) if area.review_by else area.by_when
    lines += [Line("Review date" if area.review_by else "By when", review)] if review else []
    is_done = area.state is AreaState.DONE
    return PlanArea(
        title=f"{number}. {area.behaviour}",
        state="Done" if is_done else "",
        lines=tuple(lines),
        behaviours=tuple(wordings[item] for item in area.items if item in wordings),
        notes=0 if is_done else NOTE_LINES,
    )
