"""Make the cover: the organisation first, then the person. Pure."""

from __future__ import annotations

from chalicelib.core import colour
from chalicelib.report.parts.document import Cover
from chalicelib.report.parts.rows import Index
from chalicelib.report.parts.wording import curly

WAVES = {"baseline": "Before the programme", "followup": "Six months after the programme"}


def issued_on(index: Index) -> str:
    day = index.facts.heading.issued
    return f"{day.day} {day:%B %Y}"


def cover(index: Index) -> Cover:
    heading, brand = index.facts.heading, index.programme.organisation.brand
    details = [
        ("Programme", curly(heading.programme)),
        ("Cohort", heading.cohort),
        ("Feedback gathered", WAVES.get(heading.wave, heading.wave)),
        ("Coach", heading.coach),
        ("Issued", issued_on(index)),
        ("Questionnaire", f"Version {index.programme.version}"),
    ]
    return Cover(
        organisation=curly(heading.organisation),
        delegate=heading.delegate,
        role="\n".join(curly(words) for words in (heading.job_title, heading.service) if words),
        details=tuple((label, text) for label, text in details if text),
        issued=issued_on(index),
        brand=brand,
        on_brand=colour.text_on(brand),
        accent=colour.text_from(brand),
        logo=index.programme.organisation.logo or "",
    )
