"""What people do once reports are made: areas, meetings, work, registers, surveys, stories, and for the sponsor."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from msgspec.structs import replace

from chalicelib.admin import remind, survey_acts
from chalicelib.admin.reopen_survey import ask_again
from chalicelib.admin.schedule_followup import plan as plan_followup
from chalicelib.areas import acts as area_acts
from chalicelib.areas import offer_help, share, states
from chalicelib.areas.openings import AreasPage, open_for_coach, open_for_delegate, open_for_manager
from chalicelib.assignments import facilitator as parts
from chalicelib.assignments import fill_in
from chalicelib.assignments.access import open_task
from chalicelib.assignments.coach_view import book_of
from chalicelib.assignments.review import Reviewed, Reviewer
from chalicelib.assignments.review import review as review_work
from chalicelib.collect.questionnaire import open_questionnaire
from chalicelib.collect.save_page import save_page
from chalicelib.core.clock import stamp
from chalicelib.core.costs import Cost, CostKind, CostSource
from chalicelib.core.ids import derive, reader_key
from chalicelib.core.model import Wave
from chalicelib.core.state_machine import By
from chalicelib.core.working_days import working_days
from chalicelib.forms.pulse import PULSE_PAGE
from chalicelib.impact import answer_survey
from chalicelib.impact.returned import acts as thanks
from chalicelib.impact.returned.form import Words
from chalicelib.links.kinds import FACILITATOR, HUB, IMPACT, SHARED, SPONSOR
from chalicelib.meetings import acts as meeting_acts
from chalicelib.meetings.review import record as review_record
from chalicelib.meetings.routes import find_meeting
from chalicelib.ownership import own_copy
from chalicelib.people.cohort import find_cohort
from chalicelib.people.cohort_acts import find_cohort_act
from chalicelib.people.planned import Asking, perform
from chalicelib.programme.move_dates import Moved, move
from chalicelib.programme.move_dates import plan as plan_move
from chalicelib.sponsor.board.requests import order_edition, revision_of, save_asks
from chalicelib.sponsor.portal import open_portal
from chalicelib.sponsor.prepare.enter_costs import enter_costs
from chalicelib.sponsor.stories import acts as story_acts
from chalicelib.store import board_requests, cohorts, impact_surveys, programmes, stories, summaries
from chalicelib.store.areas import Area, AreaState
from chalicelib.store.attendance import AttendanceState
from chalicelib.store.impact_surveys import Role
from chalicelib.store.meetings import MeetingKind
from chalicelib.store.stories import Naming, Story
from chalicelib.workshops.facilitator import FacilitatorPage, open_page
from chalicelib.workshops.mark import Actor, save_marks, set_catch_up, set_caught_up
from tests.faults import scene
from tests.support import people
from tests.year.world import BY, CASE, CONSOLE, DELEGATE, PERSON, NoOne, Year, act, change

OTHER_COHORT = "spring"
VISION = {
    "f.future": "At home within a day.",
    "f.why": "The strategy asks for it.",
    "f.sign": "Fewer beds.",
    "f.sign_by": "2027-06-01",
}
ANSWERS = {"relevance": "4", "moved": "yes", "measure.1.name": "Falls", "measure.1.basis": "own"}
SHARES = {"share.1": "50", "confidence.1": "50"}


def of_delegate(year: Year, place: int) -> AreasPage:
    return open_for_delegate(HUB.url(year.delegate(place)).rpartition("/")[2])


def of_coach(year: Year, place: int) -> AreasPage:
    delegate = year.delegate(place)
    return open_for_coach(year.coach_token(delegate), delegate.id)


def of_manager(year: Year, place: int) -> AreasPage:
    """Open what the manager sees. Raises NoOne if the manager has no link yet."""
    delegate = year.delegate(place)
    if not delegate.manager_link:
        raise NoOne
    return open_for_manager(SHARED.url(delegate).rpartition("/")[2])


def one_area(opened: AreasPage, which: int) -> Area:
    """Choose an area by number. Raises NoOne."""
    if not opened.areas:
        raise NoOne
    return opened.areas[which % len(opened.areas)]


# --- development areas ----------------------------------------------------------------------------------------------


@act("/hub/{token}/areas/share")
def share_areas(year: Year, place: int, which: int) -> None:
    """Share each area whose bit is set in `which`, and no other."""
    opened = of_delegate(year, place)
    offered = share.list_shareable(opened)
    chosen = {area.id for bit, area in enumerate(offered) if which >> bit & 1}
    fields = {"to": reader_key(opened.delegate.manager.email), **{f"share-{area_id}": "on" for area_id in chosen}}
    share.save_choice(opened, fields, year.fresh("once"), year.clock.now())
    if opened.is_released:
        year.shared[opened.delegate.id] = chosen


@act("/hub/{token}/areas/progress")
def note_progress(year: Year, place: int, which: int) -> None:
    opened = of_delegate(year, place)
    fields = {f"level-{area.id}": "tried" for area in opened.areas[: 1 + which % 2]}
    area_acts.note_progress(opened, fields, year.fresh("once"), year.clock.now())


@act("/hub/{token}/area/{area}", f"{CASE}/area/{{area}}")
def revise_area(year: Year, place: int, which: int) -> None:
    opened = (of_coach if which % 2 else of_delegate)(year, place)
    typed = people.areas_typed(year.today(), year.fresh("words"), 1) | {"why": "It fits better"}
    area_acts.revise(opened, one_area(opened, which), typed, year.clock.now())


@act("/hub/{token}/area/{area}/{act}", f"{CASE}/area/{{area}}/{{act}}")
def move_area(year: Year, place: int, which: int) -> None:
    """Let the delegate finish an area or ask to close it, or the coach keep or drop it."""
    name = (states.FINISH, states.ASK, states.KEEP, states.DROP)[which % 4]
    opened = (of_delegate if name in (states.FINISH, states.ASK) else of_coach)(year, place)
    area_acts.move(opened, one_area(opened, which // 4), name, {"why-close": "Another role"}, year.clock.now())


@act()
def agree_area(year: Year, place: int, which: int) -> None:
    """Agree another area, in the place of one that the delegate asked to close if there is one."""
    opened = of_coach(year, place)
    if not opened.is_released:
        raise NoOne
    old = next((area.id for area in opened.areas if area.state is AreaState.ASKED), "")
    typed = people.areas_typed(year.today(), year.fresh("words"), 1)
    new = derive(8, "area", year.fresh("area"))
    area_acts.agree(opened, {**typed, "why": "A new role", "replaces": old}, new, year.clock.now())


@act("/shared/{token}")
def offer_to_help(year: Year, place: int, which: int) -> None:
    offer_help.offer(of_manager(year, place), {"line": "An hour a week"}, year.fresh("once"), year.clock.now())


@act("/hub/{token}/thank-raters", "/hub/{token}/thank-raters/send")
def thank_raters(year: Year, place: int, which: int) -> None:
    thanks.send(of_delegate(year, place), Words((), "Thank you."), year.clock.now())


# --- meetings -------------------------------------------------------------------------------------------------------


def meeting_of(opened: AreasPage, which: int):  # type: ignore[no-untyped-def]
    return find_meeting(opened, (MeetingKind.DEBRIEF, MeetingKind.REVIEW)[which % 2].value)


def time_in(year: Year, days: int) -> dict[str, str]:
    day = year.today() + timedelta(days=days)
    return {"day-1": day.isoformat(), "time-1": f"{9 + days % 8}:00", "minutes": "60", "place": "Room 4"}


@act(f"{CASE}/meeting/{{kind}}/{{act}}")
def offer_times(year: Year, place: int, which: int) -> None:
    opened = of_coach(year, place)
    meeting_acts.offer(opened, meeting_of(opened, which), time_in(year, 4 + which % 9), year.clock.now())


@act()
def enter_time(year: Year, place: int, which: int) -> None:
    opened = of_coach(year, place)
    meeting_acts.enter(opened, meeting_of(opened, which), time_in(year, 1 + which % 9), year.clock.now())


@act()
def miss_meeting(year: Year, place: int, which: int) -> None:
    opened = of_coach(year, place)
    meeting_acts.miss(opened, meeting_of(opened, which), year.clock.now())


@act("/hub/{token}/meeting/{kind}/{act}")
def choose_time(year: Year, place: int, which: int) -> None:
    opened = of_delegate(year, place)
    meeting = meeting_of(opened, which)
    slot = next((stamp(offered.starts) for offered in meeting.slots), "")
    meeting_acts.choose(opened, meeting, slot, year.clock.now())


@act()
def ask_for_times(year: Year, place: int, which: int) -> None:
    opened = of_delegate(year, place)
    meeting_acts.ask(opened, meeting_of(opened, which), "I am away", year.clock.now())


@act(f"{CASE}/review-record")
def record_review(year: Year, place: int, which: int) -> None:
    opened = of_coach(year, place)
    meeting = find_meeting(opened, MeetingKind.REVIEW.value)
    later = (year.today() + timedelta(days=30)).isoformat()
    typed = {"held_on": year.today().isoformat(), "also": "We meet again."}
    for area in opened.live:
        outcome = ("kept", "done", "given_up")[which % 3]
        typed |= {f"outcome-{area.id}": outcome, f"step-{area.id}": "Ask first", f"step_by-{area.id}": later}
        typed |= {f"why-{area.id}": "Another role"}
    review_record.record(opened, meeting, typed, year.clock.now())


# --- work and workshops ---------------------------------------------------------------------------------------------


@act("/hub/{token}/work/{work}")
def submit_work(year: Year, place: int, which: int) -> None:
    now = year.clock.now()
    opened = open_task(HUB.url(year.delegate(place)).rpartition("/")[2], "vision", now)
    chosen = {f"areas.{area_id}": "yes" for area_id, whose in year.area_of.items() if whose == opened.delegate.id}
    fill_in.save_form(opened, VISION | chosen, now, submit=which % 2 == 0)


@act("/hub/{token}/work/{work}/take-back")
def take_work_back(year: Year, place: int, which: int) -> None:
    now = year.clock.now()
    fill_in.take_back(open_task(HUB.url(year.delegate(place)).rpartition("/")[2], "vision", now), now)


@act(f"{CASE}/work/{{work}}", "/facilitator/{token}/{delegate_id}/work/{work}", f"{DELEGATE}/work/{{work}}")
def decide_work(year: Year, place: int, which: int) -> None:
    """Let the coach or the facilitator read or return work, or waive it."""
    name, case = ("read", "return", "waive")[which % 3], year.case(place)
    task = book_of(case.delegate, case.programme, case.rows).find("vision")
    assert task
    of = Reviewed(case.programme, case.delegate, task, working_days(case.programme.organisation))
    who = Reviewer(By.FACILITATOR, "facilitator") if which % 2 and name == "read" else Reviewer(By.COACH, "coach")
    review_work(of, name, "Clear.", who, year.clock.now())


def facilitator_page() -> FacilitatorPage:
    cohort = cohorts.find(people.COHORT)
    assert cohort
    return open_page(FACILITATOR.url(cohort, cohort.facilitators[0].person).rpartition("/")[2])


@act("/facilitator/{token}/session/{session}", f"{CONSOLE}/register/{{session}}")
def mark_register(year: Year, place: int, which: int) -> None:
    page, delegate, now = facilitator_page(), year.delegate(place), year.clock.now()
    if not page.registers:
        raise NoOne
    register = page.registers[which % len(page.registers)]
    actor = page.actor if which % 2 else Actor(By.ADMINISTRATOR, BY, "by phone")
    state = (AttendanceState.ATTENDED, AttendanceState.ABSENT, AttendanceState.EXCUSED)[which % 3]
    save_marks(register, {delegate.id: state}, actor, now)
    if state is AttendanceState.ATTENDED:
        year.absent[delegate.id].discard(register.session.milestone)


@act("/facilitator/{token}/session/{session}/catch-up", f"{CONSOLE}/register/{{session}}/catch-up")
def catch_up(year: Year, place: int, which: int) -> None:
    page, delegate, now = facilitator_page(), year.delegate(place), year.clock.now()
    if not page.registers:
        raise NoOne
    register, later = page.registers[which % len(page.registers)], (year.today() + timedelta(days=9)).isoformat()
    if which % 2:
        set_caught_up(register, delegate.id, page.actor, now)
    else:
        set_catch_up(register, delegate.id, {"what": "Read the notes.", "by": later}, page.actor, now)
    year.absent[delegate.id].discard(register.session.milestone)  # who catches up has it


@act("/facilitator/{token}/{delegate_id}/part/{work}", "/facilitator/{token}/{delegate_id}/part/{work}/take-back")
def observe(year: Year, place: int, which: int) -> None:
    page, now = facilitator_page(), year.clock.now()
    opened = parts.open_part(people.COHORT, year.delegate(place).id, "simulation", page.facilitator)
    if which % 3:
        parts.save_part(opened, {"f.example": "Asked the board a question."}, now, submit=True)
    else:
        parts.take_back_part(opened, now)


# --- six months on --------------------------------------------------------------------------------------------------


def survey_form(year: Year, place: int, role: Role) -> answer_survey.Form:
    """Open a survey. Raises NoOne if it has not opened."""
    survey = {
        stored.role: stored
        for stored in impact_surveys.surveys_from(impact_surveys.of_delegate(year.delegate(place).id))
    }
    if role not in survey:
        raise NoOne
    return answer_survey.open_form(IMPACT.url(survey[role]).rpartition("/")[2], year.clock.now())


def fill_in_survey(form: answer_survey.Form, typed: dict[str, str], year: Year) -> answer_survey.Form:
    for section in form.sections:
        form, _ = answer_survey.save_part(form, section, typed, year.clock.now())
    return form


@act("/impact/{token}/part/{part}")
def begin_survey(year: Year, place: int, which: int) -> None:
    """Type answers and do not send them, or a change of what was sent that cannot be read: both count for nothing."""
    form = survey_form(year, place, Role.DELEGATE)
    money = "€90,000" if form.delegate.id in year.claims else "90000"
    fill_in_survey(form, ANSWERS | {"measure.1.money": money}, year)


@act("/impact/{token}/send")
def answer_impact(year: Year, place: int, which: int) -> None:
    """Send a survey with a sum; it counts until a sound change is sent."""
    claim = 1000 * (10 + place + which)
    consent = {"consent": "named", "negative": f"The new rota cost more {year.fresh('story')}."}
    typed = ANSWERS | SHARES | consent | {"measure.1.money": f"{claim}"}
    year.words.add((year.delegate(place).id, consent["negative"]))
    form = fill_in_survey(survey_form(year, place, Role.DELEGATE), typed, year)
    if not answer_survey.send(form, year.clock.now()):
        year.claims[form.delegate.id] = claim


@act()
def manager_answers(year: Year, place: int, which: int) -> None:
    form = fill_in_survey(survey_form(year, place, Role.MANAGER), {"effect": "Fewer falls."}, year)
    answer_survey.send(form, year.clock.now())


@act("/answer/{token}/pulse")
def rate_change(year: Year, place: int, which: int) -> None:
    """Let a rater answer the one minute about the areas."""
    asked = year.asked(year.delegate(place).id, Wave.PULSE)
    if not asked:
        raise NoOne
    answer_link = scene.link_of(asked[which % len(asked)])
    questionnaire = open_questionnaire(answer_link, year.clock.now())
    typed = {question.id: "5" for page in questionnaire.pages for question in page.questions if not question.is_comment}
    save_page(answer_link, PULSE_PAGE, typed, year.clock.now())


@act(f"{DELEGATE}/survey-remind", f"{CONSOLE}/all/survey-remind")
def remind_of_survey(year: Year, place: int, which: int) -> None:
    survey_acts.remind_surveyed(year.delegate(place).id, year.clock.now(), BY)


@act(f"{DELEGATE}/survey-extend", f"{CONSOLE}/all/survey-extend")
def extend_survey(year: Year, place: int, which: int) -> None:
    day = year.today() + timedelta(days=10 + which)
    survey_acts.extend_survey(year.delegate(place).id, day, year.clock.now(), BY)


@act(f"{DELEGATE}/survey")
def ask_for_survey_again(year: Year, place: int, which: int) -> None:
    ask_again(year.delegate(place).id, year.clock.now(), BY)


@act(f"{DELEGATE}/chase", f"{CONSOLE}/all/chase", f"{CONSOLE}/chosen")
def remind_raters(year: Year, place: int, which: int) -> None:
    if which % 2:
        remind.remind_cohort(people.COHORT, year.today(), year.clock.now(), BY)
    else:
        remind.remind_delegate(year.delegate(place).id, year.clock.now(), BY)


# --- stories and the sponsor ----------------------------------------------------------------------------------------


def story_of(year: Year, place: int) -> tuple[Story, story_acts.Of]:
    """Find a delegate's story. Raises NoOne."""
    delegate, cohort = year.delegate(place), cohorts.find(people.COHORT)
    stored = stories.of_delegates([delegate.id])
    if not stored or cohort is None:
        raise NoOne
    return stored[0], story_acts.Of(
        delegate, cohort, programmes.load(delegate.programme_id, delegate.programme_version)
    )


