"""docs/operations.md on an empty emulator: set up, deployed, looked at from outside, and a cohort gets its emails."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from threading import Timer
from typing import IO
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import Request, urlopen

import boto3
import pytest

from infra.deploy import package, settings
from infra.local.account import ACCOUNT
from infra.local.invoke import schedule_event
from tests.support import deployment
from tests.support import emulator as emulated
from tests.support.deployment import ROOT, WHO, Account
from tests.support.manners import lambdas
from tests.support.manners.account import account, reset
from tests.support.served import free_port

pytestmark = pytest.mark.infra

LONGEST = 600  # seconds that the emulator may run
EXAMPLE = ROOT / "examples" / "maximising-potential"


def test_two_calls_do_not_write_tables_at_once():
    """moto puts a copy of a table back after a transaction, and with it undoes what others wrote meanwhile."""
    entered, seen = [], []

    class Call:
        def call_action(self) -> None:
            entered.append(self)
            seen.append(emulated.tables_are_busy.acquire(blocking=False))

    emulated.in_turn(Call.call_action)(Call())
    assert (len(entered), seen) == (1, [False])


def test_the_limit_of_lambda_is_raised_by_opening_an_address():
    try:
        assert "1,000" in lambdas.answer("/_lambda/limit")
        assert account.lambdas_at_once == 1000
    finally:
        reset()


@contextmanager
def emulator(port: int) -> Iterator[IO[str]]:
    """Run the emulator. Return what it says."""
    command = [sys.executable, "-m", "tests.support.emulator", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    limit = Timer(LONGEST, process.kill)  # a line that never comes ends the test, not the machine
    limit.start()
    try:
        line_with(process.stdout, "ready")
        yield process.stdout
    finally:
        limit.cancel()
        process.terminate()
        process.wait()


def line_with(said: IO[str], words: str) -> str:
    wanted_line = next((line for line in said if words in line), None)
    assert wanted_line is not None, f"it ended without saying {words}"
    return wanted_line.strip()


def test_what_is_deployed_answers_sweeps_and_emails_links_that_open(tmp_path, tmp_path_factory, monkeypatch):
    port = free_port()
    built = deployment.package_for_here(tmp_path_factory)
    with emulator(port) as said:
        account = prepared(f"http://127.0.0.1:{port}", tmp_path, monkeypatch)
        assert account.run("infra", *WHO) == 0
        put(built, package.path(account.stage))
        assert account.run("deploy", "--any-python") == 0  # looks at it from outside
        assert "SES would not send this cohort's emails" in load(account).stderr
        deployment.ask(f"{account.url}/_ses/verify/example.org")
        deployment.ask(f"{account.url}/_ses/production")
        assert account.run("infra") == 0  # stores the new rate
        done = load(account)
        assert done.returncode == 0, done.stderr
        sweep = json.dumps(schedule_event(datetime.now(UTC))).encode()
        boto3.client("lambda").invoke(FunctionName="fullcircle-prod-sweep_due", Payload=sweep)
        ask_for_a_code(settings.read(account.stage)["base_url"])  # a cohort's emails wait for a working day
        link = line_with(said, "/code/")
        assert account.run("stop") == 0
        for form in (None, b"go=submit"):
            with pytest.raises(HTTPError, match="503") as closed:
                urlopen(link, form, timeout=60)  # noqa: S310 (our own server's)
            assert "We are back soon" in closed.value.read().decode()
        assert account.run("start") == 0  # looks at it from outside
        with urlopen(link, timeout=60) as page:  # noqa: S310 (our own server's)
            assert page.status == 200
            assert page.headers["Cache-Control"] == "no-store"
        move_to_a_domain(account, link)


def move_to_a_domain(account: Account, link: str) -> None:
    """Links in emails get the new address once it answers; a link that is out opens the page there."""
    config, port = account.stage.config(), urlsplit(link).port
    domain = {"domain_name": "localhost", "certificate_arn": f"arn:aws:acm:eu-west-2:{ACCOUNT}:certificate/1"}
    config["stages"]["prod"]["api_gateway_custom_domain"] = domain
    account.stage.config_file.write_text(json.dumps(config))
    assert account.run("deploy", "--any-python") == 0
    assert settings.read(account.stage)["base_url"].startswith(f"http://localhost:{port}/")
    with urlopen(link, timeout=60) as page:  # noqa: S310 (our own server's)
        assert (page.status, urlsplit(page.url).hostname) == (200, "localhost")


def ask_for_a_code(site: str) -> None:
    """As an administrator in a browser."""
    with urlopen(site + "/admin", timeout=60) as page:  # noqa: S310 (our own server's)
        text = page.read().decode()
        cookies = [each.split(";")[0] for each in page.headers.get_all("Set-Cookie") or []]
    fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', text)) | {"email": "admin@example.org"}
    action = re.findall(r'action="([^"]+)"', text)[0]
    headers = {"Cookie": "; ".join(cookies), "Content-Type": "application/x-www-form-urlencoded"}
    form = Request(urljoin(site, unescape(action)), urlencode(fields).encode(), headers)  # noqa: S310 (as above)
    urlopen(form, timeout=60).close()  # noqa: S310 (as above)


def prepared(url: str, folder: Path, patch: pytest.MonkeyPatch) -> Account:
    deployment.set_environment(patch, url)
    deployment.copy_project(folder)
    deployment.for_this_machine(folder)
    patch.setattr("infra.deploy.layer.build", deployment.small_layer)
    return Account(url, folder)


def put(built: Path, wanted: Path) -> None:
    wanted.parent.mkdir(parents=True)
    shutil.copy(built, wanted)


def load(account: Account) -> subprocess.CompletedProcess[str]:
    today = datetime.now(UTC).date()
    dates = [(today + timedelta(days=days)).isoformat() for days in (-1, 14, 60)]
    command = [sys.executable, "-m", "chalicelib", "--stage", "prod", "cohort", "load", "trial"]
    command += ["--programme", str(EXAMPLE / "programme.yaml"), "--delegates", str(EXAMPLE / "delegates.csv")]
    command += [word for pair in zip(("--opens", "--closes", "--ends"), dates, strict=True) for word in pair]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
