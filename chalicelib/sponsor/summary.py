"""The summary of a cohort: everything its page shows, and nothing that fewer than five delegates stand behind. Pure."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from msgspec import Struct, to_builtins

from chalicelib.impact.questions import FACTORS, LEVELS, MEASURES, PROPOSAL, WORK_DONE, useful_parts
from chalicelib.model import Cohort, Programme
from chalicelib.report.figures import one_decimal
from chalicelib.report.frozen import Frozen
from chalicelib.sponsor.cases import Case, is_improved, other_cases, success_cases
from chalicelib.sponsor.change import (
    ChangeLine,
    CompetencyLine,
    FollowupLine,
    Seen,
    change_lines,
    competency_lines,
    followup_lines,
    seen,
)
from chalicelib.sponsor.evidence import ENOUGH, Evidence, mean_of_enough, number
from chalicelib.sponsor.money import Worth, worth

NOTHING_FROZEN = Frozen()


class Responses(Struct, frozen=True):
    """The response line: what everything below is to be read by."""

    delegates: int
    reports: int  # released
    delegates_answered: int
    managers_answered: int
    left_out: int = 0  # delegates whose answers cannot be counted


class Count(Struct, frozen=True):
    label: str
    count: int


class Reaction(Struct, frozen=True):
    relevance: str  # mean, 1 to 5; empty if too few answered
    relevance_n: int
    recommend: str  # mean, 0 to 10
    recommend_n: int
    useful: tuple[Count, ...]


class Application(Struct, frozen=True):
    delegates: int  # who said how far they have come
    areas: int
    levels: tuple[Count, ...]
    work: tuple[tuple[str, tuple[Count, ...]], ...]  # assignment, how many did it
    proposals: tuple[Count, ...]


class Impact(Struct, frozen=True):
    """Of those who answered: too few of them, and there is none."""

    reaction: Reaction
    changes: tuple[ChangeLine, ...]
    seen: Seen
    application: Application
    helped: tuple[Count, ...]
    hindered: tuple[Count, ...]
    measures: int
    measures_improved: int
    worth: Worth | None
    successes: tuple[Case, ...]
    others: tuple[Case, ...]


class CohortSummary(Struct, frozen=True):
    cohort: str
    programme: str
    organisation: str
    made_on: date
    enough: int
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
    """people: every delegate of the cohort, in any order. The cohort's 360 figures are those frozen for the reports."""
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
        responses=responses,
        competencies=competency_lines(programme, baseline),
        followup=followup_lines(programme, baseline, followup),
        impact=_impact(programme, people) if responses.delegates_answered >= ENOUGH else None,
    )


def summary_bytes(summary: CohortSummary) -> bytes:
    """Canonical JSON with a checksum over everything else."""
    content: dict[str, Any] = to_builtins(summary)
    return _canonical(content | {"checksum": checksum(summary)})


def checksum(summary: CohortSummary) -> str:
    return hashlib.sha256(_canonical(to_builtins(summary))).hexdigest()


def _canonical(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


# --- parts ----------------------------------------------------------------------------------------------


def _impact(programme: Programme, people: Sequence[Evidence]) -> Impact:
    answered = [evidence.own for evidence in people if evidence.own is not None]
    places = [(own, place) for own in answered for place in range(1, MEASURES + 1) if f"measure.{place}.name" in own]
    return Impact(
        reaction=_reaction(programme, answered),
        changes=change_lines(programme, people),
        seen=seen(people),
        application=_application(programme, people),
        helped=_ticks(answered, "helped"),
        hindered=_ticks(answered, "hindered"),
        measures=len(places),
        measures_improved=sum(is_improved(own, place) for own, place in places),
        worth=worth(people),
        successes=success_cases(people),
        others=other_cases(people),
    )


def _reaction(programme: Programme, answered: Sequence[Mapping[str, str]]) -> Reaction:
    relevance, relevance_n = mean_of_enough(number(own, "relevance") for own in answered)
    recommend, recommend_n = mean_of_enough(number(own, "recommend") for own in answered)
    return Reaction(
        _shown(relevance),
        relevance_n,
        _shown(recommend),
        recommend_n,
        _ranked(_choices(answered, "useful", useful_parts(programme))),
    )


def _application(programme: Programme, people: Sequence[Evidence]) -> Application:
    answered = [(evidence, evidence.own) for evidence in people if evidence.own is not None]
    levels = [[own[f"level.{area}"] for area in e.areas if f"level.{area}" in own] for e, own in answered]
    told = [given for given in levels if given]
    enough = len(told) >= ENOUGH
    everyone = [own for _, own in answered]
    work = (
        (assignment.title, _choices(everyone, f"work.{milestone.id}.{assignment.id}", WORK_DONE))
        for milestone in programme.milestones
        for assignment in milestone.assignments
    )
    return Application(
        delegates=len(told),
        areas=sum(map(len, told)) if enough else 0,
        levels=_counts((level for given in told for level in given), LEVELS) if enough else (),
        work=tuple((title, counts) for title, counts in work if counts),
        proposals=_choices(everyone, "proposal", PROPOSAL),
    )


def _choices(answered: Sequence[Mapping[str, str]], name: str, options: Iterable[tuple[str, str]]) -> tuple[Count, ...]:
    """How often each option was chosen; nothing if too few chose any."""
    chosen = [own[name] for own in answered if name in own]
    return _counts(chosen, options) if len(chosen) >= ENOUGH else ()


def _counts(chosen: Iterable[str], options: Iterable[tuple[str, str]]) -> tuple[Count, ...]:
    often = Counter(chosen)
    return tuple(Count(label, often[value]) for value, label in options)


def _ticks(answered: Sequence[Mapping[str, str]], kind: str) -> tuple[Count, ...]:
    return _ranked(Count(label, sum(f"{kind}.{name}" in own for own in answered)) for name, label in FACTORS.items())


def _ranked(counts: Iterable[Count]) -> tuple[Count, ...]:
    """Most first, equals in the order of the form; what nobody chose is left out."""
    return tuple(sorted((count for count in counts if count.count), key=lambda count: -count.count))


def _shown(found: Fraction | None) -> str:
    return "" if found is None else str(one_decimal(found))
