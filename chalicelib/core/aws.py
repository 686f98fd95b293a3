"""One botocore session, and a client the first time somebody needs it."""

from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

AWS_ERRORS = (BotoCoreError, ClientError)  # no answer, and an answer that says no
TIMEOUT = 5  # seconds to connect, and to wait for an answer

INVALID = {"ValidationException", "ValidationError", "ItemCollectionSizeLimitExceededException"}


def is_invalid_request(error: Exception) -> bool:
    """Whether AWS, or botocore for it, says that the request itself is wrong: it would say so again."""
    if isinstance(error, ParamValidationError):
        return True
    if not isinstance(error, ClientError):
        return False
    reasons = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
    return not INVALID.isdisjoint([error.response["Error"]["Code"], *reasons])


@cache
def session() -> Any:
    return botocore.session.get_session()


@cache
def client(service: str) -> Any:
    # SES has no idempotency token, so a repeated call is a second mail: one attempt only.
    attempts = 1 if service == "sesv2" else 4
    config = Config(
        connect_timeout=TIMEOUT,
        read_timeout=TIMEOUT,
        retries={"mode": "standard", "total_max_attempts": attempts},
        signature_version="s3v4" if service == "s3" else None,
        s3={"addressing_style": "path"} if service == "s3" else None,
    )
    return session().create_client(service, config=config)
