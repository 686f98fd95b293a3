"""Makes moto 5.2.5 behave as AWS does where Fullcircle leans on it. Each patch says what moto gets wrong."""

from __future__ import annotations

import copy
import functools
import json
import logging
import threading
import uuid
import warnings
from collections.abc import Callable, Iterable
from email.message import Message
from email.parser import HeaderParser
from types import SimpleNamespace
from typing import Any

import boto3
import botocore.session
import moto.dynamodb.models as dynamodb
import moto.ses.models as ses
import moto.sesv2.urls as ses_urls
import moto.sqs.models as sqs
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.common_models import BaseModel
from moto.core.responses import ActionResult
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table
from moto.dynamodb.parsing.executors import SetExecutor
from moto.dynamodb.responses import DynamoHandler
from moto.ses.exceptions import NotFoundException
from moto.ses.models import SESBackend
from moto.sesv2.responses import SESV2Response

from infra.local import expression_cache, row_index, row_speed

ONE_CALL = threading.RLock()
TOKENS_KEPT = 10_000

_answered: dict[str, str] = {}  # ClientRequestToken -> the transaction it stood for
_is_transacting = False
_candidates: list[Any] | None = None  # the rows among which the running query looks


@functools.cache
def apply() -> None:
    """Once for each process."""
    BaseModel.__new__ = staticmethod(_forgettable)
    BotocoreStubber.process_request = _one_at_a_time(BotocoreStubber.process_request)
    Table.__deepcopy__ = _deepcopy_table
    Table.query = _query
    Table.all_items = _all_items
    dynamodb.DynamoDBBackend.transact_write_items = _transact_write_items
    DynamoHandler.transact_write_items = _transact_once
    DynamoHandler.dynamodb_backend = _look_up_once(DynamoHandler.dynamodb_backend.fget)
    SetExecutor.get_action_value = _copied_value
    SESV2Response.send_email = _send_email
    ses.email = SimpleNamespace(message_from_string=_read_head)
    SESV2Response.get_account = _get_account
    SESBackend.create_email_identity_v2 = _create_identity
    ses_urls.url_paths["{0}/v2/email/account$"] = SESV2Response.dispatch
    sqs.SQSBackend.is_message_valid_based_on_retention_period = _is_retained
    sqs.camelcase_to_underscores = functools.cache(sqs.camelcase_to_underscores)
    sqs.generate_receipt_handle = lambda: uuid.uuid4().hex  # moto draws 185 letters one by one
    boto3.Session.get_available_regions = _list_regions
    row_speed.apply()
    expression_cache.apply()
    logging.getLogger("moto").setLevel(logging.ERROR)  # names the two policies of the stack that it leaves out
    warnings.filterwarnings("ignore", message="Tried to parse AWS::")


def serve_one_at_a_time(server: Any) -> Any:
    """Serve the application of a moto server, one call at a time."""
    return _one_at_a_time(server)


def sqs_clock(seconds: Callable[[], float]) -> None:
    """moto's queues read the system's clock: hidden messages would come back, and old ones expire, in real time."""
    sqs.unix_time = seconds
    sqs.unix_time_millis = lambda: seconds() * 1000


def _one_at_a_time(call: Callable[..., Any]) -> Callable[..., Any]:
    """Run one call at a time: calls are atomic on AWS, and moto loses updates between threads."""

    @functools.wraps(call)
    def locked(*args: Any, **kwargs: Any) -> Any:
        with ONE_CALL:
            return call(*args, **kwargs)

    return locked


# --- transactions: moto copies every table, whole, and puts the copies back when it refuses; here, the rows alone ---

_moto_transact = dynamodb.DynamoDBBackend.transact_write_items
_moto_answer = DynamoHandler.transact_write_items


def _transact_write_items(self: Any, transact_items: list[dict[str, Any]]) -> None:
    global _is_transacting
    actions = [next(iter(item.items())) for item in transact_items]
    before = [
        _take_row(self, action["TableName"], action["Item" if verb == "Put" else "Key"]) for verb, action in actions
    ]
    _is_transacting = True
    try:
        _moto_transact(self, transact_items)
    except Exception:
        for table, key, row in before:
            row_index.put_back(table, key, row)
        raise
    finally:
        _is_transacting = False


def _take_row(backend: Any, table_name: str, row: dict[str, Any]) -> tuple[Table, row_index.Key, Any]:
    """Return a row as it is before the transaction: its table, its key, and a copy; None if there is no such row."""
    table = backend.get_table(table_name)
    key = backend.get_keys_value(table, row)
    return table, key, copy.deepcopy(row_index.row_at(table, key))


def _deepcopy_table(self: Table, memo: dict[int, Any]) -> Table:
    """Copy a table; in a transaction leave it out, because the rows that it touches were kept."""
    if _is_transacting:
        return self
    twin = memo[id(self)] = object.__new__(type(self))
    twin.__dict__.update({name: copy.deepcopy(value, memo) for name, value in self.__dict__.items()})
    return twin


def _transact_once(self: DynamoHandler) -> Any:
    """moto ignores ClientRequestToken, so botocore's own second try would add to every counter again."""
    token = self.body.get("ClientRequestToken", "")
    asked = repr(self.body["TransactItems"])
    if token and _answered.get(token) == asked:
        return ActionResult({})
    answer = _moto_answer(self)
    _answered[token] = asked
    if len(_answered) > TOKENS_KEPT:
        del _answered[next(iter(_answered))]
    return answer


