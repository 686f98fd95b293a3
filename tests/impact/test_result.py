"""The six-month result returns to delegate, coach and line manager once the survey has closed."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from chalicelib.core.ids import delegate_id
from chalicelib.core.impact_background import Background, EarlierMeasure
from chalicelib.core.model import Wave
from chalicelib.impact.result import document
from chalicelib.impact.result.facts import ResultFacts, SumView, read_facts
from chalicelib.impact.review_agenda import make_agenda
from chalicelib.store import areas, debriefs, delegates, holds, impact_results, impact_surveys, marshal, objects
from chalicelib.store.areas import Area, AreaState
from chalicelib.store.debriefs import Debrief
from chalicelib.store.impact_surveys import Role
from chalicelib.store.table import update
from tests.journey.conftest import visitor
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_emails

__all__ = ["visitor"]

OPENS = datetime.fromisoformat("2027-05-31T09:00:00Z")
CLOSED = datetime.fromisoformat("2027-06-28T23:00:00Z")
MADE = datetime.fromisoformat("2027-06-29T06:00:00Z")
READY = datetime.fromisoformat("2027-06-29T08:00:00Z")  # 09:00 in London, the working day after
AREAS = [Area("1", "Asks more", when_i_will="", others_text="Ask before answering", items=()), Area("2", "Delegates")]
OWN = {
    "level.1": "habit",
    "example.1": "I ask first on Mondays.",
    "then.vision": "2",
    "now.vision": "na",
    "moved": "yes",
    "measure.1.name": "Waiting time",
    "measure.1.unit": "days",
    "measure.1.baseline": "18",
    "measure.1.now": "11",
    "measure.1.direction": "down",
    "measure.1.money": "12000",
    "measure.1.basis": "finance",
    "share.1": "50",
    "confidence.1": "80",
    "factor.time": "-2",
    "negative": "Less time for visits.",
    "lost": "3000",
    "line_to_manager": "Thank you for the Mondays.",
}
MANAGER = {"change.1": "0", "evidence.1": "She still answers first.", "effect": "Fewer complaints."}


@pytest.fixture
def opened(visitor, clock):
    """Open the survey; four peers are asked too."""
    open_survey(clock, peers=4)
    return visitor


def open_survey(clock, *, peers: int) -> None:
    people.opened(clock, chosen=people.raters(peers, 0))
    people.write(*debriefs.save(people.dana(), Wave.BASELINE, Debrief(people.DATES.closes, ("1", "2")), AREAS))
    drain(clock.to(OPENS))
    drain(clock.advance(minutes=1))


def send(visitor, name: str, parts: dict[str, dict[str, str]]) -> None:
    """Fill in parts of a survey and send it."""
    link = people.link(name, "impact")
    for part, fields in parts.items():
        visitor.open(f"{link}/part/{part}").post(f"{link}/part/{part}", fields)
        assert visitor.status == 200, visitor.page
    visitor.open(f"{link}/review").post(f"{link}/send")
    assert visitor.shows == "impact/thanks"


def own_parts() -> dict[str, dict[str, str]]:
    parts = {
        "application": ("level.", "example."),
        "learning": ("then.", "now."),
        "measures": ("moved", "measure.", "share.", "confidence."),
        "factors": ("factor",),
        "closing": ("negative", "lost", "line_"),
    }
    return {part: {name: text for name, text in OWN.items() if name.startswith(names)} for part, names in parts.items()}


def managers_share(visitor) -> str:
    """Return the field in which the line manager gives a share of the delegate's sum."""
    visitor.open(f"{people.link('mara manager', 'impact')}/part/effect")
    assert "Waiting time, from 18 to 11 days" in visitor.page
    assert "£12,000" in visitor.page
    return next(iter(shares_on(visitor)))


def shares_on(visitor) -> list[str]:
    return re.findall(r'name="(share\.[^"]+)"', visitor.page)


@pytest.fixture
def closed(opened, clock):
    """Both have answered, the delegate first; the survey has closed, and the result is made."""
    send(opened, "dana delegate", own_parts())
    share = managers_share(opened)
    seen = {name: text for name, text in MANAGER.items() if name != "effect"}
    send(opened, "mara manager", {"seen": seen, "effect": {"effect": MANAGER["effect"], share: "40"}})
    drain(clock.to(CLOSED))
    drain(clock.to(MADE))
    drain(clock.to(READY))
    drain(clock.advance(minutes=1))
    return opened


