"""SES as in a new account: identities wait for their owner, the sandbox, the daily quota, the rate.

A person at the emulator does what they would do in AWS by opening two addresses: `/_ses/verify/NAME` in place of DNS
records (or of the link that SES emails), and `/_ses/production` in place of AWS's yes to production access.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.utils import parseaddr
from typing import Any

import moto.sesv2.urls as urls
from moto.core.common_models import CloudFormationModel
from moto.core.exceptions import JsonRESTError
from moto.ses.models import EmailIdentity, SESBackend, ses_backends
from moto.sesv2.responses import SESV2Response

from tests.support.manners.account import account, change

TOKENS = ["aaa111", "bbb222", "ccc333"]
DAY = 24 * 3600
_shown = EmailIdentity.get_response_object.fget
_sent: list[float] = []  # when


def apply() -> None:
    SESV2Response.send_email = check_first(SESV2Response.send_email)
    SESV2Response.get_account = get_account
    urls.url_paths["{0}/v2/email/account$"] = SESV2Response.dispatch
    EmailIdentity.get_response_object = property(show_identity)
    SESBackend._is_verified_address = lambda *_: True  # checked here, with AWS's words


def reset() -> None:
    _sent.clear()


def answer(path: str) -> str:
    """Return what a person at the emulator did, in words."""
    if path == "/_ses/production":
        change(is_production=True, emails_a_day=50_000, emails_a_second=14.0)
        return "The account is out of the sandbox: 50,000 emails a day, 14 a second. Run make infra again.\n"
    name = path.removeprefix("/_ses/verify/")
    account.verified.append(name)
    return f"{name} is verified.\n"


def is_verified(address: str) -> bool:
    return address in account.verified or address.rsplit("@", 1)[-1] in account.verified


def show_identity(self: EmailIdentity) -> dict[str, Any]:
    done = self.email_identity in account.verified
    dkim = {"SigningEnabled": True, "Status": "SUCCESS" if done else "PENDING", "Tokens": TOKENS}
    status = "SUCCESS" if done else "PENDING"
    return {**_shown(self), "VerifiedForSendingStatus": done, "VerificationStatus": status, "DkimAttributes": dkim}


def get_account(_: Any) -> str:
    quota = {"Max24HourSend": account.emails_a_day, "MaxSendRate": account.emails_a_second}
    quota["SentLast24Hours"] = float(len(list(_since(DAY))))
    return json.dumps({"ProductionAccessEnabled": account.is_production, "SendQuota": quota, "SendingEnabled": True})


def check_first(send: Callable[[Any], str]) -> Callable[[Any], str]:
    def send_email(self: Any) -> str:
        asked = json.loads(self.body)
        _refuse_unverified(sender_of(asked), asked["Destination"]["ToAddresses"])
        _refuse_too_many()
        _sent.append(time.time())
        return send(self)

    return send_email


def sender_of(asked: Any) -> str:
    """Return who an email is from; a raw one may say it in its header alone."""
    named = asked.get("FromEmailAddress", "")
    if not named:
        named = str(message_from_bytes(base64.b64decode(asked["Content"]["Raw"]["Data"]))["From"])
    return parseaddr(named)[1]


def _refuse_unverified(sender: str, readers: list[str]) -> None:
    asked = [sender] if account.is_production else [sender, *(parseaddr(reader)[1] for reader in readers)]
    failed = [address for address in asked if not is_verified(address)]
    if failed:
        raise JsonRESTError(
            "MessageRejected",
            "Email address is not verified. The following identities failed the check in region EU-WEST-2: "
            + ", ".join(failed),
        )


def _refuse_too_many() -> None:
    if len(list(_since(DAY))) >= account.emails_a_day:
        raise JsonRESTError("TooManyRequestsException", "Daily message quota exceeded.")
    if len(list(_since(1))) >= account.emails_a_second:
        raise JsonRESTError("TooManyRequestsException", "Maximum sending rate exceeded.")


def _since(seconds: float) -> Iterator[float]:
    return (moment for moment in _sent if moment > time.time() - seconds)


class IdentityOfStack(EmailIdentity, CloudFormationModel):
    """moto leaves it out."""

    @staticmethod
    def cloudformation_name_type() -> str:
        return "EmailIdentity"

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::SES::EmailIdentity"

    @property
    def physical_resource_id(self) -> str:
        return str(self.email_identity)

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **kwargs: Any
    ) -> IdentityOfStack:
        identity = cls(resource_name, None, None, None)
        ses_backends[account_id][region_name].email_identities[resource_name] = identity
        return identity

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource: Any, new_resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> IdentityOfStack:
        return cls.create_from_cloudformation_json(new_resource_name, cloudformation_json, account_id, region_name)

    @classmethod
    def delete_from_cloudformation_json(cls, *_: Any) -> None:
        """Delete nothing: the template keeps it."""
