"""`make emulator`: an empty AWS account on this machine that runs what is deployed to it, to try docs/operations.md on.

moto, and what it lacks: pages of the API, each function as a process from the zip that was uploaded, messages and email
events handed on at once, a sweep every five minutes. Emails are printed instead of sent.
"""

from __future__ import annotations

import base64
import io
import json
import logging
import os
import platform
import re
import sys
import tempfile
import threading
import traceback
import zipfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import moto.awslambda.models as lambdas
from moto.apigateway.models import apigateway_backends
from moto.dynamodb.responses import DynamoHandler
from moto.events.models import events_backends
from moto.moto_server.werkzeug_app import MotoRequestHandler
from moto.ses.models import ses_backends
from moto.sesv2.responses import SESV2Response
from moto.sns.models import sns_backends

from infra.local.account import ACCOUNT, REGION
from infra.local.invoke import schedule_event
from infra.local.outbox import Accepted, delivery, send
from tests.support.manners import lambdas as limits
from tests.support.manners import ses, subscriptions
from tests.support.moto_server import serve
from tests.support.packaged.functions import IN_THE_RUNTIME, Broken, Function, link_installed

PAGES = re.compile(r"/_aws/execute-api/(\w+)(/.*)")
FUNCTION = re.compile(r":function:([\w-]+)/")
SWEEP = 300  # seconds
HERE = {"aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "x86_64")  # as Lambda calls it
later = ThreadPoolExecutor(4)  # what AWS does by itself, while the caller goes on
_send_batch = lambdas.LambdaBackend.send_sqs_batch
_send_email = SESV2Response.send_email
tables_are_busy = threading.Lock()
_update_code = lambdas.LambdaFunction.update_function_code


class Processes:
    """One for each function as it was last deployed."""

    def __init__(self, port: int, home: Path):
        self._endpoint = f"http://127.0.0.1:{port}"
        self._home = home
        self._running: dict[tuple[str, ...], Function] = {}
        self._starting = threading.Lock()
        link_installed(home / "runtime", IN_THE_RUNTIME)

    def call(self, function: Any, event: Any) -> Any:
        key = (function.function_name, function.code_sha_256, function.description)  # `restart` changes the last
        with self._starting:
            if key not in self._running:
                self._running[key] = self._start(function)
        return self._running[key].call(event)

    def _start(self, function: Any) -> Function:
        (machine,) = function.architectures
        if machine != HERE:
            raise Broken(
                f"its package is for {machine} and this machine is {HERE}: write "
                f'"lambda_architecture": "{HERE}" into .chalice/config.json, then make infra and make deploy'
            )
        task = self._unpacked(function.code_sha_256, function.code_bytes)
        layers = [lambdas.lambda_backends[ACCOUNT][REGION].layers_versions_by_arn(it["Arn"]) for it in function.layers]
        folders = [task, self._home / "runtime"]
        folders += [self._unpacked(each.code_sha_256, each.code_bytes) / "python" for each in layers if each]
        environment = {
            **function.environment_vars,
            "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
            "AWS_ENDPOINT_URL": self._endpoint,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "PYTHONPATH": ":".join(map(str, folders)),
            "PATH": os.environ["PATH"],
            "TZ": ":UTC",
        }
        return Function(function.handler, task, environment, self._home / f"{function.function_name}.log")

    def _unpacked(self, digest: str, content: bytes) -> Path:
        folder = self._home / quote(digest, safe="")
        if not folder.exists():
            zipfile.ZipFile(io.BytesIO(content)).extractall(folder)
        return folder


class Front:
    """Pages of the API before moto, which has none."""

    def __init__(self, application: Any):
        self._application = application
        os.environ.setdefault("FULLCIRCLE_STAGE", "local")
        from chalice.config import Config

        from app import app
        from infra.local.gateway import Gateway

        self._gateway = Gateway(app, Config(user_provided_params={"app_name": "fullcircle", "lambda_timeout": 60}))

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        for service, manner in (("ses", ses), ("sns", subscriptions), ("lambda", limits)):
            if environ["PATH_INFO"].startswith(f"/_{service}/"):
                start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
                return [manner.answer(environ["PATH_INFO"]).encode()]
        match = PAGES.fullmatch(environ["PATH_INFO"])
        if not match:
            return list(self._application(environ, start_response))
        answer = self._answer(match[1], match[2], environ)
        headers = [*answer.get("headers", {}).items()]
        headers += [(name, it) for name, each in answer.get("multiValueHeaders", {}).items() for it in each]
        start_response(f"{answer['statusCode']} Answered", headers)
        body = answer.get("body") or ""
        return [base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()]

    def _answer(self, api: str, path: str, environ: dict[str, Any]) -> dict[str, Any]:
        headers = {name[5:].replace("_", "-").title(): it for name, it in environ.items() if name.startswith("HTTP_")}
        headers |= {"Content-Type": environ["CONTENT_TYPE"]} if environ.get("CONTENT_TYPE") else {}
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        query = f"?{environ['QUERY_STRING']}" if environ["QUERY_STRING"] else ""
        rest = apigateway_backends[ACCOUNT][REGION].apis[api]
        if _is_closed(rest):
            return _page_of_the_gateway(rest, "THROTTLED")
        try:
            asked = self._gateway._generate_lambda_event(environ["REQUEST_METHOD"], quote(path) + query, headers, body)
            answer: dict[str, Any] = processes.call(_function_of(rest), asked)
        except ValueError:
            return _page_of_the_gateway(rest, "MISSING_AUTHENTICATION_TOKEN")
        except Broken:
            traceback.print_exc()
            return _page_of_the_gateway(rest, "DEFAULT_5XX")
        return answer


def _is_closed(rest: Any) -> bool:
    """Return whether the API is closed: a limit of no requests lets none through."""
    limits = (each.method_settings.get("*/*", {}) for each in rest.stages.values())
    return any(float(each.get("throttlingRateLimit", 1)) == 0 for each in limits)


def _function_of(rest: Any) -> Any:
    methods = [each for resource in rest.resources.values() for each in resource.resource_methods.values()]
    uri = next(each.method_integration.uri for each in methods if each.method_integration)
    name = FUNCTION.search(uri)
    assert name
    return lambdas.lambda_backends[ACCOUNT][REGION].get_function(name[1])


def _page_of_the_gateway(rest: Any, kind: str) -> dict[str, Any]:
    page = rest.gateway_responses[kind].to_json()
    parameters = page.get("responseParameters", {}).items()
    headers = {name.removeprefix("gatewayresponse.header."): value.strip("'") for name, value in parameters}
    return {
        "statusCode": page.get("statusCode", "500"),
        "headers": headers,
        "body": page["responseTemplates"]["text/html"],
    }


# --- what AWS does by itself -----------------------------------------------------------------------------------------


def invoke_function(self: Any, event: Any = None) -> tuple[str, bool, str]:
    try:
        return json.dumps(processes.call(self, event)), False, ""
    except Broken as error:
        return json.dumps({"errorType": "Broken", "errorMessage": str(error)[-400:]}), True, str(error)


def update_function_code(self: Any, updated_spec: dict[str, Any]) -> Any:
    """As Lambda does, and moto does not: another package may be for another kind of processor."""
    self.architectures = updated_spec.get("Architectures", self.architectures)
    return _update_code(self, updated_spec)


def in_turn(answer: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """One call at a time: moto copies a table for a transaction while others write, and may put the copy back."""

    def answered(self: Any) -> Any:
        with tables_are_busy:
            return answer(self)

    return answered


def send_sqs_batch(self: Any, function_arn: str, messages: Any, queue_arn: str) -> bool:
    later.submit(_send_batch, self, function_arn, messages, queue_arn)
    return True


def send_email(self: Any) -> str:
    answer: str = _send_email(self)
    asked = json.loads(self.body)
    taken = ses_backends[ACCOUNT][REGION].sent_messages[-1]
    tags = {tag["Name"]: [tag["Value"]] for tag in asked.get("EmailTags", [])}
    accepted = Accepted(taken.id, tuple(asked["Destination"]["ToAddresses"]), taken.raw_data, tags)
    lines = [f"Mail to {', '.join(accepted.to)}: {accepted.message['Subject']}", *accepted.links]
    sys.stdout.write("\n    ".join(lines) + "\n")
    sys.stdout.flush()
    later.submit(_publish, accepted, f"arn:aws:sns:{REGION}:{ACCOUNT}:{asked['ConfigurationSetName']}-mail-events")
    return answer


def _publish(email: Accepted, topic: str) -> None:
    now = datetime.now(UTC)
    for message in (send(email, now), delivery(email, now)):
        sns_backends[ACCOUNT][REGION].publish(message, arn=topic)


def sweep() -> None:
    while not threading.Event().wait(SWEEP):
        for rule in events_backends[ACCOUNT][REGION].list_rules()[0]:
            for target in rule.targets:
                function = lambdas.lambda_backends[ACCOUNT][REGION].get_function(target["Arn"])
                later.submit(processes.call, function, schedule_event(datetime.now(UTC)))


if __name__ == "__main__":
    port = int(sys.argv[1])
    processes = Processes(port, Path(tempfile.mkdtemp(prefix="fullcircle-emulator-")))
    lambdas.LambdaFunction._invoke_lambda = invoke_function
    lambdas.LambdaFunction.update_function_code = update_function_code
    lambdas.LambdaBackend.send_sqs_batch = send_sqs_batch
    SESV2Response.send_email = send_email
    DynamoHandler.call_action = in_turn(DynamoHandler.call_action)
    MotoRequestHandler.log_request = lambda *_: None  # paths hold people's links
    threading.Thread(target=sweep, daemon=True).start()
    logging.getLogger("moto").setLevel(logging.ERROR)  # it warns of each resource of the stack that it leaves out
    sys.stdout.write(f"An empty AWS account at http://127.0.0.1:{port}. Ctrl-C ends it, and everything in it.\n")
    serve(port, Front)
