"""A delegate goes on in another cohort, with everything that is theirs."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from chalicelib.admin import confirm_address, resend_link
from chalicelib.admin.address_change import change_address
from chalicelib.admin.owned_rows import calling_by_name
from chalicelib.assignments.access import open_task
from chalicelib.assignments.fill_in import WorkRefused, save_form
from chalicelib.core.clock import stamp
from chalicelib.core.ids import reader_key
from chalicelib.core.model import Cohort, CohortDates, Facilitator, Standing, Wave, WaveState
from chalicelib.emails.common_words import common_words
from chalicelib.emails.create import create_email
from chalicelib.emails.kinds import find_kind
from chalicelib.jobs.kinds import JobKind
from chalicelib.links.kinds import COACH, HUB, IMPACT, name_links
from chalicelib.people.planned import ActRefused, perform
from chalicelib.programme.load_cohort import load_cohort
from chalicelib.store import (
    assignments,
    attendance,
    audit_events,
    cohorts,
    debriefs,
    delegates,
    emails,
    holds,
    jobs,
    reports,
    workshops,
)
from chalicelib.store.areas import Area
from chalicelib.store.assignments import WorkLine
from chalicelib.store.attendance import Attendance, AttendanceState
from chalicelib.store.debriefs import Debrief
from chalicelib.store.table import Missing, key_of, query, update
from chalicelib.workshops import change_sessions
from chalicelib.workshops.register import load_registers
from tests.people import scene
from tests.people.scene import COACH as OLD_COACH
from tests.people.scene import DANA
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.support.drain import drain
from tests.support.emails import sent_emails
from tests.support.turns import each_turn
from tests.workshops import dates
from tests.workshops.test_facilitators_work import VISION

SPRING = "spring"
HEARD = {"f.heard": "Nurses want to begin."}
LATER = (dates.plan("2026-11-12"), dates.plan("2026-11-13"), dates.plan("2026-11-26", milestone="leading_others"))
MONA = Facilitator("mona", people.person("mona facilitator"))
THERE = {"cohort": SPRING, **scene.NEW_COACH}


@pytest.fixture
def closed(visitor, clock):
    """Two cohorts; the delegate's questionnaire has closed, and they attended the first day of the first workshop."""
    scene.open_cohort(clock)
    rules = people.programme()
    opens = CohortDates(date(2026, 10, 5), date(2026, 10, 30), date(2026, 12, 15))
    spring = Cohort(SPRING, "Spring cohort", rules.id, rules.version, opens, None, facilitators=(MONA,))
    load_cohort(spring, rules, (people.entry("dora delegate"),), {}, clock.now())
    drain(clock.now())
    change_sessions.set_dates(SPRING, LATER, clock.now(), scene.BY)
    for name in ("p0", "p1", "p2", "d0", "d1", "d2"):
        url = people.link(name, "answer")
        people.send(people.answer_all(visitor, url), url)
    drain(clock.to(people.CLOSE))
    drain(clock.advance(hours=2))
    drain(clock.to(scene.moment("2026-10-06T09:00:00Z")))
    first, _ = workshops.list_sessions(people.COHORT)
    attended = Attendance(first.id, AttendanceState.ATTENDED)
    people.write(attendance.save(people.dana(), Attendance(first.id), attended))
    work = WorkLine(people.dana(), "leading_self", "vision", "submitted", clock.now(), submissions=1)
    people.write(assignments.save_line(people.COHORT, work))
    return visitor


def line_in(cohort: str):
    return next(line for line in cohorts.list_lines(cohort) if line.delegate_id == people.dana())


def test_everyone_concerned_is_emailed_once_and_the_old_coach_loses_sight(closed, clock):
    before, count = delegates.find(people.dana()), len(sent_emails())
    assert before.cohort_id == people.COHORT
    scene.change(clock, "transfer", **THERE)
    now = delegates.find(people.dana())

    assert scene.emails_since(count) == sorted(
        [
            (DANA, "people/transferred"),
            (scene.NORA, "people/coach_joined"),
            (OLD_COACH, "people/away"),
            (MONA.person.email, "people/facilitator_joined"),
        ]
    )
    assert closed.open(COACH.url(people.COHORT, before.coach, before.coach_link)).status in (404, 410)
    assert closed.open(COACH.url(SPRING, now.coach, now.coach_link)).status == 200
    assert closed.open(HUB.url(now)).status == 200
    assert (line_in(people.COHORT).standing, line_in(SPRING).standing) == (Standing.TRANSFERRED, Standing.ACTIVE)
    assert jobs.failed() == []