@act("/hub/{token}/story")
def approve_story(year: Year, place: int, which: int) -> None:
    story, _ = story_of(year, place)
    words = {"text": f"The rota cost more than it saved {year.fresh('words')}.", "naming": Naming.NAMED.value}
    year.words.add((year.delegate(place).id, words["text"]))
    story_acts.approve(story, words, year.clock.now())


@act()
def withdraw_story(year: Year, place: int, which: int) -> None:
    story, of = story_of(year, place)
    story_acts.withdraw(story, of, year.clock.now())
    if story.text:
        year.withdrawn[story.text] = {summary.name for summary in summaries.of_cohort(people.COHORT)}


@act(f"{CONSOLE}/stories/{{delegate_id}}/{{act}}")
def check_story(year: Year, place: int, which: int) -> None:
    """Pass it, or correct its words."""
    story, of = story_of(year, place)
    seen = {"seen": str(story.revision)}
    if which % 3:
        story_acts.review(story, of, seen | dict.fromkeys(story_acts.CHECKS, "yes"), BY, year.clock.now())
    else:
        words = seen | {"text": f"The rota cost more {year.fresh('words')}."}
        story_acts.correct(story, of, words, BY, year.clock.now())


@act(f"{CONSOLE}/costs")
def change_costs(year: Year, place: int, which: int) -> None:
    enter_costs(
        people.COHORT, (Cost(CostKind.FEES, CostSource.INVOICE, amount=f"{9000 + which}"),), BY, year.clock.now()
    )


