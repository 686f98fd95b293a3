"""Show the state of a deployment and what needs action; change nothing."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.core.settings import Queue
from infra import rights
from infra.deploy import (
    api,
    concurrency,
    differences,
    drill,
    firewall,
    halt,
    missing,
    policies,
    restore,
    sender,
    settings,
    stack,
    state,
    tracing,
    verify,
)
from infra.deploy.hand import Reporter
from infra.deploy.stage import Deployment, found_or_none

QUEUES = (*Queue, "dead")


def run(stage: Deployment, hand: Reporter, *, open_page: bool = True) -> list[str]:
    """Return one line for each thing that needs action."""
    looks = [*LOOKS, ("Pages", _pages)] if open_page else LOOKS
    hand.steps = len(looks)
    needs: list[str] = []
    for title, look in looks:
        hand.step(title)
        for line, fault in look(stage):
            (hand.needs_action if fault else hand.note)(line)
            needs += [line] if fault else []
    return needs


Line = tuple[str, bool]  # text, and whether it needs action


def _stack(stage: Deployment) -> Iterator[Line]:
    description = stack.describe(stage)
    if description is None:
        yield f"there is no stack {stage.title}: run make infra STAGE={stage.name}", True
        return
    status = description["StackStatus"]
    whole = status in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
    yield f"{stage.title} is {status}{'' if whole else f': run make infra STAGE={stage.name}'}", not whole
    yield from missing.look(stage)
    if list(policies.stale(stage.project, stage.name)):
        yield "policy files differ from infra/rights.yaml: run make policies", True
    second = drill.second_stage(stage)
    if drill.is_kept(second):
        cure = f"make remove STAGE={second.name} DESTROY={second.name}"
        yield f"a drill left a copy of all rows, which no erasure reaches: {cure}", True
    yield from ((copy, True) for copy in restore.list_copies(stage))


def _settings(stage: Deployment) -> Iterator[Line]:
    fault = settings.faults(stage)
    yield (fault, True) if fault else (f"{stage.parameter} is complete", False)
    values = settings.read(stage)
    yield f"pages at {values.get('base_url') or 'no address yet'}", False
    api_id = next(iter(api.list_ids(stage)), None)
    if values.get("base_url") and api_id and values["base_url"] != (wanted := api.wanted_url(stage, api_id)):
        yield f"links in emails do not lead to {wanted} yet: make deploy STAGE={stage.name} says what is missing", True
    count = len(values.get("link_keys", []))
    yield f"{count} link key{'' if count == 1 else 's'}", False
    yield firewall.describe(stage), False


def _functions(stage: Deployment) -> Iterator[Line]:
    live = state.live_functions(stage)
    for name in rights.FUNCTIONS:
        if name not in live:
            continue  # “What deploys set” names it
        configuration = stage.client("lambda").get_function_configuration(FunctionName=live[name])
        runtime, megabytes = configuration["Runtime"], configuration["MemorySize"]
        it = f"{name}: {runtime}, {megabytes} MB, deployed {configuration['LastModified'][:16]}"
        yield it, configuration.get("State", "Active") != "Active"
    yield concurrency.describe_limit(stage)
    yield f"X-Ray traces: {'on' if tracing.is_on(stage) else 'off'}", False
    for name in live.keys() - set(rights.FUNCTIONS):
        yield f"{name} is no longer in app.py: the next deploy removes it", True


def _queues(stage: Deployment) -> Iterator[Line]:
    sqs = stage.client("sqs")
    for queue in QUEUES:
        absent = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")
        queue_url = found_or_none(sqs.get_queue_url, *absent, QueueName=f"{stage.title}-{queue}")
        if not queue_url:
            why = "see Stack" if stack.outputs(stage) else f"run make infra STAGE={stage.name}"
            yield f"queue {queue} is missing: {why}", True
            continue
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        counts = sqs.get_queue_attributes(QueueUrl=queue_url["QueueUrl"], AttributeNames=names)["Attributes"]
        waiting, taken = (int(counts[name]) for name in names)
        yield f"{queue}: {waiting} waiting, {taken} being worked on", queue == "dead" and waiting > 0


def _alarms(stage: Deployment) -> Iterator[Line]:
    alarms = list(stage.listed("cloudwatch", "describe_alarms", "MetricAlarms", AlarmNamePrefix=f"{stage.title}-"))
    for each in alarms:
        if each["StateValue"] == "ALARM":
            yield f"ALARM {each['AlarmName']}: {each.get('AlarmDescription', '')}", True
    no_one = f"no one: make infra STAGE={stage.name} ALARMS_TO=ops@example.org names someone"
    recipient = stack.parameters(stage).get("AlarmEmail")
    yield f"{len(alarms)} alarms, sent to {recipient or no_one}", not alarms or not recipient


def _email_lines(stage: Deployment) -> Iterator[Line]:
    from_whom = settings.read(stage).get("sender")
    if not from_whom:
        yield f"no sender yet: run make infra STAGE={stage.name} SENDER=...", True
        return
    quiet = Reporter(say=lambda _: None)
    waiting = sender.report_state(stage, quiet, from_whom)
    yield from ((line, not line.startswith(" ")) for line in waiting)  # a DNS record is a detail of the line above
    quota = stage.client("sesv2").get_account()["SendQuota"]
    sent = f"{quota['SentLast24Hours']:g} of {quota['Max24HourSend']:g} emails in the last 24 hours"
    yield f"{from_whom}: {sent}, {quota['MaxSendRate']:g} a second", False
    yield sender.describe_capacity(stage, from_whom), False


def _pages(stage: Deployment) -> Iterator[Line]:
    """Open three pages, as a reader would."""
    if wait := restore.what_waits(stage):
        yield wait, True
    if since := halt.stopped_since(stage):
        yield f"stopped since {since}: make start STAGE={stage.name} opens it", True
        return
    base_url = settings.read(stage).get("base_url")
    if not base_url:
        yield f"the pages have no address yet: run make deploy STAGE={stage.name}", True
        return
    faults = list(verify.open_pages(base_url))
    yield from ((fault, True) for fault in faults)
    if not faults:
        yield f"{base_url}/ answers", False


LOOKS = [
    ("Stack", _stack),
    ("Settings", _settings),
    ("Functions", _functions),
    ("Queues", _queues),
    ("Alarms", _alarms),
    ("Email", _email_lines),
    ("Alarm address and certificate", differences.look_at_addresses),
    ("What deploys set", differences.look),
]
