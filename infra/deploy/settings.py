"""The stage's settings: one SSM parameter, as chalicelib.core.settings reads it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from email.utils import parseaddr
from typing import Any

from chalicelib.core.addresses import check_address
from chalicelib.core.settings import ConfigError, Queue, first_id_key, parse_settings
from infra.deploy import stack
from infra.deploy.hand import Reporter
from infra.deploy.stage import DeployError, Deployment, found_or_none

KEY_BYTES = 32
ASKED = {  # what only a person knows, with the variable of make that says it
    "sender": "SENDER='Fullcircle <feedback@example.org>'",
    "reply_to": "REPLY_TO=programme-office@example.org",
    "administrators": "ADMINISTRATORS=one@example.org,two@example.org",
}

ALARMS = "ALARMS_TO=ops@example.org"
CHOICES = {"SECOND_FACTOR": ("required", "optional"), "LOG_DAYS": ("14", "30", "60", "90"), "XRAY": ("1", "0")}

Values = dict[str, Any]


def read(stage: Deployment) -> Values:
    """Empty if there is no parameter yet. Raises Stop if it is no JSON object."""
    call = stage.client("ssm").get_parameter
    answer = found_or_none(call, "ParameterNotFound", Name=stage.parameter, WithDecryption=True)
    if answer is None:
        return {}
    try:
        values = json.loads(answer["Parameter"]["Value"])
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise DeployError(
            f"{stage.parameter} is not a JSON object. Put back an earlier version of it; AWS keeps its history."
        )
    return values


def check_given(stage: Deployment, given: Mapping[str, Any]) -> Values:
    """Return what a person has given, now or before. Raises Stop naming everything that is missing."""
    known = {**read(stage), **{name: value for name, value in given.items() if value}}
    missing = [how for name, how in ASKED.items() if not known.get(name)]
    if missing:
        missing += [] if stack.parameters(stage).get("AlarmEmail") else [ALARMS]
        raise DeployError("Missing settings. Run: make infra STAGE={} {}".format(stage.name, " ".join(missing)))
    return known


def check_choices(**given: str) -> None:
    """Raise DeployError naming every setting that is none of its choices; empty ones were not given."""
    faults = [
        f"{name}={value} is none of these: {', '.join(CHOICES[name])}."
        for name, value in ((variable.upper(), value) for variable, value in given.items())
        if value and value not in CHOICES[name]
    ]
    if faults:
        raise DeployError("\n".join([*faults, "Nothing was changed."]))


def check_addresses(
    *, sender: str, reply_to: str, administrators: Sequence[str], alarms_to: str, identity: str
) -> None:
    """Raise Stop naming every address that is none; empty ones were not given.

    SES would refuse every email for the sake of one, and CloudFormation would roll the whole stack back.
    """
    given = [
        ("SENDER", sender, parseaddr(sender)[1]),
        ("REPLY_TO", reply_to, reply_to),
        *(("ADMINISTRATORS", each, each) for each in administrators),
        ("ALARMS_TO", alarms_to, alarms_to),
        ("IDENTITY", identity, identity if "@" in identity else f"feedback@{identity}"),  # or a domain
    ]
    faults = [
        f"{variable}: {written!r} {'holds no address' if variable == 'SENDER' else fault}."
        for variable, written, address in given
        if written and (fault := check_address(address.lower()))
    ]
    if faults:
        wrong = {each.split(":")[0].lower() for each in faults}
        examples = [f"Write {how}." for name, how in ASKED.items() if name in wrong]
        raise DeployError("\n".join([*faults, *examples, "Nothing was changed."]))


def ensure_settings(stage: Deployment, hand: Reporter, given: Mapping[str, Any]) -> None:
    """Keys are made once and kept: links in people's email and the ids in rows hang on them."""
    known = check_given(stage, given)
    outputs = stack.outputs(stage)
    if not outputs:
        hand.change(f"write settings {stage.parameter}", lambda: None)  # a dry run, before there is a stack
        return
    wanted = {
        "bucket": outputs["Bucket"],
        "queues": {name: outputs[f"{name.title()}Queue"] for name in Queue},
        "configuration_set": stage.title,
        "base_url": known.get("base_url", ""),  # `make deploy` sets it
        "sender": known["sender"],
        "reply_to": known["reply_to"],
        "link_keys": known.get("link_keys") or [secrets.token_urlsafe(KEY_BYTES)],
        "administrators": known["administrators"],
        "mails_per_second": _rate(stage),
        "second_factor": known.get("second_factor") or "optional",
    }
    if not known.get("link_keys"):  # else `make deploy` adds it once functions run that know it
        wanted["id_key"] = secrets.token_urlsafe(KEY_BYTES)
    write(stage, hand, {**known, **wanted})


def with_id_key(values: Values) -> Values:
    """Return settings that hold the key of ids. A deployment from before there was one keeps what it had in effect."""
    if values.get("id_key") or not values.get("link_keys"):
        return values
    return {**values, "id_key": first_id_key(values["link_keys"])}


def write(stage: Deployment, hand: Reporter, wanted: Values) -> bool:
    """Return whether they had to be changed. Prints names only: link keys are secret."""
    before = read(stage)
    changed = [name for name in wanted if before.get(name) != wanted[name]]
    if not changed:
        hand.stays(f"settings {stage.parameter} are up to date")
        return False
    hand.change(f"write settings {stage.parameter}: {', '.join(changed)}", lambda: _put(stage, wanted))
    return True


def _put(stage: Deployment, wanted: Values) -> None:
    stage.client("ssm").put_parameter(
        Name=stage.parameter, Type="SecureString", Overwrite=True, Value=json.dumps(wanted, indent=1)
    )


def faults(stage: Deployment) -> str:
    """Return what the functions would object to in the settings; empty if they accept them."""
    values = read(stage)
    if not values:
        return f"{stage.parameter} is missing: run make infra STAGE={stage.name}"
    try:
        parse_settings(json.dumps(values), stage.name)
    except ConfigError as error:
        return str(error)
    return ""


def rotate(stage: Deployment, hand: Reporter, *, drop_oldest: bool) -> None:
    """Add a key that signs from now on; older ones still open links. Dropping the oldest ends the links it signed.

    The key of ids stays: rows are found by it.
    """
    values = read(stage)
    keys = values.get("link_keys", [])
    if not keys:
        raise DeployError(f"Stage {stage.name} has no settings yet: run make infra STAGE={stage.name} first.")
    if drop_oldest and len(keys) < 2:
        raise DeployError("There is one link key only, and all links hang on it: add one before you drop one.")
    values = with_id_key(values)
    kept = keys[1:] if drop_oldest else [*keys, secrets.token_urlsafe(KEY_BYTES)]
    what = "drop the oldest link key" if drop_oldest else "add a link key that signs from now on"
    hand.change(f"{what}: {len(keys)} become {len(kept)}", lambda: _put(stage, {**values, "link_keys": kept}))


def _rate(stage: Deployment) -> float:
    """Emails a second that SES lets this account send; 1 in the sandbox."""
    return float(stage.client("sesv2").get_account()["SendQuota"]["MaxSendRate"])
