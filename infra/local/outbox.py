"""The email SES accepted, and what SES would say of each: moto keeps email but publishes no events."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_string
from email.message import EmailMessage, Message
from email.parser import HeaderParser
from email.policy import compat32, default
from email.utils import getaddresses, parsedate_to_datetime
from functools import cached_property
from typing import Any

from chalicelib.emails import ses_tags as tags
from infra.local import memory
from infra.local.account import ACCOUNT

LINK = re.compile(r"https?://[^\s<>\"]+")


@dataclass(frozen=True, eq=False)
class Accepted:
    """One email as SES took it."""

    id: str  # SES's message id
    to: tuple[str, ...]
    raw: str
    tags: dict[str, list[str]]

    @cached_property
    def message(self) -> EmailMessage:
        parsed: EmailMessage = message_from_string(self.raw, policy=default)
        return parsed

    @cached_property
    def headers(self) -> list[tuple[str, str]]:
        """Every header, unfolded and decoded."""
        head = HeaderParser(policy=compat32).parsestr(self.raw.partition("\r\n\r\n")[0])
        return [(name, _decoded(name, str(value))) for name, value in head.items()]

    @cached_property
    def addresses(self) -> list[str]:
        return [address.lower() for _name, address in getaddresses(self.to)]

    @property
    def subject(self) -> str:
        return dict(self.headers).get("Subject", "")

    @property
    def row(self) -> str:
        """The mail row's id, from the tag `mail`; empty for an email that is not ours."""
        try:
            return tags.read_tag("".join(self.tags.get("mail", [])))
        except ValueError:
            return ""

    @cached_property
    def about(self) -> dict[str, Any]:
        """What every event says of the email."""
        headers = self.headers
        named = {name.lower(): value for name, value in headers}
        return {
            "source": named["from"],
            "sendingAccountId": ACCOUNT,
            "messageId": self.id,
            "destination": list(self.to),
            "headersTruncated": False,
            "headers": [{"name": name, "value": value} for name, value in headers],
            "commonHeaders": {"from": [named["from"]], "to": list(self.to), "subject": named["subject"]},
            "tags": self.tags,
        }

    @cached_property
    def sent_at(self) -> datetime | None:
        dated = dict(self.headers).get("Date")
        return parsedate_to_datetime(dated).astimezone(UTC) if dated else None

    @cached_property
    def _parts(self) -> list[Message]:
        """Every part. compat32 reads a part's headers as plain text, which is several times as fast as `default`."""
        return list(message_from_string(self.raw, policy=compat32).walk())

    def part(self, kind: str) -> str:
        """Return the text of the `plain` or `html` part."""
        wanted = next((part for part in self._parts if part.get_content_type() == f"text/{kind}"), None)
        return _text(wanted).replace("\r\n", "\n") if wanted else ""

    @cached_property
    def links(self) -> list[str]:
        return [link.rstrip(".,;)") for link in LINK.findall(self.part("plain"))]

    @cached_property
    def attachments(self) -> list[dict[str, str]]:
        """What the email carries in addition to its text: name, media type, and content as text."""
        return [
            {"name": part.get_filename() or "", "type": part.get_content_type(), "content": _text(part)}
            for part in self._parts
            if part.get_content_type() == "text/calendar" or part.get_content_disposition() == "attachment"
        ]


def _text(part: Message) -> str:
    body = part.get_payload(decode=True)
    return body.decode(errors="replace") if isinstance(body, bytes) else ""


def _decoded(name: str, folded: str) -> str:
    """Read a header as the email package does; one of plain text needs no more than its lines joined."""
    plain = folded.replace("\r\n", "").replace("\n", "")
    if plain.isascii() and "=?" not in plain and "  " not in plain:
        return plain
    return str(default.header_factory(name, plain))


def accepted(after: int = 0) -> list[Accepted]:
    """Every email so far but the first `after`, oldest first."""
    sent = memory.backend("ses").sent_messages[after:]
    return [_once(email) for email in sent]


def _once(email: Any) -> Accepted:
    """Kept with moto's own email: parsing is slow, and the desk lists every email each time."""
    if not hasattr(email, "as_accepted"):
        email.as_accepted = Accepted(email.id, tuple(email.to), email.raw_data, email.tags)
    known: Accepted = email.as_accepted
    return known


def event(email: Accepted, kind: str, now: datetime, **detail: Any) -> str:
    """Return a message as a configuration set publishes it: kind is Send, Delivery, Bounce or Complaint."""
    moment = now.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    about = {"timestamp": moment, **email.about}
    stamped = {} if kind == "Send" else {"timestamp": moment}
    return json.dumps({"eventType": kind, "mail": about, kind.lower(): {**stamped, **detail}})


def send(email: Accepted, now: datetime) -> str:
    return event(email, "Send", now)


def delivery(email: Accepted, now: datetime) -> str:
    return event(email, "Delivery", now, recipients=list(email.to), processingTimeMillis=400, smtpResponse="250 ok")


def bounce(email: Accepted, now: datetime, kind: str = "Permanent") -> str:
    """kind: Permanent, Transient or Undetermined."""
    status = {"Permanent": {"status": "5.1.1"}, "Transient": {"status": "4.2.2"}}.get(kind, {})
    recipients = [{"emailAddress": address, "action": "failed", **status} for address in email.to]
    return event(
        email,
        "Bounce",
        now,
        bounceType=kind,
        bounceSubType="General",
        bouncedRecipients=recipients,
        feedbackId=f"bounce-{email.id}",
    )


def complaint(email: Accepted, now: datetime) -> str:
    recipients = [{"emailAddress": address} for address in email.to]
    return event(email, "Complaint", now, complainedRecipients=recipients, feedbackId=f"complaint-{email.id}")
