"""The embedded cloud as a whole: its gateway, its time, its AWS under many threads, its ports."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from tests.support.served import command

THREADS = 8
TABLE = "fullcircle-local"


def test_a_path_that_the_api_lacks_is_refused_as_api_gateway_does(desk):
    for path in ("/api/no/such/page", "/elsewhere", "/apix"):
        answer = desk.get(path)

        assert (answer.status, answer.json) == (403, {"message": "Missing Authentication Token"})


def test_a_page_at_another_address_leads_to_the_one_in_emails(desk):
    for path in ("/api/", "/api/answer/forged%20link", "/api/admin?from=a+b&from=c"):
        answer = desk.ask("GET", path, Host=f"localhost:{desk.port}")

        assert (answer.status, answer.headers["location"]) == (303, f"http://127.0.0.1:{desk.port}{path}")
        assert answer.headers["cache-control"] == "no-store"


def test_a_form_that_arrives_at_another_address_is_taken(desk):
    """From a page that was open while the address changed."""
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    path, form = "/api/sign-in/administrator", "email=someone%40example.org"
    hosts = (f"127.0.0.1:{desk.port}", f"localhost:{desk.port}")
    here, there = (desk.ask("POST", path, form, Host=host, **kind) for host in hosts)

    assert (here.status, here.headers.get("location")) == (there.status, there.headers.get("location"))
    assert here.status < 500


def test_a_head_has_the_length_of_the_get_and_no_body(desk):
    head, get = desk.ask("HEAD", "/api/"), desk.get("/api/")

    assert (head.status, head.body) == (get.status, b"")
    assert head.headers["content-length"] == str(len(get.body))


def test_a_row_that_stays_due_does_not_hold_time_up(desk):
    aws = desk.client("dynamodb")
    key = {"pk": {"S": "JOB#ghost"}, "sk": {"S": "JOB"}}
    row = {"id": "ghost", "kind": "close", "state": "done", "due_shard": "0", "due_at": "2020-01-01T00:00:00Z"}
    aws.put_item(TableName=TABLE, Item={**key, **{name: {"S": value} for name, value in row.items()}})

    answer = desk.post("/_local/clock", advance="PT1H")
    aws.delete_item(TableName=TABLE, Key=key)

    assert (answer.status, answer.json["jobs_run"]) == (200, 0)


def test_a_job_that_no_repeat_can_help_fails_at_once_and_is_shown(desk):
    due_at = datetime.fromisoformat(desk.get("/_local/clock").json["now"]).astimezone(UTC) + timedelta(minutes=1)
    row = {"pk": "JOB#nonsense", "sk": "JOB", "id": "nonsense", "kind": "close", "state": "waiting"}  # of no delegate
    row |= {"due_shard": "3", "due_at": due_at.strftime("%Y-%m-%dT%H:%M:%SZ")}
    desk.client("dynamodb").put_item(TableName=TABLE, Item={name: {"S": value} for name, value in row.items()})

    desk.post("/_local/clock", advance="P1D")

    failed_job = {job["id"]: job for job in desk.get("/_local/jobs.json").json}["nonsense"]
    desk.client("dynamodb").delete_item(TableName=TABLE, Key={"pk": {"S": "JOB#nonsense"}, "sk": {"S": "JOB"}})
    assert (failed_job["state"], failed_job["attempts"]) == ("failed", 1)
    assert failed_job["error"].startswith("KeyError")


def test_of_many_first_puts_one_wins(desk):
    aws = desk.client("dynamodb")

    def put(place: int, thread: int) -> int:
        try:
            item = {"pk": {"S": f"RACE#{place}"}, "sk": {"S": "x"}, "by": {"N": str(thread)}}
            aws.put_item(TableName=TABLE, Item=item, ConditionExpression="attribute_not_exists(pk)")
        except ClientError:
            return 0
        return 1

    with ThreadPoolExecutor(THREADS) as pool:
        winners = [sum(pool.map(put, [place] * THREADS, range(THREADS))) for place in range(10)]

    assert winners == [1] * 10


def test_transactions_at_once_lose_no_sum_even_next_to_refused_ones(desk):
    aws = desk.client("dynamodb")
    tally = {"pk": {"S": "RACE#tally"}, "sk": {"S": "x"}}
    add = {"UpdateExpression": "ADD summed :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
    refused = {"Put": {"TableName": TABLE, "Item": tally, "ConditionExpression": "attribute_not_exists(pk)"}}
    also = {"Update": {"TableName": TABLE, "Key": {**tally, "sk": {"S": "y"}}, **add}}
    aws.put_item(TableName=TABLE, Item=tally)

    def work(_thread: int) -> None:
        for _ in range(10):
            aws.transact_write_items(TransactItems=[{"Update": {"TableName": TABLE, "Key": tally, **add}}])
            with suppress(ClientError):
                aws.transact_write_items(TransactItems=[also, refused])

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, range(THREADS)))

    assert aws.get_item(TableName=TABLE, Key=tally)["Item"]["summed"] == {"N": str(10 * THREADS)}
    assert "Item" not in aws.get_item(TableName=TABLE, Key={**tally, "sk": {"S": "y"}})


@pytest.mark.parametrize("offset", [0, -1], ids=["its-port", "the-port-after-it"])
def test_a_port_that_is_taken_is_said_in_one_line(desk, offset):
    ended = subprocess.run(command(desk.port + offset), capture_output=True, text=True, timeout=60)

    assert ended.returncode == 2
    assert ended.stderr == f"port {desk.port} is taken; choose another: make serve PORT=8001\n"
