"""List every figure, and say how the figures are made. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.report.parts.cover import issued_on
from chalicelib.report.parts.document import Annex, Block, Method, Point, Row, Table, TextTable
from chalicelib.report.parts.rows import Index
from chalicelib.report.parts.wording import curly
from chalicelib.results.published import OVERALL_ID, About
from chalicelib.results.statements import CHANGE_TIMES, GAP_TIMES, PLACE_TIMES, error_of_gap
from chalicelib.results.uncertainty import standard_error

RATERS = (1, 3, 4, 5, 7, 10, 15)  # of the table of errors
OF_A_COMPETENCY = 4  # behaviours in it, for the same table


def annex(index: Index) -> Annex | None:
    """List all figures on one or two pages; a report of two voices shows them on its pages."""
    if index.is_two_voices or not index.facts.statistics:
        return None
    groups = [Table(index.columns(), rows, title) for title, rows in _groups(index) if rows]
    with_agreement, many = bool(index.agreements), max((m.delegates for m in index.facts.cohort_means), default=0)
    lead = "Mean. A column’s head has its number of raters; a small number shows where fewer could rate."
    lead += " Gap in bold where it is more than chance." if index.facts.gaps else ""
    lead += " Agreement of the raters: agree, mixed or split." if with_agreement else ""
    lead += f" Cohort: mean of {many} reports." if many else ""
    lead += " In brackets: the change since the first 360, where both reports show the figure." if index.changes else ""
    return Annex(lead, index.columns(), tuple(groups), with_agreement, bool(many))


def _groups(index: Index) -> Iterable[tuple[str, tuple[Row, ...]]]:
    programme = index.programme
    wholes = [(About.OVERALL, OVERALL_ID, "All behaviours")]
    wholes += [(About.COMPETENCY, c.id, c.title) for c in programme.competencies]
    yield "Competencies", _rows(index, wholes)
    yield "Values", _rows(index, [(About.VALUE, value.id, value.title) for value in programme.values])
    for competency in programme.competencies:
        subjects = [(About.ITEM, item.id, item.others_wording.rstrip(".")) for item in competency.items]
        yield curly(competency.title), _rows(index, subjects)


def _rows(index: Index, subjects: Iterable[tuple[About, str, str]]) -> tuple[Row, ...]:
    return tuple(
        index.row(about, subject, title, with_n=True)
        for about, subject, title in subjects
        if index.has_figures(about, subject)
    )


# --- method ----------------------------------------------------------------------------------------------


def method(index: Index) -> Method:
    """Explain the figures; a report of two voices needs little of it."""
    if index.is_two_voices:
        return Method((_two_voices(),), (_spread(index), _this_copy(index)), index.facts.checksum)
    left = [_means(index), _bounds(), *_agreement(index), _left_out()]
    right = [_when_said(index), _spread(index), _this_copy(index)]
    return Method(tuple(left), tuple(right), index.facts.checksum)


def _means(index: Index) -> Block:
    facts = index.facts
    behaviours = [
        f"A behaviour’s figure is the mean of the ratings of the people shown together. We print it from "
        f"{facts.behaviours_from - 1} ratings of a group of {facts.behaviours_from} up.",
        "A competency’s figure of a group that shares its behaviours with another group is made of the ratings of the "
        "behaviours that enough of each group rated; else it takes each rater’s mean first.",
    ]
    if facts.rule == 1:
        behaviours = [
            "A behaviour’s figure is the mean of the ratings of the people shown together. We print it from "
            f"{facts.threshold} ratings up.",
            "A competency’s figure takes each rater’s mean first, for raters who rated at least half of its "
            "behaviours, then the mean over raters. Values work the same way.",
        ]
    return Block(
        "Means",
        (
            *behaviours,
            "“All” is the mean over raters, not over groups, so a large group weighs more than a small one. It is made "
            "only of figures that are printed here.",
            "Figures are rounded once, half up. A gap is taken before rounding, so it can differ by 0.1 from the "
            "figures next to it.",
        ),
    )


def _two_voices() -> Block:
    return Block(
        "How the figures are made",
        (
            "A competency’s figure is the mean of its behaviours, if at least half of them were rated. Figures are "
            "rounded once, half up; a gap is taken before rounding.",
            "Two people who watch the same leader often differ by a point. So the report speaks of a difference only "
            f"where it is larger than {float(GAP_TIMES):g} standard errors.",
        ),
    )


def _bounds() -> Block:
    return Block(
        "“Or more” and “or less”",
        (
            "If nearly all ratings of a group are the highest or the lowest, we print a figure a little further inside "
            "and say “or more” (≥) or “or less” (≤). Such a figure also enters “All” and gaps, which carry the sign "
            "on. The report never says more than the sign leaves certain.",
        ),
    )


def _agreement(index: Index) -> Iterable[Block]:
    if not index.facts.agreement_cuts:
        return
    rows = tuple((str(cut.n), cut.agree, cut.split) for cut in index.facts.agreement_cuts)
    heads = (
        ("Raters", "Agree above", "Split up to") if index.facts.rule == 1 else ("Raters", "Agree below", "Split from")
    )
    yield Block(
        "Agreement",
        (
            "Agree, mixed and split set the spread of the ratings against the spread of ratings given by chance. "
            "People who share a habit of rating in the middle agree by habit, so read “agree” with care.",
        ),
        table=TextTable(heads, rows),
    )


def _left_out() -> Block:
    return Block(
        "What the report leaves out",
        (
            "No norm beyond your cohort, no rank, no score for you as a person. No rating enters any figure unless it "
            "may be shown.",
        ),
    )


def _when_said(index: Index) -> Block:
    rows = tuple((str(n), f"± {_half(index, n, 1):.1f}", f"± {_half(index, n, OF_A_COMPETENCY):.1f}") for n in RATERS)
    return Block(
        "When the report says something",
        (
            "Two people who watch the same leader often differ. So a mean of few raters moves when other people are "
            "asked. Your own rating can only be a whole number. The grey bar shows both.",
        ),
        points=_points(
            f"You and they differ if your rating is outside the bar: {float(GAP_TIMES):g} standard errors of the gap.",
            f"Two groups differ if they are apart by more than {float(GAP_TIMES):g} times the error of both together. "
            "One manager is one person, so a manager must be well over a point away to count.",
            f"A strength or weakness counts if it is more than {float(PLACE_TIMES):g} standard errors from your "
            "own average.",
            f"A change counts if it is larger than {float(CHANGE_TIMES):g} times the error of both years together.",
            "Otherwise it is too close to call.",
        ),
        table=TextTable(("Raters", "Half of the bar, behaviour", "Half of the bar, competency"), rows),
    )


def _points(*texts: str) -> tuple[Point, ...]:
    return tuple(map(Point, texts))


def _half(index: Index, n: int, behaviours: int) -> float:
    """Return half of the bar of n raters, for one behaviour or for several."""
    about = About.ITEM if behaviours == 1 else About.COMPETENCY
    return float(GAP_TIMES * error_of_gap(about, standard_error(n, behaviours, index.spread)))


def _spread(index: Index) -> Block:
    deviation = float(index.spread.sd)
    return Block(
        "Where the error comes from",
        (
            "It comes from the number of raters and from a spread that is the same for every report "
            f"({deviation:.2f} points for one rater and one behaviour). It is not taken from the people who answered "
            "for you, so it says nothing about them. Talk about patterns, not about decimals.",
        ),
    )


def _this_copy(index: Index) -> Block:
    return Block(
        "This copy",
        (f"Questionnaire version {index.programme.version}, issued {issued_on(index)}. Checksum of the figures:",),
    )
