"""Every route, asked by every role, with other people's links and ids."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import time, timedelta
from functools import cache
from urllib.parse import urlencode

import pytest
from chalice.test import Client
from msgspec.structs import replace

import chalicelib.core.clock
from chalicelib.admin.address_change import change_address
from chalicelib.core import settings
from chalicelib.core.ids import (
    administrator_key,
    coach_id,
    delegate_id,
    derive,
    facilitator_id,
    invitation_id,
    manager_id,
    rater_key,
    reader_key,
)
from chalicelib.core.model import Cohort, DelegateEntry, Facilitator, Person, Wave
from chalicelib.core.schedule import Session as WorkshopSession
from chalicelib.core.schedule import SessionPlan
from chalicelib.links import kinds, signing
from chalicelib.programme.load_cohort import load_cohort
from chalicelib.store import cohorts, debriefs, delegates, impact_surveys, reports, sessions, summaries, workshops
from chalicelib.store.areas import Area
from chalicelib.store.debriefs import Debrief
from chalicelib.store.impact_surveys import ImpactSurvey, Role, SurveyState
from chalicelib.store.marshal import fields
from chalicelib.store.reports import StoredReport
from chalicelib.store.sessions import Session
from chalicelib.store.summaries import Summary
from chalicelib.store.table import put_all, transact
from chalicelib.web import forms, readers
from chalicelib.web.sessions import COOKIE
from infra.local import memory
from infra.local.account import ADMINISTRATOR
from tests.faults.scene import Scene
from tests.support import cloud, people
from tests.support.clock import Clock
from tests.support.drain import drain
from tests.web.rules import RULES

BRINGS_FILES = "|".join(re.sub(r"\{\w+\}", "[^/]+", path) + "$" for (_, path), rule in RULES.items() if rule.files)
MULTIPART = {"Content-Type": "multipart/form-data; boundary=x"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
HERE, THERE = "autumn", "spring"  # two cohorts whose people have nothing to do with one another
NOW = people.OPENING + timedelta(minutes=1)
PEOPLE = {
    "no one": "",
    "coach": "coach.autumn@example.org",
    "other coach": "coach.spring@example.org",
    "facilitator": "facilitator.autumn@example.org",
    "other facilitator": "facilitator.spring@example.org",
    "sponsor": "sponsor.autumn@example.org",
    "other sponsor": "sponsor.spring@example.org",
    "delegate": "delegate.autumn@example.org",
    "other delegate": "delegate.spring@example.org",
    "rater": "p0@example.org",
    "administrator": ADMINISTRATOR,
}


SIGNED = sorted(route for route, rule in RULES.items() if rule.who)
LINKED = sorted(route for route, rule in RULES.items() if rule.verb)


# --- the two cohorts ------------------------------------------------------------------------------------------------


@pytest.fixture
def client(aws) -> Iterator[Client]:
    from app import app

    clock = Clock()
    chalicelib.core.clock.use(clock.now)
    two_cohorts().lay_out()
    for cohort in (HERE, THERE):
        people.store_facts(reports.find(of(cohort), Wave.BASELINE))
    clock.to(NOW)
    with Client(app) as test_client:
        yield test_client
    chalicelib.core.clock.use(None)


@cache
def two_cohorts() -> Scene:
    """Built once; every role has a session."""

    def build() -> None:
        clock = Clock()
        for cohort in (HERE, THERE):
            set_up(cohort, clock)
        drain(clock.to(people.OPENING))
        drain(clock.to(NOW))
        for name, email in PEOPLE.items():
            for key in (administrator_key, reader_key):
                session = Session(sessions.hashed(session_of(name, key)), key(email), NOW + timedelta(hours=12))
                put_all([{**sessions.key(session.hashed)._asdict(), **fields(session)}])

    return Scene(build)


def set_up(cohort_id: str, clock: Clock) -> None:
    """Open a delegate's questionnaire; in addition a report that could be read, released and summed up."""
    rules = people.programme()
    coach, sponsor, delegate = (Person(part, f"{part}.{cohort_id}@example.org") for part in PARTS)
    entry = DelegateEntry(delegate, "Lead", "Nursing", people.person(f"manager {cohort_id}"), coach)
    facilitators = (Facilitator("mo", Person("facilitator", f"facilitator.{cohort_id}@example.org")),)
    dates = people.DATES
    cohort = Cohort(cohort_id, cohort_id.title(), rules.id, rules.version, dates, sponsor, facilitators=facilitators)
    load_cohort(cohort, rules, [entry], {delegate.email: people.raters(1, 0)}, clock.now())
    drain(clock.now())
    ours = of(cohort_id)
    report = StoredReport(ours, Wave.BASELINE, "c" * 64, *people.documents_of(ours), clock.now())
    areas = [Area(str(n), f"Secret of {cohort_id}", "", "A step", "", "", "") for n in (1, 2)]
    survey = ImpactSurvey(ours, Role.DELEGATE, SurveyState.OPEN, clock.now(), people.CLOSE, ())
    transact(
        [
            reports.add(report),
            *debriefs.save(ours, Wave.BASELINE, Debrief(clock.now().date(), ("1", "2")), areas),
            summaries.add(Summary(cohort_id, "impact", "c" * 64, *SUMMARY, clock.now())),
            impact_surveys.add(survey),
            *map(workshops.save, sessions_of(cohort_id)),
        ]
    )


