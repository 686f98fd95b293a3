"""Each question of survey, line manager's form and pulse is shown on a page to the readers that its form names.

Six delegates and their line manager answer, six raters of each too; then the pages of every reader are opened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import unescape

import pytest
from chalice.test import Client
from msgspec.structs import replace

import chalicelib.core.clock
from chalicelib.core.ids import delegate_id
from chalicelib.core.impact_background import EDITION, Background, EarlierMeasure, Sign, Stakeholder
from chalicelib.core.model import Delegate, DelegateWave, PulseArea, Wave, WaveState
from chalicelib.forms.fields import Kind, Question, questions
from chalicelib.forms.pulse import wave_programme
from chalicelib.forms.readers import Form, Reader, Rule
from chalicelib.forms.survey import form_about, sections_of
from chalicelib.impact.result.collect import answer_in_words
from chalicelib.links.kinds import ANSWER, COACH, HUB, IMPACT, SPONSOR
from chalicelib.results.cohort_snapshot import frozen_bytes
from chalicelib.sponsor.documents.figures_csv import figures_csv
from chalicelib.sponsor.final.build import build_final
from chalicelib.sponsor.stories.acts import CHECKS
from chalicelib.store import (
    cohort_figures,
    cohorts,
    debriefs,
    delegates,
    impact_surveys,
    invitations,
    objects,
    summaries,
)
from chalicelib.store.areas import Area
from chalicelib.store.cohort_figures import CohortFigures
from chalicelib.store.debriefs import Debrief
from chalicelib.store.impact_surveys import ImpactSurvey, Role, SurveyState, surveys_from
from chalicelib.store.marshal import fields
from chalicelib.store.table import update
from tests.sponsor import final_example
from tests.support import cloud, people
from tests.support.clock import Clock
from tests.support.cloud import BASE_URL
from tests.support.drain import drain
from tests.support.visitor import Visitor, pages

NAMES = ("dana delegate", "ann one", "bob two", "cat three", "dan four", "eve five")
SURVEY_OPENS = people.OPENING.replace(year=2027, month=5, day=31)
SURVEY_CLOSED = people.OPENING.replace(year=2027, month=6, day=29)
NOW = SURVEY_OPENS
AREAS = (PulseArea("1", "Asks more"), PulseArea("2", "Delegates"))
YEAR = Background(
    measures=(EarlierMeasure("Falls"), EarlierMeasure("Waits")),
    signs=(Sign("vision", "Fewer beds"),),
    stakeholders=(Stakeholder("18aa", "Head of finance", "Against", "Neutral"),),
    stances=(("against", "Against"), ("driving", "Driving")),
    steps=5,
    steps_done=2,
)
OWN = ImpactSurvey("dana", Role.DELEGATE, SurveyState.CLOSED, NOW, NOW, AREAS, edition=EDITION, background=YEAR)
MANAGER = ImpactSurvey("dana", Role.MANAGER, SurveyState.CLOSED, NOW, NOW, AREAS, edition=EDITION)
CONSOLE = f"{BASE_URL}/admin/cohort/{people.COHORT}"
STORY = "Fewer falls since we go round twice."
ADMINISTRATOR = "administrator"
OF_WORDS = (Kind.LINE, Kind.TEXT, Kind.MONEY, Kind.NUMBER)


# --- what is answered -----------------------------------------------------------------------------------------


def answer_to(question: Question, number: int) -> str:
    """Return an answer that nothing else on a page is, as far as the kind allows."""
    if question.options:
        return question.options[number % len(question.options)][0]
    if question.kind in (Kind.NUMBER, Kind.MONEY):
        return str(70001 + 17 * number)
    return f"{number % 90 + 7}" if question.kind is Kind.PERCENT else f"Mark{number:03d}x"


def own_answers() -> dict[str, str]:
    asked = questions(sections_of(people.programme(), OWN))
    answers = {question.field: answer_to(question, number) for number, question in enumerate(asked)}
    apart = {"measure.1.direction": "up", "measure.2.now": answers["measure.2.baseline"]}  # improved and unchanged
    return answers | apart | {"moved": "yes", "consent": "named"}


def managers_form():
    return sections_of(people.programme(), MANAGER, "Dana Delegate", own_answers())


def managers_answers() -> dict[str, str]:
    asked = enumerate(questions(managers_form()), 300)
    return {question.field: answer_to(question, number) for number, question in asked}


# --- what each reader is shown ------------------------------------------------------------------------------------


def find(name: str) -> Delegate:
    delegate = delegates.find(delegate_id(people.COHORT, people.person(name).email))
    assert delegate
    return delegate


def store(name: str, role: Role, answers: Mapping[str, str], **more: object) -> None:
    change = {"answers": answers, "sent": True, **more}
    key = impact_surveys.key(find(name).id, role)
    people.write(update(key, put=change, refusal=impact_surveys.SurveyMissing))


def survey_of(role: Role) -> ImpactSurvey:
    surveys = surveys_from(impact_surveys.of_delegate(find(NAMES[0]).id))
    return next(survey for survey in surveys if survey.role is role)


def play(client: Client, clock: Clock) -> dict[str, str]:
    """Return the text of the pages of each reader."""
    people.load(clock.now(), names=NAMES, chosen=people.raters(6, 0))
    drain(clock.now())
    drain(clock.to(people.OPENING))
    drain(clock.advance(minutes=1))
    for name in NAMES:
        agreed = [Area(area.id, area.text) for area in AREAS]
        done = Debrief(people.DATES.closes, tuple(area.id for area in AREAS))
        people.write(*debriefs.save(find(name).id, Wave.BASELINE, done, agreed))
    freeze_first_360(clock)
    drain(clock.to(SURVEY_OPENS))
    drain(clock.advance(minutes=1))
    answer_pulse(Visitor(client))
    for name in NAMES:
        store(name, Role.DELEGATE, own_answers(), background=fields(YEAR))
    managers = managers_pages(client, clock)
    for name in NAMES:
        store(name, Role.MANAGER, managers_answers())
    drain(clock.to(SURVEY_CLOSED))
    for _ in range(3):
        drain(clock.advance(days=1))
    publish_story(client, clock)
    for _ in range(12):
        drain(clock.advance(days=1))
    pages = {
        Reader.DELEGATE: delegates_pages(client, clock),
        Reader.COACH: coachs_pages(client, clock),
        Reader.MANAGER: managers + managers_pages(client, clock),
        Reader.SPONSOR: sponsors_pages(client, clock),
        ADMINISTRATOR: administrators_pages(client, clock),
    }
    return {reader: unescape(text) for reader, text in pages.items()}


def freeze_first_360(clock: Clock) -> None:
    ids = tuple(find(name).id for name in NAMES)
    frozen = frozen_bytes(final_example.frozen(len(ids)))
    people.write(cohort_figures.add(CohortFigures(people.COHORT, Wave.BASELINE, ids, frozen, clock.now())))


def answer_pulse(visitor: Visitor) -> None:
    """Six raters of each delegate answer."""
    for name in NAMES:
        for invitation in invitations.of_delegate(find(name).id, Wave.PULSE):
            link = ANSWER.url(invitation)
            visitor.open(link).post(f"{link}/pulse", {"1": "6", "2": "5"})
            assert visitor.status == 200, visitor.page


def managers_pages(client: Client, clock: Clock) -> str:
    """Their form while it is open, and then what counted."""
    visitor = Visitor(client)
    landing = IMPACT.url(survey_of(Role.MANAGER))
    parts = () if clock.now() > SURVEY_CLOSED else (f"{landing}/part/seen", f"{landing}/part/effect")
    return pages(visitor, landing, *parts)


def delegates_pages(client: Client, clock: Clock) -> str:
    visitor = Visitor(client).let_in(people.person(NAMES[0]).email, clock.now())
    hub = HUB.url(find(NAMES[0]))
    visitor.open(f"{hub}/result").post(f"{hub}/result", {"kind": "html"})
    assert visitor.status == 200
    return visitor.page


def coachs_pages(client: Client, clock: Clock) -> str:
    visitor = Visitor(client).let_in(people.person("cleo coach").email, clock.now())
    delegate = find(NAMES[0])
    review = f"{COACH.url(delegate.cohort_id, delegate.coach, delegate.coach_link)}/{delegate.id}/review"
    agenda = visitor.open(review).page
    visitor.post(review, {"kind": "html"})
    assert visitor.status == 200
    return agenda + visitor.page


def sponsors_pages(client: Client, clock: Clock) -> str:
    """Return the sponsor's own page, and every edition and file that it leads to."""
    cohort = cohorts.find(people.COHORT)
    assert cohort
    visitor = Visitor(client).let_in(people.SPONSOR.email, clock.now())
    shelf = pages(visitor, SPONSOR.url(cohort))
    (edition,) = summaries.of_cohort(people.COHORT)
    assert f'value="{edition.name}"' in shelf
    files = [objects.load(name) for name in (edition.html, edition.facts, edition.file("csv"))]
    return shelf + "".join(data.decode() for data in files)


