"""This deployment's REST API: found again by its tag, by the id that was kept, or by the function that it leads to.

All stages' APIs have one name, so a name does not identify one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from infra.deploy.hand import Reporter
from infra.deploy.stage import DeployError, Deployment, found_or_none

TAG = "fullcircle"  # its value is the stage
GONE = ("NotFoundException",)


def list_ids(stage: Deployment) -> list[str]:
    """Return every REST API of this stage, the one that readers use first.

    There is more than one only after an import that failed half-way: Chalice deletes the others.
    """
    gateway, kept = stage.client("apigateway"), kept_id(stage)
    ours = [each["id"] for each in stage.listed("apigateway", "get_rest_apis", "items") if _is_ours(stage, each, kept)]
    return sorted(ours, key=lambda api: (api != kept, not gateway.get_stages(restApiId=api)["item"]))


def _is_ours(stage: Deployment, api: dict[str, Any], kept: str) -> bool:
    if api["id"] == kept or api.get("tags", {}).get(TAG) == stage.name:
        return True
    return TAG not in api.get("tags", {}) and api["name"] == "fullcircle" and _leads_to(stage, api)


def _leads_to(stage: Deployment, api: dict[str, Any]) -> bool:
    """Return whether the front page is answered by this stage's function."""
    asked = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "GET"}
    integration = found_or_none(stage.client("apigateway").get_integration, *GONE, **asked)
    return bool(integration) and f":function:{stage.title}/" in integration.get("uri", "")


# --- the id is kept, because the address of every page that was emailed holds it ------------------------------------


def kept_id(stage: Deployment) -> str:
    """Return the id of the API that readers use; empty before the first deploy."""
    parameter = found_or_none(stage.client("ssm").get_parameter, "ParameterNotFound", Name=_parameter(stage))
    return str(parameter["Parameter"]["Value"]) if parameter else ""


def keep(stage: Deployment, hand: Reporter, api: str) -> None:
    """Tag the API as this stage's and remember its id."""
    gateway = stage.client("apigateway")
    if gateway.get_rest_api(restApiId=api).get("tags", {}).get(TAG) != stage.name:
        arn, tags = f"arn:aws:apigateway:{stage.region}::/restapis/{api}", {TAG: stage.name}
        hand.change(f"tag API {api} as {stage.name}'s", lambda: gateway.tag_resource(resourceArn=arn, tags=tags))
    if kept_id(stage) == api:
        hand.stays(f"the pages are at API {api}")
        return
    put, name = stage.client("ssm").put_parameter, _parameter(stage)
    hand.change(f"keep its id in {name}", lambda: put(Name=name, Type="String", Value=api, Overwrite=True))


def forget(stage: Deployment, hand: Reporter) -> None:
    if kept_id(stage):
        delete, name = stage.client("ssm").delete_parameter, _parameter(stage)
        hand.change(f"delete {name}", lambda: delete(Name=name))


def check_kept(stage: Deployment) -> None:
    """Raise DeployError if a deploy would make a second API although links lead to the first."""
    kept = kept_id(stage)
    if kept and kept not in list_ids(stage):
        raise DeployError(
            f"API {kept}, which readers' links lead to, is gone from API Gateway, so those links open nothing. "
            f"A new API gets a new address, and links in emails that are out stay broken unless the stage has a domain "
            f"of its own. To make one: aws ssm delete-parameter --name {_parameter(stage)}, then "
            f"make deploy STAGE={stage.name}."
        )


def require(stage: Deployment) -> str:
    """Return the API that readers use. Raises DeployError that says what was looked for."""
    api_ids = list_ids(stage)
    if api_ids:
        return api_ids[0]
    raise DeployError(
        f"API Gateway in {stage.region} lists no API of stage {stage.name}: none is tagged {TAG}={stage.name}, and "
        f"none named fullcircle leads to function {stage.title}. Run make deploy STAGE={stage.name}; if it says this "
        "again, is AWS_DEFAULT_REGION the region that you deployed to?"
    )


def _parameter(stage: Deployment) -> str:
    return f"/fullcircle/{stage.name}/api"


# --- its address ----------------------------------------------------------------------------------------------------


def url(stage: Deployment, api: str) -> str:
    """As API Gateway names it, or an emulator in its place; without a slash at the end."""
    if emulator := os.environ.get("AWS_ENDPOINT_URL"):
        return f"{emulator}/_aws/execute-api/{api}/{stage.config()['api_gateway_stage']}"
    return f"https://{api}.execute-api.{stage.region}.amazonaws.com/{stage.config()['api_gateway_stage']}"


def wanted_url(stage: Deployment, api: str) -> str:
    """Return the address that links are to carry: the stage's own domain in .chalice/config.json, else the API's."""
    domain = stage.config()["stages"].get(stage.name, {}).get("api_gateway_custom_domain")
    if not domain:
        return url(stage, api)
    if os.environ.get("AWS_ENDPOINT_URL"):  # an emulator answers under each of its names
        own = urlsplit(url(stage, api))
        return own._replace(netloc=f"{domain['domain_name']}:{own.port}").geturl()
    prefix = domain.get("url_prefix", "").strip("/")
    return f"https://{domain['domain_name']}" + (f"/{prefix}" if prefix else "")


def list_resources(stage: Deployment) -> Iterator[dict[str, Any]]:
    """As Chalice's state names them."""
    for place, api in enumerate(list_ids(stage)):
        name = f"rest_api_left_over_{place}" if place else "rest_api"
        yield {"name": name, "resource_type": "rest_api", "rest_api_id": api, "rest_api_url": url(stage, api) + "/"}
