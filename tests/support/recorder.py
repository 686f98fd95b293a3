"""Acts as they happen while a programme is played: each with the world as it stood just before."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache, partial
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

import chalicelib.core.clock
from chalicelib.store import digests, emails, jobs
from tests.golden.kept import Shapes
from tests.golden.shapes import Item
from tests.support import drain, world
from tests.support.calls import Watcher, watched_by
from tests.support.world import World

Key = tuple[str, str]  # of a row; ("key", id) for a data key

GAPS = re.compile(r"\{(\w+)\}")


class Act(Struct, frozen=True):
    """kind   job, email, page or event
    name   of the job's kind, the email's template, the route or the event
    what   id of the job or email, path, headers and body of the page's form, or the event's text
    calls  operations on AWS, in order; `touched` are the rows they read or wrote, `written` those they wrote
    """

    kind: str
    name: str
    now: datetime
    what: tuple[Any, ...]
    before: World
    calls: tuple[str, ...]
    touched: frozenset[Key]
    written: frozenset[Key]

    @property
    def key(self) -> str:
        return f"{self.kind} {self.name}"

    @property
    def width(self) -> frozenset[tuple[str, str]]:
        """Which kinds of calls it makes, and which kinds of rows it writes."""
        kinds = {tuple(part.split("#")[0] for part in key) for key in self.written}
        return frozenset({*kinds, *((call, "") for call in self.calls)})


class Recorder:
    """Keeps of each name the acts that touch most: one is left out if another touches all that it does, and more.

    Of emails, which are all sent alike, the first is kept; one that a digest carried is known by that digest.
    """

    def __init__(self) -> None:
        self.acts: dict[str, list[Act]] = {}
        self.failed: dict[str, str] = {}  # name of an act that did not work -> why
        self._last, self.since = world.take(), Calls()
        self.rows: list[Item] = []  # as they were stored: one of each shape
        self._shapes = Shapes()

    def record(
        self,
        kind: str,
        name: str,
        what: tuple[Any, ...],
        act: Callable[[], Any],
        worked: Any = bool,
        along: frozenset[str] = frozenset(),
    ) -> Any:
        """Do an act, and keep it. `along`: names of the emails that may go in one digest with this one."""
        kept = self.acts.setdefault(f"{kind} {name}", [])
        unseen = [other for other in along if not self.acts.get(f"{kind} {other}")]
        if kind == "email" and kept and not unseen:
            return act()
        before, calls = self._take(), Calls()
        with watched_by(calls):
            outcome = act()
        if worked(outcome):
            rows = frozenset(calls.touched), frozenset(calls.written)
            new = Act(kind, name, chalicelib.core.clock.now(), what, before, tuple(calls.made), *rows)
            self._keep(kept, new)
            for other in unseen:
                if any(pk.startswith(f"MAIL#{other}#") for pk, _ in calls.written):
                    self._keep(self.acts.setdefault(f"{kind} {other}", []), replace(new, name=other))
        return outcome

    def note_failure(self, kind: str, name: str, why: str) -> None:
        self.failed[f"{kind} {name}"] = why

    def _keep(self, kept: list[Act], new: Act) -> None:
        if not any(new.width <= known.width for known in kept):
            kept[:] = [known for known in kept if not known.width <= new.width] + [new]
            kept.sort(key=lambda act: (len(act.width), len(act.calls)), reverse=True)

    def _take(self) -> World:
        self._last = world.take_after(self._last, self.since.written)
        self.rows += self._shapes.pick(world.stored(self.since.written))
        self.since.written.clear()
        return self._last


class Calls(Watcher):
    """The operations, and the rows that they name."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.touched: set[Key] = set()
        self.written: set[Key] = set()

    def before(self, service: str, operation: str, context: dict[str, Any]) -> None:
        self.made.append(operation)
        if service != "dynamodb":
            return
        for row, writes in _rows_of(operation, context["asked"]):
            self.touched.add(row)
            if writes:
                self.written.add(row)

    def after(self, service: str, operation: str, context: dict[str, Any]) -> None:
        pass


