"""Comments of a questionnaire are canaries: the report, pages, files and commands show them to the declared readers."""

import contextlib
import io
import json

import pytest
from msgspec.structs import replace

from chalicelib.cli import parser
from chalicelib.core.model import Wave
from chalicelib.forms.readers import Form, Names, Reader, sentences
from chalicelib.store import objects, reports
from tests.journey.conftest import visitor
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.support.drain import drain

__all__ = ["visitor"]

PEERS = tuple(f"p{number}" for number in range(6))
QUESTION, KEPT = (question.id for question in people.programme().open_questions[:2])
CONSOLE = f"{BASE_URL}/admin/cohort/{people.COHORT}"
READERS = {"comment": {Reader.DELEGATE, Reader.COACH}, "coach_only": {Reader.COACH}}


def canary(field: str, who: str) -> str:
    return f"Canary {field} by {who.replace(' ', '')}x"


def answer(visitor, who: str) -> None:
    url = people.link(who, "answer")
    people.answer_all(visitor, url, comment="")
    visitor.open(f"{url}/page/comments")
    fields = {QUESTION: canary("comment", who), KEPT: canary("coach_only", who), f"{KEPT}.coach": "yes"}
    visitor.post(f"{url}/page/comments", fields)
    people.send(visitor, url)


@pytest.fixture
def reported(visitor, clock):
    rules = replace(people.programme(), id="kept", coach_only_comments=True)
    people.opened(clock, chosen=people.raters(len(PEERS), 0), rules=rules)
    for who in (*PEERS, "mara manager"):
        answer(visitor, who)
    drain(clock.to(people.CLOSE))
    for _ in range(3):
        drain(clock.advance(days=1))
    assert reports.find(people.dana(), Wave.BASELINE)
    return visitor


def seen_in(text: str) -> set[str]:
    """Return the fields of which every rater's canary is there; some but not all would be a leak of another kind."""
    writers = (*PEERS, "mara manager")
    writers_seen = {field: {who for who in writers if canary(field, who) in text} for field in READERS}
    assert all(who in (set(), {*writers}) for who in writers_seen.values()), writers_seen
    return {field for field, who in writers_seen.items() if who}


def allowed(reader: Reader) -> set[str]:
    for form in (Form.ANONYMOUS_GROUP, Form.NAMED_GROUP):
        assert {field: {*form.readers_of(field)} for field in READERS} == READERS
    return {field for field, readers in READERS.items() if reader in readers}


def command(*words: str) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.suppress(SystemExit):
        parser.main(list(words))
    return out.getvalue()


def test_comments_are_shown_to_the_declared_readers_alone(reported, clock):
    report = reports.find(people.dana(), Wave.BASELINE)
    for document in (report.facts, report.html):
        assert seen_in(objects.load(document).decode()) == allowed(Reader.DELEGATE)
    assert json.loads(objects.load(report.facts))["comments"]

    reported.let_in(people.person("cleo coach").email, clock.now())
    assert seen_in(reported.open(f"{people.coach_url()}/{people.dana()}").page) == allowed(Reader.COACH) - {"comment"}

    hub = people.link("dana delegate", "hub")
    assert seen_in(reported.open(hub).page) == set()
    reported.cookies.clear()
    reported.let_in_administrator(clock.now())
    person_page = f"{CONSOLE}/delegate/{people.dana()}"
    for url in (
        f"{BASE_URL}/admin",
        CONSOLE,
        person_page,
        f"{CONSOLE}/progress",
        f"{CONSOLE}/trail",
        f"{BASE_URL}/admin/work",
    ):
        assert seen_in(reported.open(url).page) == set()
    for words in (["cohort", "status", people.COHORT, "--impact", "--json"], ["jobs", "due"]):
        assert seen_in(command(*words)) == set()
    for who in ("p0", "mara manager", "cleo coach"):
        assert seen_in(command("person", "export", people.person(who).email)) == set()


def test_the_form_names_comments_for_the_coach_where_there_are_any(visitor, clock):
    names = Names("Dana Delegate", 4, group="Peers", sponsor="Northfold", has_coach_only=True)
    (kept,) = [sentence for sentence in sentences(Form.ANONYMOUS_GROUP, names) if "keep for the coach" in sentence]
    assert kept == "The comments that you keep for the coach are shown in the same way, but to the coach alone."
    without = sentences(Form.ANONYMOUS_GROUP, replace(names, has_coach_only=False))
    assert not any("keep for the coach" in sentence for sentence in without)

    rules = replace(people.programme(), id="kept", coach_only_comments=True)
    people.opened(clock, chosen=people.raters(4, 0), rules=rules)
    assert kept in visitor.open(people.link("p0", "answer")).page
