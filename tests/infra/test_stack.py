"""What linters miss in infra/stack.yaml, and that it fits app.py and the log."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra import rights
from infra.deploy.stack import read_template

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "infra" / "stack.yaml").read_text()
TEMPLATE = read_template(TEXT)
RESOURCES = TEMPLATE["Resources"]
CONFIG = json.loads((ROOT / ".chalice" / "config.json").read_text())


def of_type(kind: str) -> dict:
    return {name: each["Properties"] for name, each in RESOURCES.items() if each["Type"] == kind}


def test_what_people_wrote_outlives_the_stack_and_can_be_recovered():
    for name in ("Table", "Keys", "Bucket"):
        assert RESOURCES[name]["DeletionPolicy"] == RESOURCES[name]["UpdateReplacePolicy"] == "Retain"
    assert all(table["DeletionProtectionEnabled"] for table in of_type("AWS::DynamoDB::Table").values())
    assert RESOURCES["Table"]["Properties"]["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]


def test_a_destroyed_key_stays_destroyed():
    keys = RESOURCES["Keys"]["Properties"]

    assert "PointInTimeRecoverySpecification" not in keys
    assert "StreamSpecification" not in keys


def test_nothing_records_the_order_of_changes_to_rows():
    """A stream, or a trail of data events, would count each rater's saves: docs/threat-model.md."""
    assert "StreamSpecification" not in RESOURCES["Table"]["Properties"]
    assert not of_type("AWS::CloudTrail::Trail")


def test_no_other_account_is_let_in_or_named():
    """docs/privacy.md: all that is kept is in the organisation's own account."""
    statements = [each for each in _walk(TEMPLATE) if "Effect" in each and "Action" in each]
    allowed = [each.get("Principal", {"Service": "of a role"}) for each in statements if each["Effect"] == "Allow"]

    assert allowed
    assert all(isinstance(principal, dict) and principal.keys() == {"Service"} for principal in allowed)
    assert re.findall(r"\b\d{12}\b", TEXT + (ROOT / "infra" / "rights.yaml").read_text()) == []


def _walk(part: object) -> Iterator[dict]:
    """Yield every mapping in a template."""
    if isinstance(part, dict):
        yield part
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _walk(inner)


def test_documents_are_private_encrypted_versioned_and_tidied():
    bucket = RESOURCES["Bucket"]["Properties"]
    (statement,) = RESOURCES["BucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]

    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["VersioningConfiguration"]["Status"] == "Enabled"
    assert {rule["Id"] for rule in bucket["LifecycleConfiguration"]["Rules"]} == {
        "old-versions",
        "copies",
        "withdrawals",
        "half-uploads",
    }
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_every_queue_is_encrypted_keeps_two_weeks_and_puts_failures_aside_under_an_alarm():
    for name, queue in of_type("AWS::SQS::Queue").items():
        assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600
        assert queue["SqsManagedSseEnabled"] is True
        assert name == "DeadLetters" or queue["RedrivePolicy"]["deadLetterTargetArn"] == {"GetAtt": "DeadLetters.Arn"}
    assert {"GetAtt": "DeadLetters.QueueName"} in dimensions("ApproximateNumberOfMessagesVisible")


def dimensions(metric: str) -> list:
    alarms = of_type("AWS::CloudWatch::Alarm").values()
    return [each["Value"] for alarm in alarms if alarm.get("MetricName") == metric for each in alarm["Dimensions"]]


@pytest.mark.parametrize("function", ["work", "report", "mail"])
def test_a_message_stays_hidden_for_six_times_as_long_as_its_function_may_run(function):
    settings = CONFIG["stages"]["prod"]["lambda_functions"][function]
    longest = settings.get("lambda_timeout", CONFIG["lambda_timeout"])

    assert RESOURCES[f"{function.title()}Queue"]["Properties"]["VisibilityTimeout"] >= 6 * longest


def test_every_function_logs_into_a_group_that_forgets():
    groups = {each["LogGroupName"]["Sub"]: each for each in of_type("AWS::Logs::LogGroup").values()}
    wanted = {f"/aws/lambda/{rights.function_name('${Stage}', name)}" for name in rights.FUNCTIONS}

    assert wanted | {"/fullcircle/${Stage}/access"} == groups.keys()
    assert all(each["RetentionInDays"] == {"Ref": "LogDays"} for each in groups.values())
    assert max(TEMPLATE["Parameters"]["LogDays"]["AllowedValues"]) == 90


LOGGED = re.compile(r'\$\.message = "(\w+)"')


def logged_by_us() -> set[str]:
    """Return the first words of our log lines: what log.info, log.warning and log.error are called with."""
    names = set()
    for path in (ROOT / "chalicelib").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LOG_CALLS:
                names |= {each.value for each in node.args[:1] if isinstance(each, ast.Constant)}
    return names


LOG_CALLS = {"info", "warning", "error"}


def test_a_figure_counts_lines_that_are_really_logged():
    patterns = [each["FilterPattern"] for each in of_type("AWS::Logs::MetricFilter").values()]
    counted = {name for pattern in patterns for name in LOGGED.findall(pattern)}

    assert {
        "swept",
        "front_page",
        "report_made",
        "job_given_up",
        "mail_in_doubt",
        "page_failed",
        "code_refused",
        "code_blocked",
    } <= counted
    assert counted <= logged_by_us()


def test_figures_are_counts_without_dimensions_so_that_none_names_anyone():
    for each in of_type("AWS::Logs::MetricFilter").values():
        (figure,) = each["MetricTransformations"]
        assert figure.keys() == {"MetricNamespace", "MetricName", "MetricValue", "Unit"}
        assert figure["MetricValue"] in ("1", "$.due", "$.oldest_seconds", "$.milliseconds", "$.seconds")


def test_no_figure_counts_answers_because_a_figure_outlives_the_close_of_a_questionnaire():
    acts = {"submit", "answer", "save", "decline"}
    patterns = " ".join(each["FilterPattern"] for each in of_type("AWS::Logs::MetricFilter").values())

    assert not [word for word in acts if word in patterns]


def test_every_figure_has_an_alarm_and_every_alarm_of_ours_a_figure():
    figures = {
        transform["MetricName"]
        for each in of_type("AWS::Logs::MetricFilter").values()
        for transform in each["MetricTransformations"]
    }
    alarms = of_type("AWS::CloudWatch::Alarm").values()
    watched = {each["MetricName"] for each in alarms if each.get("Namespace") == {"Sub": "Fullcircle/${Stage}"}}

    assert figures == watched | {"CloseToReport"}  # which the dashboard shows; what is late is overdue


def test_every_alarm_notifies_someone_and_says_when_it_is_over():
    for alarm in of_type("AWS::CloudWatch::Alarm").values():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "Alarms"}]
        assert alarm["AlarmDescription"]


