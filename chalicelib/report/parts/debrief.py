"""Prepare the debrief: questions that the figures raise, behaviours to choose from, and a plan. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.core.you_wording import to_you
from chalicelib.report.parts.compare import DEVELOP, HIGHER, MORE, placed
from chalicelib.report.parts.document import Choice, Debrief, Plan, PlanField
from chalicelib.report.parts.one_page import strongest, weakest
from chalicelib.report.parts.rows import Index, as_figure
from chalicelib.report.parts.wording import curly, quoted, upper_first
from chalicelib.results.published import ALL_OTHERS, About

CHOICES = 7
OF_A_KIND = 3
AREAS = 3
WHY = {
    HIGHER: "You rate it higher",
    "lowest": "Among your lowest",
    DEVELOP: "Rated low",
    MORE: "Seen more than you think",
}


def debrief(index: Index) -> Debrief:
    coach = index.facts.heading.coach or "your coach"
    return Debrief(
        lead=f"For the conversation with {coach}. Take what is useful; you decide what to work on.",
        prompts=tuple(prompts(index)),
        choices=tuple(_choices(index)),
        others_title=index.title_of(index.reference) if index.is_two_voices else "Others",
    )


def prompts(index: Index) -> Iterable[str]:
    """Return the questions; leave out one that the figures do not raise."""
    rows = placed(index)
    say = f"{index.they} says" if index.is_two_voices else "they say"
    yield "Before you look at single figures: what did you expect, and what surprised you?"
    if best := strongest(index):
        theirs = index.theirs(About.ITEM, best[0])
        rate = f"{upper_first(index.they)} rates" if index.is_two_voices else "Others rate"
        yield f"{rate} {_words(index, best[0])} highest ({theirs.display if theirs else ''}). " + (
            "Where could this strength help you more?"
        )
    if rows[MORE]:
        item, row = rows[MORE][0]
        yield (
            f"{upper_first(say)} {row.others.text}, you say {row.own} on {_words(index, item)}. What do they see that "
            "you take for granted?"
        )
    if rows[HIGHER]:
        item, row = rows[HIGHER][0]
        yield (
            f"You say {row.own}, {say} {row.others.text} on {_words(index, item)}. What do you intend, and how much of "
            "it can people see?"
        )
    if rows[DEVELOP]:
        item, row = rows[DEVELOP][0]
        low = f"On {_words(index, item)} {say} {row.others.text}, which is low."
        yield f"{low} How much does it matter in your role now?"
    yield from _about_groups(index)
    if index.facts.comments:
        yield "Which comment stays with you? What would you like to ask about it?"
    if index.reference != ALL_OTHERS:
        yield "Too few people could be shown. Who could you ask directly, and about what?"
    yield "Which two or three things, done differently, would people notice most?"


def _words(index: Index, item: str) -> str:
    return quoted(curly(index.items[item].others_wording))


def _about_groups(index: Index) -> Iterable[str]:
    differences = [
        (*pair, title)
        for about, subject, title in _subjects(index)
        for pair in index.group_differences(about, subject)[:1]
    ]
    if differences:
        _, low, high, title = max(differences, key=lambda entry: entry[0])
        yield upper_first(
            f"{index.they_of(high.cell)} ({high.display}) and {index.they_of(low.cell)} ({low.display}) see {title} "
            "differently. What is different about when they meet you?"
        )


def _subjects(index: Index) -> Iterable[tuple[About, str, str]]:
    for competency in index.programme.competencies:
        yield About.COMPETENCY, competency.id, curly(competency.title)
    for item in index.programme.items:
        yield About.ITEM, item.id, _words(index, item.id)


def chosen(index: Index) -> dict[str, str]:
    """Return behaviour -> why it may become a development area, the most telling first."""
    rows = placed(index)
    chosen_items: dict[str, str] = {}
    for kind, items in (
        (HIGHER, [item for item, _ in rows[HIGHER][:OF_A_KIND]]),
        ("lowest", weakest(index)),
        (DEVELOP, [item for item, _ in rows[DEVELOP][:OF_A_KIND]]),
        ("lowest", list(index.facts.lowest)),
        (MORE, [item for item, _ in rows[MORE][:2]]),
    ):
        for item in items:
            chosen_items.setdefault(item, WHY[kind])
    return dict(list(chosen_items.items())[:CHOICES])


def _choices(index: Index) -> Iterable[Choice]:
    workshops = {m.id: m.title for m in index.programme.milestones}
    for item, why in chosen(index).items():
        own, theirs, competency = (
            index.own(About.ITEM, item),
            index.theirs(About.ITEM, item),
            index.competency_of[item],
        )
        if theirs is None:
            continue
        yield Choice(
            text=upper_first(curly(to_you(index.items[item]))),
            competency=curly(competency.title),
            why=why,
            workshop=curly(workshops.get(competency.milestone or "", "")),
            own=as_figure(own.display).number.removesuffix(".0") if own else "–",
            others=as_figure(theirs.display),
            gap=index.gap_figure(About.ITEM, item),
        )


def plan(_index: Index) -> Plan:
    """Offer lines to write on, on paper."""
    return Plan(
        lead="Agree two or three areas in the debrief. Choose small steps that you can take soon.",
        areas=AREAS,
        wide=PlanField("What I will do differently", "one behaviour, in my own words", lines=2),
        halves=(
            PlanField("First step", "within two weeks"),
            PlanField("By when", "a date"),
            PlanField("Who helps", "a person, or time"),
            PlanField("Who will notice", "and how I will know"),
        ),
        last=PlanField("Take it to", "which workshop"),
    )
