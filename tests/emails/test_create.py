"""An email to be is complete, or is not made."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.emails import ses_tags
from chalicelib.emails.create import create_email
from chalicelib.emails.kinds import find_kind
from chalicelib.store import emails
from chalicelib.store.emails import EmailState
from tests.emails.samples import SAM, make_email
from tests.support.clock import MONDAY


def test_the_id_says_what_caused_the_email():
    assert make_email("collect/reminder", "k3jx9qmw", "7").id == "collect/reminder#k3jx9qmw#7"


def test_what_is_missing_is_named():
    words = {"programme": "", "organisation": "", "brand": "", "from_name": "", "name": ""}
    with pytest.raises(KeyError, match=r"debrief/released needs coach, links\.hub"):
        create_email(find_kind("debrief/released"), "x", to=SAM, due_at=MONDAY, words=words, links={}, about={})


def test_an_id_no_tag_can_hold_is_refused():
    with pytest.raises(ValueError, match="too long"):
        make_email("collect/invitation", "x" * 200)


@given(st.text(max_size=40))
def test_a_tag_gives_the_id_back_in_letters_that_ses_allows(email_id):
    value = ses_tags.tag(email_id.encode(errors="ignore").decode())

    assert value.replace("-", "").replace("_", "").isalnum() or value == ""
    assert ses_tags.read_tag(value) == email_id.encode(errors="ignore").decode()


@pytest.mark.usefixtures("aws")
def test_an_email_comes_back_from_its_row_as_it_was():
    from chalicelib.store.table import transact

    transact(emails.add(make_email()))

    assert emails.find(make_email().id) == make_email()
    assert make_email().state is EmailState.QUEUED
