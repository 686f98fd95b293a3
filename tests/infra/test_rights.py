"""Least privilege: each function has the rights that it uses, no more and no less.

No less: every test runs with the rights of the function that it replaces (tests/support/functions.py), as does the
embedded cloud; and the packaged app is held to its policies by an emulator's IAM (test_packaged.py). No more: a demo
and the rare acts below use every right there is, and each is named that they do not.
"""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from chalice.config import Config
from chalice.deploy.appgraph import ApplicationGraphBuilder
from chalice.deploy.models import LambdaFunction, SQSEventSource

from chalicelib.admin import address_change, failures
from chalicelib.core.ids import delegate_id
from chalicelib.core.model import Person, Wave
from chalicelib.emails import delivery_events, send
from chalicelib.emails.ses_tags import tag
from chalicelib.jobs import sweep
from chalicelib.jobs.commit import commit
from chalicelib.jobs.kinds import JobKind
from chalicelib.store import emails, jobs, objects, programmes, waiting_emails
from infra import rights
from infra.deploy import policies
from infra.local import aws_contract, record
from tests.emails.samples import make_email
from tests.support import people
from tests.support.cloud import STAGE
from tests.support.drain import drain
from tests.support.small_demo import ROOT, used_in_the_demo

ALL = sorted((function, *right) for function in rights.FUNCTIONS for right in rights.given(function, "code"))


def test_every_function_of_the_app_has_its_rights():
    assert set(functions()) == set(rights.FUNCTIONS)
    assert all(
        part.keys() == set(rights.FUNCTIONS) for part in (rights.document()["code"], rights.document()["lambda"])
    )


def test_the_committed_policies_are_what_the_rights_say():
    stages = json.loads((ROOT / ".chalice" / "config.json").read_text())["stages"]

    assert {"dev", "prod"} <= stages.keys()
    assert [str(path) for name in stages for path, _ in policies.stale(ROOT, name)] == []


def test_stages_differ_in_their_names_alone():
    stages = json.loads((ROOT / ".chalice" / "config.json").read_text())["stages"]
    for name, settings in stages.items():
        assert policies.new_stage(stages["dev"], name) == policies.new_stage(settings, name)


@pytest.mark.parametrize("function", rights.FUNCTIONS)
def test_a_policy_names_its_own_stage_everywhere_and_allows_nothing_on_everything(function):
    for statement in rights.policy("prod", function)["Statement"]:
        assert not any("*" in action for action in statement["Action"])
        for arn in statement["Resource"]:
            assert "fullcircle-prod" in arn or "/fullcircle/prod/" in arn or arn == "arn:aws:ses:*:*:identity/*"


def test_lambda_may_take_the_messages_of_each_functions_queue_and_of_no_other():
    take = {"sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"}
    for name, queue in queues().items():
        given = {right for right in rights.given(name, "lambda") if right[0] in take}

        assert given == {(action, rights.QUEUES[queue.rsplit("-", 1)[1]]) for action in take}
    others = set(rights.FUNCTIONS) - queues().keys()
    assert not any(right[0] in take for name in others for right in rights.given(name))


def test_the_demo_and_the_rare_acts_use_every_right(aws, clock, tmp_path_factory):
    record.used.clear()
    rare_acts(clock)
    used = used_in_the_demo(tmp_path_factory) | record.used | {(name, *SETTINGS) for name in rights.FUNCTIONS}

    superfluous = sorted(set(ALL) - used)
    assert superfluous == [], "take them out of infra/rights.yaml, or add the act that needs them to rare_acts"


SETTINGS = ("ssm:GetParameter", "settings")  # read once in the life of a function, whichever is first here


