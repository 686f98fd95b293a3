"""Replace DynamoDB, S3, SQS, SES and SSM in memory: answer botocore's calls before they leave the process.

For questions of scale, where moto would take hours. It knows the expressions that store/expressions.py writes and no
others, pages at 1 MB as DynamoDB does, and counts units as benchmarks/units.py says.
"""

from __future__ import annotations

import json
import math
import re
from bisect import bisect_right, insort
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from types import SimpleNamespace
from typing import Any

from benchmarks.units import Meter, size

Item = dict[str, Any]
Key = tuple[str, str]
PAGE = 1_000_000  # bytes of a query's answer
CONDITION = re.compile(
    r"(?P<name>[#\w.]+) (?P<sign>=|<>|<=|>) (?P<value>:\w+)|(?P<listed>[#\w.]+) IN \((?P<values>[^)]*)\)"
    r"|(?P<function>attribute_exists|attribute_not_exists|begins_with)\((?P<of>[#\w.]+)(?:, (?P<with>:\w+))?\)"
)


class Refused(Exception):
    """Answered as botocore would have read it; `answer` is its body."""

    def __init__(self, code: str, **answer: Any) -> None:
        super().__init__(code)
        self.answer = {"Error": {"Code": code, "Message": code}, **answer}


class StandIn:
    """Call `take(session)` before its first client. `hinted` lists the queued rows, oldest first."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.rows: dict[str, dict[str, dict[str, Item]]] = defaultdict(lambda: defaultdict(dict))
        self.index: dict[str, list[tuple[str, str, str]]] = defaultdict(list)  # shard -> due_at, pk, sk
        self.hinted: deque[str] = deque()
        self.emails = 0
        self.meter = Meter()
        self.queries: Counter[str] = Counter()  # pages by what was asked
        self._documents: dict[str, bytes] = {}
        self._settings = json.dumps(settings)

    def take(self, session: Any) -> None:
        session.register("before-parameter-build", _remember)
        session.register("before-call", self._answer)

    def _answer(self, model: Any, context: dict[str, Any], **_: Any) -> tuple[Any, dict[str, Any]]:
        self.meter.calls[model.name] += 1
        asked = context["asked"]
        try:
            answer, status = getattr(self, f"_{_words(model.name)}")(asked), 200
        except Refused as refused:
            answer, status = refused.answer, 400
        metadata = {"HTTPStatusCode": status, "HTTPHeaders": {}}
        return SimpleNamespace(status_code=status), {**answer, "ResponseMetadata": metadata}

    # --- other services

    def _get_parameter(self, asked: Item) -> Item:
        return {"Parameter": {"Value": self._settings}}

    def _send_message_batch(self, asked: Item) -> Item:
        self.hinted.extend(json.loads(entry["MessageBody"])["row"] for entry in asked["Entries"])
        return {"Successful": [], "Failed": []}

    def _send_email(self, asked: Item) -> Item:
        self.emails += 1
        return {"MessageId": f"mail-{self.emails}"}

    def _put_object(self, asked: Item) -> Item:
        self._documents[asked["Key"]] = asked["Body"].getvalue()  # botocore has made a file of the bytes
        return {}

    def _get_object(self, asked: Item) -> Item:
        return {"Body": BytesIO(self._documents[asked["Key"]])}

    # --- reading

    def _get_item(self, asked: Item) -> Item:
        element = self._at(asked["TableName"], asked["Key"])
        self._read([element or {}])
        return {"Item": element} if element else {}

    def _batch_get_item(self, asked: Item) -> Item:
        wanted = {table: [self._at(table, key) for key in ask["Keys"]] for table, ask in asked["RequestItems"].items()}
        items_by_table = {table: [item for item in items if item] for table, items in wanted.items()}
        for items in wanted.values():
            self._read([item or {} for item in items])
        return {"Responses": items_by_table, "UnprocessedKeys": {}}

    def _query(self, asked: Item) -> Item:
        matching = self._due(asked) if asked.get("IndexName") else self._partition(asked)
        start = int(asked.get("ExclusiveStartKey", {}).get("place", {}).get("N", 0))
        page, weight = [], 0
        for item in matching[start:]:
            page.append(item)
            weight += size(item)
            if weight > PAGE:
                break
        self.meter.reads += max(1, math.ceil(weight / 4096)) / (1 if asked.get("ConsistentRead") else 2)
        self.queries["index" if asked.get("IndexName") else "partition"] += 1
        more = start + len(page) < len(matching)
        return {"Items": page} | ({"LastEvaluatedKey": {"place": {"N": str(start + len(page))}}} if more else {})

    def _partition(self, asked: Item) -> list[Item]:
        values = list(asked["ExpressionAttributeValues"].values())
        prefix = values[1]["S"] if len(values) > 1 else ""
        rows = self.rows[asked["TableName"]].get(values[0]["S"], {})
        return [rows[sk] for sk in sorted(rows) if sk.startswith(prefix)]

    def _due(self, asked: Item) -> list[Item]:
        shard, *by = [value["S"] for value in asked["ExpressionAttributeValues"].values()]
        line = self.index[shard]
        upto = bisect_right(line, (by[0], "\uffff", "")) if by else len(line)
        return [self._on_the_index(asked["TableName"], pk, sk) for _, pk, sk in line[:upto]]

    def _on_the_index(self, table: str, pk: str, sk: str) -> Item:
        row = self.rows[table][pk][sk]
        return {name: row[name] for name in ("pk", "sk", "due_shard", "due_at", "kind") if name in row}

    def _read(self, items: list[Item]) -> None:
        self.meter.reads += sum(max(1, math.ceil(size(item) / 4096)) for item in items)

    # --- writing

    def _put_item(self, asked: Item) -> Item:
        self._write_all([("Put", asked)], 1, "ConditionalCheckFailedException")
        return {}

    def _delete_item(self, asked: Item) -> Item:
        self._write_all([("Delete", asked)], 1, "ConditionalCheckFailedException")
        return {}

    def _update_item(self, asked: Item) -> Item:
        self._write_all([("Update", asked)], 1, "ConditionalCheckFailedException")
        return {"Attributes": self._at(asked["TableName"], asked["Key"])}

    def _batch_write_item(self, asked: Item) -> Item:
        for table, requests in asked["RequestItems"].items():
            writes = [("Put", {"TableName": table, **request["PutRequest"]}) for request in requests]
            self._write_all(writes, 1, "")
        return {"UnprocessedItems": {}}

    def _transact_write_items(self, asked: Item) -> Item:
        writes = [next(iter(write.items())) for write in asked["TransactItems"]]
        self._write_all(writes, 2, "TransactionCanceledException")
        return {}

    def _write_all(self, writes: list[tuple[str, Item]], factor: int, refusal: str) -> None:
        held = [self._at(params["TableName"], _key(params)) for _, params in writes]
        holds = [_holds(params, item or {}) for (_, params), item in zip(writes, held, strict=True)]
        if not all(holds):
            self.meter.refused += 1
            self.meter.writes += sum(_units(factor, item, item) for item in held)
            reasons = [{"Code": "None" if fine else "ConditionalCheckFailed"} for fine in holds]
            raise Refused(refusal, CancellationReasons=reasons)
        for (action, params), before in zip(writes, held, strict=True):
            after = _written(action, params, before)
            self._replace(params["TableName"], _key(params), before, after)
            self.meter.writes += _units(factor, before, after)

    def _replace(self, table: str, key: Item, before: Item | None, after: Item | None) -> None:
        pk, sk = _plain(key)
        lines = [_line(item, pk, sk) for item in (before, after)]
        if lines[0] != lines[1]:
            self._move(*lines)
        if after is None:
            self.rows[table][pk].pop(sk, None)
        else:
            self.rows[table][pk][sk] = after

    def _move(self, old: tuple[str, tuple[str, str, str]] | None, new: tuple[str, tuple[str, str, str]] | None) -> None:
        for line in (old, new):
            self.meter.writes += line is not None
        if old:
            self.index[old[0]].pop(bisect_right(self.index[old[0]], old[1]) - 1)
        if new:
            insort(self.index[new[0]], new[1])

    def _at(self, table: str, key: Item) -> Item | None:
        pk, sk = _plain(key)
        return self.rows[table][pk].get(sk) if pk in self.rows[table] else None


def _units(factor: int, before: Item | None, after: Item | None) -> int:
    return factor * max(1, math.ceil(max(size(before or {}), size(after or {})) / 1024))


def _remember(params: Any, context: dict[str, Any], **_: Any) -> None:
    context["asked"] = params


def _words(operation: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", operation).lower()


def _key(params: Item) -> Item:
    if "Key" in params:
        row_key: Item = params["Key"]
        return row_key
    return {name: params["Item"][name] for name in (("pk", "sk") if "sk" in params["Item"] else ("id",))}


def _plain(key: Mapping[str, Any]) -> Key:
    values = [value["S"] for value in key.values()]
    return values[0], values[1] if len(values) > 1 else ""


def _line(item: Item | None, pk: str, sk: str) -> tuple[str, tuple[str, str, str]] | None:
    """Return a row's place on the index."""
    return (item["due_shard"]["S"], (item["due_at"]["S"], pk, sk)) if item and "due_shard" in item else None


