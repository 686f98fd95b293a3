"""Development areas on the delegate's timeline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from chalicelib.areas.openings import released_wave
from chalicelib.core.formatting import local_date
from chalicelib.core.model import Wave
from chalicelib.core.state_machine import By
from chalicelib.store import areas
from chalicelib.store.areas import Area, AreaState, Help
from chalicelib.store.delegate_record import DelegateRecord
from chalicelib.web.timeline import HubView, ItemState, TimelineItem

NOTE_AFTER = timedelta(days=28)  # since the last note
APPROVE_RANK, REVIEW_RANK, NOTE_RANK = 33, 35, 45
MAX_TITLE_CHARS = 70


def list_items(view: HubView) -> Iterator[TimelineItem]:
    wave = released_wave(view.rows)
    if wave is None or view.is_held:
        return
    own_areas = areas.from_rows(view.rows, wave)
    live = [area for area in own_areas if area.is_live]
    if live:
        yield _note(view, wave, live)
    yield from (_approve(view, area) for area in live if area.waits_for_approval and area.state is AreaState.AGREED)
    yield from (_review(view, area, area.review_by) for area in live if area.review_by)
    yield from (_done(view, wave, area) for area in own_areas if area.state is AreaState.DONE)
    yield from (_offered(view, help) for help in areas.help_from(view.rows))


def _note(view: HubView, wave: Wave, live: Sequence[Area]) -> TimelineItem:
    """Ask for a note on progress, a month after the last one."""
    due = _last_day(view, wave, live) + NOTE_AFTER
    is_due = due <= view.today
    return TimelineItem(
        when=None if is_due else due,
        state=ItemState.NOW if is_due else ItemState.NEXT,
        title="Note your progress in your development areas",
        words="Two minutes a month is enough.",
        url=view.url("/areas/progress"),
        label="Note your progress",
        rank=NOTE_RANK,
    )


def _last_day(view: HubView, wave: Wave, live: Sequence[Area]) -> date:
    """Return the day of the delegate's last note; before the first one, the day of the release."""
    report = DelegateRecord(view.rows).find_report(wave)
    released = [datetime.fromisoformat(report.released_at)] if report and report.released_at else []
    notes = [note for area in live for note in areas.progress_from(view.rows, wave, area.id)]
    moments = [*released, *(note.at for note in notes if note.by == By.DELEGATE.value)]
    return max((local_date(moment, view.zone) for moment in moments), default=view.today)


def _approve(view: HubView, area: Area) -> TimelineItem:
    return TimelineItem(
        when=None,
        state=ItemState.NOW,
        title=f"Check what others read: {shorten(area.others_text)}",
        words="Your coach suggests these words for your line manager and your raters.",
        url=view.url(f"/area/{area.id}#others"),
        label="Read and approve",
        rank=APPROVE_RANK,
    )


def _review(view: HubView, area: Area, review_by: date) -> TimelineItem:
    is_due = review_by <= view.today
    return TimelineItem(
        when=review_by,
        state=ItemState.NOW if is_due else ItemState.NEXT,
        title=f"Review: {shorten(area.behaviour)}",
        words="Mark it as done, change it, or choose another review date." if is_due else "",
        url=view.url(f"/area/{area.id}"),
        label="Open it",
        rank=REVIEW_RANK,
        is_late=review_by < view.today,
    )


def _done(view: HubView, wave: Wave, area: Area) -> TimelineItem:
    last = next(iter(areas.history_from(view.rows, wave, area.id)), None)
    when = local_date(last.at, view.zone) if last else None
    title = f"Development area: {shorten(area.behaviour)}"
    return TimelineItem(
        when, ItemState.DONE, title, "You marked it as done.", view.url(f"/areas#a-{area.id}"), "Read it"
    )


def _offered(view: HubView, help: Help) -> TimelineItem:
    when = local_date(help.at, view.zone)
    return TimelineItem(
        when, ItemState.DONE, "Your line manager offered help", shorten(help.line), view.url("/areas#help"), "Read it"
    )


def shorten(words: str) -> str:
    """Return the first line of a text, cut at a word."""
    line = " ".join(words.split())
    return line if len(line) <= MAX_TITLE_CHARS else f"{line[:MAX_TITLE_CHARS].rpartition(' ')[0]} …"
