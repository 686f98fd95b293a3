"""The shape of facts.json: every key with what it holds; docs/facts.md is made from these types. Pure."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Annotated

from msgspec import Meta, Struct

from chalicelib.results.layout import FIRST_RULE
from chalicelib.results.rounding import Range, read_exact, read_range
from chalicelib.results.statements import Said

Kind = Annotated[str, Meta(description="item, competency, value or overall")]
SubjectId = Annotated[str, Meta(description="of the item, competency or value")]
Direction = Annotated[
    str, Meta(description="at_least, at_most or about: where the truth lies; left out if no printed number changes")
]
Least = Annotated[
    str, Meta(description="the least that the truth can be, a fraction such as 19/4; left out if the figure is exact")
]
Most = Annotated[str, Meta(description="the most that the truth can be; left out if the figure is exact")]
Limits = Annotated[
    tuple[float, ...], Meta(description="least and most of the truth, in scale points; left out under rule 1")
]
StandardError = Annotated[
    float, Meta(description="standard error in scale points, from n and constants; left out if there is none")
]


class ReportHeading(Struct, frozen=True):
    """The words of the cover. Empty strings are left out."""

    delegate: Annotated[str, Meta(description="the delegate's name")]
    job_title: Annotated[str, Meta(description="their job")]
    service: Annotated[str, Meta(description="their service")]
    cohort: Annotated[str, Meta(description="their cohort")]
    programme: Annotated[str, Meta(description="title of the programme")]
    organisation: Annotated[str, Meta(description="name of the organisation")]
    coach: Annotated[str, Meta(description="name of the coach")]
    wave: Annotated[str, Meta(description="baseline, followup or pulse")]
    issued: Annotated[date, Meta(description="local date of the deadline")]


class CellFact(Struct, frozen=True):
    """Raters who are heard as one voice in competencies, or under whose name comments appear."""

    cell: Annotated[
        str, Meta(description="id: its groups' ids joined by +; of one of several named people, with the name")
    ]
    title: Annotated[str, Meta(description="for readers")]
    groups: Annotated[tuple[str, ...], Meta(description="ids of rater groups")]
    n: Annotated[int, Meta(description="completed raters")]
    named: Annotated[bool, Meta(description="whether it is shown by name: self, the line manager")]


class BlockFact(Struct, frozen=True):
    """Anonymous raters whose behaviours, values, overall figure and comments are shown together. Rule 2 only."""

    block: Annotated[str, Meta(description="id; the id of its cell if it has one cell")]
    title: Annotated[str, Meta(description="for readers")]
    groups: Annotated[tuple[str, ...], Meta(description="ids of rater groups")]
    cells: Annotated[tuple[str, ...], Meta(description="ids of its cells, whose competencies are shown one by one")]
    n: Annotated[int, Meta(description="completed raters")]
    behaviours: Annotated[bool, Meta(description="whether single behaviours are shown; if not, only competencies are")]


class Statistic(Struct, frozen=True):
    """A figure."""

    about: Kind
    id: SubjectId
    cell: Annotated[str, Meta(description="a cell's id; of an item, a value and overall a block's id; all_others")]
    n: Annotated[int, Meta(description="raters behind it")]
    mean: Annotated[float, Meta(description="scale points, not rounded")]
    display: Annotated[str, Meta(description="as the report prints it: 3.6, or 4.8 or more")]
    bound: Direction = ""
    low: Least = ""
    high: Most = ""
    exact: Annotated[str, Meta(description="the mean as a fraction, if its float is not exact")] = ""
    bounds: Limits = ()
    se: StandardError = 0.0

    @property
    def exact_se(self) -> Fraction:
        return read_exact(self.se)

    @property
    def range(self) -> Range:
        mean = Fraction(self.exact) if self.exact else read_exact(self.mean)
        if self.low or self.high or " " not in self.display:
            return read_range(mean, self.low, self.high)
        one_point = Fraction(1, self.n)  # facts from before bounds were stored
        return Range(
            mean, mean - one_point * self.display.endswith("less"), mean + one_point * self.display.endswith("more")
        )


class Gap(Struct, frozen=True):
    """Self minus all others. Positive: the delegate rates themself higher."""

    about: Kind
    id: SubjectId
    gap: Annotated[float, Meta(description="scale points, not rounded")]
    display: Annotated[str, Meta(description="as the report prints it")]
    bound: Direction = ""
    low: Least = ""
    high: Most = ""
    bounds: Limits = ()
    se: StandardError = 0.0

    @property
    def range(self) -> Range:
        return read_range(read_exact(self.gap), self.low, self.high)


class CommentFact(Struct, frozen=True):
    """A comment, word for word, in an order that shows nothing."""

    question: Annotated[str, Meta(description="id of the open question")]
    cell: Annotated[str, Meta(description="id of one of comment_cells")]
    text: Annotated[str, Meta(description="the comment")]


class AgreementFact(Struct, frozen=True):
    """How far raters agree, in a word: the only figure of spread. Under rule 2 only in blocks of one cell."""

    about: Kind
    id: SubjectId
    cell: Annotated[str, Meta(description="an anonymous cell's id; all_others, never for an item")]
    n: Annotated[int, Meta(description="of an item: ratings; else: the words that it sums up")]
    word: Annotated[str, Meta(description="agree, mixed or split")]


class AgreementCut(Struct, frozen=True):
    """The cut-offs of the words for n ratings. Rule 1: of r_wg. Rule 2: of the variance of the ratings."""

    n: Annotated[int, Meta(description="ratings")]
    agree: Annotated[str, Meta(description="rule 1: above it; rule 2: below it")]
    split: Annotated[str, Meta(description="rule 1: at most; rule 2: from it on; otherwise mixed")]


class ChangeFact(Struct, frozen=True):
    """A figure that an earlier report and this one both show under the same id."""

    about: Kind
    id: SubjectId
    cell: Annotated[str, Meta(description="as that of a statistic")]
    n_before: Annotated[int, Meta(description="raters behind the earlier figure")]
    n_after: Annotated[int, Meta(description="raters behind this one")]
    before: Annotated[str, Meta(description="as the earlier report prints it")]
    after: Annotated[str, Meta(description="as this report prints it")]
    change: Annotated[float, Meta(description="after minus before, in scale points")]
    display: Annotated[str, Meta(description="as printed; cannot say if its bounds leave the direction open")]
    noise: Annotated[str, Meta(description="larger than noise: yes, no, cannot say; empty if not estimated")] = ""
    bound: Direction = ""
    low: Least = ""
    high: Most = ""
    bounds: Limits = ()
    se: StandardError = 0.0

    @property
    def range(self) -> Range:
        return read_range(read_exact(self.change), self.low, self.high)


class CohortMean(Struct, frozen=True):
    """The mean over delegates of a figure in their reports, from five delegates on."""

    about: Kind
    id: SubjectId
    cell: Annotated[str, Meta(description="self or all_others")]
    delegates: Annotated[int, Meta(description="delegates behind it")]
    mean: Annotated[float, Meta(description="scale points, not rounded")]
    display: Annotated[str, Meta(description="as the report prints it")]
    bound: Direction = ""
    low: Least = ""
    high: Most = ""
    bounds: Limits = ()


class Facts(Struct, frozen=True):
    """The whole file. Fields are only ever added."""

    heading: Annotated[ReportHeading, Meta(description="the cover; in the file its fields are at the top")]
    threshold: Annotated[int, Meta(description="minimum raters of a cell")]
    comments_from: Annotated[int, Meta(description="minimum raters under whose names comments appear")]
    cells: Annotated[tuple[CellFact, ...], Meta(description="who is heard as one voice in competencies")]
    comment_cells: Annotated[tuple[CellFact, ...], Meta(description="under whose names comments appear")]
    merged: Annotated[tuple[str, ...], Meta(description="ids of cells that hold several rater groups")]
    too_few: Annotated[bool, Meta(description="whether no anonymous answer is shown, because too few answered")]
    comments_withheld: Annotated[bool, Meta(description="whether anonymous comments are withheld for the same reason")]
    statistics: Annotated[tuple[Statistic, ...], Meta(description="every figure")]
    gaps: Annotated[tuple[Gap, ...], Meta(description="self minus all others")]
    highest: Annotated[
        tuple[str, ...],
        Meta(description="ids of items rated highest by all others; none if many are level"),
    ]
    lowest: Annotated[tuple[str, ...], Meta(description="ids of items rated lowest, lowest first")]
    comments: Annotated[tuple[CommentFact, ...], Meta(description="every comment")]
    checksum: Annotated[str, Meta(description="SHA-256 of everything else")]
    agreements: Annotated[tuple[AgreementFact, ...], Meta(description="words of agreement; left out if none")] = ()
    agreement_cuts: Annotated[
        tuple[AgreementCut, ...],
        Meta(description="their cut-offs for each n; left out if none"),
    ] = ()
    compared_with: Annotated[str, Meta(description="the wave compared with; left out in a first report")] = ""
    changes: Annotated[tuple[ChangeFact, ...], Meta(description="what changed since; left out in a first report")] = ()
    other_people: Annotated[
        tuple[str, ...],
        Meta(description="named cells that another person answers now; left out if none"),
    ] = ()
    cohort_means: Annotated[tuple[CohortMean, ...], Meta(description="means of the cohort; left out if none")] = ()
    rule: Annotated[int, Meta(description="the publishing rule: 2, or left out for the first")] = FIRST_RULE
    behaviours_from: Annotated[int, Meta(description="minimum raters of a block; left out under rule 1")] = 0
    rater_sd: Annotated[float, Meta(description="spread of raters, for every se; left out under rule 1")] = 0.0
    rater_halo: Annotated[float, Meta(description="share of it that is leniency; left out under rule 1")] = 0.0
    blocks: Annotated[tuple[BlockFact, ...], Meta(description="who is shown together; left out under rule 1")] = ()
    said: Annotated[tuple[Said, ...], Meta(description="what may be said; left out under rule 1")] = ()
