"""The impact survey part by part, the line manager's, and the raters' minute."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime
from urllib.parse import urlencode

import pytest

from chalicelib.collect.questionnaire import open_questionnaire, parse_answer_link
from chalicelib.core.model import CohortDates, InvitationState, Wave
from chalicelib.core.settings import settings
from chalicelib.forms.pulse import PULSE_PAGE
from chalicelib.store import debriefs, delegates, impact_surveys, invitations
from chalicelib.store.areas import Area
from chalicelib.store.debriefs import Debrief
from chalicelib.store.impact_surveys import Role
from tests.support import people
from tests.support.calls import count_calls
from tests.support.drain import drain
from tests.support.emails import sent_emails
from tests.support.visitor import FORM, Visitor

AREAS = [
    Area(str(n), behaviour, "", "A step", "", "", "") for n, behaviour in ((1, "Asks more"), (2, "Delegates more"))
]

NONE_RATED = {"all-blank", "only-not-able"}  # why a pulse without a rating is not sent
NO_BASIS = {"moved": "yes", "measure.1.name": "Falls", "measure.1.money": "2000"}
MONEY = {**NO_BASIS, "measure.1.money": "1000", "measure.1.basis": "own", "share.1": "50", "confidence.1": "50"}


@pytest.fixture
def opened(visitor, clock):
    """Six months after the end: delegate, manager and four peers have been asked."""
    people.opened(clock, chosen=people.raters(4, 0))
    people.write(*debriefs.save(people.dana(), Wave.BASELINE, Debrief(date(2026, 10, 9), ("1", "2")), AREAS))
    drain(clock.to(clock.now().replace(year=2027, month=5, day=31)))
    drain(clock.advance(minutes=1))
    return visitor


def test_raters_who_have_not_answered_are_reminded_three_times_and_no_one_else(opened, clock):
    answering, declining = people.link("p0", "answer"), people.link("p1", "decline")
    opened.open(answering).post(f"{answering}/pulse", dict(zip(people.area_ids(), ("5", "6"), strict=True)))
    opened.open(declining).post(declining, {"reason": "other"})
    while clock.now() < datetime.fromisoformat("2027-06-29T12:00:00Z"):  # after the last day, 28 June
        drain(clock.advance(days=1))

    reminded = Counter(
        address for email in sent_emails() if "impact/pulse_reminder#" in email.row for address in email.addresses
    )
    assert reminded == {people.person(name).email: 3 for name in ("p2", "p3")}


def test_after_an_outage_everyone_is_asked_once_and_has_the_full_time(visitor, clock):
    """Nothing ran for twelve days around the due date."""
    people.opened(clock, chosen=people.raters(4, 0))
    people.write(*debriefs.save(people.dana(), Wave.BASELINE, Debrief(date(2026, 10, 9), ("1", "2")), AREAS))
    drain(clock.to(datetime.fromisoformat("2027-05-29T08:00:00Z")))
    before = Counter(str(email.to) for email in sent_emails())
    drain(clock.to(datetime.fromisoformat("2027-06-10T10:07:00Z")))
    drain(clock.advance(minutes=5))

    administrator = settings().administrators[0]  # hears of too few answers on the first working day
    asked = Counter(str(email.to) for email in sent_emails() if administrator not in email.addresses) - before
    wanted = ("dana delegate", "mara manager", "cleo coach", "p0", "p1", "p2", "p3")
    assert asked == {str((people.person(name).email,)): 1 for name in wanted}
    closes = datetime.fromisoformat("2027-07-08T23:00:00Z")  # four weeks from then, at midnight in London
    assert [survey.closes_at for survey in impact_surveys.surveys_from(impact_surveys.of_delegate(people.dana()))] == [
        closes,
        closes,
    ]
    assert delegates.find_with_wave(people.dana(), Wave.PULSE)[1].closes_at == closes


def test_a_programme_that_ends_on_the_31st_of_august_asks_on_the_last_of_february(visitor, clock, monkeypatch):
    monkeypatch.setattr(people, "DATES", CohortDates(people.DATES.opens, people.DATES.closes, date(2027, 8, 31)))
    people.opened(clock, chosen=people.raters(1, 0))
    drain(clock.to(datetime.fromisoformat("2028-02-29T08:49:00Z")))
    assert not impact_surveys.surveys_from(impact_surveys.of_delegate(people.dana()))

    drain(clock.advance(minutes=1))
    assert kept(Role.DELEGATE).opened_at == datetime.fromisoformat("2028-02-29T09:00:00Z")
    drain(clock.advance(minutes=10))
    drain(clock.to(datetime.fromisoformat("2028-03-31T09:00:00Z")))
    asked = [email.row for email in sent_emails() if email.row.startswith("impact/delegate#")]
    assert len(asked) == 1


def kept(role: Role) -> impact_surveys.ImpactSurvey:
    (survey,) = [
        survey
        for survey in impact_surveys.surveys_from(impact_surveys.of_delegate(people.dana()))
        if survey.role is role
    ]
    return survey


def test_a_survey_is_filled_in_part_by_part_resumed_and_sent(opened, clock):
    link = people.link("dana delegate", "impact")
    opened.open(link)
    assert "new" in opened.messages
    opened.open(f"{link}/part/reaction").post(f"{link}/part/reaction", {"relevance": "5", "go": "later"})
    assert "saved" in opened.messages
    assert f"{link}/part/learning" in opened.page
    opened.open(f"{link}/part/measures").post(f"{link}/part/measures", MONEY | {"measure.1.money": "£12k"})
    assert opened.url.endswith("/part/factors")
    opened.open(f"{link}/part/reaction").post(f"{link}/part/reaction", {"relevance": "4"})
    assert kept(Role.DELEGATE).answers == {"relevance": "4", **MONEY, "measure.1.money": "12000"}
    assert not kept(Role.DELEGATE).sent

    opened.open(f"{link}/review")
    assert "Mostly" in opened.page
    for _ in range(2):
        nonce = opened.open(f"{link}/part/reaction").nonce
        opened.post(f"{link}/send", nonce=nonce)
        assert opened.shows == "impact/thanks"
    assert kept(Role.DELEGATE).sent
    opened.open(f"{link}/part/closing").post(f"{link}/part/closing", {"negative": "Less time."})
    assert kept(Role.DELEGATE).answers["negative"] == "Less time."
    assert kept(Role.DELEGATE).sent


def test_what_cannot_be_kept_is_said_and_the_rest_is_kept(opened):
    link = people.link("dana delegate", "impact")
    part, money, name = f"{link}/part/measures", "measure.1.money", {"measure.1.name": "Falls"}
    opened.open(part).post(part, {**name, money: "a lot", "share.1": "40"})
    assert (opened.status, opened.faults, "a lot" in opened.page) == (400, {money}, True)
    assert kept(Role.DELEGATE).answers == {**name, "share.1": "40"}
    assert kept(Role.DELEGATE).unread == {money: "a lot"}
    opened.open(part)
    assert (opened.status, "a lot" in opened.page) == (200, True)
    opened.post(part, {**name, money: "100", "by": "script", "go": "keep"})
    assert (opened.status, json.loads(opened.page)["field"]) == (422, "measure.1.basis")
    opened.open(f"{link}/review").post(f"{link}/send")
    assert (opened.status, opened.faults) == (400, {"measure.1.basis"})
    opened.open(part).post(part, {"by": "script", "go": "keep"})
    assert (opened.status, kept(Role.DELEGATE).answers) == (200, {})
    opened.open(f"{link}/review").post(f"{link}/send")
    assert opened.faults == {""}


@pytest.fixture
def sent(opened):
    """Send a sum of the delegate's, and where it comes from."""
    link = people.link("dana delegate", "impact")
    opened.open(f"{link}/part/measures").post(f"{link}/part/measures", MONEY)
    opened.open(f"{link}/review").post(f"{link}/send")
    assert kept(Role.DELEGATE).sent
    return opened, link, MONEY


