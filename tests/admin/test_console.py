"""The console: who needs the administrator, what they decide, and that it gives no rater away."""

import csv
import io
import re
from datetime import date, timedelta
from urllib.parse import quote

import pytest
from msgspec.structs import replace

from chalicelib.cli import parser
from chalicelib.core.model import Wave, WaveState
from chalicelib.core.settings import settings
from chalicelib.jobs.kinds import JobKind
from chalicelib.store import audit_events, cohorts, delegates, jobs
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.emails import EmailState, find, settle
from chalicelib.store.table import scan, transact
from tests.support import people
from tests.support.calls import count_calls
from tests.support.cloud import BASE_URL
from tests.support.drain import drain
from tests.support.emails import sent_emails
from tests.support.visitor import newest_code

COHORT = f"{BASE_URL}/admin/cohort/{people.COHORT}"
HIDDEN_TO = re.compile(r'name="to" value="([^"]*)"')


@pytest.fixture
def admin(visitor, clock):
    return visitor.let_in_administrator(clock.now())


@pytest.fixture
def opened(admin, clock):
    """Open a cohort of one delegate with four peers and two reports; a day has passed."""
    people.opened(clock, chosen=people.raters(4, 2))
    clock.advance(days=1)
    return admin.let_in_administrator(clock.now())


def dana():
    return f"{COHORT}/delegate/{people.dana()}"


def answer(visitor, name):
    url = people.link(name, "answer")
    people.send(people.answer_all(visitor, url), url)


def test_the_home_page_lists_every_cohort(opened):
    opened.open(f"{BASE_URL}/admin")

    assert "Autumn cohort" in opened.page
    assert "Collecting answers until Friday 2 October 2026" in opened.page


def test_the_dashboard_is_two_queries_and_reads_no_row_of_a_delegate_before_the_reports(opened):
    opened.open(COHORT)
    with count_calls() as calls:
        opened.open(COHORT)

    session = 1
    assert calls == {"BatchGetItem": session, "GetItem": 1, "Query": 2}  # one call reads their rights


def test_answers_are_counted_each_morning_and_a_small_group_is_put_with_another(admin, clock):
    """Three reports alone would give an answer away; with the peers they are seven."""
    people.opened(clock, chosen=people.raters(4, 3))
    clock.advance(days=1)
    opened = admin.let_in_administrator(clock.now())
    for name in ("p0", "p1", "p2", "p3", "d0"):
        answer(opened, name)
    opened.open(COHORT)
    assert "others-not-counted" in opened.messages

    drain(clock.advance(days=1))
    opened.let_in_administrator(clock.now()).open(COHORT)

    assert 'Peers and direct reports <b class="number">3 or more of 7</b>' in opened.page
    assert "irect reports <b" not in opened.page.replace("Peers and direct reports <b", "")


def test_too_few_raters_are_not_counted_at_all(admin, clock):
    people.opened(clock, chosen=people.raters(2, 0))
    admin.let_in_administrator(clock.now())
    answer(admin, "p0")
    drain(clock.advance(days=1))
    admin.let_in_administrator(clock.now()).open(COHORT)

    assert "others-not-counted" in admin.messages
    assert "Peers" not in admin.page
    assert "0 of 1" in admin.page  # self and manager, who sign


def test_no_page_says_who_answered(opened, clock):
    """The same pages, whichever of two peers has answered."""
    answer(opened, "p0")
    before = [opened.open(url).page for url in (COHORT, dana(), f"{COHORT}/trail", f"{COHORT}/progress")]

    assert all(name not in page for page in before for name in ("P0", "p0@"))


@pytest.mark.parametrize("path", ["/all/chase", "/delegate/{}/chase"])
def test_a_reminder_goes_to_everyone_who_has_not_answered_and_counts_no_one(opened, clock, path):
    url = COHORT + path.format(people.dana())
    opened.open(url)
    effects = opened.page.partition('data-effects="chase">')[2].partition("<form")[0]
    assert "<li>" in effects
    assert "8" not in re.sub(r"<[^>]+>", "", effects)
    before = len(sent_emails())

    opened.post(url)
    drain(clock.now())

    assert "chase" in opened.messages
    assert len(sent_emails()) - before == 8