def subjects(name: str) -> list[str]:
    return [str(email.message["Subject"]) for email in sent_emails(people.person(name).email)]


def facts():
    stored = impact_results.from_rows(delegates.load_rows(people.dana()))
    return read_facts(objects.load(stored.facts))


def test_the_result_holds_what_each_side_said(closed):
    result = facts()
    first = result.areas[0]
    assert (first.level, first.example) == ("habit", "I ask first on Mondays.")
    assert (first.manager_change, first.manager_evidence) == ("0", "She still answers first.")
    assert result.effect == "Fewer complaints."
    (measure,) = result.measures
    assert (measure.baseline, measure.now, measure.outcome) == ("18", "11", "improved")
    (total,) = result.sums
    assert (total.money, total.own_share, total.manager_share, total.counted) == ("£12,000", "50 %", "40 %", "manager")
    assert total.used == "£3,840"
    assert (result.worse, result.lost) == ("Less time for visits.", "£3,000")
    assert [factor.words for factor in result.factors] == ["Hindered a lot"]
    assert result.competencies[0].now == "not part of the work"


def test_a_measure_that_was_agreed_is_on_the_page_also_if_the_survey_says_nothing_of_it(opened, clock):
    agreed = (EarlierMeasure("Waiting time", "days", "down", "18", source="staff record"), EarlierMeasure("Falls"))
    background = marshal.fields(Background(measures=agreed))
    survey = impact_surveys.key(people.dana(), Role.DELEGATE)
    people.write(update(survey, put={"background": background}, refusal=impact_surveys.SurveyMissing))
    answered = own_parts()["measures"]
    send(opened, "dana delegate", {"measures": answered | {"measure.2.name": ""}})
    drain(clock.to(CLOSED))
    drain(clock.to(MADE))

    improved, silent = facts().measures
    assert (improved.name, improved.outcome) == ("Waiting time", "improved")
    assert (silent.name, silent.now, silent.outcome) == ("Falls", "", "no_answer")


def test_an_area_that_was_dropped_is_listed_under_changed_course_with_why(opened, clock):
    """Edge 25."""
    dropped = Area("9", "Chairs meetings", place=3, state=AreaState.DROPPED, why="No longer my meeting.")
    people.write(areas.save(people.dana(), Wave.BASELINE, dropped))
    drain(clock.to(CLOSED))
    drain(clock.to(MADE))
    (dropped_area,) = facts().changed_course
    assert (dropped_area.text, dropped_area.why) == ("Chairs meetings", "No longer my meeting.")
    assert [area.text for area in facts().areas] == ["Asks more", "Delegates"]
    chapters = {chapter.title: chapter for chapter in document.build_document(people.programme(), facts()).chapters}
    assert "No longer my meeting." in str(chapters["Where you changed course"])


def test_delegate_and_coach_are_notified_the_working_day_after_and_the_manager_a_day_later(closed, clock):
    assert "Your six-month result is ready" in subjects("dana delegate")
    assert any("agenda of the review" in subject for subject in subjects("cleo coach"))
    assert "Thank you: what your answer about Dana Delegate did" not in subjects("mara manager")
    drain(clock.to(datetime.fromisoformat("2027-06-30T08:01:00Z")))
    assert "Thank you: what your answer about Dana Delegate did" in subjects("mara manager")


def test_the_delegate_reads_the_page_behind_a_code_and_the_pdf_is_there(closed, clock):
    hub = people.link("dana delegate", "hub")
    assert "result" in closed.open(hub).messages
    closed.cookies.clear()
    closed.let_in(people.person("dana delegate").email, clock.now())
    closed.open(f"{hub}/result").post(f"{hub}/result", {"kind": "html"})
    assert "I ask first on Mondays." in closed.page
    assert "She still answers first." in closed.page
    assert "You say “a habit now”; your line manager sees little or no change." in closed.page

    stored = impact_results.from_rows(delegates.load_rows(people.dana()))
    assert objects.load(stored.pdf).startswith(b"%PDF")


