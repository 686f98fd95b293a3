"""Say in words and numbers what the board pages and the slides show of an edition. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from msgspec import to_builtins

from chalicelib.core import currency, formatting
from chalicelib.core.colour import text_from
from chalicelib.core.model import Programme
from chalicelib.sponsor.final import words
from chalicelib.sponsor.final.facts import ChangeLine, Figure, Final, FollowupLine, Response, Value

MAX_WORKED, MAX_FAILED = 2, 1  # stories on the board's pages; the summary and the pack have all
MAX_ROWS, MAX_ROWS_WITH_FOLLOWUP = 12, 9  # competencies on the first page
MAX_ROOMY_CHARS = 600  # of stories and requests; a longer second page has tighter spacing
MIN_SPAN = 1.2  # scale points on each side of the chart of changes


def board_content(programme: Programme, final: Final, *, drawn: bool = True) -> dict[str, Any]:
    """Return what the templates read. `drawn`: with charts, as on the board's pages and the slides."""
    return {
        **_heading(programme, final),
        **_sentences(final, drawn=drawn),
        **_changes(final),
        **_money(programme, final),
        **_stories(final),
        "boxes": list(_boxes(final)),
        "final": to_builtins(final),
    }


def _heading(programme: Programme, final: Final) -> dict[str, Any]:
    """Return the heading of the edition, its logo and its colours."""
    return {
        "title": f"Results of {final.programme}: {final.cohort}",
        "organisation": final.organisation,
        "programme": final.programme,
        "cohort": final.cohort,
        "accent": text_from(programme.organisation.brand),
        "day": [final.made_on.year, final.made_on.month, final.made_on.day],
        "made": formatting.day(final.made_on),
        "edition": final.edition,
        "replaces": final.replaces,
    }


def _sentences(final: Final, *, drawn: bool) -> dict[str, Any]:
    survey = final.survey
    return {
        "headline": list(final.headline),
        "slides": words.slide_titles(final),
        "again": words.say_again(final.followup) if survey and (survey.seen.managers or survey.seen.raters) else "",
        "response": words.response_line(final),
        "own": words.own_sentence(survey.changes, drawn=drawn) if survey and survey.changes else "",
        "areas": words.areas_sentence(survey.areas) if survey else "",
        "proposals": words.parts_sentence("Of their proposals to the board", survey.proposals) if survey else "",
        "measures": words.measures_sentence(survey) if survey else "",
        "reviews": words.parts_sentence("Of the areas in the six-month reviews", final.reviews),
    }


def _changes(final: Final) -> dict[str, Any]:
    """Return the changes that the pages have room for, and how many more there are."""
    survey = final.survey
    most = MAX_ROWS_WITH_FOLLOWUP if final.followup else MAX_ROWS
    hidden = len(survey.changes) - most if survey else 0
    return {
        "span": _span(final),
        "changes": _widest(survey.changes if survey else (), lambda line: line.since_first, most),
        "followup": _widest(final.followup, lambda line: line.change, most),
        "more": f"{hidden} more in the summary." if hidden > 0 else "",
    }


def _money(programme: Programme, final: Final) -> dict[str, Any]:
    sign = currency.sign(programme.organisation.currency)
    return {
        "chain": list(_chain(final.value)) if final.value else [],
        "no_sum": words.no_sum(final.value) if final.value else "",
        "funnel": list(_funnel(final.response, final.value)) if final.value else [],
        "back": list(words.return_lines(final.value, sign)) if final.value else [],
    }


def _stories(final: Final) -> dict[str, Any]:
    worked = [story for story in final.stories if story.worked][:MAX_WORKED]
    failed = [story for story in final.stories if not story.worked][:MAX_FAILED]
    return {
        "dense": sum(map(len, (*(story.text for story in (*worked, *failed)), *final.asks))) > MAX_ROOMY_CHARS,
        "worked": to_builtins(worked),
        "failed": to_builtins(failed),
    }


Row = TypeVar("Row", ChangeLine, FollowupLine)


def _widest(lines: Sequence[Row], figure: Callable[[Row], Figure], most: int) -> list[Any]:
    """Return the lines with the widest changes, in the order of the programme: the pages have no room for more."""
    chosen = sorted(lines, key=lambda line: -abs(figure(line).value))[:most]
    return [to_builtins(line) for line in lines if line in chosen]


def _boxes(final: Final) -> Iterator[tuple[str, str]]:
    """List the numbers of the first slide. Only a count may read "8 of 10": a mean says its scale in words."""
    response = final.response
    yield f"{response.delegates_answered} of {response.began}", "delegates answered six months on"
    yield f"{response.managers_answered} of {response.began}", "line managers answered"
    if final.survey and (recommend := final.survey.reaction.recommend):
        yield recommend.display, f"would recommend it, 0 to 10, mean of {recommend.n} delegates"


def _span(final: Final) -> float:
    lines = final.survey.changes if final.survey else ()
    values = [abs(figure.value) for line in lines for figure in (line.since_first, line.looking_back)]
    return max([MIN_SPAN, *values])


def _chain(value: Value) -> Iterator[dict[str, Any]]:
    """List the sum as claimed and after each discount, as far as each may be shown."""
    for total, label, note in (
        (value.claimed, "Claimed", "first year only, as delegates put it"),
        (value.attributed, "Due to the programme", "the lower of what delegate and line manager say"),
        (value.confident, "After confidence", "less what delegates are unsure of, and less what got worse"),
    ):
        if total.display:
            yield {"label": label, "display": total.display, "note": note, "amount": total.amount}


def _funnel(response: Response, value: Value) -> Iterator[tuple[str, str]]:
    """List how many delegates are behind the sum. The pages show this before any sum."""
    yield str(response.began), "began"
    yield str(response.delegates_answered), "answered after six months"
    if value.claimed.delegates:
        yield str(value.claimed.delegates), "put a sum on a result"
    for tally in (value.manager_too, value.checked):
        if tally.display:
            yield tally.display, tally.label