def test_pressing_chase_twice_sends_once(opened, clock):
    url = f"{dana()}/chase"
    nonce = opened.open(url).nonce
    before = len(sent_emails())
    for _ in range(2):
        opened.post(url, nonce=nonce)
        assert opened.status == 200
    drain(clock.now())

    assert len(sent_emails()) - before == 8


def test_equal_acts_of_one_second_are_two_events_and_a_retry_is_none(aws, clock):
    first, second = clock.now(), clock.now() + timedelta(microseconds=300)
    for now in (first, second, second):
        people.write(audit_events.add(people.COHORT, AuditEvent.OPENED_REPORT, "delegate", "dana", now, format="html"))

    assert len(audit_events.of_cohort(people.COHORT)) == 2


def test_a_form_without_its_nonce_changes_nothing(opened, clock):
    for act in ("chase", "close"):
        assert opened.open(f"{dana()}/{act}").post(f"{dana()}/{act}", nonce="forged").status == 400

    assert delegates.find_with_wave(people.dana(), Wave.BASELINE)[1].state is WaveState.OPEN
    assert [row["act"] for row in audit_events.of_cohort(people.COHORT)] == ["loaded 1 delegate and 6 raters"]


def test_more_time_is_given_and_pressing_twice_is_success(opened, clock):
    url = f"{dana()}/extend"
    opened.open(url).post(url, {"last_day": "2026-10-09", "why": "A strike."})
    assert opened.shows == "admin/more-time"
    assert "From Friday 2 October 2026 to Friday 9 October 2026, 7 days more" in opened.page
    assert "A strike." in opened.page
    assert delegates.find_with_wave(people.dana(), Wave.BASELINE)[1].extensions == 0
    page = opened.page
    for _ in range(2):
        opened.page = page
        opened.post(url, {"confirmed": "2026-10-09"})
        assert "extend" in opened.messages
    opened.open(url).post(url, {"last_day": "2026-10-09"})

    assert "as-it-is" in opened.messages
    assert "Friday 9 October 2026" in opened.page
    assert delegates.find_with_wave(people.dana(), Wave.BASELINE)[1].extensions == 1
    assert any("A strike." in row["act"] for row in audit_events.of_cohort(people.COHORT))


@pytest.mark.parametrize(
    ("last", "named"),
    [("2026-10-10", "Saturday 10 October 2026"), ("2026-11-09", "38 days")],
)
def test_a_last_day_that_may_be_a_slip_is_asked_about(opened, last, named):
    """Everyone who was asked is emailed, and no one can move it back."""
    url = f"{dana()}/extend"
    opened.open(url).post(url, {"last_day": last})

    asked = opened.page.partition('data-message="asked-about-day"')[2].partition("</ul>")[0]
    assert named in asked
    assert delegates.find_with_wave(people.dana(), Wave.BASELINE)[1].extensions == 0


@pytest.mark.parametrize("how", [["--extend", "2026-10-09"], ["--publish"], []])
def test_the_command_shows_what_would_close_and_changes_nothing(opened, capsys, how):
    before = delegates.find_with_wave(people.dana(), Wave.BASELINE)
    command = ["cohort", "close", people.COHORT, "--delegate", people.person("dana delegate").email, *how, "--dry-run"]
    assert parser.main(command) == 0

    assert delegates.find_with_wave(people.dana(), Wave.BASELINE) == before
    assert ("7 days more" in capsys.readouterr().out) is ("--extend" in how)


def test_a_day_that_was_not_the_one_of_the_preview_is_shown_first(opened):
    url = f"{dana()}/extend"
    opened.open(url).post(url, {"last_day": "2026-10-08", "confirmed": "2026-10-07"})
    assert opened.shows == "admin/more-time"


@pytest.mark.parametrize("typed", ["", "soon", "2026-10-01"])
def test_a_last_day_that_is_no_date_is_reported_at_its_field(opened, typed):
    url = f"{dana()}/extend"
    opened.open(url).post(url, {"last_day": typed})

    assert opened.status == 400
    assert 'href="#last_day"' in opened.page


