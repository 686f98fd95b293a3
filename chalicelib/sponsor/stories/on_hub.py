"""The delegate's story on their timeline."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.core.formatting import local_date
from chalicelib.links import signing
from chalicelib.store import stories
from chalicelib.store.stories import StoryState
from chalicelib.web.timeline import HubView, ItemState, TimelineItem

STORY_RANK = 30
WAITS = "The sponsor would like to read what you wrote. You decide on every word."
USED = "You approved the words. You can change or withdraw them until we delete your data."


def list_items(view: HubView) -> Iterator[TimelineItem]:
    story = stories.from_rows(view.rows)
    if story is None or story.state is StoryState.WITHDRAWN:
        return
    url, when = signing.url(f"/hub/{view.token}/story"), local_date(story.changed_at, view.zone)
    if story.state is StoryState.OFFERED:
        yield TimelineItem(None, ItemState.NOW, "Your story for the sponsor", WAITS, url, "Read it", STORY_RANK)
    else:
        yield TimelineItem(when, ItemState.DONE, "Your story for the sponsor", USED, url, "Open it")