def test_silence_alarms_only_where_silence_is_the_fault():
    alarms = of_type("AWS::CloudWatch::Alarm")
    silent = {name for name, alarm in alarms.items() if alarm["TreatMissingData"] == "breaching"}
    sweep = alarms["SweepAlarm"]

    assert silent == {"SweepAlarm"}
    assert sweep["Period"] * sweep["EvaluationPeriods"] == 20 * 60


def test_a_function_that_ends_with_an_error_is_counted_whichever_it_is():
    filters = of_type("AWS::Logs::MetricFilter").values()
    counted = {
        each["LogGroupName"]["Ref"] for each in filters if each["MetricTransformations"][0]["MetricName"] == "Broken"
    }

    assert counted == set(of_type("AWS::Logs::LogGroup"))


def test_alarms_cost_next_to_nothing():
    """Ten alarms and ten figures of our own are free of charge in an account; each further alarm is $0.10 a month."""
    alarms = of_type("AWS::CloudWatch::Alarm").values()
    figures = {each["MetricName"] for each in alarms if each.get("Namespace") == {"Sub": "Fullcircle/${Stage}"}}

    assert not any("Metrics" in alarm for alarm in alarms)
    assert len(alarms) <= 15
    assert len(figures) <= 10


def test_ses_publishes_every_event_that_settles_an_email():
    events = RESOURCES["EventsOfMail"]["Properties"]["EventDestination"]
    (statement,) = RESOURCES["MailEventsPolicy"]["Properties"]["PolicyDocument"]["Statement"]

    assert {"send", "delivery", "bounce", "complaint"} <= set(events["MatchingEventTypes"])
    assert RESOURCES["EventsOfMail"]["DependsOn"] == "MailEventsPolicy"
    assert statement["Principal"] == {"Service": "ses.amazonaws.com"}
    assert RESOURCES["ConfigurationSet"]["Properties"]["DeliveryOptions"] == {"TlsPolicy": "REQUIRE"}


def test_no_role_is_given_here_but_api_gateways():
    assert set(of_type("AWS::IAM::Role")) == {"GatewayLogs"}
    assert not of_type("AWS::IAM::Policy")


def test_the_dashboard_is_json_and_names_no_other_stage():
    body = RESOURCES["Dashboard"]["Properties"]["DashboardBody"]["Sub"]
    widgets = json.loads(body)["widgets"]
    places = {(each["x"], each["y"]) for each in widgets}

    assert len(places) == len(widgets)
    assert not re.search(r"fullcircle-(?!\$\{Stage\})", body)


def test_the_template_fits_into_one_call():
    assert len(TEXT.encode()) <= 51_200