def test_a_delegate_who_is_held_comes_first_and_is_decided(admin, clock):
    people.opened(clock, chosen=people.raters(4, 0), names=("ann delegate", "dana delegate"))
    drain(clock.to(people.CLOSE))
    admin.let_in_administrator(clock.now())
    admin.open(COHORT)
    assert "2 delegates wait for you" in admin.page
    url = f"{dana()}/publish"
    nonce = admin.open(url).nonce
    admin.post(url, nonce=nonce)
    assert "publish" in admin.messages
    drain(clock.now())
    admin.post(url, nonce=nonce)

    assert "as-it-is" in admin.messages
    entry = next(row for row in audit_events.of_cohort(people.COHORT) if "publish" in row["act"])
    assert entry["by"] == settings().administrators[0]


def test_a_delegate_is_withdrawn(opened, clock):
    url = f"{dana().replace('/delegate/', '/person/')}/leave"
    opened.open(url).post(url)
    assert opened.shows == "people/preview"
    opened.post(url, {"confirmed": "yes"})
    drain(clock.now())

    assert "leave" in opened.messages
    assert "Has left" in opened.open(dana()).page
    assert cohorts.list_lines(people.COHORT)[0].withdrawn


def test_an_address_that_bounced_asks_for_a_decision(opened, clock):
    from chalicelib.store import invitations

    peer = next(
        invitation
        for invitation in invitations.of_delegate(people.dana(), Wave.BASELINE)
        if invitation.rater.name == "P0"
    )
    email = find(f"collect/invitation#{people.dana()}#baseline#{peer.id}#2026-09-14.0")
    transact(settle(email, EmailState.BOUNCED, email.message_id, "There is no such address", clock.now()))
    opened.open(COHORT)
    assert "1 address does not work" in opened.page
    opened.open(dana())
    (replace,) = opened.links("/address?bounce=")

    assert 'value="p0@example.org"' in opened.open(replace).page


def test_a_lost_link_is_sent_again(opened, clock):
    url = f"{COHORT}/link"
    opened.open(url).post(url, {"address": "p0@example.org"})
    assert "sent" in opened.messages
    opened.open(url).post(url, {"address": "p0@example.org"})
    assert "today" in opened.messages
    opened.open(url).post(url, {"address": "no.one@example.org"})

    assert (opened.status, 'href="#address"' in opened.page) == (400, True)


@pytest.fixture
def closed(opened, clock):
    """Close the first questionnaire with enough answers."""
    for name in ("p0", "p1", "p2", "p3", "d0"):
        answer(opened, name)
    drain(clock.to(people.CLOSE))
    return opened.let_in_administrator(clock.now())


def test_a_follow_up_is_planned_once(closed, clock):
    url = f"{COHORT}/followup"
    closed.open(COHORT)
    assert closed.links("/followup") == [url]
    assert "1 delegate is asked about again" in closed.open(url).page
    closed.post(url, {"opens": "2027-05-31", "closes": "2027-06-18"})
    assert (closed.shows, cohorts.find_followup(people.COHORT)) == ("admin/preview", None)
    assert "Friday 18 June 2027" in closed.page
    page = closed.page
    for _ in range(2):
        closed.page = page
        closed.post(url, {"confirmed": "yes"})
        assert "planned" in closed.messages
    drain(clock.now())

    assert [row["by"] for row in audit_events.of_cohort(people.COHORT) if "follow-up" in row["act"]] == [
        settings().administrators[0]
    ]
    assert "Monday 31 May 2027" in closed.open(url).page
    assert "Monday 31 May 2027" in closed.open(COHORT).page
    assert "not-open" in closed.messages


def test_a_follow_up_that_closes_on_a_weekend_is_asked_about(closed, capsys):
    url = f"{COHORT}/followup"
    closed.open(url).post(url, {"opens": "2027-05-31", "closes": "2027-06-19"})

    assert (closed.shows, "Saturday 19 June 2027, which is not a working day" in closed.page) == ("admin/preview", True)
    days = ["--opens", "2027-05-31", "--closes", "2027-06-19"]
    assert parser.main(["cohort", "followup", people.COHORT, *days, "--dry-run"]) == 0
    assert "Saturday 19 June 2027, which is not a working day" in capsys.readouterr().out
    assert cohorts.find_followup(people.COHORT) is None


