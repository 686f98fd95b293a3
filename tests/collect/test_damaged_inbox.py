"""A damaged row of one questionnaire leaves the others on a rater's list of requests."""

from __future__ import annotations

import pytest

from chalicelib.core.ids import delegate_id
from chalicelib.core.model import Invitation, Wave
from chalicelib.links.kinds import ANSWER, INBOX
from chalicelib.store import delegates, invitations
from tests.faults.test_broken_rows import damage
from tests.people import scene
from tests.support import people
from tests.support.drain import drain

DANA, DORA = "dana delegate", "dora delegate"


@pytest.fixture
def opened(visitor, clock):
    people.opened(clock, names=(DANA, DORA), chosen=people.raters(4, 0))
    return visitor


def asked_about(name: str) -> Invitation:
    about = delegate_id(people.COHORT, people.person(name).email)
    address = people.person("p0").email
    return next(
        invitation for invitation in invitations.of_delegate(about, Wave.BASELINE) if invitation.rater.email == address
    )


def row_of(kind: str, name: str):
    invitation = asked_about(name)
    if kind == "invitation":
        return invitations.key(invitation.delegate_id, invitation.wave, invitation.id)
    return delegates.wave_key(invitation.delegate_id, invitation.wave)


@pytest.mark.parametrize("kind", ["invitation", "wave"])
def test_the_other_questionnaires_are_listed_and_the_page_says_what_is_missing(opened, kind):
    link, other = INBOX.url(asked_about(DANA)), ANSWER.url(asked_about(DANA))
    damage(row_of(kind, DORA))

    assert opened.open(link).status == 200
    assert opened.links("/answer/") == [other]
    assert "unreadable" in opened.messages


def test_a_link_whose_own_invitation_is_damaged_opens_nothing(opened):
    """It may have been revoked: no row says that any more."""
    link = INBOX.url(asked_about(DORA))
    damage(row_of("invitation", DORA))

    assert (opened.open(link).status, "link-revoked" in opened.messages) == (410, True)


def test_the_list_names_a_delegate_as_they_are_called_today(opened, clock):
    link = INBOX.url(asked_about(DANA))
    scene.change(clock, "details", "She married", name="Dana Newly", job_title="Lead", service="Wards")
    drain(clock.now())

    page = opened.open(link).page
    assert "Dana Newly" in page
    assert "Dana Delegate" not in page
