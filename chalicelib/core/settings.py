"""Read the settings: one SSM parameter for each deployment, read once in the life of a function."""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from msgspec import Struct

from chalicelib.core.aws import client, refuse_writes


class ConfigError(Exception):
    """The deployment is misconfigured. Users cannot fix this, so it is not a Refusal."""

    may_be_logged = True  # names settings and quotes none


class Settings(Struct, frozen=True):
    stage: str
    bucket: str
    queues: dict[str, str]  # work, report, mail -> URL
    configuration_set: str
    base_url: str  # of every page, without a slash at the end
    sender: str  # `Name <address>`, the sender of every email
    reply_to: str  # a mailbox that a person reads
    link_keys: tuple[str, ...]  # oldest first; the last one signs, all verify
    administrators: tuple[str, ...]  # addresses that get an email when a decision is needed
    mails_per_second: float  # the account's sending rate
    second_factor: str = "optional"  # for administrators: required or optional
    read_only: bool = False  # a stage of `make drill`, whose bucket is the real one
    id_key: str = ""  # makes ids of people, and never changes: see core/ids.py

    @property
    def table(self) -> str:
        return f"fullcircle-{self.stage}"

    @property
    def keys_table(self) -> str:
        return f"fullcircle-{self.stage}-keys"


MIN_KEY = 32  # characters of a key
KINDS: dict[str, type | tuple[type, ...]] = {
    "bucket": str,
    "queues": dict,
    "configuration_set": str,
    "base_url": str,
    "sender": str,
    "reply_to": str,
    "link_keys": list,
    "administrators": list,
    "mails_per_second": (int, float),
    "id_key": str,
    "second_factor": str,
    "read_only": bool,
}
DEFAULTS = {"second_factor": "optional", "read_only": False}  # settings that a deployment may lack


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
    found = parse_settings(answer["Parameter"]["Value"], stage())
    refuse_writes(read_only=found.read_only)
    return found


def parse_settings(text: str, stage_name: str) -> Settings:
    try:
        content = json.loads(text)
    except ValueError as error:
        raise ConfigError(f"{parameter_name(stage_name)} is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise ConfigError(f"{parameter_name(stage_name)} is not a JSON object")
    if faults := _faults(content):
        raise ConfigError(f"{parameter_name(stage_name)}: {'; '.join(faults)}")
    content = {"id_key": first_id_key(content["link_keys"]), **DEFAULTS, **content}
    values: dict[str, Any] = {key: tuple(content[key]) if kind is list else content[key] for key, kind in KINDS.items()}
    return Settings(stage=stage_name, **values)


def first_id_key(link_keys: Sequence[str]) -> str:
    """Return the id key of a deployment that was set up before id keys existed: derived from its oldest link key.

    `make deploy` and `make rotate-keys` store it in the settings, so it stays when that link key goes.
    """
    return hmac.digest(link_keys[0].encode(), b"fullcircle.ids", "sha256").hex()


def _faults(content: dict[str, Any]) -> list[str]:
    """Return every fault: a missing, unknown or malformed setting."""
    faults = [f"{key} is missing" for key in KINDS if key not in content and key not in ("id_key", *DEFAULTS)]
    faults += [f"{key} is not a setting" for key in content if key not in KINDS]
    faults += [
        f"{key} is malformed" for key, kind in KINDS.items() if key in content and not isinstance(content[key], kind)
    ]
    for key, check in LOOKS.items():
        if isinstance(content.get(key), KINDS[key]):
            faults += check(content[key])
    return faults


def _queues(urls: dict[str, Any]) -> list[str]:
    return [f"queues.{name} is missing" for name in ("work", "report", "mail") if name not in urls]


def _base_url(url: str) -> list[str]:
    if not url.startswith("http"):
        return ["base_url is not an address yet: make deploy sets it"]
    return ["base_url ends with a slash"] if url.endswith("/") else []


def _link_keys(keys: list[Any]) -> list[str]:
    strong = keys and all(isinstance(key, str) and len(key) >= MIN_KEY for key in keys)
    return [] if strong else [f"link_keys needs a key of {MIN_KEY} characters or more"]


LOOKS: dict[str, Callable[[Any], list[str]]] = {
    "queues": _queues,
    "base_url": _base_url,
    "sender": lambda sender: [] if "@" in sender else ["sender contains no address"],
    "link_keys": _link_keys,
    "second_factor": lambda rule: [] if rule in ("required", "optional") else ["second_factor: required or optional"],
    "id_key": lambda key: [] if len(key) >= MIN_KEY else [f"id_key needs {MIN_KEY} characters or more"],
    "administrators": lambda who: [] if who else ["administrators is empty"],
    "mails_per_second": lambda rate: [] if rate > 0 else ["mails_per_second must be above zero"],
}
