"""The limit of requests from one address, if the operator wants it: `make infra WAF_LIMIT=60000`.

The stack holds a web ACL of WAF with one rule. `make deploy` puts it in front of the API, which Chalice makes; it is
taken off before the stack deletes it, because WAF deletes none that is in use.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NoReturn

from infra.deploy import api, stack, watching
from infra.deploy.hand import Reporter
from infra.deploy.stage import DeployError, Deployment, found_or_none

RATERS = 2_000  # who may come from one address: a hospital shows one to the outside
REQUESTS = 30  # of one rater in five minutes, and more than any sends: tests/infra/test_limits.py plays them
SMALLEST = RATERS * REQUESTS
LARGEST = 2_000_000_000  # that WAF takes
SET_AGAIN = ("DefaultAction", "VisibilityConfig", "CustomResponseBodies", "Rules")  # of the web ACL, if they differ
GONE = ("WAFNonexistentItemException",)


def check_limit(text: str) -> str:
    """Return the limit as the stack takes it: 0 for none, empty if nothing was said. Raises DeployError."""
    if text in ("", "0"):
        return text
    advice = f"Give {SMALLEST} or more, digits alone: how many requests one address may send in five minutes; 0 is none"
    if not (text.isascii() and text.isdecimal()):
        raise DeployError(f"WAF_LIMIT={text!r} is not a number. {advice}.")
    if int(text) < SMALLEST:
        raise DeployError(
            f"WAF_LIMIT={text} would turn a cohort away: everyone in an organisation may come from one address, and "
            f"{RATERS:,} raters send up to {SMALLEST:,} requests in five minutes. {advice}."
        )
    if int(text) > LARGEST:
        raise DeployError(f"WAF_LIMIT={text} is more than WAF takes, {LARGEST}. {advice}.")
    return str(int(text))


def describe(stage: Deployment) -> str:
    limit = int(stack.parameters(stage).get("WafLimit") or 0)
    return f"WAF: {f'at most {limit:,} requests of one address in five minutes' if limit else 'off'}"


# --- in front of the API --------------------------------------------------------------------------------------------


def ensure_firewall(stage: Deployment, hand: Reporter, api_id: str) -> None:
    """Put the web ACL of the stack in front of the API. One that someone else put there stays."""
    wanted, now = _web_acl(stage), _in_front(stage, api_id)
    if now == wanted:
        hand.stays("WAF is in front of the API" if wanted else "no WAF is in front of the API")
    elif not wanted:
        hand.stays(f"the web ACL {_name(now)}, which someone else put in front of the API, is left alone")
    elif now:
        _stop(
            hand,
            f"the API has the web ACL {_name(now)} already, and takes one only. Take it off "
            f"(aws wafv2 disassociate-web-acl --resource-arn {_place(stage, api_id)}), or keep it alone: "
            f"make infra STAGE={stage.name} WAF_LIMIT=0",
        )
    else:
        put = partial(stage.client("wafv2").associate_web_acl, WebACLArn=wanted, ResourceArn=_place(stage, api_id))
        hand.change("put WAF in front of the API", put)


def take_off(stage: Deployment, hand: Reporter, limit: str = "0") -> None:
    """Take the stack's web ACL off the API, so that the stack can delete it. limit: above 0, it stays."""
    ours = _web_acl(stage) if limit == "0" else ""
    for api_id in api.list_ids(stage) if ours else ():
        if _in_front(stage, api_id) == ours:
            take = partial(stage.client("wafv2").disassociate_web_acl, ResourceArn=_place(stage, api_id))
            hand.change("take WAF off the API", take)


def how_to_take_off(stage: Deployment) -> str:
    """Return the command that takes the web ACL off the API; empty if it is not there."""
    for api_id in api.list_ids(stage) if _web_acl(stage) else ():
        if _in_front(stage, api_id) == _web_acl(stage):
            return f"aws wafv2 disassociate-web-acl --resource-arn {_place(stage, api_id)}; "
    return ""


def _web_acl(stage: Deployment) -> str:
    """Return the ARN of the stack's web ACL; empty if it has none."""
    return stack.outputs(stage).get("WebAcl", "")


def _in_front(stage: Deployment, api_id: str) -> str:
    asked = {"restApiId": api_id, "stageName": stage.config()["api_gateway_stage"]}
    gateway_stage = found_or_none(stage.client("apigateway").get_stage, *api.GONE, **asked)
    return str((gateway_stage or {}).get("webAclArn", ""))


def _place(stage: Deployment, api_id: str) -> str:
    return f"arn:aws:apigateway:{stage.region}::/restapis/{api_id}/stages/{stage.config()['api_gateway_stage']}"


def _name(arn: str) -> str:
    return arn.rsplit("/", 2)[-2]


# --- its rule -------------------------------------------------------------------------------------------------------


def ensure_rule(stage: Deployment, hand: Reporter) -> None:
    """Set the rule as the template says: CloudFormation does not notice what someone changed by hand."""
    arn = _web_acl(stage)
    if not arn:
        return
    waf, which = stage.client("wafv2"), {"Name": _name(arn), "Id": arn.rsplit("/", 1)[1], "Scope": "REGIONAL"}
    live = found_or_none(waf.get_web_acl, *GONE, **which)
    limit = stack.parameters(stage)["WafLimit"]
    if live is None:
        _stop(
            hand,
            f"someone deleted the web ACL {_name(arn)}. To make it again: make infra STAGE={stage.name} WAF_LIMIT=0; "
            f"make infra STAGE={stage.name} WAF_LIMIT={limit}; make deploy STAGE={stage.name}",
        )
        return
    properties = stack.read_template((stage.project / stack.TEMPLATE).read_text())["Resources"]["WebAcl"]["Properties"]
    wanted: dict[str, Any] = watching.resolved(properties, {"Stage": stage.name, "WafLimit": int(limit)})
    if any(watching.differs(live["WebACL"].get(name), wanted[name]) for name in SET_AGAIN):
        fields = {name: wanted[name] for name in SET_AGAIN}
        update = partial(waf.update_web_acl, **which, LockToken=live["LockToken"], **fields)
        hand.change(f"set the rule of web ACL {_name(arn)} again", update)
    else:
        hand.stays(f"WAF refuses what goes above {int(limit):,} requests of one address in five minutes")


def _stop(hand: Reporter, why: str) -> None:
    """Show in a dry run what a person must do first. Else raise DeployError."""

    def stop() -> NoReturn:
        raise DeployError(f"{why[0].upper()}{why[1:]}.")

    hand.change(f"stop, because {why}", stop)