def sessions_of(cohort_id: str) -> list[WorkshopSession]:
    """One begins now, so that its register is open; the other is the end of the programme."""
    days = {SESSION: NOW.date(), "leading-self-2": people.DATES.ends}
    where = f"Secret room of {cohort_id}"
    plans = {
        id: SessionPlan("leading_self", day, time(9, 10), time(16), place=where, by="mo") for id, day in days.items()
    }
    return [WorkshopSession(id, cohort_id, "Europe/London", plan) for id, plan in plans.items()]


SESSION = "leading-self-1"
SUMMARY = ("sponsor/facts.json", "sponsor/summary.html")
PARTS = ("coach", "sponsor", "delegate")


def of(cohort_id: str) -> str:
    return delegate_id(cohort_id, f"delegate.{cohort_id}@example.org")


def session_of(name: str, key) -> str:  # type: ignore[no-untyped-def]
    return f"{key.__name__}-{name.replace(' ', '-')}"


def parts(verb: str, cohort_id: str) -> tuple[str, ...]:
    """Return what a link with this verb names, in one of the cohorts."""
    rater = invitation_id(of(cohort_id), "baseline", "p0@example.org")
    coach = (cohort_id, coach_id(cohort_id, f"coach.{cohort_id}@example.org"), "1")
    return {
        "coach": coach,
        "code": ("coach", "challenge", f"{NOW.timestamp():.0f}", *signing.token("coach", *coach).split(".")),
        "facilitator": (cohort_id, facilitator_id(cohort_id, f"facilitator.{cohort_id}@example.org"), "1"),
        "sponsor": (cohort_id, "1"),
        "hub": (of(cohort_id), "1"),
        "deletion": (of(cohort_id), "1", cohort_id),
        "nominate": (of(cohort_id), "1"),
        "approve": (of(cohort_id), "x", "1"),
        "answer": (of(cohort_id), "baseline", rater, "1"),
        "decline": (of(cohort_id), "baseline", rater, "1"),
        "inbox": (rater_key("p0@example.org"), derive(6, "inbox", rater, "1")),
        "impact": (of(cohort_id), "delegate", "1"),
        "shared": (of(cohort_id), manager_id(of(cohort_id), people.person(f"manager {cohort_id}").email), "0"),
    }[verb]


def token_of(verb: str) -> str:
    if verb == "own-data":  # its reader's role, and the token of their own link
        return f"coach.{token_of('coach')}"
    return signing.token(verb, *parts(verb, HERE)) if verb else ""


def path_of(path: str, token: str, cohort_id: str = HERE) -> str:
    page = f"c-{people.programme().competencies[0].id}"
    filled = {
        "token": token,
        "key": token,
        "delegate_id": of(cohort_id),
        "role": "coach",
        "challenge": "x",
        "page_id": page,
        "name": "x",
        "person": "x",
        "cohort_id": cohort_id,
        "act_id": "chase",
        "change_id": "pause",
        "cohort_change": "rename",
        "milestone": people.programme().milestones[0].id,
        "work": "vision",
        "number": "1",
        "part": "reaction",
        "session": SESSION,
        "given": "x",
        "area": "x",
        "act": "finish",
        "kind": "debrief",
        "group_id": "peer",
        "folder": "meetings",
    }
    return re.sub(r"\{(\w+)\}", lambda match: filled[match[1]], path)


def asked(client: Client, method: str, path: str, name: str, typed: dict[str, str] | None = None):  # type: ignore[no-untyped-def]
    """Chalice's test client knows no HEAD; it is the same view as GET."""
    used = str(int(NOW.timestamp()))
    key = administrator_key if name == "administrator" else reader_key
    cookie = {} if name == "no one" else {"Cookie": f"{COOKIE}={signing.token('session', session_of(name, key), used)}"}
    if method == "POST" and re.search(BRINGS_FILES, path):
        return client.http.post(path, headers=MULTIPART | cookie, body=multipart(typed or {}))
    if method == "POST":
        return client.http.post(path, headers=FORM | cookie, body=urlencode(typed or {}).encode())
    return client.http.get(path, headers=cookie)


