"""Show each workshop on a page: its competencies, and every behaviour with a mark for each group. Pure."""

from __future__ import annotations

from chalicelib.core.model import Competency, Milestone
from chalicelib.report.parts.document import Table, Workshop
from chalicelib.report.parts.rows import Index
from chalicelib.report.parts.summary import by_workshop, ends
from chalicelib.report.parts.wording import curly, label_of, quoted, upper_first
from chalicelib.results.published import About

WHOLE = "Competency as a whole"


def workshops(index: Index) -> tuple[Workshop, ...]:
    made = []
    for title, competencies in by_workshop(index):
        tables = [table for competency in competencies if (table := _table(index, competency))]
        if tables:
            made.append(Workshop(curly(title), _note(index, title), tuple(tables)))
    return tuple(made)


def _note(index: Index, title: str) -> str:
    milestone = next((m for m in index.programme.milestones if m.title == title), None)
    if milestone is None:
        return ""
    return curly(" ".join(filter(None, [_days(milestone), _assignments(milestone)])))


def _days(milestone: Milestone) -> str:
    return f"Workshop of {milestone.days} day{'' if milestone.days == 1 else 's'}."


def _assignments(milestone: Milestone) -> str:
    titles = [assignment.title for assignment in milestone.assignments]
    return f"Assignment{'' if len(titles) == 1 else 's'}: {'; '.join(titles)}." if titles else ""


def _table(index: Index, competency: Competency) -> Table | None:
    rows = [
        index.row(About.ITEM, item.id, item.others_wording.rstrip("."))
        for item in competency.items
        if index.has_figures(About.ITEM, item.id)
    ]
    if not rows:
        return None
    whole = index.row(About.COMPETENCY, competency.id, WHOLE)
    return Table(
        columns=index.columns(),
        rows=(whole, *rows),
        title=curly(competency.title),
        lead=curly(competency.definition),
        sentence=_sentence(index, competency),
    )


def _sentence(index: Index, competency: Competency) -> str:
    own, theirs = index.own(About.COMPETENCY, competency.id), index.theirs(About.COMPETENCY, competency.id)
    sentences = []
    if own and theirs:
        say, see = ("says", "sees") if index.is_two_voices else ("say", "see")
        verdict = {
            "higher": "you rate yourself higher",
            "lower": f"{index.they} {see} more of it than you do",
            "": "too close to call",
        }[index.verdict(About.COMPETENCY, competency.id)]
        label = label_of(theirs.mean, index.programme.scale)
        sentences.append(
            f"{upper_first(index.they)} {say} {label} ({theirs.display}), you say {own.display}: {verdict}."
        )
    if index.group_differences(About.COMPETENCY, competency.id):
        sentences.append("Groups differ: look at each group’s own mark.")
    if pair := ends(index, competency.items):
        high, low = (quoted(curly(item.others_wording)) for item in pair)
        sentences.append(f"Clearly highest here: {high}. Clearly lowest: {low}.")
    return " ".join(sentences)
