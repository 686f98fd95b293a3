"""What an act leaves behind, with a fault and without: what people and the sweep do afterwards must make both the same.

A fault delays. So moments may differ by as long as repeats go on, and what is random differs by nature: the id of an
attempt, of SES's message, of a session, of a code's challenge. Any other difference is a violation.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Set
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError
from msgspec import Struct

import chalicelib.core.clock
from chalicelib.collect import encryption
from chalicelib.core.clock import moment
from chalicelib.core.model import Invitation
from chalicelib.emails import delivery_events, digest
from chalicelib.emails.compose import context
from chalicelib.emails.render import render
from chalicelib.jobs.sweep import sweep
from chalicelib.store import digests, emails, jobs
from chalicelib.store.due import FAILED
from chalicelib.store.emails import reader_row
from chalicelib.store.marshal import Row, read
from chalicelib.store.row_kinds import WITHDRAWALS
from chalicelib.store.table import ConditionFailed, query, transact
from infra.local import outbox
from infra.local.outbox import Accepted
from tests.support import drain, world
from tests.support.calls import watched_by
from tests.support.emails import sent_emails
from tests.support.faults import Killed, Plan, Striking
from tests.support.recorder import Act, Calls, Key

REPEATS_FOR = timedelta(hours=3)  # longer than an email's lease, and than a job's first delays
PRESSED_AGAIN_AFTER = timedelta(seconds=20)
MAX_PRESSES = 4
MAX_PASSES = 200
OF_TRIES = {"attempt", "attempts", "doubts", "message_id"}  # columns that say how often something was tried
OF_CHANCE = {"hashed", "recovery"}  # of a session, and recovery codes
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d[:.]\d\d[:.]\d\dZ?|\b\d{8}T\d{6}\b|\b1[78]\d{8}\b")
RANDOM = re.compile(
    r"\b[0-9a-f]{24}\b|\b[0-9a-f]{32}\b|\b[a-z2-7]{32}\b|(?<=SESSION#).+|(?<=session\.)[^;]+|(?<=/code/)\S+"
)
CODE = re.compile(r"\b\d{3} \d{3}\b|\b\d\d:\d\d\b")  # and until when it can be used


class End(Struct):
    """What people and readers can see in the end: of the rows those that were written meanwhile."""

    page: str
    rows: dict[Key, Row | None]
    documents: dict[str, bytes]
    emails: Counter[str]
    calls: list[str]


def live(act: Act, http: Any, plan: Plan, *, with_emails: bool = True) -> End:
    """Act under the plan, then let people press again, the queue deliver again and the sweep find what is due.

    with_emails   also send the emails that the act brings about; their rows are compared in any case
    """
    world.put_back(act.before)
    striking = Striking(plan)
    end = _ended(lambda: _act(act, http, striking), act.now, _own_rows(act), with_emails=with_emails)
    end.calls = striking.calls
    return end


def pair(first: Act, second: Act, http: Any, play: Callable[[list[Callable[[], str]]], list[str]]) -> End:
    """Hold what two acts leave in the world of the first; `play` runs them in some order and gives their pages."""
    world.put_back(first.before)
    now = first.now
    chalicelib.core.clock.use(lambda: now)
    for act in (first, second):
        if act.kind == "job":
            _bring_forward(act, now)
    acts = [partial(_once, act, http, now) for act in (first, second)]
    own = _own_rows(first) | _own_rows(second)
    return _ended(lambda: "\n".join(play(acts)), now, own, with_emails=False)


def _ended(act: Callable[[], str], now: datetime, own: Set[str], *, with_emails: bool) -> End:
    due_before = {row["pk"] for row in world.due(now + REPEATS_FOR)} - own
    before = len(sent_emails())
    calls = Calls()

    def follows(row: Row) -> bool:
        """Return whether a row follows: what had been due anyway waits, unless an email takes it along."""
        pk = row["pk"]
        if pk in own or pk.startswith(f"MAIL#{digest.NAME}"):
            return True
        if row["kind"] != "mail":
            return pk not in due_before
        return with_emails and (pk not in due_before or bool(_in_one_digest(pk) & {pk for pk, _ in calls.written}))

    with watched_by(calls):
        page = act()
        _settle(now, now + REPEATS_FOR, follows, before)
    rows = {key: _opened(world.find(key)) for key in calls.written}
    return End(page, rows, world.documents(), _emails(before), [])


def _bring_forward(act: Act, now: datetime) -> None:
    """Bring the job forward, so that it can run together with an earlier event."""
    waiting = jobs.find(act.what[0])
    if waiting and waiting.due_at > now:
        transact([jobs.move(waiting.id, now)])


def _once(act: Act, http: Any, now: datetime) -> str:
    if act.kind == "page":
        path, headers, body = act.what
        return _shown(http.post(path, headers=headers, body=body))
    _handle(act, now)
    return ""


def differences(act: Act, clean: End, other: End) -> Iterator[str]:
    """Return what is in one of them and not in the other, in words."""
    if clean.page != other.page:
        yield f"the page is {other.page!r}, not {clean.page!r}"
    for name, count in (clean.emails - other.emails).items():
        yield f"email missing {count}x: {name}"
    for name, count in (other.emails - clean.emails).items():
        yield f"email too many {count}x: {name}"
    yield from _of_all_rows(*(_by_name(act, end, clean.rows.keys() | other.rows.keys()) for end in (clean, other)))
    yield from _of_documents(*(dict(map(_without_moment, end.documents.items())) for end in (clean, other)))


def _of_documents(clean: dict[str, bytes], other: dict[str, bytes]) -> Iterator[str]:
    for name in sorted(clean.keys() | other.keys()):
        if name not in other:
            yield f"document {name} is missing"
        elif name not in clean:
            yield f"document {name} is one too many"
        elif clean[name] != other[name]:
            yield f"document {name} differs"


def _without_moment(document: tuple[str, bytes]) -> tuple[str, bytes]:
    """Drop the moment of an entry in the log for a restore: each try of an act leaves its own, about the same thing."""
    name, data = document
    if not name.startswith(WITHDRAWALS):
        return document
    entry = {key: value for key, value in msgspec.json.decode(data).items() if key != "at"}
    return STAMP.sub("", name), msgspec.json.encode(entry)


# --- acting -----------------------------------------------------------------------------------------------------------


def _act(act: Act, http: Any, striking: Striking) -> str:
    if act.kind == "page":
        return _pressed(act, http, striking)
    _delivered(act, act.now, striking)
    return ""


def _pressed(act: Act, http: Any, striking: Striking) -> str:
    """Press the button again, a moment later, after an error page or none at all."""
    path, headers, body = act.what
    page = ""
    for press in range(MAX_PRESSES):
        now = act.now + press * PRESSED_AGAIN_AFTER
        chalicelib.core.clock.use(lambda now=now: now)  # type: ignore[misc]
        try:
            with watched_by(striking):
                answer = http.post(path, headers=headers, body=body)
        except Killed:
            continue
        page = _shown(answer)
        if answer.status_code < 500:
            return page
    return page


def _shown(answer: Any) -> str:
    location = answer.headers.get("Location", "")
    if "X-Amz-Signature" in location:
        location = location.split("?")[0]
    titles = re.findall(r"<h1>(.*?)</h1>", answer.body.decode())
    return f"{answer.status_code} {RANDOM.sub('<random>', location)} {' '.join(titles)}"


def _delivered(act: Act, now: datetime, striking: Striking) -> None:
    """Run it once; the sweep does what is left, or the topic, which sends an event again."""
    try:
        with watched_by(striking):
            _handle(act, now)
    except (Killed, ClientError, BotoCoreError, ConditionFailed):
        if act.kind == "event":
            _handle(act, now + PRESSED_AGAIN_AFTER)


def _handle(act: Act, now: datetime) -> None:
    """As the handlers of app.py."""
    what = act.what[0] if act.what else ""
    if act.kind == "event":
        delivery_events.record_delivery_event(what, now)
    elif act.kind == "sweep":
        sweep(now)
    elif act.kind == "email":
        drain.run_row({"pk": f"MAIL#{what}", "kind": "mail"}, now)
    else:
        drain.run_row({"pk": f"JOB#{what}", "kind": act.name}, now)


# --- what follows -----------------------------------------------------------------------------------------------------


def _own_rows(act: Act) -> Set[str]:
    """Return the row of a job or an email; with an email those that may go in one digest with it."""
    if act.kind == "job":
        return {f"JOB#{act.what[0]}"}
    if act.kind != "email":
        return set()
    return {f"MAIL#{act.what[0]}"} | _in_one_digest(f"MAIL#{act.what[0]}")


def _in_one_digest(pk: str) -> Set[str]:
    """Return the rows of the emails that may go in one digest with this one."""
    email = emails.find(pk.removeprefix("MAIL#"))
    together = query(reader_row(email)["pk"], email.in_digest) if email and email.in_digest else []
    return {f"MAIL#{row['sk'].partition('#')[2]}" for row in together}


def _settle(now: datetime, until: datetime, follows: Callable[[Row], bool], reported: int) -> None:
    """Run what is due because of the act, and because of that; SES reports an email a moment after it was sent."""
    for _ in range(MAX_PASSES):
        ready = [row for row in world.due(now) if follows(row)]
        for row in ready:
            drain.run_row(row, now)
        reported = _report_sent(now, reported)
        waiting = [row for row in world.due(until) if follows(row)]
        if not waiting:
            return
        if not ready:
            now = moment(waiting[0]["due_at"])
    raise AssertionError(f"still due after {MAX_PASSES} passes: {[row['pk'] for row in waiting]}")


def _report_sent(now: datetime, reported: int) -> int:
    """SES says of each new email that it was sent. Returns how many are reported by now."""
    messages = sent_emails()
    for message in messages[reported:]:
        delivery_events.record_delivery_event(outbox.send(message, now), now)
    return len(messages)


# --- comparing --------------------------------------------------------------------------------------------------------


def _by_name(act: Act, end: End, keys: Set[Key]) -> dict[str, list[Row]]:
    """Return the rows of these keys without what is a moment or random; what was not written is as before."""
    rows: dict[str, list[Row]] = {}
    for key in sorted(keys):
        row = end.rows[key] if key in end.rows else _opened(world.find(key, act.before))
        if row is not None:
            rows.setdefault(_plain(" | ".join(key)), []).append(row)
    return rows


def _opened(row: Row | None) -> Row | None:
    """Sealed answers as they were written: every seal of the same answers is another, and so is every wave's key."""
    if row is None or "seal" in row:
        return row if row is None else {}
    if not row["sk"].startswith("INVITATION#") or "draft" not in row:
        return row
    secret = world.find(("key", f"{row['delegate_id']}#{row['wave']}"))
    invitation = read(Invitation, row)
    boxes = {name: row.get(name) or {} for name in ("draft", "sent")}
    if secret is None:
        return row
    return row | {name: encryption.unseal_pages(secret["seal"], invitation, pages) for name, pages in boxes.items()}


