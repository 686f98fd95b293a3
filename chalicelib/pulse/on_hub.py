"""The mid-way rounds on the delegate's timeline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from chalicelib.core.formatting import last_date, last_day, local_date, local_day, plural
from chalicelib.pulse.plan import plan_rounds
from chalicelib.store.pulse_rounds import Round, RoundState, Why, from_rows
from chalicelib.web.timeline import HubView, ItemState, TimelineItem

CHECK_RANK = 15
TITLE = "What people see so far"
REASONS: Mapping[Why, str] = {
    Why.FEW_RATERS: "There are fewer than five people to ask, so no one was asked.",
    Why.FEW_ANSWERS: "Fewer than five people answered, so nothing is shown.",
    Why.NONE_CHECKED: "No wording was ticked in time, so no one was asked.",
    Why.LEFT: "No one is asked any more.",
    Why.PAUSED: "You were paused when it opened, so no one was asked.",
}


def list_items(view: HubView) -> Iterator[TimelineItem]:
    rounds = from_rows(view.rows)
    yield from (_item(view, one) for one in rounds if not view.is_held)
    known = {one.wave for one in rounds}
    planned = plan_rounds(view.programme, view.cohort, view.sessions) if view.cohort else ()
    for dates in planned:
        if dates.wave not in known and view.now < dates.check_at:
            words = "We ask your raters for a minute what has changed. You check the words before."
            yield TimelineItem(local_date(dates.opens_at, view.zone), ItemState.NEXT, TITLE, words)


def _item(view: HubView, one: Round) -> TimelineItem:
    opens = local_date(one.opens_at, view.zone)
    page, day = view.url(f"/round/{one.wave.value[-1]}"), local_day(one.opens_at, view.zone)
    if one.state is RoundState.PLANNED:
        words = f"On {day} we ask your raters for a minute. An area that you do not tick is left out."
        return TimelineItem(
            opens, ItemState.NOW, "Check what we ask your raters", words, page, "Check the words", CHECK_RANK
        )
    if one.state is RoundState.CHECKED:
        words = f"We ask your raters for a minute about {plural(len(one.checked), 'area', 'areas')}."
        return TimelineItem(opens, ItemState.NEXT, TITLE, words, page, "Look at the words")
    closes = last_date(one.closes_at, view.zone)
    if one.state in (RoundState.OPEN, RoundState.CLOSED):
        words = f"Your raters have until {last_day(one.closes_at, view.zone)}. You get an email then."
        return TimelineItem(closes, ItemState.NEXT, TITLE, words)
    if one.state is RoundState.PUBLISHED:
        return TimelineItem(closes, ItemState.DONE, TITLE, "", view.url("/seen"), "Read it")
    return TimelineItem(opens, ItemState.DONE, TITLE, REASONS[one.why] if one.why else "")
