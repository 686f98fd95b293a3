"""Find who a reading link belongs to. Imported by the sign-in pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from chalicelib.areas.openings import open_for_manager
from chalicelib.debrief import caseload
from chalicelib.links import signing
from chalicelib.links.signing import LinkUnknown
from chalicelib.milestones import hub
from chalicelib.ownership.until_deleted import open_until_deleted
from chalicelib.sponsor import portal
from chalicelib.web import readers
from chalicelib.web.readers import Reader, Role
from chalicelib.workshops import facilitator

DOORS: Mapping[str, Callable[[str], Reader]] = {
    Role.COACH: lambda token: caseload.open_caseload(token).reader,
    Role.FACILITATOR: lambda token: facilitator.open_page(token).reader,
    Role.SPONSOR: lambda token: portal.open_portal(token).reader,
    Role.DELEGATE: lambda token: hub.open_hub(token).reader,
    Role.DELETION: open_until_deleted,
    Role.MANAGER: lambda token: open_for_manager(token).reader,
    Role.OWN_DATA: lambda token: find_owner(token),
    Role.ADMINISTRATOR: readers.administrator,
}
OWNERS = (Role.COACH, Role.FACILITATOR, Role.SPONSOR, Role.DELEGATE, Role.DELETION, Role.MANAGER)
"""Who has a copy of their own data."""


def find_reader(role: str, token: str) -> Reader:
    """Find the reader. Raises LinkUnknown or LinkRevoked."""
    if role not in DOORS:
        raise LinkUnknown
    return DOORS[role](token)


def find_owner(token: str) -> Reader:
    """Find who asks for a copy of their own data. Raises LinkUnknown or LinkRevoked.

    token   role and token of their own link, with a dot between: it is revoked with that link
    """
    role, _, own = token.partition(".")
    if role not in OWNERS:
        raise LinkUnknown
    reader = DOORS[role](own)
    token = f"{role}.{reader.token}"
    return replace(reader, role=Role.OWN_DATA, token=token, home=signing.url(f"/{Role.OWN_DATA}/{token}"))