@act(f"{CONSOLE}/board", "/coach/{token}/board")
def ask_the_board(year: Year, place: int, which: int) -> None:
    cohort = cohorts.find(people.COHORT)
    assert cohort
    seen = revision_of(board_requests.find(people.COHORT))
    save_asks(cohort, {"ask.1": f"Protect half a day a month {which}.", "seen": seen}, BY, year.clock.now())


@act(f"{CONSOLE}/board/edition")
def make_edition(year: Year, place: int, which: int) -> None:
    cohort = cohorts.find(people.COHORT)
    assert cohort
    order_edition(programmes.load(cohort.programme_id, cohort.programme_version), cohort, BY, year.clock.now())


# --- the cohort and its people --------------------------------------------------------------------------------------


def change_cohort(year: Year, act_id: str, **typed: str) -> None:
    loaded, asking = find_cohort(people.COHORT), Asking(BY, year.clock.now(), "asked by phone")
    perform(find_cohort_act(act_id).plan(loaded, typed, asking), year.clock.now())


@act(f"{CONSOLE}/change/facilitator")
def change_facilitator(year: Year, place: int, which: int) -> None:
    former, name = facilitator_page(), year.fresh("lead")
    before = former.facilitator.person.email
    change_cohort(year, "facilitator", former=before, name=name.title(), email=f"{name}@example.org")
    year.retired.append(("the former facilitator", partial(open_page, former.token)))


