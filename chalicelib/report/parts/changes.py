"""Show what has changed since the first 360, and what of it is more than chance. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from chalicelib.core.formatting import join_words
from chalicelib.core.model import SELF_GROUP
from chalicelib.report.parts.cover import WAVES
from chalicelib.report.parts.document import DASH, Change, Changes
from chalicelib.report.parts.rows import Index, as_figure
from chalicelib.report.parts.wording import counted, curly, lower_first, upper_first
from chalicelib.results.change import CANNOT_SAY
from chalicelib.results.facts import ChangeFact
from chalicelib.results.published import OVERALL_ID, About
from chalicelib.results.rounding import MINUS, read_exact
from chalicelib.results.statements import CHANGE_TIMES, says
from chalicelib.results.uncertainty import error_of_difference

Subject = tuple[About, str, str]  # about, id, title
LEAD = (
    "The ring is what others said before, the black line what they say now. A change counts where the line is outside "
    "the grey bar. Some of the people may be others, and very high or low first figures tend to move to the middle."
)


def changes(index: Index) -> Changes | None:
    """Make the page of competencies and values, by all others, or by the delegate where no one else can be compared."""
    cell_id = _cell(index)
    rows = [_change(index, change, subject) for subject in _wholes(index) if (change := _find(index, subject, cell_id))]
    if not index.facts.changes:
        return None
    then = lower_first(WAVES.get(index.facts.compared_with, index.facts.compared_with))
    return Changes(
        title="What has changed",
        sentences=tuple(_sentences(index, cell_id)),
        lead=LEAD,
        notes=(f"Compared with the report “{then}”, from figures that both reports show.", *_other_people(index)),
        rows=tuple(rows),
    )


def _other_people(index: Index) -> Iterable[str]:
    """Name the cells without a change: it must not be the difference of two people."""
    names = [index.title_of(cell.cell) for cell in index.facts.cells if cell.cell in index.facts.other_people]
    if names:
        yield f"Another person answers now as: {', '.join(names)}. So no change is shown there."


def _cell(index: Index) -> str:
    compared = {change.cell for change in index.facts.changes}
    return next((cell for cell in (index.reference, SELF_GROUP) if cell in compared), SELF_GROUP)


def _wholes(index: Index) -> list[Subject]:
    programme = index.programme
    return [
        (About.OVERALL, OVERALL_ID, "All behaviours"),
        *((About.COMPETENCY, c.id, c.title) for c in programme.competencies),
        *((About.VALUE, value.id, value.title) for value in programme.values),
    ]


def _find(index: Index, subject: Subject, cell_id: str) -> ChangeFact | None:
    return index.changes.get((subject[0].value, subject[1], cell_id))


def _error(index: Index, change: ChangeFact) -> Fraction:
    """Return the standard error of a change; what the delegate said of themself has none."""
    if change.cell == SELF_GROUP:
        return Fraction(0)
    about = About(change.about)
    then, now = (index.error(about, change.id, n) for n in (change.n_before, change.n_after))
    return read_exact(change.se) or error_of_difference(then, now)


def _verdict(index: Index, change: ChangeFact) -> str:
    """Return "higher" or "lower" if the change is more than chance."""
    return says(change.range, _error(index, change), CHANGE_TIMES)


def _change(index: Index, change: ChangeFact, subject: Subject) -> Change:
    verdict = _verdict(index, change)
    words = {"higher": "Clear rise", "lower": "Clear fall", "": "Too close to call"}[verdict]
    if change.cell == SELF_GROUP:
        words = {"higher": "Higher", "lower": "Lower", "": "The same"}[verdict]
    if change.display == CANNOT_SAY:
        words = "Cannot say"
    return Change(
        title=curly(subject[2]),
        before=as_figure(change.before).text,
        after=as_figure(change.after).text,
        change=as_figure(change.display).text if change.display != CANNOT_SAY else DASH,
        at_before=_number(change.before),
        at_after=_number(change.after),
        error=round(float(CHANGE_TIMES * _error(index, change)), 3),
        words=words,
        is_clear=bool(verdict),
        is_value=subject[0] is About.VALUE,
    )


def _number(display: str) -> float:
    return float(display.partition(" ")[0].replace(MINUS, "-"))


def _sentences(index: Index, cell_id: str) -> Iterable[str]:
    if cell_id == SELF_GROUP:
        yield "Only your own figures can be compared."
        return
    moved: dict[str, list[str]] = {"higher": [], "lower": [], "": []}
    for competency in index.programme.competencies:
        change = index.changes.get((About.COMPETENCY.value, competency.id, cell_id))
        if change:
            moved[_verdict(index, change)].append(curly(competency.title))
    they, see = upper_first(index.they), "sees" if index.is_two_voices else "see"
    for side, word in (("higher", "rise"), ("lower", "fall")):
        if moved[side]:
            yield f"{they} {see} a clear {word} on {join_words(moved[side])}."
    if not moved["higher"] and not moved["lower"]:
        yield f"No competency has clearly risen or fallen in the eyes of {index.they}."
    elif moved[""]:
        rest = counted(len(moved[""]), "other competency", "other competencies")
        yield f"On {rest} the difference is too small to call a change."
