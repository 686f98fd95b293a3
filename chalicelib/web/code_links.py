"""The link in an email with a code. It proves that its user reads email at the address."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from msgspec import Struct

from chalicelib.core.errors import Refusal
from chalicelib.links import signing
from chalicelib.links.kinds import CODE
from chalicelib.web.readers import ADMIN_HOME, Role

FRESH = timedelta(days=1)  # at least as long as a wait between codes to one address: waits.ASKS
OWN_PARTS = 3  # role, challenge, moment; the parts of the reader's own link follow
MAX_LINK_PARTS = 8


class CodeLinkOver(Refusal):
    """The email is older than a day."""

    status = 410
    title = "This sign-in link has expired"

    def __init__(self, role: str, token: str) -> None:
        super().__init__("A sign-in link works for one day. Please open your page, and ask for a new code there.")
        self.way_on = ADMIN_HOME if role == Role.ADMINISTRATOR else f"/{role}/{token}"


class CodeKey(Struct, frozen=True):
    """A link that was read.

    challenge  of the code in the same email, or of a code requested through this link
    token      of the reader's own link
    """

    role: str
    challenge: str
    sent_at: int
    token: str
    key: str


def open_key(signed: str, now: datetime) -> CodeKey:
    """Read a link. Raises LinkUnknown or CodeLinkOver."""
    link = signing.open_link(CODE.verb, signed, *range(OWN_PARTS + 1, OWN_PARTS + MAX_LINK_PARTS + 1))
    role, challenge, sent_at, *own = link.parts
    if now - datetime.fromtimestamp(int(sent_at), UTC) > FRESH:
        raise CodeLinkOver(role, ".".join(own))
    return CodeKey(role, challenge, int(sent_at), ".".join(own), link.token)


def url(opened: CodeKey, challenge: str) -> str:
    """Make the link for another code; it expires with the link through which the code was requested."""
    return CODE.url(opened.role, challenge, str(opened.sent_at), opened.token)
