"""Queues share what Lambda allows the account, and pages keep a share."""

from __future__ import annotations

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.deploy.concurrency import FOR_PAGES, SMALLEST, share_out

pytestmark = pytest.mark.infra
WANTED = {"work": 10, "report": 5, "mail": 2}


@given(st.integers(10, 5000))
def test_pages_keep_their_share_and_no_queue_is_stuck(limit):
    shares = share_out(WANTED, limit)

    assert sum(shares.values()) <= limit * (1 - FOR_PAGES)
    assert all(SMALLEST <= shares[name] <= share for name, share in WANTED.items())


def test_a_high_limit_gives_each_queue_what_it_declares():
    assert share_out(WANTED, 1000) == WANTED


def shares_of(stage) -> dict[str, int]:
    mappings = stage.listed("lambda", "list_event_source_mappings", "EventSourceMappings")
    return {each["FunctionArn"].rsplit("-", 1)[1]: each["ScalingConfig"]["MaximumConcurrency"] for each in mappings}


def test_a_new_account_holds_queues_back_until_its_limit_is_raised(deployed, capsys):
    assert shares_of(deployed.stage) == {"work": 2, "report": 2, "mail": 2}
    deployed.run("status", "--skip-verify")
    assert "Lambda allows 10 runs at once in this account, so queues are held back" in capsys.readouterr().out
    deployed.allow(lambdas_at_once=1000)
    assert deployed.deploy() == 0

    assert shares_of(deployed.stage) == WANTED
    assert boto3.client("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"] == 1000
