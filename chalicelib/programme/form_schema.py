"""The shape of assignments in the programme file: their fields, by type, and when each is due."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta, field

from chalicelib.programme.shapes import About, Label, Shape, Slug, Title, Wording, YesNo, several, whole

MAX_FIELDS = 40
MAX_COLUMNS = 9
MAX_ROWS = 20
MAX_OPTIONS = 12
MAX_LINE_CHARS, MAX_TEXT_CHARS = 300, 5000

LineLimit = Annotated[int, whole(1, MAX_LINE_CHARS, ", the most characters of one line")]
TextLimit = Annotated[int, whole(1, MAX_TEXT_CHARS, ", the most characters")]
Reference = Annotated[
    str,
    Meta(
        pattern=r"\A[a-z][a-z0-9_-]*\.[a-z][a-z0-9_-]*\Z",
        description="an assignment and its field with a point between them, such as vision.future",
    ),
]
Day = Annotated[
    str,
    Meta(pattern=r"\A(today|\d{4}-\d{2}-\d{2})\Z", description="today, or a date such as “2026-03-31” in quotes"),
]
AnyPeriod = Annotated[
    str, Meta(pattern=r"\AP\d+[DWMY]\Z", description="a number of days, weeks, months or years, such as P28D or P3Y")
]
WholeDays = Annotated[str, Meta(pattern=r"\AP\d+[DW]\Z", description="whole days or weeks, such as P21D")]
Number = Annotated[float, Meta(description="a number")]
Who = Annotated[Literal["coach", "facilitator"], Meta(description="coach or facilitator")]
WorksOn = Annotated[Literal["areas"], Meta(description="areas")]


class OptionShape(Shape, frozen=True):
    """One option. In the file an id will do: `under_way` is shown as “Under way”."""

    id: Annotated[Slug, About("keep it when you change the words; write yes and no in quotes")]
    title: Annotated[Label, About("its words")]


OptionList = Annotated[tuple[OptionShape, ...], several(2, MAX_OPTIONS)]
# no pattern in these two: msgspec 0.22 corrupts memory with a union of a list and a text that has one
ListName = Annotated[str, Meta(min_length=1, max_length=40, description="the name of one of the `lists`")]
OptionId = Annotated[str, Meta(min_length=1, max_length=40, description="the id of an option")]
Options = ListName | OptionList


class NumberShape(Shape, frozen=True):
    """The limits of a number."""

    unit: Annotated[Label | None, About("its unit, shown next to it")] = None
    min: Annotated[Number | None, About("the least")] = None
    max: Annotated[Number | None, About("the most")] = None
    places: Annotated[int, whole(0, 4), About("most digits after the point")] = 2


class MoneyShape(Shape, frozen=True):
    """An amount in whole units of `organisation.currency`."""

    per: Annotated[Label | None, About("what it is for each of, such as year")] = None


class DateShape(Shape, frozen=True):
    """The limits of a date."""

    after: Annotated[Day | None, About("the day must be later than this one")] = None
    before: Annotated[Day | None, About("the day must not be later than this one")] = None
    within: Annotated[AnyPeriod | None, About("how far ahead the day may lie")] = None


class MeasuresShape(Shape, frozen=True):
    """Figures of the service, each with name, unit, direction, value, period, source and target."""

    min: Annotated[int, whole(0, 3), About("fewest measures")] = 1
    max: Annotated[int, whole(1, 3), About("most measures")] = 3


class ItemsShape(Shape, frozen=True):
    """Behaviours of the framework to choose from."""

    max: Annotated[int, whole(1, 10), About("most behaviours")]
    of: Annotated[Slug, About("id of the workshop whose competencies are shown")]
    scale: Annotated[Options, About("the steps for each behaviour, 3 to 10 of them")]


class RowsShape(Shape, frozen=True):
    """The limits of a table. Its questions are under `columns`."""

    min: Annotated[int, whole(0, MAX_ROWS), About("fewest rows")] = 0
    max: Annotated[int, whole(1, MAX_ROWS), About("most rows")] = MAX_ROWS
    name: Annotated[Label, About("what one row is called, in the singular")] = "row"
    source: Annotated[Reference | None, About("a table of an earlier form: its rows begin this one")] = field(
        name="from", default=None
    )
    keep: Annotated[
        tuple[Slug, ...], several(0, MAX_COLUMNS), About("columns of that table that are shown in each row")
    ] = ()


class ColumnShape(Shape, frozen=True):
    """A question of each row, with one of the types below."""

    line: Annotated[LineLimit | None, About("one line of text")] = None
    text: Annotated[TextLimit | None, About("text of several lines")] = None
    number: Annotated[NumberShape | None, About("a number")] = None
    money: Annotated[MoneyShape | None, About("an amount of money")] = None
    date: Annotated[DateShape | None, About("a day")] = None
    choice: Annotated[Options | None, About("one of several options")] = None
    many: Annotated[Options | None, About("any of several options")] = None
    scale: Annotated[Options | None, About("one step of a scale")] = None
    ask: Annotated[Wording | None, About("the question; without the key, the id in words")] = None
    help: Annotated[Wording | None, About("what helps to answer it")] = None
    required: Annotated[YesNo, About("whether a row needs it")] = False


class FieldShape(ColumnShape, frozen=True):
    """A question of a form, with exactly one of the types below."""

    rows: Annotated[RowsShape | None, About("a table that the writer adds rows to")] = None
    columns: Annotated[Mapping[Slug, ColumnShape], several(0, MAX_COLUMNS), About("the questions of each row")] = {}
    measures: Annotated[MeasuresShape | None, About("figures of the service")] = None
    pick: Annotated[Reference | None, About("one measure of another form, such as performance.measures")] = None
    items: Annotated[ItemsShape | None, About("behaviours of the framework, each with a step of a scale")] = None
    source: Annotated[
        Reference | None,
        About("what fills the field when the form is first opened: a field of an earlier form, or areas.behaviour"),
    ] = field(name="from", default=None)
    when: Annotated[
        Mapping[Slug, OptionId | Annotated[tuple[Slug, ...], several(1, MAX_OPTIONS)]],
        several(0, 1),
        About("ask only if another field of the form has this option, or one of these"),
    ] = {}


class BeforeShape(Shape, frozen=True):
    """A day before another workshop."""

    before: Annotated[Slug, About("id of the workshop")]
    by: Annotated[WholeDays, About("how long before its first session")]


TimingShape = (
    Annotated[str, Meta(pattern=r"\AP", description="whole days after the workshop's last session, such as P21D")]
    | BeforeShape
)
Fields = Annotated[Mapping[Slug, FieldShape], several(0, MAX_FIELDS)]


class AssignmentShape(Shape, frozen=True):
    """Work between workshops, as a form. In the file a plain title will do, from which the id is made."""

    id: Annotated[Slug, About("keep it when you change the title")]
    title: Annotated[Title, About("what is to be done")]
    opens: Annotated[
        TimingShape | None, About("when it can be filled in; without the key, when the workshop's first session begins")
    ] = None
    due: Annotated[TimingShape | None, About("by when it is wanted; later work is accepted and called late")] = None
    works_on: Annotated[WorksOn | None, About("whether the form asks which development areas it works on")] = None
    seen_by: Annotated[
        tuple[Who, ...], several(0, 2), About("who reads it once it is submitted; no one reads a draft")
    ] = ("coach", "facilitator")
    fields: Annotated[Fields, About("the questions, in order; without the key, one text field")] = {}  # noqa: RUF012 msgspec copies it
    by_facilitator: Annotated[
        Fields, About("questions for the facilitator about the delegate, who reads the answers, as does the coach")
    ] = {}  # noqa: RUF012 msgspec copies it
