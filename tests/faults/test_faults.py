"""A fault at every AWS call of what must happen exactly once: nothing is lost, nothing happens twice."""

from collections import Counter
from datetime import date, timedelta

import pytest
from chalice.test import Client
from msgspec.structs import replace

import chalicelib.core.clock
from chalicelib.admin.address_change import change_address as replace_address
from chalicelib.core.model import Approver, InvitationState, Wave, WaveState
from chalicelib.links.kinds import APPROVE
from chalicelib.store import cohorts, debriefs, delegates, impact_surveys, jobs, reports, responses, wave_keys
from chalicelib.store.areas import Area
from chalicelib.store.debriefs import Debrief
from chalicelib.store.reports import ReportState, StoredReport
from chalicelib.store.table import query, transact
from chalicelib.waves import lifecycle
from chalicelib.web import forms
from tests.faults import scene
from tests.faults.scene import Again, Scene, at
from tests.support import people
from tests.support.clock import MONDAY, Clock
from tests.support.faults import single_faults
from tests.support.visitor import Visitor
from tests.support.world import all_rows

AREAS = [Area(str(n), f"Behaviour {n}", "", "A step", "", "", "") for n in (1, 2)]


@pytest.fixture
def visitor(aws):
    from app import app

    with Client(app) as client:
        yield Visitor(client.http)
    chalicelib.core.clock.use(None)


def press(visitor, url, now):
    """Open the page, press its button, and press again after an error page."""
    chalicelib.core.clock.use(lambda: at(now))
    visitor.open(url)
    if visitor.status != 500:
        visitor.post(url)
    if visitor.status == 500:
        raise Again


def test_a_thank_you_page_means_stored_exactly_once(visitor):
    opened = Scene(scene.open_wave)
    link = people.link("p0", "answer")

    def act(_, now):
        chalicelib.core.clock.use(lambda: at(now))
        visitor.open(f"{link}/review")
        if visitor.status != 500:
            visitor.post(f"{link}/send")
        if visitor.status == 500:
            raise Again
        assert visitor.shows == "collect/thanks"

    def check(_):
        invitation = scene.invitation("p0")
        (line,) = cohorts.list_lines(people.COHORT)
        wrong = (
            []
            if invitation.state is InvitationState.ANSWERED and invitation.sent == invitation.draft
            else ["the answers are not stored"]
        )
        wrong += [] if line.answered == 1 else [f"counted {line.answered} times"]
        left = [
            row["id"]
            for row in all_rows()
            if row["sk"] == "MAIL" and row["id"] in people.reminders_of(invitation) and "due_shard" in row
        ]
        return wrong + [f"{email} would still be sent" for email in left]

    assert single_faults(opened.lay_out, act, check) > 8


@pytest.mark.prove
def test_a_close_stores_every_answer_once_and_destroys_the_key(aws):
    sent = Scene(scene.everyone_sent)
    _, wave = delegates.find_with_wave(people.dana(), Wave.BASELINE)
    close = lifecycle.close_job(wave).id
    groups = Counter(invitation.group for invitation in scene.answered())

    def check(_):
        stored = responses.of_wave(people.dana(), Wave.BASELINE)
        _, closed = delegates.find_with_wave(people.dana(), Wave.BASELINE)
        wrong = (
            [] if Counter(response.group for response in stored) == groups else [f"{len(stored)} responses are stored"]
        )
        wrong += ["an answer changed" for response in stored if set(response.answers.ratings.values()) != {4}]
        wrong += [
            "a sealed box is left" for invitation in scene.asked() if invitation.sent is not None or invitation.draft
        ]
        wrong += ["the key is left"] if wave_keys.find(people.dana(), Wave.BASELINE) else []
        wrong += [] if closed.state is WaveState.CLOSED else [f"the wave is {closed.state}"]
        follow_on = [
            row for row in all_rows() if row["pk"] == f"JOB#cohort_figures#{people.COHORT}#baseline#{people.dana()}"
        ]
        return wrong + ([] if len(follow_on) == 1 else [f"{len(follow_on)} jobs after the close"])

    act = lambda _, now: scene.run_job(close, people.CLOSE + (now - MONDAY))  # noqa: E731
    assert single_faults(sent.lay_out, act, check) > 40


