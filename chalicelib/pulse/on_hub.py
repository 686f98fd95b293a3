"""The mid-way rounds on the delegate's timeline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from chalicelib.core.formatting import day, last_date, last_day, local_date, plural
from chalicelib.core.midway_rounds import RoundDates, plan_rounds
from chalicelib.pulse.machine import DROP, ROUND
from chalicelib.store.pulse_rounds import Round, RoundState, Why, from_rows
from chalicelib.web.timeline import HubView, ItemState, TimelineItem

CHECK_RANK = 15
TITLE = "What people see so far"
REASONS: Mapping[Why, str] = {
    Why.FEW_RATERS: "There are fewer than five people to ask, so no one was asked.",
    Why.FEW_ANSWERS: "Fewer than five people answered, so nothing is shown.",
    Why.NONE_CHECKED: "You ticked no words in time, so no one was asked.",
    Why.LEFT: "You have left the programme, so no one was asked.",
    Why.PAUSED: "You were paused when it opened, so no one was asked.",
}


def list_items(view: HubView) -> Iterator[TimelineItem]:
    rounds = from_rows(view.rows)
    dates_of_rounds = plan_rounds(view.programme, view.cohort, view.sessions) if view.cohort else ()
    planned = {dates.wave: dates for dates in dates_of_rounds}
    yield from (_item(view, pulse_round, planned.get(pulse_round.wave)) for pulse_round in rounds if not view.is_held)
    known = {pulse_round.wave for pulse_round in rounds}
    for dates in planned.values():
        if dates.wave not in known and view.now < dates.check_at:
            words = "We ask your raters for a minute what has changed. You check the words before."
            yield TimelineItem(local_date(dates.opens_at, view.zone), ItemState.NEXT, TITLE, words)


def _item(view: HubView, pulse_round: Round, planned: RoundDates | None) -> TimelineItem:
    if pulse_round.state in ROUND.before(DROP):
        return _ahead(view, pulse_round, planned)
    return _begun(view, pulse_round)


def _ahead(view: HubView, pulse_round: Round, planned: RoundDates | None) -> TimelineItem:
    """Describe a round that has not opened. It moves with its workshop, and waits if the workshop has no date."""
    page = view.url(f"/round/{pulse_round.wave.value[-1]}")
    if planned is None:
        words = "No day is set for it now, so no one is asked. If that changes, you see it here."
        return TimelineItem(None, ItemState.NEXT, TITLE, words, page, "See the words", name="no-date")
    opens = local_date(planned.opens_at, view.zone)
    if pulse_round.state is RoundState.PLANNED:
        words = f"On {day(opens)} we ask your raters for a minute. An area that you do not tick is left out."
        title = "Check what we ask your raters"
        return TimelineItem(opens, ItemState.NOW, title, words, page, "Check the words", CHECK_RANK, name="check-words")
    words = f"We ask your raters for a minute about {plural(len(pulse_round.checked), 'area', 'areas')}."
    return TimelineItem(opens, ItemState.NEXT, TITLE, words, page, "See the words")


def _begun(view: HubView, pulse_round: Round) -> TimelineItem:
    opens = local_date(pulse_round.opens_at, view.zone)
    closes = last_date(pulse_round.closes_at, view.zone)
    if pulse_round.state in (RoundState.OPEN, RoundState.CLOSED):
        words = f"Your raters have until {last_day(pulse_round.closes_at, view.zone)}. You get an email then."
        return TimelineItem(closes, ItemState.NEXT, TITLE, words)
    if pulse_round.state is RoundState.PUBLISHED:
        return TimelineItem(closes, ItemState.DONE, TITLE, "", view.url("/seen"), "Read it", name="seen")
    if pulse_round.why is None:
        return TimelineItem(opens, ItemState.DONE, TITLE)
    name = pulse_round.why.value.replace("_", "-")
    return TimelineItem(opens, ItemState.DONE, TITLE, REASONS[pulse_round.why], name=name)
