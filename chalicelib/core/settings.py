"""Read the settings: one SSM parameter for each deployment, read once in the life of a function."""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct
from msgspec.structs import fields

from chalicelib.core.aws import client, refuse_writes


class ConfigError(Exception):
    """The deployment is misconfigured. Users cannot fix this, so it is not a Refusal."""

    may_be_logged = True  # names settings and quotes none


MIN_KEY = 32  # characters of a key


class Queue(StrEnum):
    """A queue of hints. Each has a function of its own."""

    WORK = "work"  # every job that makes no PDF
    REPORT = "report"  # jobs that make a PDF: only this function has the PDF layer, and it has more memory and time
    EMAIL = "mail"  # emails, sent one after another at the rate that SES allows


class Check(NamedTuple):
    """What a setting must fulfil besides its type. Returns the faults, which quote no value."""

    faults_of: Callable[[Any], list[str]]


def _queues(urls: dict[str, Any]) -> list[str]:
    return [f"queues.{name} is missing" for name in Queue if name not in urls]


def _base_url(url: str) -> list[str]:
    if not url.startswith("http"):
        return ["base_url is not an address yet: make deploy sets it"]
    return ["base_url ends with a slash"] if url.endswith("/") else []


def _link_keys(keys: list[str]) -> list[str]:
    strong = keys and all(len(key) >= MIN_KEY for key in keys)
    return [] if strong else [f"link_keys needs a key of {MIN_KEY} characters or more"]


def _id_key(key: str) -> list[str]:
    return [] if len(key) >= MIN_KEY else [f"id_key needs {MIN_KEY} characters or more"]


def _sender(sender: str) -> list[str]:
    return [] if "@" in sender else ["sender contains no address"]


def _administrators(addresses: Sequence[str]) -> list[str]:
    return [] if addresses else ["administrators is empty"]


def _rate(rate: float) -> list[str]:
    return [] if rate > 0 else ["mails_per_second must be above zero"]


class Settings(Struct, frozen=True):
    """The settings of a deployment. One with a default may be missing from the parameter."""

    stage: str  # its name, which is not in the parameter
    bucket: str
    queues: Annotated[dict[str, str], Check(_queues)]  # Queue -> URL
    configuration_set: str
    base_url: Annotated[str, Check(_base_url)]  # of every page, without a slash at the end
    sender: Annotated[str, Check(_sender)]  # `Name <address>`, the sender of every email
    reply_to: str  # a mailbox that a person reads
    link_keys: Annotated[tuple[str, ...], Check(_link_keys)]  # oldest first; the last one signs, all verify
    administrators: Annotated[tuple[str, ...], Check(_administrators)]  # they get an email when a decision is needed
    mails_per_second: Annotated[float, Check(_rate)]  # the account's sending rate
    second_factor: Literal["required", "optional"] = "optional"  # for administrators
    read_only: bool = False  # a stage of `make drill`, whose bucket is the real one
    id_key: Annotated[str, Check(_id_key)] = ""  # makes ids of people, and never changes: see core/ids.py

    @property
    def table(self) -> str:
        return f"fullcircle-{self.stage}"

    @property
    def keys_table(self) -> str:
        return f"fullcircle-{self.stage}-keys"


def stage() -> str:
    try:
        return os.environ["FULLCIRCLE_STAGE"]
    except KeyError:
        raise ConfigError("FULLCIRCLE_STAGE is not set: it names the deployment, for example prod") from None


def parameter_name(stage_name: str) -> str:
    return f"/fullcircle/{stage_name}/settings"


@cache
def settings() -> Settings:
    """Parse the settings. Raises ConfigError that names every missing or malformed setting, not only the first."""
    name = parameter_name(stage())
    answer = client("ssm").get_parameter(Name=name, WithDecryption=True)
    parsed = parse_settings(answer["Parameter"]["Value"], stage())
    refuse_writes(read_only=parsed.read_only)
    return parsed


def parse_settings(text: str, stage_name: str) -> Settings:
    try:
        content = json.loads(text)
    except ValueError as error:
        raise ConfigError(f"{parameter_name(stage_name)} is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise ConfigError(f"{parameter_name(stage_name)} is not a JSON object")
    if faults := _faults(content):
        raise ConfigError(f"{parameter_name(stage_name)}: {'; '.join(faults)}")
    content = {"id_key": first_id_key(content["link_keys"]), **content}
    return msgspec.convert({**content, "stage": stage_name}, Settings)


def first_id_key(link_keys: Sequence[str]) -> str:
    """Return the id key of a deployment that was set up before id keys existed: derived from its oldest link key.

    `make deploy` and `make rotate-keys` store it in the settings, so it stays when that link key goes.
    """
    return hmac.digest(link_keys[0].encode(), b"fullcircle.ids", "sha256").hex()


def _faults(content: dict[str, Any]) -> list[str]:
    """Return every fault: a missing, unknown or malformed setting."""
    kinds = get_type_hints(Settings, include_extras=True)
    del kinds["stage"]
    required = [field.name for field in fields(Settings) if field.required and field.name in kinds]
    faults = [f"{name} is missing" for name in required if name not in content]
    faults += [f"{name} is not a setting" for name in content if name not in kinds]
    for name in kinds:
        faults += _faults_of_one(name, content[name], kinds[name]) if name in content else []
    return faults


def _faults_of_one(name: str, value: Any, kind: Any) -> list[str]:
    try:
        converted = msgspec.convert(value, kind)
    except msgspec.ValidationError:
        allowed = get_args(kind) if get_origin(kind) is Literal else ()
        return [f"{name}: {' or '.join(allowed)}" if allowed else f"{name} is malformed"]
    checks = [note for note in getattr(kind, "__metadata__", ()) if isinstance(note, Check)]
    return [fault for check in checks for fault in check.faults_of(converted)]
