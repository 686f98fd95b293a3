"""A delegate joins late; the sponsor, a facilitator and the name of a cohort change; a cohort is discarded."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from chalicelib.admin.address_change import change_address
from chalicelib.cli import parser
from chalicelib.core.ids import delegate_id
from chalicelib.core.model import Wave, WaveState
from chalicelib.core.working_days import working_days
from chalicelib.links.kinds import FACILITATOR, SPONSOR
from chalicelib.people.cohort import find_cohort, plan_facilitator
from chalicelib.people.cohort_acts import COHORT_ACTS, find_cohort_act
from chalicelib.people.join import plan_join
from chalicelib.people.planned import ActRefused, Asking, perform
from chalicelib.programme.load_programme import LoadRefused
from chalicelib.programme.move_dates import Moved
from chalicelib.store import audit_events, catalogue, cohorts, delegates, jobs
from chalicelib.store.table import scan
from tests.people import scene
from tests.people.scene import BY
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.support.drain import drain
from tests.support.emails import sent_emails
from tests.workshops import dates

LENA = "lena.late@example.org"
NEWCOMER = {
    "name": "Lena Late",
    "email": LENA,
    "job_title": "Lead",
    "service": "Nursing",
    "manager_name": "Mara Manager",
    "manager_email": "mara.manager@example.org",
    "coach_name": "Cleo Coach",
    "coach_email": "cleo.coach@example.org",
}
NORA = {"name": "Nora New", "email": "nora.new@example.org"}
TYPED = {
    "add": NEWCOMER,
    "rename": {"title": "Harvest"},
    "move-opens": {"to": "2026-09-21"},
    "move-closes": {"to": "2026-10-09"},
    "move-survey": {"to": "2027-12-01"},
}


def change(clock, act: str, **typed: str):
    planned = find_cohort_act(act).plan(find_cohort(people.COHORT), typed, Asking(BY, clock.now(), "asked by phone"))
    perform(planned, clock.now())
    scene.settle(clock)
    return planned


def lena():
    return delegates.find_with_wave(delegate_id(people.COHORT, LENA), Wave.BASELINE)


def trail() -> list[str]:
    return [audit_events.say_line(row) for row in audit_events.of_cohort(people.COHORT) if row["by"] == BY]


# --- joining ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "apart"), [("2026-09-23T10:00:00Z", False), ("2026-10-01T10:00:00Z", False), ("2026-10-14T10:00:00Z", True)]
)
def test_who_joins_late_gets_a_questionnaire_of_their_own_and_every_session_ahead(clock, aws, day, apart):
    scene.open_cohort(clock)
    drain(clock.to(scene.moment(day)))
    planned = change(clock, "add", **NEWCOMER)
    drain(clock.advance(days=1))
    _, wave = lena()
    days = working_days(people.programme().organisation)
    line = next(line for line in cohorts.list_lines(people.COHORT) if line.email == LENA)

    assert wave.state is WaveState.OPEN
    assert days.between(wave.opens_at.date(), wave.closes_at.date()) >= 10
    assert wave.closes_at >= people.CLOSE
    assert line.apart is apart
    kinds = [email.row.partition("#")[0] for email in sent_emails(LENA)]
    assert kinds.count("programme/opening") == 1
    assert kinds.count("workshops/session") == 2
    assert any("Their own questionnaire" in effect for effect in planned.effects)
    assert trail()[-1].startswith("added the delegate: questionnaire from")
    assert jobs.failed() == []


def test_the_dates_of_who_joined_late_do_not_move_with_the_cohorts(clock, aws):
    from chalicelib.programme.move_dates import Moved, move, plan

    scene.open_cohort(clock, sessions=())
    drain(clock.to(scene.moment("2026-09-23T10:00:00Z")))
    change(clock, "add", **NEWCOMER)
    before = lena()[1].closes_at
    later = plan(people.COHORT, Moved.CLOSES, date(2026, 10, 30), clock.now())
    move(later, "", BY, clock.now())
    drain(clock.now())

    assert lena()[1].closes_at == before
    assert scene.wave().closes_at > people.CLOSE


def test_reminders_of_who_joined_late_are_really_sent(clock, aws):
    scene.open_cohort(clock)
    drain(clock.to(scene.moment("2026-10-14T10:00:00Z")))
    change(clock, "add", **NEWCOMER)
    for _ in range(16):
        drain(clock.advance(days=1))

    assert [email for email in sent_emails(LENA) if email.row.startswith("collect/self_reminder")]


def test_before_the_opening_a_newcomer_has_the_cohorts_dates(clock, aws):
    people.load(clock.now())
    drain(clock.now())
    change(clock, "add", **NEWCOMER)

    assert (lena()[1].opens_at, lena()[1].closes_at, lena()[1].own_dates) == (people.OPENING, people.CLOSE, False)


def test_faults_are_at_their_fields_and_no_one_joins_twice_or_after_the_end(clock, aws):
    scene.open_cohort(clock)
    with pytest.raises(ActRefused) as refused:
        change(clock, "add", **(NEWCOMER | {"email": "lena", "coach_name": ""}))
    assert [fault.field for fault in refused.value.faults] == ["email", "coach_name"], "in the order of the page"
    with pytest.raises(ActRefused, match="has, or had, this address"):
        change(clock, "add", **(NEWCOMER | {"email": scene.DANA}))
    clock.to(scene.moment("2027-01-20T10:00:00Z"))
    with pytest.raises(ActRefused, match="ended on"):
        change(clock, "add", **NEWCOMER)


# --- sponsor, facilitator, name -----------------------------------------------------------------------


def test_another_sponsor_sees_every_edition_and_the_former_one_nothing(visitor, clock):
    scene.open_cohort(clock)
    before, count = cohorts.find(people.COHORT), len(sent_emails())
    change(clock, "sponsor", **NORA)

    assert scene.emails_since(count) == [
        ("nora.new@example.org", "people/sponsor_new"),
        ("sponsor@example.org", "admin/former"),
    ]
    assert visitor.open(SPONSOR.url(before)).status == 410
    assert visitor.open(SPONSOR.url(cohorts.find(people.COHORT))).status == 200
    assert trail()[-1] == "changed the sponsor from Sam Sponsor to Nora New (asked by phone)"
    assert people.dana() in [line.delegate_id for line in cohorts.list_lines(people.COHORT)]


def test_a_sponsor_who_is_a_line_manager_is_asked_about(clock, aws):
    """Edge 53."""
    scene.open_cohort(clock)
    mara = {"name": "Mara Manager", "email": "mara.manager@example.org"}

    assert "line manager of Dana Delegate" in change(clock, "sponsor", **mara).questions[0]


def test_another_facilitator_takes_over_the_sessions_and_the_calendar(visitor, clock):
    sessions = tuple(dates.plan(day, by="mo") for day in ("2026-10-22", "2026-10-23"))
    scene.open_cohort(clock, sessions=sessions)
    before, count = cohorts.find(people.COHORT), len(sent_emails())
    change(clock, "facilitator", former=people.FACILITATOR.person.email, **NORA)
    after, old = cohorts.find(people.COHORT), people.FACILITATOR.person

    assert sorted(set(scene.emails_since(count))) == [
        (old.email, "admin/former"),
        ("nora.new@example.org", "people/facilitator_new"),
    ]
    assert [entry for entry in scene.entries_since(count) if entry[0] == old.email] == [(old.email, "CANCEL")] * 2
    assert scene.entries_since(count).count(("nora.new@example.org", "REQUEST")) == 2
    assert visitor.open(FACILITATOR.url(before, old)).status in (404, 410)
    assert visitor.open(FACILITATOR.url(after, after.facilitators[0].person)).status == 200


def test_a_cancelled_entry_of_a_former_facilitator_does_not_name_the_new_one(clock, aws):
    scene.open_cohort(clock, sessions=(dates.plan("2026-10-22", by="mo"),))
    count, old = len(sent_emails()), people.FACILITATOR.person.email
    change(clock, "facilitator", former=old, **NORA)
    to_former = [email for email in sent_emails(old) if email in sent_emails()[count:] and email.attachments]

    assert to_former
    assert [NORA["name"] in f"{email.message['To']} {email.part('plain')}" for email in to_former] == [False]


def test_another_facilitator_leaves_what_others_learn_about_dates_to_its_morning(clock, aws):
    """A session moves on the day on which a facilitator is named: the delegates hear of it with the rest."""
    sessions = tuple(dates.plan(day, by="mo") for day in ("2026-10-22", "2026-10-23"))
    scene.open_cohort(clock, sessions=sessions)
    clock.advance(hours=2)
    dates.change(clock, sessions[0], dates.plan("2026-10-28", by="mo"))
    drain(clock.now())
    count = len(sent_emails())
    change(clock, "facilitator", former=people.FACILITATOR.person.email, **NORA)

    both = {people.FACILITATOR.person.email, "nora.new@example.org"}
    assert {to for to, _ in scene.entries_since(count)} == both
    drain(clock.advance(days=1))
    assert {to for to, _ in scene.entries_since(count)} == {*both, people.person("dana delegate").email}


def test_a_facilitator_who_is_named_twice_is_named_once(clock, aws):
    scene.open_cohort(clock)
    change(clock, "facilitator", former=people.FACILITATOR.person.email, **NORA)

    assert change(clock, "facilitator", former=people.FACILITATOR.person.email, **NORA).changes_nothing
    assert [facilitator.person.email for facilitator in cohorts.find(people.COHORT).facilitators] == [NORA["email"]]


def test_discard_that_is_pressed_twice_is_done_once(visitor, clock):
    people.load(clock.now())
    drain(clock.now())
    page = f"{BASE_URL}/admin/cohort/{people.COHORT}/change/discard"
    visitor.let_in_administrator(clock.now())
    visitor.open(page).post(page)
    nonce = visitor.nonce
    for _ in range(2):
        visitor.post(page, {"confirmed": "yes"}, nonce=nonce)

    assert visitor.status == 200
    drain(clock.now())
    assert cohorts.find(people.COHORT) is None


def test_a_new_name_is_on_every_row_and_in_the_trail(clock, aws):
    scene.open_cohort(clock)
    change(clock, "rename", title="Harvest cohort")

    assert cohorts.find(people.COHORT).title == "Harvest cohort"
    assert delegates.find(people.dana()).cohort_title == "Harvest cohort"
    assert [line.title for line in catalogue.everything().cohorts] == ["Harvest cohort"]
    assert trail()[-1] == "renamed the cohort from Autumn cohort to Harvest cohort (asked by phone)"


# --- discard ------------------------------------------------------------------------------------------


def test_a_discarded_cohort_leaves_its_trail_and_nothing_else(clock, aws):
    people.load(clock.now(), names=("dana delegate", "dora delegate"), chosen=people.raters(3, 0))
    drain(clock.now())
    change(clock, "discard")
    drain(clock.to(people.OPENING + timedelta(days=400)))
    kept = {row["pk"].partition("#")[0] for row in scan()}

    assert sent_emails() == []
    assert kept <= {"AUDIT", "DISCARDED", "JOB", "REGISTER", "PROGRAMME"}
    assert catalogue.everything().cohorts == ()
    assert not [row for row in scan() if "example.org" in repr({**row, "by": ""})]
    assert jobs.failed() == []
    with pytest.raises(LoadRefused, match="discarded"):
        people.load(clock.now())


def test_an_act_that_was_read_before_does_not_list_a_discarded_cohort_again(clock, aws):
    people.load(clock.now())
    asking = Asking(BY, clock.now(), "")
    join = plan_join(people.COHORT, people.entry("dora delegate"), asking)
    rename = find_cohort_act("rename").plan(find_cohort(people.COHORT), {"title": "Harvest"}, asking)
    perform(find_cohort_act("discard").plan(find_cohort(people.COHORT), {}, asking), clock.now())

    for act in (join, rename):
        with pytest.raises(ActRefused):
            perform(act, clock.now())
    assert catalogue.everything().cohorts == ()


def test_a_cohort_that_is_renamed_before_its_rows_are_gone_is_listed_no_more(clock, aws):
    people.load(clock.now())
    asking = Asking(BY, clock.now(), "")
    perform(find_cohort_act("discard").plan(find_cohort(people.COHORT), {}, asking), clock.now())
    perform(find_cohort_act("rename").plan(find_cohort(people.COHORT), {"title": "Harvest"}, asking), clock.now())
    drain(clock.advance(minutes=10))

    assert catalogue.everything().cohorts == ()


def test_a_cohort_that_changed_since_it_was_read_is_not_discarded(clock, aws):
    people.load(clock.now())
    asking = Asking(BY, clock.now(), "")
    discard = find_cohort_act("discard").plan(find_cohort(people.COHORT), {}, asking)
    perform(plan_join(people.COHORT, people.entry("dora delegate"), asking), clock.now())

    with pytest.raises(ActRefused):
        perform(discard, clock.now())


def test_a_cohort_is_not_discarded_once_an_email_went_out(clock, aws):
    scene.open_cohort(clock)
    with pytest.raises(ActRefused, match="have gone out"):
        change(clock, "discard")
    assert cohorts.find(people.COHORT)


# --- dates --------------------------------------------------------------------------------------------


BEFORE = {"move-opens": "2026-09-14", "move-closes": "2026-10-02", "move-survey": "2027-05-31"}


@pytest.mark.parametrize("act", [f"move-{what.value}" for what in Moved])
def test_a_date_is_moved_in_the_console_with_one_audit_line_and_one_email_each(visitor, clock, act):
    people.load(clock.now(), names=("dana delegate", "dev delegate"))
    drain(clock.now())
    drain(clock.advance(days=1))  # the first emails to sponsor and facilitators
    page, before = f"{BASE_URL}/admin/cohort/{people.COHORT}/change/{act}", len(sent_emails())
    visitor.let_in_administrator(clock.now()).open(page).post(page, TYPED[act])
    assert 'data-emailed="many"' in visitor.page
    page_shown = visitor.page
    for _ in range(2):  # pressed twice
        visitor.page = page_shown
        visitor.post(page, {"confirmed": "yes"})
        assert 'role="status"' in visitor.page
    drain(clock.now())
    drain(clock.advance(days=1))

    assert [row["act"] for row in audit_events.of_cohort(people.COHORT) if "moved" in row["act"]] == [
        f"moved {Moved(act.removeprefix('move-')).words} from {BEFORE[act]} to {TYPED[act]['to']}: no reason given"
    ]
    emailed = sorted(email.to[0] for email in sent_emails()[before:])
    manager = people.person("mara manager").email
    assert emailed == sorted([people.person(name).email for name in ("dana delegate", "dev delegate")] + [manager])


@pytest.mark.parametrize("act", [act.id for act in COHORT_ACTS])
def test_a_form_says_whether_those_who_are_emailed_read_the_reason(visitor, clock, act):
    people.load(clock.now())
    drain(clock.now())
    page, count = f"{BASE_URL}/admin/cohort/{people.COHORT}/change/{act}", len(sent_emails())
    visitor.let_in_administrator(clock.now()).open(page)
    is_said = ["reason-goes-out" in visitor.messages]
    visitor.post(page, {**TYPED.get(act, NORA), "why": "Room flooded"})
    is_said += ["reason-goes-out" in visitor.messages]
    visitor.post(page, {"confirmed": "yes"})
    drain(clock.now())
    drain(clock.advance(days=1))
    bodies = [email.part("plain") for email in sent_emails()[count:]]

    assert is_said == [any("Room flooded" in body for body in bodies)] * 2
    paragraphs = [part for body in bodies for part in body.split("\n\n") if "Room flooded" in part]
    assert [part for part in paragraphs if not part.endswith("Room flooded")] == [], "a paragraph of its own"


@pytest.mark.parametrize("act", [f"move-{what.value}" for what in Moved])
def test_the_reason_of_a_move_holds_no_web_address(visitor, clock, act):
    people.load(clock.now())
    page = f"{BASE_URL}/admin/cohort/{people.COHORT}/change/{act}"
    visitor.let_in_administrator(clock.now()).open(page)
    visitor.post(page, {**TYPED[act], "why": "See www.cheap-loans.example"})

    assert (visitor.status, 'id="why-error"' in visitor.page) == (400, True)


@pytest.mark.parametrize("to", ["soon", "2020-01-01", "2026-10-30"])
def test_a_day_that_cannot_be_is_refused_at_its_field(visitor, clock, to):
    people.load(clock.now())
    page = f"{BASE_URL}/admin/cohort/{people.COHORT}/change/move-opens"
    visitor.let_in_administrator(clock.now()).open(page).post(page, {"to": to})

    assert visitor.status == 400
    assert 'id="to-error"' in visitor.page


# --- pages and commands -------------------------------------------------------------------------------


@pytest.mark.parametrize("act", [act.id for act in COHORT_ACTS if act.id != "discard"])
def test_each_change_of_a_cohort_is_shown_before_it_is_done(visitor, clock, act):
    if act == "move-opens":
        people.load(clock.now())
    else:
        scene.open_cohort(clock)
    typed = TYPED.get(act, NORA)
    page = f"{BASE_URL}/admin/cohort/{people.COHORT}/change/{act}"
    visitor.let_in_administrator(clock.now())
    visitor.open(page).post(page, typed)
    assert "preview" in visitor.messages
    rows = len(audit_events.of_cohort(people.COHORT))
    visitor.post(page, {"confirmed": "yes"})

    assert 'role="status"' in visitor.page
    assert len(audit_events.of_cohort(people.COHORT)) == rows + 1


def test_a_cohort_is_renamed_and_discarded_from_the_shell(clock, aws, capsys):
    people.load(clock.now())
    drain(clock.now())
    assert parser.main(["cohort", "rename", people.COHORT, "Harvest", "--dry-run"]) == 0
    assert "Nothing was changed yet" in capsys.readouterr().out
    assert cohorts.find(people.COHORT).title == "Autumn cohort"
    assert parser.main(["cohort", "discard", people.COHORT]) == 0
    drain(clock.now())
    assert cohorts.find(people.COHORT) is None


def test_a_delegate_joins_moves_and_leaves_from_the_shell(clock, aws, capsys):
    scene.open_cohort(clock)
    options = [part for name, text in NEWCOMER.items() for part in (f"--{name.replace('_', '-')}", text)]
    commands = [
        ["add", people.COHORT, *options],
        ["change", people.COHORT, scene.DANA, "--coach", "Nora New <nora.new@example.org>"],
        ["change", people.COHORT, scene.DANA, "--job-title", "Director"],
        ["pause", people.COHORT, scene.DANA, "--until", "2026-11-20", "--reason", "leave"],
        ["return", people.COHORT, scene.DANA],
        ["leave", people.COHORT, scene.DANA, "--why", "new role"],
    ]
    for command in commands:
        assert parser.main(["delegate", *command, "--dry-run", "--json"]) == 0
        assert parser.main(["delegate", *command, "--json"]) == 0
        scene.settle(clock)
    assert '"changed": true' in capsys.readouterr().out
    assert delegates.find(people.dana()).withdrawn
    assert delegates.find(people.dana()).job_title == "Director"


# --- two acts at once -----------------------------------------------------------------------------------


def change_sponsor(clock):
    change(clock, "sponsor", **NORA)


def correct_sponsor_address(clock):
    change_address(people.COHORT, people.SPONSOR.email, NORA["email"], clock.now(), BY)
    drain(clock.now())


@pytest.mark.parametrize("meanwhile", [change_sponsor, correct_sponsor_address])
def test_an_act_that_was_read_before_another_does_not_undo_it(clock, aws, meanwhile):
    """Adding a facilitator stores the whole cohort, as it was read."""
    scene.open_cohort(clock)
    loaded = find_cohort(people.COHORT)
    meanwhile(clock)

    with pytest.raises(ActRefused):
        perform(
            plan_facilitator(loaded, "", people.person("fay facilitator"), Asking(BY, clock.now(), "")), clock.now()
        )

    assert cohorts.find(people.COHORT).sponsor.email == NORA["email"]
