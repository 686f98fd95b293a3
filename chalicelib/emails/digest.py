"""One email a day for each reader: those that may wait for one another go out together.

The first email that is due for a reader takes the others along. An email that goes alone does not change.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby

from chalicelib.core import log
from chalicelib.core.ids import derive
from chalicelib.core.settings import Settings
from chalicelib.emails import mime
from chalicelib.emails.compose import compose_message, context
from chalicelib.emails.kinds import DIGEST, FRAME_WORDS, find_kind
from chalicelib.emails.render import Section, render_digest, render_section
from chalicelib.store import digests, emails
from chalicelib.store.emails import Email, EmailSettled
from chalicelib.store.table import transact, update_one

NAME = DIGEST
WAIT = timedelta(minutes=1)  # of the others for the email that takes them along


def gather(held: Email, attempt: str, now: datetime, until: datetime) -> Email | None:
    """Return what this run sends: the email itself, a digest that carries it, or None if another run takes it along."""
    if not held.in_digest or held.attempts > 1 or held.doubts:
        return held
    others = digests.list_others(held, now)
    if not others:
        return held
    if min(other.id for other in others) < held.id:  # the first by id gathers, so that two runs do not both try
        _wait(held, now)
        return None
    digest = _digest(held, others, now)
    try:
        transact(digests.carry(held, others, digest))
    except EmailSettled:
        return held
    log.info("mails_gathered", items=len(digest.items))
    return emails.claim(digest.id, attempt, now, until)


def _wait(held: Email, now: datetime) -> None:
    try:
        update_one(emails.reschedule(held, now + WAIT, "", counted=False))
    except EmailSettled:
        log.info("mail_was_settled")


def _digest(held: Email, others: Sequence[Email], now: datetime) -> Email:
    """Make the row of a digest. It is in no one's list: acts find its items, and it is composed from what they are."""
    return Email(
        id="#".join((NAME, derive(16, "digest", held.id, held.attempt))),
        template=NAME,
        to=held.to,
        due_at=now,
        words={name: held.words[name] for name in FRAME_WORDS},
        items=(held.id, *(other.id for other in others)),
    )


def compose_digest(digest: Email, items: Sequence[Email], settings: Settings, now: datetime) -> bytes:
    """Compose what the items say, the most urgent first under each role. One item alone is the email that it was."""
    if len(items) == 1:
        return compose_message(items[0], settings, now)
    urgent = sorted(items, key=lambda item: (item.good_until is None, item.good_until or now, item.id))
    sections = [render_section(item.template, context(item)) for item in urgent]
    by_role = _by_role(urgent, sections)
    made = mime.message(
        render_digest(by_role, sections[0].subject, context(digest)),
        to=digest.to,
        sender=settings.sender,
        from_name=digest.words["from_name"],
        reply_to=settings.reply_to,
    )
    return mime.stamp(made, derive(32, "mail", digest.id), now)


def _by_role(items: Sequence[Email], sections: Sequence[Section]) -> list[tuple[str, list[Section]]]:
    """Group sections by the reader's role, each role where its most urgent item is."""
    roles = [find_kind(item.template).to for item in items]
    order = {role: place for place, role in reversed(list(enumerate(roles)))}
    pairs = sorted(zip(roles, sections, strict=True), key=lambda pair: order[pair[0]])
    return [(role.value, [section for _, section in of_role]) for role, of_role in groupby(pairs, lambda pair: pair[0])]