def ready_to_release() -> None:
    scene.open_wave()
    report = StoredReport(
        people.dana(),
        Wave.BASELINE,
        "c" * 64,
        *people.documents_of(people.dana()),
        people.CLOSE,
    )
    held = Debrief(date(2026, 9, 15), ("1", "2"))
    people.store_facts(report)
    transact([reports.add(report), *debriefs.save(people.dana(), Wave.BASELINE, held, AREAS)])
    people.open_report(report)


@pytest.mark.prove
def test_a_release_happens_once_and_is_notified_once(visitor):
    ready = Scene(lambda: (ready_to_release(), visitor.let_in(people.person("cleo coach").email, at(MONDAY))))
    delegate, _ = delegates.find_with_wave(people.dana(), Wave.BASELINE)
    url = f"{people.coach_url()}/{people.dana()}/release"

    def check(_):
        released = [row for row in all_rows() if row["pk"].startswith("MAIL#debrief/released")]
        report = reports.find(people.dana(), Wave.BASELINE)
        wrong = [] if report.state is ReportState.RELEASED else ["not released"]
        return wrong + ([] if len(released) == 1 else [f"{len(released)} emails announce it"])

    def act(_, now):
        visitor.come_back(delegate.coach.email, at(now))
        press(visitor, url, now)

    assert single_faults(ready.lay_out, act, check) > 8


@pytest.mark.prove
def test_the_impact_survey_asks_everyone_once(aws):
    ready = Scene(ready_to_release)
    job_id = f"impact#{people.dana()}"
    raters = {invitation.rater.email for invitation in scene.asked() if invitation.group == "peer"}
    due = jobs.find(job_id).due_at

    def check(_):
        surveys = impact_surveys.surveys_from(query(f"DELEGATE#{people.dana()}", "IMPACT#"))
        pulses = [invitation.rater.email for invitation in scene.asked(Wave.PULSE)]
        first = Counter(row["to"]["email"] for row in all_rows() if row["pk"].startswith("MAIL#impact/pulse#"))
        wrong = [] if {survey.role.value for survey in surveys} == {"delegate", "manager"} else ["a survey is missing"]
        wrong += [] if sorted(pulses) == sorted(raters) else [f"asked {pulses}"]
        wrong += [] if first == Counter(raters) else [f"emails to {dict(first)}"]
        closing = [
            row for row in all_rows() if row["pk"].startswith(("JOB#impact_close", f"JOB#close#{people.dana()}#pulse"))
        ]
        return wrong + ([] if len(closing) == 2 else [f"{len(closing)} closing jobs"])

    act = lambda _, now: scene.run_job(job_id, due + (now - MONDAY))  # noqa: E731
    assert single_faults(ready.lay_out, act, check) > 40


