"""A delegate fills in a form between workshops, on one device or two, and gets it back read or returned."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from urllib.parse import urlencode

import pytest
from msgspec.structs import replace

from chalicelib.assignments.text_fields import NHS_NUMBER
from chalicelib.assignments.thread import WorkState
from chalicelib.core.clock import stamp
from chalicelib.core.model import Assignment
from chalicelib.core.working_days import working_days
from chalicelib.store import assignments, delegates
from chalicelib.store.table import put_all
from chalicelib.threads.model import Task
from chalicelib.web.save_moments import milliseconds
from chalicelib.workshops import change_sessions
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import days_of, sent_emails
from tests.support.visitor import FORM, Visitor
from tests.workshops import dates

VISION = {
    "f.future": "Every child is seen within two weeks.",
    "f.why": "It is the first aim of the strategy.",
    "f.sign": "No one asks for a date twice.",
}


@pytest.fixture
def hub(visitor, clock):
    people.opened(clock)
    return people.link("dana delegate", "hub")


@pytest.fixture
def vision(hub):
    return f"{hub}/work/vision"


def work_of(assignment: str):
    return assignments.works_from(delegates.load_rows(people.dana()))[assignment]


def fill(visitor: Visitor, page: str, typed: dict[str, str], go: str = "submit") -> Visitor:
    return visitor.open(page).post(page, {**typed, "go": go})


def script(visitor: Visitor, page: str, typed: dict[str, str], **more: str) -> dict:
    """Post what answer.js posts while a person types. The page must be open, for its nonce."""
    body = {"form": visitor.nonce, "by": "script", "go": "keep", "seen": "0", **typed, **more}
    path = page.split("/api", 1)[-1]
    response = visitor.client.post(path, headers=FORM, body=urlencode(body).encode())
    return json.loads(response.body) | {"status": response.status_code}


def next_morning(now):
    return working_days(people.programme().organisation).next_morning(now)


def emails_about(words: str) -> list[str]:
    """Return the texts of Dana's emails whose subject has these words."""
    emails = sent_emails(people.person("dana delegate").email)
    return [" ".join(email.part("plain").split()) for email in emails if words in str(email.message["Subject"])]


# --- filling in ---------------------------------------------------------------------------------------------


def test_a_form_is_typed_submitted_and_shown_as_submitted(visitor, vision):
    fill(visitor, vision, VISION)

    assert visitor.status == 200
    assert "Every child is seen within two weeks." in visitor.page
    assert work_of("vision").state == WorkState.SUBMITTED
    visitor.open(vision.rpartition("/work/")[0])
    assert "work-submitted" in visitor.messages


def test_missing_answers_are_all_shown_at_their_fields_and_nothing_is_lost(visitor, vision):
    fill(visitor, vision, {"f.sign": "A parent rings once."})

    assert visitor.status == 400
    assert len(visitor.faults) >= 2
    assert work_of("vision").typed == {"f.sign": "A parent rings once."}
    assert work_of("vision").state == WorkState.DRAFT


def test_submitting_twice_is_one_submission(visitor, vision):
    fill(visitor, vision, VISION)
    page = visitor.page
    visitor.page = visitor.open(vision).page or page
    again = script(visitor.open(f"{vision}/submitted"), vision, VISION, go="submit")

    assert again["status"] == 200
    assert work_of("vision").submissions == 1


def test_work_is_taken_back_until_it_is_read(visitor, vision, clock):
    fill(visitor, vision, VISION)
    visitor.post(visitor.links("/take-back")[0])
    assert work_of("vision").state == WorkState.DRAFT
    assert assignments.submissions_from(delegates.load_rows(people.dana())) == {}
    visitor.post(vision, {**VISION, "go": "submit"})
    assert work_of("vision").submissions == 1


def test_a_draft_is_no_ones_but_the_delegates(visitor, vision, clock):
    fill(visitor, vision, {"f.sign": "Canary of a draft"}, go="later")
    visitor.let_in(people.person("cleo coach").email, clock.now())
    coach = people.coach_url()
    for url in (coach, f"{coach}/{people.dana()}", f"{coach}/{people.dana()}/work/vision"):
        visitor.open(url)
        assert "Canary of a draft" not in visitor.page
        assert "draft" not in visitor.page.replace(visitor.said("nothing-submitted"), "")
    assert "nothing-submitted" in visitor.messages


