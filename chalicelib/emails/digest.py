"""One email a day for each reader: those that may wait for one another go out together.

The first email that is due for a reader takes the others along. An email that goes alone does not change.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby

from chalicelib.core import log
from chalicelib.core.formatting import plural
from chalicelib.core.ids import derive
from chalicelib.core.settings import Settings
from chalicelib.emails import mime
from chalicelib.emails.away import Away
from chalicelib.emails.compose import compose_message, context
from chalicelib.emails.kinds import DIGEST, FRAME_WORDS, find_kind
from chalicelib.emails.render import Section, render_digest, render_section
from chalicelib.emails.weekly_cap import is_capped, put_off_if_full
from chalicelib.store import digests, emails
from chalicelib.store.emails import Email, EmailSettled
from chalicelib.store.table import transact, update_one

NAME = DIGEST
WAIT = timedelta(minutes=1)  # of the others for the email that takes them along


def gather(held: Email, attempt: str, now: datetime, until: datetime, away: Away) -> Email | None:
    """Return what this run sends: the email itself, a digest that carries it, or None if another run takes it along.

    away   nothing about who is paused goes along
    """
    if not held.in_digest or held.attempts > 1 or held.doubts:
        return held
    listed = digests.list_listed(held, whole_week=is_capped(held))
    found = digests.read_others(held, listed, now)
    others = [other for other in found if not away.find_return(other) and _goes_with(held, other)]
    if put_off_if_full(held, others, listed, now):
        return None
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


def _goes_with(held: Email, other: Email) -> bool:
    """Return whether two emails may be one: from one name, or of a kind whose subject names several delegates."""
    kind = find_kind(held.template)
    is_alike = bool(kind.together) and other.template == held.template
    return is_alike or other.words["from_name"] == held.words["from_name"]


def _wait(held: Email, now: datetime) -> None:
    try:
        update_one(emails.reschedule(held, now + WAIT, "", counted=False))
    except EmailSettled:
        log.info("mail_was_settled")


def _digest(held: Email, others: Sequence[Email], now: datetime) -> Email:
    """Make the row of a digest. It is in no one's list: acts find its items, and it is composed from what they are.

    It holds no name of a delegate, because it is no row about one: an erasure would miss it.
    """
    frame = {name: held.words[name] for name in FRAME_WORDS} | {"from_name": held.words["programme"]}
    return Email(
        id="#".join((NAME, derive(16, "digest", held.id, held.attempt))),
        template=NAME,
        to=held.to,
        due_at=now,
        words=frame,
        items=(held.id, *(other.id for other in others)),
    )


def compose_digest(digest: Email, items: Sequence[Email], settings: Settings, now: datetime) -> bytes:
    """Compose what the items say, the most urgent first under each role. One item alone is the email that it was."""
    if len(items) == 1:
        return compose_message(items[0], settings, now)
    urgent = sorted(items, key=lambda item: (item.good_until is None, item.good_until or now, item.id))
    sections = [render_section(item.template, context(item)) for item in urgent]
    by_role = _by_role(urgent, sections)
    subject, named = _first_subject(urgent, sections)
    made = mime.message(
        render_digest(by_role, subject, len(items) - named, context(digest)),
        to=digest.to,
        sender=settings.sender,
        from_name=_name_sender(digest, items),
        reply_to=settings.reply_to,
    )
    return mime.stamp(made, derive(32, "mail", digest.id), now)


def _name_sender(digest: Email, items: Sequence[Email]) -> str:
    """Return the name that all items come from; the programme if they come from several."""
    names = {item.words["from_name"] for item in items}
    return names.pop() if len(names) == 1 else digest.words["programme"]


def _first_subject(urgent: Sequence[Email], sections: Sequence[Section]) -> tuple[str, int]:
    """Return the subject of the most urgent, or one for all of its kind, and how many it names."""
    first = urgent[0]
    together = find_kind(first.template).together
    alike = sum(item.template == first.template for item in urgent)
    if alike == 1 or not together:
        return sections[0].subject, 1
    subject = together.format_map({**first.words, "n": alike, "others": plural(alike - 1, "other", "others")})
    return subject[:1].upper() + subject[1:], alike


def _by_role(items: Sequence[Email], sections: Sequence[Section]) -> list[tuple[str, list[Section]]]:
    """Group sections by the reader's role, each role where its most urgent item is."""
    roles = [find_kind(item.template).to for item in items]
    order = {role: place for place, role in reversed(list(enumerate(roles)))}
    pairs = sorted(zip(roles, sections, strict=True), key=lambda pair: order[pair[0]])
    return [(role.value, [section for _, section in of_role]) for role, of_role in groupby(pairs, lambda pair: pair[0])]
