"""Compute the summary of a cohort: everything its page shows, and no figure from fewer than five delegates. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from msgspec import Struct, to_builtins

from chalicelib.core.model import Cohort, Programme
from chalicelib.forms.impact_questions import FACTORS, MEASURES, useful_parts
from chalicelib.results.cohort_snapshot import Frozen
from chalicelib.results.rounding import display_mean
from chalicelib.results.sponsor_rule import ENOUGH, ENOUGH_TO_COUNT, Reading, Tally, mean, most_chosen, tally
from chalicelib.sponsor.competency_change import (
    ChangeLine,
    CompetencyLine,
    FollowupLine,
    Seen,
    change_lines,
    competency_lines,
    followup_lines,
    seen,
)
from chalicelib.sponsor.evidence import Evidence
from chalicelib.sponsor.financial_value import FinancialValue, worth
from chalicelib.sponsor.readings import Key, readings
from chalicelib.sponsor.success_stories import (
    APPLIED,
    Answers,
    Case,
    is_complete,
    is_improved,
    other_cases,
    success_cases,
)

ACCEPTED = ("accepted", "amended")
NOTHING_FROZEN = Frozen()


class Responses(Struct, frozen=True):
    """How many answered: the basis of every other figure."""

    delegates: int
    reports: int  # released
    delegates_answered: int
    managers_answered: int
    left_out: int = 0  # delegates whose answers cannot be counted


class Reaction(Struct, frozen=True):
    relevance: str  # mean, 1 to 5; empty if too few answered
    relevance_n: int
    recommend: str  # mean, 0 to 10
    recommend_n: int
    useful: Tally


class Application(Struct, frozen=True):
    applied: Tally  # delegates who do at least one development area regularly
    work: tuple[Tally, ...]  # by assignment, who did it
    accepted: Tally  # whose improvement ideas were accepted


class Impact(Struct, frozen=True):
    """Impact figures of those who answered; with too few of them there is none."""

    reaction: Reaction
    changes: tuple[ChangeLine, ...]
    seen: Seen
    application: Application
    helped: tuple[Tally, ...]
    hindered: tuple[Tally, ...]
    improved: Tally  # delegates with a measure that improved, of those who gave one with both figures
    worth: FinancialValue
    successes: tuple[Case, ...]
    others: tuple[Case, ...]


class CohortSummary(Struct, frozen=True):
    cohort: str
    programme: str
    organisation: str
    made_on: date
    enough: int
    enough_to_count: int
    responses: Responses
    competencies: tuple[CompetencyLine, ...]
    followup: tuple[FollowupLine, ...]
    impact: Impact | None


def summarise_cohort(
    programme: Programme,
    cohort: Cohort,
    people: Sequence[Evidence],
    made_on: date,
    baseline: Frozen = NOTHING_FROZEN,
    followup: Frozen = NOTHING_FROZEN,
) -> CohortSummary:
    """Compute the summary.

    people: every delegate of the cohort, in any order. Its 360 figures are those of the reports.
    """
    responses = Responses(
        delegates=len(people),
        reports=sum(evidence.has_report for evidence in people),
        delegates_answered=sum(evidence.own is not None for evidence in people),
        managers_answered=sum(evidence.manager is not None for evidence in people),
        left_out=sum(evidence.left_out for evidence in people),
    )
    return CohortSummary(
        cohort=cohort.title,
        programme=programme.title,
        organisation=programme.organisation.name,
        made_on=made_on,
        enough=ENOUGH,
        enough_to_count=ENOUGH_TO_COUNT,
        responses=responses,
        competencies=competency_lines(programme, baseline),
        followup=followup_lines(programme, baseline, followup),
        impact=_impact(programme, people) if responses.delegates_answered >= ENOUGH else None,
    )


def summary_bytes(summary: CohortSummary) -> bytes:
    """Encode canonical JSON with a checksum over everything else."""
    content: dict[str, Any] = to_builtins(summary)
    return _canonical(content | {"checksum": checksum(summary)})


def checksum(summary: CohortSummary) -> str:
    return hashlib.sha256(_canonical(to_builtins(summary))).hexdigest()


def _canonical(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


# --- parts ----------------------------------------------------------------------------------------------


def _impact(programme: Programme, people: Sequence[Evidence]) -> Impact:
    answered = [evidence.own for evidence in people if evidence.own is not None]
    all_readings = readings(programme, people)
    return Impact(
        reaction=_reaction(programme, answered, all_readings),
        changes=change_lines(programme, all_readings),
        seen=seen(all_readings),
        application=_application(programme, people),
        helped=_ticks(answered, "helped"),
        hindered=_ticks(answered, "hindered"),
        improved=_improved(answered),
        worth=worth(people, programme.organisation.currency),
        successes=success_cases(people),
        others=other_cases(people),
    )


def _reaction(programme: Programme, answered: Sequence[Answers], found: Mapping[Key, Reading]) -> Reaction:
    chosen = [own["useful"] for own in answered if "useful" in own]
    return Reaction(
        *_shown(found["relevance", ""]),
        *_shown(found["recommend", ""]),
        most_chosen(chosen, useful_parts(programme)),
    )


def _application(programme: Programme, people: Sequence[Evidence]) -> Application:
    answered = [(evidence, evidence.own) for evidence in people if evidence.own is not None]
    levels = [{own[f"level.{area}"] for area in e.areas if f"level.{area}" in own} for e, own in answered]
    answered_levels = [given for given in levels if given]
    everyone = [own for _, own in answered]
    return Application(
        applied=tally(
            "Delegates who do at least one development area regularly, or as a habit",
            sum(not given.isdisjoint(APPLIED) for given in answered_levels),
            len(answered_levels),
        ),
        work=tuple(
            _chose(everyone, f"work.{milestone.id}.{assignment.id}", ("done",), assignment.title)
            for milestone in programme.milestones
            for assignment in milestone.assignments
        ),
        accepted=_chose(everyone, "proposal", ACCEPTED, "Improvement ideas accepted, as they were or with changes"),
    )


def _chose(answered: Sequence[Answers], name: str, wanted: Collection[str], label: str) -> Tally:
    """Count those who chose one of these answers, out of those who answered."""
    chosen = [own[name] for own in answered if name in own]
    return tally(label, sum(value in wanted for value in chosen), len(chosen))


def _improved(answered: Sequence[Answers]) -> Tally:
    """Count each delegate once, even with several measures."""
    places = range(1, MEASURES + 1)
    given = [own for own in answered if any(is_complete(own, place) for place in places)]
    yes = sum(any(is_improved(own, place) for place in places) for own in given)
    return tally("Delegates with a measure of the service that improved", yes, len(given))


def _ticks(answered: Sequence[Answers], kind: str) -> tuple[Tally, ...]:
    """List what five or more ticked, in the order of the form: an order by counts would reveal the counts."""
    n = len(answered)
    tallies = (tally(label, sum(f"{kind}.{name}" in own for own in answered), n) for name, label in FACTORS.items())
    return tuple(count for count in tallies if count.many)


def _shown(reading: Reading) -> tuple[str, int]:
    found = mean(reading)
    return (display_mean(found.range), found.n) if found else ("", 0)
