"""Make "Your report on a page": one headline, strengths, things to work on, and what else is clear. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chalicelib.core.formatting import join_words
from chalicelib.core.model import SELF_GROUP, Competency
from chalicelib.core.you_wording import to_you
from chalicelib.report.parts.document import Entry, Legend, OnePage
from chalicelib.report.parts.rows import Index, as_figure
from chalicelib.report.parts.wording import (
    counted,
    curly,
    has_adverbs,
    label_of,
    lower_first,
    upper_first,
    with_adverb,
)
from chalicelib.results.facts import Statistic
from chalicelib.results.published import ALL_OTHERS, OVERALL_ID, About
from chalicelib.results.statements import PLACE_TIMES

ENTRIES = 3
NAMED = 2  # competencies in the headline
OWN_VIEW = "No one else’s answers can be shown, so this report holds your own view."
NO_ANSWERS = "No answers can be shown. This report holds the questions for your debrief and a plan to fill in."
NONE_CLEAR = "No competency is clearly above or below the others. Look at single behaviours first."


def one_page(index: Index) -> OnePage:
    strengths, work = strongest(index), weakest(index)
    own_words = f"in the eyes of {index.they}" if index.is_two_voices else ""
    return OnePage(
        headline=" ".join(_headline(index)),
        answered=" ".join(filter(None, [_who_answered(index), _overall(index)])),
        strengths_title=" ".join(filter(None, ["Strengths to build on", own_words])),
        strengths=tuple(_entry(index, item, is_work=False) for item in strengths),
        work_title="To work on",
        work=tuple(_entry(index, item, is_work=True) for item in work),
        none_clear=_none_clear(index, strengths, work),
        notes=tuple(_notes(index)),
        legend=_legend(index),
    )


# --- behaviours that are clear --------------------------------------------------------------------------------


def strongest(index: Index) -> list[str]:
    """Return up to three behaviours clearly above the delegate's own average, the highest first."""
    return _clear(index, "higher")


def weakest(index: Index) -> list[str]:
    """Return up to three behaviours clearly below the delegate's own average, the lowest first."""
    return _clear(index, "lower")


def _clear(index: Index, side: str) -> list[str]:
    clear_statistics = {item: s for item in index.items if (s := index.theirs(About.ITEM, item))}
    clear = [item for item, figure in clear_statistics.items() if index.against_average(figure) == side]
    sign = -1 if side == "higher" else 1
    order = sorted(clear, key=lambda item: (sign * clear_statistics[item].range.shown, _gap_size(index, item)))
    chosen: list[str] = []
    while order and len(chosen) < ENTRIES:
        chosen.append(_next(index, order, chosen))
        order.remove(chosen[-1])
    return sorted(chosen, key=lambda item: sign * clear_statistics[item].range.shown)


def _next(index: Index, order: Sequence[str], chosen: Sequence[str]) -> str:
    """Return the first behaviour left, or one of another competency that is too close to it to call."""
    first = index.theirs(About.ITEM, order[0])
    taken = {index.competency_of[item].id for item in chosen}
    for item in order:
        figure = index.theirs(About.ITEM, item)
        is_level = first and figure and not index.differ(first, figure, PLACE_TIMES)
        if is_level and index.competency_of[item].id not in taken:
            return item
    return order[0]


def _gap_size(index: Index, item: str) -> float:
    gap = index.gap(About.ITEM, item)
    return -abs(float(gap.shown)) if gap else 0


def _none_clear(index: Index, strengths: Sequence[str], work: Sequence[str]) -> str:
    if not index.reference or (strengths and work):
        return ""
    if not strengths and not work:
        return (
            "No single behaviour is clearly above or below your own average: with so few people, differences of this "
            "size can be chance."
        )
    return f"No behaviour is clearly {'below' if strengths else 'above'} your own average."