UNSOUND = {
    "money-that-is-no-number": ("measures", {"measure.1.money": "lots"}),
    "a-sum-without-a-basis": ("measures", {"measure.2.name": "Waits", "measure.2.money": "2000"}),
    "money-in-another-currency": ("measures", {"measure.1.money": "€2,000"}),
    "a-measure-without-a-name": ("measures", {"measure.2.now": "3"}),
    "a-measure-that-is-no-number": ("measures", {"measure.2.name": "Falls", "measure.2.now": "few"}),
    "a-text-that-is-too-long": ("closing", {"negative": "x" * 1501}),
}


@pytest.mark.parametrize(("part", "change"), UNSOUND.values(), ids=UNSOUND.keys())
def test_what_was_sent_counts_until_a_change_of_it_is_sound(sent, part, change):
    opened, link, worth = sent
    page = f"{link}/part/{part}"
    fields = worth | change if part == "measures" else change
    opened.open(page).post(page, fields)
    assert (opened.status, "sent-still-counts" in opened.messages) == (400, True)
    assert kept(Role.DELEGATE).answers == worth

    typed = next(text for text in change.values() if text)
    opened.open(page)
    assert typed in opened.page or f'value="{typed}" checked' in opened.page, "what was typed is shown again"
    opened.open(f"{link}/part/reaction").post(f"{link}/part/reaction", {"relevance": "5"})
    assert kept(Role.DELEGATE).answers == worth, "a sound part counts with the rest of the change"
    opened.open(f"{link}/review").post(f"{link}/send")
    assert (opened.status, "sent-still-counts" in opened.messages) == (400, True)
    assert kept(Role.DELEGATE).answers == worth

    changed = worth | {"measure.1.money": "2000"} if part == "measures" else {}
    opened.open(page).post(page, changed)
    assert kept(Role.DELEGATE).answers == (worth | {"relevance": "5"} | (changed if part == "measures" else {}))
    assert kept(Role.DELEGATE).draft is None


