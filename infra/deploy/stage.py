"""One deployment: its names, which all derive from the stage, and the account it is in."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from chalicelib.core.settings import parameter_name

ROOT = Path(__file__).parents[2]
NAME = re.compile(r"[a-z][a-z0-9]{1,15}")


class DeployError(Exception):
    """What a person must do first. Nothing was left half-done that a second run would not finish."""


@dataclass(frozen=True)
class Deployment:
    name: str
    project: Path = ROOT  # where app.py and .chalice are
    pause: Callable[[float], None] = field(default=time.sleep, repr=False, compare=False)  # while AWS is at work
    _clients: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise DeployError(
                f"{self.name!r} cannot be a stage: 2 to 16 small letters and digits, a letter first, as in prod."
            )

    @property
    def title(self) -> str:
        """The stack, the table and the configuration set; the other names begin with it."""
        return f"fullcircle-{self.name}"

    @property
    def parameter(self) -> str:
        return parameter_name(self.name)

    @property
    def config_file(self) -> Path:
        return self.project / ".chalice" / "config.json"

    @property
    def state_file(self) -> Path:
        return self.project / ".chalice" / "deployed" / f"{self.name}.json"

    @cached_property
    def account(self) -> str:
        return str(self.client("sts").get_caller_identity()["Account"])

    @property
    def region(self) -> str:
        return str(self.client("sts").meta.region_name)

    @property
    def bucket(self) -> str:
        return f"{self.title}-{self.account}"

    def arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"

    def client(self, service: str) -> Any:
        if service not in self._clients:
            retries = {"mode": "standard", "total_max_attempts": 8}
            self._clients[service] = boto3.client(service, config=Config(retries=retries))
        return self._clients[service]

    def listed(self, service: str, operation: str, key: str, **asked: Any) -> Iterator[dict[str, Any]]:
        """Yield everything of a list, over all of its pages."""
        for page in self.client(service).get_paginator(operation).paginate(**asked):
            yield from page.get(key, [])

    def config(self) -> dict[str, Any]:
        """Return the whole of .chalice/config.json."""
        content: dict[str, Any] = json.loads(self.config_file.read_text())
        return content

    def is_ours(self, name: str) -> bool:
        """Return whether a function, role or rule of this name belongs to this deployment (`prod`, not `prod2`)."""
        return name == self.title or name.startswith(f"{self.title}-")


def code(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])


def found_or_none(call: Any, *absent: str, **params: Any) -> Any:
    """Return the answer to a read, or None if AWS says with a code in `absent` that there is no such thing."""
    try:
        return call(**params)
    except ClientError as error:
        if code(error) in absent:
            return None
        raise
