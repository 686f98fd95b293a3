"""Make the cover, how to read the report, and who answered. Pure."""

from __future__ import annotations

from typing import Any

from chalicelib.core import colour
from chalicelib.report import charts
from chalicelib.report.parts.blocks import (
    Block,
    bullets,
    cell,
    column,
    contents,
    heading,
    note,
    part,
    scale,
    table,
    text,
)
from chalicelib.report.parts.facts_index import DASH, FactsIndex

WAVES = {"baseline": "Before the programme", "followup": "Six months after the programme"}
SHORT_CHECKSUM = 8


def cover(book: FactsIndex) -> dict[str, Any]:
    heading_of, programme = book.facts.heading, book.programme
    issued = f"{heading_of.issued.day} {heading_of.issued:%B %Y}"
    details = [
        ("Programme", heading_of.programme),
        ("Cohort", heading_of.cohort),
        ("Feedback gathered", WAVES.get(heading_of.wave, heading_of.wave)),
        ("Coach", heading_of.coach),
        ("Issued", issued),
        ("Version", f"Questionnaire {programme.version}, facts {book.facts.checksum[:SHORT_CHECKSUM]}"),
    ]
    brand = programme.organisation.brand
    return {
        "organisation": heading_of.organisation,
        "delegate": heading_of.delegate,
        "role": ", ".join(words for words in (heading_of.job_title, heading_of.service) if words),
        "details": [{"label": label, "text": words} for label, words in details if words],
        "issued": issued,
        "logo": programme.organisation.logo or "",
        "theme": {
            "brand": brand,
            "on_brand": colour.text_on(brand),
            "accent": colour.text_from(brand),
            "rings": [colour.mix(brand, colour.text_on(brand), share) for share in (0.14, 0.2, 0.26, 0.32)],
        },
    }


_OF_COHORT = (
    "Cohort: the mean over the delegates of your cohort, of all others and, in small print, of self. The annex says "
    "how many delegates."
)
_OF_OTHERS = "“All others” means everyone but you whose answers are shown. Each rater counts once."
_OF_GAPS = (
    "The gap is self minus all others. Above zero: you rate yourself higher than they do. Below zero: they rate you "
    "higher."
)


def how_to_read(book: FactsIndex) -> Block | None:
    threshold = book.facts.threshold
    figures = [
        "A figure is the mean of the ratings given. “Not able to comment” and blanks count towards no mean; "
        "n is the number of raters behind it.",
        _OF_OTHERS if book.has_others else "",
        _OF_GAPS if book.gaps else "",
        "Agree, mixed or split: how far the raters of a figure see a behaviour alike." if book.agreements else "",
        _OF_COHORT if book.cohort else "",
        "A dash means that nothing can be shown.",
    ]
    blocks = [
        heading("The scale"),
        text("Each behaviour was rated from 1 to " + f"{book.top}:"),
        scale(book.programme.scale),
        heading("The figures"),
        bullets(figures),
        heading("What protects the people who answered"),
        text(
            f"Apart from your own and your line manager’s, ratings are shown only for {threshold} or more raters "
            "together. So that no rating can be worked out, the ends of the scale are shown as “or more” and “or less”."
            f" Comments appear under a group’s name only if {book.facts.comments_from} or more of it answered."
        ),
    ]
    lead = "These are perceptions at a point in time: how you see what you do, and how people who work with you see it."
    return part("read", "How to read this report", blocks, lead=lead)


def who_answered(book: FactsIndex) -> Block | None:
    facts = book.facts
    rows = [
        (cell(c.title, chart=charts.badge(book.marks[c.cell])), cell(str(c.n)), cell(_shown(c.named)))
        for c in facts.cells
    ]
    if book.has_others:
        rows.append((cell("All others", chart=charts.badge(charts.ALL)), cell(DASH, look="mute"), cell(_ALL_SHOWN)))
    merged = [c.title for c in facts.cells if c.cell in facts.merged]
    blocks = [
        table([column("Who and mark", 3), column("Raters", 1, number=True), column("Shown", 3)], rows),
        *(
            note(
                f"{title} are shown together to protect anonymity: fewer than {facts.threshold} raters of at least "
                "one of these groups answered."
            )
            for title in merged
        ),
        note(
            f"Too few other raters answered: fewer than {facts.threshold}. Their answers are not shown and are in no "
            "figure."
        )
        if facts.too_few
        else None,
        note(_NO_FIGURE.format(fewest=facts.threshold)) if not facts.too_few and not book.has_others else None,
        contents(),
    ]
    return part("who", "Who answered", blocks)


_NO_FIGURE = (
    "For each behaviour, fewer than {fewest} of the other raters gave a rating. So none of their ratings is shown."
)
_ALL_SHOWN = "Everyone above except you, in one figure"


def _shown(named: bool) -> str:
    return "By name, as everyone was informed" if named else "Together, never one by one"
