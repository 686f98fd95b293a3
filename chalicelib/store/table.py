"""Read and write DynamoDB; the only module that does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from botocore.exceptions import ClientError
from msgspec import Struct

from chalicelib.core.aws import client
from chalicelib.core.settings import settings
from chalicelib.store import objects, retries, shapes
from chalicelib.store.expressions import Condition, Expression, condition_text, missing, present, update_text
from chalicelib.store.marshal import Row, item
from chalicelib.store.marshal import row as plain_row
from chalicelib.store.row_key import Key as Key
from chalicelib.store.row_key import key_of as key_of

MAX_TRANSACTION_WRITES = 100  # DynamoDB's limit for one transaction
MAX_ROW_BYTES = 400_000  # bytes; DynamoDB's limit is 400 KiB
REFUSED = "ConditionalCheckFailed"  # of one write of a cancelled transaction


class ConditionFailed(Exception):
    """A condition did not hold; nothing was written.

    Every conditional write names the subclass that is raised when its condition fails. If several writes of a
    transaction are refused, the first one decides the class, so put the most specific write first.

    failed    positions of the refused writes
    refusals  the subclass of each refused write, in the same order
    """

    def __init__(self, failed: Sequence[int] = (0,), refusals: Sequence[type[ConditionFailed]] = ()):
        names = [refusal.__name__ for refusal in refusals] or [type(self).__name__]
        super().__init__(f"{', '.join(names)} (write {', '.join(map(str, failed))})")
        self.failed = tuple(failed)
        self.refusals = tuple(refusals) or (type(self),)

    may_be_logged = True  # class names and positions only

    def includes(self, kind: type[ConditionFailed]) -> bool:
        """Return whether any refused write raises this class."""
        return any(issubclass(refusal, kind) for refusal in self.refusals)


class AlreadyExists(ConditionFailed):
    """A row that may be written only once exists already."""


class Missing(ConditionFailed):
    """The row to change does not exist."""


class Changed(ConditionFailed):
    """The row is not in the state that the write needs."""


class MadeMeanwhile(Changed):
    """Another run has made the same thing since the rows were read. The next run of the job finds it."""


Refusal = type[ConditionFailed]


class Outside(NamedTuple):
    """A document for the bucket, which a restored table is held against."""

    name: str
    body: bytes


class Write(Struct, frozen=True):
    """One part of a transaction, in botocore's terms."""

    action: str  # Put, Update, Delete or ConditionCheck
    params: dict[str, Any]
    row: Row  # what a Put stores; empty otherwise
    refusal: Refusal = ConditionFailed  # what is raised when the condition fails; never raised without a condition
    otherwise: Write | None = None  # what is written instead when the condition fails
    outside: Outside | None = None  # what is stored in the bucket before the transaction: see withdrawals.py

    @property
    def key(self) -> Key:
        typed = self.params.get("Key") or self.params["Item"]
        return Key(typed["pk"]["S"], typed["sk"]["S"])


# --- reading ----------------------------------------------------------------------------------------


def get(key: Key) -> Row | None:
    answer = client("dynamodb").get_item(TableName=settings().table, Key=_key(key), ConsistentRead=True)
    return _row(answer["Item"]) if "Item" in answer else None


def get_many(keys: Sequence[Key], secret_keys: Sequence[str] = ()) -> dict[Key | str, Row]:
    """Read rows of both tables by key in one call (more only if DynamoDB holds some back). At most 100 keys."""
    table, keys_table = settings().table, settings().keys_table
    wanted: dict[str, Any] = {}
    if keys:
        wanted[table] = {"Keys": [_key(key) for key in dict.fromkeys(keys)], "ConsistentRead": True}
    if secret_keys:
        wanted[keys_table] = {"Keys": [{"id": {"S": name}} for name in secret_keys], "ConsistentRead": True}
    rows: dict[Key | str, Row] = {}
    while wanted:
        answer = _read_some(wanted)
        for read in map(_row, answer["Responses"].get(table, [])):
            rows[Key(read["pk"], read["sk"])] = read
        for read in map(plain_row, answer["Responses"].get(keys_table, [])):
            rows[read["id"]] = read
        wanted = answer.get("UnprocessedKeys", {})
    return rows