def multipart(typed: dict[str, str]) -> bytes:
    """As a browser sends a form that may bring files."""
    parts = [f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{typed[name]}\r\n' for name in typed]
    return "".join([*parts, "--x--\r\n"]).encode()


def nonce_of(name: str) -> str:
    key = administrator_key if name == "administrator" else reader_key
    return forms.nonce("session", session_of(name, key))


def rows() -> list[str]:
    return [repr(row) for row in memory.rows(f"fullcircle-{cloud.STAGE}", "")]


# --- the table, executed --------------------------------------------------------------------------------------------


def test_only_who_may_gets_past_a_page_that_needs_a_code(client):
    wrong = []
    for method, path in SIGNED:
        rule = RULES[method, path]
        url = path_of(path, token_of(rule.verb))
        before = rows()
        for name in PEOPLE:
            form = {"form": nonce_of(name), "kind": "pdf", "summary": "impact"}
            if name == rule.who:
                continue
            answer = asked(client, method, url, name, form)
            text = answer.body.decode()
            turned_away = answer.status_code == (403 if method == "POST" else 200) and "/sign-in/" in text
            if not turned_away or "Secret" in text:
                wrong.append(f"{method} {path} by {name}: {answer.status_code}")
        wrong += [] if rows() == before else [f"{method} {path} changed something"]
        answer = asked(client, method, url, rule.who, {"form": nonce_of(rule.who), "kind": "pdf", "summary": "impact"})
        if (
            answer.status_code not in (200, 303, 400, rule.shows)
            or b"/sign-in/" in answer.body
            or b"was not complete" in answer.body
        ):
            wrong.append(f"{method} {path} by {rule.who}: {answer.status_code}")
    assert wrong == []


def test_a_form_of_someone_elses_session_is_refused_and_changes_nothing(client):
    for method, path in SIGNED:
        rule = RULES[method, path]
        url = path_of(path, token_of(rule.verb))
        before = rows()
        for nonce in ("", "forged", nonce_of("no one"), nonce_of("other coach")):
            if method == "POST":
                answer = asked(client, method, url, rule.who, {"form": nonce, "kind": "pdf", "summary": "impact"})
                assert answer.status_code == 400, f"{method} {path}"
        assert rows() == before, f"{method} {path}"


def test_other_peoples_ids_open_nothing(client):
    """A coach who is signed in, and puts another coach's delegate into their own address."""
    own = signing.token("coach", *parts("coach", HERE))
    before = rows()
    for method, path in SIGNED:
        if "{delegate_id}" in path and RULES[method, path].who == "coach":
            answer = asked(client, method, path_of(path, own, THERE), "coach", {"form": nonce_of("coach")})
            assert answer.status_code == 404, f"{method} {path}"
            assert b"Secret" not in answer.body
    assert rows() == before


@pytest.mark.parametrize("forged", ["no.token", "autumn.x.AAAAAAAAAAAAAAAAAAAAAA"])
def test_a_forged_link_opens_nothing_for_anyone(client, forged):
    before = rows()
    for method, path in LINKED:
        for name in ("no one", RULES[method, path].who or "delegate"):
            answer = asked(client, method, path_of(path, forged), name, {"form": nonce_of(name)})
            assert answer.status_code in (400, 404), f"{method} {path} by {name}: {answer.status_code}"
    assert rows() == before


def test_a_link_for_one_purpose_opens_no_other(client):
    before = rows()
    verbs = sorted({rule.verb for rule in RULES.values() if rule.verb})
    for method, path in LINKED:
        for verb in verbs:
            if verb != RULES[method, path].verb and method == "GET":
                answer = asked(client, method, path_of(path, token_of(verb)), "no one")
                assert answer.status_code == 404, f"{method} {path} with a link to {verb}"
    assert rows() == before


def test_reading_changes_nothing_and_a_form_without_its_page_neither(client):
    before = rows()
    for method, path in LINKED:
        rule = RULES[method, path]
        url = path_of(path, token_of(rule.verb))
        answer = asked(client, method, url, rule.who or "no one")
        expected = (400, 404) if method == "POST" else (rule.shows, 303)
        assert answer.status_code in expected, f"{method} {path}: {answer.status_code}"
        assert rows() == before, f"{method} {path} changed something"


def test_reading_changes_nothing_for_who_may_read_either(client):
    wrong = []
    for method, path in SIGNED:
        rule = RULES[method, path]
        before = rows()
        if method == "GET":
            answer = asked(client, method, path_of(path, token_of(rule.verb)), rule.who)
            wrong += [] if answer.status_code in (200, 303, rule.shows) else [f"{path}: {answer.status_code}"]
        wrong += [] if rows() == before else [f"{path} changed something"]
    assert wrong == []


# --- people who were entitled: they have sessions, and the links that they were emailed ------------------------------


WAS_ENTITLED = ("coach", "manager", "facilitator", "sponsor", "delegate", "administrator")  # of HERE
SUCCEEDED = ("coach", "manager", "facilitator", "sponsor")
SUCCESSOR = {part: Person(f"New {part}", f"new.{part}@example.org") for part in SUCCEEDED}
NEW_ADDRESS = "delegate.new@example.org"


@pytest.fixture
def handed_over(client, monkeypatch):  # type: ignore[no-untyped-def]
    """Name others in these parts by a file; the delegate has another address; an administrator has left."""
    clock, rules = Clock(), people.programme()
    clock.to(NOW)
    coach, manager, facilitator, sponsor = SUCCESSOR.values()
    delegate = Person("delegate", f"delegate.{HERE}@example.org")
    facilitators, dates = (Facilitator("mo", facilitator),), people.DATES
    cohort = Cohort(HERE, HERE.title(), rules.id, rules.version, dates, sponsor, facilitators=facilitators)
    entry = DelegateEntry(delegate, "Lead", "Nursing", manager, coach)
    load_cohort(cohort, rules, [entry], {delegate.email: people.raters(1, 0)}, clock.now())
    drain(clock.now())
    change_address(HERE, delegate.email, NEW_ADDRESS, clock.now(), ADMINISTRATOR)
    drain(clock.now())
    for key in (administrator_key, reader_key):
        session = Session(sessions.hashed(session_of("manager", key)), key(MANAGER), NOW + timedelta(hours=12))
        put_all([{**sessions.key(session.hashed)._asdict(), **fields(session)}])
    left = settings.settings()
    stays = replace(left, administrators=("another.administrator@example.org",))
    for module in (settings, readers):
        monkeypatch.setattr(module, "settings", lambda: stays)
    return client


MANAGER = people.person(f"manager {HERE}").email


@pytest.mark.parametrize("who", WAS_ENTITLED)
def test_who_was_entitled_gets_past_no_page_that_needs_a_code(handed_over, who):
    wrong, before = [], rows()
    for method, path in SIGNED:
        url = path_of(path, token_of(RULES[method, path].verb))
        answer = asked(handed_over, method, url, who, {"form": nonce_of(who), "kind": "pdf", "summary": "impact"})
        text = answer.body.decode()
        turned_away = answer.status_code in (403, 404, 410) or (answer.status_code == 200 and "/sign-in/" in text)
        if not turned_away or "Secret" in text or NEW_ADDRESS in text:
            wrong.append(f"{method} {path}: {answer.status_code}")
    assert wrong == []
    assert rows() == before


@pytest.mark.parametrize("verb", ["hub", "deletion", "nominate", "coach", "own-data", "facilitator", "sponsor", "code"])
def test_a_link_of_who_was_entitled_opens_nothing(handed_over, verb):
    """That of a code leads to the page of the former coach."""
    old = token_of(verb)
    wrong, before = [], rows()
    for method, path in LINKED:
        if RULES[method, path].verb == verb and "/sign-in/" not in path:
            answer = asked(handed_over, method, path_of(path, old), "no one", {"form": "x"})
            refused = answer.status_code in (404, 410) or (method == "POST" and answer.status_code == 400)
            if not refused or b"Secret" in answer.body or b"New delegate" in answer.body:
                wrong.append(f"{method} {path}: {answer.status_code}")
    assert wrong == []
    assert rows() == before


def test_the_successors_get_in(handed_over):
    """So it is the people who are refused above, and not the pages."""
    delegate = delegates.find(of(HERE))
    cohort = cohorts.find(HERE)
    coach = SUCCESSOR["coach"]
    links = [
        kinds.HUB.token(delegate),
        kinds.COACH.token(HERE, coach, 1),
        kinds.FACILITATOR.token(cohort, SUCCESSOR["facilitator"]),
        kinds.SPONSOR.token(cohort),
    ]
    for verb, token in zip(("hub", "coach", "facilitator", "sponsor"), links, strict=True):
        assert asked(handed_over, "GET", f"/{verb}/{token}", "no one").status_code == 200, verb