@pytest.mark.parametrize("sessions", [pytest.param(True, id="with-dates"), pytest.param(False, id="without-dates")])
def test_the_preview_names_the_line_manager_who_learns_the_days_of_the_new_cohort(closed, clock, sessions):
    if not sessions:
        change_sessions.set_dates(SPRING, (), clock.now(), scene.BY)
        scene.settle(clock)
    count = len(sent_emails())
    planned = scene.change(clock, "transfer", **THERE)

    assert scene.MANAGER in {reader.email for reader in planned.emails}
    (sent_id,) = [email.row for email in sent_emails()[count:] if email.to[0] == scene.MANAGER]
    assert sent_id.startswith("workshops/days#")
    assert (emails.find(sent_id).words["days"] == "none") is not sessions


def test_after_a_pause_only_days_of_the_new_cohort_concern_the_line_manager(closed, clock):
    change_sessions.set_dates(SPRING, (), clock.now(), scene.BY)
    scene.settle(clock)
    scene.change(clock, "pause", until="2026-12-01", reason="leave")
    drain(clock.advance(days=1))
    count = len(sent_emails())
    planned = scene.change(clock, "transfer", **THERE)
    drain(clock.advance(days=1))

    assert scene.MANAGER not in {email.to[0] for email in sent_emails()[count:]}
    assert scene.MANAGER not in {reader.email for reader in planned.emails}


def test_the_page_of_who_was_transferred_leads_to_them_in_the_other_cohort(closed, clock):
    scene.change(clock, "transfer", **THERE)
    page = f"{BASE_URL}/admin/cohort/{people.COHORT}/person/{people.dana()}"
    admin = closed.let_in_administrator(clock.now()).open(page)
    assert admin.links(f"/cohort/{SPRING}/delegate/") == [f"{BASE_URL}/admin/cohort/{SPRING}/delegate/{people.dana()}"]


def test_old_sessions_are_cancelled_and_new_ones_sent_but_for_those_attended(closed, clock):
    """Edge 41."""
    count = len(sent_emails())
    scene.change(clock, "transfer", **THERE)
    entries = [method for to, method in scene.entries_since(count) if to == DANA]

    assert sorted(entries) == ["CANCEL"] * 2 + ["REQUEST"] * 2  # of three sessions ahead, one was attended before


def test_work_and_attendance_count_in_the_new_cohort(closed, clock):
    """Edge 41."""
    scene.change(clock, "transfer", **THERE)
    cohort = cohorts.find(SPRING)
    first = load_registers(cohort, people.programme(), cohorts.rows(SPRING))[0]

    assert first.find(people.dana()).state is AttendanceState.ATTENDED
    assert [line.assignment for line in assignments.lines_of(SPRING)] == ["vision"]
    assert assignments.lines_of(people.COHORT) == []
    former = load_registers(cohorts.find(people.COHORT), people.programme(), cohorts.rows(people.COHORT))
    assert all(not register.entries for register in former)


def test_no_second_360_and_no_figure_of_the_new_cohort_includes_them(closed, clock):
    """Edge 40."""
    scene.change(clock, "transfer", **THERE)
    drain(clock.to(scene.moment("2026-11-02T12:00:00Z")))

    assert delegates.find_with_wave(people.dana(), Wave.BASELINE)[1].state is WaveState.CLOSED
    assert line_in(SPRING).apart
    assert jobs.failed() == []


