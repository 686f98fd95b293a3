"""The data key of each open wave, in a table of its own without recovery: destroyed once, gone for good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from botocore.exceptions import ClientError

from chalicelib.config import settings
from chalicelib.model import Wave
from chalicelib.store.aws import client
from chalicelib.store.marshal import Row, item
from chalicelib.store.table import get_many

REMEMBERED = timedelta(minutes=5)  # how long a warm function may save answers without asking for the key again


@dataclass(frozen=True)
class WaveKey:
    seal: bytes  # 32 bytes, AES-GCM: hides answers while the wave is open
    shuffle: bytes  # 32 bytes, HMAC: makes the random ids of responses


_known: dict[str, tuple[WaveKey, datetime]] = {}


def key_id(delegate_id: str, wave: Wave) -> str:
    return f"{delegate_id}#{wave.value}"


def create(delegate_id: str, wave: Wave, fresh: WaveKey) -> None:
    """Store the key, unless the wave has one already."""
    row = {"id": key_id(delegate_id, wave), "seal": fresh.seal, "shuffle": fresh.shuffle}
    try:
        client("dynamodb").put_item(
            TableName=settings().keys_table, Item=item(row), ConditionExpression="attribute_not_exists(id)"
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise


def from_row(row: Row | None, now: datetime) -> WaveKey | None:
    """A key that `get_many` brought along, remembered for a while."""
    if row is None:
        return None
    found = WaveKey(row["seal"], row["shuffle"])
    _known[row["id"]] = (found, now + REMEMBERED)
    return found


def remembered(delegate_id: str, wave: Wave, now: datetime) -> WaveKey | None:
    """The key, from memory if it was read lately. None once it is destroyed."""
    name = key_id(delegate_id, wave)
    known, until = _known.get(name, (None, now))
    return known if known and now < until else find(delegate_id, wave, now)


def find(delegate_id: str, wave: Wave, now: datetime) -> WaveKey | None:
    name = key_id(delegate_id, wave)
    return from_row(get_many([], [name]).get(name), now)


def destroy(delegate_id: str, wave: Wave) -> None:
    name = key_id(delegate_id, wave)
    _known.pop(name, None)
    client("dynamodb").delete_item(TableName=settings().keys_table, Key={"id": {"S": name}})
