"""Emails about the impact survey and its result, to delegate, coach and line manager."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from chalicelib.core.formatting import last_day, plural
from chalicelib.core.ids import derive
from chalicelib.core.model import Cohort, Delegate, Person, Programme
from chalicelib.emails.common_words import common_words
from chalicelib.emails.create import create_email
from chalicelib.emails.kinds import EmailKind, To, declare_email
from chalicelib.links.kinds import COACH, CONSOLE, HUB, IMPACT, name_links
from chalicelib.links.link_kind import Link
from chalicelib.store.emails import Email
from chalicelib.store.impact_surveys import ImpactSurvey
from chalicelib.waves.survey_counts import SurveyCount

RESULT = declare_email(
    "impact/result",
    "Six-month result, to the delegate",
    to=To.DELEGATE,
    words="name coach",
    links=[HUB],
    in_digest=True,
)
RESULT_FOR_COACH = declare_email(
    "impact/result_coach",
    "Six-month result, to the coach",
    to=To.COACH,
    words="name delegate",
    links=[COACH],
    names_several=True,
)
OPENED_FOR_COACH = declare_email(
    "impact/opened_coach",
    "The impact survey has opened, to the coach",
    to=To.COACH,
    words="name cohort count closes",
    links=[COACH],
    sample={"count": "3 delegates"},
    in_digest=True,
)
COUNTED = declare_email(
    "impact/counted",
    "Thanks to the line manager, with what counted",
    to=To.MANAGER,
    words="name delegate",
    links=[IMPACT],
    together="Thank you: what your answers about {delegate} and {others} did",
)
RETURNED = declare_email(
    "impact/returned",
    "The delegate’s thanks to everyone who was asked",
    to=To.RATER,
    words="name delegate areas text month",
    sample={"areas": "Ask before answering; delegate decisions", "text": "I start with the Monday meeting."},
    only_to_unanswered=True,  # who declined does not get it
    in_digest=True,
)
PROGRESS = declare_email(
    "impact/progress",
    "Answers to the impact survey so far",
    to=To.ADMINISTRATOR,
    words="name cohort delegates asked managers",
    links=[CONSOLE],
    sample={"delegates": "7", "asked": "12", "managers": "5 of 12"},
    in_digest=True,
)
SHARES = declare_email(
    "impact/shares",
    "The delegate’s figures, to a line manager who has answered",
    to=To.MANAGER,
    words="name delegate closes",
    links=[IMPACT],
    together="{delegate} and {others} have sent figures: how much is due to the programme?",
)


def result_email(programme: Programme, delegate: Delegate, due_at: datetime) -> Email:
    words = {"name": delegate.person.name, "coach": delegate.coach.name}
    return _email(RESULT, programme, delegate, delegate.person, due_at, words, HUB.link(delegate))


def coach_email(programme: Programme, delegate: Delegate, due_at: datetime) -> Email:
    words = {"name": delegate.coach.name, "delegate": delegate.person.name}
    link = COACH.link(delegate.cohort_id, delegate.coach, delegate.coach_link)
    return _email(RESULT_FOR_COACH, programme, delegate, delegate.coach, due_at, words, link)


def counted_email(programme: Programme, delegate: Delegate, survey: ImpactSurvey, due_at: datetime) -> Email:
    """Write to a line manager that their answers are counted.

    survey  the line manager's
    """
    words = {"name": delegate.manager.name, "delegate": delegate.person.name}
    return _email(COUNTED, programme, delegate, delegate.manager, due_at, words, IMPACT.link(survey))


def opened_email(
    programme: Programme, cohort: Cohort, own: Sequence[Delegate], closes_at: datetime, now: datetime
) -> Email:
    """Write to a coach that the survey is open.

    own  the coach's delegates; at least one
    """
    coach = own[0].coach
    return create_email(
        OPENED_FOR_COACH,
        cohort.id,
        derive(8, coach.email),
        to=coach,
        due_at=now,
        words=common_words(programme)
        | {
            "name": coach.name,
            "cohort": cohort.title,
            "count": plural(len(own), "delegate", "delegates"),
            "closes": last_day(closes_at, programme.organisation.timezone),
        },
        links=name_links(COACH.link(cohort.id, coach, own[0].coach_link)),
        about={"cohort": cohort.id},
        good_until=closes_at,
    )


def progress_email(
    programme: Programme, cohort: Cohort, counts: Mapping[str, SurveyCount], address: str, now: datetime
) -> Email:
    """Write how many have answered.

    counts  by role
    """
    own, managers = counts["delegate"], counts["manager"]
    return create_email(
        PROGRESS,
        cohort.id,
        derive(8, address),
        to=Person("Administrator", address),
        due_at=now,
        words=common_words(programme)
        | {
            "name": "Administrator",
            "cohort": cohort.title,
            "delegates": str(own.sent),
            "asked": str(own.asked),
            "managers": f"{managers.sent} of {managers.asked}",
        },
        links=name_links(CONSOLE.link("cohort", cohort.id)),
        about={"cohort": cohort.id},
    )


def shares_email(
    programme: Programme, delegate: Delegate, survey: ImpactSurvey, closes: str, due_at: datetime, sums: str
) -> Email:
    """Ask a line manager for their share of a delegate's sums.

    survey  the line manager's, who answered before the delegate gave these sums
    sums    an id of the sums
    """
    words = {"name": delegate.manager.name, "delegate": delegate.person.name, "closes": closes}
    good_until = survey.closes_at
    link = IMPACT.link(survey)
    return _email(SHARES, programme, delegate, delegate.manager, due_at, words, link, sums, good_until=good_until)


def _email(
    kind: EmailKind,
    programme: Programme,
    delegate: Delegate,
    to: Person,
    due_at: datetime,
    words: dict[str, str],
    link: Link,
    *more: str,
    good_until: datetime | None = None,
) -> Email:
    return create_email(
        kind,
        delegate.id,
        *more,
        to=to,
        due_at=due_at,
        words=common_words(programme) | words,
        links=name_links(link),
        about={"cohort": delegate.cohort_id, "delegate": delegate.id},
        good_until=good_until,
    )
