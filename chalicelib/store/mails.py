"""Mail rows: one row for each mail, from the decision to send it to what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from chalicelib.model import Person
from chalicelib.store.due import due_columns
from chalicelib.store.expressions import at_most, missing, one_of
from chalicelib.store.marshal import fields, read
from chalicelib.store.table import ConditionFailed, Key, Write, apply, get, put, update


class MailState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"  # handed to SES, and nothing heard yet: a doubt until its Send event or the lease's end
    SENT = "sent"
    REFUSED = "refused"  # SES will never take it
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


@dataclass(frozen=True)
class Mail:
    """`id` is derived from the cause, `<template>#<what it is about>`, so one cause cannot send two.

    template  `<stage>/<name>`: chalicelib/<stage>/templates/mail/<name>.{txt,html}.j2
    words     what the template shows: names, titles, dates as text; never an answer
    links     name in the template -> (verb, part, ...) of a link that is signed when the mail is composed
    about     cohort, delegate, invitation: where a bounce is shown
    """

    id: str
    template: str
    to: Person
    due_at: datetime
    words: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)
    state: MailState = MailState.QUEUED
    attempts: int = 0  # times SES was asked
    doubts: int = 0  # times the answer stayed out and the lease ran out
    attempt: str = ""  # random id of the run that holds the mail
    message_id: str = ""
    sent_at: str = ""
    reason: str = ""


def key(mail_id: str) -> Key:
    return Key(f"MAIL#{mail_id}", "MAIL")


def add(new: Mail) -> Write:
    row = {**key(new.id)._asdict(), **fields(new), **due_columns(new.id, new.due_at), "kind": "mail"}
    return put(row, once=True)


def find(mail_id: str) -> Mail | None:
    found = get(key(mail_id))
    return read(Mail, found) if found else None


def cancel(mail_id: str) -> Write:
    """Never send a mail that has not been taken yet; one that was sent stays as it is."""
    return update(key(mail_id), put={"cancelled": True}, remove=["due_shard"])


def claim(mail_id: str, attempt: str, now: datetime, until: datetime) -> Mail | None:
    """Take a queued mail, or one whose doubt has lapsed. None if it is settled, held, cancelled or not due."""
    try:
        taken = apply(
            update(
                key(mail_id),
                put={"state": MailState.SENDING, "attempt": attempt, "due_at": until},
                add={"attempts": 1},
                when=[
                    one_of("state", [MailState.QUEUED, MailState.SENDING]),
                    at_most("due_at", now),
                    missing("cancelled"),
                ],
            )
        )
    except ConditionFailed:
        return None
    return read(Mail, taken)
