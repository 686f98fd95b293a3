"""Administrators tick delegates of a long list and act on them together. It works without a script."""

from __future__ import annotations

import re

import pytest

from chalicelib.admin.many import AT_ONCE
from chalicelib.store import audit_events, cohorts, jobs
from tests.support import people
from tests.support.calls import count_calls
from tests.support.cloud import BASE_URL
from tests.support.drain import drain
from tests.support.emails import sent_emails

COHORT = f"{BASE_URL}/admin/cohort/{people.COHORT}"
LATER = {"last_day": "2026-10-09", "confirmed": "2026-10-09"}
NAMES = ("dana delegate", "dev delegate", "dora delegate")


@pytest.fixture
def admin(visitor, clock):
    people.opened(clock, chosen=people.raters(3, 0), names=NAMES)
    drain(clock.advance(days=1))
    return visitor.let_in_administrator(clock.now())


def ids() -> dict[str, str]:
    return {line.name.lower(): line.delegate_id for line in cohorts.list_lines(people.COHORT)}


def chosen(act: str, *names: str) -> str:
    return f"{COHORT}/chosen?act={act}" + "".join(f"&d.{ids()[name]}=yes" for name in names)


def test_the_list_has_a_box_for_each_delegate_and_buttons_below(admin):
    page = admin.open(COHORT).page
    assert len(re.findall(r'<input type="checkbox" name="d\.', page)) == 3
    assert '<button class="second" name="act" value="extend">Give more time…</button>' in page
    assert "All 3 of this list" in page


def test_more_time_goes_to_those_ticked_alone(admin, clock):
    two = NAMES[:2]
    admin.open(chosen("extend", *two))
    assert "Dana Delegate, Dev Delegate" in admin.page
    assert "Dora" not in admin.page
    admin.post(f"{COHORT}/chosen", LATER)
    assert admin.status == 200
    drain(clock.now())

    later = {line.name.lower() for line in cohorts.list_lines(people.COHORT) if line.closes_at.startswith("2026-10-09")}
    assert later == set(two)
    trail = [row for row in audit_events.of_cohort(people.COHORT) if row["act"].startswith("extended")]
    assert {row["about"] for row in trail} == {ids()[name] for name in two}


def test_a_preview_says_from_which_day_each_goes_to_which(admin, clock):
    url = f"{COHORT}/delegate/{ids()['dana delegate']}/extend"
    admin.open(url).post(url, {"last_day": "2026-10-06", "confirmed": "2026-10-06"})
    drain(clock.now())
    admin.open(chosen("extend", *NAMES)).post(f"{COHORT}/chosen", {"last_day": "2026-10-09"})

    moves = admin.page.partition("<ul data-moves>")[2].partition("</ul>")[0]
    assert re.findall(r"(\d+) days more: (.*?)</li>", moves) == [
        ("7", "Dev Delegate and Dora Delegate"),
        ("3", "Dana Delegate"),
    ]
    assert "Of 12 raters" in admin.page, "the delegates themselves get no email at once"
    admin.post(f"{COHORT}/chosen", {"confirmed": "2026-10-09"})
    drain(clock.now())
    assert {line.closes_at[:10] for line in cohorts.list_lines(people.COHORT)} == {"2026-10-09"}


def test_who_cannot_get_the_day_is_named_before_it_is_given(admin, clock):
    url = f"{COHORT}/delegate/{ids()['dana delegate']}/extend"
    admin.open(url).post(url, LATER)
    drain(clock.now())
    admin.open(chosen("extend", *NAMES)).post(f"{COHORT}/chosen", {"last_day": "2026-10-06"})
    assert re.findall(r"<ul data-left-out><li>(.*?):", admin.page) == ["Dana Delegate"]

    admin.open(chosen("extend", "dana delegate")).post(f"{COHORT}/chosen", {"last_day": "2026-10-06"})
    assert ("close-refused" in admin.messages, admin.shows) == (True, "admin/act")


