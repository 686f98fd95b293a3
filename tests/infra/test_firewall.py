"""WAF's limit of requests from one address: off until it is asked for; it turns no cohort away; off again in order."""

from __future__ import annotations

import random
import re
from bisect import bisect_left

import boto3
import pytest

from chalicelib.web.page import HEADERS
from infra.deploy import api, differences, firewall, missing, stack
from infra.deploy.stage import ROOT, DeployError, Deployment
from tests.infra.test_limits import requests

ACL = stack.read_template((ROOT / stack.TEMPLATE).read_text())["Resources"]["WebAcl"]["Properties"]
(RULE,) = ACL["Rules"]
(PAGE,) = ACL["CustomResponseBodies"].values()
FIVE_MINUTES = 300


@pytest.mark.parametrize("seed", range(5))
def test_two_thousand_raters_behind_one_address_stay_below_the_smallest_limit(seed):
    moments = requests(random.Random(seed))
    most = max(bisect_left(moments, moment + FIVE_MINUTES) - place for place, moment in enumerate(moments))

    assert firewall.SMALLEST / 2 < most < firewall.SMALLEST
    assert RULE["Statement"]["RateBasedStatement"]["EvaluationWindowSec"] == FIVE_MINUTES


@pytest.mark.parametrize(
    ("limit", "why"),
    [
        ("abc", "is not a number. Give 60000 or more"),
        ("60,000", "is not a number"),
        ("-1", "is not a number"),
        ("٦٠٠٠٠", "is not a number"),
        ("2000", "would turn a cohort away: everyone in an organisation may come from one address"),
        ("59999", "would turn a cohort away"),
        ("2000000001", "is more than WAF takes"),
    ],
)
def test_a_limit_that_cannot_be_meant_is_refused_with_the_reason(limit, why):
    with pytest.raises(DeployError, match=re.escape(why)):
        firewall.check_limit(limit)


@pytest.mark.parametrize("limit", ["", "0", "60000", "2000000000"])
def test_a_limit_that_lets_a_cohort_in_is_taken_and_so_is_none(limit):
    assert firewall.check_limit(limit) == limit


def test_who_is_turned_away_reads_what_to_do_under_the_headers_of_every_page():
    answer = RULE["Action"]["Block"]["CustomResponse"]
    headers = {each["Name"]: each["Value"] for each in answer["ResponseHeaders"]}
    policy = headers.pop("Content-Security-Policy")

    assert (answer["ResponseCode"], PAGE["ContentType"]) == (429, "TEXT_HTML")
    assert headers.pop("Retry-After") == str(FIVE_MINUTES)
    assert headers == {name: value for name, value in HEADERS.items() if name != "Content-Security-Policy"}
    assert "default-src 'none'" in policy
    assert 'data-message="address-limit"' in PAGE["Content"]
    assert not re.search(r"(src|href|action)=\"(?!data:)|url\(|@import|<script", PAGE["Content"]), (
        "it is turned away too"
    )
    assert len(PAGE["Content"].encode()) < 4096


def test_waf_keeps_no_request_because_its_path_may_hold_a_link():
    assert {each["VisibilityConfig"]["SampledRequestsEnabled"] for each in (ACL, RULE)} == {False}
    assert "AWS::WAFv2::LoggingConfiguration" not in (ROOT / stack.TEMPLATE).read_text()


# --- on an account --------------------------------------------------------------------------------------------------


def faults(stage: Deployment) -> list[str]:
    return [line for line, fault in differences.look(stage) if fault]


def names() -> list[str]:
    return [each["Name"] for each in boto3.client("wafv2").list_web_acls(Scope="REGIONAL")["WebACLs"]]


def place(stage: Deployment) -> str:
    return f"arn:aws:apigateway:eu-west-2::/restapis/{api.list_ids(stage)[0]}/stages/api"


def in_front(stage: Deployment) -> str:
    """Return the name of the web ACL that requests pass; empty if there is none."""
    gateway_stage = boto3.client("apigateway").get_stage(restApiId=api.list_ids(stage)[0], stageName="api")
    return gateway_stage["webAclArn"].split("/")[-2] if "webAclArn" in gateway_stage else ""


def acl(name: str = "fullcircle-prod") -> tuple[dict, dict]:
    """Return which one it is, as calls name it, and what it holds."""
    waf = boto3.client("wafv2")
    (listed,) = [each for each in waf.list_web_acls(Scope="REGIONAL")["WebACLs"] if each["Name"] == name]
    which = {"Name": name, "Id": listed["Id"], "Scope": "REGIONAL"}
    return which, waf.get_web_acl(**which)


def limit() -> int:
    (rule,) = acl()[1]["WebACL"]["Rules"]
    return rule["Statement"]["RateBasedStatement"]["Limit"]