def _emails(before: int) -> Counter[str]:
    return Counter(
        _plain(f"{email_id} to {', '.join(message.addresses)}: ") + CODE.sub("<code>", _plain(text))
        for message in sent_emails()[before:]
        for email_id, text in _said(message)
    )


def _said(message: Accepted) -> list[tuple[str, str]]:
    """(id, text) of an email, or of each item of a digest as if it had gone by itself."""
    sent_email = emails.find(message.row)
    if sent_email is None or not sent_email.items:
        return [(message.row, message.part("plain"))]
    items = [item for item in digests.items_of(sent_email) if item.message_id]
    return [(item.id, render(item.template, context(item)).text) for item in items]


def _of_all_rows(clean: dict[str, list[Row]], other: dict[str, list[Row]]) -> Iterator[str]:
    for key in sorted(clean.keys() | other.keys()):
        yield from _of_rows(key, clean.get(key, []), other.get(key, []))


def _of_rows(key: str, clean: list[Row], other: list[Row]) -> Iterator[str]:
    if len(clean) != len(other):
        yield f"{len(other)} rows {key}, not {len(clean)}"
        return
    for row, another in zip(clean, other, strict=True):
        for column in sorted(row.keys() | another.keys()):
            if column not in OF_TRIES | OF_CHANCE and not _same(
                _label_of_hidden(row, column), _label_of_hidden(another, column)
            ):
                yield f"{key}: {column} is {another.get(column)!r}, not {row.get(column)!r}"


