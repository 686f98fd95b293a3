"""Ask a line manager who has already answered for their share of sums that the delegate gave later."""

from __future__ import annotations

from datetime import datetime

from chalicelib.core.formatting import last_day
from chalicelib.core.ids import derive
from chalicelib.core.impact_background import FIRST_EDITION
from chalicelib.core.model import Delegate, Programme
from chalicelib.core.working_days import working_days
from chalicelib.forms.impact_answers import Answers, claimed
from chalicelib.impact.emails import shares_email
from chalicelib.store import cohorts, emails
from chalicelib.store.emails import Email
from chalicelib.store.impact_surveys import ImpactSurvey
from chalicelib.store.table import Write

KEY_CHARS = 8


def ask_for_shares(
    programme: Programme,
    delegate: Delegate,
    manager: ImpactSurvey | None,
    before: Answers,
    after: Answers,
    now: datetime,
) -> list[Write]:
    """Email the line manager if these sums are new to them. If they have not answered yet, their form shows the sums.

    before, after  what the delegate had sent, and has sent now
    """
    if manager is None or not manager.sent or not manager.is_open or manager.edition == FIRST_EDITION:
        return []
    known = {measure.key for measure in claimed(before)}
    new = [measure.key for measure in claimed(after) if measure.key not in known]
    unasked = sorted(key for key in new if f"share.{key}" not in manager.answers)
    return emails.add(_email(programme, delegate, manager, unasked, now)) if unasked else []


def _email(programme: Programme, delegate: Delegate, manager: ImpactSurvey, keys: list[str], now: datetime) -> Email:
    """Write one email for the same sums, even if the delegate saves them several times."""
    cohort = cohorts.find(delegate.cohort_id)
    due_at = working_days(programme.organisation, cohort.dates.closed if cohort else ()).next_morning(now)
    closes = last_day(manager.closes_at, programme.organisation.timezone)
    return shares_email(programme, delegate, manager, closes, due_at, derive(KEY_CHARS, *keys))