def test_the_coach_gets_the_agenda_with_words_and_evidence(closed, clock):
    case = f"{people.coach_url()}/{people.dana()}"
    closed.let_in(people.person("cleo coach").email, clock.now())
    assert f"{case}/review" in closed.open(case).page
    page = closed.open(f"{case}/review").page
    assert "review-waiting" in closed.messages
    for said in ("I ask first on Mondays.", "She still answers first.", "own share 50 %, line manager’s 40 %"):
        assert said in page
    assert "Ask before answering" not in page, "the agenda has the agreed wording"
    assert "Dana Delegate says “a habit now”; the line manager sees little or no change." in page
    assert "You say" not in page
    assert "Asks more" in page


def test_the_manager_reads_what_counted_and_nothing_of_others(closed):
    page = closed.open(people.link("mara manager", "impact")).page
    assert re.findall(r'data-counted="(\w+)"', page) == ["manager"]
    assert "She still answers first." in page
    assert "Thank you for the Mondays." in page
    assert "none-shared" in closed.messages
    for hidden in ("I ask first on Mondays", "habit", "Less time for visits", "Hindered", "50 %", "£3,000"):
        assert hidden not in page


def hold_address(name, clock):
    """Hold an address for a day, as after a change of it."""
    until = clock.now() + timedelta(days=1)
    people.write(holds.add(holds.make_hold(people.COHORT, people.person(name), until, "ada@example.org")))


def test_at_a_held_address_a_manager_does_not_read_what_counted(closed, clock):
    hold_address("mara manager", clock)
    page = closed.open(people.link("mara manager", "impact")).page
    assert "address-held" in closed.messages
    assert "She still answers first." not in page

    clock.advance(days=1)
    assert "She still answers first." in closed.open(people.link("mara manager", "impact")).page


@pytest.mark.parametrize("part", ["work", "measures"])
def test_at_a_held_address_a_delegate_s_survey_quotes_nothing_of_before(opened, clock, part):
    background = Background(measures=(EarlierMeasure("Waiting time"),), steps=5, steps_done=2)
    survey = impact_surveys.key(people.dana(), Role.DELEGATE)
    people.write(update(survey, put={"background": marshal.fields(background)}, refusal=impact_surveys.SurveyMissing))
    url = f"{people.link('dana delegate', 'impact')}/part/{part}"
    assert opened.open(url).status == 200

    hold_address("dana delegate", clock)
    page = opened.open(url).page
    assert "address-held" in opened.messages
    assert "Waiting time" not in page


def test_a_manager_who_did_not_answer_gets_no_thanks(opened, clock):
    send(opened, "dana delegate", own_parts())
    drain(clock.to(CLOSED))
    drain(clock.to(MADE))
    drain(clock.to(READY))
    drain(clock.to(datetime.fromisoformat("2027-07-02T08:00:00Z")))
    assert "Thank you: what your answer about Dana Delegate did" not in subjects("mara manager")
    opened.open(people.link("mara manager", "impact"))
    assert (opened.status, "survey-closed" in opened.messages) == (410, True)
    assert facts().sums[0].manager_share == ""


def test_a_manager_who_answered_first_is_asked_for_a_share_once(opened, clock):
    send(opened, "mara manager", {"effect": {"effect": "Some."}})
    send(opened, "dana delegate", own_parts())
    link = people.link("dana delegate", "impact")
    for money in ("24000", "12000"):  # and back again
        fields = own_parts()["measures"] | {"measure.1.money": money}
        opened.open(f"{link}/part/measures").post(f"{link}/part/measures", fields)
    drain(clock.advance(days=1))
    asked = [subject for subject in subjects("mara manager") if "has sent figures" in subject]
    assert len(asked) == 1
    assert managers_share(opened)


