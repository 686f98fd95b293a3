"""Administrators get one email on a working morning if something needs them, and none if nothing does."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from msgspec.structs import replace

from chalicelib.core.ids import administrator_key
from chalicelib.core.model import Cohort, CohortDates
from chalicelib.jobs.kinds import JobKind
from chalicelib.programme.load_cohort import load_cohort
from chalicelib.store import administrator_rights, catalogue, jobs
from chalicelib.store.table import delete, scan, transact
from infra.local.account import ADMINISTRATOR
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import days_of, sent_emails

FAR = people.CLOSE + timedelta(days=900)


def subjects() -> list[tuple[str, str]]:
    received = [email for email in sent_emails(ADMINISTRATOR) if "Needs you" in str(email.message["Subject"])]
    return [(f"{email.sent_at:%a %Y-%m-%d %H:%M}", str(email.message["Subject"])) for email in received]


def mornings(clock, count: int) -> None:
    for _ in range(count * 24):
        drain(clock.advance(minutes=55))  # the list is made shortly before the morning
        drain(clock.advance(minutes=5))


@pytest.fixture
def undecided(aws, clock):
    """Two delegates whose questionnaires closed with too few answers: on a Friday at midnight."""
    people.load(clock.now(), ("ann delegate", "dana delegate"), people.raters(4, 0))
    for moment in (clock.now(), people.OPENING, people.CLOSE):
        drain(clock.to(moment))


def test_nothing_is_sent_while_nothing_needs_anyone(aws, clock):
    people.load(clock.now())
    mornings(clock, 4)

    assert subjects() == []


def test_one_email_on_each_working_morning_counts_things_and_cohorts(undecided, clock):
    mornings(clock, 4)

    assert subjects() == [
        ("Mon 2026-10-05 08:00", "Needs you: 2 things in 1 cohort (and 2 more)"),  # with the two decisions
        ("Tue 2026-10-06 08:00", "Needs you: 2 things in 1 cohort"),
    ]
    assert days_of("admin/needs") == ["2026-10-05", "2026-10-06"]


def test_the_email_says_what_waits_in_which_cohort_and_names_no_one(undecided, clock):
    mornings(clock, 4)

    last = [email for email in sent_emails(ADMINISTRATOR) if "Needs you" in str(email.message["Subject"])][-1]
    for part in (last.part("plain"), last.part("html")):
        assert "Too few answers: give more time or close (2)" in " ".join(part.split())
        assert "Delegate" not in part.replace("Maximising", "")


EVENINGS = ("Sun 2026-10-04", "Mon 2026-10-05", "Tue 2026-10-06")  # in London, when it is the next morning in Auckland


def load_abroad(clock, *cohorts: str) -> None:
    """Load cohorts of a programme in Auckland in which nothing needs anyone."""
    rules = people.programme()
    rules = replace(rules, id="abroad", organisation=replace(rules.organisation, timezone="Pacific/Auckland"))
    dates = CohortDates(date(2027, 2, 1), date(2027, 3, 1), date(2027, 6, 1))
    for name in cohorts:
        cohort = Cohort(name, name, rules.id, rules.version, dates, people.SPONSOR)
        load_cohort(cohort, rules, (people.entry("zoe far"),), {}, clock.now())
    drain(clock.now())


@pytest.mark.parametrize(
    ("abroad", "given", "sent"),
    [
        (["north", "south"], None, [f"{day} 20:00" for day in EVENINGS]),  # 8:00 in Auckland
        (["north", "south"], [people.programme().id], ["Mon 2026-10-05 08:00", "Tue 2026-10-06 08:00"]),
        (["north", "south"], ["abroad"], []),
    ],
)
def test_mornings_are_those_where_most_of_the_administrators_cohorts_are(undecided, clock, abroad, given, sent):
    load_abroad(clock, *abroad)
    if given:
        transact([administrator_rights.limit(administrator_key(ADMINISTRATOR), given)])
    mornings(clock, 4)

    assert [when for when, _ in subjects()] == sent


def test_two_loads_on_a_day_start_one_chain(aws, clock):
    people.load(clock.now())
    drain(clock.now())
    people.load(clock.now(), ("dana delegate", "dora delegate"))
    mornings(clock, 2)

    assert len([job for job in jobs.waiting(FAR) if job.kind == JobKind.NEEDS.id]) == 1


def test_an_administrator_of_other_programmes_gets_none(undecided, clock):
    transact([administrator_rights.limit(administrator_key(ADMINISTRATOR), ["another"])])
    mornings(clock, 4)

    assert subjects() == []


def test_the_list_of_a_morning_that_an_outage_held_up_is_not_sent_later(undecided, clock):
    drain(clock.to(people.CLOSE + timedelta(days=4, hours=1)))  # Tuesday night to Wednesday: Monday's job is late

    assert subjects() == []


def test_the_list_of_monday_is_not_sent_on_tuesday_morning(undecided, clock):
    drain(clock.to(people.CLOSE + timedelta(days=3, hours=8)))  # Tuesday, 8:00 in London: Monday's job is late

    assert [row["pk"] for row in scan() if row["pk"].startswith("MAIL#admin/needs#")] == []


def test_the_chain_ends_with_the_last_cohort(undecided, clock):
    (entry,) = catalogue.everything().cohorts
    transact([catalogue.remove_cohort(entry.id)])
    mornings(clock, 4)

    assert [job for job in jobs.waiting(FAR) if job.kind == JobKind.NEEDS.id] == []


def test_the_morning_after_a_deploy_is_not_left_out(undecided, clock):
    """A job that an earlier version planned has no calendar: it is for every administrator."""
    (planned,) = [job for job in jobs.waiting(FAR) if job.kind == JobKind.NEEDS.id]
    monday = datetime.fromisoformat("2026-10-05T08:00:00Z")
    people.write(
        delete(jobs.key(planned.id)), jobs.add(JobKind.NEEDS.job("2026-10-05", due_at=monday, day="2026-10-05"))
    )
    mornings(clock, 4)

    assert [sent for sent, _ in subjects()] == ["Mon 2026-10-05 08:00", "Tue 2026-10-06 08:00"]