def _written(action: str, params: Item, before: Item | None) -> Item | None:
    if action == "Put":
        return dict(params["Item"])
    if action == "Update":
        return _updated(params, before or dict(params["Key"]))
    return before if action == "ConditionCheck" else None


# --- expressions, as store/expressions.py writes them


def _path(params: Item, path: str) -> list[str]:
    return [params["ExpressionAttributeNames"][part] for part in path.split(".")]


def _look(item: Item, path: list[str]) -> Any:
    for part in path[:-1]:
        item = item.get(part, {}).get("M", {})
    return item.get(path[-1])


def _holds(params: Item, item: Item) -> bool:
    text = params.get("ConditionExpression")
    if not text:
        return True
    truth = CONDITION.sub(lambda clause_match: str(_is_true(clause_match, params, item)), text)
    return bool(eval(truth.replace("AND", "and").replace("OR", "or")))  # noqa: S307 True, False, and, or, brackets


def _is_true(match: re.Match[str], params: Item, item: Item) -> bool:
    values = params.get("ExpressionAttributeValues", {})
    if match["function"]:
        there = _look(item, _path(params, match["of"]) if match["of"].startswith("#") else [match["of"]]) is not None
        return there == (match["function"] == "attribute_exists")
    if match["listed"]:
        return _look(item, _path(params, match["listed"])) in [values[name] for name in match["values"].split(", ")]
    held, wanted = _look(item, _path(params, match["name"])), values[match["value"]]
    if match["sign"] in ("=", "<>"):
        return bool(held == wanted) is (match["sign"] == "=")
    return held is not None and COMPARE[match["sign"]](_comparable(held), _comparable(wanted))


