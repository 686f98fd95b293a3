"""The forms of assignments as types: what a programme file asks, field by field. Pure.

How each type is read, checked and shown is in chalicelib/assignments/.
"""

from __future__ import annotations

from msgspec import Struct


class Option(Struct, frozen=True):
    id: str
    label: str


class When(Struct, frozen=True):
    """Ask a field only if another field of the form has one of these options."""

    field: str
    options: tuple[str, ...]


# --- the types of field ---------------------------------------------------------------------------------


class Line(Struct, frozen=True, tag="line"):
    limit: int  # characters


class Text(Struct, frozen=True, tag="text"):
    limit: int  # characters


class Number(Struct, frozen=True, tag="number"):
    unit: str = ""
    min: float | None = None
    max: float | None = None
    places: int = 2  # digits after the point


class Money(Struct, frozen=True, tag="money"):
    """Whole units of the organisation's currency."""

    per: str = ""  # such as "year"


class Date(Struct, frozen=True, tag="date"):
    """A day. `after` and `before` are "today" or an ISO date; `within` is a duration from today."""

    after: str = ""
    before: str = ""
    within: str = ""


class Choice(Struct, frozen=True, tag="choice"):
    options: tuple[Option, ...]


class Many(Struct, frozen=True, tag="many"):
    options: tuple[Option, ...]


class Scale(Struct, frozen=True, tag="scale"):
    options: tuple[Option, ...]  # in order


class Measures(Struct, frozen=True, tag="measures"):
    """Figures of the service: name, unit, direction, value, period, source and target of each."""

    min: int
    max: int


class Pick(Struct, frozen=True, tag="pick"):
    """One measure of another form."""

    assignment: str
    field: str


class Items(Struct, frozen=True, tag="items"):
    """Behaviours of the competencies that a workshop works on, each with a step of a scale."""

    max: int
    milestone: str
    scale: tuple[Option, ...]


CellType = Line | Text | Number | Money | Date | Choice | Many | Scale


class Column(Struct, frozen=True):
    """One question of each row."""

    id: str
    type: CellType
    ask: str
    help: str = ""
    required: bool = False


class Rows(Struct, frozen=True, tag="rows"):
    """A table that the writer adds rows to.

    source  "<assignment>.<field>" whose rows begin this table; empty for none
    kept    columns of those rows that this table shows
    """

    min: int
    max: int
    name: str  # of one row, in the singular
    columns: tuple[Column, ...]
    source: str = ""
    kept: tuple[Column, ...] = ()


class FormField(Struct, frozen=True):
    """One question of a form.

    source  what fills it when the form is first opened: "areas.<part>" or "<assignment>.<field>"; empty for nothing
    """

    id: str
    type: Line | Text | Number | Money | Date | Choice | Many | Scale | Measures | Pick | Items | Rows
    ask: str
    help: str = ""
    required: bool = False
    source: str = ""
    when: When | None = None


class Timing(Struct, frozen=True):
    """A day counted from sessions: `days` after the workshop's last one, or before the first one of another."""

    days: int
    before: str = ""  # id of the workshop
