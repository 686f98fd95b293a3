"""What arrives after the close is kept nowhere, not even sealed."""

from datetime import timedelta

import pytest

import chalicelib.core.clock
from chalicelib.collect import pages
from chalicelib.collect.questionnaire import QuestionnaireClosed, load_cached_wave
from chalicelib.collect.save_page import save_page
from chalicelib.core.model import Wave
from chalicelib.store import delegates, invitations
from chalicelib.store.invitations import PageRefused
from chalicelib.store.table import update_one
from chalicelib.waves import lifecycle
from tests.faults import scene
from tests.support import people
from tests.support.clock import MONDAY, Clock


@pytest.fixture
def closed_with_a_page_open(aws):
    """No one has saved anything; the function of p0's browser still remembers the wave's key."""
    clock = Clock()
    chalicelib.core.clock.use(clock.now)
    people.opened(clock, chosen=people.raters(4, 0))
    answer_link = scene.link_of(scene.invitation("p0"))
    load_cached_wave(answer_link, people.CLOSE - timedelta(minutes=1))
    _, wave = delegates.find_with_wave(people.dana(), Wave.BASELINE)
    people.write(delegates.change_wave(people.dana(), Wave.BASELINE, {"closes_at": scene.at(MONDAY)}, []))
    job = lifecycle.publish_job(wave, scene.at(MONDAY))
    from chalicelib.store import jobs

    people.write(jobs.add(job))
    scene.run_job(job.id, scene.at(MONDAY))
    yield answer_link
    chalicelib.core.clock.use(None)


def test_a_page_by_who_had_saved_nothing_is_refused_and_leaves_nothing(closed_with_a_page_open):
    answer_link = closed_with_a_page_open
    page = pages.pages(people.programme(), "")[0]

    with pytest.raises(QuestionnaireClosed):
        save_page(answer_link, page.id, {page.questions[0].id: "4"}, scene.at(MONDAY) + timedelta(minutes=2))

    invitation = scene.invitation("p0")
    assert (invitation.draft, invitation.saved_at, invitation.sent) == ({}, {}, None)


def test_the_row_of_everyone_who_was_asked_is_frozen(closed_with_a_page_open):
    for invitation in scene.asked():
        with pytest.raises(PageRefused):
            update_one(
                invitations.save_page(invitations.key_of(invitation), 1, "p", b"box", 1, seen=[0], if_unsent=False)
            )
