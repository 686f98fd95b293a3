"""An AWS account with everything Fullcircle keeps in one: the real stack, the settings, a verified sender."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from botocore.config import Config

from chalicelib.core.aws import client, session
from chalicelib.core.settings import Queue, parameter_name

ACCOUNT = "123456789012"  # moto's
REGION = "eu-west-2"
STACK = Path(__file__).parent.parent / "stack.yaml"
SENDER_DOMAIN = "programmes.example.org"
ADMINISTRATOR = "administrator@programmes.example.org"
ID_KEY = "a key for the ids of people who are on this machine alone"
LINK_KEY = "a key for links that only open pages of this machine"
# moto loads every service that the stack names before it answers: on a busy machine that takes a while.
PATIENT = Config(read_timeout=120, retries={"total_max_attempts": 1})

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
}


def configuration_set(stage: str) -> str:
    return f"fullcircle-{stage}"


def lay_out(stage: str, base_url: str) -> dict[str, str]:
    """Create all of it. Returns the stack's outputs."""
    stack = f"fullcircle-{stage}"
    parameters = [{"ParameterKey": "Stage", "ParameterValue": stage}]
    clouds = session().create_client("cloudformation", config=PATIENT)
    clouds.create_stack(StackName=stack, TemplateBody=STACK.read_text(), Parameters=parameters)
    stack_outputs = clouds.describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack_outputs}
    client("sesv2").create_email_identity(EmailIdentity=SENDER_DOMAIN)
    client("sesv2").create_configuration_set(ConfigurationSetName=configuration_set(stage))
    client("ssm").put_parameter(
        Name=parameter_name(stage),
        Type="SecureString",
        Value=json.dumps(settings(stage, base_url, outputs)),
    )
    return outputs


def settings(stage: str, base_url: str, outputs: dict[str, str]) -> dict[str, Any]:
    """As chalicelib.core.settings reads them."""
    return {
        "bucket": outputs["Bucket"],
        "queues": {name: outputs[f"{name.title()}Queue"] for name in Queue},
        "configuration_set": configuration_set(stage),
        "base_url": base_url,
        "sender": f"Fullcircle <feedback@{SENDER_DOMAIN}>",
        "reply_to": ADMINISTRATOR,
        "link_keys": [LINK_KEY],
        "id_key": ID_KEY,
        "administrators": [ADMINISTRATOR],
        "mails_per_second": 1000,
    }