@pytest.mark.parametrize(
    ("part", "change"), [("measures", NO_BASIS), ("closing", {"negative": ""})], ids=["no-basis", "nothing-left"]
)
def test_a_change_of_what_was_sent_is_sent_from_the_page_that_shows_it(opened, part, change):
    link = people.link("dana delegate", "impact")
    before = {"negative": "Less time."}
    opened.open(f"{link}/part/closing").post(f"{link}/part/closing", before)
    opened.open(f"{link}/review").post(f"{link}/send")
    opened.open(f"{link}/part/{part}").post(f"{link}/part/{part}", change)
    assert kept(Role.DELEGATE).answers == before
    opened.open(link)
    assert "change-waits" in opened.messages
    assert opened.links("/review")

    opened.open(f"{link}/part/measures").post(f"{link}/part/measures", NO_BASIS | {"measure.1.basis": "own"})
    assert kept(Role.DELEGATE).answers["measure.1.basis"] == "own"
    assert not kept(Role.DELEGATE).draft


def test_two_windows_keep_each_others_parts(opened):
    link = people.link("mara manager", "impact")
    opened.open(f"{link}/part/seen").post(f"{link}/part/seen", {"change.1": "2"})
    opened.open(f"{link}/part/effect").post(f"{link}/part/effect", {"effect": "Fewer complaints."})
    opened.open(f"{link}/part/seen").post(f"{link}/part/seen", {"change.1": "1", "change.2": "not_seen"})
    assert kept(Role.MANAGER).answers == {"change.1": "1", "change.2": "not_seen", "effect": "Fewer complaints."}


def test_a_blank_from_an_older_tab_takes_no_answer_back(opened):
    link = people.link("mara manager", "impact")
    seen, effect = f"{link}/part/seen", f"{link}/part/effect"
    other = Visitor(opened.client)
    opened.open(seen)
    other.open(seen).post(seen, {"change.1": "2", "change.2": "1"})
    opened.post(seen, {"go": "back"})
    opened.open(effect)
    other.open(effect).post(effect, {"effect": "Fewer complaints."})
    opened.post(effect, {"effect": ""})
    assert kept(Role.MANAGER).answers == {"change.1": "2", "change.2": "1", "effect": "Fewer complaints."}

    opened.open(effect).post(effect, {"effect": ""})  # shown, and emptied
    opened.open(seen).post(seen, {"change.1": "3"})  # no page can empty a choice
    assert kept(Role.MANAGER).answers == {"change.1": "3", "change.2": "1"}


def test_what_is_ticked_and_unticked_on_one_page_is_not_kept(opened):
    """A script reads what is stored, so that its page can take it back."""
    part = f"{people.link('mara manager', 'impact')}/part/effect"
    opened.open(part).post(part, {"effect": "Some", "by": "script", "go": "keep"})
    unticked, nonce = json.loads(opened.page)["shown"], opened.open(part).nonce
    opened.post(part, {"effect": "", "by": "script", "go": "keep", "shown": unticked}, nonce=nonce)
    assert kept(Role.MANAGER).answers == {}


