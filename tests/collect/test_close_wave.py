"""The doors around sealed answers: who may still save or send, and what a close leaves behind."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace as changed

import chalicelib.core.clock
from chalicelib.admin import close_or_extend as administrator
from chalicelib.admin import void_answers
from chalicelib.collect import encryption, pages, questionnaire
from chalicelib.collect.questionnaire import QuestionnaireClosed
from chalicelib.collect.save_page import save_page
from chalicelib.collect.submit_answers import submit
from chalicelib.core.model import InvitationState, Wave, WaveState
from chalicelib.jobs import run
from chalicelib.jobs.kinds import HANDLERS
from chalicelib.links.signing import LinkRevoked, LinkUnknown
from chalicelib.store import cohorts, delegates, emails, invitations, responses, wave_keys
from chalicelib.store.invitations import Boxes, InvitationChanged
from chalicelib.store.table import scan, transact
from chalicelib.waves import lifecycle
from chalicelib.waves.emails import to_raters
from tests.faults import scene
from tests.support import people
from tests.support.calls import watched_by
from tests.support.clock import MONDAY
from tests.support.drain import drain

REMINDERS = {kind.name for kind in (*to_raters.LATER.values(), to_raters.EXTENDED)}
DANA = people.person("dana delegate").email
NOW = scene.at(MONDAY)


@pytest.fixture(autouse=True)
def opened(aws):
    scene.open_wave()
    yield
    chalicelib.core.clock.use(None)


def wave():
    return delegates.find_with_wave(people.dana(), Wave.BASELINE)[1]


def close(now=people.CLOSE) -> bool:
    return run.run_job(lifecycle.close_job(wave()).id, HANDLERS, f"attempt at {now}", now)


def all_but(name: str) -> None:
    for invitation in scene.asked():
        if invitation.rater.email != people.person(name).email:
            submit(scene.link_of(invitation), NOW)


# --- the close --------------------------------------------------------------------------------------------------------


def test_the_id_of_a_response_follows_from_the_waves_key():
    """With the ids of invitations alone, which stay, it can not be made again."""
    keys = [bytes([number]) * 32 for number in range(50)]

    assert len({encryption.response_id(key, "invitation") for key in keys}) == len(keys)
    assert encryption.response_id(keys[0], "one") != encryption.response_id(keys[0], "another")


class Written:
    """Sort keys of the rows that batches write, in their order."""

    def __init__(self) -> None:
        self.order: list[str] = []

    def before(self, service, operation, context):
        if operation == "BatchWriteItem":
            for writes in context["asked"]["RequestItems"].values():
                self.order += [write["PutRequest"]["Item"]["sk"]["S"] for write in writes]

    def after(self, service, operation, context):
        pass


def test_responses_are_written_in_the_order_of_their_random_ids():
    all_but("no one")
    written = Written()
    with watched_by(written):
        close()
    stored = [key for key in written.order if key.startswith("RESPONSE#")]

    assert len(stored) == 6
    assert stored == sorted(stored)


def test_a_close_that_finds_fewer_responses_than_answers_destroys_nothing():
    all_but("no one")
    transact([delegates.end_wave(wave(), WaveState.CLOSING)])
    wave_keys.destroy(people.dana(), Wave.BASELINE)  # for any cause: nothing can be unsealed

    assert close()
    assert (wave().state, wave().without_key) == (WaveState.HELD, True)
    assert all(invitation.sent for invitation in scene.asked())


def test_a_close_leaves_nothing_sealed_of_who_saved_and_did_not_send():
    all_but("dana delegate")
    assert scene.invitation("dana delegate").draft
    assert close()

    assert not any(invitation.draft or invitation.sent for invitation in scene.asked())
    assert len(responses.of_wave(people.dana(), Wave.BASELINE)) == 5
    assert wave_keys.find(people.dana(), Wave.BASELINE) is None


def test_a_close_leaves_no_email_that_reveals_who_was_reminded():
    all_but("p0")
    scene.settle(people.CLOSE - timedelta(hours=1))
    reminded = [row["to"]["email"] for row in scan() if row["sk"] == "MAIL" and row["template"] in REMINDERS]
    assert people.person("p0").email in reminded
    submit(scene.link_of(scene.invitation("p0")), people.CLOSE - timedelta(minutes=1))
    assert close()

    assert [row["id"] for row in scan() if row["sk"] == "MAIL" and row["template"] in REMINDERS] == []


def test_a_close_deletes_reminders_from_before_a_void_and_those_that_ses_refused(clock):
    clock.to(NOW)
    before = people.reminders_of(scene.invitation("p0"))
    void_answers.void(people.COHORT, people.person("p0").email, clock.now(), "ada@example.org")
    drain(clock.now())
    assert {*before} < {*people.reminders_of(scene.invitation("p0"))}
    refused = emails.claim(people.reminders_of(scene.invitation("p1"))[-1], "attempt", people.CLOSE, people.CLOSE)
    transact(emails.refused(refused, "SES rejects it", people.CLOSE))
    assert len(cohorts.list_bounces(people.COHORT)) == 1
    assert close()
    administrator.publish_with_few_answers(people.COHORT, DANA, people.CLOSE)
    drain(people.CLOSE)
    assert wave().state is WaveState.CLOSED

    assert [row["id"] for row in scan() if row["sk"] == "MAIL" and row["template"] in REMINDERS] == []
    assert cohorts.list_bounces(people.COHORT) == []


# --- saving and sending -----------------------------------------------------------------------------------------------


def test_a_link_that_was_replaced_saves_nothing_on_a_warm_function():
    """The function remembers the wave's key, so that it saves without reading the row."""
    invitation = scene.invitation("p0")
    old = scene.link_of(invitation)
    scene.fill_in(old, "3")
    before = scene.invitation("p0")
    transact(invitations.move(before, changed(before, link_version=before.link_version + 1)))

    with pytest.raises(LinkRevoked):
        scene.fill_in(old, "1")
    assert scene.invitation("p0").draft == {}  # nothing that was saved moves along, and nothing is saved since


