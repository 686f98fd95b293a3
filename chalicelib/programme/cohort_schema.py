"""The cohort file's shape: dates, facilitators and sessions. docs/cohort-file.md is made from these types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from chalicelib.core.schedule_checks import MAX_SESSIONS
from chalicelib.programme.shapes import About, Clock, Day, Shape, Slug, Title, WebAddress, several


class FacilitatorShape(Shape, frozen=True):
    """A person who runs sessions."""

    id: Annotated[Slug, About("named by the sessions that they run")]
    name: Annotated[Title, About("their name")]
    email: Annotated[Title, About("their address")]


class SessionShape(Shape, frozen=True):
    """One session of a workshop: a day with its hours, in the organisation's time zone."""

    date: Annotated[Day, About("its day")]
    start: Annotated[Clock, About("when it begins")]
    end: Annotated[Clock, About("when it ends, on the same day")]
    place: Annotated[Title | None, About("where it is; a session has a place, a link or both")] = None
    link: Annotated[WebAddress | None, About("the address of the video call")] = None
    by: Annotated[Slug | None, About("id of the facilitator who runs it")] = None


Sessions = Annotated[tuple[SessionShape, ...], several(1, MAX_SESSIONS)]


class CohortShape(Shape, frozen=True):
    """The whole file."""

    cohort: Annotated[Slug, About("the cohort's id, the same as in the command")]
    opens: Annotated[Day, About("first day of the questionnaire")]
    closes: Annotated[Day, About("last day of the questionnaire")]
    ends: Annotated[
        Day | None, About("last day of the programme, only while there are no sessions: it ends with the last session")
    ] = None
    closed: Annotated[
        tuple[Day, ...], several(0, 60), About("days off beyond weekends and bank holidays: no email goes out on one")
    ] = ()
    facilitators: Annotated[tuple[FacilitatorShape, ...], several(0, 20), About("who runs the sessions")] = ()
    sessions: Annotated[
        Mapping[Slug, Sessions], several(0, 12), About("the sessions of each workshop, by the workshop's id")
    ] = {}
