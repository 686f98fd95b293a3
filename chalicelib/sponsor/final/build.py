"""Build the facts of an edition from published figures, signed answers, and what an administrator prepared. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.core.costs import Cost
from chalicelib.core.model import Cohort, Programme
from chalicelib.results.cohort_snapshot import Frozen
from chalicelib.results.sponsor_rule import ENOUGH
from chalicelib.sponsor.evidence import Evidence
from chalicelib.sponsor.final import counts, own_and_others
from chalicelib.sponsor.final.facts import Final, Late, Response, StoryLine, Survey, Value
from chalicelib.sponsor.final.value import value_of, with_costs
from chalicelib.sponsor.final.words import headline

NOTHING_FROZEN = Frozen()


class Prepared(Struct, frozen=True):
    """What an edition shows in addition to the survey: the administrator's input, and the outcomes of the reviews."""

    costs: tuple[Cost, ...] = ()
    asks: tuple[str, ...] = ()
    stories: tuple[StoryLine, ...] = ()
    reviews: Mapping[str, Sequence[str]] = {}  # delegate -> outcome of each area; empty until the reviews are over


NOTHING_PREPARED = Prepared()


def build_final(
    programme: Programme,
    cohort: Cohort,
    people: Sequence[Evidence],
    made_on: date,
    baseline: Frozen = NOTHING_FROZEN,
    followup: Frozen = NOTHING_FROZEN,
    prepared: Prepared = NOTHING_PREPARED,
    before: Final | None = None,
    late: Sequence[Evidence] = (),
) -> Final:
    """Build the next edition.

    people  every delegate who began, in any order
    late    delegates whose answers are in no edition yet
    before  the previous edition. Its figures of the survey are repeated. Otherwise the difference of two editions would
            show the answers of those who answered in between.
    """
    response, survey, value = _survey_figures(programme, people, baseline, before)
    again = tuple(own_and_others.followup_lines(programme, baseline, followup))
    return Final(
        edition=before.edition + 1 if before else 1,
        cohort=cohort.title,
        programme=programme.title,
        organisation=programme.organisation.name,
        made_on=made_on,
        scale=programme.scale,
        response=response,
        headline=headline(survey, again),
        followup=again,
        survey=survey,
        value=with_costs(value, prepared.costs, programme.organisation.currency) if survey and value else None,
        start=tuple(own_and_others.start_lines(programme, baseline)),
        stories=prepared.stories,
        asks=prepared.asks,
        late=before.late if before and before.late else _late(programme, late, baseline),
        reviews=before.reviews if before and before.reviews.parts else counts.count_reviews(prepared.reviews),
    )


def _survey_figures(
    programme: Programme, people: Sequence[Evidence], baseline: Frozen, before: Final | None
) -> tuple[Response, Survey | None, Value | None]:
    """Return the figures that depend on who answered the survey: those of the previous edition, if it had them."""
    if before and before.survey:
        return before.response, before.survey, before.value
    value = value_of(people, programme.organisation.currency)
    return _response(people), _survey(programme, people, baseline), value


def _response(people: Sequence[Evidence]) -> Response:
    return Response(
        began=len(people),
        stayed=sum(not person.has_left for person in people),
        reports=sum(person.has_report for person in people),
        delegates_answered=sum(person.own is not None for person in people),
        managers_answered=sum(person.manager is not None for person in people),
        left_out=sum(person.left_out for person in people),
        later=sum(person.later for person in people),
    )


def _late(programme: Programme, late: Sequence[Evidence], baseline: Frozen) -> Late | None:
    """Compute figures of these delegates alone, so that no one can derive a figure by subtracting two others."""
    survey = _survey(programme, [replace(person, manager=None, raters_change=()) for person in late], baseline)
    return Late(len(late), survey) if survey else None


def _survey(programme: Programme, people: Sequence[Evidence], baseline: Frozen) -> Survey | None:
    """Compute the figures of the survey; None if fewer than five delegates answered it."""
    if sum(person.own is not None for person in people) < ENOUGH:
        return None
    return Survey(
        seen=own_and_others.seen_by_others(programme, people),
        changes=tuple(own_and_others.change_lines(programme, people, baseline)),
        areas=counts.count_areas(people),
        proposals=counts.count_proposals(people),
        measures=counts.count_agreed(people),
        named=counts.count_named(people),
        factors=counts.factor_lines(programme, people),
        reaction=counts.reaction(programme, people),
    )
