"""Once answers may have been taken out, the close must not show whether there were any.

The attacker is an administrator who looks at the counts of the morning, takes one rater out, closes the questionnaire
and sees whether a decision is asked for. A world says how many others have answered, and whether that rater had.
Worlds that looked alike on the morning must look alike after the close.
"""

import re
from collections import defaultdict

import pytest
from msgspec.structs import replace

from chalicelib.admin import address_change, close_or_extend, void_answers
from chalicelib.collect import close_wave
from chalicelib.collect.submit_answers import submit
from chalicelib.core.clock import use
from chalicelib.core.model import AnswerCount, Wave, WaveState
from chalicelib.ownership import erase_person
from chalicelib.results.answer_counts import has_enough_counted
from chalicelib.store import cohorts, delegates, jobs
from chalicelib.store.delegates import WaveChanged
from infra.local.memory import backend
from tests.faults import scene
from tests.support import people
from tests.support.clock import Clock
from tests.support.cloud import BASE_URL
from tests.support.drain import drain
from tests.support.emails import sent_emails

BY = "ada@example.org"
DANA = people.person("dana delegate").email
P0 = people.person("p0").email
NEW = "p0.new@example.org"
PEERS = 8  # counted in steps of three, up to six
RULES = replace(people.programme(), id="four", minimum_responses=4)

TAKE_OUT = {
    "void": lambda now: void_answers.void(people.COHORT, P0, now, BY),
    "correct": lambda now: address_change.change_address(people.COHORT, P0, NEW, now, BY),
    "erase": lambda now: erase_person.erase(P0, now),
}


@pytest.fixture
def everyone_has_saved(visitor, clock):
    """Build a scene in which every peer has filled in their questionnaire and has not sent it."""

    def build():
        people.opened(clock, chosen=people.raters(PEERS, 0), rules=RULES)
        for n in range(PEERS):
            scene.fill_in(scene.link_of(scene.invitation(f"p{n}")), "3", clock.now())

    return scene.Scene(build)


def seen(visitor, clock):
    """Return the console's pages about the delegate, and what the administrator is emailed."""
    visitor.cookies.clear()
    visitor.let_in_administrator(clock.now())
    base = f"{BASE_URL}/admin/cohort/{people.COHORT}"
    pages = [visitor.open(f"{base}{path}").page for path in ("", f"/delegate/{people.dana()}", "/progress")]
    emails = [str(email.message["Subject"]) for email in sent_emails() if email.row.startswith("report/too_few")]
    return tuple(re.sub(r'value="[^"]{20,}"', "", page) for page in pages), tuple(emails)


def answer_from_another_mailbox(clock):
    """Answer at the administrator's own address, to which the rater's was corrected, if there is a form."""
    for invitation in scene.asked():
        if invitation.rater.email == NEW and not invitation.sealed:
            scene.fill_in(scene.link_of(invitation), "3", clock.now())
            submit(scene.link_of(invitation), clock.now())


def play(visitor, clock, others, had_answered, take_out):
    """Return what is seen on the morning, and after the close."""
    for n in [*range(1, others + 1), *([0] if had_answered else [])]:
        submit(scene.link_of(scene.invitation(f"p{n}")), clock.now())
    drain(clock.to(people.OPENING.replace(day=16)))
    before = seen(visitor, clock)
    take_out(clock.advance(minutes=1))
    drain(clock.now())
    answer_from_another_mailbox(clock)
    close_or_extend.close_now(people.COHORT, DANA, clock.advance(minutes=1), BY)
    drain(clock.now())
    drain(clock.advance(minutes=5))
    return before, seen(visitor, clock)


@pytest.mark.parametrize("take_out", TAKE_OUT.values(), ids=TAKE_OUT)
def test_the_decision_follows_from_what_was_seen_before(everyone_has_saved, visitor, clock, take_out):
    start, by_morning = clock.now(), defaultdict(list)
    for others in range(RULES.threshold - 2, PEERS - 1):
        for had_answered in (False, True):
            backend("ses").sent_messages.clear()
            everyone_has_saved.lay_out()
            of_world = Clock(start)
            use(of_world.now)
            before, after = play(visitor, of_world, others, had_answered, take_out)
            by_morning[before].append((had_answered, after))

    assert len(by_morning) > 1, "the counts of the morning are the same in every world: nothing was tried"
    for worlds in by_morning.values():
        assert {had_answered for had_answered, _ in worlds} == {False, True}
        assert len({after for _, after in worlds}) == 1


def test_counts_that_are_shown_may_be_enough_without_the_hidden_group(visitor, clock):
    people.opened(clock, chosen=people.raters(8, 8), rules=RULES)
    for name in ("d0", "d1", "d2", "d3", "d4", "d5"):
        answer_link = scene.link_of(scene.invitation(name))
        scene.fill_in(answer_link, "3", clock.now())
        submit(answer_link, clock.now())
    drain(clock.advance(days=1))
    void_answers.void(people.COHORT, P0, clock.now(), BY)
    drain(clock.now())
    close_or_extend.close_now(people.COHORT, DANA, clock.now(), BY)
    drain(clock.now())

    assert delegates.find_with_wave(people.dana(), Wave.BASELINE)[1].state is WaveState.CLOSED
    assert jobs.failed() == []


@pytest.mark.parametrize(
    ("parts", "enough"),
    [
        pytest.param([AnswerCount(("peer",), 8, 4), AnswerCount(("manager",), 1, 1, named=True)], True, id="five"),
        pytest.param([AnswerCount(("peer",), 8, 4), AnswerCount(("self",), 1, 1, named=True)], False, id="self"),
        pytest.param([AnswerCount(("manager",), 5, 5, named=True)], False, id="named-alone"),
        pytest.param([], False, id="nothing-counted"),
    ],
)
def test_what_is_counted_is_enough_for_a_report_only_if_the_answers_are(parts, enough):
    assert has_enough_counted(people.programme(), parts) is enough


def test_the_console_and_the_email_say_why_a_decision_is_asked_for(visitor, clock):
    people.opened(clock, chosen=people.raters(8, 0))
    void_answers.void(people.COHORT, P0, clock.now(), BY)
    drain(clock.now())
    drain(clock.to(people.CLOSE))
    drain(clock.advance(days=2, hours=10))
    (page, *_), (subject,) = seen(visitor, clock)

    assert 'data-message="not-all-counted"' in page
    assert 'data-task="decide"' in page
    assert "too few answers counted" in " ".join(subject.split())
    (email,) = [email for email in sent_emails() if email.row.startswith("report/too_few")]
    said = " ".join(email.part("plain").split())
    assert "Then there may be more answers than are counted." in said
    assert cohorts.find(people.COHORT).title in said


def test_a_close_that_began_before_a_void_begins_again(visitor, clock, monkeypatch):
    """The void is stored after the close has read the wave, and before it has read the answers."""
    people.opened(clock, chosen=people.raters(8, 0))
    kept = close_wave.invitations.of_delegate
    late = [lambda wave: people.write(delegates.hide_counts(wave, ["peer"]))]

    def reads_late(delegate_id, wave):
        while late:
            late.pop()(delegates.find_with_wave(delegate_id, wave)[1])
        return kept(delegate_id, wave)

    monkeypatch.setattr(close_wave.invitations, "of_delegate", reads_late)
    clock.to(people.CLOSE)
    job = jobs.find(f"close#{people.dana()}#baseline#0")
    with pytest.raises(WaveChanged):
        people.write(*close_wave.close_wave(job, clock.now()))
    assert cohorts.list_lines(people.COHORT)[0].feedback == "collecting"