def administrators_pages(client: Client, clock: Clock) -> str:
    visitor = Visitor(client).let_in_administrator(clock.now())
    of_one = f"{CONSOLE}/delegate/{find(NAMES[0]).id}"
    of_all = [f"{CONSOLE}/{page}" for page in ("progress", "trail", "board", "stories", "costs")]
    return pages(visitor, f"{BASE_URL}/admin", CONSOLE, of_one, *of_all)


def publish_story(client: Client, clock: Clock) -> None:
    """Let the first delegate approve words of their own, and an administrator pass them."""
    story = f"{HUB.url(find(NAMES[0]))}/story"
    visitor = Visitor(client).open(story)
    visitor.post(story, {"text": STORY, "naming": "named", "go": "approve"})
    assert visitor.status == 200, visitor.page
    visitor = Visitor(client).let_in_administrator(clock.now())
    visitor.open(f"{CONSOLE}/stories")
    visitor.post(f"{CONSOLE}/stories/{find(NAMES[0]).id}/review", dict.fromkeys(CHECKS, "yes"))
    assert visitor.status == 200, visitor.page


@pytest.fixture(scope="module")
def text_of() -> Iterator[dict[str, str]]:
    from app import app

    cloud.switch_on()
    cloud.empty()
    clock = Clock()
    chalicelib.core.clock.use(clock.now)
    with Client(app) as client:
        yield play(client.http, clock)
    chalicelib.core.clock.use(None)
    cloud.empty()
    cloud.switch_off()


