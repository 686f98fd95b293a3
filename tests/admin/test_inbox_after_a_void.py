"""After a void, an inbox link from before it does not lead to the new form: it may be in the wrong hands."""

import pytest
from msgspec.structs import replace

from chalicelib.admin import address_change, resend_link, revoke_links, void_answers
from chalicelib.core.ids import delegate_id
from chalicelib.core.model import Wave
from chalicelib.links.kinds import ANSWER, INBOX
from chalicelib.programme.load_cohort import load_cohort
from chalicelib.store import cohorts, invitations
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_emails

BY = "ada@example.org"
P0 = people.person("p0").email
DANA, DORA = "dana delegate", "dora delegate"
NEW = "new.address@example.org"


@pytest.fixture
def opened(visitor, clock):
    """One rater is asked about two delegates and has begun on both."""
    people.opened(clock, names=(DANA, DORA), chosen=people.raters(4, 0))
    for name in (DANA, DORA):
        page = next(link for link in visitor.open(form_of(name)).links("/page/"))
        item = people.programme().competencies[0].items[0].id
        visitor.open(page).post(page, {item: "4", "go": "later"})
    return visitor


def asked(name, address=P0):
    delegate = delegate_id(people.COHORT, people.person(name).email)
    return next(
        invitation
        for invitation in invitations.of_delegate(delegate, Wave.BASELINE)
        if invitation.rater.email == address
    )


def form_of(name):
    return ANSWER.url(asked(name))


def void(clock, name=""):
    about = people.person(name).email if name else ""
    void_answers.void(people.COHORT, P0, clock.now(), BY, delegate=about)
    drain(clock.now())


def forms(visitor, inbox):
    """Return the delegates whose forms a link leads to."""
    visitor.open(inbox)
    links = visitor.links("/answer/") if visitor.status == 200 else []
    return {name for name in (DANA, DORA) if any(asked(name).id in link for link in links)}


def inbox_of(name):
    return INBOX.url(asked(name))


def test_a_link_from_before_leads_to_the_other_forms_only(opened, clock):
    about_dana, about_dora = inbox_of(DANA), inbox_of(DORA)
    assert forms(opened, about_dora) == {DANA, DORA}
    void(clock, DANA)

    assert forms(opened, about_dana) == set()
    assert opened.status == 410
    assert forms(opened, about_dora) == {DORA}
    assert 'data-state="elsewhere"' in opened.page
    assert "1 of" in opened.page  # what was begun about Dora


def test_the_new_link_leads_to_all_forms_and_the_new_one_is_empty(opened, clock):
    void(clock, DANA)
    (inbox,) = [link for link in sent_emails(P0)[-1].links if "/inbox/" in link]

    assert forms(opened, inbox) == {DANA, DORA}
    assert asked(DANA).draft == {}
    assert asked(DORA).draft != {}


def test_a_void_of_all_gives_links_that_lead_to_each_other(opened, clock):
    before = [inbox_of(DANA), inbox_of(DORA)]
    void(clock)

    assert [forms(opened, link) for link in before] == [set(), set()]
    assert [forms(opened, inbox_of(name)) for name in (DANA, DORA)] == [{DANA, DORA}, {DANA, DORA}]


def test_a_lost_link_that_is_sent_again_leads_to_every_form(opened, clock):
    void(clock, DANA)
    clock.advance(days=1)
    void(clock, DORA)
    assert forms(opened, inbox_of(DANA)) == {DANA}
    count = len(sent_emails(P0))
    resend_link.resend_link(people.COHORT, P0, clock.now(), BY)
    drain(clock.now())

    links = [link for email in sent_emails(P0)[count:] for link in email.links if "/inbox/" in link]
    assert len(links) == 2
    assert set.union(*(forms(opened, link) for link in links)) == {DANA, DORA}


@pytest.mark.parametrize("act", ["revoke", "move"])
def test_links_that_are_all_new_lead_to_each_other_again(opened, clock, act):
    void(clock, DANA)
    old = inbox_of(DORA)
    if act == "revoke":
        revoke_links.revoke_links(people.COHORT, P0, clock.now(), BY)
    else:
        address_change.change_address(people.COHORT, P0, NEW, clock.now(), BY)
    drain(clock.now())
    address = P0 if act == "revoke" else NEW

    assert forms_at(opened, old, address) == set()
    for name in (DANA, DORA):
        assert forms_at(opened, INBOX.url(asked(name, address)), address) == {DANA, DORA}


def forms_at(visitor, inbox, address):
    visitor.open(inbox)
    links = visitor.links("/answer/") if visitor.status == 200 else []
    return {name for name in (DANA, DORA) if any(asked(name, address).id in link for link in links)}


def revoke(clock):
    revoke_links.revoke_links(people.COHORT, P0, clock.now(), BY)
    drain(clock.now())


def move_and_back(clock):
    for old, new in ((P0, NEW), (NEW, P0)):
        address_change.change_address(people.COHORT, old, new, clock.advance(days=1), BY)
        drain(clock.now())


@pytest.mark.parametrize("act", [revoke, move_and_back])
def test_a_link_that_another_cohort_emailed_does_not_lead_on_again_after_a_second_act(opened, clock, act):
    """What was closed against the wrong person stays closed after the next act."""
    second = replace(cohorts.find(people.COHORT), id="second", title="Second cohort")
    entry = people.entry("dina delegate")
    load_cohort(second, people.programme(), (entry,), {entry.person.email: people.raters(4, 0)}, clock.now())
    drain(clock.now())
    drain(clock.advance(days=3))
    every = invitations.of_delegate(delegate_id("second", entry.person.email), Wave.BASELINE)
    of_second = next(invitation for invitation in every if invitation.rater.email == P0)
    void(clock)
    assert forms(opened, INBOX.url(of_second)) == set()
    act(clock)

    assert opened.open(INBOX.url(of_second)).status == 200
    assert forms(opened, INBOX.url(of_second)) == set()
    assert [forms(opened, inbox_of(name)) for name in (DANA, DORA)] == [{DANA, DORA}, {DANA, DORA}]
