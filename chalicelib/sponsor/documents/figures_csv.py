"""Write every figure of an edition as a row of a table, for the sponsor's analyst. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from chalicelib.sponsor.final.facts import Figure, Final, Spread, Survey, Value

NUMBER = re.compile(r"[+-][0-9]+(?:\.[0-9]+)?")
HEAD = ("part", "id", "label", "what", "shown", "delegates", "too_close_to_call")
Row = tuple[str, str, str, str, str, str, str]


def figures_csv(final: Final) -> bytes:
    """Return the table as UTF-8 with a byte order mark, which spreadsheets need."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEAD)
    writer.writerows([_safe(cell) for cell in row] for row in _rows(final))
    return text.getvalue().encode("utf-8-sig")


def _safe(cell: str) -> str:
    """Keep a spreadsheet from reading text as a formula."""
    is_formula = cell[:1] in ("=", "+", "-", "@", "\t") and not NUMBER.fullmatch(cell)
    return f"'{cell}" if is_formula else cell


def _rows(final: Final) -> Iterator[Row]:
    yield from _response(final)
    yield from _followup(final)
    if final.survey:
        yield from _own(final.survey)
        yield from _others(final.survey)
        yield from _programme(final.survey)
    yield from _spread("reviews", final.reviews)
    if final.late:
        of_late = (_own(final.late.survey), _others(final.late.survey), _programme(final.late.survey))
        yield from ((f"later: {part}", *rest) for rows in of_late for part, *rest in rows)  # type: ignore[misc]
    if final.value:
        yield from _value(final.value)
    for start in final.start:
        for what, own in (("own, first 360", start.own), ("all others, first 360", start.others)):
            yield from _figure("start", start.id, start.title, what, own)


def _response(final: Final) -> Iterator[Row]:
    for what in ("began", "stayed", "reports", "delegates_answered", "managers_answered", "left_out", "later"):
        yield "response", what, what.replace("_", " "), "count", str(getattr(final.response, what)), "", ""


def _followup(final: Final) -> Iterator[Row]:
    for line in final.followup:
        for what, figure in (("first 360", line.before), ("follow-up", line.after)):
            yield from _figure("all others", line.id, line.title, what, figure)
        yield _change("all others", line.id, line.title, "change", line.change)


def _others(survey: Survey) -> Iterator[Row]:
    for who, seen in (("line managers", survey.seen.managers), ("colleagues", survey.seen.raters)):
        if seen:
            yield _change("seen", who.replace(" ", "_"), who, "mean change, -3 to +3", seen)
    for part, spread in (("areas", survey.areas), ("proposals", survey.proposals), ("measures", survey.measures)):
        yield from _spread(part, spread)
    yield from _spread("measures first named in the survey", survey.named or Spread())


def _own(survey: Survey) -> Iterator[Row]:
    for line in survey.changes:
        for what, figure in (("first 360", line.first), ("now", line.now), ("then, looking back", line.then)):
            yield from _figure("own", line.id, line.title, what, figure)
        yield _change("own", line.id, line.title, "since the first 360", line.since_first)
        yield _change("own", line.id, line.title, "looking back", line.looking_back)


def _programme(survey: Survey) -> Iterator[Row]:
    for factor in survey.factors:
        yield _change("helped or hindered", factor.id, factor.label, "mean, -2 to +2", factor.mean)
    reaction = survey.reaction
    yield from _figure("reaction", "recommend", "would recommend it", "mean, 0 to 10", reaction.recommend)
    yield from _figure("reaction", "relevance", "relevant to the work", "mean, 1 to 5", reaction.relevance)
    if reaction.useful.display:
        yield "reaction", "useful", reaction.useful.label, "most useful part", reaction.useful.display, "", ""


def _spread(part: str, spread: Spread) -> Iterator[Row]:
    for each in spread.parts:
        yield part, "", each.label, "count", str(each.count), str(spread.delegates), ""


def _value(value: Value) -> Iterator[Row]:
    for what, total in (("claimed", value.claimed), ("attributed", value.attributed), ("confident", value.confident)):
        text = total.display or f"not shown: {total.why}"
        yield "value", what, f"{what} in the first year", "sum", text, str(total.delegates or ""), ""
    if value.lost.display:
        yield "value", "lost", "what got worse", "sum", value.lost.display, str(value.lost.delegates), ""
    for tally in (value.manager_too, value.checked):
        if tally.display:
            yield "value", "", tally.label, "count", tally.display, "", ""
    for cost in value.costs:
        yield "cost", "", cost.label, cost.source.lower(), cost.display, "", ""
    for what, text in (("cost", value.cost), ("benefit-cost ratio", value.ratio), ("return", value.percent)):
        if text:
            yield "value", "", what, "return on investment", text, "", ""


def _figure(part: str, id_: str, label: str, what: str, figure: Figure | None) -> Iterator[Row]:
    if figure:
        yield part, id_, label, what, figure.display, str(figure.n), ""


def _change(part: str, id_: str, label: str, what: str, figure: Figure) -> Row:
    return part, id_, label, what, figure.display, str(figure.n), "no" if figure.clear else "yes"
