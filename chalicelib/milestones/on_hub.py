"""The 360 and the report on the delegate's timeline."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from chalicelib.core.formatting import day, last_date, local_date
from chalicelib.core.model import WaveState
from chalicelib.milestones.hub import Hub
from chalicelib.web.timeline import HubView, ItemState, TimelineItem

RATERS_RANK, OWN_RANK = 1, 2
COLLECTING = (WaveState.PLANNED, WaveState.OPEN, WaveState.HELD)
END_RANK = 60  # after everything else of its day
CHOOSE, OWN = "Choose your raters", "Answer your own questionnaire"
LOST = "The answers about you are lost"
LOST_WORDS = (
    "An error on our side has lost them, so this questionnaire has no report. We are sorry. "
    "Your coach or the programme team explains what happens next."
)


def list_items(hub: Hub, view: HubView) -> Iterator[TimelineItem]:
    yield from _raters(hub, view)
    yield from _own(hub, view)
    yield from _answers(hub, view)
    yield from _report(hub, view)
    if hub.dates:
        state = ItemState.DONE if hub.dates.ends < view.today else ItemState.NEXT
        yield TimelineItem(hub.dates.ends, state, "End of the programme", rank=END_RANK)


def _opens_on(hub: Hub, view: HubView) -> date:
    return local_date(hub.wave.opens_at, view.zone)


def _last_day(hub: Hub, view: HubView) -> date:
    return last_date(hub.wave.closes_at, view.zone)


def _raters(hub: Hub, view: HubView) -> Iterator[TimelineItem]:
    """Yield the step of choosing raters. It is possible before the opening; until then no one is waited for."""
    if hub.nomination.sent_raters:
        is_open = hub.may_choose
        label, url = ("Add raters", hub.nominate_url) if is_open else ("", "")
        yield TimelineItem(_opens_on(hub, view), ItemState.DONE, CHOOSE, "Your list is sent.", url, label)
    elif hub.approver and hub.may_choose:
        words = f"Your list is with {hub.approver}. Your raters are asked once it is approved. You get an email then."
        yield TimelineItem(
            None, ItemState.NEXT, "Approval of your raters", words, hub.nominate_url, "See your list", is_under_way=True
        )
    elif hub.may_choose:
        state = ItemState.NOW if hub.is_open else ItemState.NEXT
        words = (
            "Send the list as soon as you can: your raters then have more time."
            if hub.is_open
            else "Today, if you like."
        )
        when = _last_day(hub, view) if hub.is_open else _opens_on(hub, view)
        yield TimelineItem(when, state, CHOOSE, words, hub.nominate_url, CHOOSE, RATERS_RANK)


def _own(hub: Hub, view: HubView) -> Iterator[TimelineItem]:
    title = "Your own questionnaire"
    if hub.is_own_answer_sent:
        label, url = ("Change your answers", hub.answer_url) if hub.is_open else ("", "")
        yield TimelineItem(_opens_on(hub, view), ItemState.DONE, title, "You have sent it.", url, label)
    elif hub.is_open and hub.answer_url:
        words = "About ten minutes. Your report compares it with what others say."
        yield TimelineItem(
            _last_day(hub, view),
            ItemState.NOW,
            OWN,
            words,
            hub.answer_url,
            "Answer your questionnaire",
            OWN_RANK,
            name="own-questionnaire",
        )
    elif hub.wave.state is WaveState.PLANNED:
        yield TimelineItem(_opens_on(hub, view), ItemState.NEXT, title, "It opens on this day. You get an email then.")


def _answers(hub: Hub, view: HubView) -> Iterator[TimelineItem]:
    last, title = _last_day(hub, view), "Your raters answer"
    if hub.wave.without_key:
        words = (
            "An error on our side has lost answers. The programme team decides what counts, and your coach explains it."
        )
        yield TimelineItem(None, ItemState.NEXT, title, words, is_under_way=True)
    elif hub.wave.state is WaveState.HELD:
        words = (
            f"Too few answers came in by {day(last)}. The programme team decides whether to give more time, "
            "and you get an email."
        )
        yield TimelineItem(None, ItemState.NEXT, title, words, is_under_way=True, name="too-few-answers")
    elif hub.wave.state in COLLECTING:
        words = "They have until this day. You can ask them in person to answer."
        yield TimelineItem(last, ItemState.NEXT, title, words)
    elif hub.wave.state is WaveState.WITHDRAWN and not hub.delegate.withdrawn:  # the answers are lost
        yield TimelineItem(last, ItemState.DONE, LOST, LOST_WORDS)
    elif hub.wave.state is not WaveState.WITHDRAWN:
        yield TimelineItem(last, ItemState.DONE, "360 feedback collected")


def _report(hub: Hub, view: HubView) -> Iterator[TimelineItem]:
    """Yield the report that is released, and the one that the coach has: of a follow-up there may be both."""
    is_closed = hub.wave.state in (WaveState.CLOSING, WaveState.CLOSED)
    if hub.report:
        at = hub.report.released_at
        released = local_date(datetime.fromisoformat(at), view.zone) if at else None
        words = "We email you a code to open it."
        yield TimelineItem(released, ItemState.DONE, "Your report", words, view.url("/report"), "Open your report")
    if hub.report is None and hub.wave.state is not WaveState.WITHDRAWN:
        yield _with_coach(hub, "Your report", is_under_way=is_closed)
    elif hub.report and hub.report.wave is not hub.wave.wave and is_closed:
        yield _with_coach(hub, "Your second report", is_under_way=True)


def _with_coach(hub: Hub, title: str, *, is_under_way: bool) -> TimelineItem:
    words = f"{hub.delegate.coach.name} reads it first and goes through it with you. Then you can read it here."
    return TimelineItem(None, ItemState.NEXT, title, words, is_under_way=is_under_way, name="with-coach")
