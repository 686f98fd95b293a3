"""What the report says, part by part, as plain data for both templates: words and figures from facts only. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from chalicelib.model import MANAGER_GROUP, SELF_GROUP, Competency, Programme
from chalicelib.report import charts
from chalicelib.report.facts import CellFact, Facts, Gap, Statistic
from chalicelib.report.published import ALL_OTHERS, OVERALL_ID, About

WAVES = {"baseline": "Before the programme", "followup": "Six months after the programme"}


def build_view(programme: Programme, facts: Facts) -> dict[str, Any]:
    """The report as nested dicts, lists and strings. An empty list or string is a part with nothing to show."""
    book = _Book(programme, facts)
    return {
        "cover": _cover(programme, facts),
        "scale": list(programme.scale),
        "threshold": facts.threshold,
        "comments_from": facts.comments_from,
        "cells": [{"title": c.title, "n": c.n, "named": c.named, "colour": book.colours[c.cell]} for c in facts.cells],
        "merged": [cell.title for cell in facts.cells if cell.cell in facts.merged],
        "too_few": facts.too_few,
        "overall": book.summary(About.OVERALL, OVERALL_ID, "Overall"),
        "competency_rows": _rows(book.summary(About.COMPETENCY, c.id, c.title) for c in programme.competencies),
        "value_rows": _rows(book.summary(About.VALUE, v.id, v.title) for v in programme.values),
        "highest": [book.ranked(item) for item in facts.highest],
        "lowest": [book.ranked(item) for item in facts.lowest],
        "columns": [column["title"] for column in book.columns],
        "competencies": [book.competency(competency) for competency in programme.competencies],
        "values": [
            {"title": value.title, "bars": bars}
            for value in programme.values
            if (bars := book.bars(About.VALUE, value.id))
        ],
        "comments": _comments(programme, facts),
        "comments_withheld": facts.comments_withheld,
        "checksum": facts.checksum,
    }


class _Book:
    """Finds figures in facts, and the order and colour of cells."""

    def __init__(self, programme: Programme, facts: Facts):
        self.top = programme.top
        self.items = {item.id: (item, competency) for competency in programme.competencies for item in competency.items}
        self.statistics = {(s.about, s.id, s.cell): s for s in facts.statistics}
        self.gaps = {(gap.about, gap.id): gap for gap in facts.gaps}
        self.colours = _colours(facts.cells)
        self.columns = [{"cell": cell.cell, "title": cell.title} for cell in facts.cells]
        if any(s.cell == ALL_OTHERS for s in facts.statistics):
            self.columns.append({"cell": ALL_OTHERS, "title": "All others"})

    def find(self, about: About, subject: str, cell: str) -> Statistic | None:
        return self.statistics.get((about.value, subject, cell))

    def gap(self, about: About, subject: str) -> Gap | None:
        return self.gaps.get((about.value, subject))

    def summary(self, about: About, subject: str, title: str) -> dict[str, Any]:
        own, others = self.find(about, subject, SELF_GROUP), self.find(about, subject, ALL_OTHERS)
        gap = self.gap(about, subject)
        return {
            "title": title,
            "own": own.display if own else "",
            "others": others.display if others else "",
            "gap": gap.display if gap else "",
            "chart": charts.dots(own.mean if own else None, others.mean if others else None, self.top),
        }

    def ranked(self, item_id: str) -> dict[str, Any]:
        item, competency = self.items[item_id]
        return {**self.summary(About.ITEM, item_id, item.others_wording), "competency": competency.title}

    def bars(self, about: About, subject: str) -> list[dict[str, Any]]:
        return [
            {
                "title": column["title"],
                "n": found.n,
                "display": found.display,
                "chart": charts.bar(found.mean, self.top, self.colours[column["cell"]]),
            }
            for column in self.columns
            if (found := self.find(about, subject, column["cell"]))
        ]

    def competency(self, competency: Competency) -> dict[str, Any]:
        rows = [
            {
                "text": item.others_wording,
                "figures": [self.figure(item.id, column["cell"]) for column in self.columns],
                "gap": gap.display if (gap := self.gap(About.ITEM, item.id)) else "",
            }
            for item in competency.items
        ]
        return {
            "title": competency.title,
            "definition": competency.definition,
            "bars": self.bars(About.COMPETENCY, competency.id),
            "rows": rows,
            "has_gaps": any(row["gap"] for row in rows),
        }

    def figure(self, item_id: str, cell: str) -> dict[str, Any]:
        found = self.find(About.ITEM, item_id, cell)
        return {"display": found.display if found else "", "n": found.n if found else 0}


def _colours(cells: Iterable[CellFact]) -> dict[str, str]:
    fixed = {SELF_GROUP: charts.OWN, MANAGER_GROUP: charts.MANAGER, ALL_OTHERS: charts.ALL}
    rest = [cell.cell for cell in cells if cell.cell not in fixed]
    return fixed | {cell: charts.ANONYMOUS[k % len(charts.ANONYMOUS)] for k, cell in enumerate(rest)}


def _rows(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if row["own"] or row["others"]]


def _cover(programme: Programme, facts: Facts) -> dict[str, Any]:
    heading = facts.heading
    issued = f"{heading.issued.day} {heading.issued:%B %Y}"
    details = [
        ("Programme", heading.programme),
        ("Cohort", heading.cohort),
        ("Feedback gathered", WAVES.get(heading.wave, heading.wave)),
        ("Coach", heading.coach),
        ("Issued", issued),
    ]
    return {
        "organisation": heading.organisation,
        "delegate": heading.delegate,
        "role": ", ".join(part for part in (heading.job_title, heading.service) if part),
        "details": [{"label": label, "text": text} for label, text in details if text],
        "issued": issued,
        "brand": programme.organisation.brand,
        "logo": programme.organisation.logo or "",
    }


def _comments(programme: Programme, facts: Facts) -> list[dict[str, Any]]:
    """Per open question, each cell's comments in the order of facts."""
    parts = []
    for question in programme.open_questions:
        voices = [
            {"title": cell.title, "texts": texts}
            for cell in facts.comment_cells
            if (texts := [c.text for c in facts.comments if (c.question, c.cell) == (question.id, cell.cell)])
        ]
        if voices:
            parts.append({"question": question.text, "voices": voices})
    return parts