def raise_limit_by_hand() -> None:
    which, answer = acl()
    kept = {name: answer["WebACL"][name] for name in ("DefaultAction", "VisibilityConfig", "CustomResponseBodies")}
    rules = [{name: it for name, it in rule.items() if it is not None} for rule in answer["WebACL"]["Rules"]]
    rules[0]["Statement"]["RateBasedStatement"]["Limit"] = 999_999
    boto3.client("wafv2").update_web_acl(**which, **kept, Rules=rules, LockToken=answer["LockToken"])


@pytest.mark.infra
def test_the_limit_is_off_until_it_is_asked_for_and_off_again_when_it_is_not(deployed, capsys):
    stage = deployed.stage
    assert (names(), in_front(stage), faults(stage)) == ([], "", [])
    assert deployed.run("infra", "--waf-limit", "2000") == 1
    assert "would turn a cohort away" in capsys.readouterr().err
    assert deployed.run("infra", "--waf-limit", "60000", "--dry-run") == 0
    assert "WafLimit: '0' becomes '60000'" in capsys.readouterr().out
    assert names() == []
    assert deployed.run("infra", "--waf-limit", "60000") == 0
    assert faults(stage) == ["make deploy would put WAF in front of the API"]
    assert deployed.run("deploy", "--any-python", "--skip-verify", "--dry-run") == 0
    assert (in_front(stage), limit()) == ("", 60_000)
    assert [deployed.deploy(), deployed.deploy()] == [0, 0]
    assert (in_front(stage), faults(stage)) == ("fullcircle-prod", [])
    remedy = missing.remedy(stage)  # of a queue that someone deleted: the stack is deleted, and made again
    assert f"aws wafv2 disassociate-web-acl --resource-arn {place(stage)}; aws cloudformation delete-stack" in remedy
    assert "ALARMS_TO=ops@example.org WAF_LIMIT=60000;" in remedy

    raise_limit_by_hand()
    boto3.client("wafv2").disassociate_web_acl(ResourceArn=place(stage))
    assert faults(stage) == [
        "make infra would set the rule of web ACL fullcircle-prod again",
        "make deploy would put WAF in front of the API",
    ]
    capsys.readouterr()
    assert deployed.run("infra") == 0
    assert "Done: 1 change." in capsys.readouterr().out
    assert deployed.deploy() == 0
    assert (limit(), in_front(stage), faults(stage)) == (60_000, "fullcircle-prod", [])

    assert deployed.run("infra", "--waf-limit", "70000") == 0
    assert (limit(), in_front(stage), faults(stage)) == (70_000, "fullcircle-prod", [])
    assert deployed.run("status", "--skip-verify") == 1  # email is not set up
    assert "WAF: at most 70,000 requests of one address in five minutes" in capsys.readouterr().out
    assert deployed.run("infra", "--waf-limit", "0", "--dry-run") == 0
    assert "would take WAF off the API" in capsys.readouterr().out
    assert in_front(stage) == "fullcircle-prod"
    assert deployed.run("infra", "--waf-limit", "0") == 0
    assert (names(), in_front(stage), faults(stage)) == ([], "", [])


@pytest.mark.infra
def test_a_web_acl_of_the_organisation_is_left_alone_and_ours_goes_with_the_stage(deployed, capsys):
    stage, waf = deployed.stage, boto3.client("wafv2")
    theirs = waf.create_web_acl(
        Name="theirs", Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=RULE["VisibilityConfig"]
    )["Summary"]["ARN"]
    waf.associate_web_acl(WebACLArn=theirs, ResourceArn=place(stage))
    assert deployed.deploy() == 0
    assert (in_front(stage), faults(stage)) == ("theirs", [])
    assert deployed.run("infra", "--waf-limit", "60000") == 0
    (line,) = faults(stage)
    assert "make deploy would stop, because the API has the web ACL theirs already" in line
    assert deployed.deploy() == 1
    assert f"aws wafv2 disassociate-web-acl --resource-arn {place(stage)}" in capsys.readouterr().err
    assert in_front(stage) == "theirs"

    waf.disassociate_web_acl(ResourceArn=place(stage))
    assert deployed.deploy() == 0
    assert in_front(stage) == "fullcircle-prod"
    assert deployed.run("remove", "--dry-run") == 0
    assert "would take WAF off the API" in capsys.readouterr().out
    assert deployed.run("remove") == 0
    assert names() == ["theirs"]


@pytest.mark.infra
def test_a_web_acl_that_someone_deleted_is_named_with_the_commands_that_make_it_again(account, capsys):
    account.set_up()
    assert account.run("infra", "--waf-limit", "60000") == 0
    which, answer = acl()
    boto3.client("wafv2").delete_web_acl(**which, LockToken=answer["LockToken"])
    again = ["make infra STAGE=prod WAF_LIMIT=0", "make infra STAGE=prod WAF_LIMIT=60000"]

    assert account.run("infra") == 1
    said = capsys.readouterr().err
    assert [command for command in again if command not in said] == []
    assert [account.run("infra", "--waf-limit", each.rsplit("=", 1)[1]) for each in again] == [0, 0]
    assert names() == ["fullcircle-prod"]
