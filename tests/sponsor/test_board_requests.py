"""What is asked of the board is written by the administrator, from barriers that are ranked without figures."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from msgspec.structs import replace

from chalicelib.admin import revoke_links
from chalicelib.forms.impact_options import HELPED
from chalicelib.links.kinds import COACH
from chalicelib.sponsor.board.requests import MAX_ASK_CHARS
from chalicelib.store import audit_events, board_requests, cohorts, delegates
from chalicelib.store.board_requests import BoardRequests, RequestsChanged
from chalicelib.store.impact_surveys import Role
from infra.local.account import ADMINISTRATOR
from tests.sponsor.test_editions import NAMES, SURVEY_CLOSED, answered, answers_of, change_survey, editions, wait
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.support.drain import drain

__all__ = ["answered"]

PAGE = f"{BASE_URL}/admin/cohort/{people.COHORT}/board"
ASK = "Protect half a day a month for improvement work."


def test_the_requests_are_in_the_first_edition_word_for_word(answered, clock):
    answered.let_in_administrator(clock.now()).open(PAGE).post(PAGE, {"ask.1": ASK})
    assert board_requests.find(people.COHORT).asks == (ASK,)
    drain(clock.to(SURVEY_CLOSED))
    wait(clock, 12)
    assert editions()[0].asks == (ASK,)


def test_barriers_are_ranked_by_the_newest_edition_and_without_figures(answered, clock):
    admin = answered.let_in_administrator(clock.now())
    assert "barriers" not in admin.open(PAGE).messages
    drain(clock.to(SURVEY_CLOSED))
    assert "barriers" in answered.let_in_administrator(clock.now()).open(PAGE).messages
    wait(clock, 12)
    answer_the_opposite()
    page = answered.let_in_administrator(clock.now()).open(PAGE).page
    hindered = [line for line in editions()[0].survey.factors if line.mean.value < 0]
    places = [page.index(f"<li>{line.label}</li>") for line in hindered]
    assert hindered
    assert places == sorted(places)
    assert not any(line.mean.display in page for line in hindered)


def test_a_coach_reads_what_hindered_delegates_in_that_order_and_no_figure_of_it(answered, clock):
    """`Who can see what`: for a coach, what hindered delegates is ranked; the figures are the sponsor's."""
    coach, delegate = people.person("cleo coach"), delegates.find(cohorts.list_lines(people.COHORT)[0].delegate_id)
    page = f"{COACH.url(people.COHORT, coach, delegate.coach_link)}/board"
    answered.cookies.clear()
    assert "barriers" not in answered.let_in(coach.email, clock.now()).open(page).messages
    drain(clock.to(SURVEY_CLOSED))
    wait(clock, 12)
    answered.let_in(coach.email, clock.now()).open(page)

    hindered = [line for line in editions()[0].survey.factors if line.mean.value < 0]
    places = [answered.page.index(f"<li>{line.label}</li>") for line in hindered]
    assert hindered
    assert places == sorted(places)
    assert not any(line.mean.display in answered.page for line in editions()[0].survey.factors)


def answer_the_opposite() -> None:
    """Have every delegate say the opposite of what helped and hindered, as late answers would."""
    scale = [option for option, _ in HELPED]
    for place, name in enumerate(NAMES):
        given = answers_of(place)
        turned = {key: scale[::-1][scale.index(text)] for key, text in given.items() if text in scale}
        change_survey(name, Role.DELEGATE, sent=True, answers={**given, **turned})


def test_another_edition_is_made_once_and_only_with_news(answered, clock):
    drain(clock.to(SURVEY_CLOSED))
    admin = answered.let_in_administrator(clock.now())
    wait(clock, 12)
    admin.let_in_administrator(clock.now()).open(PAGE).post(f"{PAGE}/edition")
    assert "same" in admin.messages
    admin.post(PAGE, {"ask.1": ASK})
    for _ in range(2):
        admin.open(PAGE).post(f"{PAGE}/edition")
    drain(clock.advance(minutes=1))
    first, second = editions()
    assert (first.asks, second.asks) == ((), (ASK,))
    assert second.survey == first.survey


