"""Chasing emails those who have not answered, once a day, and no one else."""

import json
from collections import Counter
from datetime import timedelta

import pytest

from chalicelib.admin import remind
from chalicelib.admin.remind import ChaseRefused
from chalicelib.cli.parser import parser
from chalicelib.core.calendar import local_moment
from chalicelib.core.formatting import local_date
from chalicelib.core.model import Wave, WaveState
from chalicelib.store import audit_events, cohorts, delegates, emails, invitations
from chalicelib.store.table import query
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_emails

BY = "ada@example.org"
PEERS = ("p0", "p1", "p2", "p3")


def subjects(name):
    return [str(email.message["Subject"]) for email in sent_emails(people.person(name).email)]


@pytest.fixture
def opened(visitor, clock):
    """Four peers are asked, and two days have gone by without a word."""
    people.opened(clock, chosen=people.raters(4, 0))
    clock.advance(days=2)
    drain(clock.now())
    return visitor


def count(delegate_ids, now):
    """How many emails a chase would send now. No page says so: see results/answer_counts.py."""
    return sum(len(remind.plan_reminders(*remind._find(delegate_id), now)) for delegate_id in delegate_ids)


def chase_dana(clock):
    remind.remind_delegate(people.dana(), clock.now(), BY)
    drain(clock.now())


def test_who_has_not_answered_gets_one_more_email(opened, clock):
    before = Counter({name: len(subjects(name)) for name in PEERS})

    assert count([people.dana()], clock.now()) == 6  # the peers, the manager and the delegate
    chase_dana(clock)

    assert {name: len(subjects(name)) - before[name] for name in PEERS} == dict.fromkeys(PEERS, 1)
    assert cohorts.list_lines(people.COHORT)[0].reminded_on == "2026-09-16"
    assert [row["by"] for row in audit_events.of_cohort(people.COHORT) if "reminded" in row["act"]] == [BY]


def test_the_command_line_reminds_too_and_says_of_no_one_whether_they_answered(opened, clock, capsys):
    before = Counter({name: len(subjects(name)) for name in PEERS})
    args = parser().parse_args(["cohort", "remind", people.COHORT])
    assert args.run(args) == 0
    drain(clock.now())
    assert {name: len(subjects(name)) - before[name] for name in PEERS} == dict.fromkeys(PEERS, 1)
    said = capsys.readouterr().out
    assert people.person("dana delegate").email in said
    assert not any(people.person(name).email in said for name in PEERS)


def test_the_command_says_who_was_reminded_today_already(opened, clock, capsys):
    args = parser().parse_args(["cohort", "remind", people.COHORT, "--json"])
    dana = people.person("dana delegate").email
    already = []
    for _ in range(2):
        args.run(args)
        already.append(json.loads(capsys.readouterr().out)["already"])
        clock.advance(hours=1)

    assert already == [[], [dana]]


def test_a_delegate_who_is_refused_keeps_nothing_from_the_others(visitor, clock, capsys):
    people.opened(clock, chosen=people.raters(4, 0), names=("dana delegate", "dora delegate"))
    clock.advance(days=2)
    drain(clock.now())
    _, wave = delegates.find_with_latest_wave(people.dana())
    people.write(delegates.change_as_read(wave, {"closes_at": clock.now()}))
    before = len(subjects("dora delegate"))

    args = parser().parse_args(["cohort", "remind", people.COHORT, "--json"])
    assert args.run(args) == 1
    said = json.loads(capsys.readouterr().out)
    drain(clock.now())

    assert list(said["refused"]) == [people.person("dana delegate").email]
    assert said["already"] == []
    assert len(subjects("dora delegate")) == before + 1

    later = f"{local_date(clock.now(), 'Europe/London') + timedelta(days=30)}"
    people.write(
        delegates.change_as_read(delegates.find_with_latest_wave(people.dana())[1], {"state": WaveState.CLOSING})
    )
    extended = parser().parse_args(["cohort", "close", people.COHORT, "--extend", later, "--json"])
    assert extended.run(extended) == 1
    assert json.loads(capsys.readouterr().out)["delegates"] == [people.person("dora delegate").email]

    named = parser().parse_args(["cohort", "remind", people.COHORT, "--delegate", people.person("dana delegate").email])
    with pytest.raises(ChaseRefused):
        named.run(named)


