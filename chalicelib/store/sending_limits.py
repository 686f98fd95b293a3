"""Read what SES lets this account send, before anything is to be sent."""

from __future__ import annotations

from collections.abc import Iterable
from email.utils import parseaddr
from typing import Any

from botocore.exceptions import ClientError
from msgspec import Struct


class SendingLimits(Struct, frozen=True):
    identity: str  # the address or domain that lets us send; the sender's domain if SES knows neither
    is_known: bool
    is_verified: bool
    is_sandbox: bool
    per_day: float  # negative: without a limit
    per_second: float


def read_limits(ses: Any, sender: str) -> SendingLimits:
    """Ask SES. `ses` is a client of SESv2, `sender` is `Name <address>` or a plain address."""
    address = parseaddr(sender)[1]
    domain = address.rsplit("@", 1)[1]
    known = {name: identity for name in (address, domain) if (identity := find_identity(ses, name)) is not None}
    name = next((name for name, identity in known.items() if _is_verified(identity)), next(iter(known), domain))
    account = ses.get_account()
    quota = account.get("SendQuota", {})
    return SendingLimits(
        name,
        bool(known),
        _is_verified(known.get(name)),
        not account.get("ProductionAccessEnabled"),
        float(quota.get("Max24HourSend", 0)),
        float(quota.get("MaxSendRate", 0)),
    )


def list_unverified(ses: Any, addresses: Iterable[str]) -> list[str]:
    """Return the addresses that SES does not send to while the account is in its sandbox."""
    unverified: list[str] = []
    domains: dict[str, bool] = {}
    for address in sorted(set(addresses)):
        domain = address.rsplit("@", 1)[1]
        if domain not in domains:
            domains[domain] = _is_verified(find_identity(ses, domain))
        if not domains[domain] and not _is_verified(find_identity(ses, address)):
            unverified.append(address)
    return unverified


def find_identity(ses: Any, name: str) -> dict[str, Any] | None:
    try:
        identity: dict[str, Any] = ses.get_email_identity(EmailIdentity=name)
    except ClientError as error:
        if error.response["Error"]["Code"] == "NotFoundException":
            return None
        raise
    return identity


def _is_verified(identity: dict[str, Any] | None) -> bool:
    return bool(identity and identity.get("VerifiedForSendingStatus"))