@pytest.mark.parametrize("readers", [("facilitator",), ()])
def test_a_coach_who_is_no_reader_in_the_programme_file_reads_no_submitted_work(visitor, clock, readers):
    """The form of the same work names those who read it, and no one else."""
    rules = people.programme()
    step, *later = rules.milestones
    changed = tuple(replace(work, seen_by=readers) for work in step.assignments)
    few = replace(rules, id="few-readers", milestones=(replace(step, assignments=changed), *later))
    people.opened(clock, rules=few)
    page = f"{people.link('dana delegate', 'hub')}/work/vision"
    visitor.open(page)
    assert "your coach" not in visitor.page.partition("<form")[0].lower()
    fill(visitor, page, {**VISION, "f.future": "Canary of submitted work"})
    assert work_of("vision").state == WorkState.SUBMITTED

    visitor.let_in(people.person("cleo coach").email, clock.now())
    coach = people.coach_url()
    for url in (coach, f"{coach}/{people.dana()}", f"{coach}/{people.dana()}/work/vision"):
        assert "Canary of submitted work" not in visitor.open(url).page
    assert "no-such-work" in visitor.messages


# --- edge case 29: two devices ------------------------------------------------------------------------------


@pytest.fixture
def laptop(visitor):
    return Visitor(visitor.client)


def at(clock, **later: float) -> str:
    return str(milliseconds(clock.now() + timedelta(**later)))


def test_of_each_field_the_later_typing_stays_and_the_other_device_says_so(visitor, laptop, vision, clock):
    visitor.open(vision)
    laptop.open(vision)
    phone_first = script(visitor, vision, {"f.sign": "from the phone"}, at=at(clock, seconds=1))
    later = script(laptop, vision, {"f.sign": "from the laptop", "f.why": "mine"}, at=at(clock, seconds=9))
    answer = script(visitor, vision, {"f.sign": "from the phone"}, at=at(clock, seconds=20), shown=phone_first["shown"])

    assert work_of("vision").typed == {"f.sign": "from the laptop", "f.why": "mine"}
    assert work_of("vision").other == {"f.sign": "from the phone"}  # nothing is lost
    assert "What will be the first sign" in later["say"]
    assert "What will be the first sign" in answer["say"]
    assert "from the phone" in visitor.open(vision).page
    assert "other-device" in visitor.messages


def test_a_save_that_arrives_late_does_not_undo_what_was_typed_after_it(visitor, laptop, vision, clock):
    visitor.open(vision)
    laptop.open(vision)
    script(laptop, vision, {"f.sign": "typed second"}, at=at(clock, seconds=9))
    script(visitor, vision, {"f.sign": "typed first"}, at=at(clock, seconds=1))

    assert work_of("vision").typed == {"f.sign": "typed second"}
    assert work_of("vision").other == {"f.sign": "typed first"}


def test_a_page_does_not_mistake_its_own_saves_for_another_devices(visitor, vision, clock):
    visitor.open(vision)
    first = at(clock, seconds=1)
    script(visitor, vision, {"f.sign": "A"}, at=first)  # no answer came: the page knows only that it sent it
    answer = script(visitor, vision, {"f.sign": "A parent"}, at=at(clock, seconds=2), seen=f"0 {first}")

    assert "say" not in answer
    assert work_of("vision").other == {}


# --- edge cases 31, 34, 35 -----------------------------------------------------------------------------------


def test_money_of_another_currency_or_in_doubt_is_refused_in_words_and_kept_as_typed(visitor, hub):
    page = f"{hub}/work/board"
    for typed, words in (("€5,000", "another currency"), ("12.000", "did you mean")):
        visitor.open(page).post(page, {"f.wanted.money": "yes", "f.amount": typed, "go": "submit"})
        assert (visitor.status, words in visitor.page) == (400, True)
        assert f'value="{typed}"' in visitor.page
    visitor.post(page, {"f.wanted.money": "yes", "f.amount": "£12k", "f.idea": "i", "f.benefit": "b", "go": "submit"})
    (sent,) = assignments.submissions_from(delegates.load_rows(people.dana()))["board"]
    assert sent.values["amount"] == "12000"


