"""A delegate with a report is erased with it: rows, documents and the words of emails. The cohort's figures stay."""

import json

import pytest

from chalicelib.core.ids import reader_key
from chalicelib.core.model import Wave
from chalicelib.ownership import erase_person
from chalicelib.ownership.erase_person import EraseRefused
from chalicelib.people import leave
from chalicelib.people.hold import plan_hold
from chalicelib.people.loaded import find
from chalicelib.people.planned import Asking, perform
from chalicelib.store import (
    audit_events,
    cohort_figures,
    cohorts,
    delegates,
    erasure_log,
    jobs,
    objects,
    plans,
    stories,
)
from chalicelib.store.cohorts import FeedbackState, set_feedback
from chalicelib.store.stories import Naming, Story, StoryState
from chalicelib.store.table import Missing, scan, update
from tests.retention.test_retention import FIVE, close_questionnaires
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_emails
from tests.support.world import put_back, take

BY = "ada@example.org"
DANA = people.person("dana delegate").email
WORDS = "From 18 to 11 days for a first visit."


@pytest.fixture(scope="module")
def closed():
    return {}


@pytest.fixture
def left(aws, clock, closed):
    """Five delegates with reports and figures of the cohort; Dana has left after that."""
    if not closed:
        close_questionnaires(clock, FIVE)
        leave.leave(people.dana(), clock.now(), BY)
        drain(clock.now())
        drain(clock.advance(days=4))
        closed.update(world=take(), now=clock.now())
    put_back(closed["world"])
    clock.to(closed["now"])
    return clock


def rows_text():
    return str([row for row in scan() if row["pk"] != f"AUDIT#{people.COHORT}"])


def documents_of(delegate_id):
    return list(objects.list_names(f"reports/{delegate_id}/"))


def test_the_report_goes_with_its_documents_and_answers_and_the_figures_stay(left):
    dana, figures = people.dana(), cohort_figures.find(people.COHORT, Wave.BASELINE)
    others = [line.delegate_id for line in cohorts.list_lines(people.COHORT) if line.delegate_id != dana]
    kept = {document: objects.load(document) for other in others for document in documents_of(other)}
    assert figures
    assert documents_of(dana)
    erase_person.erase(DANA, left.now())

    assert [word for word in ("Dana Delegate", "Dana", DANA) if word in str(list(scan()))] == []
    assert documents_of(dana) == []
    held = [row["sk"].partition("#")[0] for row in scan() if row["pk"] == f"DELEGATE#{dana}"]
    assert {"RESPONSE", "REPORT", "COHORT"} & {*held} == set()
    assert {document: objects.load(document) for other in others for document in documents_of(other)} == kept
    assert cohort_figures.find(people.COHORT, Wave.BASELINE) == figures
    drain(left.advance(days=40))
    assert jobs.failed() == []


def test_a_document_that_no_row_names_goes_too(left):
    """Each new plan on paper leaves the one before in the bucket."""
    plans.save_document(people.dana(), Wave.BASELINE, "0" * 64, b"%PDF-1.7 of before")
    erase_person.erase(DANA, left.now())

    assert documents_of(people.dana()) == []


def test_emails_keep_their_state_and_no_words(left):
    before = {row["id"]: row["state"] for row in scan() if row["sk"] == "MAIL"}
    erase_person.erase(DANA, left.now())
    after = {row["id"]: row for row in scan() if row["sk"] == "MAIL"}

    assert {email_id: row["state"] for email_id, row in after.items()} == before
    about = [row for row in after.values() if row["about"].get("delegate") == people.dana()]
    assert about
    assert [row["words"] for row in about if row["state"] == "sent" and row["words"]] == []


