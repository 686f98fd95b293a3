"""The content of a report as typed parts, in reading order: what both templates show and nothing else."""

from __future__ import annotations

from msgspec import Struct, field

DASH = "–"


class Figure(Struct, frozen=True):
    """A number as it is printed in a table."""

    number: str  # one decimal, or a dash where nothing can be shown
    sign: str = ""  # ≥, ≤ or ≈ if the figure is bounded
    n: int = 0  # raters behind it, if that differs from the head of its column; otherwise 0
    span: int = 1  # columns that the figure covers
    change: str = ""  # since the first 360, in the annex

    @property
    def text(self) -> str:
        return self.sign + self.number


class Dot(Struct, frozen=True):
    """One figure in a strip."""

    mark: str  # name of a shape and colour: see MARKS
    at: float  # scale points
    lift: int = 0  # steps upwards (or downwards, below zero), so that marks that meet stay visible
    sign: str = ""


class Strip(Struct, frozen=True):
    """A drawing of one row on the scale; the row's figures say the same in numbers."""

    dots: tuple[Dot, ...] = ()
    low: float = 0  # ends of the bar in which a mark is too close to call, in scale points; both 0: no bar
    high: float = 0
    line: float = 0  # mean of all others, 0 if none
    is_hollow: bool = False  # groups differ, so that mean is the view of none of them
    sign: str = ""  # of that mean
    cohort: float = 0  # mean of the cohort, 0 if none
    is_linked: bool = False  # of two voices: a line joins marks that are apart


class Row(Struct, frozen=True):
    id: str  # of the behaviour, competency or value
    title: str
    strip: Strip
    figures: tuple[Figure, ...]
    gap: Figure
    is_apart: bool = False  # the delegate's view and theirs differ by more than chance
    words: str = ""  # "Too close to call", or who rates higher
    note: str = ""  # small, below the title
    cohort: str = DASH
    agreement: str = ""


class Column(Struct, frozen=True):
    """The head of a column of figures."""

    title: str
    mark: str
    n: int = 0  # raters, 0 for a column that is no cell


class Table(Struct, frozen=True):
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    title: str = ""
    lead: str = ""
    sentence: str = ""


class Legend(Struct, frozen=True):
    mark: str
    title: str


class Point(Struct, frozen=True):
    """One line of a list."""

    text: str
    bold: str = ""  # words in front of it


class TextTable(Struct, frozen=True):
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Area(Struct, frozen=True):
    """A rectangle of a drawing, in its colour without an edge."""

    x: float
    y: float
    width: float
    height: float
    tone: str  # "wash", "plain" as the paper, or "field"


class Line(Struct, frozen=True):
    from_x: float
    from_y: float
    to_x: float
    to_y: float
    is_dotted: bool = False


class Spot(Struct, frozen=True):
    """A mark of a drawing, around its middle."""

    x: float
    y: float
    mark: str  # name of a shape and colour: see MARKS


class Label(Struct, frozen=True):
    x: float
    y: float  # of the middle of its letters
    text: str
    align: str = "middle"  # what of it is at x: "start", "middle" or "end"


class Drawing(Struct, frozen=True):
    """A picture that both formats draw: areas, then lines, marks and labels; in millimetres from the top left."""

    alt: str  # the same in words
    width: float
    height: float
    areas: tuple[Area, ...] = ()
    lines: tuple[Line, ...] = ()
    spots: tuple[Spot, ...] = ()
    labels: tuple[Label, ...] = ()


class Block(Struct, frozen=True):
    """What both formats can show without knowing what it is about, in this order. Empty fields are left out."""

    title: str = ""
    paragraphs: tuple[str, ...] = ()
    drawing: Drawing | None = None
    legend: tuple[Legend, ...] = ()
    rows: Table | None = None  # figures, each row with its drawing
    points: tuple[Point, ...] = ()
    table: TextTable | None = None


