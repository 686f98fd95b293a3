"""Build the content of a delegate's result, chapter by chapter, from its facts alone. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from msgspec import Struct

from chalicelib.core import colour
from chalicelib.core.formatting import day, plural
from chalicelib.core.model import Programme
from chalicelib.forms.impact_options import LEVELS
from chalicelib.impact.result import words
from chalicelib.impact.result.facts import AreaResult, ResultFacts, SumView

TITLE = "Your six-month result"
OUTCOMES = {"improved": "Improved", "unchanged": "Unchanged", "worse": "Worse", "no_answer": "No figure now"}
METHOD = (
    "Every figure and answer here was given by you, by your line manager under their name, or by raters together.",
    "Your answers and your line manager’s words are shown as they were written.",
    "Raters were asked how much each development area has changed, from −3 (much worse) to +3 (much better).",
    "Their figure is a mean. It is shown only if enough of them answered, by the same rule as in your 360 report.",
    "No one can see from it who answered, or what one person chose.",
    "“Too close to call” and similar words come from the same rules as in your 360 report.",
    "Looking back, people often rate themselves lower than they did at the time: so both are shown.",
    "A sum is counted with the lower of two shares, yours and your line manager’s, and then with how sure you are.",
    "A share that was not given counts as 0. What got worse is never discounted.",
    "These are the views of people who know the work; there was no group without the programme to compare with.",
)


class Pair(Struct, frozen=True):
    label: str
    text: str
    is_quote: bool = False  # in someone's own words


class Strip(Struct, frozen=True):
    """What one side sees, in words and as a picture of the same.

    at      place on a scale from 0 to 1; None: words only
    steps   how many steps the scale has, of which `at` is the last that was reached; 0: from much worse to much better
    """

    label: str
    words: str
    at: float | None = None
    steps: int = 0


class Card(Struct, frozen=True):
    """A titled list of strips, and of labels and texts."""

    title: str
    pairs: tuple[Pair, ...] = ()
    strips: tuple[Strip, ...] = ()


class Table(Struct, frozen=True):
    """Rows of texts.

    points   for each row, the places of its figures on a scale from 0 to 1, in the order of the heads; or none
    """

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    points: tuple[tuple[float | None, ...], ...] = ()


class Chapter(Struct, frozen=True):
    title: str
    lead: str = ""
    lines: tuple[str, ...] = ()
    cards: tuple[Card, ...] = ()
    tables: tuple[Table, ...] = ()


class Document(Struct, frozen=True):
    title: str
    delegate: str
    running: str
    confidential: str
    details: tuple[tuple[str, str], ...]
    organisation: str
    brand: str
    on_brand: str
    accent: str
    logo: str
    chapters: tuple[Chapter, ...]


def build_document(programme: Programme, facts: ResultFacts) -> Document:
    brand = programme.organisation.brand
    details = (
        ("Programme", facts.programme),
        ("Cohort", facts.cohort),
        ("Coach", facts.coach),
        ("Made on", day(facts.issued)),
    )
    return Document(
        title=TITLE,
        delegate=facts.delegate,
        running=", ".join(filter(None, [facts.programme, facts.cohort])),
        confidential=f"Confidential to {facts.delegate} and {facts.coach}",
        details=tuple((label, text) for label, text in details if text),
        organisation=facts.organisation,
        brand=brand,
        on_brand=colour.text_on(brand),
        accent=colour.text_from(brand),
        logo=programme.organisation.logo or "",
        chapters=tuple(_chapters(facts, len(programme.scale))),
    )


def _chapters(facts: ResultFacts, top: int) -> Iterator[Chapter]:
    yield _one_page(facts)
    if facts.areas:
        yield Chapter("Your development areas", cards=tuple(_area(area, facts) for area in facts.areas))
    yield from _changed_course(facts)
    yield from _changes(facts)
    yield from _competencies(facts, top)
    yield from _work(facts)
    yield from _measures(facts)
    yield from _sums(facts)
    yield from _factors(facts)
    yield Chapter("What comes next", lines=(_goes_on(facts),))
    yield from _answers(facts)
    yield Chapter("How this was made", lines=METHOD)


def _one_page(facts: ResultFacts) -> Chapter:
    cards = [Card(area.text, strips=tuple(_strips(area, facts)), pairs=_apart(area)) for area in facts.areas]
    return Chapter("Your result on a page", lead=_who_answered(facts), cards=tuple(cards))


def _strips(area: AreaResult, facts: ResultFacts) -> Iterator[Strip]:
    """List what the delegate says, what the line manager sees and what raters see, one below the other."""
    levels = [level for level, _ in LEVELS]
    reached = levels.index(area.level) / (len(levels) - 1) if area.level in levels else None
    yield Strip("You", words.level_words(area) or _capital(words.NOT_ANSWERED), reached, len(levels))
    if area.manager_change:
        seen = words.managers_change(area)
        yield Strip("Your line manager", words.change_words(area.manager_change), _of_change(seen))
    elif facts.manager_words or not facts.manager_answered:
        yield Strip("Your line manager", _capital(words.NOT_ANSWERED))
    if facts.raters_asked:
        label = plural(area.raters.n, "rater", "raters") if area.raters.n else "Raters"
        text = _capital(area.raters.display or words.TOO_FEW)
        yield Strip(label, text, _of_change(words.raters_change(area)))


def _of_change(change: Fraction | None) -> float | None:
    """Place a change from -3 to +3 on a scale from 0 to 1."""
    return None if change is None else float((change + 3) / 6)


def _apart(area: AreaResult) -> tuple[Pair, ...]:
    said = " ".join(words.where_they_part(area))
    return (Pair("Where you differ", said),) if said else ()


def _who_answered(facts: ResultFacts) -> str:
    said = [_both_sides(facts)]
    if facts.manager_answered and not facts.manager_words:
        said.append("Their form did not name you as a reader, so their words are not shown.")
    if not facts.raters_asked:
        said.append("Raters were not asked.")
    elif not any(area.raters.display for area in facts.areas):
        said.append("Too few raters answered to show a figure of any area.")
    return " ".join(said)


def _both_sides(facts: ResultFacts) -> str:
    manager = f"your line manager, {facts.manager},"
    if facts.has_answered and facts.manager_answered:
        return f"You and {manager} answered the survey."
    if facts.has_answered:
        return f"You answered the survey; {manager} did not."
    if facts.manager_answered:
        return f"{_capital(manager)} answered the survey; you did not."
    return f"Neither you nor {manager} answered the survey."


def _area(area: AreaResult, facts: ResultFacts) -> Card:
    pairs = [
        Pair("What you noted on the way", "\n".join(area.notes)),
        Pair("How far you have come", words.level_words(area) or ("" if not facts.has_answered else "Not answered")),
        Pair("Your example", area.example, is_quote=True),
        Pair("Who noticed", area.noticed, is_quote=True),
        Pair("What your line manager sees", words.change_words(area.manager_change)),
        Pair("In your line manager’s words", area.manager_evidence, is_quote=True),
        Pair("What your raters see", words.raters_words(area.raters) if facts.raters_asked else ""),
    ]
    return Card(area.text, tuple(pair for pair in pairs if pair.text))


def _changed_course(facts: ResultFacts) -> Iterator[Chapter]:
    if facts.changed_course:
        pairs = (
            Pair(changed_course.text, changed_course.why or "No reason was given.", bool(changed_course.why))
            for changed_course in facts.changed_course
        )
        lead = "You gave these areas up on the way, so the survey did not ask about them."
        yield Chapter("Where you changed course", lead, cards=(Card("Areas that were given up", tuple(pairs)),))


def _changes(facts: ResultFacts) -> Iterator[Chapter]:
    if facts.changes:
        rows = tuple(
            (change.text, change.before, change.after, change.change, _noise(change.noise)) for change in facts.changes
        )
        heads = ("Behaviour, seen by all others", "First 360", "Follow-up", "Change", "")
        yield Chapter(
            "What changed in your 360", tables=(Table("Change of the behaviours of your areas", heads, rows),)
        )


def _noise(noise: str) -> str:
    return {"yes": "clear", "no": "too close to call", "cannot say": "too close to call"}.get(noise, "")


def _competencies(facts: ResultFacts, top: int) -> Iterator[Chapter]:
    """Yield a chapter for each competency.

    top  the highest point of the programme's scale
    """
    if facts.competencies:
        rows = tuple(
            (competency.title, competency.first or "–", competency.then or "–", competency.now or "–")
            for competency in facts.competencies
        )
        heads = ("Competency", "In your first 360", "Looking back", "Now")
        points = tuple(
            tuple(_on_scale(text, top) for text in (competency.first, competency.then, competency.now))
            for competency in facts.competencies
        )
        title = f"Your own ratings, from 1 to {top}"
        yield Chapter("Then and now, as you see it", tables=(Table(title, heads, rows, points),))


def _on_scale(figure: str, top: int) -> float | None:
    """Place a figure of a scale from 1 to `top` between 0 and 1."""
    try:
        return float((Fraction(figure) - 1) / (top - 1))
    except ValueError:
        return None  # not answered


def _work(facts: ResultFacts) -> Iterator[Chapter]:
    rows = tuple((work.title, _capital(work.submitted), work.answer or "–") for work in facts.work)
    pairs = [
        Pair("What was put into practice", facts.implemented, is_quote=True),
        Pair("Your proposal", facts.decision),
        Pair("What it did for the service, in your line manager’s words", facts.effect, is_quote=True),
    ]
    said = tuple(pair for pair in pairs if pair.text)
    if rows or said:
        yield Chapter(
            "Your work",
            cards=(Card("What it led to", said),) if said else (),
            tables=(Table("Tasks", ("Task", "Submitted", "At six months"), rows),) if rows else (),
        )


def _measures(facts: ResultFacts) -> Iterator[Chapter]:
    rows = [
        (
            measure.name,
            _figure(measure.baseline, measure.unit),
            _figure(measure.now, measure.unit),
            OUTCOMES[measure.outcome],
            measure.source,
        )
        for measure in facts.measures
    ]
    worse = [
        Pair("What got worse, or cost more than it brought", facts.worse, is_quote=True),
        Pair("A year", facts.lost),
    ]
    said = tuple(pair for pair in worse if pair.text)
    if rows or said:
        heads = ("Measure", "Before", "Now", "", "Source")
        yield Chapter(
            "Figures of the service",
            lead="What got worse or did not move comes first." if rows else "",
            cards=(Card("The other side", said),) if said else (),
            tables=(Table("Measures", heads, tuple(rows)),) if rows else (),
        )


def _figure(value: str, unit: str) -> str:
    return f"{value} {unit}".strip() if value else "–"


def _sums(facts: ResultFacts) -> Iterator[Chapter]:
    if facts.sums:
        heads = ("Sum a year", "Claimed", "Your share", "Line manager’s share", "How sure you are", "Counted")
        rows = tuple(
            (
                sum_view.name,
                sum_view.money,
                sum_view.own_share or "–",
                sum_view.manager_share or "–",
                sum_view.confidence or "–",
                sum_view.used or "–",
            )
            for sum_view in facts.sums
        )
        counted = [say_counted(sum_view) for sum_view in facts.sums if sum_view.counted]
        yield Chapter("In money, as counted", lines=tuple(counted), tables=(Table("Sums", heads, rows),))


def say_counted(sum_view: SumView) -> str:
    """Say whose share counted, and why. A missing share counts as zero."""
    if not sum_view.manager_share:
        return f"{sum_view.name}: your line manager gave no share, so no money is counted."
    if not sum_view.own_share:
        return f"{sum_view.name}: you gave no share, so no money is counted."
    whose = "your share" if sum_view.counted == "own" else "your line manager’s share"
    return f"{sum_view.name}: {whose} counted, because it was the lower one or the same."


def _factors(facts: ResultFacts) -> Iterator[Chapter]:
    if facts.factors:
        rows = tuple((factor.title, factor.words) for factor in facts.factors)
        why = Card("In your words", (Pair("", facts.factors_why, is_quote=True),))
        yield Chapter(
            "What helped, and what hindered",
            cards=(why,) if facts.factors_why else (),
            tables=(Table("Factors", ("", "How much"), rows),),
        )


def _goes_on(facts: ResultFacts) -> str:
    return (
        f"In your review with {facts.coach} you decide which areas continue, which are done, and what comes next. "
        "What you agree is on your programme page."
    )


def _answers(facts: ResultFacts) -> Iterator[Chapter]:
    if facts.answers:
        heads = ("Question", "Your answer")
        tables = [
            Table(part.title, heads, tuple((line.question, line.answer) for line in part.lines))
            for part in facts.answers
        ]
        yield Chapter("All that you answered", tables=tuple(tables))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
