"""The debrief and the six-month review on the delegate's timeline."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from chalicelib.core.formatting import clock_time, local_date, local_day
from chalicelib.core.model import Wave
from chalicelib.meetings.emails import TITLES
from chalicelib.store import debriefs, meetings, reviews
from chalicelib.store.delegate_record import DelegateRecord
from chalicelib.store.impact_surveys import surveys_from
from chalicelib.store.meetings import Meeting, MeetingKind, MeetingState
from chalicelib.web.timeline import HubView, ItemState, TimelineItem

CHOOSE_RANK = 5


def list_items(view: HubView) -> Iterator[TimelineItem]:
    has_report = DelegateRecord(view.rows).has_report(Wave.BASELINE)
    surveys = surveys_from(view.rows)
    if has_report:
        yield from _meeting(view, MeetingKind.DEBRIEF, _debrief_held_on(view))
    if surveys and not any(survey.is_open for survey in surveys):
        yield from _meeting(view, MeetingKind.REVIEW, None)


def _debrief_held_on(view: HubView) -> date | None:
    debrief, _ = debriefs.from_rows(view.rows, Wave.BASELINE)
    return debrief.held_on if debrief else None


def _meeting(view: HubView, kind: MeetingKind, held_on: date | None) -> Iterator[TimelineItem]:
    meeting = meetings.from_rows(view.rows, kind)
    review = reviews.from_rows(view.rows) if kind is MeetingKind.REVIEW else None
    held_on = review.held_on if review else held_on
    title = TITLES[kind].capitalize()
    if meeting.state is MeetingState.HELD or held_on:
        link = (view.url(f"/meeting/{kind.value}"), "What you agreed") if held_on else ("", "")
        words = f"With {view.delegate.coach.name}."
        yield TimelineItem(held_on or _day(view, meeting), ItemState.DONE, title, words, *link)
    elif meeting.state is not MeetingState.CANCELLED:
        yield _to_come(view, meeting, title)


def _to_come(view: HubView, meeting: Meeting, title: str) -> TimelineItem:
    url, coach = view.url(f"/meeting/{meeting.kind.value}"), view.delegate.coach.name
    if meeting.state is MeetingState.OFFERED:
        words = f"{coach} offers you {len(meeting.slots)} times. Choose the one that suits you."
        named = f"Choose a time for your {TITLES[meeting.kind]}"
        return TimelineItem(_day(view, meeting), ItemState.NOW, named, words, url, "Choose a time", CHOOSE_RANK)
    if meeting.booked and meeting.booked.ends <= view.now:
        booked = local_day(meeting.booked.starts, view.zone)
        words = f"It was booked for {booked}. {coach} notes that it took place, or offers you another time."
        return TimelineItem(
            None, ItemState.NEXT, title, words, url, "See the time", is_under_way=True, name="not-recorded"
        )
    if meeting.booked:
        where = f", {meeting.place}" if meeting.place else ""
        words = f"{clock_time(meeting.booked.starts, view.zone)}{where}. With {coach}."
        return TimelineItem(_day(view, meeting), ItemState.NEXT, title, words, url, "Change the time")
    words = f"{coach} will offer you times. You get an email then."
    return TimelineItem(None, ItemState.NEXT, title, words, is_under_way=True)


def _day(view: HubView, meeting: Meeting) -> date | None:
    """Return the day of the meeting, or that of the last time that is offered."""
    slot = meeting.booked or (meeting.slots[-1] if meeting.slots else None)
    return local_date(slot.starts, view.zone) if slot else None
