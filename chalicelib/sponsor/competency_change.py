"""Compute the change of a cohort's competencies in three ways, and the change that others see. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from chalicelib.core.model import SELF_GROUP, Competency, Programme
from chalicelib.results.change import display_change
from chalicelib.results.cohort_snapshot import Frozen
from chalicelib.results.facts import CohortMean
from chalicelib.results.published import ALL_OTHERS, About
from chalicelib.results.rounding import display_gap, one_decimal
from chalicelib.results.sponsor_rule import Reading, mean, tally
from chalicelib.sponsor.readings import POST, PRE, THEN, Key

Readings = Mapping[Key, Reading]


class CompetencyLine(Struct, frozen=True):
    """Cohort means before the programme; empty if they come from too few delegates."""

    title: str
    own: str
    own_n: int
    others: str
    others_n: int
    agreed: str  # ICC(1) of line managers and the other raters over delegates, 0 to 1; empty if too few have both


class FollowupLine(Struct, frozen=True):
    """Means of all others over the cohort, before the programme and in the follow-up."""

    title: str
    before: str
    after: str
    effect: str  # Hedges' g of the change, over the delegates who have both reports
    n: int
    beyond_noise: str  # delegates whose change is larger than noise; empty below twenty delegates


class ChangeLine(Struct, frozen=True):
    """Means of the same delegates at three points. pre: 360 self score; then: looking back; post: now."""

    title: str
    n: int
    post_pre: str
    post_then: str
    pre_then: str
    grew: bool  # whichever way the bounds fall, they rate themselves higher than looking back


class Seen(Struct, frozen=True):
    """Mean change in the development areas, -3 to +3; empty if it comes from too few delegates."""

    managers: str
    managers_n: int
    raters: str
    raters_n: int


def competency_lines(programme: Programme, frozen: Frozen) -> tuple[CompetencyLine, ...]:
    """Return only figures that the reports show: a second set of delegates would reveal who is in one of them.

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
    """Return all others' view of the cohort before and after, for competencies with a figure both times."""
    first, second = _means_of_competencies(before), _means_of_competencies(after)
    effects = {effect.id: effect for effect in after.effects if (effect.about, effect.cell) == OTHERS_ON_COMPETENCIES}
    lines = []
    for competency in programme.competencies:
        place = competency.id, ALL_OTHERS
        effect = effects.get(competency.id)
        if effect and place in first and place in second:
            beyond = "" if effect.beyond_noise is None else tally("", effect.beyond_noise, effect.delegates).display
            figures = (first[place].display, second[place].display, effect.display, effect.delegates, beyond)
            lines.append(FollowupLine(competency.title, *figures))
    return tuple(lines)


OTHERS_ON_COMPETENCIES = (About.COMPETENCY, ALL_OTHERS)


def _means_of_competencies(frozen: Frozen) -> dict[tuple[str, str], CohortMean]:
    return {(mean.id, mean.cell): mean for mean in frozen.means if mean.about == About.COMPETENCY}


def change_lines(programme: Programme, found: Readings) -> tuple[ChangeLine, ...]:
    """Return competencies that enough delegates rated at all three points."""
    lines = (_change(competency, found) for competency in programme.competencies)
    return tuple(line for line in lines if line)


def _change(competency: Competency, found: Readings) -> ChangeLine | None:
    pre, then, post = (mean(found[what, competency.id]) for what in (PRE, THEN, POST))
    if pre is None or then is None or post is None:
        return None
    grown = post.range - then.range
    return ChangeLine(
        title=competency.title,
        n=post.n,
        post_pre=display_change(post.range - pre.range),
        post_then=display_change(grown),
        pre_then=display_change(pre.range - then.range),
        grew=one_decimal(grown.low) > 0,
    )


def seen(found: Readings) -> Seen:
    return Seen(*_shown_change(found["managers", ""]), *_shown_change(found["raters", ""]))


def _shown_change(reading: Reading) -> tuple[str, int]:
    found = mean(reading)
    return (display_gap(found.range), found.n) if found else ("", 0)


def _shown(found: CohortMean | None) -> tuple[str, int]:
    return (found.display, found.delegates) if found else ("", 0)
