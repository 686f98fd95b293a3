"""Let the line manager offer the delegate help, in one line, with the areas that the delegate shares."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from chalicelib.areas.emails import help_email
from chalicelib.areas.openings import AreasPage
from chalicelib.core.addresses import clean_text
from chalicelib.core.errors import FieldError, Refusal
from chalicelib.core.ids import reader_key
from chalicelib.jobs.commit import commit
from chalicelib.store import areas, audit_events, emails
from chalicelib.store.areas import Help, HelpExists
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.emails import EmailExists

LINE = "line"
MAX_LINE_CHARS = 300
MAX_OFFERS = 12  # lines of one manager


class NothingShared(Refusal):
    """The delegate shares nothing with this line manager now, so there is nothing to answer."""

    status = 409
    title = "Your message was not sent"

    def __init__(self) -> None:
        super().__init__("Nothing is shared with you now. Speak with the delegate instead.")


class EnoughOffered(Refusal):
    """The line manager has written often enough here."""

    status = 409
    title = "Your message was not sent"

    def __init__(self) -> None:
        super().__init__(f"You have sent {MAX_OFFERS} messages here: that is the limit. Speak to the delegate instead.")


def offer(opened: AreasPage, fields: Mapping[str, str], once: str, now: datetime) -> tuple[FieldError, ...]:
    """Send the delegate one line, or return what is wrong with it.

    once   random, of the page: a second press stores and sends nothing more

    Raises NothingShared or EnoughOffered.
    """
    if not opened.shared:
        raise NothingShared
    line = clean_text(fields.get(LINE, "")).strip()
    if fault := _fault(line):
        return (FieldError(LINE, fault),)
    delegate = opened.delegate
    who = {"by": delegate.manager}
    event = audit_events.add_naming(delegate.cohort_id, AuditEvent.OFFERED_HELP, "line manager", delegate.id, now, who)
    email = emails.add(help_email(opened, once, now))
    help = Help(reader_key(delegate.manager.email), now, line)
    for number in range(len(opened.offers), MAX_OFFERS):
        try:
            commit([*email, event, areas.offer_help(delegate.id, number, help)], now)
        except EmailExists:  # pressed twice
            return ()
        except HelpExists:  # another line was sent in the meantime, and has this number
            continue
        return ()
    raise EnoughOffered


def _fault(line: str) -> str:
    if not line:
        return "Write one thing that you can do."
    if len(line) > MAX_LINE_CHARS:
        return f"Shorten your message to {MAX_LINE_CHARS} characters; it has {len(line)}."
    return ""
