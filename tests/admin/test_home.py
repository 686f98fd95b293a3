"""The administrators' home: where every cohort is, and one list of what needs them."""

import html
import re
from datetime import date, timedelta
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.admin import cohort_list
from chalicelib.admin.home import COHORTS, SHOWN_NEEDS
from chalicelib.core.model import Cohort, CohortDates
from chalicelib.jobs.kinds import JobKind
from chalicelib.ownership import erase_person
from chalicelib.programme.load_programme import load_programme
from chalicelib.store import catalogue, cohorts, delegates, jobs, stories
from chalicelib.store.cohorts import SurveyStage
from chalicelib.store.stories import Story, StoryState
from chalicelib.store.table import transact
from tests.support import people
from tests.support.calls import count_calls
from tests.support.cloud import BASE_URL
from tests.support.drain import drain

HOME = f"{BASE_URL}/admin"
LONG_AGO = date(2021, 1, 11)


@pytest.fixture
def admin(visitor, clock):
    return visitor.let_in_administrator(clock.now())


def list_old_cohorts(count):
    """List cohorts that ended long ago. Only their entries are stored, so reading one of them would fail."""
    for number in range(count):
        opens = LONG_AGO + timedelta(days=number)
        dates = CohortDates(opens, opens + timedelta(days=14), opens + timedelta(days=150))
        cohort = Cohort(f"old-{number}", f"Cohort {number}", "example", 1, dates, people.SPONSOR)
        transact([catalogue.add_cohort(cohort)])
        transact([catalogue.settle(cohort.id)])


def needs(admin):
    return admin.page.split('data-needs="')[1].split('"')[0] if "data-needs" in admin.page else "0"


def test_a_quiet_cohort_shows_its_answers_and_needs_no_one(admin, clock):
    people.opened(clock, chosen=people.raters(4, 4))
    drain(clock.advance(days=1))
    admin.let_in_administrator(clock.now()).open(HOME)

    assert "no-needs" in admin.messages
    assert "a few or none of 10" in admin.page
    assert "days left" in admin.page


def test_cohorts_of_several_clients_show_whose_they_are(admin, clock):
    people.load(clock.now())
    drain(clock.now())
    own = people.programme()
    assert own.organisation.name not in admin.open(HOME).page, "with one client it says nothing"

    other = replace(own, id="leading-well", organisation=replace(own.organisation, name="Marlow Housing"))
    load_programme(other, clock.now())
    dates = CohortDates(LONG_AGO, LONG_AGO + timedelta(days=14), LONG_AGO + timedelta(days=150))
    transact([catalogue.add_cohort(Cohort("marlow", "Managers", other.id, other.version, dates, people.SPONSOR))])

    assert all(name in admin.open(HOME).page for name in (own.organisation.name, "Marlow Housing"))


def test_a_delegate_with_too_few_answers_is_in_the_list_with_a_link_to_the_decision(admin, clock):
    people.opened(clock, chosen=people.raters(4, 0), names=("ann delegate", "dana delegate"))
    drain(clock.to(people.CLOSE))
    admin.let_in_administrator(clock.now()).open(HOME)

    assert needs(admin) == "2"
    admin.open(f"{HOME}/cohort/{people.COHORT}/delegate/{people.dana()}")
    assert admin.status == 200
    assert f"/admin/cohort/{people.COHORT}/delegate/{people.dana()}" in "".join(admin.open(HOME).links("/delegate/"))


def test_stories_that_wait_to_be_checked_are_counted_without_a_name(admin, clock):
    people.opened(clock)
    who = people.dana()
    people.write(cohorts.change_line(delegates.find(who), put={"survey": SurveyStage.CLOSED}))
    story = Story(who, people.COHORT, "Fewer falls.", True, 1, clock.now(), state=StoryState.APPROVED)
    people.write(stories.add(story))
    admin.let_in_administrator(clock.now()).open(HOME)

    assert (needs(admin), admin.links("/stories")) == ("1", [f"{HOME}/cohort/{people.COHORT}/stories"])
    people.write(stories.save(replace(story, state=StoryState.REVIEWED), story))
    assert needs(admin.open(HOME)) == "0"


def test_a_coach_who_was_erased_is_to_be_replaced(admin, clock):
    people.opened(clock)
    erase_person.erase(people.person("cleo coach").email, clock.now())
    admin.let_in_administrator(clock.now()).open(HOME)

    assert (needs(admin), len(admin.links(f"/delegate/{people.dana()}"))) == ("1", 1)


