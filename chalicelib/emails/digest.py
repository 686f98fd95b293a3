"""One email a day for each reader: those that may wait for one another go out together.

The first email that is due for a reader takes the others along. An email that goes alone does not change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from msgspec import json

from chalicelib.core import log
from chalicelib.core.formatting import join_words, name_sort_key, plural
from chalicelib.core.ids import derive
from chalicelib.core.settings import Settings
from chalicelib.emails import mime
from chalicelib.emails.away import Away
from chalicelib.emails.compose import compose_message, context
from chalicelib.emails.kinds import DIGEST, FRAME_WORDS, find_kind, words_of
from chalicelib.emails.mime import Rendered
from chalicelib.emails.render import Section, render, render_digest, render_section
from chalicelib.emails.weekly_cap import is_capped, postpone_if_full
from chalicelib.store import delegates, digests, emails
from chalicelib.store.emails import Email, EmailSettled
from chalicelib.store.table import transact, update_one

NAME = DIGEST
WAIT = timedelta(minutes=1)  # of the others for the email that takes them along


def gather(held: Email, attempt: str, now: datetime, until: datetime, away: Away) -> Email | None:
    """Return what this run sends: the email itself, a digest that carries it, or None if another run takes it along.

    away   nothing that has to wait goes along
    """
    if not held.in_digest or held.attempts > 1 or held.doubts:
        return held
    listed = digests.list_listed(held, whole_week=is_capped(held))
    candidates = digests.read_others(held, listed, now)
    away.look_up(candidates)
    free = [other for other in candidates if not (away.find_wait(other) or away.is_to_erased(other))]
    others = [other for other in free if _is_from_same_sender(held, other)]
    if postpone_if_full(held, others, listed, now):
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


def _is_from_same_sender(held: Email, other: Email) -> bool:
    return _frame(held) == _frame(other)


def _frame(email: Email) -> dict[str, str]:
    words = words_of(email)
    return {name: words[name] for name in FRAME_WORDS}


def _wait(held: Email, now: datetime) -> None:
    try:
        update_one(emails.reschedule(held, now + WAIT, "", counted=False))
    except EmailSettled:
        log.info("mail_was_settled")


def _digest(held: Email, others: Sequence[Email], now: datetime) -> Email:
    """Make the row of a digest. It is in no one's list: acts find its items, and it is composed from what they are.

    It holds no name of a delegate, because it is no row about one: an erasure would miss it.
    """
    return Email(
        id="#".join((NAME, derive(16, "digest", held.id, held.attempt))),
        template=NAME,
        to=held.to,
        due_at=now,
        words=_frame(held),
        items=(held.id, *(other.id for other in others)),
    )


def compose_digest(digest: Email, items: Sequence[Email], settings: Settings, now: datetime) -> bytes:
    """Compose what the items say, the most urgent first under each role. One item alone is the email that it was."""
    if len(items) == 1:
        return compose_message(items[0], settings, now)
    groups = _merge_alike(sorted(items, key=lambda item: (item.good_until is None, item.good_until or now, item.id)))
    made = mime.message(
        _render_groups(groups, digest),
        to=digest.to,
        sender=settings.sender,
        from_name=digest.words["from_name"],
        reply_to=settings.reply_to,
    )
    return mime.stamp(made, derive(32, "mail", digest.id), now)


def _merge_alike(items: Iterable[Email]) -> list[list[Email]]:
    """Group items that say the same, twice of one delegate or of several, each group where its first item is."""
    groups: dict[Any, list[Email]] = {}
    for item in items:
        kind = find_kind(item.template)
        who = "" if kind.names_several else _about(item)
        words = {**item.words, "delegate": ""} if kind.names_several else item.words
        same = (kind.name, who, json.encode([words, item.links], order="sorted"))
        groups.setdefault(same, []).append(item)
    return list(groups.values())


def _about(item: Email) -> str:
    """Return the delegate that an item is about; without one, something that no other item is about."""
    return (item.about or {}).get("delegate", "") or item.id


def _context_of(group: Sequence[Email]) -> dict[str, Any]:
    """Return what the template of a group sees: the delegates of all its items as one name."""
    words = context(group[0])
    if len({_about(item) for item in group}) == 1:
        return words
    return words | {"delegate": join_words(_name_each(group)), "several": True}


def _name_each(group: Sequence[Email]) -> list[str]:
    """Return the names of a group's delegates. Those of one name have their job title too, and service if need be.

    The reader is their coach, line manager or facilitator, who sees both on their own pages.
    """
    names = {_about(item): context(item)["delegate"] for item in group}
    shared = [delegate_id for delegate_id, name in names.items() if _is_shared(name, names)]
    known = delegates.find_all(shared) if shared else {}
    titles = {id: f"{names[id]} ({mime.clean(each.job_title)})" for id, each in known.items() if each.job_title}
    services = {
        id: f"{names[id]} ({mime.clean(known[id].job_title)}, {mime.clean(known[id].service)})"
        for id, title in titles.items()
        if known[id].service and _is_shared(title, titles)
    }
    return sorted({**names, **titles, **services}.values(), key=name_sort_key)


def _is_shared(text: str, texts: Mapping[str, str]) -> bool:
    return list(texts.values()).count(text) > 1


def _render_groups(groups: Sequence[Sequence[Email]], digest: Email) -> Rendered:
    contexts = [_context_of(group) for group in groups]
    sections = [render_section(group[0].template, words) for group, words in zip(groups, contexts, strict=True)]
    subject, named = _first_subject(groups, sections)
    if len(groups) == 1:
        return render(groups[0][0].template, contexts[0], subject)
    opens_own_pages = any(words["opens_own_pages"] for words in contexts)
    frame = context(digest) | {"name": mime.clean(digest.to.name), "opens_own_pages": opens_own_pages}
    return render_digest(_by_role(groups, sections), subject, len(groups) - named, frame)


def _first_subject(groups: Sequence[Sequence[Email]], sections: Sequence[Section]) -> tuple[str, int]:
    """Return the subject of the most urgent, or one for all of its kind, and how many sections it names."""
    first = groups[0][0]
    together = find_kind(first.template).together
    alike = [group for group in groups if group[0].template == first.template]
    people = len({_about(item) for group in alike for item in group})
    if people == 1 or not together:
        return sections[0].subject, 1
    subject = together.format_map({**first.words, "n": people, "others": plural(people - 1, "other", "others")})
    return subject[:1].upper() + subject[1:], len(alike)


def _by_role(groups: Sequence[Sequence[Email]], sections: Sequence[Section]) -> list[tuple[str, list[Section]]]:
    """Group sections by the reader's role, each role where its most urgent item is."""
    roles = [find_kind(group[0].template).to for group in groups]
    order = {role: place for place, role in reversed(list(enumerate(roles)))}
    pairs = sorted(zip(roles, sections, strict=True), key=lambda pair: order[pair[0]])
    return [(role.value, [section for _, section in of_role]) for role, of_role in groupby(pairs, lambda pair: pair[0])]