def test_a_released_report_and_its_areas_go_along(closed, clock):
    """Edge 40."""
    made = reports.find(people.dana(), Wave.BASELINE)
    agreed = [Area("1", "Listens before deciding", "", "A step", "", "", "")]
    people.write(
        reports.release(made, clock.now()),
        *debriefs.save(people.dana(), Wave.BASELINE, Debrief(clock.now().date(), ("1",)), agreed),
    )
    scene.change(clock, "transfer", **THERE)
    clock.advance(days=4)
    now = delegates.find(people.dana())
    hub = HUB.url(now)

    assert closed.let_in(DANA, clock.now()).open(f"{hub}/report").status == 200
    assert "Listens before deciding" in closed.open(f"{hub}/areas").page
    url = COACH.url(now.cohort_id, now.coach, now.coach_link)
    closed.sign_in(url, scene.NORA, clock.now())
    assert "Listens before deciding" in closed.open(f"{url}/{people.dana()}/areas").page
    closed.open(f"{url}/{people.dana()}").post(f"{url}/{people.dana()}/report")
    assert closed.status in (200, 303)


def test_a_questionnaire_not_open_yet_takes_the_days_of_the_new_cohort(visitor, clock):
    people.load(clock.now())
    drain(clock.now())
    rules = people.programme()
    later = CohortDates(date(2026, 10, 5), date(2026, 10, 30), date(2026, 12, 15))
    spring = Cohort(SPRING, "Spring cohort", rules.id, rules.version, later, None, facilitators=(MONA,))
    load_cohort(spring, rules, (people.entry("dora delegate"),), {}, clock.now())
    drain(clock.now())
    planned = scene.change(clock, "transfer", **THERE)

    wave = delegates.find_with_wave(people.dana(), Wave.BASELINE)[1]
    assert wave.closes_at == scene.moment("2026-10-31T00:00:00Z")
    assert line_in(SPRING).closes_at == stamp(wave.closes_at)
    assert any("5 October 2026" in effect and "30 October 2026" in effect for effect in planned.effects)


@pytest.mark.parametrize("state", [WaveState.OPEN, WaveState.HELD, WaveState.CLOSING])
def test_a_transfer_is_refused_while_the_360_is_open(visitor, clock, state):
    """Edge 40."""
    scene.open_cohort(clock)
    rules = people.programme()
    spring = Cohort(SPRING, "Spring", rules.id, rules.version, replace(people.DATES), None)
    load_cohort(spring, rules, (people.entry("dora delegate"),), {}, clock.now())
    people.write(delegates.move_wave(people.dana(), Wave.BASELINE, state, WaveState.OPEN))

    with pytest.raises(ActRefused, match=r"is open\. Close it first"):
        scene.plan(clock, "transfer", **THERE)


def test_both_trails_have_one_line_from_and_to(closed, clock):
    scene.change(clock, "transfer", **THERE)
    words = "changed the status from active in Autumn cohort to active in Spring cohort (asked by phone)"
    trails = [
        [audit_events.say_line(row) for row in audit_events.of_cohort(cohort) if row["about"] == people.dana()][-1]
        for cohort in (people.COHORT, SPRING)
    ]

    assert trails == [words, words]


def test_a_file_of_the_former_cohort_changes_nothing_about_them(closed, clock):
    scene.change(clock, "transfer", **THERE)
    before = delegates.find(people.dana())
    other = replace(people.entry("dana delegate"), service="Another service")
    load_cohort(cohorts.find(people.COHORT), people.programme(), (other,), {}, clock.advance(minutes=1))
    drain(clock.now())

    assert delegates.find(people.dana()) == before
    assert jobs.failed() == []


def test_the_survey_follows_the_new_cohort(closed, clock):
    scene.change(clock, "transfer", **THERE)

    (other,) = {line.delegate_id for line in cohorts.list_lines(SPRING)} - {people.dana()}
    assert jobs.find(f"impact#{people.dana()}").due_at.date() == jobs.find(f"impact#{other}").due_at.date()


def test_erasing_the_delegate_finds_the_email_to_the_facilitator(closed, clock):
    scene.change(clock, "transfer", address=DANA, **THERE)
    drain(clock.advance(minutes=30))
    (row,) = (email.row for email in sent_emails() if email.row.startswith("people/facilitator_joined#"))

    assert f"MAIL#{row}" in {row["pk"] for row in calling_by_name({people.dana()})}