def test_a_link_that_was_withdrawn_saves_nothing_on_a_warm_function():
    old = scene.link_of(scene.invitation("p0"))
    scene.fill_in(old, "3")
    transact([invitations.revoke(scene.invitation("p0"))])

    with pytest.raises(LinkRevoked):
        scene.fill_in(old, "1")
    assert scene.invitation("p0").draft == {}


def test_a_page_is_not_saved_once_the_answers_are_taken_out():
    """The administrator closes early, and the function remembers the wave's key."""
    all_but("dana delegate")
    answer_link = scene.link_of(scene.invitation("dana delegate"))
    scene.fill_in(answer_link, "3")
    administrator.close_now(people.COHORT, DANA, NOW)
    assert close(NOW)

    with pytest.raises(QuestionnaireClosed):
        scene.fill_in(answer_link, "1", NOW + timedelta(minutes=1))
    assert scene.invitation("dana delegate").draft == {}


@pytest.mark.parametrize(
    ("before", "kept"),
    [
        (timedelta(minutes=60), timedelta(minutes=5)),
        (timedelta(minutes=5), timedelta(minutes=5)),
        (timedelta(minutes=3), timedelta(minutes=3)),
    ],
)
def test_a_function_remembers_a_key_for_five_minutes_and_never_past_the_deadline(before, kept):
    """`before` the deadline a page is opened. After the deadline a page of another wave makes it forget."""
    start, name = people.CLOSE - before, wave_keys.key_id(people.dana(), Wave.BASELINE)
    questionnaire.clear_cache()
    questionnaire.open_questionnaire(scene.link_of(scene.invitation("p0")), start)
    assert name in questionnaire._heads

    other = changed(scene.link_of(scene.invitation("p0")), delegate_id="of-another-wave")
    for later, is_known in ((kept - timedelta(seconds=1), True), (kept, False)):
        with pytest.raises(LinkUnknown):
            questionnaire.load_cached_wave(other, start + later)
        assert (name in questionnaire._heads) is is_known


def test_until_a_rater_sends_their_row_shows_which_pages_they_saved_and_a_copy_which_changed():
    """docs/threat-model.md, “A rater's progress”."""
    copies = []
    for rating in ("3", "5"):
        page = pages.pages(people.programme(), "")[1]
        save_page(scene.link_of(scene.invitation("p0")), page.id, {page.questions[0].id: rating}, NOW)
        copies.append(scene.invitation("p0").draft)

    assert page.id in copies[0]
    assert [name for name in copies[0] if copies[0][name] != copies[1][name]] == [page.id]


def test_what_is_sent_is_what_was_read():
    """The sender has not seen a page that another window saved since."""
    read = scene.invitation("p0")
    scene.fill_in(scene.link_of(read), "2")

    with pytest.raises(InvitationChanged):
        transact([invitations.send(read, Boxes(read.draft, {}, {}))])
    assert scene.invitation("p0").state is InvitationState.INVITED


def test_an_answer_is_refused_if_the_deadline_was_moved_since_it_was_read():
    before = wave()
    transact([delegates.still_open(before)])
    administrator.extend(people.COHORT, DANA, people.DATES.closes + timedelta(days=7), NOW)

    with pytest.raises(delegates.WaveChanged):
        transact([delegates.still_open(before)])
    transact([delegates.still_open(wave())])