def test_the_log_of_erasures_holds_ids_and_no_address(left):
    erase_person.erase(DANA, left.now())
    (name,) = objects.list_names("erasures/")
    text = objects.load(name).decode()

    assert json.loads(text)["delegates"] == [people.dana()]
    assert json.loads(text)["person"] == reader_key(DANA)
    assert "@" not in text
    assert "Dana" not in text
    (entry,) = map(erasure_log.load, erasure_log.list_names())
    assert (entry.at, entry.delegates) == (left.now(), (people.dana(),))


def refuse(left, match):
    before = sorted(map(str, scan()))
    with pytest.raises(EraseRefused, match=match):
        erase_person.erase(DANA, left.now())
    assert sorted(map(str, scan())) == before
    assert list(objects.list_names("erasures/")) == []


def test_while_the_data_is_on_hold_nothing_is_erased(left):
    perform(plan_hold(find(people.COHORT, people.dana()), Asking(BY, left.now(), "A complaint")), left.now())

    refuse(left, "on hold")


def test_while_reports_of_the_cohort_are_made_nothing_is_erased(left):
    """The others' reports need the answers about everyone in the figures."""
    ann = next(line for line in cohorts.list_lines(people.COHORT) if line.delegate_id != people.dana())
    delegate = delegates.find(ann.delegate_id)
    people.write(cohorts.change_line(delegate, put=set_feedback(FeedbackState.SCORING), wave=Wave.BASELINE))

    refuse(left, "are being made")


@pytest.mark.made_up_rows
def test_while_a_line_that_cannot_be_read_may_be_of_such_a_report_nothing_is_erased(left):
    ann = next(line for line in cohorts.list_lines(people.COHORT) if line.delegate_id != people.dana())
    place = cohorts.line_key(people.COHORT, ann.delegate_id)
    people.write(update(place, put={"feedback": "scoring"}, remove=["coach"], refusal=Missing))

    refuse(left, "are being made")


def test_a_published_story_is_taken_back_and_the_sponsor_is_asked_to_use_it_no_more(left):
    story = Story(people.dana(), people.COHORT, WORDS, True, 1, left.now(), StoryState.PUBLISHED, Naming.NAMED)
    people.write(stories.add(story))
    erase_person.erase(DANA, left.now())
    drain(left.advance(days=1))

    assert WORDS not in rows_text()
    assert any(row["pk"].startswith("JOB#edition#") for row in scan())
    assert any(email.row.startswith("sponsor/withdrawn#") for email in sent_emails(people.SPONSOR.email))


def test_what_is_written_about_them_meanwhile_goes_too(left, monkeypatch):
    """A coach saves notes while the operator's command runs: they hold the delegate's id and no address."""
    from chalicelib.admin import owned_rows
    from chalicelib.store.table import put

    note = {"pk": f"DELEGATE#{people.dana()}", "sk": "NOTES#coach1", "text": WORDS}
    kept, once = erase_person.objects.remove_all, [lambda: people.write(put(note))]

    def saves_meanwhile(folder):
        while once:
            once.pop()()
        return kept(folder)

    monkeypatch.setattr(erase_person.objects, "remove_all", saves_meanwhile)
    erase_person.erase(DANA, left.now())

    assert once == []
    assert WORDS not in rows_text()
    assert list(owned_rows.going_with([people.dana()])) == []


def test_an_interrupted_erasure_is_in_the_log_and_a_repeat_finishes_it(left, monkeypatch):
    calls, kept = iter(range(12)), erase_person.transact

    def breaks_off(writes):
        if next(calls, None) is None:
            raise KeyboardInterrupt
        kept(writes)

    monkeypatch.setattr(erase_person, "transact", breaks_off)
    with pytest.raises(KeyboardInterrupt):
        erase_person.erase(DANA, left.now())
    monkeypatch.undo()
    assert len(list(objects.list_names("erasures/"))) == 1
    erase_person.erase(DANA, left.advance(hours=1))

    assert "Dana" not in str(list(scan()))
    assert documents_of(people.dana()) == []
    assert any(row["act"].startswith("erased a person") for row in audit_events.of_cohort(people.COHORT))