def test_sums_of_two_delegates_on_one_day_reach_their_line_manager_in_one_email(visitor, clock):
    names = ("dana delegate", "ann one")
    people.opened(clock, names=names)
    drain(clock.to(OPENS))
    drain(clock.advance(minutes=1))
    for name in names:
        key = impact_surveys.key(delegate_id(people.COHORT, people.person(name).email), Role.MANAGER)
        people.write(update(key, put={"sent": True}, refusal=impact_surveys.SurveyMissing))
        send(visitor, name, {"measures": own_parts()["measures"]})
        drain(clock.advance(hours=2))
    before = len(subjects("mara manager"))
    drain(clock.advance(days=1))
    (subject,) = subjects("mara manager")[before:]
    assert subject.endswith("and 1 other have sent figures: how much is due to the programme?")


def test_a_share_holds_for_the_sum_that_the_manager_saw(opened):
    send(opened, "dana delegate", own_parts())
    share = managers_share(opened)
    send(opened, "mara manager", {"effect": {share: "40"}})
    link = people.link("dana delegate", "impact")
    fields = own_parts()["measures"] | {"measure.1.money": "24000"}
    opened.open(f"{link}/part/measures").post(f"{link}/part/measures", fields)

    opened.open(f"{people.link('mara manager', 'impact')}/part/effect")
    assert share not in shares_on(opened)
    rows = impact_surveys.of_delegate(people.dana())
    kept = {survey.role: survey for survey in impact_surveys.surveys_from(rows)}
    assert kept[Role.MANAGER].answers[share] == "40", "what was sent stays"


def test_words_of_a_manager_whose_form_named_no_delegate_stay_with_the_coach(opened, clock):
    send(opened, "dana delegate", own_parts())
    first = {"edition": 1, "answers": MANAGER | {"share": "40"}, "sent": True}
    key = impact_surveys.key(people.dana(), Role.MANAGER)
    people.write(update(key, put=first, refusal=impact_surveys.SurveyMissing))
    drain(clock.to(CLOSED))
    drain(clock.to(MADE))
    drain(clock.to(READY))
    drain(clock.advance(minutes=1))
    assert (facts().manager_answered, facts().manager_words) == (True, False)
    stored = impact_results.from_rows(delegates.load_rows(people.dana()))
    for name in (stored.facts, stored.html):
        assert "She still answers first" not in objects.load(name).decode()


def test_too_few_raters_are_said_and_never_left_empty(closed):
    assert [area.raters.display for area in facts().areas] == ["", ""]
    stored = impact_results.from_rows(delegates.load_rows(people.dana()))
    assert "Too few raters answered to show a figure." in objects.load(stored.html).decode()
    agenda = make_agenda(facts(), ())
    assert any("Raters: too few raters answered" in line for point in agenda for line in point.lines)


@pytest.mark.parametrize(
    ("own", "manager", "counted", "said", "in_agenda"),
    [
        ("50", "30", "manager", "your line manager’s share counted", "; the line manager’s share counted"),
        ("30", "50", "own", "your share counted", "; the own share counted"),
        ("50", "", "manager", "your line manager gave no share, so no money is counted", "; no share counted"),
        ("", "30", "own", "you gave no share, so no money is counted", "; no share counted"),
    ],
)
def test_a_share_that_was_not_given_is_not_called_the_lower_one(own, manager, counted, said, in_agenda):
    values = dict.fromkeys(SumView.__struct_fields__, "") | {"name": "Falls"}
    sum_view = SumView(**{**values, "own_share": own, "manager_share": manager, "counted": counted})

    assert said in document.say_counted(sum_view)
    (line,) = in_money(sum_view)
    assert in_agenda in line


def in_money(sum_view: SumView) -> tuple[str, ...]:
    """Return what the agenda of the review says of one sum."""
    blank = dict.fromkeys(ResultFacts.__struct_fields__, "")
    lists = dict.fromkeys(("areas", "changes", "work", "measures", "factors"), ())
    made = make_agenda(ResultFacts(**{**blank, **lists, "issued": CLOSED.date(), "sums": (sum_view,)}), ())
    return next(point.lines for point in made if point.title == "In money")


def test_a_share_that_no_reader_was_named_for_is_not_in_the_agenda():
    values = dict.fromkeys(SumView.__struct_fields__, "") | {"name": "Falls", "own_share": "50 %"}
    (line,) = in_money(SumView(**values))
    assert "counted" not in line
    assert "after confidence" not in line
