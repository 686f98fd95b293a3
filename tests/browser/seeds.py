"""Puts a served cloud where a coach or sponsor comes in, without the weeks before: rows as jobs leave them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from chalicelib.core.ids import administrator_key, coach_id, delegate_id
from chalicelib.core.model import DelegateEntry, Wave
from chalicelib.jobs.kinds import JobKind
from chalicelib.links import signing
from chalicelib.results.facts import facts_bytes
from chalicelib.store import cohorts, due, jobs, reports, sessions, summaries
from chalicelib.store.cohorts import FeedbackState
from chalicelib.store.jobs import JobState
from chalicelib.store.marshal import attribute, fields, item
from chalicelib.store.reports import StoredReport
from chalicelib.store.sessions import Session
from chalicelib.store.summaries import Summary
from chalicelib.web.sessions import COOKIE, MAX_SESSION
from infra.local.account import ADMINISTRATOR, ID_KEY, LINK_KEY
from infra.local.example import COHORT, read_example
from tests.report import gallery
from tests.support.served import Served

TABLE, BUCKET = "fullcircle-local", "fullcircle-local-123456789012"
DOCUMENT = b"<!doctype html><html lang=en-GB><title>A document</title><main><h1>The frozen document</h1></main></html>"


class Keys:
    """Replace the settings: this process signs the served cloud's links."""

    link_keys = (LINK_KEY,)
    id_key = ID_KEY

    def __init__(self, cloud: Served):
        self.base_url = f"http://127.0.0.1:{cloud.port}/api"


def delegates_of_one_coach() -> list[DelegateEntry]:
    """Return the example's delegates with the first delegate's coach."""
    entries = read_example(None)[1]
    return [entry for entry in entries if entry.coach == entries[0].coach]


def coach_link() -> str:
    coach = delegates_of_one_coach()[0].coach
    return signing.make("coach", COHORT, coach_id(COHORT, coach.email))


def sponsor_link() -> str:
    return signing.make("sponsor", COHORT, "1")


def hub_link(entry: DelegateEntry) -> str:
    return signing.make("hub", of(entry), "1")


def of(entry: DelegateEntry) -> str:
    return delegate_id(COHORT, entry.person.email)


def facts_name(entry: DelegateEntry) -> str:
    return f"reports/{of(entry)}/facts.json"


def finish_report(cloud: Served, entry: DelegateEntry, page: bytes | None = None) -> None:
    names = {kind: f"reports/{of(entry)}/report.{kind}" for kind in ("html", "pdf")}
    report = StoredReport(of(entry), Wave.BASELINE, "c" * 64, facts_name(entry), **names, made_at=now(cloud))
    _put(cloud, reports.add(report).params["Item"])
    for name in names.values():
        save(cloud, name, page or DOCUMENT)
    save(cloud, facts_name(entry), facts_bytes(gallery.report("usual")))
    key = cohorts.line_key(COHORT, of(entry))
    cloud.client("dynamodb").update_item(
        TableName=TABLE,
        Key={"pk": {"S": key.pk}, "sk": {"S": key.sk}},
        UpdateExpression="SET #s = :s",
        ExpressionAttributeNames={"#s": "stage"},
        ExpressionAttributeValues={":s": attribute(FeedbackState.REPORT_READY)},
    )


def finish_summary(cloud: Served) -> None:
    summary = Summary(COHORT, summaries.IMPACT, "c" * 64, "sponsor/facts.json", "sponsor/summary.html", now(cloud))
    _put(cloud, summaries.add(summary).params["Item"])
    save(cloud, summary.html)
    save(cloud, summary.facts)


def now(cloud: Served) -> datetime:
    return datetime.fromisoformat(cloud.get("/_local/clock").json["now"]).astimezone(UTC)


def _put(cloud: Served, new: dict[str, Any]) -> None:
    cloud.client("dynamodb").put_item(TableName=TABLE, Item=new)


def save(cloud: Served, name: str, body: bytes | str = DOCUMENT) -> None:
    cloud.client("s3").put_object(Bucket=BUCKET, Key=name, Body=body, ContentType="text/html")


# --- the administrator --------------------------------------------------------------------------------


def let_in_administrator(cloud: Served, session_id: str) -> dict[str, Any]:
    """As if the administrator had signed in just now; the cookie that their browser has from it."""
    row = Session(sessions.hashed(session_id), administrator_key(ADMINISTRATOR), now(cloud) + MAX_SESSION)
    _put(cloud, item({**sessions.key(row.hashed)._asdict(), **fields(row)}))
    value = signing.token("session", session_id, str(int(now(cloud).timestamp())))
    return {"name": COOKIE, "value": value, "domain": "127.0.0.1", "path": "/", "secure": True, "sameSite": "Strict"}


def fail_job(cloud: Served) -> str:
    """Add a job that was given up. Return its id."""
    failed = JobKind.SUMMARY.job("given-up", due_at=now(cloud), cohort=COHORT)
    row = jobs.add(failed).row | {"state": JobState.FAILED, "error": "The bucket was away.", "due_shard": due.FAILED}
    _put(cloud, item(row))
    return failed.id


def bounce(cloud: Served, to: str) -> None:
    """Bounce the newest email to the address."""
    email = [listed["id"] for listed in cloud.get("/_local/mail.json").json if to in listed["to"]][-1]
    assert cloud.post("/_local/bounce", mail=email, type="Permanent").status == 200
