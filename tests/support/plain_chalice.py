"""What the product uses of Chalice, on plain Lambda events: put in its place by tests/test_plain_events.py.

It is the measure of what leaving Chalice would take (docs/decisions/0046-chalice-and-when-we-would-leave-it.md).
"""

from __future__ import annotations

import base64
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import ModuleType, SimpleNamespace
from typing import Any

Handler = Callable[..., Any]


class Headers(dict[str, str]):
    """Of a request, read in any case of letters."""

    def __init__(self, given: Mapping[str, str]):
        super().__init__({name.lower(): value for name, value in given.items()})

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.lower(), default)

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())


class Query(dict[str, str]):
    """A value for each name, the last one; and all of them."""

    def __init__(self, given: Mapping[str, list[str]]):
        super().__init__({name: values[-1] for name, values in given.items()})
        self._all = given

    def getlist(self, name: str) -> list[str]:
        return self._all[name]


class Request:
    """A page that is asked for."""

    def __init__(self, event: Mapping[str, Any], context: Any):
        self.context, self.lambda_context = event["requestContext"], context
        self.method, self.path = self.context["httpMethod"], self.context["resourcePath"]
        self.headers = Headers(event["headers"])
        self.uri_params = event["pathParameters"]
        asked = event["multiValueQueryStringParameters"]
        self.query_params = Query(asked) if asked else None
        body = event["body"] or ""
        self.raw_body = base64.b64decode(body) if event["isBase64Encoded"] else body.encode()


@dataclass
class Response:
    body: Any = ""
    headers: dict[str, Any] = field(default_factory=dict)
    status_code: int = 200


class Blueprint:
    def __init__(self, _name: str):
        self.routes: dict[tuple[str, str], Handler] = {}
        self.current_request: Request | None = None

    def route(self, path: str, methods: Iterable[str] = ("GET",), **_: Any) -> Callable[[Handler], Handler]:
        def registered(view: Handler) -> Handler:
            self.routes |= {(method, path): view for method in methods}
            return view

        return registered


class Rate:
    MINUTES = "MINUTES"

    def __init__(self, value: int, unit: str):
        self.value, self.unit = value, unit


class Chalice(Blueprint):
    def __init__(self, app_name: str, configure_logs: bool):
        super().__init__(app_name)
        self.api = SimpleNamespace(binary_types=[])
        self._middleware: list[tuple[str, Handler]] = []
        self._blueprints: list[Blueprint] = []

    def register_blueprint(self, blueprint: Blueprint) -> None:
        self._blueprints.append(blueprint)

    def middleware(self, kind: str) -> Callable[[Handler], Handler]:
        return lambda act: self._middleware.append((kind, act)) or act  # type: ignore[func-returns-value]

    def schedule(self, _rate: Rate) -> Callable[[Handler], Handler]:
        return self._entry(lambda event, context: SimpleNamespace(to_dict=lambda: event, context=context))

    def on_sqs_message(self, **_: Any) -> Callable[[Handler], Handler]:
        return self._entry(_Messages)

    def on_sns_message(self, **_: Any) -> Callable[[Handler], Handler]:
        return self._entry(_Notice)

    def _entry(self, read: Callable[[Any, Any], Any]) -> Callable[[Handler], Handler]:
        def entry(act: Handler) -> Handler:
            return lambda event, context: self._through("all", act)(read(event, context))

        return entry

    def _through(self, kind: str, act: Handler) -> Handler:
        """Return the act with its middleware around it, the one that was added first outermost."""
        for wanted, wrap in reversed(self._middleware):
            if wanted in ("all", kind):
                act = _wrapped(wrap, act)
        return act

    def __call__(self, event: Any, context: Any) -> dict[str, Any]:
        request = Request(event, context)
        blueprint, view = self._find(request)
        blueprint.current_request = request
        given = event["pathParameters"] or {}
        response = self._through("http", lambda _: view(**given))(request)
        several = {name: value for name, value in response.headers.items() if isinstance(value, list)}
        single = {name: value for name, value in response.headers.items() if name not in several}
        answer = {"statusCode": response.status_code, "body": response.body}
        return {**answer, "headers": single, "multiValueHeaders": several}

    def _find(self, request: Request) -> tuple[Blueprint, Handler]:
        key = (request.method, request.path)
        return next((each, each.routes[key]) for each in self._blueprints if key in each.routes)


def _wrapped(wrap: Handler, act: Handler) -> Handler:
    return lambda event: wrap(event, act)


class _Messages:
    """Of a queue."""

    def __init__(self, event: Any, context: Any):
        self.context = context
        self._messages = [SimpleNamespace(body=each["body"]) for each in event["Records"]]

    def __iter__(self) -> Any:
        return iter(self._messages)


class _Notice:
    """Of a topic."""

    def __init__(self, event: Any, context: Any):
        self.context = context
        self.message = event["Records"][0]["Sns"]["Message"]


def take_its_place() -> None:
    """Answer every later `import chalice` with this module, and none of its parts."""
    module = ModuleType("chalice")
    for each in (Blueprint, Chalice, Rate, Request, Response):
        setattr(module, each.__name__, each)
    sys.modules["chalice"] = module


def is_chalice_there() -> bool:
    return any(re.match(r"chalice\.", name) for name in sys.modules)
