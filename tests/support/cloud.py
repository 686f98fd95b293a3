"""AWS in this process: moto with its patches, laid out once for each test process and emptied between tests."""

from __future__ import annotations

import functools
import os
from typing import Any

from moto import mock_aws

from chalicelib.collect import questionnaire
from chalicelib.core import aws, settings
from chalicelib.store import programmes, row_kinds
from chalicelib.store.row_kinds import row_kind
from chalicelib.store.table import Key
from infra.local import account, aws_contract, moto_patches, record, shortcut
from infra.local.memory import backend
from tests.support import calls

STAGE = "test"
BASE_URL = "https://fullcircle.example.org/api"


def set_environment() -> None:
    """Before anything of ours is imported: app.py and botocore read these."""
    os.environ.update(account.ENVIRONMENT, FULLCIRCLE_STAGE=STAGE)
    os.environ.pop("AWS_PROFILE", None)
    os.environ.pop("AWS_ENDPOINT_URL", None)


@functools.cache
def mock() -> Any:
    """Start and lay out the cloud the first time; later only switch it on and off, because that keeps the stack."""
    moto_patches.apply()
    aws_contract.watch(aws.session())
    record.check_rights(aws.session())
    calls.hook(aws.session())
    shortcut.answer_at_once(aws.session())
    cloud = mock_aws()
    cloud.start()
    account.lay_out(STAGE, BASE_URL)
    cloud.stop(remove_data=False)
    return cloud


def switch_on() -> None:
    mock().start(reset=False)


def switch_off() -> None:
    mock().stop(remove_data=False)


def empty() -> None:
    """Forget every row, document, message and email, and what the code remembers of them; keep the stack."""
    for table in backend("dynamodb").tables.values():
        table.items.clear()
    for bucket in backend("s3").buckets.values():
        bucket.keys.clear()
    for queue in backend("sqs").queues.values():
        queue._messages.clear()
        queue._pending_messages.clear()
        queue.deleted_messages.clear()
    backend("ses").sent_messages.clear()
    aws_contract.broken.clear()
    forget()


def forget() -> None:
    """Forget what the code remembers of rows and settings."""
    questionnaire.clear_cache()
    programmes.load.cache_clear()
    settings.settings.cache_clear()


def undeclared_rows() -> list[Key]:
    """Keys of stored rows that are not of exactly one kind, a few at most."""
    items = backend("dynamodb").tables[f"fullcircle-{STAGE}"].items
    keys = (Key(pk.value, sk.value) for pk, group in items.items() for sk in group)
    return [key for key in keys if len(_kinds_of(key)) != 1][:5]


@functools.cache
def _kinds_of(key: Key) -> list[row_kind.RowKind]:
    return row_kinds.kinds_of(key)
