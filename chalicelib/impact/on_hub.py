"""The impact survey on the delegate's timeline."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from chalicelib.core.formatting import last_date, local_date
from chalicelib.core.model import Wave
from chalicelib.core.working_days import survey_opens_at
from chalicelib.links.kinds import IMPACT
from chalicelib.store import impact_results, returned
from chalicelib.store.delegate_record import DelegateRecord
from chalicelib.store.impact_surveys import ImpactSurvey, Role, surveys_from
from chalicelib.store.returned import Occasion
from chalicelib.web.timeline import HubView, ItemState, TimelineItem

SURVEY_RANK, THANKS_RANK = 10, 70
TITLE = "Answer the six-month survey"


def list_items(view: HubView) -> Iterator[TimelineItem]:
    yield from _thanks(view)
    survey = next((survey for survey in surveys_from(view.rows) if survey.role is Role.DELEGATE), None)
    if survey:
        yield _asked(view, survey)
    elif view.cohort:
        opens = local_date(survey_opens_at(view.programme, view.cohort.dates), view.zone)
        words = "We ask you, your line manager and your raters what has changed. You get an email then."
        yield TimelineItem(opens, ItemState.NEXT, "Six-month survey", words)


def _thanks(view: HubView) -> Iterator[TimelineItem]:
    """Offer to thank the raters after the release, and again after the six-month result, until the thanks are sent."""
    report = DelegateRecord(view.rows).find_report(Wave.BASELINE)
    released = report is not None and report.is_released
    occasion = Occasion.RESULT if impact_results.from_rows(view.rows) else Occasion.RELEASE
    if not released or view.is_held:
        return
    if sent := returned.from_rows(view.rows).get(occasion):
        yield TimelineItem(local_date(sent.at, view.zone), ItemState.DONE, "You thanked your raters")
        return
    words = "Everyone who was asked learns what you will work on. You see it first, and can decide not to send it."
    yield TimelineItem(
        None, ItemState.NOW, "Thank your raters", words, view.url("/thank-raters"), "Write to them", THANKS_RANK
    )


def _asked(view: HubView, survey: ImpactSurvey) -> TimelineItem:
    until: date = last_date(survey.closes_at, view.zone)
    if survey.is_open and not survey.sent:
        words = "What has changed, and what your work led to."
        return TimelineItem(until, ItemState.NOW, TITLE, words, IMPACT.url(survey), "Answer the survey", SURVEY_RANK)
    if survey.is_open:
        words = "Thank you. You can change your answers until it closes."
        return TimelineItem(until, ItemState.DONE, "Six-month survey", words, IMPACT.url(survey), "Change your answers")
    if impact_results.from_rows(view.rows) and not view.is_held:
        words = "What you, your line manager and your raters answered is on one page."
        return TimelineItem(
            until, ItemState.DONE, "Your six-month result", words, view.url("/result"), "Open your page", name="result"
        )
    words = "You answered it. Thank you." if survey.sent else "It has closed."
    return TimelineItem(until, ItemState.DONE, "Six-month survey", words)