def test_the_new_address_of_a_coach_who_is_kept_stays_held(closed, clock):
    new = "new.address@example.org"
    change_address(people.COHORT, OLD_COACH, new, clock.now(), scene.BY)
    drain(clock.now())
    (before,) = holds.from_rows(cohorts.rows(people.COHORT))
    scene.change(clock, "transfer", address=DANA, cohort=SPRING)
    (after,) = holds.from_rows(cohorts.rows(SPRING))
    assert (after.person.email, after.until, after.is_new_person) == (new, before.until, before.is_new_person)
    drain(clock.advance(minutes=30))
    assert sent_emails(new) == []

    delegate = delegates.find(people.dana())
    url = COACH.url(SPRING, delegate.coach, delegate.coach_link)
    closed.sign_in(url, new, clock.now())
    assert closed.open(f"{url}/{delegate.id}").status == 403


def test_a_manager_held_for_the_cohort_and_the_delegate_is_held_once_for_longer(closed, clock):
    delegate, until = delegates.find(people.dana()), clock.now() + timedelta(hours=24)
    of_cohort = holds.make_hold(people.COHORT, delegate.manager, until, scene.BY, is_new_person=True)
    of_delegate = holds.make_hold(people.COHORT, delegate.manager, until - timedelta(hours=1), scene.BY, delegate.id)
    people.write(holds.add(of_cohort), holds.add(of_delegate))
    scene.change(clock, "transfer", address=DANA, cohort=SPRING)
    (after,) = holds.from_rows(cohorts.rows(SPRING))
    assert (after.until, after.is_new_person) == (until, False)


@pytest.mark.parametrize("who", ["dana delegate", "mara manager"])
def test_a_new_address_is_held_in_the_new_cohort_as_long_as_in_the_old_one(closed, clock, who):
    """Else a transfer lets it in at once."""
    new = "new.address@example.org"
    change_address(people.COHORT, people.person(who).email, new, clock.now(), scene.BY)
    drain(clock.now())
    delegate = delegates.find(people.dana())
    (before,) = holds.find(people.COHORT, reader_key(new), delegate.id)
    scene.change(clock, "transfer", address=delegate.person.email, **THERE)
    (after,) = holds.find(SPRING, reader_key(new), delegate.id)
    assert (after.until, after.is_stopping_emails) == (before.until, True)


@pytest.mark.parametrize("who", ["dana delegate", "mara manager", "cleo coach"])
def test_what_waits_for_a_new_address_goes_out_when_it_is_confirmed_in_the_new_cohort(closed, clock, who):
    """Emails and their hold move together: else the confirmation finds no email, and the email another hold."""
    new, delegate = "new.address@example.org", delegates.find(people.dana())
    delegate = replace(delegate, manager_link=1)
    people.write(delegates.change(delegates.find(people.dana()), delegate, ["manager_link"]))
    kind = {"dana delegate": "people/returned", "mara manager": "impact/counted", "cleo coach": "people/coach_returned"}
    waiting = about_dana(kind[who], people.person(who), clock.now())
    people.write(*emails.add(waiting))
    change_address(people.COHORT, people.person(who).email, new, clock.now(), scene.BY)
    drain(clock.now())
    resend_link.resend_link(people.COHORT, new, clock.advance(minutes=1), scene.BY)
    drain(clock.now())
    assert sent_with_pages(new) == []
    scene.change(clock, "transfer", address=delegates.find(delegate.id).person.email, cohort=SPRING)
    assert sent_with_pages(new) == []
    (hold,) = holds.from_rows(cohorts.rows(SPRING))
    confirm_address.confirm(SPRING, hold.id, clock.now(), "second@example.org")
    drain(clock.now())

    drain(clock.advance(hours=1))
    sent = [message.row for message in sent_emails(new)]
    assert sent.count(waiting.id) == 1
    assert emails.find(waiting.id).about["cohort"] == SPRING
    assert any(row.startswith("admin/link#") for row in sent) is (who != "cleo coach")
    drain(clock.advance(days=3))
    assert len([message for message in sent_emails(new) if message.row.startswith("admin/")]) == 2