# --- every question comes back --------------------------------------------------------------------------------


OWN_QUESTIONS = list(questions(sections_of(people.programme(), OWN)))
MANAGERS_QUESTIONS = list(questions(managers_form()))
READERS = (Reader.DELEGATE, Reader.COACH, Reader.MANAGER)  # who is shown answers as they were written


def words_of(question: Question, answer: str) -> str:
    return answer_in_words(question, answer)


@pytest.mark.parametrize("question", OWN_QUESTIONS, ids=lambda question: question.field)
def test_what_the_delegate_answers_is_shown_to_its_readers(text_of, question):
    readers = form_about(OWN).readers_of(question.field)
    answer = words_of(question, own_answers()[question.field])
    assert Reader.COACH in readers, "the form says that the coach sees everything"
    for reader in (Reader.DELEGATE, Reader.COACH):
        assert question.text in text_of[reader]
        assert answer in text_of[reader]
    if Reader.MANAGER in readers:
        assert answer.split(" ")[0] in text_of[Reader.MANAGER]


@pytest.mark.parametrize("question", MANAGERS_QUESTIONS, ids=lambda question: question.field)
def test_what_the_line_manager_answers_is_shown_to_its_readers_and_to_who_wrote_it(text_of, question):
    readers = form_about(MANAGER).readers_of(question.field)
    assert {Reader.DELEGATE, Reader.COACH} <= readers.keys()
    for reader in READERS:
        assert words_of(question, managers_answers()[question.field]) in text_of[reader]


@pytest.mark.parametrize("reader", [Reader.MANAGER, Reader.SPONSOR, ADMINISTRATOR])
def test_no_one_reads_an_answer_of_which_the_form_does_not_name_them_as_a_reader(text_of, reader):
    fields = [
        question.field
        for question in OWN_QUESTIONS
        if question.kind in OF_WORDS
        if form_about(OWN).readers_of(question.field).get(reader) is not Rule.AS_WRITTEN
        if words_of(question, own_answers()[question.field]) in text_of[reader]
    ]
    assert fields == []