def _read_some(wanted: dict[str, Any]) -> dict[str, Any]:
    """Return an answer with at least one row, or with none that exists. Raise if DynamoDB stays busy."""
    for _ in retries.each_try():
        answer: dict[str, Any] = client("dynamodb").batch_get_item(RequestItems=wanted)
        if _count(answer.get("UnprocessedKeys", {})) < _count(wanted):
            return answer
    raise retries.busy("BatchGetItem")


def _count(wanted: dict[str, Any]) -> int:
    return sum(len(table["Keys"]) for table in wanted.values())


def batched(keys: Sequence[Key]) -> Iterator[Sequence[Key]]:
    """Read keys in groups as large as `get_many` takes."""
    for start in range(0, len(keys), 100):
        yield keys[start : start + 100]


def scan() -> Iterator[Row]:
    """Read every row: for operators' commands only."""
    params: dict[str, Any] = {}
    while True:
        answer = client("dynamodb").scan(TableName=settings().table, ConsistentRead=True, **params)
        yield from map(_row, answer["Items"])
        if "LastEvaluatedKey" not in answer:
            return
        params["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def query(pk: str, prefix: str = "") -> Iterator[Row]:
    """Read every row of a partition whose sort key starts with the prefix, page by page."""
    e = Expression()
    text = f"{e.name('pk')} = {e.value(pk)}"
    if prefix:
        text += f" AND begins_with({e.name('sk')}, {e.value(prefix)})"
    return pages(KeyConditionExpression=text, ConsistentRead=True, **e.params())


def pages(**params: Any) -> Iterator[Row]:
    read = plain_row if "IndexName" in params else _row  # an index has some attributes only
    while True:
        answer = client("dynamodb").query(TableName=settings().table, **params)
        yield from map(read, answer["Items"])
        if "LastEvaluatedKey" not in answer:
            return
        params["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


# --- writing ----------------------------------------------------------------------------------------


def put(new: Row) -> Write:
    """Store a row, and replace what is there."""
    return Write("Put", {"Item": _item(new)}, new)


def put_once(new: Row, refusal: Refusal) -> Write:
    """Store a row that must not exist yet."""
    return put_if(new, [missing("pk")], refusal)


def put_if(new: Row, when: Iterable[Condition], refusal: Refusal) -> Write:
    """Replace a row that meets `when`."""
    e = Expression()
    return Write("Put", {"Item": _item(new)} | _condition(e, when) | e.params(), new, refusal)


def row_size(write: Write) -> int:
    """Return the bytes of a stored row, never fewer than DynamoDB counts: JSON's signs outweigh its overhead."""
    return len(msgspec.json.encode(write.row))


def update(
    key: Key,
    *,
    refusal: Refusal,
    put: Mapping[str, Any] | None = None,
    add: Mapping[str, int] | None = None,
    remove: Iterable[str] = (),
    copy: Mapping[str, str] | None = None,
    when: Iterable[Condition] = (),
) -> Write:
    """Change a row that must exist."""
    e = Expression()
    text = update_text(e, put or {}, add or {}, remove, copy or {})
    params = {"Key": _key(key), "UpdateExpression": text} | _condition(e, [present("pk"), *when]) | e.params()
    return Write("Update", params, {}, refusal)


def count(key: Key, add: Mapping[str, int]) -> Write:
    """Add to numbers of a row, and create it if it does not exist."""
    e = Expression()
    text = update_text(e, {}, add, (), {})
    return Write("Update", {"Key": _key(key), "UpdateExpression": text} | e.params(), {})


def delete(key: Key) -> Write:
    return Write("Delete", {"Key": _key(key)}, {})


def delete_existing(key: Key, refusal: Refusal, when: Iterable[Condition] = ()) -> Write:
    """Delete a row that must exist."""
    e = Expression()
    return Write("Delete", {"Key": _key(key)} | _condition(e, [present("pk"), *when]) | e.params(), {}, refusal)


def check(key: Key, when: Iterable[Condition], refusal: Refusal) -> Write:
    """Write nothing, but refuse the transaction unless a row meets `when`."""
    e = Expression()
    return Write("ConditionCheck", {"Key": _key(key)} | _condition(e, when) | e.params(), {}, refusal)


def update_one(write: Write) -> Row:
    """Run one update; return the whole row after it. Raises the write's refusal."""
    return _update(write, "ALL_NEW")


def write_all(writes: Sequence[Write]) -> None:
    """Run all writes or none. An update alone is no transaction, which costs twice as much. Raises as `transact`."""
    if len(writes) == 1 and writes[0].action == "Update" and not writes[0].outside:
        _update(writes[0], "NONE")  # no one reads the row: do not transfer it
    else:
        transact(writes)


def _update(write: Write, returned: str) -> Row:
    """Run one update. returned: what DynamoDB answers, in its words."""
    try:
        return _apply(write, returned)
    except write.refusal:
        if write.otherwise is None:
            raise
        return _apply(write.otherwise, returned)


def _apply(write: Write, returned: str) -> Row:
    params = {"TableName": settings().table, "ReturnValues": returned} | write.params
    try:
        answer = retries.repeat_conflicts(lambda: client("dynamodb").update_item(**params))
    except ClientError as error:
        if _code(error) == "ConditionalCheckFailedException":
            raise write.refusal from error
        raise
    return _row(answer["Attributes"]) if "Attributes" in answer else {}


def transact(writes: Sequence[Write]) -> None:
    """Run all writes or none. Raises the refusal of the first refused write; retry on a conflict.

    No writes are no call: AWS refuses an empty transaction, and an act that changes nothing has none.
    If only writes with an alternative are refused, retry the transaction with the alternatives.
    """
    try:
        _transact(writes)
    except ConditionFailed as failed:
        alternatives = {place: writes[place].otherwise for place in failed.failed}
        if not all(alternatives.values()):
            raise
        _transact([alternatives.get(place) or write for place, write in enumerate(writes)])


def _transact(writes: Sequence[Write]) -> None:
    if not writes:
        return
    if len(writes) > MAX_TRANSACTION_WRITES:
        raise ValueError(f"{len(writes)} writes: a transaction takes {MAX_TRANSACTION_WRITES}")
    items = [{write.action: {"TableName": settings().table} | write.params} for write in writes]
    for document in filter(None, (write.outside for write in writes)):
        objects.save(*document)
    try:
        retries.repeat_conflicts(lambda: client("dynamodb").transact_write_items(TransactItems=items))
    except ClientError as error:
        if not retries.is_conflict(error):
            _raise_refusal(error, writes)
        raise


def put_all(rows: Iterable[Row]) -> None:
    """Store rows in the given order and replace what is there: for work that may be repeated."""
    _write_batches([{"PutRequest": {"Item": _item(new)}} for new in rows])


def delete_all(keys: Iterable[Key]) -> None:
    """Delete rows, whether or not they exist: for work that may be repeated."""
    _write_batches([{"DeleteRequest": {"Key": _key(key)}} for key in dict.fromkeys(keys)])


def _write_batches(waiting: list[dict[str, Any]]) -> None:
    while waiting:
        batch, waiting = waiting[:25], waiting[25:]
        waiting = _write_some(batch) + waiting


def _write_some(batch: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what DynamoDB has left over, less than the whole. Raise if it stays busy."""
    for _ in retries.each_try():
        answer = client("dynamodb").batch_write_item(RequestItems={settings().table: batch})
        left: list[dict[str, Any]] = answer.get("UnprocessedItems", {}).get(settings().table, [])
        if len(left) < len(batch):
            return left
    raise retries.busy("BatchWriteItem")


def _raise_refusal(error: ClientError, writes: Sequence[Write]) -> None:
    """Raise the refusal of the first write whose condition did not hold, if there is one."""
    if failed := [place for place, code in enumerate(retries.reasons(error)) if code == REFUSED]:
        refusals = [writes[place].refusal for place in failed]
        raise refusals[0](failed, refusals) from error


def _code(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])


def _condition(e: Expression, conditions: Iterable[Condition]) -> dict[str, str]:
    text = condition_text(e, conditions)
    return {"ConditionExpression": text} if text else {}


def _item(new: Row) -> dict[str, Any]:
    return item(shapes.to_store(new))


def _row(typed: Mapping[str, Any]) -> Row:
    return shapes.to_read(plain_row(typed))


def _key(key: Key) -> dict[str, Any]:
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}}
