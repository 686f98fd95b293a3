"""Prepare the debrief: prompts from the data, a form for development areas, and the workshops for them. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.core.model import Milestone
from chalicelib.report.parts.blocks import Block, cell, column, field, form, heading, numbered, part, table, text
from chalicelib.report.parts.facts_index import FactsIndex, Row, listed, quoted
from chalicelib.report.parts.overview import difference_prompt, summary_table
from chalicelib.report.parts.quadrants import AGREED, BLIND, DEVELOP, HIDDEN, Placed, figures, placed
from chalicelib.results.published import About

CANDIDATES = 3  # behaviours of each quadrant to choose from
AREAS = 3
WORKSHOP_LINES = 2
FIELDS = (
    field("Behaviour", "In my own words: what will I do differently?", lines=2),
    field("Evidence", "Which figure or comment speaks for it?"),
    field("First step", "What will I do within two weeks?", half=True),
    field("Support", "Who or what will help me?", half=True),
    field("Who will notice", "Who will see the difference?", half=True),
    field("By when", "Which date?", half=True),
)


def debrief(book: FactsIndex) -> Block | None:
    lead = "For the conversation with your coach. Take what is useful; you decide what to work on."
    blocks = [heading("Questions to begin with"), numbered(prompts(book)), *choices(book)]
    return part("debrief", "For your debrief", blocks, lead=lead)


def prompts(book: FactsIndex) -> list[str]:
    """Return questions that the figures raise; leave out a question that they do not raise."""
    behaviours = placed(book)
    lines = ["Before you look at single figures: what did you expect, and what surprised you?"]
    lines += [_prompt(book, behaviours[name], words) for name, words in _PROMPTS.items()]
    lines.append(difference_prompt(book))
    if book.facts.comments:
        lines.append("Which comment stays with you? What would you like to ask about it?")
    if not book.has_others:
        lines.append("Too few people could be shown. Who could you ask directly, and about what?")
    lines.append("Which two or three things, done differently, would people notice most?")
    return [line for line in lines if line]


_PROMPTS = {
    AGREED: "All others rate {words} at {others}, you at {own}. Where could this strength help you more?",
    HIDDEN: "All others rate {words} at {others}, you at {own}. What do they see that you may take for granted?",
    BLIND: "You rate {words} at {own}, all others at {others}. What do you intend, and what of it can they see?",
    DEVELOP: "All others rate {words} at {others}, you at {own}. How much does it matter in your role now?",
}


def _prompt(book: FactsIndex, rows: Sequence[Placed], words: str) -> str:
    if not rows:
        return ""
    first = rows[0]
    return words.format(words=quoted(book.items[first.item].others_wording), own=first.own, others=first.others)


def choices(book: FactsIndex) -> list[Block | None]:
    """List behaviours that may become development areas: widest blind spots and lowest development areas."""
    behaviours = placed(book)
    rows = [
        [cell(book.items[row.item].others_wording, book.competency_of[row.item].title), cell(label), *figures(row)]
        for name, label in ((BLIND, "Blind spot"), (DEVELOP, "Development area"))
        for row in behaviours[name][:CANDIDATES]
    ]
    columns = [column("Behaviour", 4), column("Seen as", 1.7)]
    columns += [column(title, 1, number=True) for title in ("Self", "All others", "Gap")]
    rows_table = table(columns, rows, look="tile")
    return [heading("Behaviours to choose from"), rows_table] if rows_table else []


def areas(book: FactsIndex) -> Block | None:
    forms = [form(f"Development area {number}", FIELDS) for number in range(1, AREAS + 1)]
    lead = "Two or three are enough. Agree them in the debrief; they go with you into the workshops and the survey."
    return part("areas", "Development areas", forms, lead=lead)


def workshops(book: FactsIndex) -> Block | None:
    blocks = [block for milestone in book.programme.milestones for block in _workshop(book, milestone)]
    lead = "Bring your development areas: each workshop works on competencies of this report."
    return part("workshops", "Where the programme works on them", blocks, lead=lead)


def _workshop(book: FactsIndex, milestone: Milestone) -> list[Block | None]:
    """Show what a workshop works on in this report, its assignments, and a line for the delegate's aim."""
    days = f"{milestone.days} day" + ("s" if milestone.days != 1 else "")
    rows: list[Row] = [
        (About.COMPETENCY, c.id, c.title) for c in book.programme.competencies if c.milestone == milestone.id
    ]
    rows_table = summary_table(book, "Works on", rows, cohort=False)
    tasks = "; ".join(assignment.title for assignment in milestone.assignments)
    return [
        heading(f"{milestone.title} · {days}"),
        rows_table or (text(f"Works on {listed([title for _, _, title in rows])}.") if rows else None),
        text(f"Assignments: {tasks}.") if tasks else None,
        form(
            "",
            [
                field(
                    "My aim",
                    "Which of my development areas can I work on here?",
                    WORKSHOP_LINES,
                )
            ],
        ),
    ]