COMPARE: dict[str, Callable[[Any, Any], bool]] = {"<=": lambda a, b: a <= b, ">": lambda a, b: a > b}


def _comparable(typed: Item) -> Any:
    ((kind, value),) = typed.items()
    return int(value) if kind == "N" else value


def _updated(params: Item, before: Item) -> Item:
    after = _copy(before)
    for verb, clause in _clauses(params["UpdateExpression"]):
        for part in clause.split(", "):
            _apply(verb, part.strip(), params, before, after)
    return after


def _clauses(text: str) -> Iterator[tuple[str, str]]:
    parts = re.split(r"\b(SET|ADD|REMOVE) ", text)[1:]
    yield from zip(parts[::2], parts[1::2], strict=True)


def _apply(verb: str, part: str, params: Item, before: Item, after: Item) -> None:
    name, *rest = re.split(r" = | ", part)
    path = _path(params, name)
    inside = after
    for step in path[:-1]:
        inside = inside[step]["M"]
    if verb == "REMOVE":
        inside.pop(path[-1], None)
    elif verb == "ADD":
        held = int(inside.get(path[-1], {"N": "0"})["N"])
        inside[path[-1]] = {"N": str(held + int(params["ExpressionAttributeValues"][rest[0]]["N"]))}
    elif rest[0].startswith(":"):
        inside[path[-1]] = params["ExpressionAttributeValues"][rest[0]]
    else:
        inside[path[-1]] = _look(before, _path(params, rest[0]))


def _copy(item: Item) -> Item:
    """Copy the maps at every depth. Their other values are never changed in place, so they are shared."""
    return {name: {"M": _copy(value["M"])} if "M" in value else value for name, value in item.items()}
