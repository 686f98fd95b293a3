"""The jobs that make editions and the cohort at the start: once, in time, and never the difference of a few."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from chalicelib.core.ids import delegate_id
from chalicelib.core.model import Wave
from chalicelib.core.working_days import BEFORE_EMAILS, working_days
from chalicelib.jobs.kinds import JobKind
from chalicelib.links.kinds import FACILITATOR
from chalicelib.results.cohort_snapshot import frozen_bytes
from chalicelib.sponsor.board.requests import rank_barriers
from chalicelib.sponsor.final.facts import read_final
from chalicelib.sponsor.interim import load_interim
from chalicelib.store import (
    catalogue,
    cohort_figures,
    cohorts,
    delegates,
    emails,
    impact_surveys,
    jobs,
    objects,
    reviews,
    summaries,
)
from chalicelib.store.cohort_figures import CohortFigures
from chalicelib.store.impact_surveys import Role
from chalicelib.store.reviews import AreaOutcome, Outcome, Review
from chalicelib.store.summaries import Summary
from chalicelib.store.table import Missing, put, update
from tests.sponsor import final_example
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import days_of, sent_emails

NAMES = ("ann one", "bob two", "cat three", "dan four", "eve five", "fay six")
SURVEY_OPENS = people.OPENING.replace(year=2027, month=5, day=31)
SURVEY_CLOSED = people.OPENING.replace(year=2027, month=6, day=29)
SPONSOR = people.person("sponsor").email


def id_of(name: str) -> str:
    return delegate_id(people.COHORT, people.person(name).email)


def change_survey(name: str, role: Role, **changes: object) -> None:
    people.write(update(impact_surveys.key(id_of(name), role), put=changes, refusal=impact_surveys.SurveyMissing))


def freeze(wave: Wave, clock, seed: int) -> None:
    frozen = frozen_bytes(final_example.frozen(len(NAMES), seed))
    ids = tuple(map(id_of, NAMES))
    people.write(cohort_figures.add(CohortFigures(people.COHORT, wave, ids, frozen, clock.now())))


def answers_of(place: int) -> dict[str, str]:
    """Answers to what these delegates are asked: they had neither a report nor a coach."""
    own = final_example.evidence(place).own or {}
    return {name: text for name, text in own.items() if name not in ("useful", "factor.coaching")}


@pytest.fixture
def started(visitor, clock):
    """Six delegates have a frozen first 360."""
    start(clock)
    return visitor


def start(clock):
    people.load(clock.now(), names=NAMES)
    drain(clock.now())
    freeze(Wave.BASELINE, clock, 1)


@pytest.fixture
def answered(visitor, clock):
    """They have answered the survey; one more answer is sent below."""
    start(clock)
    answer_survey(clock)
    return visitor


def answer_survey(clock) -> None:
    drain(clock.to(SURVEY_OPENS))
    drain(clock.advance(minutes=1))
    for place, name in enumerate(NAMES):
        person = final_example.evidence(place)
        change_survey(name, Role.DELEGATE, sent=True, answers=answers_of(place))
        change_survey(name, Role.MANAGER, sent=True, answers=dict(person.manager or {}))


def editions():
    return [read_final(objects.load(summary.facts)) for summary in summaries.of_cohort(people.COHORT)]


def wait(clock, days: int) -> None:
    for _ in range(days):
        drain(clock.advance(days=1))


def subjects(address: str = SPONSOR) -> list[str]:
    """Return what was sent about documents: not the first email, which says what someone's part is."""
    return [email.subject for email in sent_emails(address) if not email.row.startswith("people/")]


