"""IAM in front of moto, which enforces none: every call signed by a function is held to the policy of its role.

What a call asks for and whether a policy allows it is decided by ministack's IAM, which its makers wrote after AWS's
service authorization reference and which shares nothing with infra/rights.py. It differs from AWS in two things, which
are put right here: it asks for `sqs:SendMessageBatch` (AWS: `sqs:SendMessage`), and for email names no resource.
"""

from __future__ import annotations

import io
import json
import re
import sys
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator
from email import message_from_bytes
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from infra import rights
from infra.local.account import ACCOUNT, REGION

ROOT = Path(__file__).parents[3]
TOOLS = ROOT / ".venv-infra"
sys.path += map(str, TOOLS.glob("lib/*/site-packages"))  # at the end: what is in .venv comes first

from ministack.core import iam_actions, iam_evaluator  # noqa: E402

SIGNED = re.compile(r"(\w+)/\d{8}/[\w-]+/(\w+)/aws4_request")  # in a header, or in a presigned link
Check = tuple[str, str]  # action and ARN
Policy = dict[str, Any]


class Gate:
    """Wraps moto's WSGI application. Who signs with a key that was not issued here (the driver) goes through."""

    def __init__(self) -> None:
        self.functions: dict[str, str] = {}  # access key -> function
        self.policies: dict[str, Policy] = {}  # function -> the policy of its role
        self.asked: set[tuple[str, str, str]] = set()  # function, action, ARN
        self.refused: list[str] = []

    def before(self, application: Callable[..., Any]) -> Callable[..., Any]:
        def gated(moto: Any, environ: dict[str, Any], start_response: Any) -> Any:
            key, service = signer(environ)
            function = self.functions.get(key)
            refusal = function and self.refusal(function, service, environ)
            return refuse(start_response, *refusal) if refusal else application(moto, environ, start_response)

        return gated

    def refusal(self, function: str, service: str, environ: dict[str, Any]) -> tuple[Any, ...] | None:
        asked = list(checks(service, *request(environ)))
        assert asked, f"{function} made a call to {service} that no rule covers: {environ['PATH_INFO']}"
        for action, arn in asked:
            self.asked.add((function, action, arn))
            if not allows(self.policies[function], action, arn):
                self.refused.append(f"{function} may not {action} on {arn}")
                answer: tuple[Any, ...] = iam_actions.access_denied_response(service, action, function, "request")
                return answer
        return None


def allows(policy: Policy, action: str, arn: str) -> bool:
    context = iam_evaluator.EvalContext(
        principal_arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/function/session",
        principal_type="AssumedRole",
        principal_account=ACCOUNT,
        action=action,
        resource_arn=arn,
        region=REGION,
    )
    decision: str = iam_evaluator.evaluate(context, [iam_evaluator.parse_policy_document(policy)]).decision
    return decision == "Allow"


def reduced(policy: Policy, function: str, action: str, resource: str) -> Policy:
    """Without one action on one resource of infra/rights.yaml."""
    arn = rights.arn(resource, "local", function)
    statements = [
        {"Effect": "Allow", "Action": [each], "Resource": [allowed]}
        for statement in policy["Statement"]
        for each in statement["Action"]
        for allowed in statement["Resource"]
        if (each, allowed) != (action, arn)
    ]
    return {"Version": policy["Version"], "Statement": statements}


def signer(environ: dict[str, Any]) -> tuple[str, str]:
    """Access key and service; empty for an unsigned request."""
    match = SIGNED.search(environ.get("HTTP_AUTHORIZATION", "") or environ["QUERY_STRING"].replace("%2F", "/"))
    return (match[1], match[2]) if match else ("", "")


def request(environ: dict[str, Any]) -> tuple[str, str, dict[str, str], bytes, dict[str, list[str]]]:
    """Return method, path, headers, body and query; the body can be read again after it."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    headers = {name[5:].replace("_", "-").lower(): it for name, it in environ.items() if name.startswith("HTTP_")}
    headers["content-type"] = environ.get("CONTENT_TYPE", "")
    query = parse_qs(environ["QUERY_STRING"], keep_blank_values=True)
    return environ["REQUEST_METHOD"], environ["PATH_INFO"], headers, body, query


def checks(service: str, method: str, path: str, headers: dict[str, str], body: bytes, query: Any) -> Iterator[Check]:
    action = iam_actions.extract_iam_action(service, method, path, headers, body, query)
    if service == "ses":
        yield from _of_email(json.loads(body))
    elif service == "dynamodb":
        one_by_one = iam_actions.dynamodb_transaction_checks(action, body, REGION, ACCOUNT)
        yield from one_by_one or [(action, arn) for arn in iam_actions.dynamodb_resource_arns(body, REGION, ACCOUNT)]
    elif action:
        arn = iam_actions.extract_resource_arn(service, method, path, headers, body, query, REGION, ACCOUNT)
        yield action.replace("sqs:SendMessageBatch", "sqs:SendMessage"), arn


def _of_email(asked: dict[str, Any]) -> Iterator[Check]:
    """As infra/rights.py has it from AWS: a raw email takes both actions, on sender and configuration set."""
    message = message_from_bytes(b64decode(asked["Content"]["Raw"]["Data"]))
    domain = parseaddr(message["From"])[1].rsplit("@", 1)[1]
    for name in (f"identity/{domain}", f"configuration-set/{asked['ConfigurationSetName']}"):
        for action in ("ses:SendEmail", "ses:SendRawEmail"):
            yield action, f"arn:aws:ses:{REGION}:{ACCOUNT}:{name}"


def refuse(start_response: Any, status: int, headers: dict[str, str], body: bytes) -> Iterable[bytes]:
    start_response(f"{status} Refused", [*headers.items(), ("Content-Length", str(len(body)))])
    return [body]
