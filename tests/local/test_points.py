"""Points of the year at which `make serve AT=...` opens the example's cohort."""

from __future__ import annotations

import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from chalicelib.jobs.run import MAX_ATTEMPTS
from infra.local.__main__ import main
from infra.local.example import example_dates, read_example
from infra.local.points import Point, moment_of
from tests.support.served import SECONDS, Served, command, free_port, served

PROGRAMME, _ = read_example()
DATES = example_dates(date(2026, 1, 7))


def test_points_follow_one_another_through_the_year():
    moments = [moment_of(point, DATES, PROGRAMME) for point in Point]

    assert moments == sorted(set(moments))


@pytest.mark.parametrize(
    ("point", "after", "before"),
    [
        (Point.COLLECTING, DATES.opens, DATES.closes),
        (Point.CLOSED, DATES.closes, DATES.ends),
        (Point.WORKSHOPS, DATES.closes, DATES.ends),
        (Point.IMPACT, date(2026, 9, 25), date(2026, 10, 16)),
    ],
)
def test_a_point_lies_in_its_stage(point, after, before):
    day = moment_of(point, DATES, PROGRAMME).astimezone(ZoneInfo("Europe/London")).date()

    assert after < day < before


def test_a_point_that_the_year_does_not_have_is_refused_with_those_it_has(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["infra.local", "serve", "--at", "december"])

    with pytest.raises(SystemExit) as stopped:
        main()

    assert stopped.value.code == 2
    assert "collecting, closed, released" in capsys.readouterr().err


def test_time_of_the_points_is_noon_by_local_clocks():
    assert moment_of(Point.IMPACT, DATES, PROGRAMME) == datetime.fromisoformat("2026-10-01T11:00:00Z")


@pytest.fixture(scope="module")
def collecting() -> Iterator[Served]:
    with served("--at", "collecting") as server:
        yield server


def test_the_cloud_opens_at_the_point_with_everything_before_it_done(collecting):
    now = datetime.fromisoformat(collecting.get("/_local/clock").json["now"])
    people = collecting.get("/_local/people.json").json
    jobs = collecting.get("/_local/jobs.json").json

    assert 0 <= (now - moment_of(Point.COLLECTING, DATES, PROGRAMME)).total_seconds() < 600
    assert {"administrator", "delegate", "rater"} <= {person["role"] for person in people}
    assert all(person["cohort"] for person in people if person["role"] != "administrator"), "also of a digest"
    roles = Counter((person["role"], person["email"], person["cohort"]) for person in people)
    assert set(roles.values()) == {1}
    assert "failed" not in {job["state"] for job in jobs}


def test_the_clock_runs_on_from_the_point(collecting):
    before = datetime.fromisoformat(collecting.get("/_local/clock").json["now"])

    collecting.post("/_local/clock", advance="P1D")

    assert (datetime.fromisoformat(collecting.get("/_local/clock").json["now"]) - before).days == 1


def test_the_next_job_of_a_kind_fails_once_and_is_tried_again(collecting):
    assert collecting.post("/_local/jobs/fail", kind="close").status == 200
    closes = min(job["due_at"] for job in collecting.get("/_local/jobs.json").json if job["kind"] == "close")
    collecting.post("/_local/clock", to=closes)
    collecting.post("/_local/clock", advance="PT1M")

    failed = [job for job in collecting.get("/_local/jobs.json").json if "FailedOnRequest" in job["error"]]

    assert [(job["kind"], job["state"], job["attempts"]) for job in failed] == [("close", "waiting", 1)]
    collecting.post("/_local/clock", advance="PT30M")
    job = next(job for job in collecting.get("/_local/jobs.json").json if job["id"] == failed[0]["id"])
    assert (job["state"], job["attempts"]) == ("done", 2)


def test_a_job_that_fails_for_good_is_listed_as_a_problem_and_no_other_of_its_kind_fails(collecting):
    assert collecting.post("/_local/jobs/fail", kind="morning", for_good="1").status == 200
    collecting.post("/_local/clock", advance="P3D")

    mornings = [job for job in collecting.get("/_local/jobs.json").json if job["kind"] == "morning" and job["attempts"]]
    failed = [job for job in mornings if job["state"] == "failed"]

    assert [job["attempts"] for job in failed] == [MAX_ATTEMPTS]
    assert "FailedOnRequest" in failed[0]["error"]
    assert all(job["error"] == "" for job in mornings if job not in failed)


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_cloud_while_the_example_is_played(sent):
    process = subprocess.Popen([*command(free_port()), "--at", "reviewed"], stdout=subprocess.PIPE, text=True)
    try:
        assert "nominations" in process.stdout.readline()
        process.send_signal(sent)
        said = process.communicate(timeout=SECONDS)[0]
    finally:
        process.kill()
    assert (process.returncode, said.splitlines()) == (0, ["Stopped."])