def test_a_follow_up_that_is_planned_at_a_weekend_is_announced_on_the_next_working_morning(closed, clock):
    saturday, url = clock.advance(days=(5 - clock.now().weekday()) % 7), f"{COHORT}/followup"
    opens = (saturday + timedelta(days=9)).date()
    closed.let_in_administrator(clock.now())
    days = {"opens": f"{opens}", "closes": f"{opens + timedelta(days=18)}"}
    closed.open(url).post(url, days)
    monday = (saturday + timedelta(days=2)).date()
    assert f"on Monday {monday.day} {monday:%B %Y}, 09:00" in closed.page
    closed.post(url, days | {"confirmed": "yes"})
    drain(clock.now())

    (planned,) = [row for row in scan() if row["pk"].startswith("MAIL#programme/followup_planned")]
    assert (planned["state"], planned["due_at"][:10]) == ("queued", f"{monday}")


def test_a_follow_up_that_opens_on_a_closed_day_of_the_cohort_is_asked_about(closed):
    url = f"{COHORT}/followup"
    last = cohorts.find_load(people.COHORT)
    people.write(*cohorts.change_dates(last, replace(last.cohort.dates, closed=(date(2027, 6, 1),))))

    closed.open(url).post(url, {"opens": "2027-06-01", "closes": "2027-06-18"})

    assert "Tuesday 1 June 2027, which is not a working day" in closed.page


@pytest.mark.parametrize(
    ("opens", "closes", "field", "said"),
    [
        pytest.param("", "2027-06-18", "opens", "Give the first day as a date.", id="missing"),
        pytest.param("2026-10-02", "2026-10-20", "opens", "must open after the first", id="too early"),
        pytest.param("2027-05-31", "2027-05-01", "closes", "before it opens", id="turned round"),
        pytest.param("2027-05-31", "2027-09-30", "closes", "more than 90 days", id="too long"),
    ],
)
def test_dates_of_a_follow_up_that_make_no_sense_are_listed_at_their_field(closed, opens, closes, field, said):
    url = f"{COHORT}/followup"
    closed.open(url).post(url, {"opens": opens, "closes": closes})

    assert closed.status == 400
    assert f'<a href="#{field}">' in closed.page
    assert said in closed.page
    assert cohorts.find_followup(people.COHORT) is None


def test_a_follow_up_waits_for_the_first_questionnaire(opened):
    assert "<form" not in opened.open(f"{COHORT}/followup").page.partition("<main")[2]
    assert "followup-later" in opened.messages


def test_other_dates_for_a_follow_up_that_is_planned_are_refused(closed):
    url = f"{COHORT}/followup"
    page = closed.open(url).page
    closed.post(url, {"opens": "2027-05-31", "closes": "2027-06-18", "confirmed": "yes"})
    closed.page = page
    closed.post(url, {"opens": "2027-06-01", "closes": "2027-06-18"})

    assert (closed.status, "one-followup" in closed.messages) == (400, True)


def test_a_delegates_page_leads_to_their_address_and_link(opened):
    opened.open(dana())
    for part in ("/link?delegate=", "/address?delegate="):
        (url,) = opened.links(part)
        assert 'value="dana.delegate@example.org"' in opened.open(url).page
        opened.open(dana())


def test_everyones_questionnaire_is_closed_at_once(opened, clock):
    opened.open(COHORT)
    (url,) = opened.links("/all/close")
    opened.open(url).post(url)
    drain(clock.now())

    assert "too-few-answers" in opened.open(COHORT).messages


def test_the_email_of_too_few_answers_leads_to_the_decision(visitor, clock):
    """Through the sign-in, and back to the page that the email named."""
    people.opened(clock, chosen=people.raters(4, 0))
    drain(clock.to(people.CLOSE))
    for minutes in (56 * 60 + 55, 5):  # to Monday morning
        drain(clock.advance(minutes=minutes))
    administrator = settings().administrators[0]
    url = dana()
    assert url in sent_emails(administrator)[-1].links  # on Monday morning, in the email of what needs them
    visitor.open(url)
    visitor.post(visitor.links("/sign-in/")[0], {"email": administrator, "to": HIDDEN_TO.findall(visitor.page)[0]})
    drain(clock.now())
    visitor.post(visitor.links("/sign-in/")[0], {"code": newest_code(administrator)})

    assert visitor.url == dana()
    assert visitor.links("/publish") == [f"{dana()}/publish"]


