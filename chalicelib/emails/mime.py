"""Build one email as bytes: headers that no text can break out of, and the same words as text and HTML. Pure."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from email.header import Header
from email.headerregistry import Address, HeaderRegistry
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from typing import Any

from msgspec import Struct

from chalicelib.core.model import Person

MAX_NAME_CHARS = 100  # of a person or programme in a header
MAX_SUBJECT_CHARS = 200
ATOM = r"[A-Za-z0-9!#$%&'*+/=^_`{|}~-]+"  # no question mark: see clean
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
PLAIN = re.compile(rf"(?=.{{1,64}}@){ATOM}(?:\.{ATOM})*@{LABEL}(?:\.{LABEL})+")

# Written by us or by the email package alone. To parse them took half of the time that an email takes.
PLAIN_HEADERS = {
    "auto-submitted",
    "content-transfer-encoding",
    "content-type",
    "date",
    "message-id",
    "mime-version",
    "x-auto-response-suppress",
}


class AddressUnusable(Exception):
    """No email can be sent to this address; the text is for the administrator."""


class Rendered(Struct, frozen=True):
    subject: str
    preview: str  # what a mailbox shows after the subject
    text: str
    html: str


class _Headers(HeaderRegistry):
    """Makes the class of each header once; the standard makes it again for every header that is set or read."""

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = super().__getitem__(name)
        return self._made[name]


class _Policy(EmailPolicy):
    """SMTP's policy without two faults of the standard folding.

    The standard loses a space where it splits encoded words. It also leaves the first line empty if the rest would fit
    into one, which some mail servers read as an email without a subject.
    """

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        if name.lower() in PLAIN_HEADERS:
            return name, str(value)
        return super().header_store_parse(name, value)

    def header_fetch_parse(self, name: str, value: Any) -> Any:
        return value if name.lower() in PLAIN_HEADERS else super().header_fetch_parse(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        if str(value).isascii():
            return super().fold_binary(name, value).replace(f":{self.linesep} ".encode(), b": ", 1)
        if addresses := getattr(value, "addresses", ()):
            folded = f"{self._encoded(name, addresses[0].display_name)}{self.linesep} <{addresses[0].addr_spec}>"
        else:
            folded = self._encoded(name, str(value))
        return f"{name}: {folded}{self.linesep}".encode("ascii")

    def _encoded(self, name: str, words: str) -> str:
        return Header(words, "utf-8", header_name=name).encode(linesep=self.linesep)


SMTP = _Policy(linesep="\r\n", header_factory=_Headers())


def message(rendered: Rendered, *, to: Person, sender: str, from_name: str, reply_to: str) -> EmailMessage:
    """Build the message. Raises AddressUnusable."""
    email = EmailMessage(policy=SMTP)
    email["From"] = address(from_name, parseaddr(sender)[1])
    email["Reply-To"] = address(*parseaddr(reply_to))
    email["To"] = address(to.name, to.email)
    email["Subject"] = clean(rendered.subject)[:MAX_SUBJECT_CHARS]
    email["Auto-Submitted"] = "auto-generated"
    email["X-Auto-Response-Suppress"] = "OOF, AutoReply"  # not "All": that would hide bounces
    email.set_content(_encodable(rendered.text), cte="quoted-printable")
    email.add_alternative(_encodable(rendered.html), subtype="html", cte="quoted-printable")
    return email


def _encodable(text: str) -> str:
    """Replace half of a surrogate pair: it is no character, and no email can contain it."""
    return text.encode("utf-8", "replace").decode()


def stamp(email: EmailMessage, message_id: str, now: datetime) -> bytes:
    email["Date"] = format_datetime(now)
    email["Message-ID"] = f"<{message_id}@{email['From'].addresses[0].domain}>"
    _set_boundaries(email)
    return email.as_bytes()


def _set_boundaries(email: EmailMessage) -> None:
    """Separate the parts by a line that none of them can contain: quoted-printable and base64 never have `=_`.

    The standard draws a random line and then searches every part for it. With ours the same email has the same bytes.
    """
    for part in email.walk():
        if part.is_multipart():
            part.set_boundary(f"=_{part.get_content_subtype()}")


def address(name: str, email: str) -> Address:
    """Return the address for SES, with its domain in ASCII. Raises AddressUnusable if SES cannot use it."""
    local, _, domain = email.strip().rpartition("@")
    if not local.isascii():
        raise AddressUnusable("We cannot send email to an address with letters beyond a-z before the @")
    try:
        plain = f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        plain = ""
    if not PLAIN.fullmatch(plain):
        raise AddressUnusable("This is not an email address")
    return Address(clean(name)[:MAX_NAME_CHARS], addr_spec=plain)


def bare_address(sender: str) -> str:
    """Return the address of `Name <address>` as SES takes it."""
    return address("", parseaddr(sender)[1]).addr_spec


def clean(words: str) -> str:
    """Return the words on one line: no control, format or line-breaking character, no lone surrogate, single spaces.

    Break up text that looks like an encoded word, because the email package would decode it, line ends included.
    """
    kept = (" " if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") else c for c in words)
    return " ".join("".join(kept).split()).replace("=?", "= ?")