def _entry(index: Index, item_id: str, *, is_work: bool) -> Entry:
    item, theirs = index.items[item_id], index.theirs(About.ITEM, item_id)
    if theirs is None:
        raise ValueError(f"behaviour {item_id} has no figure of others")
    competency = index.competency_of[item_id]
    people = f"{theirs.n} people" if theirs.n > 1 else index.they
    source = [curly(competency.title), people, curly(_workshop(index, competency))]
    cells = [SELF_GROUP, index.reference] if index.is_two_voices else [SELF_GROUP]
    return Entry(
        figure=as_figure(theirs.display),
        said=said_of(index, item_id, theirs),
        tail=_tail(index, item_id, is_work=is_work),
        source=" · ".join(filter(None, source)),
        strip=index.strip(About.ITEM, item.id, cells),
    )


def said_of(index: Index, item_id: str, theirs: Statistic) -> str:
    """Say how others see a behaviour, in the scale's words if they fit into a sentence."""
    scale, words = index.programme.scale, curly(to_you(index.items[item_id]))
    label = label_of(theirs.mean, scale)
    subject = f"{upper_first(index.they)} says" if index.is_two_voices else "People say"
    if has_adverbs(scale) and words.startswith("you "):
        return f"{subject} {with_adverb(words, label)}."
    return f"{subject} “{label}” to: {words}."


def _tail(index: Index, item_id: str, *, is_work: bool) -> str:
    own, theirs = index.own(About.ITEM, item_id), index.theirs(About.ITEM, item_id)
    if own is None or theirs is None:
        return "You gave no rating."
    mine = label_of(own.mean, index.programme.scale)
    verdict = index.verdict(About.ITEM, item_id)
    if verdict == "lower":
        more = f"{index.they} sees" if index.is_two_voices else "they see"
        return f"You say {mine}: {more} more of it than you do."
    if verdict == "higher":
        return f"You say {mine}: " + ("what you intend does not reach them yet." if is_work else "you rate it higher.")
    if round(own.mean) == round(theirs.mean) and label_of(theirs.mean, index.programme.scale) == mine:
        return "You see it the same way."
    return f"You say {mine}; the difference is too small to be sure of."


def _workshop(index: Index, competency: Competency) -> str:
    return next((m.title for m in index.programme.milestones if m.id == competency.milestone), "")


# --- sentences -------------------------------------------------------------------------------------------


def _headline(index: Index) -> Iterable[str]:
    if not index.reference:
        has_own = any(cell.cell == SELF_GROUP for cell in index.facts.cells)
        yield OWN_VIEW if has_own else NO_ANSWERS
        return
    high, low, wider = _clear_competencies(index, "higher"), _clear_competencies(index, "lower"), _rated_higher(index)
    subject = f"{upper_first(index.they)} rates" if index.is_two_voices else "People rate"
    if high:
        yield f"{subject} you highest on {_titles(high[:NAMED])}."
    if wider:
        yield _furthest(index, wider[0])
        if wider[0] in low[:NAMED]:
            yield "Start there."
    elif low:
        yield f"Lowest {'is' if len(low[:NAMED]) == 1 else 'are'} {_titles(low[:NAMED])}."
    if not high and not wider and not low:
        yield NONE_CLEAR


def _furthest(index: Index, competency: Competency) -> str:
    own, theirs = (index.display(About.COMPETENCY, competency.id, cell) for cell in (SELF_GROUP, index.reference))
    say = f"{index.they} says" if index.is_two_voices else "they say"
    return f"{curly(competency.title)} is where your view is furthest above theirs: you say {own}, {say} {theirs}."


def _clear_competencies(index: Index, side: str) -> list[Competency]:
    """Return the competencies clearly above or below the delegate's own average, the furthest first."""
    clear_statistics = {c.id: s for c in index.programme.competencies if (s := index.theirs(About.COMPETENCY, c.id))}
    clear = [
        c
        for c in index.programme.competencies
        if c.id in clear_statistics and index.against_average(clear_statistics[c.id]) == side
    ]
    sign = -1 if side == "higher" else 1
    return sorted(clear, key=lambda c: sign * clear_statistics[c.id].range.shown)


def _rated_higher(index: Index) -> list[Competency]:
    return _apart(index, "higher")


def rated_lower(index: Index) -> list[Competency]:
    return _apart(index, "lower")