def test_an_nhs_number_is_warned_about_and_the_warning_is_stored_nowhere(visitor, vision):
    text = "The patient 943 476 5919 waited."
    answer = script(visitor.open(vision), vision, {"f.sign": text}, at="1")

    assert answer["notes"] == {"f.sign": NHS_NUMBER}
    assert work_of("vision").typed == {"f.sign": text}
    assert NHS_NUMBER in visitor.open(vision).page
    stored = json.dumps(list(delegates.load_rows(people.dana())), default=str)
    assert "NHS number" not in stored


def test_a_note_of_an_earlier_version_is_the_draft_of_a_plain_title(visitor, clock):
    rules = people.programme()
    first = rules.milestones[0]
    plain = replace(first, assignments=(Assignment("plan", "Write a plan"),))
    people.opened(clock, rules=replace(rules, id="plain", milestones=(plain, *rules.milestones[1:])))
    row = {"milestone": first.id, "assignment": "plan", "text": "Wrote it in 2025.", "at": stamp(clock.now())}
    put_all([{**assignments.key(people.dana(), first.id, "plan")._asdict(), **row}])
    page = f"{people.link('dana delegate', 'hub')}/work/plan"

    assert "Wrote it in 2025." in visitor.open(page).page
    visitor.post(page, {"f.text": "Wrote it in 2025, and shared it.", "go": "submit"})
    (sent,) = assignments.submissions_from(delegates.load_rows(people.dana()))["plan"]
    assert sent.values == {"text": "Wrote it in 2025, and shared it."}


# --- after its day (edge case 31) --------------------------------------------------------------------------------


def test_work_of_four_days_late_is_taken_and_says_so_to_delegate_and_coach(visitor, hub, vision, clock):
    change_sessions.set_dates(people.COHORT, dates.BOTH, clock.now(), "ada@example.org")  # due on 13 November
    clock.to(datetime.fromisoformat("2026-11-17T10:00:00Z"))
    fill(visitor, vision, VISION)
    assert work_of("vision").state == WorkState.SUBMITTED

    visitor.let_in(people.person("cleo coach").email, clock.advance(days=1))
    case = f"{people.coach_url()}/{people.dana()}"  # it counts to the day on which it was submitted
    pages = (f"{vision}/submitted", hub, f"{case}/work/vision", case)
    assert [page for page in pages if "by 4 days" not in visitor.open(page).page] == []


# --- returned and read (edge case 32) ----------------------------------------------------------------------------


def test_a_coach_returns_work_and_reads_what_comes_back(visitor, vision, clock):
    """The first submission stays readable, there are ten working days, and each act sends one email."""
    fill(visitor, vision, VISION)
    visitor.let_in(people.person("cleo coach").email, clock.now())
    coach = people.coach_url()
    review = f"{coach}/{people.dana()}/work/vision"
    assert Task.READ_WORK in visitor.open(coach).page
    assert "Every child is seen" in visitor.open(review).page

    visitor.post(review, {"go": "return", "return": ""})
    assert (visitor.status, visitor.faults) == (400, {"return"})
    visitor.post(review, {"go": "return", "return": "Who pays for it?"})
    assert Task.READ_WORK not in visitor.open(coach).page
    assert work_of("vision").state == WorkState.RETURNED
    drain(clock.to(next_morning(clock.now())))
    (email,) = emails_about("asks you to add to")
    assert "Who pays for it?" in email
    assert "28 September 2026" in email  # ten working days after the 14th
    assert days_of("assignments/returned") == ["2026-09-15"]

    visitor.open(vision)
    assert "Who pays for it?" in visitor.page
    visitor.post(vision, {**VISION, "f.why": "Finance pays, and saves.", "go": "submit"})
    assert "It is the first aim of the strategy." in visitor.open(f"{vision}/submitted").page
    visitor.let_in(people.person("cleo coach").email, clock.now())
    assert "It is the first aim of the strategy." in visitor.open(review).page  # the first, folded under the second

    visitor.post(review, {"go": "read", "read": "Clear now."})
    visitor.post(review, {"go": "read", "read": "Clear now."})
    drain(clock.to(next_morning(clock.now())))
    assert ["Clear now." in email for email in emails_about("has read “Write a vision")] == [True]
    assert "Clear now." in visitor.open(vision).page
    assert visitor.links("/take-back") == []