@act(f"{CONSOLE}/change/sponsor")
def change_sponsor(year: Year, place: int, which: int) -> None:
    token, name = sponsor_token(), year.fresh("sponsor")
    change_cohort(year, "sponsor", name=name.title(), email=f"{name}@example.org")
    year.retired.append(("the former sponsor", partial(open_portal, token)))


def sponsor_token() -> str:
    cohort = cohorts.find(people.COHORT)
    assert cohort
    return SPONSOR.url(cohort).rpartition("/")[2]


@act(f"{CONSOLE}/change/rename")
def rename_cohort(year: Year, place: int, which: int) -> None:
    change_cohort(year, "rename", title=year.fresh("Cohort "))


@act(f"{PERSON}/details")
def change_details(year: Year, place: int, which: int) -> None:
    delegate = year.delegate(place)
    change(year, place, "details", name=delegate.person.name, job_title=year.fresh("Lead "), service="Nursing")


@act(f"{PERSON}/transfer")
def transfer(year: Year, place: int, which: int) -> None:
    before = year.delegate(place)
    coach = {"coach_name": "Nora New", "coach_email": "nora.new@example.org"}
    change(year, place, "transfer", cohort=OTHER_COHORT, **coach)
    token = year.coach_token(before)
    year.retired.append(("the coach of before a transfer", partial(open_for_coach, token, before.id)))
    year.moved.add(before.id)


@act(f"{CONSOLE}/followup")
def plan_second_360(year: Year, place: int, which: int) -> None:
    days = working_days(people.programme().organisation)  # the console asks whether another day is right
    opens = days.on_or_after(year.today() + timedelta(days=10 + which))
    plan_followup(people.COHORT, opens, opens + timedelta(days=18), year.clock.now(), BY)


@act(f"{CONSOLE}/change/move-survey")
def move_survey(year: Year, place: int, which: int) -> None:
    move_date(year, Moved.SURVEY, 20 + which)


@act(f"{CONSOLE}/change/move-closes")
def move_close(year: Year, place: int, which: int) -> None:
    move_date(year, Moved.CLOSES, 10 + which)


def move_date(year: Year, what: Moved, days: int) -> None:
    now = year.clock.now()
    move(plan_move(people.COHORT, what, year.today() + timedelta(days=days), now), "The hall is taken.", BY, now)


@act("/own-data/{token}")
def ask_for_own_data(year: Year, place: int, which: int) -> None:
    reader = of_delegate(year, place).reader
    own_copy.ask(replace(reader, token=f"hub.{reader.token}"), year.clock.now())
