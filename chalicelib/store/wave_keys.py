"""The data key of each open wave, in a table of its own without recovery: once deleted, it cannot be restored."""

from __future__ import annotations

from botocore.exceptions import ClientError
from msgspec import Struct

from chalicelib.core.aws import client
from chalicelib.core.model import Wave
from chalicelib.core.settings import settings
from chalicelib.store.marshal import Row, item
from chalicelib.store.retries import repeat_conflicts
from chalicelib.store.table import get_many


class WaveKey(Struct, frozen=True):
    seal: bytes  # 32 bytes, AES-GCM: encrypts answers while the wave is open
    shuffle: bytes  # 32 bytes, HMAC: makes the random ids of responses


def key_id(delegate_id: str, wave: Wave) -> str:
    return f"{delegate_id}#{wave.value}"


def create(delegate_id: str, wave: Wave, fresh: WaveKey) -> None:
    """Store the key, unless the wave has one already."""
    row = {"id": key_id(delegate_id, wave), "seal": fresh.seal, "shuffle": fresh.shuffle}
    params = {"TableName": settings().keys_table, "Item": item(row)}
    try:
        repeat_conflicts(lambda: client("dynamodb").put_item(**params, ConditionExpression="attribute_not_exists(id)"))
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise


def from_row(row: Row | None) -> WaveKey | None:
    """Read a key that `get_many` returned; None once it is deleted."""
    return WaveKey(row["seal"], row["shuffle"]) if row else None


def find(delegate_id: str, wave: Wave) -> WaveKey | None:
    name = key_id(delegate_id, wave)
    return from_row(get_many([], [name]).get(name))


def destroy(delegate_id: str, wave: Wave) -> None:
    params = {"TableName": settings().keys_table, "Key": {"id": {"S": key_id(delegate_id, wave)}}}
    repeat_conflicts(lambda: client("dynamodb").delete_item(**params))