def test_the_first_edition_comes_five_working_days_after_the_last_survey_has_closed(answered, clock):
    change_survey("ann one", Role.DELEGATE, draft={"measure.1.name": "Falls", "measure.1.money": "9000000"})
    drain(clock.to(SURVEY_CLOSED))
    wait(clock, 5)
    assert editions() == []
    wait(clock, 4)
    (first,) = editions()
    assert (first.edition, first.response.delegates_answered) == (1, 6)
    assert len(first.survey.changes) == len(people.programme().competencies)
    assert subjects() == ["What Autumn cohort achieved"]
    assert "9000000" not in repr(first), "a change that was not sent waits, and nothing fails on it"
    assert days_of("sponsor/summary") == ["2027-07-06"]
    (stored,) = summaries.of_cohort(people.COHORT)
    assert {kind: objects.load(stored.file(kind))[:4] for kind in ("board", "slides", "method")} == {
        "board": b"%PDF",
        "slides": b"%PDF",
        "method": b"%PDF",
    }
    assert jobs.failed() == []


def test_a_delegate_who_was_paused_is_waited_for_sixty_days_and_no_longer(answered, clock):
    drain(clock.to(SURVEY_CLOSED))
    wait(clock, 1)
    for role in Role:
        change_survey("fay six", role, state="open", closes_at=clock.now().replace(month=12))
    wait(clock, 50)
    assert editions() == []
    wait(clock, 14)
    (first,) = editions()
    assert (first.response.later, first.response.delegates_answered) == (1, 5)


def change_line(name: str, **changes: object) -> None:
    delegate = delegates.find(id_of(name))
    assert delegate
    people.write(cohorts.change_line(delegate, put=changes))


def test_who_was_transferred_began_here_and_did_not_stay(answered, clock):
    """Interim page and edition say the same, and the answers count in the other cohort only."""
    change_line("fay six", moved_to="spring", withdrawn=True)
    interim = load_interim(cohorts.find(people.COHORT), people.programme())
    assert (interim.began, interim.stayed) == (6, 5)
    ranked = rank_barriers_once_closed(clock)
    wait(clock, 9)
    (first,) = editions()
    assert (first.response.began, first.response.stayed, first.response.delegates_answered) == (6, 5, 5)
    assert first.response.left_out == 0
    assert [line.label for line in first.survey.factors if line.mean.value < 0] == ranked


def rank_barriers_once_closed(clock) -> list[str]:
    drain(clock.to(SURVEY_CLOSED))
    return list(rank_barriers(people.programme(), cohorts.find(people.COHORT)))


def test_answers_that_an_edition_of_another_cohort_holds_are_not_counted_again(answered, clock):
    """Two figures of the same answers could reveal those of the few who are in only one of them."""
    other = replace(cohorts.find(people.COHORT), id="spring", title="Spring cohort")
    people.write(cohorts.save(other, "x", 0), catalogue.add_cohort(other))
    held = Summary("spring", summaries.IMPACT, "c", "facts", "html", clock.now(), counted=(id_of("fay six"),))
    people.write(summaries.add(held))
    change_line("fay six", apart=True)
    drain(clock.to(SURVEY_CLOSED))
    wait(clock, 9)
    (first,) = editions()
    assert (first.response.began, first.response.delegates_answered) == (6, 5)
    assert id_of("fay six") not in summaries.of_cohort(people.COHORT)[0].counted


@pytest.mark.parametrize("first_is_made", [True, False])
def test_a_follow_up_after_the_survey_reaches_the_sponsor(answered, clock, first_is_made):
    drain(clock.to(SURVEY_CLOSED))
    wait(clock, 12 if first_is_made else 1)
    freeze(Wave.FOLLOWUP, clock, 3)
    make_another(clock, "followup")
    if not first_is_made:
        assert editions() == [], "the first edition will hold it"
        wait(clock, 11)
        (only,) = editions()
        assert only.followup
        return
    first, second = editions()
    assert (second.edition, first.followup) == (2, ())
    assert len(second.followup) == len(people.programme().competencies)
    assert second.survey == first.survey
    wait(clock, 2)
    assert subjects()[-1] == "What Autumn cohort achieved: edition 2"


def test_an_edition_that_is_made_on_a_day_off_is_announced_on_the_next_working_morning(answered, clock):
    drain(clock.to(SURVEY_CLOSED))
    wait(clock, 9)
    freeze(Wave.FOLLOWUP, clock, 3)
    clock.to(clock.now().replace(month=7, day=10))  # a Saturday
    make_another(clock, "followup")
    assert len(editions()) == 2
    wait(clock, 4)

    assert days_of("sponsor/edition") == ["2027-07-12"]


