"""An administrator with rights for some programmes sees those, and of the others not even that they exist."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from chalicelib.admin.rights import RightsRefused, limit_administrator, list_rights
from chalicelib.cli import parser
from chalicelib.core.ids import administrator_key
from chalicelib.core.settings import settings
from chalicelib.jobs.kinds import JobKind
from chalicelib.store import administrator_rights, cohorts, jobs
from chalicelib.store.table import transact
from infra.local.account import ADMINISTRATOR
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.support.drain import drain
from tests.support.emails import sent_emails
from tests.web.rules import COHORT, RULES

HOME = f"{BASE_URL}/admin"
NAMED = f"Autumn cohort ({people.COHORT})"
DELEGATES = (
    "name,email,job_title,service,manager_name,manager_email,coach_name,coach_email\n"
    "Dora Delegate,dora@example.org,Lead,Nursing,Mara Manager,mara@example.org,Cleo Coach,cleo@example.org\n"
)
PAGES = sorted(path for verb, path in RULES if verb == "GET" and path.startswith(COHORT))
FORMS = sorted(path for (verb, path), rule in RULES.items() if verb == "POST" and COHORT in path and not rule.files)
PLACES = {
    "cohort_id": people.COHORT,
    "delegate_id": "d",
    "act_id": "extend",
    "cohort_change": "rename",
    "change_id": "leave",
    "session": "s",
    "work": "vision",
    "act": "publish",
    "group_id": "peer",
    "folder": "collect",
    "kind": "invitation",
}


@pytest.fixture
def admin(visitor, clock):
    """Signed in; a cohort of a programme is open, of which the tests take the right away."""
    people.opened(clock, chosen=people.raters(4, 0))
    return visitor.let_in_administrator(clock.now())


def give(*programmes: str) -> None:
    transact([administrator_rights.limit(administrator_key(ADMINISTRATOR), programmes)])


def test_without_rights_an_administrator_sees_all_as_before(admin):
    assert "Autumn cohort" in admin.open(HOME).page
    assert list_rights() == dict.fromkeys(settings().administrators)


def test_with_the_right_an_administrator_sees_the_programme_and_no_work_of_the_deployment(admin, clock):
    give(people.programme().id)
    people.write(jobs.add(JobKind.COUNTS.job("x", due_at=clock.now(), cohort="gone")))
    assert "Autumn cohort" in admin.open(HOME).page
    assert "/admin/work" not in admin.page
    assert admin.open(f"{HOME}/cohort/{people.COHORT}").status == 200
    assert admin.open(f"{HOME}/work").status == 403


@pytest.mark.parametrize("path", PAGES)
def test_no_page_of_another_programmes_cohort_opens(admin, path):
    give("another")
    admin.open(BASE_URL + path.format_map(PLACES))
    assert admin.status == 404
    assert "cohort-unknown" in admin.messages
    assert "Autumn cohort" not in admin.page


@pytest.mark.parametrize("path", FORMS)
def test_no_form_of_another_programmes_cohort_changes_anything(admin, path):
    nonce = admin.open(HOME + "/start").nonce
    give("another")
    before = list(cohorts.rows(people.COHORT))
    admin.post(BASE_URL + path.format_map(PLACES), {"last_day": "2026-10-09"}, nonce=nonce)
    assert admin.status == 404
    assert list(cohorts.rows(people.COHORT)) == before


def test_the_answer_is_the_same_as_for_a_cohort_that_does_not_exist(admin):
    give("another")
    hidden = admin.open(f"{HOME}/cohort/{people.COHORT}").page.replace(people.COHORT, "x")
    missing = admin.open(f"{HOME}/cohort/nowhere").page.replace("nowhere", "x")
    assert hidden == missing


def test_lists_leave_out_other_programmes(admin):
    give("another")
    assert "Autumn cohort" not in admin.open(HOME).page
    for page in ("/start", "/programme"):
        assert people.programme().title not in admin.open(HOME + page).page


def start(admin, programme: str, **typed: str):
    """Preview a new cohort on the example, with another text in it."""
    days = {"opens": "2026-09-14", "closes": "2026-10-02", "ends": "2026-11-30"}
    uploads = {"programme": ("p.yaml", programme.encode()), "delegates": ("d.csv", DELEGATES.encode())}
    return admin.open(f"{HOME}/start").send_files(f"{HOME}/start", days | typed, uploads)


def test_the_short_name_of_a_hidden_cohort_is_refused_without_a_word_about_it(admin):
    mine = people.EXAMPLE.read_text().replace(f"programme: {people.programme().id}", "programme: mine", 1)
    assert NAMED in start(admin, mine, title="New cohort", id=people.COHORT).page
    give("mine")
    start(admin, mine, title="New cohort", id=people.COHORT)

    assert (admin.status, NAMED in admin.page) == (400, False)
    assert admin.faults == {"id"}
    assert start(admin, mine, title="New cohort", id="new").status == 200


@pytest.mark.parametrize("page", ["/start", "/programme"])
def test_a_file_of_a_hidden_programme_is_refused_alike_whether_it_is_loaded_or_not(admin, page):
    give("mine")
    loaded = people.EXAMPLE.read_text().replace("title: ", "title: Another ", 1)
    refusals = set()
    for text in (loaded, loaded.replace("version: ", "version: 9", 1)):
        if page == "/start":
            start(admin, text, title="New cohort")
        else:
            admin.open(HOME + page).send_files(HOME + page, {}, {"programme": ("p.yaml", text.encode())})
        assert admin.status == 400
        refusals.add("|".join(re.findall(r'class="error"[^>]*>(.*?)<', admin.page)))
        assert admin.messages == {"not-given"}

    assert len(refusals) == 1


def test_a_right_that_is_taken_away_ends_with_the_next_page(admin):
    give(people.programme().id)
    assert admin.open(f"{HOME}/cohort/{people.COHORT}").status == 200
    give("another")
    assert admin.open(f"{HOME}/cohort/{people.COHORT}").status == 404


def test_emails_about_a_cohort_go_to_who_may_see_it(admin, clock):
    give("another")
    before = len(sent_emails())
    drain(clock.to(people.CLOSE + timedelta(minutes=5)))
    notified = [message for message in sent_emails()[before:] if ADMINISTRATOR in message.addresses]
    assert not notified
    assert administrator_rights.list_administrators("another") == list(settings().administrators)


def test_the_command_gives_takes_and_lists_rights(aws, clock, capsys):
    people.load(clock.now())
    programme = people.programme().id
    assert parser.main(["administrator", "limit", ADMINISTRATOR, "--programme", programme]) == 0
    assert list_rights()[ADMINISTRATOR] == [programme]
    capsys.readouterr()
    assert parser.main(["administrator", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[ADMINISTRATOR] == [programme]
    assert parser.main(["administrator", "limit", ADMINISTRATOR, "--all"]) == 0
    assert list_rights()[ADMINISTRATOR] is None


@pytest.mark.parametrize(
    ("email", "programme", "said"),
    [("no.one@example.org", "example", "is no administrator"), (ADMINISTRATOR, "exmaple", "No programme exmaple")],
)
def test_a_slip_is_refused_and_named(aws, email, programme, said):
    with pytest.raises(RightsRefused, match=re.escape(said)):
        limit_administrator(email, [programme], people.OPENING)
    assert list_rights()[ADMINISTRATOR] is None
