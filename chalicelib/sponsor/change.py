"""Change of a cohort's competencies, three ways, and what others see of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from msgspec import Struct

from chalicelib.model import SELF_GROUP, Competency, Programme
from chalicelib.report.facts import CohortMean
from chalicelib.report.figures import display_gap
from chalicelib.report.frozen import Frozen
from chalicelib.report.published import ALL_OTHERS, About
from chalicelib.sponsor.evidence import ENOUGH, Evidence, mean, mean_of_enough, number


class CompetencyLine(Struct, frozen=True):
    """Cohort means before the programme; empty where too few delegates stand behind one."""

    title: str
    own: str
    own_n: int
    others: str
    others_n: int
    agreed: str  # ICC(1) of line managers and the other raters over delegates, 0 to 1; empty if too few have both


class FollowupLine(Struct, frozen=True):
    """What all others say of the cohort, before the programme and in the follow-up."""

    title: str
    before: str
    after: str
    effect: str  # Hedges' g of the change, over the delegates who have both reports
    n: int
    beyond_noise: str  # delegates whose change is larger than noise; empty below twenty delegates


class ChangeLine(Struct, frozen=True):
    """The same delegates in all three. pre: 360 self score; then: looking back; post: now."""

    title: str
    n: int
    post_pre: str
    post_then: str
    pre_then: str


class Seen(Struct, frozen=True):
    """Mean change in the development areas, -3 to +3; empty where too few delegates stand behind it."""

    managers: str
    managers_n: int
    raters: str
    raters_n: int


def competency_lines(programme: Programme, frozen: Frozen) -> tuple[CompetencyLine, ...]:
    """The figures that the reports show, and no others: a second set of delegates would tell who is in one of them.

    Only competencies with a figure from enough delegates.
    """
    means = _means_of_competencies(frozen)
    agreed = {found.id: found.display for found in frozen.consistency if found.about == About.COMPETENCY}
    lines = []
    for competency in programme.competencies:
        own, others = means.get((competency.id, SELF_GROUP)), means.get((competency.id, ALL_OTHERS))
        if own or others:
            shown = (*_shown(own), *_shown(others))
            lines.append(CompetencyLine(competency.title, *shown, agreed.get(competency.id, "")))
    return tuple(lines)


def followup_lines(programme: Programme, before: Frozen, after: Frozen) -> tuple[FollowupLine, ...]:
    """How all others saw the cohort before and after, for competencies with a figure both times."""
    first, second = _means_of_competencies(before), _means_of_competencies(after)
    effects = {effect.id: effect for effect in after.effects if (effect.about, effect.cell) == OTHERS_ON_COMPETENCIES}
    lines = []
    for competency in programme.competencies:
        place = competency.id, ALL_OTHERS
        effect = effects.get(competency.id)
        if effect and place in first and place in second:
            beyond = "" if effect.beyond_noise is None else str(effect.beyond_noise)
            figures = (first[place].display, second[place].display, effect.display, effect.delegates, beyond)
            lines.append(FollowupLine(competency.title, *figures))
    return tuple(lines)


OTHERS_ON_COMPETENCIES = (About.COMPETENCY, ALL_OTHERS)


def _means_of_competencies(frozen: Frozen) -> dict[tuple[str, str], CohortMean]:
    return {(mean.id, mean.cell): mean for mean in frozen.means if mean.about == About.COMPETENCY}


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


def _shown(found: CohortMean | None) -> tuple[str, int]:
    return (found.display, found.delegates) if found else ("", 0)
