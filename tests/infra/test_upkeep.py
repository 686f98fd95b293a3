"""A deployment in use: its status, and new keys for links."""

from __future__ import annotations

import boto3
import pytest

from chalicelib.core.model import Person, RaterEntry
from chalicelib.programme.check_sending import count_busiest_day
from chalicelib.programme.read_people import read_delegates
from infra.deploy import sender, settings
from tests.programme.test_command_line_checks import ANA, HEADER
from tests.support import people
from tests.support.deployment import WHO, live

pytestmark = pytest.mark.infra


def test_status_names_what_needs_action_and_how_to_fix_it(deployed, capsys):
    queue = boto3.client("sqs").get_queue_url(QueueName="fullcircle-prod-dead")["QueueUrl"]
    boto3.client("sqs").send_message(QueueUrl=queue, MessageBody="{}")
    boto3.client("lambda").delete_function(FunctionName="fullcircle-prod-mail")

    assert deployed.run("status", "--skip-verify") == 1
    said = capsys.readouterr().out
    assert said.count("no function mail") == 1
    assert "there is no function mail: run make deploy STAGE=prod" in said
    assert "dead: 1 waiting" in said
    assert "SES is in its sandbox" in said
    assert '"v=DMARC1; p=none;' in said


CAPACITIES = [
    ({}, "200 emails a day, 1 a second", 11),  # of a new account: 17 emails of a delegate on the busiest day
    ({"emails_a_day": 50_000, "emails_a_second": 14}, "50,000 emails a day, 14 a second", 2_941),
    ({"emails_a_day": -1, "emails_a_second": 14}, "any number of emails a day", 18_974),
    ({"emails_a_day": 50_000, "emails_a_second": 0.5}, "0.5 a second", 677),
]


@pytest.mark.parametrize(("allowed", "says", "delegates"), CAPACITIES)
def test_it_is_said_how_large_a_cohort_ses_has_room_for_on_its_busiest_day(account, capsys, allowed, says, delegates):
    account.allow(**allowed)
    assert account.run("infra", *WHO) == 0
    said = capsys.readouterr().out
    account.run("status", "--skip-verify")

    for printed in (said, capsys.readouterr().out):
        (line,) = [line for line in printed.splitlines() if "on its busiest day" in line]
        assert says in line
        assert f"up to {delegates:,} delegates" in line


def test_what_a_delegate_is_sent_on_the_busiest_day_is_as_a_load_counts_it():
    """Of the raters that a file names; the line manager and the delegate are two more."""
    (ana,) = read_delegates((HEADER + ANA).encode(), "d.csv", lambda _: None)
    chosen = (RaterEntry("peer", Person("Pat", "pat@example.org")),) * (sender.RATERS - 2)

    assert count_busiest_day(people.programme(), [ana], {"ana@example.org": chosen}) == sender.EMAILS_OF_A_DELEGATE


def test_each_line_that_needs_action_is_marked_and_counted(account, capsys):
    """The DNS records of a domain are one thing to do."""
    account.set_up()
    capsys.readouterr()
    assert account.run("status") == 1

    said = capsys.readouterr().out.splitlines()
    marked = [line.strip() for line in said if line.startswith("      ! ")]
    assert said[-1].startswith(f"{len(marked)} lines need action")
    assert len({*marked}) == len(marked)
    assert sum(line.startswith("! example.org") for line in marked) == 1
    assert any("dkim.amazonses.com" in line for line in said)


def test_link_keys_are_kept_and_rotate_without_losing_the_old_one(deployed):
    (old,) = settings.read(deployed.stage)["link_keys"]
    id_key = settings.read(deployed.stage)["id_key"]
    assert deployed.run("infra") == 0
    assert settings.read(deployed.stage)["link_keys"] == [old]
    before = live(deployed.stage)["functions"]["fullcircle-prod"]["Description"]
    assert deployed.run("rotate-keys") == 0

    assert settings.read(deployed.stage)["link_keys"][0] == old
    assert len(settings.read(deployed.stage)["link_keys"]) == 2
    assert live(deployed.stage)["functions"]["fullcircle-prod"]["Description"] != before  # a fresh start
    assert deployed.run("rotate-keys", "--drop-oldest") == 0
    assert old not in settings.read(deployed.stage)["link_keys"]
    assert settings.read(deployed.stage)["id_key"] == id_key
    assert deployed.run("rotate-keys", "--drop-oldest") == 1  # the last key stays
