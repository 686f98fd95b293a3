"""Each condition of a write on an email's row, alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.store import emails
from chalicelib.store.emails import EmailSettled, EmailState
from chalicelib.store.table import transact, update
from tests.emails.samples import make_email
from tests.support.clock import MONDAY

LATER = MONDAY + timedelta(minutes=6)

pytestmark = pytest.mark.usefixtures("aws")


def set_columns(of: emails.Email, **columns: object) -> None:
    transact([update(emails.key(of.id), put=columns, refusal=EmailSettled)])


def test_a_cancelled_email_is_not_claimed():
    queued = make_email()
    transact(emails.add(queued))
    transact([emails.cancel(queued.id)])

    assert emails.claim(queued.id, "one", MONDAY, LATER) is None


@pytest.mark.parametrize("columns", [{"message_id": "from SES"}, {"cancelled": True}, {"state": EmailState.SENT}])
def test_an_email_that_ses_took_or_that_was_cancelled_is_not_sent_again_by_hand(columns):
    given_up = make_email()
    transact(emails.add(given_up))
    set_columns(given_up, **{"state": EmailState.REFUSED, "message_id": "", **columns})

    with pytest.raises(EmailSettled):
        transact(emails.retry(given_up, MONDAY)[:1])


def test_two_acts_change_different_words_of_an_email_that_waits():
    """A delegate and a rater are renamed at once: each act read the email before the other changed it."""
    read = make_email(name="P0", delegate="Dana")
    transact(emails.add(read))

    transact(emails.reword(read, {"name": "Pat Peer", "delegate": "Dana"}))
    transact(emails.reword(read, {"name": "P0", "delegate": "Dana Doe"}))

    assert emails.find(read.id).words == {**read.words, "name": "Pat Peer", "delegate": "Dana Doe"}


def test_a_word_that_another_act_changed_is_not_overwritten():
    read = make_email(who_sees="Dana and the coach")
    transact(emails.add(read))
    transact(emails.reword(read, {"who_sees": "Dana, the coach and Peers"}))

    with pytest.raises(EmailSettled):
        transact(emails.reword(read, {"who_sees": "Dana Doe and the coach"}))


def test_another_last_day_keeps_the_words_of_another_act():
    read = make_email(name="P0", closes="Friday")
    transact(emails.add(read))
    transact(emails.reword(read, {"name": "Pat Peer"}))

    transact([emails.change_last_day(read, "Monday", LATER)])

    assert emails.find(read.id).words == {**read.words, "name": "Pat Peer", "closes": "Monday"}