def test_a_second_chase_on_the_same_day_sends_nothing(opened, clock):
    chase_dana(clock)
    sent = len(sent_emails(people.person("p0").email))
    clock.advance(hours=3)

    assert count([people.dana()], clock.now()) == 0
    chase_dana(clock)
    remind.remind_cohort(people.COHORT, clock.now().date(), clock.now(), BY)
    drain(clock.now())

    assert len(sent_emails(people.person("p0").email)) == sent


def test_the_next_day_it_may_be_done_again(opened, clock):
    chase_dana(clock)
    clock.advance(days=1)

    assert count([people.dana()], clock.now()) == 6


def test_no_one_is_chased_on_the_day_of_a_reminder(opened, clock):
    programme = people.programme()
    day = people.DATES.closes - timedelta(days=programme.reminders[-1])
    clock.to(local_moment(day, 7, "Europe/London"))
    drain(clock.now())

    assert count([people.dana()], clock.now()) == 0


def test_who_answered_or_declined_is_left_alone(opened, clock):
    for_p0 = people.link("p0", "answer")
    people.send(people.answer_all(opened, for_p0), for_p0)
    opened.open(people.link("p1", "decline"))
    opened.post(opened.url, {"reason": "no_time"})
    before = {name: len(subjects(name)) for name in PEERS}

    assert count([people.dana()], clock.now()) == 4
    chase_dana(clock)

    assert {name: len(subjects(name)) - before[name] for name in PEERS} == {"p0": 0, "p1": 0, "p2": 1, "p3": 1}


def test_an_answer_stops_a_chaser_that_is_not_sent_yet(opened, clock):
    remind.remind_delegate(people.dana(), clock.now(), BY)
    (row,) = query(f"JOB#chase#{people.dana()}#baseline#2026-09-16")
    from chalicelib.jobs import run
    from chalicelib.jobs.kinds import HANDLERS

    run.run_job(row["id"], HANDLERS, "attempt", clock.now())
    url = people.link("p0", "answer")
    people.send(people.answer_all(opened, url), url)
    before = len(subjects("p0"))
    drain(clock.now())

    assert len(subjects("p0")) == before


def test_an_address_that_does_not_work_is_not_emailed_again(opened, clock):
    from chalicelib.store.emails import EmailState, find, settle
    from chalicelib.store.table import transact

    invited = next(
        invitation
        for invitation in invitations.of_delegate(people.dana(), Wave.BASELINE)
        if invitation.rater.name == "P0"
    )
    email = find(f"collect/invitation#{people.dana()}#baseline#{invited.id}#2026-09-14.0")
    transact(settle(email, EmailState.BOUNCED, email.message_id, "no such address", clock.now()))

    assert count([people.dana()], clock.now()) == 5


def test_a_delegate_who_chose_no_one_is_asked_to_choose(visitor, clock):
    people.opened(clock)
    clock.advance(days=1)

    assert count([people.dana()], clock.now()) == 1
    chase_dana(clock)

    assert "choose" in subjects("dana delegate")[-1].lower()


def test_the_whole_cohort_is_chased_at_once(visitor, clock):
    people.opened(clock, chosen=people.raters(4, 0), names=("dana delegate", "dora delegate"))
    clock.advance(days=2)
    lines = cohorts.list_lines(people.COHORT)
    promised = count([line.delegate_id for line in lines], clock.now())
    before = _sent()
    remind.remind_cohort(people.COHORT, clock.now().date(), clock.now(), BY)
    remind.remind_cohort(people.COHORT, clock.now().date(), clock.now(), BY)
    drain(clock.now())

    reminded = sent_emails()[before:]
    assert sum(len(emails.find(email.row).items or [email.row]) for email in reminded) == promised == 12
    raters = [email.addresses[0] for email in reminded]
    assert len(set(raters)) == len(raters) == 7, "who is asked about both delegates gets one email"


def test_no_one_is_chased_once_the_questionnaire_is_closed(opened, clock):
    drain(clock.to(people.CLOSE))

    with pytest.raises(ChaseRefused):
        remind.remind_delegate(people.dana(), clock.now(), BY)


def _sent():
    from infra.local.memory import backend

    return len(backend("ses").sent_messages)
