"""A story: offered in exact words, approved, checked, published in an edition, and withdrawn at any time."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from chalicelib.forms.readers import Form, Rule
from chalicelib.ownership.check_restore import check_restored
from chalicelib.sponsor.evidence import Evidence
from chalicelib.sponsor.final.facts import read_final
from chalicelib.sponsor.stories import forget
from chalicelib.sponsor.stories.acts import CHECKS, withdraw
from chalicelib.sponsor.stories.candidates import MAX_FAILED, MAX_STORY_CHARS, MAX_WORKED, find_candidates
from chalicelib.store import cohorts, delegates, jobs, objects, stories, summaries
from chalicelib.store.impact_surveys import Role
from chalicelib.store.stories import StoryState
from tests.sponsor import final_example
from tests.sponsor.test_editions import (
    NAMES,
    SPONSOR,
    SURVEY_CLOSED,
    answered,
    answers_of,
    change_survey,
    editions,
    id_of,
    wait,
)
from tests.support import people
from tests.support.calls import watched_by
from tests.support.cloud import BASE_URL
from tests.support.drain import drain
from tests.support.emails import sent_emails

__all__ = ["answered"]

ADMIN = f"{BASE_URL}/admin/cohort/{people.COHORT}/stories"
WORDS = "From 18 to 11 days for a first visit."
CHECKED = dict.fromkeys(CHECKS, "yes")


# --- candidates ------------------------------------------------------------------------------------------


def test_only_delegates_who_agreed_are_asked_and_each_once():
    folk = [
        final_example.evidence(
            place, consent="no" if place % 2 else "named", implemented="A new rota.", negative="Cost more."
        )
        for place in range(24)
    ]
    candidates = find_candidates(folk)
    ids = [candidate.delegate_id for candidate in candidates]
    assert len(ids) == len(set(ids))
    assert all(int(delegate_id.removeprefix("d")) % 2 == 0 for delegate_id in ids)
    assert sum(candidate.worked for candidate in candidates) == MAX_WORKED
    assert sum(not candidate.worked for candidate in candidates) == MAX_FAILED
    assert find_candidates([final_example.evidence(place) for place in range(9)]) == []


def test_a_candidate_fits_on_the_page():
    long = "We changed how visits are planned, and asked everyone who uses the service. " * 9
    for candidate in find_candidates([final_example.evidence(2, consent="named", implemented=long, negative=long)]):
        assert 0 < len(candidate.text) <= MAX_STORY_CHARS


@pytest.mark.parametrize("first", ["Calls missed", "Days to a visit"])
def test_a_candidate_names_the_figure_that_moved_furthest(first):
    figures = [("Days to a visit", "26", "25"), ("Calls missed", "40", "10")]
    figures.sort(key=lambda figure: figure[0] != first)
    typed = {
        f"measure.{number}.{part}": value
        for number, figure in enumerate(figures, 1)
        for part, value in zip(("name", "baseline", "now", "direction"), (*figure, "down"), strict=True)
    }
    (candidate,) = find_candidates([final_example.evidence(2, consent="named", **typed)])
    assert candidate.text.startswith("Calls missed, from 40 to 10")


CHANGED = {"measure.1.name": "Falls", "measure.1.baseline": "9", "measure.1.now": "4", "measure.1.direction": "down"}
OFFERED = {  # by the field that the form says the sponsor may read: answers with it, and the words that are offered
    "measure": (CHANGED, "Falls, from 9 to 4."),
    "example": ({"level.a": "habit", "example.a": "I ask first."}, "I ask first."),
    "implemented": ({"implemented": "A new rota."}, "A new rota."),
    "negative": ({"negative": "Cost more."}, "Cost more."),
    "factors_why": ({"factor.time": "-2", "factors_why": "No one covers for me."}, "No one covers for me."),
}


@pytest.mark.parametrize(
    "field",
    [form_field.name for form_field in Form.IMPACT_DELEGATE.fields if Rule.BY_CONSENT in form_field.readers.values()],
)
def test_every_answer_that_the_form_says_the_sponsor_may_read_can_be_offered(field):
    answers, words = OFFERED[field]
    person = Evidence(
        name="Dana", service="", id="d", has_report=True, areas=("a",), own={"consent": "named", **answers}
    )
    assert [candidate.text for candidate in find_candidates([person])] == [words]


@pytest.mark.parametrize(
    ("time", "data", "expected"),
    [
        pytest.param("-1", "0", [("My Thursdays.", False)], id="hindered"),
        pytest.param("2", "0", [("My Thursdays.", True)], id="helped"),
        pytest.param("-1", "2", [("My Thursdays.", True)], id="helped-more"),
        pytest.param("-2", "1", [("My Thursdays.", False)], id="hindered-more"),
        pytest.param("-2", "2", [], id="as-much-as-the-other"),
    ],
)
def test_what_helped_or_hindered_most_is_about_the_strongest_answer(time, data, expected):
    factors = {"factor.time": time, "factor.data": data}
    answers = {"consent": "named", **factors, "factors_why": "My Thursdays.", "level.a": "habit"}
    person = Evidence(name="Dana", service="", id="d", has_report=True, areas=("a",), own=answers)
    assert [(candidate.text, candidate.worked) for candidate in find_candidates([person])] == expected


# --- the way of a story ------------------------------------------------------------------------------------------


@pytest.fixture
def offered(answered, clock):
    """Everyone agreed to be quoted; the surveys are over, and the offers are sent."""
    for place, name in enumerate(NAMES):
        own = answers_of(place) | {"consent": "anonymous", "implemented": "A wall chart.", "negative": "SECRET"}
        change_survey(name, Role.DELEGATE, answers=own)
    drain(clock.to(SURVEY_CLOSED))
    wait(clock, 3)
    return answered


def story(name: str = "ann one"):
    (stored,) = stories.of_delegates([id_of(name)])
    return stored


def page(name: str = "ann one") -> str:
    return f"{people.link(name, 'hub')}/story"


def approve(visitor, name: str = "ann one", **typed: str) -> None:
    visitor.open(page(name)).post(page(name), {"text": WORDS, "naming": "named", "go": "approve", **typed})


def check(visitor, clock, act: str = "review", **typed: str) -> None:
    visitor.let_in_administrator(clock.now()).open(ADMIN)
    visitor.post(f"{ADMIN}/{id_of('ann one')}/{act}", {**(CHECKED if act == "review" else {}), **typed})


def stories_shown() -> list[list[str]]:
    return [[line.text for line in edition.stories] for edition in editions()]


def test_each_is_offered_once_and_asked_by_email(offered, clock):
    offers = stories.of_delegates(map(id_of, NAMES))
    assert {offer.state for offer in offers} == {StoryState.OFFERED}
    assert len(offers) == len(NAMES)
    asked = [
        email
        for email in sent_emails(people.person("ann one").email)
        if email.subject.startswith("May the sponsor of Autumn cohort read")
    ]
    assert len(asked) == 1
    assert editions() == []


def test_no_one_but_the_delegate_reads_the_words_before_they_are_approved(offered, clock):
    assert "A wall chart." in offered.open(page()).page
    admin = offered.let_in_administrator(clock.now()).open(ADMIN)
    assert admin.status == 200
    assert "A wall chart." not in admin.page


def test_the_story_of_a_delegate_who_leaves_is_not_used(offered, clock):
    """Edge 43: what they answered still counts."""
    approve(offered)
    check(offered, clock)
    people.write(cohorts.change_line(delegates.find(id_of("ann one")), put={"withdrawn": True}))
    wait(clock, 8)
    assert stories_shown() == [[]]
    assert [edition.response.delegates_answered for edition in editions()] == [6]


def test_the_approved_words_are_published_exactly(offered, clock):
    approve(offered, **{"tag.pathway": "yes"})
    assert "approved" in offered.messages
    assert WORDS in offered.let_in_administrator(clock.now()).open(ADMIN).page
    check(offered, clock)
    assert story().state is StoryState.REVIEWED
    wait(clock, 8)
    (first,) = editions()
    assert [(line.text, line.tags) for line in first.stories] == [(WORDS, ("Care pathway",))]
    assert first.stories[0].who.startswith("Ann One, ")
    assert first.stories[0].id != id_of("ann one")
    assert story().state is StoryState.PUBLISHED
    named = [email for email in sent_emails(people.person("mara manager").email) if "named in a story" in email.subject]
    assert len(named) == 1
    assert "SECRET" not in str(editions())


@pytest.mark.parametrize("missing", CHECKS)
def test_nothing_passes_without_every_check(offered, clock, missing):
    approve(offered)
    check(offered, clock, **{missing: ""})
    assert offered.status == 400
    assert story().state is StoryState.APPROVED


def test_an_administrator_passes_only_the_words_that_they_saw(offered, clock):
    approve(offered)
    offered.let_in_administrator(clock.now()).open(ADMIN)
    nonce, seen = offered.nonce, str(story().revision)
    offered.cookies.clear()
    approve(offered, text="Other words.")
    offered.let_in_administrator(clock.now())
    offered.post(f"{ADMIN}/{id_of('ann one')}/review", {**CHECKED, "seen": seen}, nonce=nonce)
    assert offered.status == 409
    assert story().state is StoryState.APPROVED


class WithdrawnMeanwhile:
    """The delegate withdraws between the read and the write of another page."""

    def __init__(self, now):
        self.now, self.withdrawn = now, False

    def before(self, service, operation, context):
        if operation == "TransactWriteItems" and not self.withdrawn:
            self.withdrawn = True
            withdraw(story(), None, self.now)

    def after(self, service, operation, context):
        pass


@pytest.mark.parametrize(("act", "typed"), [("review", {}), ("correct", {"text": "From 18 days to 11."})])
def test_a_check_that_a_withdrawal_overtakes_changes_nothing_and_says_so(offered, clock, act, typed):
    approve(offered)
    offered.let_in_administrator(clock.now()).open(ADMIN)
    with watched_by(WithdrawnMeanwhile(clock.now())):
        offered.post(f"{ADMIN}/{id_of('ann one')}/{act}", {**(CHECKED if act == "review" else {}), **typed})
    assert offered.status == 409
    assert (story().state, story().text) == (StoryState.WITHDRAWN, "")
    assert all(text in offered.page for text in typed.values())  # to be copied


def test_corrected_typing_goes_back_to_the_delegate(offered, clock):
    approve(offered, text="From 18 to 11 dayz.")
    check(offered, clock, "correct", text="From 18 to 11 days.")
    assert (story().state, story().text) == (StoryState.OFFERED, "From 18 to 11 days.")
    offered.cookies.clear()
    assert "From 18 to 11 days." in offered.open(page()).page


@pytest.mark.parametrize("typed", [{"text": ""}, {"text": "x" * (MAX_STORY_CHARS + 1)}, {"naming": ""}])
def test_what_cannot_be_approved_is_kept_on_the_page(offered, typed):
    approve(offered, **typed)
    assert offered.status == 400
    assert story().state is StoryState.OFFERED


def test_a_withdrawn_story_is_in_no_page_pack_or_edition_from_then_on(offered, clock):
    approve(offered)
    check(offered, clock)
    wait(clock, 8)
    shelf = people.link("sponsor", "sponsor")
    offered.cookies.clear()
    offered.open(page()).post(page(), {"go": "withdraw"})
    assert "withdrawn" in offered.messages
    assert story().text == ""
    drain(clock.advance(minutes=1))
    assert stories_shown() == [[WORDS], []]
    first, second = summaries.of_cohort(people.COHORT)
    assert "replaces every earlier one" in read_final(objects.load(second.facts)).replaces
    assert [email.subject for email in sent_emails(SPONSOR)][-1] == "Please stop using a story of Autumn cohort"

    offered.let_in(SPONSOR, clock.now()).open(shelf)
    assert "story-withdrawn" in offered.messages
    offered.post(shelf, {"summary": first.name, "kind": "board"})
    assert offered.status == 404
    assert jobs.failed() == []


def bucket() -> dict[str, bytes]:
    return {name: objects.load(name) for name in objects.list_names(f"sponsor/{people.COHORT}/")}


def withdraw_published(offered, clock) -> None:
    approve(offered)
    check(offered, clock)
    wait(clock, 8)
    shelf = people.link("sponsor", "sponsor")
    offered.let_in(SPONSOR, clock.now()).open(shelf)
    offered.post(shelf, {"summary": "impact", "kind": "evidence"})
    assert any(name.endswith(".zip") for name in bucket())
    offered.cookies.clear()
    offered.open(page()).post(page(), {"go": "withdraw"})


def test_the_words_of_a_withdrawn_story_are_in_no_document_an_hour_later(offered, clock):
    withdraw_published(offered, clock)
    drain(clock.advance(minutes=61))
    left = bucket()
    assert not [name for name, body in left.items() if WORDS.encode() in body or name.endswith(".zip")]
    first, second = summaries.of_cohort(people.COHORT)
    assert {kind for kind, name in first.files.items() if name in left} == {"csv", "method"}
    assert set(second.files.values()) <= set(left)
    assert jobs.failed() == []


def test_a_restore_check_misses_no_document_that_quoted_a_withdrawn_story(offered, clock):
    withdraw_published(offered, clock)
    drain(clock.advance(minutes=61))
    assert check_restored().faults == ()
    first = summaries.of_cohort(people.COHORT)[0]
    objects.remove(first.file("csv"))
    (fault,) = check_restored().faults
    assert first.file("csv") in fault


def test_the_newest_edition_stays_until_there_is_another(offered, clock):
    withdraw_published(offered, clock)
    later = forget.forget_words(forget.forget_job(people.COHORT, "early", clock.now()), clock.now())
    (only,) = summaries.of_cohort(people.COHORT)
    assert set(only.files.values()) <= set(bucket())
    assert len(later) == 1, "it looks again"


def test_the_name_of_a_job_that_looks_again_each_day_does_not_grow(offered, clock):
    withdraw_published(offered, clock)
    job, names = forget.forget_job(people.COHORT, "early", clock.now()), []
    for _ in range(3):
        (write,) = forget.forget_words(job, clock.advance(days=1))
        names.append(write.row["id"])
        job = replace(job, id=write.row["id"], about=write.row["about"])
    assert len(set(names)) == 3
    assert len({len(name) for name in names}) == 1


def test_who_says_no_is_asked_no_more(offered, clock):
    offered.open(page()).post(page(), {"go": "withdraw"})
    assert story().state is StoryState.WITHDRAWN
    wait(clock, 8)
    assert stories_shown() == [[]]


def test_it_can_be_withdrawn_when_every_other_page_of_the_delegate_has_closed(offered, clock):
    """The documents are kept for longer than links work: a consent that no page takes back would be none."""
    approve(offered)
    check(offered, clock)
    wait(clock, 8)
    clock.advance(days=600)
    assert offered.open(people.link("ann one", "hub")).status == 410

    assert offered.open(page()).status == 200
    offered.post(page(), {"go": "withdraw"})
    assert story().state is StoryState.WITHDRAWN
    assert any(url.endswith("/story") for url in linked_in_offer("ann one"))


def linked_in_offer(name: str) -> list[str]:
    sent = sent_emails(people.person(name).email)
    return [url for email in sent if email.row.startswith("sponsor/story#") for url in email.links]
