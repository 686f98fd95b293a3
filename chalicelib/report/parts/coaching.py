"""For the debrief: prompts from the data, development areas to fill in, and where the programme takes them up. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.model import Milestone
from chalicelib.report.parts.blocks import Block, cell, column, form, heading, numbered, part, table
from chalicelib.report.parts.book import Book, listed, quoted
from chalicelib.report.parts.overview import difference_prompt
from chalicelib.report.parts.quadrants import AGREED, BLIND, DEVELOP, HIDDEN, Placed, placed
from chalicelib.report.published import About

CANDIDATES = 3  # behaviours of each quadrant to choose from
AREAS = 3
FIELDS = (
    ("Behaviour", "What will I do, or do differently?", 2),
    ("Evidence", "Which figure or comment speaks for it?", 2),
    ("First step", "What will I do within two weeks?", 1),
    ("Support", "Who or what will help me?", 1),
    ("Who will notice", "Who will see the difference, and in what?", 1),
    ("By when", "Which date?", 1),
)


def debrief(book: Book) -> Block | None:
    lead = "For the conversation with your coach. Take what is useful; nobody but you decides what to work on."
    blocks = [heading("Questions to begin with"), numbered(prompts(book)), *choices(book)]
    return part("debrief", "For your debrief", blocks, lead=lead)


def prompts(book: Book) -> list[str]:
    """Questions that the figures ask; one that they do not ask is not printed."""
    found = placed(book)
    lines = ["Before you look at single figures: what in this report did you expect, and what not?"]
    lines += [_prompt(book, found[name], words) for name, words in _PROMPTS.items()]
    lines.append(difference_prompt(book))
    if book.facts.comments:
        lines.append("Which comment stays with you, and what would you like to ask about it?")
    if book.facts.too_few:
        lines.append("Few answers could be shown. Whom could you ask for their view directly, and about what?")
    lines.append("Which two or three things, done differently, would people notice most?")
    return [line for line in lines if line]


_PROMPTS = {
    AGREED: "All others rate {words} at {others}, you at {own}. Where could this strength help you more?",
    HIDDEN: "All others rate {words} at {others}, you at {own}. What do they see that you may take for granted?",
    BLIND: "You rate {words} at {own}, all others at {others}. What do you intend, and what of it can they see?",
    DEVELOP: "All others rate {words} at {others}, you at {own}. How much does it matter in your role now?",
}


def _prompt(book: Book, rows: Sequence[Placed], words: str) -> str:
    if not rows:
        return ""
    first = rows[0]
    return words.format(words=quoted(book.items[first.item].others_wording), own=first.own, others=first.others)


def choices(book: Book) -> list[Block | None]:
    """Behaviours that may become development areas: widest blind spots and lowest development areas."""
    found = placed(book)
    rows = [
        [cell(book.items[row.item].others_wording, book.competency_of[row.item].title), cell(seen), *_figures(row)]
        for name, seen in ((BLIND, "Blind spot"), (DEVELOP, "Development area"))
        for row in found[name][:CANDIDATES]
    ]
    columns = [column("Behaviour", 4), column("Seen as", 1.7)]
    columns += [column(title, 1, number=True) for title in ("Self", "All others", "Gap")]
    shown = table(columns, rows)
    return [heading("Behaviours to choose from"), shown] if shown else []


def _figures(row: Placed) -> list[Block]:
    return [cell(row.own, look="own"), cell(row.others, look="strong"), cell(row.gap)]


def areas(book: Book) -> Block | None:
    forms = [form(f"Development area {number}", FIELDS) for number in range(1, AREAS + 1)]
    lead = "Two or three are enough. Agree them in the debrief; they go with you into the workshops and the survey."
    return part("areas", "Development areas", forms, lead=lead)


def workshops(book: Book) -> Block | None:
    rows = [_workshop(book, milestone) for milestone in book.programme.milestones]
    columns = [column("Workshop", 1.6), column("Works on", 2.6), column("Assignments", 2.6)]
    lead = "Bring your development areas: each workshop works on competencies of this report."
    return part("workshops", "Where the programme takes it up", [table(columns, rows)], lead=lead, page=False)


def _workshop(book: Book, milestone: Milestone) -> list[Block]:
    days = f"{milestone.days} day" + ("s" if milestone.days != 1 else "")
    competencies = []
    for competency in book.programme.competencies:
        if competency.milestone == milestone.id:
            others = book.others(About.COMPETENCY, competency.id)
            competencies.append(f"{competency.title} ({others.display})" if others else competency.title)
    small = "Figure in brackets: all others" if competencies and book.has_others else ""
    tasks = listed([assignment.title for assignment in milestone.assignments]) if milestone.assignments else ""
    return [cell(milestone.title, days, look="strong"), cell("; ".join(competencies), small), cell(tasks)]
