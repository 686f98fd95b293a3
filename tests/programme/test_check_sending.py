"""A cohort whose emails SES would not send is not loaded, unless the operator says so."""

from __future__ import annotations

import pytest

from chalicelib.cli.parser import main
from chalicelib.core.model import Person, RaterEntry
from chalicelib.programme.check_sending import count_busiest_day, list_obstacles
from chalicelib.programme.read_people import read_delegates
from chalicelib.store import cohorts
from chalicelib.store.sending_limits import SendingLimits
from infra.local import moto_patches
from infra.local.account import SENDER_DOMAIN
from infra.local.memory import backend
from tests.programme.small import SMALL
from tests.programme.test_command_line_checks import ANA, DAYS, HEADER


@pytest.fixture
def load(aws, tmp_path, capsys, clock):
    (tmp_path / "p.yaml").write_text(SMALL)
    (tmp_path / "d.csv").write_text(HEADER + ANA)
    command = ["cohort", "load", "autumn", *(part for pair in DAYS.items() for part in pair)]
    command += ["--programme", str(tmp_path / "p.yaml"), "--delegates", str(tmp_path / "d.csv")]

    def run(*options: str) -> tuple[int, str]:
        return main([*command, *options]), "".join(capsys.readouterr())

    return run


@pytest.fixture
def quota(monkeypatch):
    """Change what SES says of the account."""
    return lambda **values: monkeypatch.setattr(moto_patches, "SENDING", moto_patches.SENDING | values)


def test_it_loads_without_a_question_where_ses_sends(load):
    assert load()[0] == 0


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"ProductionAccessEnabled": False}, "Not verified: ana@example.org, cy@example.org, max@example.org"),
        ({"Max24HourSend": 3.0}, "and SES allows 3 in 24 hours"),
        ({"MaxSendRate": 0.0001}, "take more than 8 hours at SES's rate of 0.0001 a second"),
    ],
)
def test_what_ses_would_not_send_is_refused_unless_the_operator_says_so(load, quota, values, says):
    quota(**values)
    status, output = load()

    assert (status, says in output) == (1, True), output
    assert "--anyway" in output
    assert cohorts.find_load("autumn") is None
    assert load("--anyway")[0] == 0


def test_a_sender_that_waits_for_its_records_is_refused(load, monkeypatch):
    identity = backend("ses").email_identities[SENDER_DOMAIN]
    monkeypatch.setattr(identity, "verified_for_sending_status", False)
    status, output = load()

    assert (status, f"{SENDER_DOMAIN} waits for its DNS records" in output) == (1, True), output


def test_a_quota_below_zero_is_no_limit():
    limits = SendingLimits("example.org", True, True, False, per_day=-1, per_second=100)

    assert list(list_obstacles(limits, 100_000, [])) == []


def test_the_busiest_day_counts_the_raters_that_a_file_names_and_else_the_most_there_can_be(programme):
    (ana,) = read_delegates((HEADER + ANA).encode(), "d.csv", lambda _: None)
    rater = RaterEntry("peer", Person("Pat", "pat@example.org"))
    most = sum(group.max for group in programme.rater_groups)

    # herself and her line manager, her coach, and a sign-in code for her and her coach
    assert count_busiest_day(programme, [ana], {"ana@example.org": [rater] * 4}) == 4 + 2 + 3
    assert count_busiest_day(programme, [ana, ana], {}) == 2 * (most + 3)