def test_failed_work_of_any_cohort_comes_first(admin, clock):
    people.opened(clock)
    job = JobKind.SUMMARY.job("odd", due_at=clock.now(), cohort=people.COHORT)
    transact([jobs.add(job)])
    held = jobs.claim(job.id, "attempt", clock.now(), clock.now())
    transact([jobs.mark_failed(held, "the bucket was away")])
    admin.let_in_administrator(clock.now()).open(HOME)

    assert needs(admin) == "1"
    assert admin.links("/admin/work")


def test_the_home_reads_each_running_cohort_once_and_no_finished_one(admin, clock):
    people.opened(clock)
    list_old_cohorts(5)
    admin.let_in_administrator(clock.now())
    with count_calls() as calls:
        admin.open(HOME)

    list_of_cohorts, failed_jobs, running = 1, 1, 1
    assert calls["Query"] == list_of_cohorts + failed_jobs + running
    assert admin.page.count("Ended ") == 5


def test_many_cohorts_are_cut_into_pages_and_found_by_name(admin):
    list_old_cohorts(COHORTS + 1)
    first = admin.open(HOME).page
    second = admin.open(f"{HOME}?page=2").page
    page = admin.open(f"{HOME}?name=cohort+{COHORTS}").page

    assert first.count("old-") == COHORTS * 2  # the link and the id
    assert second.count("old-") == 2
    assert page.count("old-") == 2
    assert 'data-found="0"' in admin.open(f"{HOME}?name=none").page


def test_a_long_list_of_needs_is_cut_and_says_so(admin, clock):
    names = tuple(f"{chr(97 + n)}na delegate" for n in range(SHOWN_NEEDS + 2))
    people.opened(clock, chosen=people.raters(2, 0), names=names)
    drain(clock.to(people.CLOSE))
    admin.let_in_administrator(clock.now()).open(HOME)

    assert needs(admin) == str(SHOWN_NEEDS + 2)
    assert "And 2 more" in admin.page


# --- filters and order, without a script ------------------------------------------------------------------


TODAY = date(2026, 9, 7)
SPANS = {  # days until the opening, the last day and the end
    "aa": (9, 30, 300),
    "ab": (-5, 8, 200),
    "bc": (-90, -60, 20),
    "bd": (-300, -280, -10),
    "be": (-900, -880, -600),
}


def entry_of(cohort_id, days):
    dates = CohortDates(*(TODAY + timedelta(days=number) for number in days))
    title, programme = f"Group {cohort_id[::-1]}", f"of-{cohort_id[0]}"
    return catalogue.CohortEntry(cohort_id, title, programme, 1, dates, settled=cohort_id == "be")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "aa ab bc bd be"),
        ("show=ahead", "aa"),
        ("show=answers", "ab"),
        ("show=programme", "bc"),
        ("show=after", "bd"),
        ("show=finished", "be"),
        ("show=nonsense&sort=nonsense", "aa ab bc bd be"),
        ("sort=name", "aa ab bc bd be"),
        ("sort=closes", "ab aa bc bd be"),
        ("sort=ends", "bc ab aa bd be"),
        ("programme=of-b&sort=ends", "bc bd be"),
        ("name=%20GROUP+C", "bc"),
        ("name=group&show=after&programme=of-a", ""),
    ],
)
def test_cohorts_are_filtered_and_sorted_by_the_pages_address(query, expected):
    wanted = cohort_list.read_wanted(dict(parse_qsl(query)))
    entries = [entry_of(cohort_id, days) for cohort_id, days in SPANS.items()]

    assert [entry.id for entry in wanted.choose(entries, TODAY)] == expected.split()


@given(
    days=st.lists(st.tuples(st.integers(-900, 300), st.integers(0, 60), st.integers(0, 400)), max_size=8),
    sort=st.sampled_from(list(cohort_list.Sort)),
)
def test_every_cohort_is_in_one_period_and_no_order_loses_one(days, sort):
    entries = [
        entry_of(f"c{number}", (opens, opens + open_for, opens + open_for + runs))
        for number, (opens, open_for, runs) in enumerate(days)
    ]
    in_periods = [
        entry.id
        for period in cohort_list.Period
        if period
        for entry in cohort_list.Wanted(show=period, sort=sort).choose(entries, TODAY)
    ]

    assert sorted(in_periods) == sorted(entry.id for entry in cohort_list.Wanted(sort=sort).choose(entries, TODAY))
    assert len(in_periods) == len(entries)


def test_the_links_to_further_pages_keep_the_choice(admin):
    list_old_cohorts(COHORTS + 1)
    page = admin.open(f"{HOME}?name=cohort&show=finished&sort=name").page
    (second,) = set(re.findall(r'href="([^"]+page=2)"', page))

    assert {"name=cohort", "show=finished", "sort=name"} <= {*html.unescape(second).partition("?")[2].split("&")}
