"""One mail as bytes: headers nobody can break out of, and the same words as text and as HTML. Pure."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from chalicelib.mail.render import Rendered
from chalicelib.model import Person

LONGEST_NAME = 100  # of a person or programme in a header
LONGEST_SUBJECT = 200


class AddressUnusable(Exception):
    """No mail can be sent to this address; its text is for the administrator."""


def message(rendered: Rendered, *, to: Person, sender: str, from_name: str, reply_to: str) -> EmailMessage:
    """Raises AddressUnusable."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = address(from_name, parseaddr(sender)[1])
    mail["Reply-To"] = address(*parseaddr(reply_to))
    mail["To"] = address(to.name, to.email)
    mail["Subject"] = clean(rendered.subject)[:LONGEST_SUBJECT]
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "OOF, AutoReply"  # not "All": that would hide bounces
    mail.set_content(rendered.text, cte="quoted-printable")
    mail.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    return mail


def stamp(mail: EmailMessage, message_id: str, now: datetime) -> bytes:
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{message_id}@{mail['From'].addresses[0].domain}>"
    return mail.as_bytes()


def address(name: str, email: str) -> Address:
    """Raises AddressUnusable unless SES can take the address as it is, or with its domain in ASCII."""
    local, _, domain = email.strip().rpartition("@")
    if not local or not domain or clean(email) != email.strip() or " " in email.strip():
        raise AddressUnusable("this is not a mail address")
    if not local.isascii():
        raise AddressUnusable("mail cannot be sent to an address with letters beyond a-z before the @")
    try:
        return Address(clean(name)[:LONGEST_NAME], addr_spec=f"{local}@{domain.encode('idna').decode()}")
    except (ValueError, UnicodeError, IndexError) as error:
        raise AddressUnusable("this is not a mail address") from error


def clean(words: str) -> str:
    """On one line: no control, format or line-breaking character, no lone surrogate, single spaces."""
    kept = (" " if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") else c for c in words)
    return " ".join("".join(kept).split())