def test_a_page_of_the_whole_cohort_says_that_the_others_got_more_time(admin, clock):
    url = f"{COHORT}/delegate/{ids()['dana delegate']}/extend"
    admin.open(url).post(url, LATER)
    everyone = f"{COHORT}/all/extend"
    admin.open(everyone).post(everyone, {"last_day": "2026-10-06"})
    confirm = admin.page
    for _ in range(2):
        admin.page = confirm
        admin.post(everyone, {"confirmed": "2026-10-06"})
        assert {"some-refused", "done-for-others"} <= admin.messages
    closing = sorted(line.closes_at[:10] for line in cohorts.list_lines(people.COHORT))
    assert closing == ["2026-10-06", "2026-10-06", "2026-10-09"]


def test_the_preview_of_a_large_cohort_costs_as_many_calls_as_of_a_small_one(admin):
    def calls_for(*names: str) -> int:
        admin.open(chosen("extend", *names))
        with count_calls() as calls:
            admin.post(f"{COHORT}/chosen", {"last_day": "2026-10-09"})
        assert admin.shows == "admin/more-time"
        return sum(calls.values())

    assert calls_for(*NAMES[:1]) == calls_for(*NAMES)


def test_pressing_twice_or_a_repeat_of_the_job_does_it_once(admin, clock):
    admin.open(chosen("chase", *NAMES))
    nonce, before = admin.nonce, len(sent_emails())
    hidden = {"ids": ",".join(ids()[name] for name in NAMES), "act": "chase", "once": "a"}
    for _ in range(2):
        admin.post(f"{COHORT}/chosen", hidden, nonce=nonce)
        assert "chase" in admin.messages
        clock.advance(seconds=1)
    assert len([job for job in jobs.waiting(clock.now()) if job.kind == "act_on_many"]) == 1
    drain(clock.now())
    sent = [(email.addresses[0], email.subject) for email in sent_emails()[before:]]
    assert sent
    assert len(sent) == len(set(sent))


def test_everyone_of_the_filter_can_be_chosen_at_once(admin):
    admin.open(f"{COHORT}/chosen?act=extend&all=yes&show=all&name=do")
    assert "Dora Delegate" in admin.page
    assert "Dana" not in admin.page


def test_no_tick_changes_nothing_and_says_so(admin):
    admin.open(f"{COHORT}/chosen?act=extend")
    assert "no-tick" in admin.messages


def test_who_does_not_fit_is_left_out_by_name(admin, clock):
    url = f"{COHORT}/delegate/{ids()['dev delegate']}/close"
    admin.open(url).post(url)
    drain(clock.advance(minutes=5))
    admin.open(chosen("chase", *NAMES))
    assert re.search(r"<h1>(.+)</h1>", admin.page)[1].endswith(": 2 delegates"), "of three who are ticked"
    assert re.findall(r"<p data-left-out>[^<]*: ([^<]*)</p>", admin.page) == ["Dev Delegate."]


def test_an_invalid_day_is_refused_before_the_job_is_made(admin, clock):
    admin.open(chosen("extend", *NAMES)).post(f"{COHORT}/chosen", {"last_day": "soon"})
    assert "date-refused" in admin.messages
    assert "Dana Delegate, Dev Delegate, Dora Delegate" in admin.page
    assert not [job for job in jobs.waiting(clock.now()) if job.kind == "act_on_many"]


def test_the_order_of_a_large_cohort_costs_the_page_as_many_calls_as_of_a_small_one(admin, clock):
    assert AT_ONCE <= 25
    admin.open(chosen("extend", *NAMES))
    with count_calls() as calls:
        admin.post(f"{COHORT}/chosen", LATER)
    assert calls["TransactWriteItems"] == 1


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("sort=name", ["Dana Delegate", "Dev Delegate", "Dora Delegate"]),
        ("sort=coach&name=CLEO", ["Dana Delegate", "Dev Delegate", "Dora Delegate"]),
        ("name=dora.delegate%40", ["Dora Delegate"]),
        ("name=nursing&sort=nonsense&show=nonsense", ["Dana Delegate", "Dev Delegate", "Dora Delegate"]),
        ("sort=closes", ["Dev Delegate", "Dora Delegate", "Dana Delegate"]),
        ("name=no-one", []),
    ],
)
def test_delegates_are_found_and_sorted_by_the_pages_address(admin, clock, query, expected):
    url = f"{COHORT}/delegate/{ids()['dana delegate']}/extend"
    admin.open(url).post(url, LATER)
    drain(clock.now())

    assert re.findall(r'aria-label="Tick ([^"]+)"', admin.open(f"{COHORT}?{query}").page) == expected
