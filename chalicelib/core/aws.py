"""One botocore session, and one client for each service, made at first use."""

from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

AWS_ERRORS = (BotoCoreError, ClientError)  # no response, and an error response
TIMEOUT = 5  # seconds to connect, and to wait for a response

INVALID = {"ValidationException", "ValidationError", "ItemCollectionSizeLimitExceededException"}


def is_invalid_request(error: Exception) -> bool:
    """Return whether AWS or botocore rejects the request itself: a retry would fail again."""
    if isinstance(error, ParamValidationError):
        return True
    if not isinstance(error, ClientError):
        return False
    reasons = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
    return not INVALID.isdisjoint([error.response["Error"]["Code"], *reasons])


READS = ("BatchGet", "Describe", "Get", "Head", "List", "Query", "Scan")  # how operations that change nothing begin
_settings = {"read_only": False}


class ReadOnly(Exception):
    """This stage is a drill's: nothing that it does may reach the real deployment."""

    may_be_logged = True  # names an operation


@cache
def session() -> Any:
    made = botocore.session.get_session()
    made.register("before-parameter-build", _check_reads)
    return made


def refuse_writes(*, read_only: bool) -> None:
    """Let every client read and do nothing else from now on, or let them do everything."""
    _settings["read_only"] = read_only


def _check_reads(model: Any, **_: Any) -> None:
    if _settings["read_only"] and not model.name.startswith(READS):
        raise ReadOnly(f"This stage is kept from a drill, and can only be read ({model.name})")


@cache
def client(service: str) -> Any:
    # SES has no idempotency token, so a repeated call sends a second email: one attempt only.
    attempts = 1 if service == "sesv2" else 4
    config = Config(
        connect_timeout=TIMEOUT,
        read_timeout=TIMEOUT,
        retries={"mode": "standard", "total_max_attempts": attempts},
        signature_version="s3v4" if service == "s3" else None,
        s3={"addressing_style": "path"} if service == "s3" else None,
    )
    return session().create_client(service, config=config)