def test_returned_work_that_comes_back_before_the_morning_is_not_asked_for(visitor, vision, clock):
    """The email about it goes out on the next morning, and not before."""
    fill(visitor, vision, VISION)
    visitor.let_in(people.person("cleo coach").email, clock.now())
    review = f"{people.coach_url()}/{people.dana()}/work/vision"
    visitor.open(review).post(review, {"go": "return", "return": "Who pays for it?"})
    visitor.open(vision).post(vision, {**VISION, "f.why": "Finance pays, and saves.", "go": "submit"})
    drain(clock.to(next_morning(clock.now())))
    assert emails_about("asks you to add to") == []

    visitor.let_in(people.person("cleo coach").email, clock.now())
    visitor.open(review).post(review, {"go": "return", "return": "From when?"})
    morning = next_morning(clock.now())
    drain(clock.to(morning - timedelta(minutes=1)))
    assert emails_about("asks you to add to") == []
    drain(clock.to(morning))
    (email,) = emails_about("asks you to add to")
    assert "From when?" in email
    drain(clock.advance(days=3))
    assert len(emails_about("asks you to add to")) == 1


# --- nothing that was typed is lost ---------------------------------------------------------------------------------


def test_what_was_typed_too_late_for_the_link_can_be_copied(visitor, vision, clock):
    visitor.open(vision)
    clock.to(clock.now().replace(year=2029))
    visitor.post(vision, {**VISION, "go": "submit"})

    assert visitor.status == 410
    assert VISION["f.future"] in visitor.areas()


@pytest.mark.parametrize("act", ["read", "return"])
def test_a_remark_about_work_holds_no_web_address(visitor, vision, clock, act):
    fill(visitor, vision, VISION)
    review = f"{people.coach_url()}/{people.dana()}/work/vision"
    visitor.let_in(people.person("cleo coach").email, clock.now()).open(review)
    visitor.post(review, {"go": act, act: "See www.cheap-loans.example for more."})

    assert visitor.status == 400
    assert "See www.cheap-loans.example for more." in visitor.areas(), "it can be corrected"
    assert work_of("vision").state == WorkState.SUBMITTED


def test_a_coachs_remark_survives_a_session_that_has_ended(visitor, vision, clock):
    fill(visitor, vision, VISION)
    review = f"{people.coach_url()}/{people.dana()}/work/vision"
    visitor.let_in(people.person("cleo coach").email, clock.now()).open(review)
    clock.advance(hours=2)
    visitor.post(review, {"go": "return", "return": "Who pays for it, and from when?"})

    assert visitor.status == 403
    assert "Who pays for it, and from when?" in visitor.areas()
    assert work_of("vision").state == WorkState.SUBMITTED


def test_work_that_another_device_submitted_is_not_changed_and_what_was_typed_can_be_copied(visitor, vision):
    visitor.open(vision)
    typing = Visitor(visitor.client).open(vision)
    visitor.post(vision, {**VISION, "go": "submit"})
    typing.post(vision, {"f.sign": "Typed after it was submitted", "go": "later"})

    assert typing.status == 409
    assert "Typed after it was submitted" in typing.areas()


def test_a_form_that_is_too_long_is_refused_before_anything_is_stored(visitor, hub):
    page = f"{hub}/work/engage"
    rows = {f"f.plan.18a{n:x}.step": "x" * 5000 for n in range(16, 29)}
    visitor.open(page).post(page, {**rows, "go": "later"})

    assert "form-too-long" in visitor.messages
    assert "60,000" in visitor.page
    assert "engage" not in assignments.works_from(delegates.load_rows(people.dana()))