def sent_with_pages(address):
    """Emails to a person with a link that is not a rater's."""
    free = ("/answer/", "/decline/", "/inbox/")
    return [
        email for email in sent_emails(address) if any(not any(part in url for part in free) for url in email.links)
    ]


def about_dana(template, to, now):
    """Return an email of some kind about the delegate, with a link to a page."""
    kind, delegate = find_kind(template), delegates.find(people.dana())
    words = dict.fromkeys(kind.words, "WORD") | common_words(people.programme()) | {"name": to.name}
    links = {
        "people/returned": HUB.link(delegate),
        "impact/counted": (IMPACT.verb, delegate.id, "manager", "1"),
        "people/coach_returned": COACH.link(delegate.cohort_id, delegate.coach, delegate.coach_link),
    }
    about = {"cohort": people.COHORT, "delegate": delegate.id}
    due_at = now + timedelta(minutes=30)
    named = name_links(links[template])
    return create_email(kind, delegate.id, "waits", to=to, due_at=due_at, words=words, links=named, about=about)


@pytest.mark.made_up_rows
def test_a_transfer_is_refused_while_work_of_the_delegate_is_damaged(closed, clock):
    """It would stay behind in the former cohort."""
    (row,) = query(f"WORK#{people.COHORT}")
    people.write(update(key_of(row), remove=["state"], refusal=Missing))

    with pytest.raises(ActRefused):
        scene.plan(clock, "transfer", **THERE)


@pytest.mark.made_up_rows
def test_no_entry_is_sent_for_a_session_whose_attendance_is_damaged(closed, clock):
    """They have attended it in the former cohort."""
    scene.change(clock, "transfer", **THERE)
    first, *_ = workshops.list_sessions(SPRING)
    people.write(update(attendance.key(people.dana(), first.id), remove=["session"], refusal=Missing))
    count = len(sent_emails())
    people.write(jobs.add(JobKind.SEND_DATES.job(SPRING, "again", due_at=clock.now(), cohort=SPRING)))
    drain(clock.advance(minutes=1))

    assert [method for to, method in scene.entries_since(count) if to == DANA] == []
    assert [people.dana() in job.error for job in jobs.failed()] == [True]


# --- what happens at the same moment ----------------------------------------------------------------------------------


@pytest.fixture
def over(closed, clock):
    """Begin a piece of work, once the first workshop of the old cohort is over."""
    drain(clock.to(scene.moment("2026-10-24T09:00:00Z")))
    type_in("vision", VISION, clock.now())
    return clock.advance(minutes=1)


def type_in(work: str, typed: dict[str, str], now, *, submit: bool = False) -> object:
    token = HUB.url(delegates.find(people.dana())).rpartition("/")[2]
    return save_form(open_task(token, work, now), typed, now, submit=submit)


def lines_of(cohort: str) -> dict[str, str]:
    return {line.assignment: line.state for line in assignments.lines_of(cohort)}


@pytest.mark.parametrize(
    ("work", "typed", "after"),
    [("vision", VISION, {"vision": "submitted"}), ("engage", HEARD, {"vision": "draft", "engage": "draft"})],
)
def test_work_of_the_moment_of_a_transfer_is_in_the_new_cohort(over, clock, work, typed, after):
    def go_there() -> object:
        return perform(scene.plan(clock, "transfer", why="moved", **THERE), over)

    acts = (lambda: type_in(work, typed, over, submit=work == "vision"), go_there)
    for when, (worked, went) in each_turn(*acts):
        here, there = (people.COHORT, SPRING) if isinstance(went, ActRefused) else (SPRING, people.COHORT)
        assert delegates.find(people.dana()).cohort_id == here, when
        assert not isinstance(worked, Exception) or (here == SPRING and isinstance(worked, WorkRefused)), when
        assert lines_of(here) == (after if not isinstance(worked, Exception) else {"vision": "draft"}), when
        assert lines_of(there) == {}, when
