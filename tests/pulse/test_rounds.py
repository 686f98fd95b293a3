"""A mid-way round from the check of the words to what is published, and every way in which it is not held."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from msgspec.structs import replace

from chalicelib.areas.openings import open_for_delegate
from chalicelib.collect.decline import decline
from chalicelib.collect.questionnaire import parse_answer_link
from chalicelib.core.midway_rounds import PREPARED
from chalicelib.core.model import PulseRules, RoundPlan, Wave, WaveState
from chalicelib.links import signing
from chalicelib.links.kinds import DECLINE, INBOX
from chalicelib.people.leave import leave
from chalicelib.pulse import check_wordings
from chalicelib.pulse.check_wordings import RoundRefused, find_check
from chalicelib.results.published import ALL_OTHERS
from chalicelib.store import areas, delegates, impact_surveys, invitations, responses, wave_keys, workshops
from chalicelib.store.pulse_rounds import RoundState, Why
from chalicelib.workshops.change_sessions import set_dates
from chalicelib.workshops.effects import list_effects
from tests.pulse import rounds
from tests.pulse.rounds import CHECK, EMAILS, OPENS
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import days_of, sent_emails

DANA, COACH = (people.person(name).email for name in ("dana delegate", "cleo coach"))
TICKS = re.compile(r'name="(ask-\w+)" value="([^"]+)"')


def ticks(page: str) -> dict[str, str]:
    return dict(TICKS.findall(page))


# --- the whole way ---------------------------------------------------------------------------------------------------


def test_a_round_goes_from_the_check_to_a_page_for_delegate_and_coach(visitor, clock):
    rounds.load(clock)
    drain(clock.to(CHECK))
    assert (rounds.found().state, rounds.emails("check")) == (RoundState.PLANNED, [DANA])

    coachs_page, to_result = f"{people.coach_url()}/{people.dana()}", f"{people.dana()}/seen"
    visitor.let_in(COACH, clock.now())
    assert to_result not in visitor.open(coachs_page).page, "there is nothing to read yet"

    page = f"{rounds.hub()}/round/1"
    visitor.open(rounds.hub())
    assert "check-words" in visitor.messages
    visitor.open(page)
    visitor.post(page, ticks(visitor.page))
    assert "saved" in visitor.messages
    assert rounds.found().checked == rounds.WORDS

    drain(clock.to(OPENS))
    assert rounds.found().state is RoundState.OPEN
    assert rounds.emails("asked") == sorted(EMAILS)
    rounds.answer(clock, rating="6", suggestion="Ask the night staff")
    drain(clock.to(rounds.found().closes_at))
    assert rounds.found().state is RoundState.PUBLISHED
    result = rounds.result()
    assert [(figure.area, figure.change, figure.display) for figure in result.figures] == [
        ("1", "2", "+2.0"),
        ("2", "2", "+2.0"),
    ]
    assert len(result.suggestions) == 8
    drain(clock.advance(hours=10))
    assert rounds.emails("published") == [DANA]
    assert rounds.emails("published_coach") == [COACH]
    assert days_of("pulse/check") == ["2026-10-09"], "five working days before the opening"
    assert days_of("pulse/asked") == ["2026-10-16"]
    assert days_of("pulse/published") == days_of("pulse/published_coach") == ["2026-10-30"]

    visitor.let_in(DANA, clock.now())
    assert "Ask the night staff" in visitor.open(f"{rounds.hub()}/seen").page
    assert "+2.0" in visitor.page
    visitor.let_in(COACH, clock.now())
    assert "+2.0" in visitor.open(f"{people.coach_url()}/{people.dana()}/seen").page
    assert 'data-state="published"' in visitor.open(coachs_page).page
    assert to_result in visitor.page
    assert "seen" in visitor.open(rounds.hub()).messages


def test_what_people_see_needs_the_same_code_as_the_report(visitor, clock):
    rounds.load(clock)
    rounds.hold(clock, suggestion="Ask the night staff")

    visitor.open(f"{rounds.hub()}/seen")
    assert "Ask the night staff" not in visitor.page
    assert "+2.0" not in visitor.page


def test_a_rater_answers_on_one_page_and_may_change_the_answer(visitor, clock):
    rounds.load(clock)
    drain(clock.to(CHECK))
    rounds.approve()
    drain(clock.to(OPENS))
    link = people.link("p0", "answer")

    visitor.open(link)
    assert "September 2026" in visitor.page
    assert "Lets others plan the rota" in visitor.page
    assert "rounded to half a point" in visitor.page
    visitor.post(f"{link}/pulse", {"suggestion": "Only words"})
    assert visitor.status == 400
    assert "Only words" in visitor.page
    visitor.post(f"{link}/pulse", {"1": "6", "2": "na", "suggestion": "Ask more"})
    assert visitor.shows == "collect/thanks"
    assert "Ask more" in visitor.open(link).page


def test_what_was_typed_after_the_deadline_is_not_kept_and_is_shown_to_be_copied(visitor, clock):
    rounds.load(clock)
    drain(clock.to(CHECK))
    rounds.approve()
    drain(clock.to(OPENS))
    link = people.link("p0", "answer")
    visitor.open(link)
    clock.to(delegates.find_with_wave(people.dana(), Wave.MIDWAY_1)[1].closes_at)  # no job has closed it yet
    visitor.post(f"{link}/pulse", {"1": "6", "2": "na", "suggestion": "Ask more"})

    assert (visitor.status, visitor.areas()) == (410, ["Ask more"])


def test_answers_keep_no_identity_and_no_group_after_the_close(aws, clock):
    rounds.load(clock)
    rounds.hold(clock)

    stored = responses.of_wave(people.dana(), Wave.MIDWAY_1)
    assert {(response.group, response.person) for response in stored} == {("raters", None)}
    assert all(invitation.sent is None and not invitation.draft for invitation in rounds.asked())
    assert wave_keys.find(people.dana(), Wave.MIDWAY_1) is None


def test_one_reminder_goes_to_who_has_not_answered(aws, clock):
    rounds.load(clock)
    drain(clock.to(CHECK))
    rounds.approve()
    drain(clock.to(OPENS))
    rounds.answer(clock, emails=EMAILS[:3])
    for _ in range(14):
        drain(clock.advance(days=1))
    reminded = [address for email in sent_emails() if "pulse/reminder#" in email.row for address in email.to]

    assert sorted(reminded) == sorted(EMAILS[3:])
    assert days_of("pulse/reminder") == ["2026-10-22"], "seven days before the last day, which is the 29th"


def test_a_rater_of_several_people_gets_one_email(aws, clock):
    rounds.load(clock, names=("dana delegate", "dora delegate"))
    drain(clock.to(CHECK))
    for name in ("dana delegate", "dora delegate"):
        rounds.approve(name=name)
    before = len(sent_emails(EMAILS[0]))
    drain(clock.to(OPENS - PREPARED))
    drain(clock.to(OPENS))

    (email,) = [accepted for accepted in sent_emails(EMAILS[0])[before:] if "minute about" in accepted.subject]
    assert "One minute about" in email.subject
    assert "(and 1 more)" in email.subject
    assert all(name in email.part("plain") for name in ("Dana Delegate", "Dora Delegate"))


def test_the_inbox_says_that_five_are_enough(visitor, clock):
    names = tuple(f"{name} delegate" for name in ("ana", "bea", "cat", "dana", "eva", "fay"))
    rounds.load(clock, names=names)
    drain(clock.to(CHECK))
    for name in names:
        rounds.approve(name=name)
    drain(clock.to(OPENS))
    own = next(invitation for invitation in rounds.asked() if invitation.rater.email == EMAILS[0])

    assert "five-enough" in visitor.open(INBOX.url(own)).messages


# --- rounds that are not held ----------------------------------------------------------------------------------------


def test_an_area_that_is_not_approved_is_left_out(aws, clock):
    rounds.load(clock)
    drain(clock.to(CHECK))
    rounds.approve(words={"2": rounds.WORDS["2"]})
    drain(clock.to(OPENS))

    _, wave = delegates.find_with_wave(people.dana(), Wave.MIDWAY_1)
    assert [area.id for area in wave.areas] == ["2"]


def test_an_area_whose_words_changed_after_the_check_is_left_out(aws, clock):
    rounds.load(clock)
    drain(clock.to(CHECK))
    rounds.approve()
    people.write(areas.save(people.dana(), Wave.BASELINE, replace(rounds.AREAS[0], behaviour="Other words")))
    drain(clock.to(OPENS))

    _, wave = delegates.find_with_wave(people.dana(), Wave.MIDWAY_1)
    assert [area.text for area in wave.areas] == [rounds.WORDS["2"]]


def test_no_approved_area_means_no_round_and_the_coach_learns_it(aws, clock):
    rounds.load(clock)
    drain(clock.to(CHECK))
    drain(clock.to(OPENS))

    assert (rounds.found().state, rounds.found().why) == (RoundState.NOT_HELD, Why.NONE_CHECKED)
    assert rounds.emails("not_held") == [COACH]
    assert rounds.emails("asked") == []
    assert rounds.asked() == []


def test_with_four_left_to_ask_no_one_is_emailed_and_the_hub_says_why(visitor, clock):
    rounds.load(clock, raters=people.raters(2, 2))
    drain(clock.to(CHECK))
    assert (rounds.found().state, rounds.found().why) == (RoundState.TOO_FEW, Why.FEW_RATERS)
    drain(clock.to(OPENS))
    drain(clock.advance(days=30))

    assert [rounds.emails(kind) for kind in ("check", "asked", "not_held", "published", "published_coach")] == [[]] * 5
    assert "few-raters" in visitor.open(rounds.hub()).messages


def test_raters_who_declined_or_were_removed_after_the_check_leave_too_few(aws, clock):
    rounds.load(clock, raters=people.raters(3, 2))
    drain(clock.to(CHECK))
    rounds.approve()
    removed = next(i for i in invitations.of_delegate(people.dana(), Wave.BASELINE) if i.rater.email == EMAILS[0])
    people.write(invitations.revoke(removed))
    drain(clock.to(OPENS))

    assert (rounds.found().state, rounds.found().why) == (RoundState.TOO_FEW, Why.FEW_RATERS)
    assert rounds.emails("asked") == []


def test_four_answers_show_nothing_and_say_so(visitor, clock):
    rounds.load(clock)
    rounds.hold(clock, emails=EMAILS[:4], suggestion="Canary")

    assert (rounds.found().state, rounds.found().why) == (RoundState.TOO_FEW, Why.FEW_ANSWERS)
    assert (rounds.result().figures, rounds.result().suggestions) == ((), ())
    drain(clock.advance(hours=10))
    assert rounds.emails("published") == [DANA]
    visitor.let_in(DANA, clock.now())
    visitor.open(f"{rounds.hub()}/seen")
    assert "few-answers" in visitor.messages
    assert "Canary" not in visitor.page


def test_cannot_say_of_an_area_leaves_that_area_out_below_five(aws, clock):
    rounds.load(clock)
    drain(clock.to(CHECK))
    rounds.approve()
    drain(clock.to(OPENS))
    rounds.answer(clock, emails=EMAILS[:4])
    rounds.answer(clock, emails=EMAILS[4:6], ratings={"1": "6", "2": "na"})
    drain(clock.to(rounds.found().closes_at))

    assert [figure.area for figure in rounds.result().figures] == ["1"]


def test_a_delegate_who_leaves_while_the_round_is_open_is_asked_about_no_more(aws, clock):
    rounds.load(clock)
    drain(clock.to(CHECK))
    rounds.approve()
    drain(clock.to(OPENS))
    rounds.answer(clock)
    leave(people.dana(), clock.now(), "ada@example.org", "Another job")
    drain(clock.now())
    drain(clock.to(rounds.LATER))

    assert delegates.find_with_wave(people.dana(), Wave.MIDWAY_1)[1].state is WaveState.WITHDRAWN
    assert (rounds.found().state, rounds.found().why) == (RoundState.NOT_HELD, Why.LEFT)
    assert rounds.result() is None
    assert responses.of_wave(people.dana(), Wave.MIDWAY_1) == []


def test_a_delegate_without_areas_has_no_round(aws, clock):
    rounds.load(clock)
    for area in rounds.AREAS:
        people.write(areas.save(people.dana(), Wave.BASELINE, replace(area, state=areas.AreaState.DONE)))
    drain(clock.to(OPENS))

    assert rounds.found() is None
    assert rounds.emails("check") == []


# --- checking the words ----------------------------------------------------------------------------------------------


def test_words_that_changed_since_the_page_was_opened_are_not_approved(visitor, clock):
    rounds.load(clock)
    drain(clock.to(CHECK))
    page = f"{rounds.hub()}/round/1"
    ticked = ticks(visitor.open(page).page)
    people.write(areas.save(people.dana(), Wave.BASELINE, replace(rounds.AREAS[0], behaviour="Other words")))
    visitor.post(page, ticked)

    assert visitor.status == 400
    assert visitor.faults == {check_wordings.field(rounds.AREAS[0])}
    assert rounds.found().checked == {}


def test_the_check_can_be_taken_back_until_the_opening_and_not_after(visitor, clock):
    rounds.load(clock)
    drain(clock.to(CHECK))
    page = f"{rounds.hub()}/round/1"
    visitor.open(page)
    visitor.post(page, ticks(visitor.page))
    assert rounds.found().state is RoundState.CHECKED
    visitor.post(page)
    assert rounds.found().state is RoundState.PLANNED

    opened = open_for_delegate(rounds.hub().rsplit("/", 1)[1])
    with pytest.raises(RoundRefused):
        check_wordings.save(find_check(opened, "1"), {}, OPENS)


def test_two_windows_do_not_undo_one_another(aws, clock):
    rounds.load(clock)
    drain(clock.to(CHECK))
    opened = open_for_delegate(rounds.hub().rsplit("/", 1)[1])
    first, second = find_check(opened, "1"), find_check(opened, "1")
    fields = {check_wordings.field(area): check_wordings.words_mark(area) for area in opened.live}
    assert check_wordings.save(first, fields, clock.now()) == ()

    with pytest.raises(RoundRefused):
        check_wordings.save(second, dict(list(fields.items())[:1]), clock.now())
    assert rounds.found().checked == rounds.WORDS


# --- dates -----------------------------------------------------------------------------------------------------------


def test_a_round_moves_with_its_workshop_until_it_has_opened(aws, clock):
    rounds.load(clock, pulse=PulseRules((RoundPlan("leading_self", 3, 13),)))
    drain(clock.to(CHECK.replace(day=2)))
    rounds.approve()
    later = rounds.FIRST_WORKSHOP.replace(day=20)
    moved = [
        replace(session.plan, date=later) if session.milestone == "leading_self" else session.plan
        for session in stored()
    ]
    set_dates(people.COHORT, moved, clock.now(), "ada@example.org")
    drain(clock.to(OPENS))
    assert rounds.found().state is RoundState.CHECKED
    assert rounds.found().opens_at.date().isoformat() == "2026-10-23"

    drain(clock.to(rounds.found().opens_at))
    assert rounds.found().state is RoundState.OPEN
    assert rounds.emails("check") == [DANA]


def test_a_round_waits_while_its_workshop_has_no_date_and_follows_the_new_one(aws, clock, visitor):
    """The delegate has checked the words already: no page names the old day, and no one is asked on it."""
    rounds.load(clock, pulse=PulseRules((RoundPlan("leading_self", 3, 13),)))
    drain(clock.to(CHECK.replace(day=2)))
    rounds.approve()
    later = [session.plan for session in stored() if session.milestone != "leading_self"]
    set_dates(people.COHORT, later, clock.now(), "ada@example.org")
    drain(clock.to(OPENS))
    hub = rounds.hub()
    assert rounds.found().state is RoundState.CHECKED
    assert "no-date" in visitor.open(hub).messages
    assert "no-date" in visitor.open(f"{hub}/round/1").messages

    again = rounds.session("leading_self", rounds.FIRST_WORKSHOP.replace(month=11))
    set_dates(people.COHORT, [again, *later], clock.now(), "ada@example.org")
    assert "no-date" not in visitor.open(f"{hub}/round/1").messages
    drain(clock.to(OPENS.replace(month=11, day=8)))
    assert rounds.found().opens_at.date().isoformat() == "2026-11-09"
    drain(clock.to(rounds.found().opens_at))
    assert rounds.found().state is RoundState.OPEN
    assert rounds.emails("check") == [DANA]


def test_the_preview_says_what_becomes_of_a_round(aws, clock):
    rounds.load(clock)
    others = [session.plan for session in stored() if session.milestone != "leading_self"]
    own = [session.plan for session in stored() if session.milestone == "leading_self"]

    def effects(*wanted) -> str:
        planned = set_dates(people.COHORT, wanted, clock.now(), "ada@example.org", dry_run=True)
        return " ".join(list_effects(planned, clock.now()))

    assert "The mid-way round after Leading Self does not open: the workshop has no date." in effects(*others)
    moved = effects(replace(own[0], date=own[0].date.replace(day=20)), *others)
    assert "The mid-way round after Leading Self asks raters on Friday 30 October 2026; it was" in moved
    near = effects(*own, replace(others[0], date=own[0].date.replace(day=8)))
    assert "The mid-way round after Leading Others asks raters on" in near


def stored():
    return [session for session in workshops.list_sessions(people.COHORT) if not session.cancelled]


def test_a_programme_without_rounds_asks_no_one_on_the_way(aws, clock):
    rounds.load(clock, pulse=people.programme().pulse)
    drain(clock.to(rounds.LATER))

    assert rounds.found() is None
    assert rounds.emails("check") == rounds.emails("asked") == []


# --- who is asked ----------------------------------------------------------------------------------------------------


def test_the_manager_and_the_delegate_are_not_asked(aws, clock):
    rounds.load(clock)
    drain(clock.to(CHECK))
    rounds.approve()
    drain(clock.to(OPENS))

    assert {invitation.rater.email for invitation in rounds.asked()} == set(EMAILS)


def test_who_declined_a_round_is_not_asked_in_the_next(aws, clock):
    rounds.load(clock)
    drain(clock.to(CHECK))
    rounds.approve()
    drain(clock.to(OPENS))
    declined = next(invitation for invitation in rounds.asked() if invitation.rater.email == EMAILS[0])
    token = signing.token("decline", declined.delegate_id, declined.wave.value, declined.id, str(declined.link_version))
    decline(parse_answer_link(token, DECLINE), "no_time", clock.now())
    rounds.answer(clock, emails=EMAILS[1:])
    drain(clock.to(rounds.found().closes_at))
    rounds.hold(clock, Wave.MIDWAY_2)

    assert {invitation.rater.email for invitation in rounds.asked(Wave.MIDWAY_2)} == set(EMAILS[1:])
    assert {figure.change for figure in rounds.result(Wave.MIDWAY_2).figures} == {"2"}  # no one knows who declined


def test_who_was_asked_less_than_sixty_days_ago_is_not_asked_again(aws, clock):
    soon = replace(rounds.SESSIONS[1], date=rounds.FIRST_WORKSHOP.replace(month=11, day=3))
    rounds.load(clock, sessions=(rounds.SESSIONS[0], soon))
    rounds.hold(clock)
    drain(clock.to(CHECK.replace(month=11, day=6, hour=9)))

    assert (rounds.found(Wave.MIDWAY_2).state, rounds.found(Wave.MIDWAY_2).why) == (RoundState.TOO_FEW, Why.FEW_RATERS)


# --- two rounds about the same areas ---------------------------------------------------------------------------------


def test_two_rounds_are_two_figures_and_never_pooled(aws, clock):
    """Some answer only the first round, others only the second."""
    rounds.load(clock)
    rounds.hold(clock, emails=EMAILS[:5], rating="7")
    rounds.hold(clock, Wave.MIDWAY_2, emails=EMAILS[3:], rating="4")

    assert {figure.display for figure in rounds.result().figures} == {"+2.5 or more"}
    assert {figure.display for figure in rounds.result(Wave.MIDWAY_2).figures} == {"0"}


def test_after_one_removal_the_later_round_is_shown_in_words_only(visitor, clock):
    rounds.load(clock)
    rounds.hold(clock)
    removed = next(i for i in invitations.of_delegate(people.dana(), Wave.BASELINE) if i.rater.email == EMAILS[0])
    people.write(invitations.revoke(removed))
    rounds.hold(clock, Wave.MIDWAY_2)

    result = rounds.result(Wave.MIDWAY_2)
    assert {(figure.change, figure.display) for figure in result.figures} == {("", "better")}
    visitor.let_in(DANA, clock.now())
    visitor.open(f"{rounds.hub()}/seen")
    assert "<b>better</b>" in visitor.page


def test_an_area_with_other_words_is_shown_alone_with_its_number(visitor, clock):
    rounds.load(clock)
    rounds.hold(clock)
    removed = next(i for i in invitations.of_delegate(people.dana(), Wave.BASELINE) if i.rater.email == EMAILS[0])
    changed = replace(rounds.AREAS[0], behaviour="Listen to the end")
    people.write(invitations.revoke(removed), areas.save(people.dana(), Wave.BASELINE, changed))
    rounds.hold(clock, Wave.MIDWAY_2, words=rounds.WORDS | {"1": "Listen to the end"})

    changes = {figure.area: figure.change for figure in rounds.result(Wave.MIDWAY_2).figures}
    assert changes == {"1": "2", "2": ""}
    visitor.let_in(DANA, clock.now())
    page = visitor.open(f"{rounds.hub()}/seen").page
    assert "Listen before I decide" in page
    assert "Listen to the end" in page


def test_an_area_that_is_dropped_later_keeps_its_mid_way_figure(visitor, clock):
    rounds.load(clock)
    rounds.hold(clock)
    dropped = replace(rounds.AREAS[0], state=areas.AreaState.DROPPED)
    people.write(areas.save(people.dana(), Wave.BASELINE, dropped))
    rounds.hold(clock, Wave.MIDWAY_2)

    assert [area.id for area in rounds.result(Wave.MIDWAY_2).areas] == ["2"]
    visitor.let_in(DANA, clock.now())
    assert "Listen before I decide" in visitor.open(f"{rounds.hub()}/seen").page


# --- the last pulse --------------------------------------------------------------------------------------------------


SURVEY = datetime.fromisoformat("2027-07-12T09:00:00Z")  # six months after the last session


def six_months_on(clock, emails=EMAILS, rating: str = "6"):
    """Play the pulse after the programme, and return its figures over all raters by area."""
    drain(clock.to(SURVEY))
    rounds.answer(clock, Wave.PULSE, emails=emails, rating=rating)
    drain(clock.advance(days=40))
    drain(clock.advance(hours=1))
    result = impact_surveys.pulse_from(delegates.load_rows(people.dana()))
    return {figure.area: figure for figure in result.figures if figure.cell == ALL_OTHERS}


def test_the_last_pulse_keeps_its_number_and_decimal_after_a_round(aws, clock):
    rounds.load(clock)
    rounds.hold(clock)

    figures = six_months_on(clock)
    assert (figures["1"].n, figures["1"].display) == (8, "+2.0")
    assert "areas" in figures


def test_after_one_removal_the_last_pulse_shows_words_and_no_figure_of_all_areas(aws, clock):
    rounds.load(clock)
    rounds.hold(clock)
    removed = next(i for i in invitations.of_delegate(people.dana(), Wave.BASELINE) if i.rater.email == EMAILS[0])
    people.write(invitations.revoke(removed))

    figures = six_months_on(clock)
    assert {(figure.n, figure.change, figure.display) for figure in figures.values()} == {(0, "", "better")}
    assert "areas" not in figures


def test_who_declined_a_round_is_not_asked_by_the_last_pulse(aws, clock):
    rounds.load(clock)
    drain(clock.to(CHECK))
    rounds.approve()
    drain(clock.to(OPENS))
    declined = next(invitation for invitation in rounds.asked() if invitation.rater.email == EMAILS[0])
    token = signing.token("decline", declined.delegate_id, declined.wave.value, declined.id, str(declined.link_version))
    decline(parse_answer_link(token, DECLINE), "no_time", clock.now())
    drain(clock.to(SURVEY))

    assert {invitation.rater.email for invitation in rounds.asked(Wave.PULSE)} == set(EMAILS[1:])


# --- a cohort --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "is_shown"), [(5, True), (4, False)])
def test_a_cohorts_mean_is_shown_from_five_delegates(visitor, clock, count, is_shown):
    names = tuple(f"{name} delegate" for name in ("dana", "bea", "cat", "eva", "fay")[:count])
    rounds.load(clock, names=names)
    drain(clock.to(CHECK))
    for name in names:
        rounds.approve(name=name)
    drain(clock.to(OPENS))
    for name in names:
        rounds.answer(clock, name=name, emails=EMAILS[:5])
    drain(clock.advance(days=21))
    drain(clock.advance(days=1))
    visitor.let_in(DANA, clock.now())

    visitor.open(f"{rounds.hub()}/seen")
    assert visitor.shows == "pulse/seen"
    assert ("cohorts-mean" in visitor.messages) is is_shown