@pytest.mark.parametrize("to", ["https://example.org", "//example.org", "/admin/../sign-out", "/admin?x=1", "/hub/x"])
def test_signing_in_leads_to_no_page_but_the_consoles(visitor, clock, to):
    administrator = settings().administrators[0]
    visitor.open(f"{BASE_URL}/admin")
    visitor.post(visitor.links("/sign-in/")[0], {"email": administrator, "to": to})
    drain(clock.now())
    visitor.post(f"{visitor.links('/sign-in/')[0]}?to={quote(to)}", {"code": newest_code(administrator)})

    assert visitor.url == f"{BASE_URL}/admin"


def test_a_failed_job_is_started_over(opened, clock):
    job = JobKind.SUMMARY.job("odd", due_at=clock.now(), cohort=people.COHORT)
    transact([jobs.add(job)])
    held = jobs.claim(job.id, "attempt", clock.now(), clock.now())
    transact([jobs.mark_failed(held, "the bucket was away")])
    opened.open(f"{BASE_URL}/admin/work")
    assert "the bucket was away" in opened.page
    opened.post(f"{BASE_URL}/admin/work", {"job": job.id})

    assert jobs.failed() == []
    assert "restarted" in audit_events.of_cohort(people.COHORT)[-1]["act"]


def test_an_unconfirmed_email_is_shown_by_its_kind_and_without_its_reader(opened, clock):
    from chalicelib.emails.kinds import LEASE, label_of
    from chalicelib.store import emails
    from tests.emails.samples import make_email

    transact(emails.add(make_email("collect/invitation")))
    emails.claim(make_email("collect/invitation").id, "attempt", clock.now(), clock.now() + LEASE)

    page = opened.open(f"{BASE_URL}/admin/work").page
    assert label_of("collect/invitation") in page
    assert make_email("collect/invitation").to.email not in page


def test_the_trail_says_who_did_what(opened, clock):
    opened.open(f"{dana()}/extend").post(f"{dana()}/extend", {"last_day": "2026-10-09", "confirmed": "2026-10-09"})
    opened.open(f"{COHORT}/trail")

    assert settings().administrators[0] in opened.page
    assert f"Extended from {people.DATES.closes} to 2026-10-09" in opened.page
    assert "Dana Delegate" in opened.page


def test_progress_is_a_file_without_formulas(admin, clock):
    people.opened(clock, chosen=people.raters(7, 0), names=("=cmd()|dana",))
    drain(clock.advance(days=1))
    admin.let_in_administrator(clock.now())
    admin.open(f"{COHORT}/progress")
    lines = list(csv.DictReader(io.StringIO(admin.page.removeprefix("\ufeff"))))

    assert {line["delegate"][:2] for line in lines} == {"'="}
    assert {line["group"]: line["invited"] for line in lines} == {"Self": "1", "Line manager": "1", "Peers": "7"}


def test_an_unknown_cohort_delegate_or_act_is_a_kind_page(opened):
    for url in (f"{BASE_URL}/admin/cohort/none", f"{COHORT}/delegate/none", f"{dana()}/none", f"{COHORT}/all/survey"):
        assert opened.open(url).status in (400, 404)


def test_a_head_request_and_a_get_change_nothing(opened):
    from chalicelib.store.table import scan

    before = list(scan())
    for url in (
        COHORT,
        dana(),
        f"{dana()}/close",
        f"{COHORT}/all/chase",
        f"{COHORT}/address",
        f"{BASE_URL}/admin/work",
    ):
        opened.open(url)

    assert list(scan()) == before


def test_a_reader_who_is_not_signed_in_sees_the_sign_in_page(visitor, clock):
    people.opened(clock)
    for url in (f"{BASE_URL}/admin", COHORT, f"{COHORT}/progress", f"{BASE_URL}/admin/start"):
        assert visitor.open(url).shows == "web/sign_in_administrator"
        assert "Dana" not in visitor.page
