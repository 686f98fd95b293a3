"""What people write on other forms than the survey: each has a canary, and each page shows those that it may show."""

from __future__ import annotations

import contextlib
import io

import pytest
from msgspec.structs import replace

from chalicelib.cli import parser
from chalicelib.core.clock import stamp
from chalicelib.core.ids import coach_id
from chalicelib.core.model import Approver, Wave
from chalicelib.forms.readers import Form, Names, Reader, Rule, form_of, names_for, sentences
from chalicelib.links.kinds import SHARED
from chalicelib.store import assignments, debriefs, delegates, reports
from chalicelib.store.areas import Area
from chalicelib.store.assignments import Work
from chalicelib.store.debriefs import CoachNotes, Debrief, HandOver
from chalicelib.store.reports import ReportState, StoredReport
from chalicelib.store.table import Changed, update
from tests.journey.conftest import visitor
from tests.sponsor.test_left_out import SURVEY_OPENS
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.support.drain import drain
from tests.support.visitor import pages

__all__ = ["visitor"]

CONSOLE = f"{BASE_URL}/admin/cohort/{people.COHORT}"
AREA_FIELDS = ["behaviour", "evidence", "first_step", "support", "who_will_notice", "by_when", "when_i_will"]
CANARIES = {
    (Form.WORK, "draft"): "Canary of a draft",
    (Form.COACH_NOTES, "text"): "Canary of the coach",
    (Form.HAND_OVER, "text"): "Canary for the next coach",
    **{(Form.DEBRIEF, name): f"Canary about {name}" for name in AREA_FIELDS},
}
TASK = people.programme().milestones[0].assignments[0]
MILESTONE = people.programme().milestones[0].id


@pytest.fixture
def written(visitor, clock):
    """Play a year in which every form but the questionnaires was filled in, up to the survey and the pulse."""
    people.opened(clock, chosen=people.raters(4, 4))
    drain(clock.to(people.CLOSE))
    cleo, before = (coach_id(people.COHORT, people.person(name).email) for name in ("cleo coach", "old coach"))
    area = Area("1", **{name: CANARIES[Form.DEBRIEF, name] for name in AREA_FIELDS})
    draft = Work(MILESTONE, TASK.id, clock.now(), typed={"f.future": CANARIES[Form.WORK, "draft"]})
    handed_over = HandOver(CANARIES[Form.HAND_OVER, "text"], clock.now(), before, "Old Coach")
    report = StoredReport(
        people.dana(),
        Wave.BASELINE,
        "c" * 64,
        *people.documents_of(people.dana()),
        clock.now(),
    )
    people.store_facts(report)
    people.write(
        reports.add(replace(report, state=ReportState.RELEASED, released_at=stamp(clock.now()))),
        *debriefs.save(people.dana(), Wave.BASELINE, Debrief(people.DATES.closes, ("1",)), [area]),
        assignments.save(people.dana(), draft, None),
        *debriefs.save_notes(people.dana(), CoachNotes(CANARIES[Form.COACH_NOTES, "text"], clock.now(), cleo)),
        debriefs.leave(people.dana(), handed_over),
    )
    drain(clock.to(SURVEY_OPENS))
    drain(clock.advance(minutes=1))
    return visitor


def seen_in(text: str) -> set[tuple[str, str]]:
    return {(place[0].name, place[1]) for place, canary in CANARIES.items() if canary in text}


def allowed(*who: Reader) -> set[tuple[str, str]]:
    """Return what these readers may see, and what they wrote themselves."""
    return {
        (form.name, field)
        for form, field in CANARIES
        if {*who} & form.readers_of(field).keys() or (form.writer in who and form is not Form.HAND_OVER)
    }


def test_areas_are_the_coachs_until_the_report_is_released(written):
    report = update(reports.key(people.dana(), Wave.BASELINE), put={"state": ReportState.READY}, refusal=Changed)
    people.write(report)
    hub = people.link("dana delegate", "hub")
    assert seen_in(pages(written, hub, f"{hub}/work/{TASK.id}")) == {("WORK", "draft")}


def test_the_delegate_sees_what_the_forms_name_and_all_of_it(written):
    hub = people.link("dana delegate", "hub")
    assert seen_in(pages(written, hub, f"{hub}/areas", f"{hub}/work/{TASK.id}")) == allowed(Reader.DELEGATE)


def test_the_coach_sees_what_the_forms_name_and_all_of_it(written, clock):
    written.let_in(people.person("cleo coach").email, clock.now())
    case = f"{people.coach_url()}/{people.dana()}"
    assert seen_in(pages(written, case, f"{case}/release")) == allowed(Reader.COACH, Reader.NEXT_COACH)


def test_the_manager_sees_what_the_forms_name_and_all_of_it(written):
    survey = people.link("mara manager", "impact")
    assert seen_in(pages(written, survey, *written.open(survey).links("/part/"))) == allowed(Reader.MANAGER)


def test_a_rater_sees_what_the_forms_name_and_all_of_it(written):
    assert seen_in(pages(written, people.link("p0", "answer"), people.link("p0", "inbox"))) == allowed(Reader.RATER)


def test_the_survey_shows_the_manager_an_area_that_the_page_of_shared_areas_does_not(written):
    """The delegate's page says so, next to what they share."""
    delegate = delegates.find(people.dana())
    heading = CANARIES[Form.DEBRIEF, "behaviour"]
    survey = people.link("mara manager", "impact")

    assert heading not in pages(written, SHARED.url(delegate))
    assert heading in pages(written, *written.open(survey).links("/part/"))
    assert "shared or not" in written.open(f"{people.link('dana delegate', 'hub')}/areas").page


