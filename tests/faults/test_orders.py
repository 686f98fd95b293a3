"""Two requests at once, in every order of their AWS calls: a thank-you is never a loss, and never counts twice."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

import chalicelib.core.clock
from chalicelib.admin import close_or_extend as close
from chalicelib.collect.questionnaire import QuestionnaireClosed
from chalicelib.collect.submit_answers import submit
from chalicelib.core.model import Wave, WaveState
from chalicelib.jobs import run
from chalicelib.jobs.commit import commit
from chalicelib.jobs.kinds import HANDLERS, JobKind
from chalicelib.store import cohorts, delegates, jobs, responses
from chalicelib.store.table import transact
from chalicelib.waves import lifecycle
from tests.faults import scene
from tests.faults.scene import Scene
from tests.support import people
from tests.support.clock import Clock
from tests.support.drain import drain
from tests.support.effort import FACTOR
from tests.support.emails import sent_emails
from tests.support.interleave import explore

MANY = pytest.param(round(600 * FACTOR), marks=pytest.mark.prove, id="many")  # orders


@pytest.fixture(autouse=True)
def system_clock():
    yield
    chalicelib.core.clock.use(None)


def test_two_submissions_of_one_link_count_once(aws):
    opened = Scene(scene.open_wave)
    answer_link = scene.link_of(scene.invitation("p0"))
    now = people.CLOSE.replace(day=1)

    def check(_, outcomes):
        (line,) = cohorts.list_lines(people.COHORT)
        invitation = scene.invitation("p0")
        wrong = [f"refused: {outcome!r}" for outcome in outcomes if isinstance(outcome, BaseException)]
        wrong += [] if line.answered == 1 else [f"counted {line.answered} times"]
        return wrong + ([] if invitation.sent == invitation.draft else ["not stored"])

    act = lambda _: submit(answer_link, now)  # noqa: E731
    assert explore(opened.lay_out, [act, act], check) >= 6


@pytest.mark.parametrize("limit", [60, MANY])
def test_a_submission_that_races_the_close_is_refused_or_counted(aws, limit):
    """The rater's page is read a moment before the deadline; the job closes at the deadline, few answers or not."""
    deadline = people.CLOSE.replace(day=1)
    about = {"delegate": people.dana(), "wave": "baseline", "publish": "yes"}
    close = JobKind.CLOSE.job(people.dana(), "baseline", "publish", due_at=deadline, **about)

    def build():
        scene.open_wave()
        for name in ("p1", "p2", "p3", "mara manager"):
            submit(scene.link_of(scene.invitation(name)), deadline - timedelta(hours=2))
        earlier = delegates.change_wave(people.dana(), Wave.BASELINE, {"closes_at": deadline}, [])
        transact([earlier, jobs.add(close)])

    racing = Scene(build)
    answer_link = scene.link_of(scene.invitation("p0"))

    def check(_, outcomes):
        if isinstance(outcomes[0], BaseException) and not isinstance(outcomes[0], QuestionnaireClosed):
            return [f"neither thanked nor refused: {outcomes[0]!r}"]
        thanked = not isinstance(outcomes[0], BaseException)
        scene.run_job(close.id, deadline + timedelta(hours=3))  # all that a lost race rescheduled
        stored = len(
            [response for response in responses.of_wave(people.dana(), Wave.BASELINE) if response.group == "peer"]
        )
        return [] if stored == 3 + thanked else [f"thanked: {thanked}, but {stored} peers are stored"]

    rater = lambda _: submit(answer_link, deadline - timedelta(seconds=1))  # noqa: E731
    closing = lambda _: run.run_job(close.id, HANDLERS, "attempt", deadline)  # noqa: E731
    assert explore(racing.lay_out, [rater, closing], check, limit) > 50


@pytest.mark.parametrize("limit", [40, MANY])
def test_more_time_that_is_given_as_the_questionnaire_closes_counts_or_is_refused(aws, limit):
    deadline = people.CLOSE.replace(day=1)
    last_day = people.DATES.closes + timedelta(days=7)

    def build():
        scene.open_wave()
        earlier = delegates.change_wave(people.dana(), Wave.BASELINE, {"closes_at": deadline}, [])
        transact([earlier, jobs.move(f"close#{people.dana()}#baseline#0", deadline)])

    racing = Scene(build)

    def check(_, outcomes):
        _, wave = delegates.find_with_wave(people.dana(), Wave.BASELINE)
        extended = not isinstance(outcomes[0], BaseException)
        if extended != (wave.closes_at > deadline):
            return [f"extended: {extended}, but it closes at {wave.closes_at}"]
        return [] if not extended or wave.state is WaveState.OPEN else [f"extended, and yet {wave.state}"]

    extending = lambda _: close.extend(people.COHORT, people.person("dana delegate").email, last_day, deadline)  # noqa: E731
    closing = lambda _: run.run_job(f"close#{people.dana()}#baseline#0", HANDLERS, "attempt", deadline)  # noqa: E731
    assert explore(racing.lay_out, [extending, closing], check, limit) > 20


@pytest.mark.parametrize("limit", [40, MANY])
def test_a_list_that_is_sent_as_the_questionnaire_opens_is_invited(aws, limit):
    opening = f"open#{people.dana()}#baseline"

    def build():
        people.load(Clock().now())
        scene.settle(Clock().now())

    racing = Scene(build)

    def send_list(_):
        delegate, wave = delegates.find_with_wave(people.dana(), Wave.BASELINE)
        before = delegates.find_nomination(people.dana(), Wave.BASELINE)
        chosen = (*before.raters, *people.raters(2, 0))
        sent = replace(before, raters=chosen, sent_raters=len(chosen), revision=before.revision + 1)
        commit(
            lifecycle.send_nomination(people.programme(), delegate, wave, before, sent, people.OPENING), people.OPENING
        )

    def check(_, outcomes):
        drain(people.OPENING + timedelta(minutes=10))
        drain(people.OPENING + timedelta(days=5))
        invited = {invitation.rater.email for invitation in scene.asked()} >= {
            entry.person.email for entry in people.raters(2, 0)
        }
        asked = [email for email in sent_emails() if "please choose" in str(email.message["Subject"])]
        sent = not isinstance(outcomes[0], BaseException)
        wrong = [] if invited == sent else [f"sent: {sent}, invited: {invited}"]
        return wrong + (["asked to choose raters who are chosen"] if sent and asked else [])

    act = lambda _: run.run_job(opening, HANDLERS, "attempt", people.OPENING)  # noqa: E731
    assert explore(racing.lay_out, [send_list, act], check, limit) > 20