@pytest.mark.prove
def test_an_address_is_replaced_once_and_emailed_once(aws):
    when = people.OPENING + timedelta(days=1)

    def build():
        scene.open_wave()
        replace_address(people.COHORT, people.person("p0").email, "new@example.org", when, "ada@example.org")

    asked = Scene(build)
    before = {invitation.id: (invitation.draft, invitation.group) for invitation in scene.asked()}
    (job_id,) = [row["id"] for row in all_rows() if row["pk"].startswith("JOB#replace")]

    def check(_):
        rows = list(all_rows())
        invitations = scene.asked()
        (moved,) = [invitation for invitation in invitations if invitation.rater.email == "new@example.org"]
        wrong = [] if moved.link_version == 2 else [f"link version {moved.link_version}"]
        kept = {
            invitation.id: (invitation.draft, invitation.group)
            for invitation in invitations
            if invitation.id != moved.id
        }
        wrong += [] if kept | {moved.id: before[moved.id]} == before else ["a row was lost"]
        wrong += [] if not moved.draft and moved.group == before[moved.id][1] else ["a saved answer moved along"]
        emails = {
            row["id"]: row["template"]
            for row in rows
            if row["sk"] == "MAIL" and row["to"]["email"] == moved.rater.email
        }
        fresh = [email for email, template in emails.items() if template == "collect/invitation"]
        wrong += [] if len(fresh) == 1 else [f"{len(fresh)} invitations"]
        wrong += [] if emails.keys() - set(fresh) == set(people.reminders_of(moved)) else ["a reminder is lost"]
        inboxes = [row for row in rows if row["pk"].startswith("RATER#") and row["sk"].endswith(f"#{moved.id}")]
        return wrong + ([] if len(inboxes) == 1 else [f"in {len(inboxes)} inboxes"])

    act = lambda _, now: scene.run_job(job_id, when + (now - MONDAY))  # noqa: E731
    assert single_faults(asked.lay_out, act, check) > 20


@pytest.mark.prove
def test_a_list_of_raters_is_invited_once(aws):
    def build():
        from tests.support.clock import Clock

        clock = Clock()
        people.load(clock.now(), chosen=people.raters(4, 0))
        scene.settle(clock.now())
        scene.run_job(f"open#{people.dana()}#baseline", people.OPENING)

    loaded = Scene(build)
    (job_id,) = [row["id"] for row in all_rows() if row["pk"].startswith("JOB#invite#")]

    def check(_):
        emails = Counter(row["to"]["email"] for row in all_rows() if row["pk"].startswith("MAIL#collect/invitation"))
        (line,) = cohorts.list_lines(people.COHORT)
        wrong = [] if set(emails.values()) == {1} and len(emails) == 5 else [f"emails: {dict(emails)}"]
        return wrong + ([] if line.invited == 6 else [f"counted {line.invited}"])

    act = lambda _, now: scene.run_job(job_id, people.OPENING + timedelta(minutes=1) + (now - MONDAY))  # noqa: E731
    assert single_faults(loaded.lay_out, act, check) > 20


def test_an_approved_list_is_sent_once(visitor):
    def build():
        clock = Clock()
        chalicelib.core.clock.use(clock.now)
        rules = replace(people.programme(), id="approved", raters_approved_by=Approver.COACH)
        people.opened(clock, rules=rules)
        choose = people.link("dana delegate", "nominate")
        visitor.open(choose).post(choose, {"group": "peer", "list": "P0 <p0@example.org>"})
        visitor.open(f"{choose}/check").post(f"{choose}/send", {"fewer": "yes"})

    asked = Scene(build)
    delegate = delegates.find(people.dana())
    url = APPROVE.url(delegate, delegate.coach)

    def act(_, now):
        chalicelib.core.clock.use(lambda: at(now))
        visitor.open(url)
        if visitor.status != 500:
            visitor.post(url, {"decision": "approve"}, nonce=forms.nonce("approve", url.rsplit("/", 1)[1]))
        if visitor.status == 500:
            raise Again
        assert "Approved" in visitor.page

    def check(_):
        nomination = delegates.find_nomination(people.dana(), Wave.BASELINE)
        rows = [row["pk"] for row in all_rows() if "due_shard" in row]
        wrong = [] if nomination.sent_raters == 2 else [f"{nomination.sent_raters} raters are sent"]
        wrong += [] if len([pk for pk in rows if pk.startswith("JOB#invite#")]) == 1 else ["not one job invites"]
        wrong += [] if len([pk for pk in rows if pk.startswith("MAIL#nominate/approved#")]) == 1 else ["not sent once"]
        return wrong + [f"{pk} would still be sent" for pk in rows if "approve_reminder" in pk]

    assert single_faults(asked.lay_out, act, check) > 5