def _apart(index: Index, verdict: str) -> list[Competency]:
    """Return the competencies on which the views are clearly apart, the widest first."""
    apart = [c for c in index.programme.competencies if index.verdict(About.COMPETENCY, c.id) == verdict]
    return sorted(apart, key=lambda c: -abs(index.gap(About.COMPETENCY, c.id).shown))  # type: ignore[union-attr]


def _titles(competencies: Iterable[Competency]) -> str:
    return join_words([curly(c.title) for c in competencies])


def _who_answered(index: Index) -> str:
    people = [
        index.they_of(cell.cell) if cell.n == 1 else counted(cell.n, "", lower_first(curly(cell.title)))
        for cell in index.groups
    ]
    own = any(cell.cell == SELF_GROUP for cell in index.facts.cells)
    if not people:
        return "You answered." if own else ""
    text = f"{upper_first(join_words(people))} answered{', and so did you' if own else ''}."
    if index.facts.too_few:
        text += " Too few other people answered for their ratings to be shown."
    return text


def _overall(index: Index) -> str:
    own, theirs = index.own(About.OVERALL, OVERALL_ID), index.theirs(About.OVERALL, OVERALL_ID)
    if not own or not theirs:
        return ""
    many = len(index.behaviours(About.OVERALL, OVERALL_ID))
    say = f"{index.they} says" if index.is_two_voices else "they say"
    pair = f"Over all {many} behaviours {say} {theirs.display}, you say {own.display}."
    meaning = {
        "higher": "You rate yourself higher than they do.",
        "lower": "You are harder on yourself than they are.",
        "": "That is too close to call: take it as the same.",
    }[index.verdict(About.OVERALL, OVERALL_ID)]
    if index.is_two_voices:
        meaning = meaning.replace("they do", "that").replace("they are", "that")
    return f"{pair} {meaning}"


def _notes(index: Index) -> Iterable[str]:
    if not index.reference:
        yield from _own_ends(index)
    more = rated_lower(index)
    if more:
        see = f"{upper_first(index.they)} sees" if index.is_two_voices else "They see"
        yield f"{see} more in you than you do on {_titles(more[:ENTRIES])}."
    elif index.reference and not _rated_higher(index):
        yield "On no competency is your view clearly apart from theirs."
    low = _clear_competencies(index, "lower")
    if low:
        yield f"Clearly below your own average: {join_words([_with_figure(index, c) for c in low[:ENTRIES]])}."
    if sentence := groups_sentence(index):
        yield sentence


def _own_ends(index: Index) -> Iterable[str]:
    """Name what delegates rate highest and lowest in themselves, where no one else's ratings can be shown."""
    rated = [(c, own) for c in index.programme.competencies if (own := index.own(About.COMPETENCY, c.id))]
    means = [own.mean for _, own in rated]
    if not means or max(means) == min(means):
        return
    for words, mean in (("highest", max(means)), ("lowest", min(means))):
        named = [(competency, own.display) for competency, own in rated if own.mean == mean]
        yield f"You rate yourself {words} on {_titles(c for c, _ in named[:ENTRIES])} ({named[0][1]})."


def _with_figure(index: Index, competency: Competency) -> str:
    theirs = index.theirs(About.COMPETENCY, competency.id)
    return f"{curly(competency.title)} ({theirs.display if theirs else ''})"


def groups_sentence(index: Index) -> str:
    """Name the competency on which two groups are furthest apart."""
    if len(index.groups) < 2:
        return ""
    differences = [
        (*pair, competency)
        for competency in index.programme.competencies
        for pair in index.group_differences(About.COMPETENCY, competency.id)
    ]
    if not differences:
        return "No two groups differ clearly on any competency."
    _, low, high, competency = max(differences, key=lambda pair: pair[0])
    return upper_first(
        f"{index.they_of(high.cell)} ({high.display}) and {index.they_of(low.cell)} ({low.display}) are furthest apart "
        f"on {curly(competency.title)}."
    )


def _legend(index: Index) -> tuple[Legend, ...]:
    if index.reference == ALL_OTHERS:
        return index.legend([SELF_GROUP])
    return index.legend(bar=False)
