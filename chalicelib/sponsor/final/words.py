"""Write the headline of an edition and the sentence of each part, by rules from its figures. Pure.

The order is fixed: what others saw, change since the first 360, looking back. The last two always come together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from chalicelib.core.formatting import in_words, join_words, plural
from chalicelib.results.sponsor_rule import ENOUGH, LARGE_IN_NET, ONE_LARGE_SUM, TOO_FEW_SUMS
from chalicelib.sponsor.final.facts import ChangeLine, Figure, Final, FollowupLine, Seen, Spread, Survey, Value

MANAGERS, COLLEAGUES = "line managers", "colleagues"


def headline(survey: Survey | None, followup: Sequence[FollowupLine]) -> tuple[str, ...]:
    """Return two or three sentences."""
    said = [_seen(survey.seen) if survey else "", say_again(followup), _own(survey.changes) if survey else ""]
    lines = tuple(sentence for sentence in said if sentence)
    return lines or ("Too few people answered to say what changed.",)


def _seen(seen: Seen) -> str:
    """Say what line managers and raters saw, or one of the two if only one has a figure."""
    by_words: dict[str, list[str]] = {}
    for who, figure in ((MANAGERS, seen.managers), (COLLEAGUES, seen.raters)):
        if figure:
            by_words.setdefault(_direction(figure), []).append(who)
    said = [f"{join_words(who)} {words}" for words, who in by_words.items()]
    return _capital("; ".join(said)) + " in what delegates chose to work on." if said else ""


def _direction(figure: Figure) -> str:
    if not figure.clear:
        return "see no clear change"
    return "see a change for the better" if figure.value > 0 else "see a change for the worse"


def say_again(lines: Sequence[FollowupLine]) -> str:
    """Say what others answered to the same questions in the follow-up; empty without one."""
    if not lines:
        return ""
    return f"Asked the same questions again, others rate the cohort {_counts([line.change for line in lines])}."


def _own(lines: Sequence[ChangeLine]) -> str:
    if not lines:
        return ""
    since, back = _counts([line.since_first for line in lines]), _growth([line.looking_back for line in lines])
    return f"Delegates rate themselves {since} than in the first 360; looking back, they see growth in {back}."


def slide_titles(final: Final) -> dict[str, str]:
    """Return a sentence for the head of each slide: what it shows, not what it is about."""
    survey = final.survey
    changes = survey.changes if survey else ()
    seen = _seen(survey.seen).rstrip(".") if survey else ""
    areas = survey.areas if survey else Spread()
    return {
        "seen": seen or say_again(final.followup).rstrip(".") or "Too few people answered to say what others saw",
        "own": _own_title(changes) if changes else "Too few delegates answered to say how they see themselves",
        "done": _most_done(areas) if areas.parts else "What delegates put into practice",
        "value": _remains(final.value) or "What it may be worth",
        "asks": "Where the board can help",
    }


def _own_title(lines: Sequence[ChangeLine]) -> str:
    since, growth = _counts([line.since_first for line in lines]), _growth([line.looking_back for line in lines])
    return f"Own ratings: {since}; looking back, growth in {growth}"


def _remains(value: Value | None) -> str:
    if value is None or not (value.claimed.display and value.confident.display):
        return ""
    return f"After two discounts, {value.confident.display} of {value.claimed.display} remains"


def _most_done(areas: Spread) -> str:
    return f"{areas.parts[-1].count} of {areas.things} development areas: {areas.parts[-1].label}"


def _counts(figures: Sequence[Figure]) -> str:
    """Say “clearly higher in 3 of 9 competencies and lower in 1”."""
    up, down = rises(figures), falls(figures)
    of = f"{in_words(len(figures))} {'competency' if len(figures) == 1 else 'competencies'}"
    if not up and not down:
        return f"neither clearly higher nor clearly lower in any of {of}"
    if not down:
        return f"clearly higher in {in_words(up)} of {of}"
    if not up:
        return f"clearly lower in {in_words(down)} of {of}"
    return f"clearly higher in {in_words(up)} of {of} and clearly lower in {in_words(down)}"


def _growth(figures: Sequence[Figure]) -> str:
    """Say in how many delegates see growth, and decline if they see any."""
    up, down = rises(figures), falls(figures)
    growth = "all of them" if up == len(figures) else in_words(up) if up else "none of them"
    return f"{growth} and decline in {in_words(down)}" if down else growth


def rises(figures: Iterable[Figure]) -> int:
    return sum(figure.clear and figure.value > 0 for figure in figures)


def falls(figures: Iterable[Figure]) -> int:
    return sum(figure.clear and figure.value < 0 for figure in figures)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# --- how sure we are ------------------------------------------------------------------------------------------


def response_line(final: Final) -> str:
    response = final.response
    began = plural(response.began, "delegate", "delegates")
    stayed = "all stayed" if response.stayed == response.began else f"{_number(response.stayed)} stayed"
    delegates, managers = _number(response.delegates_answered), _number(response.managers_answered)
    return (
        f"{began} began and {stayed}. Six months after the programme {delegates} of them and "
        f"{managers} of their line managers answered.{_late(final)}"
    )


def _number(count: int) -> str:
    return str(count) if count else "none"


def _late(final: Final) -> str:
    if final.late:
        return f" {final.late.delegates} answered later: the summary shows their answers on their own."
    return f" {final.response.later} more were paused and answer later." if final.response.later else ""


def own_sentence(lines: Sequence[ChangeLine], *, drawn: bool) -> str:
    """Explain why the two contrasts differ. `drawn`: the reader sees bars on a grey band, not a table."""
    close = sum(not line.since_first.clear for line in lines)
    of = f"{in_words(close)} of {in_words(len(lines))} {'change' if len(lines) == 1 else 'changes'} since the first 360"
    verb, they_lie = ("is", "it lies") if close == 1 else ("are", "they lie")
    where = f": {they_lie} inside the grey band" if drawn else ""
    said = f"{_capital(of)} {verb} too close to call{where}. " if close else ""
    first = "the bars" if drawn else "the change since the first 360"
    return (
        f"{said}People judge themselves more strictly as they learn, so a lower rating can follow real growth; looking "
        f"back tends to flatter. Read {first} first."
    )


def areas_sentence(areas: Spread) -> str:
    """Say how many areas the parts of the chart add up to."""
    if not areas.parts:
        return ""
    things = plural(areas.things, "development area", "development areas")
    return f"{things} of {areas.delegates} delegates, six months on:"


def parts_sentence(subject: str, spread: Spread) -> str:
    return f"{subject}, {parts_in_words(spread)}." if spread.parts else ""


def measures_sentence(survey: Survey) -> str:
    """Say how the measures changed. A missing answer never counts as success.

    Measures that were first named in the survey come apart: delegates chose them when they knew how they had moved.
    """
    is_mixed = survey.named is None
    said = [
        _of_measures(survey.measures, "named by" if is_mixed else "agreed during the programme by"),
        _of_measures(survey.named or Spread(), "first named in the survey by"),
    ]
    return " ".join(filter(None, said))


def _of_measures(measures: Spread, how: str) -> str:
    if not measures.parts:
        return ""
    things = plural(measures.things, "measure", "measures")
    return f"{things} of the service {how} {measures.delegates} delegates: {parts_in_words(measures)}."


def parts_in_words(spread: Spread) -> str:
    """Return “12 improved and 9 unchanged or worse”."""
    said = [f"{part.count} {part.label}" for part in spread.parts]
    return join_words(said)


# --- money -----------------------------------------------------------------------------------------------------------


def no_sum(value: Value) -> str:
    """Say which sum is missing, and why. The sums that depend on it are missing too."""
    steps = (
        (value.claimed, "The sum claimed", "delegates put a sum on a result"),
        (value.attributed, "The sum due to the programme", "sums have a share from both delegate and line manager"),
        (value.confident, "The sum after confidence", "sums are above zero after what delegates are unsure of"),
    )
    for total, name, things in steps:
        if not total.display:
            why = f"fewer than {ENOUGH} {things}" if total.why == TOO_FEW_SUMS else total.why
            ask = " Ask finance to confirm that sum." if total.why in (ONE_LARGE_SUM, LARGE_IN_NET) else ""
            return f"{name} is not shown: {why}.{ask}"
    return ""


def return_lines(value: Value, sign: str) -> Iterator[tuple[str, str]]:
    """Compare the benefit with the costs, also if it is a loss: a number and its words."""
    if not value.cost:
        yield "", "The programme’s costs are not entered, so no return is stated."
    elif not value.ratio:
        yield "", f"The programme cost {value.cost}. Without a total benefit no return is stated."
    else:
        yield value.cost, "Cost of the programme, the time of everyone included as far as it was entered"
        yield value.ratio, f"Benefit for each {sign}1 of cost in the first year"
        yield value.percent, "Return on investment in the first year"
