"""Record the six-month review. A draft is saved while the coach types; the review is recorded once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from chalicelib.areas.acts import AreaRefused
from chalicelib.areas.at_review import change_area
from chalicelib.areas.openings import AreasPage
from chalicelib.core.formatting import local_date
from chalicelib.core.ids import coach_id
from chalicelib.core.working_days import working_days
from chalicelib.jobs.commit import commit
from chalicelib.meetings import machine, recording
from chalicelib.meetings.acts import MeetingRefused
from chalicelib.meetings.effects import hold
from chalicelib.meetings.emails import agreed_email
from chalicelib.meetings.review.form import ReviewForm, field_names, read_review
from chalicelib.store import audit_events, delegates, emails, meetings, record_drafts, reviews
from chalicelib.store.areas import AreaChanged
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.delegates import DelegateChanged
from chalicelib.store.emails import EmailExists
from chalicelib.store.impact_surveys import surveys_from
from chalicelib.store.meetings import Meeting, MeetingChanged, MeetingKind
from chalicelib.store.record_drafts import REVIEW, RecordDraft
from chalicelib.store.reviews import Review, ReviewExists
from chalicelib.store.table import Write


def find_draft(opened: AreasPage) -> RecordDraft | None:
    return record_drafts.from_rows(opened.rows, REVIEW, _coach(opened))


def stored_fields(opened: AreasPage) -> dict[str, str]:
    """Return the form's fields as last typed."""
    draft = find_draft(opened)
    return dict(draft.typed) if draft else {}


def merge_typed(opened: AreasPage, posted: Mapping[str, str]) -> dict[str, str]:
    return recording.merge_typed(stored_fields(opened), posted, field_names(opened.live))


def save_draft(opened: AreasPage, typed: Mapping[str, str], now: datetime) -> None:
    """Keep what was typed. Raises recording.SavedElsewhere, or MeetingRefused once the review is recorded."""
    refuse_recorded(opened)
    if typed != stored_fields(opened):
        recording.save_draft(opened.delegate.id, REVIEW, _coach(opened), find_draft(opened), typed, now)


def is_recorded(opened: AreasPage, posted: Mapping[str, str]) -> bool:
    """Return whether the review is already recorded with the same fields, because the button was pressed twice."""
    review = reviews.from_rows(opened.rows)
    if review is None:
        return False
    as_posted = {f"outcome-{outcome.area}": outcome.outcome.value for outcome in review.outcomes}
    as_posted |= {"held_on": review.held_on.isoformat(), "also": review.also}
    return all(posted.get(name, "").replace("\r\n", "\n").strip() == text for name, text in as_posted.items())


def refuse_recorded(opened: AreasPage) -> None:
    """Refuse to change a review that is recorded. Raises MeetingRefused."""
    if reviews.from_rows(opened.rows):
        raise MeetingRefused("The review is recorded. Change the development areas on their own pages.")


def record(opened: AreasPage, before: Meeting, typed: Mapping[str, str], now: datetime) -> ReviewForm:
    """Record the review and change the areas if the form is valid; otherwise return its faults and change nothing.

    Raises MeetingRefused or AreaRefused.
    """
    refuse_recorded(opened)
    today = local_date(now, opened.programme.organisation.timezone)
    form = read_review(typed, opened.live, earliest_day(opened), today)
    if form.faults or form.held_on is None:
        return form
    review = Review(form.held_on, form.outcomes, form.also, opened.delegate.coach.name, now)
    _commit(opened, [*_writes(opened, before, review, now), *_changes(opened, review, now)], now)
    return form


def earliest_day(opened: AreasPage) -> date:
    """Return the day on which the survey closed."""
    closes = [survey.closes_at for survey in surveys_from(opened.rows)]
    return local_date(max(closes), opened.programme.organisation.timezone)


def _writes(opened: AreasPage, before: Meeting, review: Review, now: datetime) -> list[Write]:
    delegate, days = opened.delegate, working_days(opened.programme.organisation, opened.cohort.dates.closed)
    kind = MeetingKind.REVIEW
    email = agreed_email(opened.programme, delegate, kind.value, kind, review.held_on, days.next_morning(now))
    audit = audit_events.add(
        delegate.cohort_id,
        AuditEvent.ARRANGED,
        f"coach {coach_id(delegate.cohort_id, delegate.coach.email)}",
        delegate.id,
        now,
        meeting=kind.value,
        act=machine.HOLD,
        before=before.state.value,
        after=meetings.MeetingState.HELD.value,
    )
    return [
        reviews.add(delegate.id, review),
        *hold(delegate.id, before, now),
        record_drafts.forget(delegate.id, REVIEW, _coach(opened)),
        *emails.add(email),
        audit,
        delegates.still_coached(delegate),
    ]


def _changes(opened: AreasPage, review: Review, now: datetime) -> list[Write]:
    areas = {area.id: area for area in opened.live}
    return [write for outcome in review.outcomes for write in change_area(opened, areas[outcome.area], outcome, now)]


def _commit(opened: AreasPage, writes: list[Write], now: datetime) -> None:
    try:
        commit(writes, now)
    except (ReviewExists, EmailExists):
        raise MeetingRefused("The review was recorded in another window.") from None
    except MeetingChanged:
        raise MeetingRefused("The meeting was changed in another window. Go back, and record again.") from None
    except AreaChanged:
        raise AreaRefused(
            "An area was changed while you were writing. Go back, read it again, and record again."
        ) from None
    except DelegateChanged:
        raise MeetingRefused("The delegate has left the programme, or has another coach now.") from None


def _coach(opened: AreasPage) -> str:
    return coach_id(opened.delegate.cohort_id, opened.delegate.coach.email)
