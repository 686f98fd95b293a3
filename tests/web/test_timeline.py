"""The order of a delegate's timeline."""

from __future__ import annotations

import random
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.web.timeline import COMING_UP, CONTRIBUTORS, ItemState, TimelineItem, _contributor, make_timeline

DAYS = st.one_of(st.none(), st.dates(date(2026, 1, 1), date(2027, 1, 1)))
ITEMS = st.lists(
    st.builds(TimelineItem, DAYS, st.sampled_from(list(ItemState)), st.text(max_size=3), rank=st.integers(1, 90))
)


@given(ITEMS)
def test_every_item_is_on_the_timeline_once_in_the_part_of_its_state(items):
    timeline = make_timeline(items)

    assert sorted(map(repr, (*timeline.done, *timeline.now, *timeline.next))) == sorted(map(repr, items))
    assert {item.state for item in timeline.done} <= {ItemState.DONE}
    assert {item.state for item in timeline.now} <= {ItemState.NOW}
    assert timeline.coming_up + timeline.later == timeline.next
    assert len(timeline.coming_up) <= COMING_UP


@given(ITEMS)
def test_what_waits_is_sorted_by_urgency_and_what_comes_by_its_day(items):
    timeline = make_timeline(items)
    ranks = [item.rank for item in timeline.now]
    days = [item.when or date.max for item in timeline.next]
    done = [item.when or date.min for item in timeline.done]

    assert ranks == sorted(ranks)
    assert days == sorted(days)
    assert done == sorted(done, reverse=True)
    assert timeline.first == (timeline.now[0] if timeline.now else None)


def test_the_order_does_not_depend_on_which_layer_was_asked_first():
    items = [TimelineItem(date(2026, 5, n), ItemState.NEXT, str(n)) for n in range(1, 20)]
    shuffled = random.Random(1).sample(items, len(items))

    assert make_timeline(shuffled) == make_timeline(items)


def test_each_layer_that_is_named_adds_items():
    assert all(callable(_contributor(name)) for name in CONTRIBUTORS)
