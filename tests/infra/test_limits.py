"""The limits of infra/limits.yaml: how many readers they let through, and that their routes are there."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from heapq import heappop, heappush

import boto3
import pytest
import yaml

from infra.deploy import api, limits
from infra.deploy.concurrency import FOR_PAGES
from infra.deploy.stage import ROOT, Deployment
from tests.support.manners.account import Account

RATERS = 2_000
PAGES = 12  # of a questionnaire with 38 behaviours
SECONDS, SECONDS_TO_START = 0.1, 2.0  # of one answer, and of a function's first: generous (docs/decisions/0056)
USUAL_LIMIT = 1_000  # functions at once in an account
NEW_ACCOUNT = Account().lambdas_at_once
LIMITS = limits.read_limits(Deployment("prod"))[limits.EVERY_ROUTE]


def requests(chance: random.Random) -> list[float]:
    """Return when each request arrives, in seconds: everyone opens the email within one minute, and then answers."""
    moments = []
    for _ in range(RATERS):
        moment = chance.uniform(0, 60)
        moments += [moment, *(moment + 0.3 + chance.random() for _ in range(4))]  # the page, style, scripts, questions
        for _ in range(PAGES):
            moment += chance.uniform(25, 70)
            moments += [moment - 15, moment, moment + 0.3]  # saved on the way, saved with the button, the next page
    return sorted(moments)


def turned_away(moments: Iterable[float], limit: Mapping[str, float]) -> int:
    """Count what a token bucket as API Gateway's refuses."""
    left, before, refused = float(limit["at_once"]), 0.0, 0
    for moment in moments:
        left = min(float(limit["at_once"]), left + (moment - before) * limit["per_second"])
        before = moment
        refused += left < 1
        left -= left >= 1
    return refused


@pytest.mark.parametrize("seed", range(5))
def test_of_two_thousand_raters_at_once_none_is_turned_away(seed):
    moments = requests(random.Random(seed))

    assert turned_away(moments, LIMITS) == 0
    assert turned_away(moments, {"per_second": 50, "at_once": 100}) > 0


def most_functions(moments: Iterable[float]) -> int:
    """Return how many functions run at once: a request takes one that waits, or starts another, which takes longer."""
    busy: list[float] = []
    idle = most = 0
    for moment in moments:
        while busy and busy[0] <= moment:
            heappop(busy)
            idle += 1
        heappush(busy, moment + (SECONDS if idle else SECONDS_TO_START))
        idle -= idle > 0
        most = max(most, len(busy))
    return most


@pytest.mark.parametrize("seed", range(5))
def test_two_thousand_raters_at_once_stay_within_the_share_that_pages_keep_of_the_usual_limit(seed):
    """Lambda turns away what is more. `make status` asks the operator of a new account, which has ten, for more."""
    most = most_functions(requests(random.Random(seed)))

    assert NEW_ACCOUNT < most < USUAL_LIMIT * FOR_PAGES


def test_every_limit_is_of_a_route_that_is_there():
    from app import app

    limits_file = yaml.safe_load((ROOT / limits.FILE).read_text())
    routes = {f"{method} {path}" for path, methods in app.routes.items() for method in methods}

    assert set(limits_file["routes"]) <= routes
    assert {route for route in routes if route.startswith("POST /sign-in/")} <= set(limits_file["routes"])
    assert all(each["per_second"] < limits_file["pages"]["per_second"] for each in limits_file["routes"].values())


@pytest.mark.infra
def test_a_route_has_its_limit_and_a_stopped_stage_lets_none_through(deployed):
    (ours,) = api.list_ids(deployed.stage)

    def found() -> set[float]:
        stage = boto3.client("apigateway").get_stage(restApiId=ours, stageName="api")
        return {each["throttlingRateLimit"] for each in stage["methodSettings"].values()}

    assert found() == {400, 20, 5}
    assert deployed.run("stop") == 0
    assert found() == {0}
    assert deployed.run("start", "--skip-verify") == 0
    assert found() == {400, 20, 5}


def found_limits(stage: Deployment) -> dict[str, float]:
    (ours,) = api.list_ids(stage)
    settings = boto3.client("apigateway").get_stage(restApiId=ours, stageName="api")["methodSettings"]
    return {route: each["throttlingRateLimit"] for route, each in settings.items()}


@pytest.mark.infra
@pytest.mark.parametrize("command", ["deploy", "stop"])
def test_a_limit_that_is_taken_back_leaves_the_route_with_the_limit_of_all_pages(deployed, command, capsys):
    """A stage that is stopped has no route that is still open."""
    file = deployed.stage.project / limits.FILE
    listed = yaml.safe_load(file.read_text())
    before = found_limits(deployed.stage)
    del listed["routes"]["POST /code/{key}/again"]
    file.write_text(yaml.safe_dump(listed))

    assert deployed.run("status", "--skip-verify") == 1
    assert "take back the limit of code/{key}/again/POST" in capsys.readouterr().out
    assert (deployed.deploy() if command == "deploy" else deployed.run("stop")) == 0
    after = found_limits(deployed.stage)
    assert {route.replace("~1", "/").strip("/") for route in before.keys() - after.keys()} == {"code/{key}/again/POST"}
    assert set(after.values()) == ({400, 20, 5} if command == "deploy" else {0})