def rare_acts(clock) -> None:
    """Return what no run of the demo is sure to do."""
    now = clock.now()
    bad = make_email(to=Person("No One", "no address"))
    commit(emails.add(bad), now)
    assert not send.send(bad.id, "attempt", now)  # shown on the dashboard: its function writes a row
    event = {"eventType": "Delivery", "mail": {"messageId": "m", "tags": {"mail": [tag(bad.id)], "attempt": ["a"]}}}
    delivery_events.record_delivery_event(
        json.dumps(event), now
    )  # and now it arrived after all: mail_events takes the row away
    late = JobKind.REPORT.job(delegate_id("c", "d@example.org"), Wave.BASELINE, due_at=now + timedelta(minutes=1))
    commit([jobs.add(late)], now)
    sweep.sweep(clock.advance(minutes=5))
    with record.running("report"):  # has no memory of what other functions read: tests/infra/test_packaged.py
        programmes.stored(people.programme().id, people.programme().version)
        objects.save("reports/d/baseline/facts.json", b"{}")
        objects.load("reports/d/baseline/facts.json")  # of the baseline, for the result of a delegate with a follow-up
        objects.save("sponsor/c/facts.json", b"{}")
        objects.load("sponsor/c/facts.json")  # of the edition before, for the next one
        objects.save("copies/r/c/1.zip", b"")  # a person asks for a copy of their own data
    with record.running("api_handler"):
        objects.link("copies/r/c/1.zip")  # and takes it
    people.opened(clock, chosen=people.raters(1, 0))
    address_change.change_address(people.COHORT, people.person("mara manager").email, "new@example.org", clock.now())
    drain(clock.now())  # a manager's inbox is under their address: work takes the old one away
    people.load(clock.now(), chosen=people.raters(2, 0))
    drain(clock.now())  # more raters for a delegate who is enrolled: only while their wave is as it was read
    with record.running("work"):
        objects.load("reports/d/baseline/facts.json")  # of the baseline, for a cohort's figures in the follow-up
    with record.running("work"):  # what has been kept long enough, years after the demo
        objects.remove("reports/d/baseline/facts.json")
        objects.remove("sponsor/c/facts.json")
        objects.remove("copies/r/c/1.zip")
    for function in ("api_handler", "work"):  # a person takes something back; a pause ends on its day
        with record.running(function):
            objects.save("withdrawals/2026-01-01T00:00:00Z-0.json", b"{}")
    with record.running("work"):  # whose emails an earlier release queued: they are found in the index
        waiting_emails.list_ids(delegate_id("c", "e@example.org"))
    with record.running("api_handler"):
        failures.find_failures(clock.now())  # the administrator looks at what failed


@pytest.mark.parametrize(("function", "action", "resource"), ALL)
def test_a_call_without_its_right_is_refused_and_named(aws, monkeypatch, function, action, resource):
    monkeypatch.setattr(record, "_given", lambda name: rights.given(name) - {(action, resource)})
    model = Model(*next(call for call in CALLS if (action, resource) in rights.needed(*call)))
    with record.running(function), pytest.raises(aws_contract.AwsWouldRefuse):
        record._check(model.params, model)
    assert aws_contract.broken.pop().startswith(f"{function} may not ")


class Model:
    """As botocore names a call."""

    def __init__(self, service: str, operation: str, params: dict):
        self.service_model, self.name, self.params = type("Service", (), {"service_name": service}), operation, params


TABLE = f"fullcircle-{STAGE}"
ONE_TABLE = ("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query")
OF_OBJECTS = ("GetObject", "PutObject", "DeleteObject")
BATCHES = ("BatchGetItem", "BatchWriteItem")
CALLS = [
    *(("dynamodb", verb, {"TableName": name}) for name in (TABLE, f"{TABLE}-keys") for verb in ONE_TABLE),
    ("dynamodb", "Query", {"TableName": TABLE, "IndexName": "due"}),
    *(("dynamodb", verb, {"RequestItems": {name: []}}) for name in (TABLE, f"{TABLE}-keys") for verb in BATCHES),
    ("dynamodb", "TransactWriteItems", {"TransactItems": [{"ConditionCheck": {"TableName": TABLE}}]}),
    *(
        ("s3", verb, {"Key": f"{folder}/x"})
        for folder in ("reports", "sponsor", "copies", "withdrawals")
        for verb in ("GetObject", "PutObject", "DeleteObject")
    ),
    *(("sqs", "SendMessageBatch", {"QueueUrl": f"https://q/{TABLE}-{name}"}) for name in ("work", "report", "mail")),
    ("sesv2", "SendEmail", {"Content": {"Raw": {}}}),
    ("ssm", "GetParameter", {"Name": f"/fullcircle/{STAGE}/settings"}),
]


def resources() -> list:
    from app import app

    on_disk = json.loads((ROOT / ".chalice" / "config.json").read_text())
    given = {"chalice_app": app, "project_dir": str(ROOT)}
    config = Config(chalice_stage="dev", user_provided_params=given, config_from_disk=on_disk)
    return list(ApplicationGraphBuilder().build(config, "dev").resources)


def functions() -> list[str]:
    lambdas = [each if isinstance(each, LambdaFunction) else each.lambda_function for each in resources()]
    return [each.resource_name for each in lambdas]


def queues() -> dict[str, str]:
    return {each.lambda_function.resource_name: each.queue for each in resources() if isinstance(each, SQSEventSource)}
