"""Every answer of the survey is a mark of its own; pages, commands and exports show those that the form names."""

from __future__ import annotations

import contextlib
import io
import json
from datetime import datetime

import pytest

from chalicelib.cli import parser
from chalicelib.core.model import PulseArea, Wave
from chalicelib.forms.fields import Kind, Question, questions
from chalicelib.forms.readers import Form, Names, Reader, Rule, sentences
from chalicelib.forms.survey import sections_of
from chalicelib.store import debriefs, delegates, impact_surveys, objects, stories, summaries
from chalicelib.store.areas import Area
from chalicelib.store.debriefs import Debrief
from chalicelib.store.impact_surveys import EDITION, ImpactSurvey, Role, SurveyState, surveys_from
from chalicelib.store.row_kinds import cohort_rows, row_kind
from chalicelib.store.table import update
from chalicelib.web.templating import environment
from tests.journey.conftest import visitor
from tests.sponsor.test_left_out import NAMES, SURVEY_OPENS, id_of, wait
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.support.drain import drain
from tests.support.visitor import pages

__all__ = ["visitor"]

AREAS = (PulseArea("1", "Asks more"),)
CONSOLE = f"{BASE_URL}/admin/cohort/{people.COHORT}"
IMPACT = {"delegate": Form.IMPACT_DELEGATE, "manager": Form.IMPACT_MANAGER}
CHOSEN = {
    "level.1": "habit",
    "measure.1.direction": "up",
    "measure.1.basis": "own",
}  # so that the areas and measures are listed in cases
BASES = {f"measure.{number}.basis": "own" for number in (1, 2, 3)}
OWN = {"measure.1.name": "Falls", "measure.1.money": "1000"}
SHOWN_AS = {"level.1": "a habit now", "change.1": "much better"}  # how the coach's page words a choice


def asked_of(role: Role) -> list[Question]:
    now = datetime.fromisoformat("2027-05-31T09:00:00Z")
    survey = ImpactSurvey("dana", role, SurveyState.OPEN, now, now, AREAS, edition=EDITION)
    return list(questions(sections_of(people.programme(), survey, "Dana", OWN)))


def marks(role: Role) -> dict[str, str]:
    """Return an answer for each question that can hold a mark: words, or a number that nothing else on a page is."""
    asked = asked_of(role)
    start = 700_001 if role is Role.DELEGATE else 800_001
    words = {q.field: f"Canary{role.value}{n:03d}x" for n, q in enumerate(asked) if q.kind in (Kind.LINE, Kind.TEXT)}
    numbers = {q.field: str(start + 17 * n) for n, q in enumerate(asked) if q.kind in (Kind.NUMBER, Kind.MONEY)}
    return words | numbers


@pytest.fixture
def answered(visitor, clock):
    """Six delegates and managers sent everything; only the first agreed to be quoted."""
    people.load(clock.now(), names=NAMES)
    drain(clock.now())
    for name in NAMES:
        area = Area("1", "Asks more", "", "A step", "", "", "")
        people.write(*debriefs.save(id_of(name), Wave.BASELINE, Debrief(people.DATES.closes, ("1",)), [area]))
    drain(clock.to(SURVEY_OPENS))
    drain(clock.advance(minutes=1))
    for name in NAMES:
        own = marks(Role.DELEGATE) | CHOSEN | BASES
        store(name, Role.DELEGATE, own)
        store(name, Role.MANAGER, marks(Role.MANAGER) | {"change.1": "3"})
    return visitor


def store(name: str, role: Role, answers: dict[str, str]) -> None:
    change = {"answers": answers, "sent": True}
    people.write(update(impact_surveys.key(id_of(name), role), put=change, refusal=impact_surveys.SurveyMissing))


def consent(to: str) -> None:
    for name in NAMES:
        store(name, Role.DELEGATE, marks(Role.DELEGATE) | CHOSEN | BASES | {"consent": to})


def seen_in(text: str) -> set[tuple[str, str]]:
    """Whose form and which field."""
    return {
        (role.value, field)
        for role in Role
        for field, mark in marks(role).items()
        if mark in text or f"{mark:>}" in text
    }


