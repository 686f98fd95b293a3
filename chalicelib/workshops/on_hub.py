"""Sessions of workshops on the delegate's timeline."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.core.formatting import day
from chalicelib.core.model import Milestone
from chalicelib.core.schedule import Session, held, of_milestone, title_of
from chalicelib.store import attendance
from chalicelib.store.attendance import Attendance
from chalicelib.store.attendance import AttendanceState as State
from chalicelib.web.timeline import HubView, ItemState, TimelineItem
from chalicelib.workshops.attendance import WORDS

CATCH_UP_RANK = 30


def list_items(view: HubView) -> Iterator[TimelineItem]:
    marks = attendance.from_rows(view.rows)
    for session in held(view.sessions):
        mark = marks.get(session.id, Attendance(session.id))
        yield _session(view, session, mark)
        if mark.state is State.CATCH_UP:
            yield _catch_up(view, session, mark)
    for milestone in view.programme.milestones:
        if not of_milestone(view.sessions, milestone.id):
            yield _without_dates(view, milestone)


def _session(view: HubView, session: Session, mark: Attendance) -> TimelineItem:
    is_over = session.ends_at <= view.now
    plan = session.plan
    recorded = WORDS[mark.state] if mark.state is not State.EXPECTED else "attendance is not recorded yet"
    return TimelineItem(
        when=plan.date,
        state=ItemState.DONE if is_over else ItemState.NEXT,
        title=title_of(view.programme, session, view.sessions),
        words=f"{recorded[:1].upper()}{recorded[1:]}." if is_over else f"{plan.hours}, {plan.where}.",
        url=_page(view, session.milestone),
        label="Dates and work" if is_over else "How to join",
    )


def _catch_up(view: HubView, session: Session, mark: Attendance) -> TimelineItem:
    title = title_of(view.programme, session, view.sessions)
    by = mark.catch_up_by
    return TimelineItem(
        when=by,
        state=ItemState.NOW,
        title=f"Catch up on {title}",
        words=mark.catch_up + (f" By {day(by)}." if by else ""),
        url=_page(view, session.milestone),
        label="Read what to do",
        rank=CATCH_UP_RANK,
        is_late=by is not None and by < view.today,
    )


def _without_dates(view: HubView, milestone: Milestone) -> TimelineItem:
    words = "Its dates are not set yet. You get an email when they are."
    return TimelineItem(None, ItemState.NEXT, milestone.title, words, _page(view, milestone.id), "About it")


def _page(view: HubView, milestone_id: str) -> str:
    return view.url(f"/milestone/{milestone_id}")
