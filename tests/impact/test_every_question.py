"""Each question of survey, line manager's form and pulse is shown on a page to the readers that its form names."""

from __future__ import annotations

from datetime import date, datetime
from html import unescape

import pytest

from chalicelib.assignments.tasks import Book
from chalicelib.core.impact_background import EDITION, Background, EarlierMeasure, Sign, Stakeholder
from chalicelib.core.model import Delegate, DelegateWave, PulseArea, Wave, WaveState
from chalicelib.forms.fields import Kind, Question, questions
from chalicelib.forms.pulse import wave_programme
from chalicelib.forms.readers import Form, Reader
from chalicelib.forms.survey import form_about, sections_of
from chalicelib.impact.result.collect import Sources, answer_in_words, answer_lines, collect_facts
from chalicelib.impact.result.document import build_document
from chalicelib.impact.result.render import html_of
from chalicelib.store.impact_surveys import ImpactSurvey, PulseFigure, PulseResult, Role, SurveyState
from tests.support import people

NOW = datetime.fromisoformat("2027-05-31T09:00:00Z")
AREAS = (PulseArea("a1", "Asks more"), PulseArea("a2", "Delegates"))
YEAR = Background(
    measures=(EarlierMeasure("Falls"),),
    signs=(Sign("vision", "Fewer beds"),),
    stakeholders=(Stakeholder("18aa", "Head of finance", "Against", "Neutral"),),
    stances=(("against", "Against"), ("driving", "Driving")),
    steps=5,
    steps_done=2,
)
OWN = ImpactSurvey("dana", Role.DELEGATE, SurveyState.CLOSED, NOW, NOW, AREAS, edition=EDITION, background=YEAR)
MANAGER = ImpactSurvey("dana", Role.MANAGER, SurveyState.CLOSED, NOW, NOW, AREAS, edition=EDITION)
DELEGATE = Delegate(
    "dana",
    "autumn",
    "Autumn",
    "example",
    1,
    people.person("dana delegate"),
    "Lead",
    "Nursing",
    people.person("mara manager"),
    people.person("cleo coach"),
)


def answer_to(question: Question, number: int) -> str:
    """An answer that nothing else on a page is, as far as the kind allows."""
    if question.options:
        return question.options[number % len(question.options)][0]
    if question.kind in (Kind.NUMBER, Kind.MONEY):
        return str(70001 + 17 * number)
    return f"{number % 90 + 7}" if question.kind is Kind.PERCENT else f"Mark{number:03d}x"


def own_answers() -> dict[str, str]:
    asked = questions(sections_of(people.programme(), OWN))
    return {question.field: answer_to(question, number) for number, question in enumerate(asked)} | {"moved": "yes"}


def managers_form():
    return sections_of(people.programme(), MANAGER, "Dana Delegate", own_answers())


def managers_answers() -> dict[str, str]:
    asked = enumerate(questions(managers_form()), 300)
    return {question.field: answer_to(question, number) for number, question in asked}


def result_page() -> str:
    """The page that the delegate reads, and the coach with them."""
    displays = [(area.id, f"+0.{number}") for number, area in enumerate(AREAS, 3)]
    figures = tuple(PulseFigure(area, "all_others", 6, "1/3", display) for area, display in displays)
    sources = Sources(
        programme=people.programme(),
        delegate=DELEGATE,
        cohort=None,
        rows=(),
        surveys={
            Role.DELEGATE: _sent(OWN, own_answers()),
            Role.MANAGER: _sent(MANAGER, managers_answers()),
        },
        pulse=PulseResult("dana", AREAS, figures, too_few=False),
        book=Book(people.programme(), ()),
        first_ratings={},
        followup=None,
    )
    return unescape(html_of(build_document(people.programme(), collect_facts(sources, date(2027, 6, 29)))))


def _sent(survey: ImpactSurvey, answers: dict[str, str]) -> ImpactSurvey:
    return ImpactSurvey(
        **{name: getattr(survey, name) for name in survey.__struct_fields__} | {"answers": answers, "sent": True}
    )


def managers_pages() -> str:
    """The line manager's form, and the page with what counted."""
    hints = [question.hint for question in questions(managers_form())]
    intros = [section.intro for section in managers_form()]
    return " ".join([*hints, *intros, own_answers()["line_to_manager"]])


def words_of(question: Question, answer: str) -> str:
    return answer_in_words(question, answer)


@pytest.mark.parametrize("question", list(questions(sections_of(people.programme(), OWN))), ids=lambda one: one.field)
def test_what_the_delegate_answers_is_shown_to_its_readers(question):
    readers = form_about(OWN).readers_of(question.field)
    answer = own_answers()[question.field]
    assert Reader.COACH in readers, "the form says that the coach sees everything"
    page = result_page()
    assert question.text in page
    assert words_of(question, answer) in page
    if Reader.MANAGER in readers:
        assert words_of(question, answer).split(" ")[0] in managers_pages()


@pytest.mark.parametrize("question", list(questions(managers_form())), ids=lambda one: one.field)
def test_what_the_line_manager_answers_is_shown_to_delegate_and_coach(question):
    assert {Reader.DELEGATE, Reader.COACH} <= form_about(MANAGER).readers_of(question.field).keys()
    assert words_of(question, managers_answers()[question.field]) in result_page()


def test_the_line_manager_reads_nothing_else_of_the_delegates_answers():
    shown = managers_pages()
    for question in questions(sections_of(people.programme(), OWN)):
        readers = form_about(OWN).readers_of(question.field)
        if Reader.MANAGER not in readers and question.kind in (Kind.LINE, Kind.TEXT, Kind.MONEY):
            assert words_of(question, own_answers()[question.field]) not in shown


def test_every_question_of_the_pulse_comes_back_with_its_number_of_raters():
    wave = DelegateWave("dana", Wave.PULSE, WaveState.CLOSED, NOW, NOW, areas=AREAS)
    page = result_page()
    for number, item in enumerate(wave_programme(people.programme(), wave).items, 3):
        assert item.others_wording in page
        assert f"+0.{number} on a scale from −3 to +3 (mean of 6)" in page


def test_the_page_of_what_counted_lists_all_that_the_line_manager_answered():
    lines = [line for section in managers_form() for line in answer_lines(section, managers_answers())]
    assert len(lines) == len(list(questions(managers_form())))


@pytest.mark.parametrize("form", [Form.IMPACT_DELEGATE, Form.IMPACT_MANAGER])
def test_every_named_field_is_asked(form):
    asked = {q.field.partition(".")[0] for q in questions((*sections_of(people.programme(), OWN), *managers_form()))}
    assert {field.name for field in form.fields} - {""} <= asked