def _rows_of(operation: str, asked: dict[str, Any]) -> Iterator[tuple[Key, bool]]:
    """Rows by their keys, and whether they are written; of a query the partition."""
    return SEVERAL.get(operation, partial(_one_row, operation))(asked)


def _one_row(operation: str, asked: dict[str, Any]) -> Iterator[tuple[Key, bool]]:
    if "Key" in asked or "Item" in asked:
        yield _key(asked.get("Key") or asked["Item"]), operation != "GetItem"


def _partition(asked: dict[str, Any]) -> Iterator[tuple[Key, bool]]:
    yield from (((value["S"], "*"), False) for value in asked["ExpressionAttributeValues"].values() if "S" in value)


def _of_transaction(asked: dict[str, Any]) -> Iterator[tuple[Key, bool]]:
    for write in asked["TransactItems"]:
        for action, params in write.items():
            yield _key(params.get("Key") or params["Item"]), action != "ConditionCheck"


def _read_many(asked: dict[str, Any]) -> Iterator[tuple[Key, bool]]:
    yield from ((_key(key), False) for table in asked["RequestItems"].values() for key in table["Keys"])


def _written_many(asked: dict[str, Any]) -> Iterator[tuple[Key, bool]]:
    for table in asked["RequestItems"].values():
        for write in table:
            yield _key(write["PutRequest"]["Item"] if "PutRequest" in write else write["DeleteRequest"]["Key"]), True


SEVERAL = {
    "Query": _partition,
    "TransactWriteItems": _of_transaction,
    "BatchGetItem": _read_many,
    "BatchWriteItem": _written_many,
}


def _key(key: dict[str, Any]) -> Key:
    return (key["pk"]["S"], key["sk"]["S"]) if "pk" in key else ("key", key["id"]["S"])


# --- where acts are seen ----------------------------------------------------------------------------------------------


class RecordingClient:
    """Replace chalice.test.Client's `http`: what is posted is an act."""

    def __init__(self, http: Any, recorder: Recorder) -> None:
        self._http, self._recorder = http, recorder
        self.get = http.get

    def post(self, path: str, headers: dict[str, str], body: bytes) -> Any:
        return self._recorder.record(
            "page",
            route_of(path),
            (path, headers, body),
            lambda: self._http.post(path, headers=headers, body=body),
            lambda answer: answer.status_code in (200, 303),
        )


@contextmanager
def recording(recorder: Recorder) -> Iterator[None]:
    """Record what `drain` runs from now on."""
    plain = drain.run_row

    def run_row(row: Any, now: datetime) -> Any:
        row_id = row["pk"].split("#", 1)[1]
        kind, name = ("email", row_id.split("#", 1)[0]) if row["kind"] == "mail" else ("job", row["kind"])
        along = _along(row_id, now) if kind == "email" else frozenset()
        settled = recorder.record(kind, name, (row_id,), lambda: plain(row, now), along=along)
        if not settled and kind == "job" and (job := jobs.find(row_id)):
            recorder.note_failure(kind, name, job.error)
        return settled

    drain.run_row = run_row
    try:
        with watched_by(recorder.since):
            yield
    finally:
        drain.run_row = plain


def _along(email_id: str, now: datetime) -> frozenset[str]:
    email = emails.find(email_id)
    listed = digests.list_listed(email, whole_week=False) if email and email.in_digest else []
    others = digests.read_others(email, listed, now) if email and listed else []
    return frozenset(other.template for other in others)


def route_of(path: str) -> str:
    """Return the route, with the act of the console where it names one: the acts behind that route are many."""
    path = path.split("?", 1)[0]
    pattern, match = next((route, match) for route, regex in _routes() if (match := regex.fullmatch(path)))
    for part in ("act_id", "change_id", "cohort_change"):
        pattern = pattern.replace(f"{{{part}}}", match.groupdict().get(part, ""))
    return pattern


@cache
def _routes() -> list[tuple[str, re.Pattern[str]]]:
    """Those with the fewest gaps first."""
    from app import app

    patterns = sorted(app.routes, key=lambda pattern: pattern.count("{"))
    return [(pattern, re.compile(GAPS.sub(r"(?P<\1>[^/]+)", pattern))) for pattern in patterns]
