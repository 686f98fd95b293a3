"""A link that moved with an address shows nothing that was saved or sent before it was made."""

import re

import pytest

from chalicelib.admin import address_change, close_or_extend, resend_link
from chalicelib.collect import pages as form
from chalicelib.core.model import InvitationState, Wave
from chalicelib.links.kinds import ANSWER, DECLINE, IMPACT
from chalicelib.store import delegates, impact_surveys, invitations
from chalicelib.store.impact_surveys import Role
from chalicelib.store.table import scan
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_emails

BY = "ada@example.org"
NEW = "mine@elsewhere.example.org"
CANARY = "CANARY"


@pytest.fixture
def opened(visitor, clock):
    people.opened(clock, chosen=people.raters(5, 0))
    clock.advance(days=1)
    return visitor


def move(clock, who="p0", new=NEW):
    address_change.change_address(people.COHORT, people.person(who).email, new, clock.now(), BY)
    drain(clock.advance(minutes=1))


def moved(address=NEW):
    return next(
        invitation
        for invitation in invitations.of_delegate(people.dana(), Wave.BASELINE)
        if invitation.rater.email == address
    )


def inbox_of(visitor, clock, address=NEW):
    """As an administrator with that address gets there: by a link that was lost."""
    resend_link.resend_link(people.COHORT, address, clock.now(), BY)
    drain(clock.advance(minutes=1))
    return visitor.open(next(url for url in sent_emails(address)[-1].links if "/inbox/" in url))


def answer_link(address=NEW):
    return ANSWER.url(moved(address))


def every_page(token_url):
    pages = [f"page/{page.id}" for page in form.pages(people.programme(), "")]
    return [token_url, *(f"{token_url}/{page}" for page in [*pages, "review", "thanks"])]


def test_answers_that_were_sent_are_neither_shown_nor_changed_nor_declined(opened, clock):
    url = people.link("p0", "answer")
    people.send(people.answer_all(opened, url, rating="2", comment=CANARY), url)
    stolen = opened.open(f"{url}/page/comments").nonce
    move(clock)
    before = [row for row in scan() if row["pk"].startswith("DELEGATE#")]

    assert 'data-state="sealed"' in inbox_of(opened, clock).page
    assert opened.links("/answer/") == []
    new = answer_link()
    decline = DECLINE.url(moved())
    for page in [*every_page(new), decline]:
        assert "answers-sealed" in opened.open(page).messages
        assert CANARY not in opened.page
        assert opened.status == 409
    for act in ("send", "page/comments", "pulse"):
        opened.post(f"{new}/{act}", {"go": "next"}, nonce=stolen)
        assert opened.status in (400, 404, 409)
    assert [row for row in scan() if row["pk"].startswith("DELEGATE#")] == before


def test_the_inbox_of_an_email_to_the_old_address_leads_to_nothing_any_more(opened, clock):
    old_inbox = people.link("p0", "inbox")
    assert opened.open(old_inbox).links("/answer/")
    move(clock)
    people.answer_all(opened, answer_link(), comment=CANARY)

    assert opened.open(old_inbox).links("/answer/") == []
    assert "Dana Delegate" not in opened.page
    assert inbox_of(opened, clock).links("/answer/")


@pytest.mark.parametrize("go", ["next", "keep"])
def test_no_save_changes_sealed_answers_even_where_the_page_was_remembered(opened, clock, go):
    from chalicelib.collect.questionnaire import AnswersSealed, parse_answer_link
    from chalicelib.collect.save_page import save_page

    url = people.link("p0", "answer")
    people.send(people.answer_all(opened, url), url)
    move(clock)
    before = moved()

    with pytest.raises(AnswersSealed):
        save_page(
            parse_answer_link(answer_link().rsplit("/", 1)[1]), "comments", {"best": CANARY, "go": go}, clock.now()
        )

    assert moved() == before


def test_what_was_saved_is_dropped_and_the_new_form_is_empty(opened, clock):
    url = people.link("p0", "answer")
    people.answer_all(opened, url, comment=CANARY)
    move(clock)

    assert (moved().draft, moved().saved_at, moved().sent) == ({}, {}, None)
    assert not moved().revision
    for page in every_page(answer_link()):
        assert CANARY not in opened.open(page).page
        assert not re.search("<input[^>]* checked", opened.page)
    assert 'data-state="open"' in inbox_of(opened, clock).page
    people.send(people.answer_all(opened, answer_link()), answer_link())
    assert (moved().state, moved().sealed) == (InvitationState.ANSWERED, False)


def test_a_change_that_was_saved_after_sending_is_dropped_and_what_was_sent_counts(opened, clock):
    url = people.link("p0", "answer")
    people.send(people.answer_all(opened, url, rating="2"), url)
    sent = next(
        invitation for invitation in invitations.of_delegate(people.dana(), Wave.BASELINE) if invitation.sent
    ).sent
    people.answer_all(opened, url, rating="5", comment=CANARY)
    move(clock)

    assert (moved().draft, moved().sent) == ({}, sent)


def test_a_closed_questionnaire_thanks_no_one_for_what_another_link_sent(opened, clock):
    url = people.link("p0", "answer")
    people.send(people.answer_all(opened, url), url)
    move(clock)
    close_or_extend.publish_with_few_answers(people.COHORT, people.person("dana delegate").email, clock.now())
    drain(clock.now())

    assert "questionnaire-closed" in opened.open(answer_link()).messages
    assert opened.status == 410


def test_a_second_correction_keeps_them_sealed(opened, clock):
    url = people.link("p0", "answer")
    people.send(people.answer_all(opened, url), url)
    move(clock)
    address_change.change_address(people.COHORT, NEW, "third@example.org", clock.now(), BY)
    drain(clock.now())

    assert moved("third@example.org").sealed
    assert "answers-sealed" in opened.open(answer_link("third@example.org")).messages


def test_a_delegates_own_answers_are_sealed_too(opened, clock):
    url = people.link("dana delegate", "answer")
    people.send(people.answer_all(opened, url, comment=CANARY), url)
    move(clock, "dana delegate")

    assert moved().group == "self"
    assert CANARY not in opened.open(f"{answer_link()}/page/comments").page
    assert "answers-sealed" in opened.messages


@pytest.mark.parametrize(("who", "role"), [("dana delegate", Role.DELEGATE), ("mara manager", Role.MANAGER)])
@pytest.mark.parametrize("sent", [False, True])
def test_an_impact_survey_shows_nothing_of_before(opened, clock, who, role, sent):
    answers = {"implemented": CANARY, "negative": CANARY} if role is Role.DELEGATE else {"effect": CANARY}
    survey = impact_surveys.ImpactSurvey(
        people.dana(),
        role,
        impact_surveys.SurveyState.OPEN,
        clock.now(),
        people.CLOSE,
        (),
        answers=answers,
        sent=sent,
    )
    people.write(impact_surveys.add(survey))
    move(clock, who)

    after = next(
        stored for stored in impact_surveys.surveys_from(delegates.load_rows(people.dana())) if stored.role is role
    )
    assert (after.sealed, after.sent, dict(after.answers)) == (sent, sent, answers if sent else {})
    link = IMPACT.url(after)
    for page in (link, f"{link}/review", f"{link}/thanks"):
        assert CANARY not in opened.open(page).page
        assert opened.status == (409 if sent else 200)