@pytest.mark.parametrize("reader", [Reader.SPONSOR, ADMINISTRATOR])
def test_what_the_line_manager_writes_is_read_by_neither_sponsor_nor_administrator(text_of, reader):
    answers = managers_answers()
    fields = [
        question.field
        for question in MANAGERS_QUESTIONS
        if question.kind in OF_WORDS and answers[question.field] in text_of[reader]
    ]
    assert fields == []


FIGURES_OF = {  # how the row of the sponsor's table begins that each answer is counted in
    "relevance": "reaction,relevance",
    "recommend": "reaction,recommend",
    "useful": "reaction,useful",
    "then": 'own,self_awareness,Knowing yourself,"then, looking back"',
    "now": "own,self_awareness,Knowing yourself,now",
    "level": "areas,",
    "proposal": "proposals,",
    "share": 'value,attributed,attributed in the first year,sum,"£',
    "confidence": 'value,confident,confident in the first year,sum,"£',
    "lost": "value,lost",
    "factor": "helped or hindered,staffing",
    "change": "seen,line_managers",
}


def counted_for_sponsor(form: Form) -> set[str]:
    return {field.name for field in form.fields if Rule.BY_COHORT in field.readers.values()}


@pytest.mark.parametrize("form", [Form.IMPACT_DELEGATE, Form.IMPACT_MANAGER])
def test_the_sponsor_gets_a_figure_of_each_answer_that_the_form_says_they_do(form):
    """The form names no answer that is in no figure, such as whether a task was done."""
    everyone = [
        replace(
            person, own=person.own and {**person.own, "lost": "500", "proposal": ("accepted", "pending")[place % 2]}
        )
        for place, person in enumerate(final_example.everyone())
    ]
    baseline = final_example.frozen()
    made = build_final(people.programme(), final_example.cohort(), everyone, final_example.MADE, baseline)
    table = figures_csv(made).decode()

    assert counted_for_sponsor(form) <= FIGURES_OF.keys()
    assert all(f"\n{FIGURES_OF[name]}" in table for name in counted_for_sponsor(form))


def test_each_figure_is_of_answers_that_a_form_names():
    assert FIGURES_OF.keys() == counted_for_sponsor(Form.IMPACT_DELEGATE) | counted_for_sponsor(Form.IMPACT_MANAGER)


IN_FIGURES = (  # how rows of the sponsor's table begin: of five delegates or more
    "own,self_awareness",
    "seen,line_managers",
    "seen,colleagues",
    "measures,",
    "helped or hindered,staffing",
    "reaction,recommend",
    "reaction,relevance",
    "value,claimed",
    "value,attributed",
    "value,confident",
    "value,lost",
)


def test_the_sponsor_reads_the_words_that_the_delegate_approved(text_of):
    assert STORY in text_of[Reader.SPONSOR]


@pytest.mark.parametrize("row", IN_FIGURES)
def test_the_sponsor_reads_what_was_answered_in_figures_of_the_cohort(text_of, row):
    assert f"\n{row}" in text_of[Reader.SPONSOR]


def test_the_administrator_sees_who_has_answered_and_the_words_that_wait_for_a_check(text_of):
    assert STORY in text_of[ADMINISTRATOR]
    assert "6 of 6" in text_of[ADMINISTRATOR]


@pytest.mark.parametrize("reader", [Reader.DELEGATE, Reader.COACH])
def test_every_question_of_the_pulse_comes_back_with_its_number_of_raters(text_of, reader):
    wave = DelegateWave("dana", Wave.PULSE, WaveState.CLOSED, NOW, NOW, areas=AREAS)
    assert Reader.DELEGATE in Form.PULSE.readers_of("rating")
    for item in wave_programme(people.programme(), wave).items:
        assert item.others_wording in text_of[reader]
    assert "on a scale from −3 to +3 (mean of 6)" in text_of[reader]


@pytest.mark.parametrize("form", [Form.IMPACT_DELEGATE, Form.IMPACT_MANAGER])
def test_every_named_field_is_asked(form):
    asked = {question.field.partition(".")[0] for question in (*OWN_QUESTIONS, *MANAGERS_QUESTIONS)}
    assert {field.name for field in form.fields} - {""} <= asked
