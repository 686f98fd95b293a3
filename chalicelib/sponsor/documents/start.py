"""The cohort at the start, for facilitators and the sponsor: published figures over five delegates or more. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import msgspec
from msgspec import Struct, to_builtins

from chalicelib.core import formatting
from chalicelib.core.colour import text_from
from chalicelib.core.model import SELF_GROUP, Cohort, Competency, Programme
from chalicelib.results.cohort_snapshot import Frozen
from chalicelib.results.facts import CohortMean
from chalicelib.results.published import ALL_OTHERS, About
from chalicelib.results.rounding import Range
from chalicelib.sponsor.final.facts import Figure
from chalicelib.sponsor.final.figures import change_figure, cohort_figure, error_of_change

MOST = 5  # behaviours in each list


class StartRow(Struct, frozen=True):
    """One competency or behaviour: the delegates' own mean, the mean of others, and the gap."""

    id: str
    title: str
    own: Figure | None
    others: Figure
    gap: Figure | None


class Workshop(Struct, frozen=True):
    title: str
    rows: tuple[StartRow, ...]


class Start(Struct, frozen=True):
    """The whole document."""

    cohort: str
    programme: str
    organisation: str
    made_on: date
    scale: tuple[str, ...]
    reports: int
    workshops: tuple[Workshop, ...]
    highest: tuple[StartRow, ...]
    lowest: tuple[StartRow, ...]


def build_start(programme: Programme, cohort: Cohort, baseline: Frozen, made_on: date) -> Start:
    means = {(mean.about, mean.id, mean.cell): mean for mean in baseline.means}
    behaviours = [
        row
        for competency in programme.competencies
        for item in competency.items
        if (row := _row(programme, means, About.ITEM, item.id, item.others_wording.rstrip("."), 1))
    ]
    ranked = sorted(behaviours, key=lambda row: (row.others.value, row.id))
    most = min(MOST, len(ranked) // 2)
    return Start(
        cohort=cohort.title,
        programme=programme.title,
        organisation=programme.organisation.name,
        made_on=made_on,
        scale=programme.scale,
        reports=max((mean.delegates for mean in baseline.means), default=0),
        workshops=tuple(_workshops(programme, means)),
        highest=tuple(reversed(ranked[len(ranked) - most :])),
        lowest=tuple(ranked[:most]),
    )


Means = dict[tuple[str, str, str], CohortMean]


def _workshops(programme: Programme, means: Means) -> Iterator[Workshop]:
    titles = {step.id: step.title for step in programme.milestones}
    for milestone in (*titles, None):
        own = [
            competency
            for competency in programme.competencies
            if (competency.milestone if competency.milestone in titles else None) == milestone
        ]
        rows = tuple(row for competency in own if (row := _competency(programme, means, competency)))
        if rows:
            yield Workshop(titles[milestone] if milestone else "Not tied to a workshop", rows)


def _competency(programme: Programme, means: Means, competency: Competency) -> StartRow | None:
    return _row(programme, means, About.COMPETENCY, competency.id, competency.title, len(competency.items))


def _row(programme: Programme, means: Means, about: About, subject: str, title: str, parts: int) -> StartRow | None:
    others, own = (means.get((about.value, subject, cell)) for cell in (ALL_OTHERS, SELF_GROUP))
    if others is None:
        return None
    figure, other_range = cohort_figure(others)
    if own is None:
        return StartRow(subject, title, None, figure, None)
    own_figure, own_range = cohort_figure(own)
    gap = _gap(programme, (own_figure, own_range), (figure, other_range), parts)
    return StartRow(subject, title, own_figure, figure, gap)


def _gap(programme: Programme, own: tuple[Figure, Range], others: tuple[Figure, Range], parts: int) -> Figure:
    error = error_of_change(programme, (own[0].n, parts), (others[0].n, parts))
    return change_figure(others[1], own[1], min(own[0].n, others[0].n), error)


def start_bytes(start: Start) -> bytes:
    return msgspec.json.encode(start)


def start_checksum(start: Start) -> str:
    return hashlib.sha256(start_bytes(start)).hexdigest()


# --- in words ---------------------------------------------------------------------------------------------------------


def start_content(programme: Programme, start: Start) -> dict[str, Any]:
    """Return what the templates read."""
    return {
        "title": f"{start.programme}: {start.cohort} at the start",
        "organisation": start.organisation,
        "programme": start.programme,
        "cohort": start.cohort,
        "accent": text_from(programme.organisation.brand),
        "day": [start.made_on.year, start.made_on.month, start.made_on.day],
        "made": formatting.day(start.made_on),
        "top": programme.top,
        "labels": [start.scale[0].lower(), start.scale[-1].lower()],
        "headline": list(start_headline(start)),
        "start": to_builtins(start),
    }


def start_headline(start: Start) -> Iterator[str]:
    """Say where the cohort starts. Mention a gap only if it is clear."""
    rows = sorted((row for part in start.workshops for row in part.rows), key=lambda row: row.others.value)
    if len(rows) < 2:
        yield "Too few reports show a competency to say where the cohort starts."
        return
    low, high = rows[0], rows[-1]
    yield (
        f"Others rate the cohort highest on {_lower(high.title)} ({high.others.display}) and lowest on "
        f"{_lower(low.title)} ({low.others.display})."
    )
    yield _gaps([row for row in rows if row.gap and row.gap.clear])


def _gaps(apart: Sequence[StartRow]) -> str:
    if not apart:
        return "On no competency is the delegates’ own view clearly apart from that of others."
    widest = max(apart, key=lambda row: abs(row.gap.value) if row.gap else 0)
    own = widest.own.display if widest.own else ""
    side = "higher" if widest.gap and widest.gap.value > 0 else "lower"
    return (
        f"Delegates see themselves {side} than others do on {_lower(widest.title)}: they say {own}, others "
        f"{widest.others.display}."
    )


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:]