class Section(Struct, frozen=True):
    """A part of the report that is made of blocks: see report/sections/."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    lead: str = ""
    hint: str = ""  # next to the title where the page folds


class Cover(Struct, frozen=True):
    organisation: str
    delegate: str
    role: str
    details: tuple[tuple[str, str], ...]  # label, text
    issued: str
    brand: str
    on_brand: str
    accent: str  # the brand's colour, dark enough for text
    logo: str  # a data URI or empty


class Entry(Struct, frozen=True):
    """A behaviour on the first page, in a sentence."""

    figure: Figure
    said: str
    tail: str
    source: str  # competency, number of people, workshop
    strip: Strip


class OnePage(Struct, frozen=True):
    headline: str
    answered: str  # who answered, and the whole in one sentence
    strengths_title: str
    strengths: tuple[Entry, ...]
    work_title: str
    work: tuple[Entry, ...]
    none_clear: str  # said instead of empty lists
    notes: tuple[str, ...]
    legend: tuple[Legend, ...]


class Example(Struct, frozen=True):
    strip: Strip
    bold: str
    text: str


class Voice(Struct, frozen=True):
    title: str
    mark: str
    n: int


class Reading(Struct, frozen=True):
    lead: str
    examples: tuple[Example, ...]
    points: tuple[str, ...]
    scale: tuple[str, ...]
    voices: tuple[Voice, ...]
    notes: tuple[str, ...]  # about pooled and missing groups
    protection: tuple[str, ...]
    cohort: str  # about the mark of the cohort, or empty


class Summary(Struct, frozen=True):
    legend: tuple[Legend, ...]
    tables: tuple[Table, ...]
    with_cohort: bool


class Placed(Struct, frozen=True):
    """A behaviour on the map."""

    text: str
    own: str
    others: Figure
    gap: Figure
    across: float  # own rating minus that of others, scale points
    up: float  # figure of others


class Kind(Struct, frozen=True):
    """Behaviours in which the delegate's view and that of others lie alike."""

    id: str  # also the name of its mark
    title: str
    note: str
    rows: tuple[Placed, ...]
    more: int = 0  # behaviours that the page has no room for


class Compare(Struct, frozen=True):
    kinds: tuple[Kind, ...]  # without those too close to call
    close: Kind
    map: Drawing
    sentences: tuple[str, ...]


class Side(Struct, frozen=True):
    title: str
    figure: str
    mark: str


class Difference(Struct, frozen=True):
    title: str
    note: str
    strip: Strip
    lower: Side
    higher: Side


class Ranks(Struct, frozen=True):
    legend: tuple[Legend, ...]
    highest: Table | None
    lowest: Table | None
    note: str
    differences: tuple[Difference, ...]
    more: int
    has_groups: bool  # whether there are two that could differ


class Workshop(Struct, frozen=True):
    title: str
    note: str
    competencies: tuple[Table, ...]  # the first row of each is the competency as a whole


class Change(Struct, frozen=True):
    title: str
    before: str
    after: str
    change: str
    at_before: float
    at_after: float
    error: float  # half of the bar, scale points
    words: str
    is_clear: bool
    is_value: bool = False


class Changes(Struct, frozen=True):
    title: str
    sentences: tuple[str, ...]
    lead: str
    notes: tuple[str, ...]
    rows: tuple[Change, ...]


class Speaker(Struct, frozen=True):
    title: str
    mark: str
    n: int
    texts: tuple[str, ...]


class Answers(Struct, frozen=True):
    question: str
    speakers: tuple[Speaker, ...]


class Comments(Struct, frozen=True):
    lead: str
    questions: tuple[Answers, ...]


class Choice(Struct, frozen=True):
    text: str
    competency: str
    why: str
    workshop: str
    own: str
    others: Figure
    gap: Figure


class Debrief(Struct, frozen=True):
    lead: str
    prompts: tuple[str, ...]
    choices: tuple[Choice, ...]
    others_title: str  # head of the column of others


class PlanField(Struct, frozen=True):
    label: str
    hint: str
    lines: int = 1


class Plan(Struct, frozen=True):
    lead: str
    areas: int
    wide: PlanField
    halves: tuple[PlanField, ...]
    last: PlanField


class Annex(Struct, frozen=True):
    lead: str
    columns: tuple[Column, ...]
    groups: tuple[Table, ...]
    with_agreement: bool
    with_cohort: bool


class Method(Struct, frozen=True):
    left: tuple[Block, ...]
    right: tuple[Block, ...]
    checksum: str


class Document(Struct, frozen=True):
    """A whole report. A part that has nothing to show is None."""

    title: str
    top: int  # highest point of the scale
    running: str  # programme and cohort, at the head of each page
    confidential: str
    is_two_voices: bool
    cover: Cover
    one_page: OnePage
    reading: Reading
    summary: Summary | None
    compare: Compare | None
    ranks: Ranks | None
    changes: Changes | None
    workshops: tuple[Workshop, ...]
    comments: Comments | None
    debrief: Debrief
    plan: Plan
    annex: Annex | None
    method: Method
    sections: dict[str, tuple[Section, ...]] = field(default_factory=dict)  # the part that they follow -> sections
    marks: dict[str, tuple[str, str]] = field(default_factory=dict)  # name -> shape, colour