# --- queries: moto sorts the whole table before it looks for the partition, and compares every row for an index -----


def _look_up_once(backend: Callable[[DynamoHandler], Any]) -> Any:
    """Look the backend up once for a call: moto goes through all of its services each time that it is asked."""
    once = functools.cached_property(backend)
    once.__set_name__(DynamoHandler, "dynamodb_backend")
    return once


_moto_query = Table.query
_moto_all_items = Table.all_items


def _query(self: Table, hash_key: DynamoType, *args: Any, **kwargs: Any) -> Any:
    global _candidates
    index = args[6] if len(args) > 6 else kwargs.get("index_name")
    _candidates = _of_index(self, kwargs) if index else _of_partition(self, hash_key, *args[:2])
    try:
        with row_speed.reading():
            return _moto_query(self, hash_key, *args, **kwargs)
    finally:
        _candidates = None


def _all_items(self: Table) -> Any:
    return _moto_all_items(self) if _candidates is None else _candidates


def _of_partition(table: Table, hash_key: DynamoType, comparison: str | None, keys: list[DynamoType]) -> list[Any]:
    """Only the rows whose sort key is asked for: moto weighs each row that it looks at, wanted or not."""
    held = table.items.get(hash_key)
    if not held:
        return []
    if not table.range_key_attr:
        return [held]
    return [row for key, row in held.items() if not comparison or key.compare(comparison, keys)]


def _of_index(table: Table, query: dict[str, Any]) -> list[Any]:
    ((name, wanted),) = query["hash_key_conditions"]
    conditions = [(name, "EQ", [wanted]), *query["range_key_conditions"]]
    near = _with_value(table, name, wanted.value)
    return [row for row in near if all(key in row.attrs and row.attrs[key].compare(*how) for key, *how in conditions)]


def _with_value(table: Table, name: str, value: str) -> Iterable[Any]:
    if row_index.is_kept():
        return row_index.find(table, name, functools.partial(_value_of, name), [value])
    rows = (row for group in table.items.values() for row in (group.values() if table.range_key_attr else (group,)))
    return (row for row in rows if _value_of(name, row) == value)


def _value_of(name: str, row: Any) -> str | None:
    return row.attrs[name].value if name in row.attrs else None


# --- SES: moto forgets tags and takes any configuration set ---------------------------------------------------------

_moto_send = SESV2Response.send_email


def _send_email(self: SESV2Response) -> str:
    answer: str = accept_email(self.sesv2_backend.core_backend, json.loads(self.body), lambda: _moto_send(self))
    return answer


def accept_email(backend: Any, asked: dict[str, Any], send: Callable[[], Any]) -> Any:
    """Let moto's SES accept an email, and keep what it forgets. asked: the parameters of SendEmail."""
    configuration_set = asked.get("ConfigurationSetName")
    if configuration_set and configuration_set not in backend.config_sets:
        raise NotFoundException(f"Configuration set <{configuration_set}> does not exist.")
    answer = send()
    accepted = backend.sent_messages[-1]
    accepted.to = asked.get("Destination", {}).get("ToAddresses", [])
    accepted.tags = {tag["Name"]: [tag["Value"]] for tag in asked.get("EmailTags", [])}
    return answer


def _read_head(raw: str) -> Message:
    """Read the headers, which are all that moto looks at."""
    return HeaderParser().parsestr(raw.replace("\r\n", "\n").partition("\n\n")[0])


# moto lacks the account: this one may send to anyone.
SENDING = {"ProductionAccessEnabled": True, "Max24HourSend": 1_000_000.0, "MaxSendRate": 1_000.0}


def _get_account(_: SESV2Response) -> str:
    return json.dumps({**SENDING, "SendQuota": SENDING})


_moto_identity = SESBackend.create_email_identity_v2


def _create_identity(self: SESBackend, *args: Any, **kwargs: Any) -> Any:
    """moto never verifies one."""
    identity = _moto_identity(self, *args, **kwargs)
    identity.verified_for_sending_status = True
    return identity


# --- updates: `SET a = b` leaves both names with one value, and a later change of either changes both --------------

_moto_value = SetExecutor.get_action_value


def _copied_value(self: SetExecutor) -> Any:
    return copy.deepcopy(_moto_value(self))


# --- queues: moto counts all messages of a queue three times to learn how long it keeps one -------------------------


def _forgettable(cls: type[Any], *_args: Any, **_kwargs: Any) -> Any:
    """Make a row, message, email or document that goes when it is deleted: moto keeps each one in a list for good."""
    return object.__new__(cls)


def _is_retained(self: sqs.SQSBackend, queue_name: str, message: sqs.Message) -> bool:
    kept = self.get_queue(queue_name).message_retention_period
    return bool(message.sent_timestamp / 1000 + kept > sqs.unix_time())


# --- regions: moto reads the whole model of every service that it loads, to learn the name of its endpoint ----------


def _list_regions(_session: Any, _service: str, partition_name: str = "aws") -> list[str]:
    return _regions_of(partition_name)


@functools.cache
def _regions_of(partition: str) -> list[str]:
    """Return every region of the partition: those of SQS, whose model is small."""
    return list(_any_session().get_available_regions("sqs", partition))


@functools.cache
def _any_session() -> Any:
    """Return one session for all partitions: each session reads the list of all regions of AWS again."""
    return botocore.session.get_session()
