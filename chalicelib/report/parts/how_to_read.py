"""Explain the report on one page: what a row says, who answered, and what protects them. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from chalicelib.core.formatting import join_words
from chalicelib.core.model import SELF_GROUP
from chalicelib.report.parts.document import Dot, Example, Reading, Strip, Voice
from chalicelib.report.parts.rows import MANAGER, OWN, Index
from chalicelib.report.parts.wording import curly, lower_first
from chalicelib.results.published import ALL_OTHERS

LEAD = (
    "This report shows how people saw your work at one point in time. It is not a test, and no one’s view is the "
    "right one."
)


def how_to_read(index: Index) -> Reading:
    return Reading(
        lead=LEAD,
        examples=tuple(_two_voices(index) if index.is_two_voices else _examples(index)),
        points=tuple(_points(index)),
        scale=tuple(curly(label) for label in index.programme.scale),
        voices=tuple(_voices(index)),
        notes=tuple(_notes(index)),
        protection=tuple(_protection(index)),
        cohort=_cohort(index),
    )


def _at(index: Index, share: float) -> float:
    """Return a place on the scale, from 0 (lowest) to 1."""
    return round(1 + share * (index.top - 1), 2)


def _examples(index: Index) -> Iterable[Example]:
    bar = Strip(low=_at(index, 0.42), high=_at(index, 0.78), line=_at(index, 0.6))
    if index.reference != ALL_OTHERS:
        return
    yield Example(
        replace(bar, dots=(Dot(OWN, _at(index, 0.92)),)),
        "Your mark is outside the bar.",
        "You rate it higher than they do, and the report says so.",
    )
    yield Example(
        replace(bar, dots=(Dot(OWN, _at(index, 0.5)),)),
        "Your mark is inside.",
        "Too close to call: take your view and theirs as the same.",
    )
    yield Example(
        Strip((), low=_at(index, 0.72), high=_at(index, 1), line=_at(index, 0.9), sign="≥"),
        "An arrow",
        "means “or more”: nearly all gave the top rating.",
    )


def _two_voices(index: Index) -> Iterable[Example]:
    mark = index.marks.get(index.reference, MANAGER)
    far = (Dot(OWN, _at(index, 0.9)), Dot(mark, _at(index, 0.1)))
    near = (Dot(OWN, _at(index, 0.5)), Dot(mark, _at(index, 0.75)))
    yield Example(Strip(far, is_linked=True), "A line between the marks:", "far enough apart to talk about.")
    yield Example(Strip(near), "No line:", "too close to call. Two people often differ by a point.")


def _points(index: Index) -> Iterable[str]:
    if index.is_two_voices:
        yield f"{index.title_of(index.reference)} is one person. Treat this report as the start of a conversation."
    if index.reference == ALL_OTHERS:
        yield "The black line is the mean of everyone but you. Each rater counts once."
        yield (
            "The grey bar shows where your mark would count as the same: other people in the same jobs could have "
            "moved the line that far, and your own rating is only a whole number. Few raters make it long."
        )
    if index.has_hollow_lines:
        yield "Where groups clearly differ, the black line is hollow: look at each group’s own mark."
    if index.facts.gaps or index.is_two_voices:
        yield "Gap is your rating minus theirs. It is bold where it counts."
    yield "“Not able to comment” and blanks are in no figure. A dash means that nothing can be shown."


def _voices(index: Index) -> Iterable[Voice]:
    for cell in index.cells:
        title = "You" if cell.cell == SELF_GROUP else curly(cell.title)
        yield Voice(title, index.marks[cell.cell], cell.n)


def _notes(index: Index) -> Iterable[str]:
    facts = index.facts
    for block in index.blocks:
        yield (
            f"{curly(block.title)} are shown together for single behaviours: fewer than {facts.behaviours_from} people "
            "answered in at least one of these groups."
        )
    for cell in facts.cells:
        if cell.cell in facts.merged:
            yield (
                f"{curly(cell.title)} are shown together: on their own, fewer than {facts.threshold} people answered "
                "in at least one of these groups."
            )
    if facts.too_few:
        yield (f"Fewer than {facts.threshold} other people answered. Their ratings are not shown and are in no figure.")
    elif any(not cell.named for cell in facts.cells) and index.reference != ALL_OTHERS:
        yield f"On no behaviour did {facts.threshold} people give a rating, so none can be shown."


def _protection(index: Index) -> Iterable[str]:
    facts = index.facts
    named = [
        lower_first(curly(group.title)) for group in index.programme.groups if group.named and group.id != SELF_GROUP
    ]
    yield f"Only you{' and your ' + join_words(named) if named else ''} are shown by name, as everyone was informed."
    if facts.rule > 1:
        yield (
            f"Everyone else is shown in groups: of {facts.threshold} or more for competencies, of "
            f"{facts.behaviours_from} or more for behaviours, values and the whole."
        )
    else:
        yield f"Everyone else is shown in groups of {facts.threshold} or more."
    yield (
        "If nearly all gave the top or bottom rating, we print “or more” (≥) or “or less” (≤), so that no one’s rating "
        "can be worked out."
    )
    yield f"Comments are under a group’s name only where {facts.comments_from} or more answered."
    yield "Please do not try to guess who said what. Guesses are often wrong."


def _cohort(index: Index) -> str:
    many = max((mean.delegates for mean in index.facts.cohort_means), default=0)
    if not many or index.reference != ALL_OTHERS:
        return ""
    return f"The small grey triangle under a row is the mean of all {many} reports of your cohort."