def test_what_was_typed_into_a_survey_after_its_deadline_is_shown_to_be_copied(opened, clock):
    part = f"{people.link('mara manager', 'impact')}/part/effect"
    opened.open(part)
    clock.to(kept(Role.MANAGER).closes_at)
    opened.post(part, {"effect": "Fewer complaints."})
    assert (opened.status, opened.areas()) == (410, ["Fewer complaints."])


def test_a_part_is_one_call_to_open_and_two_to_save(opened):
    part = f"{people.link('mara manager', 'impact')}/part/effect"
    opened.open(part)
    with count_calls() as opening:
        opened.open(part)
    with count_calls() as saving:
        opened.post(part, {"effect": "Some", "by": "script", "go": "keep"})
    assert (opening.total(), saving.total()) == (1, 2)


def test_a_closed_survey_and_a_part_that_is_not_there_get_a_kind_page(opened, clock):
    link = people.link("dana delegate", "impact")
    opened.open(f"{link}/part/no_such")
    assert opened.status == 404
    clock.advance(days=40)
    for page in (link, f"{link}/part/reaction", f"{link}/review"):
        opened.open(page)
        assert (opened.status, "survey-closed" in opened.messages) == (410, True)


def test_a_pulse_is_one_page_and_one_button(opened):
    link = people.link("p0", "answer")
    opened.open(link)
    assert "Asks more" in opened.page
    assert 'name="1" value="na"' in opened.page
    nonce = opened.nonce
    opened.post(f"{link}/pulse", nonce=nonce)
    assert (opened.status, opened.messages & NONE_RATED) == (400, {"all-blank"})
    opened.post(f"{link}/pulse", {"1": "na", "2": "na"}, nonce=nonce)
    assert (opened.status, opened.messages & NONE_RATED) == (400, {"only-not-able"})
    opened.post(f"{link}/pulse", {"1": "9"}, nonce=nonce)
    assert (opened.status, opened.faults) == (400, {"q-1"})
    for rating in ("6", "5"):
        opened.post(f"{link}/pulse", {"1": rating, "2": "na"}, nonce=nonce)
        assert opened.shows == "collect/thanks"
    states = [invitation.state for invitation in invitations.of_delegate(people.dana(), Wave.PULSE)]
    assert states.count(InvitationState.ANSWERED) == 1


def test_a_blank_from_an_older_tab_takes_no_pulse_answer_back(opened, clock):
    link = people.link("p0", "answer")
    other = Visitor(opened.client)
    opened.open(link)
    other.open(link).post(f"{link}/pulse", {"1": "6", "2": "5"})
    opened.post(f"{link}/pulse", {"1": "7"})
    pages = open_questionnaire(parse_answer_link(link.rsplit("/", 1)[1]), clock.now()).saved
    assert pages == {PULSE_PAGE: {"1": "7", "2": "5"}}


def test_a_questionnaire_has_no_pulse_to_send(visitor, clock):
    people.opened(clock, chosen=people.raters(1, 0))
    link = people.link("p0", "answer")
    page = f"{link}/page/c-{people.programme().competencies[0].id}"
    visitor.open(page).post(f"{link}/pulse", {"1": "6"})
    assert visitor.status == 404


def test_an_open_page_never_undoes_what_another_device_saved(opened):
    """Each save answers with marks of what its own page shows, not of what another device has stored since."""
    page = f"{people.link('dana delegate', 'impact')}/part/closing"
    phone, laptop = opened.open(page), Visitor(opened.client).open(page)
    laptop.post(page, {"negative": "Less time for visits.", "go": "later"})

    marks = saved_by_script(phone, page, {"consent": "no"})["shown"]
    saved_by_script(phone, page, {"consent": "no"}, shown=marks)
    assert kept(Role.DELEGATE).answers == {"negative": "Less time for visits.", "consent": "no"}

    saved_by_script(phone, page, {"consent": "no", "negative": "Typed here."}, shown=marks)
    assert kept(Role.DELEGATE).answers["negative"] == "Typed here."


def saved_by_script(visitor: Visitor, page: str, typed: dict[str, str], **more: str) -> dict[str, str]:
    """Post what answer.js posts while a person types. Return the answer."""
    body = {"form": visitor.nonce, "by": "script", "go": "keep", **typed, **more}
    answer = visitor.client.post(page.partition("/api")[2], headers=FORM, body=urlencode(body).encode())
    return json.loads(answer.body)