def _label_of_hidden(row: Row, column: str) -> Any:
    """Which shard of the index a row is in follows from its id; that it is there, and due, is what counts."""
    value = row.get(column)
    return "due" if column == "due_shard" and value not in (None, FAILED) else value


def _same(value: Any, another: Any) -> bool:
    if isinstance(value, dict) and isinstance(another, dict):
        return value.keys() == another.keys() and all(_same(value[name], another[name]) for name in value)
    if isinstance(value, list) and isinstance(another, list):
        return len(value) == len(another) and all(map(_same, value, another))
    if isinstance(value, bytes) and isinstance(another, bytes):
        return len(value) == len(another)  # sealed with a nonce of its own
    if isinstance(value, str) and isinstance(another, str):
        return _plain(value) == _plain(another) and all(map(_near, STAMP.findall(value), STAMP.findall(another)))
    if isinstance(value, int) and isinstance(another, int) and min(value, another) > 10**9:
        unit = 1000 if value > 10**12 else 1  # moments in milliseconds or seconds
        return abs(value - another) <= REPEATS_FOR.total_seconds() * unit
    return bool(value == another)


def _plain(text: str) -> str:
    return RANDOM.sub("<random>", STAMP.sub("<moment>", text))


def _near(stamp: str, another: str) -> bool:
    return abs(_moment(stamp) - _moment(another)) <= REPEATS_FOR


def _moment(stamp: str) -> datetime:
    if stamp.isdigit():
        return datetime.fromtimestamp(int(stamp), UTC)
    read = moment(stamp.rstrip("Z").replace(".", ":"))
    return read.replace(tzinfo=UTC)
