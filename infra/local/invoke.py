"""Calls the handlers of app.py as Lambda does: an event that has been JSON, and a context."""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from typing import Any

from chalice.app import Chalice
from chalice.local import LambdaContext

from infra.local import record
from infra.local.account import ACCOUNT, REGION

Event = dict[str, Any]


def invoke(app: Chalice, handler: str, event: Event) -> Any:
    context = LambdaContext(handler, memory_size=1024, max_runtime_ms=300_000)
    with record.running(handler):
        return app.handler_map[handler](json.loads(json.dumps(event)), context)


def schedule_event(now: datetime) -> Event:
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": [f"arn:aws:events:{REGION}:{ACCOUNT}:rule/fullcircle"],
        "detail": {},
    }


def queue_event(queue: str, message: Event) -> Event:
    """One message: every handler here takes them one by one."""
    record = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": {},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}",
        "awsRegion": REGION,
    }
    return {"Records": [record]}


def topic_event(topic: str, message: str, now: datetime) -> Event:
    arn = f"arn:aws:sns:{REGION}:{ACCOUNT}:{topic}"
    notification = {
        "Type": "Notification",
        "MessageId": str(uuid.uuid4()),
        "TopicArn": arn,
        "Subject": "Amazon SES Email Event Notification",
        "Message": message,
        "Timestamp": now.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "SignatureVersion": "1",
        "Signature": "",
        "SigningCertUrl": "",
        "UnsubscribeUrl": "",
        "MessageAttributes": {},
    }
    subscription = {"EventSource": "aws:sns", "EventVersion": "1.0", "EventSubscriptionArn": f"{arn}:local"}
    return {"Records": [{**subscription, "Sns": notification}]}