@pytest.mark.parametrize("survey_is_open", [False, True], ids=["before the survey", "while it is open"])
def test_an_earlier_follow_up_waits_for_the_first_edition(started, clock, survey_is_open):
    if survey_is_open:
        answer_survey(clock)
    freeze(Wave.FOLLOWUP, clock, 3)
    make_another(clock, "followup")
    assert editions() == []
    if not survey_is_open:
        answer_survey(clock)
    drain(clock.to(SURVEY_CLOSED))
    wait(clock, 12)

    (only,) = editions()
    assert len(only.followup) == len(people.programme().competencies)


def test_a_late_answer_changes_no_later_edition(answered, clock):
    drain(clock.to(SURVEY_CLOSED))
    wait(clock, 12)
    (stored,) = summaries.of_cohort(people.COHORT)
    before = objects.load(stored.facts)
    change_survey("fay six", Role.DELEGATE, answers=answers_of(77))
    people.write(jobs.add(JobKind.EDITION.job(people.COHORT, "again", due_at=clock.now(), cohort=people.COHORT)))
    drain(clock.now())
    assert len(editions()) == 1, "nothing new may be shown"
    assert objects.load(stored.facts) == before


LATE = ("gus seven", "hal eight", "ivy nine", "joe ten", "kim eleven")


@pytest.mark.parametrize("count", [4, 5])
def test_late_answers_have_figures_of_their_own_from_five_on(visitor, clock, count):
    people.load(clock.now(), names=NAMES + LATE[:count])
    drain(clock.now())
    freeze(Wave.BASELINE, clock, 1)
    drain(clock.to(SURVEY_OPENS))
    drain(clock.advance(minutes=1))
    for place, name in enumerate(NAMES):
        change_survey(name, Role.DELEGATE, sent=True, answers=answers_of(place))
    drain(clock.to(SURVEY_CLOSED))
    wait(clock, 12)
    for place, name in enumerate(LATE[:count], start=20):
        change_survey(name, Role.DELEGATE, sent=True, answers=answers_of(place))
    make_another(clock, "late")
    make_another(clock, "again")
    published = editions()
    if count < 5:
        assert len(published) == 1, "a figure of four may not be shown"
        return
    first, second = published
    assert (second.survey, second.value) == (first.survey, first.value)
    assert (second.late.delegates, {line.now.n for line in second.late.survey.changes}) == (5, {5})
    assert second.late.survey.seen.managers is None
    html = objects.load(summaries.of_cohort(people.COHORT)[1].html).decode()
    assert 'id="late"' in html


def review(name: str, clock, *outcomes: Outcome) -> None:
    agreed = tuple(AreaOutcome(f"a{place}", outcome, "Ask first.") for place, outcome in enumerate(outcomes))
    people.write(reviews.add(id_of(name), Review(clock.now().date(), agreed, "", "Cleo Coach", clock.now())))


def make_another(clock, cause: str) -> None:
    people.write(jobs.add(JobKind.EDITION.job(people.COHORT, cause, due_at=clock.now(), cohort=people.COHORT)))
    drain(clock.now())


def test_what_the_reviews_agreed_comes_once_everyone_has_had_the_review_and_stays(answered, clock):
    drain(clock.to(SURVEY_CLOSED))
    wait(clock, 12)
    for name in NAMES[:5]:
        review(name, clock, Outcome.DONE, Outcome.KEPT)
    make_another(clock, "early")
    assert [edition.reviews.parts for edition in editions()] == [()], "the sixth outcome would be the difference"
    review(NAMES[5], clock, Outcome.DONE, Outcome.GIVEN_UP)
    make_another(clock, "all")
    parts = [(part.label, part.count) for part in editions()[-1].reviews.parts]
    assert parts == [("done", 6), ("kept, kept in other words or given up", 6)]
    freeze(Wave.FOLLOWUP, clock, 3)
    make_another(clock, "followup")
    assert editions()[2].reviews == editions()[1].reviews


