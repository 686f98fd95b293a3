"""Two requests at once, in every order of their AWS calls: a thank-you is never a loss, and never counts twice."""

from datetime import timedelta

import pytest

import chalicelib.clock
from chalicelib.collect.sheet import QuestionnaireClosed
from chalicelib.collect.submit import submit
from chalicelib.jobs import run
from chalicelib.model import Wave
from chalicelib.store import cohorts, delegates, jobs, responses
from chalicelib.store.table import transact
from chalicelib.works import WORKS
from tests.faults import scene
from tests.faults.scene import Scene
from tests.support import people
from tests.support.interleave import explore


@pytest.fixture(autouse=True)
def system_clock():
    yield
    chalicelib.clock.use(None)


def test_two_submissions_of_one_link_count_once(aws):
    opened = Scene(scene.open_wave)
    ticket = scene.ticket(scene.invitation("p0"))
    now = people.CLOSE.replace(day=1)

    def check(_, outcomes):
        (line,) = cohorts.lines(people.COHORT)
        one = scene.invitation("p0")
        wrong = [f"refused: {outcome!r}" for outcome in outcomes if isinstance(outcome, BaseException)]
        wrong += [] if line.answered == 1 else [f"counted {line.answered} times"]
        return wrong + ([] if one.sent == one.draft else ["not stored"])

    act = lambda _: submit(ticket, now)  # noqa: E731
    assert explore(opened.lay_out, [act, act], check) >= 6


@pytest.mark.parametrize("limit", [120, pytest.param(5000, marks=pytest.mark.prove)])
def test_a_submission_that_races_the_close_is_refused_or_counted(aws, limit):
    """The rater's page is read a moment before the deadline; the job closes at the deadline, few answers or not."""
    deadline = people.CLOSE.replace(day=1)
    about = {"delegate": people.dana(), "wave": "baseline", "publish": "yes"}
    close = jobs.job("close", people.dana(), "baseline", "publish", due_at=deadline, **about)

    def build():
        scene.open_wave()
        for name in ("p1", "p2", "p3", "mara manager"):
            submit(scene.ticket(scene.invitation(name)), deadline - timedelta(hours=2))
        earlier = delegates.change_wave(people.dana(), Wave.BASELINE, {"closes_at": deadline}, [])
        transact([earlier, jobs.add(close)])

    racing = Scene(build)
    ticket = scene.ticket(scene.invitation("p0"))

    def check(_, outcomes):
        if isinstance(outcomes[0], BaseException) and not isinstance(outcomes[0], QuestionnaireClosed):
            return [f"neither thanked nor refused: {outcomes[0]!r}"]
        thanked = not isinstance(outcomes[0], BaseException)
        scene.run_job(close.id, deadline + timedelta(hours=3))  # whatever a lost race put off
        stored = len([one for one in responses.of_wave(people.dana(), Wave.BASELINE) if one.group == "peer"])
        return [] if stored == 3 + thanked else [f"thanked: {thanked}, but {stored} peers are stored"]

    rater = lambda _: submit(ticket, deadline - timedelta(seconds=1))  # noqa: E731
    closing = lambda _: run.run(close.id, WORKS, "attempt", deadline)  # noqa: E731
    assert explore(racing.lay_out, [rater, closing], check, limit) > 50
