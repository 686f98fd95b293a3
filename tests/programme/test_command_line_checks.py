"""The command line checks what the console checks, through the same rules: nothing odd is loaded."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chalicelib.cli import arguments
from chalicelib.cli.parser import main
from chalicelib.core import clock as clocks
from chalicelib.store import cohorts
from chalicelib.store.table import scan
from tests.programme.small import SMALL

HEADER = "name,email,job_title,service,manager_name,manager_email,coach_name,coach_email\n"
ANA = "Ana Reed,ana@example.org,Matron,Theatres,Max Hill,max@example.org,Cy Lund,cy@example.org\n"
DAYS = {"--opens": "2026-09-14", "--closes": "2026-09-28", "--ends": "2027-01-29"}


@pytest.fixture
def load(aws, tmp_path, capsys, clock):
    (tmp_path / "p.yaml").write_text(SMALL)
    (tmp_path / "d.csv").write_text(HEADER + ANA)
    files = ["--programme", str(tmp_path / "p.yaml"), "--delegates", str(tmp_path / "d.csv")]

    def run(*flags: str, **options: str) -> tuple[int, str]:
        chosen = DAYS | {f"--{name}": value for name, value in options.items()}
        status = main(["cohort", "load", "autumn", *files, *(part for pair in chosen.items() for part in pair), *flags])
        return status, "".join(capsys.readouterr())

    return run


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("sponsor", "Sam <sam@x>", "after @ there must be a domain"),
        ("sponsor", "Sam <sam@x.e>", "after @ there must be a domain"),
        ("sponsor", "Sam <sam..s@x.example>", "the part before @"),
        ("sponsor", "Sam <sam.o’neil@x.example>", "character 6 is a right single quotation mark"),
        ("sponsor", "  <sam@x.example>", "the name is missing"),
        ("sponsor", "\u200b <sam@x.example>", "the name is missing"),
        ("sponsor", "Sam\x1b[31m <sam@x.example>", "the name contains a control character"),
        ("sponsor", "Sam <>", "the address is missing"),
        ("title", "A\tB\x07", "contains a control character"),
        ("title", "x" * 101, "has 101 characters; allowed: at most 100"),
        ("title", "Visit www.evil.example", "contains a web or email address"),
    ],
)
def test_what_the_console_refuses_is_refused(load, option, value, says):
    status, output = load(**{option: value})

    assert (status, says in output) == (1, True), output
    assert cohorts.find_load("autumn") is None


def test_a_last_day_in_the_past_is_refused(load, clock):
    status, output = load(opens="2020-01-06", closes="2020-01-31", ends="2020-06-30")

    assert (status, "is in the past" in output) == (1, True), output
    assert cohorts.find_load("autumn") is None


def test_a_cohort_that_has_closed_is_loaded_again_as_it_was(load, clock):
    assert load()[0] == 0
    clock.advance(days=60)

    assert clocks.now().date().isoformat() > DAYS["--closes"]
    assert load()[0] == 0


@pytest.mark.parametrize(
    "typed",
    [
        "Sam Sponsor <sam@example.org>",
        '"Sponsor, Sam" <sam@example.org>',
        "Sponsor, Sam <mailto:Sam@example.org>",
        "'Sam Sponsor' <sam＠example.org>",
        "=?utf-8?q?Sponsor=2C_Sam?= <sam@example.org>",
    ],
)
def test_the_sponsor_is_read_as_people_copy_a_name_and_an_address(load, typed):
    assert load(sponsor=typed)[0] == 0

    loaded = cohorts.find_load("autumn")
    assert loaded is not None
    assert loaded.cohort.sponsor is not None
    assert (loaded.cohort.sponsor.name, loaded.cohort.sponsor.email) == ("Sam Sponsor", "sam@example.org")


@pytest.mark.parametrize("typed", ["01/12/2026", "2026-13-01", "1 December 2026", "tomorrow", ""])
def test_a_day_that_is_none_is_refused_with_its_option(load, capsys, typed):
    with pytest.raises(SystemExit) as stopped:
        load(opens=typed)

    said = capsys.readouterr().err
    assert stopped.value.code == 2
    assert all(part in said for part in ("--opens", repr(typed), "2026-12-01"))


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("2026-12-01T09:30Z", datetime(2026, 12, 1, 9, 30, tzinfo=UTC)),
        ("2026-12-01T09:30+01:00", datetime(2026, 12, 1, 8, 30, tzinfo=UTC)),
        ("2026-12-01T09:30", datetime(2026, 12, 1, 9, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_without_a_zone_is_in_utc(typed, read):
    assert arguments.moment(typed) == read


def test_a_moment_that_is_none_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["jobs", "due", "--by", "noon"])
    assert "'noon' is not a moment" in capsys.readouterr().err


def test_a_dry_run_says_what_would_change_and_stores_nothing(load, tmp_path):
    status, output = load("--dry-run")
    assert (status, list(scan())) == (0, [])
    assert "Ana Reed: new; ana@example.org" in output

    load()
    (tmp_path / "d.csv").write_text(HEADER + ANA.replace("Matron", "Head of theatres"))
    before = sorted(map(repr, scan()))
    status, output = load("--dry-run")
    assert (status, sorted(map(repr, scan()))) == (0, before)
    assert "Ana Reed: changed; job title: Matron → Head of theatres" in output


def test_a_dry_run_refuses_what_the_load_refuses(load):
    status, output = load("--dry-run", opens="2020-01-06", closes="2020-01-31", ends="2020-06-30")
    assert (status, "is in the past" in output) == (1, True), output
