"""A delegate who left is taken out of every row, unless figures were published with their report."""

import pytest

from chalicelib.core.model import Wave, WaveState
from chalicelib.emails.common_words import common_words
from chalicelib.emails.kinds import DIGEST
from chalicelib.ownership import erase_person
from chalicelib.ownership.erase_person import EraseRefused
from chalicelib.people import leave
from chalicelib.store import audit_events, cohorts, delegates, emails, jobs
from chalicelib.store.emails import Email, EmailState
from chalicelib.store.table import scan, transact
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.support.drain import drain

BY = "ada@example.org"
DANA = people.person("dana delegate").email


def dana_leaves(clock):
    leave.leave(people.dana(), clock.now(), BY)
    drain(clock.now())


def everything():
    return str([row for row in scan() if not row["pk"].startswith("SESSION#")])


@pytest.fixture
def opened(visitor, clock):
    people.opened(clock, chosen=people.raters(4, 0), names=("dana delegate", "dora delegate"))
    return visitor


def test_a_delegate_who_takes_part_is_not_erased(opened, clock):
    before = everything()
    with pytest.raises(EraseRefused, match="Withdraw the delegate first"):
        erase_person.erase(DANA, clock.now())

    assert everything() == before


def test_a_delegate_is_not_erased_while_a_questionnaire_about_them_is_being_closed(opened, clock):
    dana_leaves(clock)
    wave = delegates.find_with_wave(people.dana(), Wave.BASELINE)[1]
    people.write(delegates.end_wave(wave, WaveState.CLOSING))
    before = everything()
    with pytest.raises(EraseRefused, match="is being closed"):
        erase_person.erase(DANA, clock.now())

    assert everything() == before


def test_a_delegate_who_left_before_the_close_is_in_no_row_any_more(opened, clock):
    dana_leaves(clock)
    erase_person.erase(DANA, clock.now())
    text = everything()

    assert DANA not in text
    assert "Dana" not in text
    assert [line.name for line in cohorts.list_lines(people.COHORT) if not line.withdrawn] == ["Dora Delegate"]
    assert any(row["act"].startswith("erased a person") for row in audit_events.of_cohort(people.COHORT))


def test_the_others_go_on_as_before(opened, clock):
    dana_leaves(clock)
    erase_person.erase(DANA, clock.now())
    opened.open(people.link("p0", "inbox"))

    assert "Dora Delegate" in opened.page
    (url,) = opened.links("/answer/")
    assert opened.open(url).status == 200
    drain(clock.to(people.CLOSE))
    assert jobs.failed() == []


def test_an_erasure_that_was_interrupted_is_finished_by_a_repeat(opened, clock, monkeypatch):
    dana_leaves(clock)
    calls = iter(range(5))
    kept = erase_person.transact

    def breaks_off(writes):
        if next(calls, None) is None:
            raise KeyboardInterrupt
        kept(writes)

    monkeypatch.setattr(erase_person, "transact", breaks_off)
    with pytest.raises(KeyboardInterrupt):
        erase_person.erase(DANA, clock.now())
    monkeypatch.undo()
    erase_person.erase(DANA, clock.now())

    assert "Dana" not in everything()
    assert DANA not in everything()


def test_the_page_of_a_withdrawn_delegate_says_what_erasing_takes(opened, clock):
    dana_leaves(clock)
    opened.let_in_administrator(clock.now()).open(f"{BASE_URL}/admin/cohort/{people.COHORT}/delegate/{people.dana()}")

    assert "erasing" in opened.messages
    assert opened.links("/withdraw") == []


@pytest.mark.parametrize("state", [EmailState.SENT, EmailState.SENDING])
def test_a_digest_of_an_earlier_version_keeps_no_name(opened, clock, state):
    dana_leaves(clock)
    words = common_words(people.programme()) | {"from_name": "Dana Delegate via Leading Together"}
    items = (f"collect/invitation#{people.dana()}#x",)
    sent = Email("emails/digest#x", DIGEST, people.person("p0"), clock.now(), words, items=items, state=state)
    transact(emails.add(sent))
    assert "Dana" in str(emails.find(sent.id))
    erase_person.erase(DANA, clock.now())

    assert "Dana" not in everything()
    assert emails.find(sent.id).state is state