def console_pages(visitor, clock) -> str:
    admin = visitor.let_in_administrator(clock.now())
    person_page = f"{CONSOLE}/delegate/{id_of(NAMES[0])}"
    return pages(admin, f"{BASE_URL}/admin", CONSOLE, person_page, f"{CONSOLE}/progress", f"{CONSOLE}/trail")


def command(*words: str) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.suppress(SystemExit):
        parser.main(list(words))
    return out.getvalue()


def test_the_administrator_and_the_operator_see_counts_only(answered, clock):
    text = console_pages(answered, clock)
    assert "Ann One" in text
    assert seen_in(text) == set()

    for more in ([], ["--json"]):
        text = command("cohort", "status", people.COHORT, "--impact", *more)
        assert "delegate" in text
        assert seen_in(text) == set()
    assert "impact\tdelegate\tanswered 6 of 6" in command("cohort", "status", people.COHORT, "--impact")


@pytest.mark.parametrize("to", ["no", "anonymous", "named"])
def test_the_sponsor_reads_no_words_before_their_delegate_has_approved_them(answered, clock, to):
    """By consent alone they are offered to the delegate; tests/sponsor/test_stories.py goes on from there."""
    consent(to)
    drain(clock.to(SURVEY_OPENS.replace(month=7, day=2)))
    wait(clock, days=9)
    (summary,) = summaries.of_cohort(people.COHORT)
    text = objects.load(summary.html).decode() + json.dumps(json.loads(objects.load(summary.facts)), ensure_ascii=False)

    assert seen_in(text) == set()
    assert bool(stories.of_delegates(map(id_of, NAMES))) == (to != "no")


def test_the_coach_sees_the_choices_that_the_forms_name_and_no_words(answered, clock):
    rows = list(delegates.load_rows(id_of(NAMES[0])))
    case = {"rows": rows, "impact": surveys_from(rows), "delegate": delegates.find(id_of(NAMES[0]))}
    text = environment().get_template("impact/seen.html.j2").render(case=case)

    assert seen_in(text) == set()
    for form, field in (("delegate", "level.1"), ("manager", "change.1")):
        assert IMPACT[form].readers_of(field)[Reader.COACH] is Rule.AS_WRITTEN
        assert SHOWN_AS[field] in text


@pytest.mark.parametrize("name", [NAMES[0], "mara manager", "cleo coach"])
def test_an_export_holds_answers_by_and_about_a_delegate_and_of_no_one_else(answered, name):
    """What a line manager wrote about the delegate is in the folder for review: a person decides."""
    text = command("person", "export", people.person(name).email)
    assert people.person(name).email in text
    assert {role for role, _ in seen_in(text)} == ({"delegate", "manager"} if name in NAMES else set())


@pytest.mark.parametrize("name", ["delegate", "manager"])
def test_the_form_says_what_the_declaration_says(answered, name):
    to = NAMES[0] if name == "delegate" else "mara manager"
    answered.open(people.link(to, "impact"))
    (about,) = [people.person(label).name for label in NAMES if people.person(label).name in answered.page]
    for sentence in sentences(IMPACT[name], Names(about)):
        assert sentence in answered.page


def test_every_field_that_is_declared_is_asked():
    for role in Role:
        asked = {q.field.partition(".")[0] for q in asked_of(role)}
        assert {field.name for field in IMPACT[role.value].fields} - {""} <= asked


@pytest.mark.parametrize("form", [Form.OWN, Form.ANONYMOUS_GROUP, Form.PULSE, Form.MIDWAY, *IMPACT.values()])
def test_a_form_says_that_not_only_the_sponsor_reads_figures_of_the_cohort(form):
    """Facilitators read the cohort at the start, delegates and coaches its means, administrators the evidence pack."""
    others = {*cohort_rows.SUMMARY.readers, *cohort_rows.FIGURES.readers} - {row_kind.Reader.SPONSOR}
    names = Names("Dana", threshold=3, behaviours_from=5, group="Peers", rater="P0")

    assert row_kind.Reader.FACILITATOR in others
    assert " and others in the programme see " in " ".join(sentences(form, names))
