"""The packaged app plays the demo with two delegates: each function a process of its own that starts from the unpacked
zip, signs with the credentials of its role, and is held to that role's policy on every call."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from email import message_from_bytes
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import pytest

from infra import rights
from tests.support import deployment
from tests.support.served import free_port

pytestmark = pytest.mark.infra

ALL = sorted((function, *right) for function in rights.FUNCTIONS for right in rights.given(function, "code"))
RARE = {  # what the demo is not sure to do: `rare_acts` in test_rights.py does
    ("api_handler", "dynamodb:Query", "due"),
    ("api_handler", "s3:GetObject", "copies"),
    ("api_handler", "s3:PutObject", "withdrawals"),
    ("work", "s3:PutObject", "withdrawals"),
    ("work", "dynamodb:ConditionCheckItem", "table"),
    ("work", "s3:DeleteObject", "reports"),
    ("work", "s3:DeleteObject", "sponsor"),
    ("work", "s3:DeleteObject", "copies"),
    ("work", "s3:GetObject", "reports"),
    ("report", "s3:GetObject", "sponsor"),
    ("report", "s3:PutObject", "copies"),
    ("mail_events", "dynamodb:DeleteItem", "table"),
}


@pytest.fixture(scope="module")
def journey(tmp_path_factory) -> dict[str, Any]:
    """Run tests/support/packaged/journey.py. Return what it says, and its home."""
    package = deployment.package_for_here(tmp_path_factory)
    with deployment.once(tmp_path_factory, "journey") as home:
        return play(home, package)


def play(home: Path, package: Path, *options: str) -> dict[str, Any]:
    result = home / "journey.json"
    if not result.exists():
        command = [sys.executable, "-m", "tests.support.packaged.journey", str(package), str(free_port()), *options]
        environment = {**os.environ, "PYTHONPATH": str(deployment.ROOT)}
        done = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False)
        assert result.exists(), done.stdout[-2000:] + done.stderr[-4000:]
    return {"home": home, **json.loads(result.read_text())}


def test_the_packaged_functions_carry_a_cohort_to_the_sponsors_summary_within_their_rights(journey):
    assert journey["refused"] == []
    assert journey["status"] == 0
    assert (journey["home"] / "demo-output" / "sponsor" / "summary.html").exists()
    assert {function for function, _, _ in journey["asked"]} == set(rights.FUNCTIONS)


def test_without_any_one_right_a_call_of_that_journey_is_refused(journey):
    unused = {
        right
        for right in ALL
        if not refused_without(*right, [call[1:] for call in journey["asked"] if call[0] == right[0]])
    }

    assert unused == RARE


def refused_without(function: str, action: str, resource: str, asked: list[tuple[str, str]]) -> bool:
    from tests.support.packaged.gate import allows, reduced  # of .venv-infra

    less = reduced(rights.policy("local", function), function, action, resource)
    return any(not allows(less, *asked_call) for asked_call in asked)


def test_a_journey_without_a_right_breaks_off(tmp_path_factory):
    package = deployment.package_for_here(tmp_path_factory)
    broken = play(tmp_path_factory.mktemp("broken"), package, "--without", "work", "dynamodb:PutItem", "table")

    assert broken["status"] == 1
    assert {line.split(" on ")[0] for line in broken["refused"]} == {"work may not dynamodb:PutItem"}


READ_WORKBOOK = """
import io, sys
sys.path.insert(0, sys.argv[1])
from openpyxl import Workbook
from chalicelib.core.csv_reader import Kind, read_table
from chalicelib.core.file_errors import FaultList
made, content = Workbook(), io.BytesIO()
for row in (["name"], ["Jo Ward"]):
    made.active.append(row)
made.save(content)
print(read_table(content.getvalue(), Kind(("name",)), FaultList("people.xlsx"))[0].cells["name"])
"""


def test_the_package_reads_workbooks_by_itself(tmp_path_factory, tmp_path):
    with zipfile.ZipFile(deployment.package_for_here(tmp_path_factory)) as package:
        package.extractall(tmp_path)
    command = [sys.executable, "-I", "-S", "-c", READ_WORKBOOK, str(tmp_path)]  # without our own libraries

    assert subprocess.run(command, capture_output=True, check=True, text=True).stdout == "Jo Ward\n"


def lines(home: Path, function: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (home / f"{function}.log").read_text().splitlines()]


def test_every_line_of_a_functions_log_is_json_and_says_what_run_of_which_stage_wrote_it(journey):
    for function in rights.FUNCTIONS:
        text_lines = lines(journey["home"], function)

        assert text_lines
        assert all({"levelname", "message", "request", "stage"} <= line.keys() for line in text_lines)
        assert {line["stage"] for line in text_lines} == {"local"}
    assert all("job" in line for name in ("work", "report") for line in lines(journey["home"], name))
    assert all("mail" in line for name in ("mail", "mail_events") for line in lines(journey["home"], name))


def test_no_log_contains_a_link_an_address_or_a_name(journey):
    """Of nine months, each line as its function wrote it. Answers and comments: tests/journey/test_logs.py."""
    written = "".join((journey["home"] / f"{function}.log").read_text() for function in rights.FUNCTIONS)
    emails = [message_from_bytes(path.read_bytes()) for path in (journey["home"] / "demo-output" / "mail").iterdir()]
    text = "".join(
        part.get_payload(decode=True).decode()
        for message in emails
        for part in message.walk()
        if part.get_payload(decode=True)
    )
    secrets = {parseaddr(message["To"])[1] for message in emails} | set(re.findall(r"[\w-]{22}(?=[/?\s])", text))

    assert len(secrets) > 100
    assert [secret for secret in secrets if secret in written] == []
