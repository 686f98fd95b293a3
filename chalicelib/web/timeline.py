"""A delegate's timeline: what is done, what waits for them, and what comes next, with dates."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from enum import StrEnum
from importlib import import_module

from msgspec import Struct

from chalicelib.core.formatting import local_date
from chalicelib.core.model import Cohort, Delegate, DelegateWave, Programme
from chalicelib.core.schedule import Session
from chalicelib.links import signing
from chalicelib.store.marshal import Row

CONTRIBUTORS = (
    "workshops.on_hub:list_items",
    "assignments.on_hub:list_items",
    "areas.on_hub:list_items",
    "meetings.on_hub:list_items",
    "pulse.on_hub:list_items",
    "impact.on_hub:list_items",
    "sponsor.stories.on_hub:list_items",
)  # named, not imported: a layer above this one adds a line here
COMING_UP = 4  # items that are shown before the rest is folded


class ItemState(StrEnum):
    DONE = "done"
    NOW = "now"  # waits for the delegate
    NEXT = "next"


class TimelineItem(Struct, frozen=True):
    """One line of the timeline.

    when          the local day on which it was done, is due or takes place; None if no day is set
    words         one more sentence
    url, label    the button or link of it; empty if there is nothing to open
    rank          among items that wait: the lowest is shown as the first thing to do
    is_late       its day has passed
    is_under_way  someone else has it now: it is shown before what has a day
    name          how a test finds it
    """

    when: date | None
    state: ItemState
    title: str
    words: str = ""
    url: str = ""
    label: str = ""
    rank: int = 50
    is_late: bool = False
    is_under_way: bool = False
    name: str = ""


class HubView(Struct, frozen=True):
    """What a layer may read to add its items.

    rows     of the delegate's partition
    is_held  a new address waits for its confirmation: show nothing that comes from the report
    """

    token: str
    delegate: Delegate
    programme: Programme
    cohort: Cohort | None
    wave: DelegateWave
    rows: tuple[Row, ...]
    sessions: tuple[Session, ...]
    now: datetime
    is_held: bool = False

    @property
    def zone(self) -> str:
        return self.programme.organisation.timezone

    @property
    def today(self) -> date:
        return local_date(self.now, self.zone)

    def url(self, path: str) -> str:
        """Return the address of a page below the hub."""
        return signing.url(f"/hub/{self.token}{path}")


class Timeline(Struct, frozen=True):
    done: tuple[TimelineItem, ...] = ()  # latest first
    now: tuple[TimelineItem, ...] = ()  # most urgent first
    next: tuple[TimelineItem, ...] = ()  # earliest first

    @property
    def first(self) -> TimelineItem | None:
        """Return the one thing to do first."""
        return self.now[0] if self.now else None

    @property
    def coming_up(self) -> tuple[TimelineItem, ...]:
        return self.next[:COMING_UP]

    @property
    def later(self) -> tuple[TimelineItem, ...]:
        return self.next[COMING_UP:]


Contributor = Callable[[HubView], Iterable[TimelineItem]]


def load_items(view: HubView) -> list[TimelineItem]:
    """Return the items of all layers. No calls."""
    return [item for name in CONTRIBUTORS for item in _contributor(name)(view)]


def make_timeline(items: Iterable[TimelineItem]) -> Timeline:
    """Sort items into what is done, what waits and what comes: what is under way first, what has no day last."""
    by_state: dict[ItemState, list[TimelineItem]] = {state: [] for state in ItemState}
    for item in items:
        by_state[item.state].append(item)
    return Timeline(
        done=tuple(sorted(by_state[ItemState.DONE], key=lambda item: item.when or date.min, reverse=True)),
        now=tuple(sorted(by_state[ItemState.NOW], key=lambda item: (item.rank, item.when or date.max))),
        next=tuple(sorted(by_state[ItemState.NEXT], key=_order_of_next)),
    )


def _order_of_next(item: TimelineItem) -> tuple[bool, date, int]:
    return not item.is_under_way, item.when or date.max, item.rank


def leave_out_pause(items: Iterable[TimelineItem], until: date) -> list[TimelineItem]:
    """Leave out what a paused delegate is not asked for: what waits, and what takes place before they are back."""
    back = TimelineItem(until, ItemState.NEXT, "Your part goes on", "You get an email then.", name="back")
    return [back, *(item for item in items if _stays_in_pause(item, until))]


def _stays_in_pause(item: TimelineItem, until: date) -> bool:
    if item.state is ItemState.NEXT:
        return not item.is_under_way and (item.when is None or item.when >= until)
    return item.state is ItemState.DONE


def _contributor(name: str) -> Contributor:
    module, _, function = name.partition(":")
    contributor: Contributor = getattr(import_module(f"chalicelib.{module}"), function)
    return contributor