@pytest.mark.made_up_rows
def test_an_edition_waits_for_a_line_that_cannot_be_read(answered, clock):
    """What an edition shows of reviews stays: it would be without this delegate for good."""
    drain(clock.to(SURVEY_CLOSED))
    wait(clock, 12)
    for name in NAMES[:5]:
        review(name, clock, Outcome.DONE, Outcome.KEPT)
    place = cohorts.line_key(people.COHORT, id_of(NAMES[5]))
    (row,) = [row for row in cohorts.rows(people.COHORT) if row["sk"] == place.sk]
    people.write(update(place, remove=["coach"], refusal=Missing))
    make_another(clock, "damaged")

    assert len(editions()) == 1
    (failed,) = jobs.failed()
    assert place.sk in failed.error

    people.write(put(row), jobs.retry(failed, clock.now()))
    review(NAMES[5], clock, Outcome.DONE, Outcome.GIVEN_UP)
    drain(clock.now())
    assert next((part.label, part.count) for part in editions()[-1].reviews.parts) == ("done", 6)


def test_reviews_are_waited_for_sixty_days(answered, clock):
    drain(clock.to(SURVEY_CLOSED))
    wait(clock, 12)
    for name in NAMES[:5]:
        review(name, clock, Outcome.DONE, Outcome.KEPT)
    drain(clock.advance(days=60))
    make_another(clock, "late")
    assert editions()[-1].reviews.delegates == 5


def test_the_cohort_at_the_start_is_made_once_for_the_sponsor_and_says_so(visitor, clock):
    people.load(clock.now(), names=NAMES)
    drain(clock.advance(days=1))
    freeze(Wave.BASELINE, clock, 1)
    people.write(jobs.add(JobKind.COHORT_START.job(people.COHORT, due_at=clock.now(), cohort=people.COHORT)))
    drain(clock.now())
    drain(clock.advance(days=1))
    made = summaries.list_readable(people.COHORT)[1]
    assert made is not None
    assert objects.load(made.file("pdf"))[:4] == b"%PDF"
    assert summaries.of_cohort(people.COHORT) == []
    assert subjects() == ["The cohort at the start: Autumn cohort"]


def test_a_sponsor_named_the_day_before_reads_of_the_start_in_the_first_email(visitor, clock):
    people.load(clock.now(), names=NAMES)
    freeze(Wave.BASELINE, clock, 1)
    morning = working_days(people.programme().organisation).next_morning(clock.now())
    due_at = morning - BEFORE_EMAILS
    people.write(jobs.add(JobKind.COHORT_START.job(people.COHORT, due_at=due_at, cohort=people.COHORT)))
    drain(clock.to(due_at))
    drain(clock.to(morning))

    (digest,) = sent_emails(people.SPONSOR.email)
    kinds = {item.partition("#")[0] for item in emails.find(digest.row).items}
    assert kinds == {"people/sponsor_new", "sponsor/start"}


def test_a_cohort_of_four_has_no_page_at_the_start(visitor, clock):
    people.load(clock.now(), names=NAMES[:4])
    people.write(jobs.add(JobKind.COHORT_START.job(people.COHORT, due_at=clock.now(), cohort=people.COHORT)))
    drain(clock.now())
    assert summaries.list_readable(people.COHORT)[1] is None
    assert jobs.failed() == []


def test_a_facilitator_opens_the_cohort_at_the_start(visitor, clock):
    people.load(clock.now(), names=NAMES)
    drain(clock.advance(days=1))
    cohort = cohorts.find(people.COHORT)
    mo = cohort.facilitators[0].person
    page = f"{FACILITATOR.url(cohort, mo)}/start"
    visitor.let_in(mo.email, clock.now())
    assert "too-few-reports" in visitor.open(page).messages
    freeze(Wave.BASELINE, clock, 1)
    people.write(jobs.add(JobKind.COHORT_START.job(people.COHORT, due_at=clock.now(), cohort=people.COHORT)))
    drain(clock.now())
    assert "ready" in visitor.open(page).messages
    drain(clock.advance(days=1))
    assert subjects(mo.email) == ["The cohort at the start: Autumn cohort"]
