"""What was agreed in a meeting, for the pages of both who were there."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from chalicelib.areas.openings import AreasPage
from chalicelib.core.model import Wave
from chalicelib.store import debriefs, reviews
from chalicelib.store.areas import Area
from chalicelib.store.meetings import MeetingKind
from chalicelib.store.reviews import Review


class Agreed(Struct, frozen=True):
    """The record of a meeting. areas: of a debrief; review: of a review."""

    held_on: date
    areas: tuple[Area, ...] = ()
    review: Review | None = None


def find_agreed(opened: AreasPage, kind: MeetingKind) -> Agreed | None:
    """Return the record of the review, or of the latest debrief; None before there is one."""
    if kind is MeetingKind.REVIEW:
        review = reviews.from_rows(opened.rows)
        return Agreed(review.held_on, review=review) if review else None
    for wave in (Wave.FOLLOWUP, Wave.BASELINE):
        debrief, areas = debriefs.from_rows(opened.rows, wave)
        if debrief:
            return Agreed(debrief.held_on, tuple(area for area in areas if area.is_live))
    return None
