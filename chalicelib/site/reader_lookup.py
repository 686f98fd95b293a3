"""Find who a reading link belongs to. Imported by the sign-in pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from chalicelib.debrief import caseload
from chalicelib.links.signing import LinkUnknown
from chalicelib.milestones import hub
from chalicelib.sponsor import portal
from chalicelib.web import readers
from chalicelib.web.readers import Reader, Role
from chalicelib.workshops import facilitator

DOORS: Mapping[str, Callable[[str], Reader]] = {
    Role.COACH: lambda token: caseload.open_caseload(token).reader,
    Role.FACILITATOR: lambda token: facilitator.open_page(token).reader,
    Role.SPONSOR: lambda token: portal.open_portal(token).reader,
    Role.DELEGATE: lambda token: hub.open_hub(token).reader,
    Role.ADMINISTRATOR: readers.administrator,
}


def find_reader(role: str, token: str) -> Reader:
    """Find the reader. Raises LinkUnknown or LinkRevoked."""
    if role not in DOORS:
        raise LinkUnknown
    return DOORS[role](token)