def test_others_read_words_for_them_once_the_delegate_has_approved_them():
    suggested = Area("1", "The heading", others_text="For others")

    assert Area("1", "The heading").words_for_others == "The heading"
    assert suggested.words_for_others == "The heading"
    assert replace(suggested, approved="For others").words_for_others == "For others"


def console_and_commands(visitor, now) -> str:
    person_page = f"{CONSOLE}/delegate/{people.dana()}"
    visitor.let_in_administrator(now)
    text = pages(visitor, f"{BASE_URL}/admin", CONSOLE, person_page, f"{CONSOLE}/progress", f"{CONSOLE}/trail")
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.suppress(SystemExit):
        parser.main(["cohort", "status", people.COHORT, "--impact", "--json"])
    assert "Dana Delegate" in text
    assert people.person("dana delegate").email in out.getvalue()
    return text + out.getvalue()


def test_the_administrator_and_the_operator_see_no_words(written, clock):
    assert seen_in(console_and_commands(written, clock.now())) == set()


# --- a list of raters ---------------------------------------------------------------------------------------------


RATER_ACTS = ("rater-remove", "rater-group", "rater-correct")


def pages_about_raters(visitor, now) -> str:
    """Return what an administrator is asked who changes a rater."""
    visitor.let_in_administrator(now)
    return "".join(visitor.open(f"{CONSOLE}/person/{people.dana()}/{act}").page for act in RATER_ACTS)


def test_the_programme_team_sees_the_raters_who_are_asked_and_no_earlier_list(visitor, clock):
    """They correct addresses. Before the list is sent, and while it waits for approval, it is the delegate's."""
    people.send_list_to_coach(visitor, clock)
    assert "p0@example.org" not in pages_about_raters(visitor, clock.now())

    request = people.link("cleo coach", "approve")
    visitor.open(request).post(request, {"decision": "approve"})
    people.invited(clock)
    assert Form.LIST.readers_of("asked").keys() == {Reader.TEAM}
    assert "p0@example.org" in pages_about_raters(visitor, clock.now())


def test_the_approver_sees_the_list_and_administrators_on_the_page_that_approves_it_in_their_place(visitor, clock):
    people.send_list_to_coach(visitor, clock)

    assert Form.LIST.readers_of("rater") == {Reader.APPROVER: Rule.AS_WRITTEN, Reader.TEAM: Rule.IN_PLACE}
    assert "p0@example.org" in pages(visitor, people.link("cleo coach", "approve"))
    assert "p0@example.org" not in console_and_commands(visitor, clock.now())
    visitor.let_in(people.person("cleo coach").email, clock.now())
    assert "p0@example.org" not in pages(visitor, f"{people.coach_url()}/{people.dana()}")


# --- the forms say so ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["dana delegate", "mara manager", "p0"])
def test_the_questionnaire_says_what_the_declaration_says(visitor, clock, name):
    people.opened(clock, chosen=people.raters(4, 0))
    group = people.programme().group({"dana delegate": "self", "mara manager": "manager", "p0": "peer"}[name])
    names = names_for(people.programme(), "Dana Delegate", group, people.person(name).name)
    link = people.link(name, "answer")
    for page in (link, f"{link}/review"):
        said(visitor.open(page).page, sentences(form_of(group), names))


def test_the_list_says_what_the_declaration_says(visitor, clock):
    people.opened(clock, rules=replace(people.programme(), id="approving", raters_approved_by=Approver.COACH))
    page = visitor.open(people.link("dana delegate", "nominate")).page
    said(page, sentences(Form.LIST, Names("Dana Delegate", approver="Cleo Coach")))


def test_the_pulse_the_notes_and_the_coachs_forms_say_what_the_declaration_says(written, clock):
    rules = people.programme()
    names = Names("Dana Delegate", rules.threshold, rules.behaviours_from, sponsor=rules.organisation.name)
    said(written.open(people.link("p0", "answer")).page, sentences(Form.PULSE, names))
    hub = people.link("dana delegate", "hub")
    said(written.open(f"{hub}/work/{TASK.id}").page, sentences(Form.WORK, names))
    written.let_in(people.person("cleo coach").email, clock.now())
    case = written.open(f"{people.coach_url()}/{people.dana()}").page
    for form in (Form.COACH_NOTES, Form.HAND_OVER):
        said(case, sentences(form, names))


def test_the_debrief_says_what_the_declaration_says(written, clock):
    report = update(reports.key(people.dana(), Wave.BASELINE), put={"state": ReportState.READY}, refusal=Changed)
    people.write(report)
    written.let_in(people.person("cleo coach").email, clock.now())
    case = written.open(f"{people.coach_url()}/{people.dana()}").page
    said(case, sentences(Form.DEBRIEF, Names("Dana Delegate")))


def said(page: str, wanted: tuple[str, ...]) -> None:
    assert wanted
    for sentence in wanted:
        assert sentence in page


def test_a_form_without_readers_says_that_no_one_else_sees_it():
    no_reader = Names("Dana", seen_by=())
    assert sentences(Form.WORK, no_reader) == ("No one else sees your draft on any page or in any report.",)
    without_approver = " ".join(sentences(Form.LIST, Names("Dana")))
    assert "The programme team sees the names and addresses of those who are asked." in without_approver
    assert "on your list" not in without_approver
