"""Change of a cohort's competencies, three ways, and what others see of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from chalicelib.model import Competency, Programme
from chalicelib.report.figures import display_gap, one_decimal
from chalicelib.sponsor.evidence import ENOUGH, Evidence, mean, mean_of_enough, number


@dataclass(frozen=True)
class CompetencyLine:
    """Cohort means before the programme; empty where too few delegates stand behind one."""

    title: str
    own: str
    own_n: int
    others: str
    others_n: int


@dataclass(frozen=True)
class ChangeLine:
    """The same delegates in all three. pre: 360 self score; then: looking back; post: now."""

    title: str
    n: int
    post_pre: str
    post_then: str
    pre_then: str


@dataclass(frozen=True)
class Seen:
    """Mean change in the development areas, -3 to +3; empty where too few delegates stand behind it."""

    managers: str
    managers_n: int
    raters: str
    raters_n: int


def competency_lines(programme: Programme, cohort: Sequence[Evidence]) -> tuple[CompetencyLine, ...]:
    """Only competencies with a figure from enough delegates."""
    lines = []
    for competency in programme.competencies:
        own, own_n = mean_of_enough(evidence.self_means.get(competency.id) for evidence in cohort)
        others, others_n = mean_of_enough(evidence.others_means.get(competency.id) for evidence in cohort)
        if own is not None or others is not None:
            lines.append(CompetencyLine(competency.title, _shown(own), own_n, _shown(others), others_n))
    return tuple(lines)


def change_lines(programme: Programme, cohort: Sequence[Evidence]) -> tuple[ChangeLine, ...]:
    """Only competencies that enough delegates rated at all three points."""
    found = (_change(competency, cohort) for competency in programme.competencies)
    return tuple(line for line in found if line)


def _change(competency: Competency, cohort: Sequence[Evidence]) -> ChangeLine | None:
    points = [
        (pre, then, post)
        for evidence in cohort
        if (pre := evidence.self_means.get(competency.id)) is not None
        and (then := number(evidence.own, f"then.{competency.id}")) is not None
        and (post := number(evidence.own, f"now.{competency.id}")) is not None
    ]
    if len(points) < ENOUGH:
        return None
    pre, then, post = (sum(values, Fraction(0)) / len(points) for values in zip(*points, strict=True))
    shown = (display_gap(difference) for difference in (post - pre, post - then, pre - then))
    return ChangeLine(competency.title, len(points), *shown)


def seen(cohort: Sequence[Evidence]) -> Seen:
    managers, managers_n = mean_of_enough(_managers_change(evidence) for evidence in cohort)
    raters, raters_n = mean_of_enough(mean(evidence.raters_change) for evidence in cohort)
    return Seen(
        display_gap(managers) if managers is not None else "",
        managers_n,
        display_gap(raters) if raters is not None else "",
        raters_n,
    )


def _managers_change(evidence: Evidence) -> Fraction | None:
    answers = evidence.manager or {}
    given = (answers.get(f"change.{area}", "") for area in evidence.areas)
    return mean(Fraction(change) for change in given if change not in ("", "not_seen"))


def _shown(found: Fraction | None) -> str:
    return "" if found is None else str(one_decimal(found))