def test_an_administrator_downloads_the_newest_edition_with_its_evidence(answered, clock):
    admin = answered.let_in_administrator(clock.now())
    admin.open(PAGE).post(f"{PAGE}/evidence")
    assert admin.status == 404
    drain(clock.to(SURVEY_CLOSED))
    wait(clock, 12)
    admin.let_in_administrator(clock.now()).open(PAGE)
    admin.post(f"{PAGE}/evidence")

    assert (admin.status, "evidence.zip" in admin.headers["Location"]) == (303, True)
    by = [row["by"] for row in audit_events.of_cohort(people.COHORT) if "evidence" in row["act"]]
    assert by == [ADMINISTRATOR]


def test_no_one_overwrites_requests_that_they_did_not_see(visitor, clock):
    people.load(clock.now())
    visitor.let_in_administrator(clock.now()).open(PAGE).post(PAGE, {"ask.1": ASK})
    visitor.open(PAGE).post(PAGE, {"ask.1": "Other.", "seen": "0"})
    assert visitor.status == 400
    assert "overtaken" in visitor.messages
    assert board_requests.find(people.COHORT).asks == (ASK,)
    visitor.post(PAGE, {"ask.1": "x" * (MAX_ASK_CHARS + 1)})
    assert f"at most {MAX_ASK_CHARS} fit" in visitor.page
    acts = [row["act"] for row in audit_events.of_cohort(people.COHORT)]
    assert acts.count("changed what is asked of the board") == 1


def test_of_two_who_save_at_once_the_second_is_refused(visitor, clock):
    people.load(clock.now())
    first = BoardRequests(people.COHORT, (ASK,), clock.now())
    people.write(board_requests.save(first, None))
    people.write(board_requests.save(replace(first, asks=("Other.",), revision=2), first))

    with pytest.raises(RequestsChanged):
        people.write(board_requests.save(replace(first, asks=("Third.",), revision=2), first))
    assert board_requests.find(people.COHORT).asks == ("Other.",)


def test_pages_start_without_the_fonts_of_pdfs():
    """The function of the pages has no PDF layer: an import of the fonts would end it."""
    code = "import sys, app; print([name for name in sys.modules if name.startswith(('chalicelib.pdf', 'typst'))])"
    environment = {**os.environ, "FULLCIRCLE_STAGE": "test", "AWS_DEFAULT_REGION": "eu-west-2"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "[]"


# --- a coach ------------------------------------------------------------------------------------------------------


def test_a_coach_writes_to_the_same_list(visitor, clock):
    people.load(clock.now())
    drain(clock.now())
    page = f"{COACH.url(people.COHORT, people.person('cleo coach'), 1)}/board"
    visitor.let_in_administrator(clock.now()).open(PAGE).post(PAGE, {"ask.1": ASK})
    visitor.cookies.clear()
    visitor.let_in(people.person("cleo coach").email, clock.now()).open(page)
    assert ASK in visitor.page
    visitor.post(page, {"ask.1": ASK, "ask.2": "Let teams see their own figures."})
    assert board_requests.find(people.COHORT).asks == (ASK, "Let teams see their own figures.")
    visitor.post(page, {"ask.1": "Other.", "seen": "0"})
    assert visitor.status == 400
    rows = audit_events.of_cohort(people.COHORT)
    assert [row["by"] for row in rows if row["act"] == "changed what is asked of the board"].count("coach") == 1


def test_a_coach_whose_link_was_revoked_opens_no_board(visitor, clock):
    people.load(clock.now())
    drain(clock.now())
    coach = people.person("cleo coach")
    page = f"{COACH.url(people.COHORT, coach, 1)}/board"
    revoke_links.revoke_links(people.COHORT, coach.email, clock.now(), "ada@example.org")
    drain(clock.advance(minutes=1))
    visitor.let_in(coach.email, clock.now()).open(page)
    assert visitor.status == 410


def test_who_coaches_no_one_in_the_cohort_writes_nothing(visitor, clock):
    people.load(clock.now())
    drain(clock.now())
    stranger = people.person("some one")
    visitor.let_in(stranger.email, clock.now())
    assert visitor.open(f"{COACH.url(people.COHORT, stranger, 1)}/board").status == 404
