"""SNS sends nothing to an address whose owner has not confirmed, and lists no ARN of its subscription; moto does both.

A person at the emulator confirms by opening `/_sns/confirm/ADDRESS`, in place of the link that SNS emails.
"""

from __future__ import annotations

from copy import copy
from typing import Any

from moto.sns.models import SNSBackend, Subscription

from tests.support.manners.account import account

PENDING = "PendingConfirmation"
_list = SNSBackend.list_subscriptions
_list_by_topic = SNSBackend.list_subscriptions_by_topic


def apply() -> None:
    SNSBackend.list_subscriptions = list_subscriptions
    SNSBackend.list_subscriptions_by_topic = list_subscriptions_by_topic


def answer(path: str) -> str:
    """Return what a person at the emulator did, in words."""
    address = path.removeprefix("/_sns/confirm/")
    account.confirmed.append(address)
    return f"{address} gets the alarms.\n"


def list_subscriptions(self: Any, next_token: str | None = None) -> Any:
    subscriptions, following = _list(self, next_token)
    return [*map(shown, subscriptions)], following


def list_subscriptions_by_topic(self: Any, topic_arn: str, next_token: str | None = None) -> Any:
    subscriptions, following = _list_by_topic(self, topic_arn, next_token)
    return [*map(shown, subscriptions)], following


def shown(subscription: Subscription) -> Subscription:
    if subscription.protocol != "email" or subscription.endpoint in account.confirmed:
        return subscription
    pending = copy(subscription)
    pending.arn = PENDING
    return pending
