"""What people took back after a backup stays taken back when the table is restored from it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.admin import address_change, revoke_links, void_answers
from chalicelib.admin.rights import limit_administrator, list_rights
from chalicelib.cli.parser import main
from chalicelib.collect.decline import decline
from chalicelib.core.model import Wave
from chalicelib.links.kinds import HUB
from chalicelib.ownership.restore import finish_restore
from chalicelib.people import leave, pause, raters
from chalicelib.people.change import plan_coach
from chalicelib.people.loaded import find
from chalicelib.people.planned import Asking, perform
from chalicelib.sponsor.stories.acts import withdraw
from chalicelib.store import delegates, invitations, jobs, objects, summaries, withdrawals
from chalicelib.store.areas import SharingState
from chalicelib.store.stories import StoryState
from chalicelib.store.table import scan
from chalicelib.store.withdrawals import What
from infra.local.account import ADMINISTRATOR
from infra.local.memory import backend
from tests.areas.conftest import dana
from tests.areas.test_areas import LEGACY, for_delegate, stored
from tests.areas.test_sharing import page_of_manager, share
from tests.faults import scene
from tests.sponsor.test_editions import answered, started, wait
from tests.sponsor.test_stories import WORDS, approve, check, offered, page, story
from tests.support import people
from tests.support.drain import drain
from tests.support.world import put_back_table, take

__all__ = ["answered", "dana", "offered", "started"]

BY = "ada@example.org"


class Backup:
    """A backup of now, from which the table is restored later."""

    def __init__(self, clock):
        self.world, self.at = take(), clock.now()
        clock.advance(minutes=5)

    def restore(self, clock):
        """Return what finishing the restore did; a dry run before it says the same and does nothing."""
        put_back_table(self.world)
        clock.advance(hours=1)
        before = str(list(scan()))
        restored = finish_restore(self.at, clock.now(), dry_run=True)
        assert str(list(scan())) == before
        done = finish_restore(self.at, clock.now())
        assert (restored.repeated, restored.to_do) == (done.repeated, done.to_do)
        again = finish_restore(self.at, clock.now())
        assert (again.repeated, again.to_do, again.refused) == ((), done.to_do, ())
        return done


# --- stories ----------------------------------------------------------------------------------------------


def published(offered, clock) -> None:
    approve(offered)
    check(offered, clock)
    wait(clock, 8)
    offered.cookies.clear()


@pytest.fixture
def versioned(aws):
    """Keep deleted versions in the bucket, as the stack's does and moto's does not by itself."""
    (bucket,) = backend("s3").buckets.values()
    bucket.versioning_status = "Enabled"
    yield
    bucket.keys.clear()
    bucket.versioning_status = None


def test_a_story_that_was_withdrawn_does_not_come_back(versioned, offered, clock):
    published(offered, clock)
    backup = Backup(clock)
    offered.open(page()).post(page(), {"go": "withdraw"})
    drain(clock.advance(hours=2))
    done = backup.restore(clock)
    drain(clock.advance(hours=2))

    assert len(done.repeated) == 1
    assert (story().state, story().text) == (StoryState.WITHDRAWN, "")
    assert [edition.stories for edition in summaries.of_cohort(people.COHORT)][-1] == ()
    names = objects.list_names(f"sponsor/{people.COHORT}/")
    assert [name for name in names if not name.endswith(".zip") and WORDS.encode() in objects.load(name)] == []
    assert jobs.failed() == []


def test_a_story_is_withdrawn_even_if_no_edition_can_be_made_without_it(offered, clock):
    """The earlier version of the newest edition's facts is gone from the bucket."""
    published(offered, clock)
    backup = Backup(clock)
    offered.open(page()).post(page(), {"go": "withdraw"})
    drain(clock.advance(hours=2))
    put_back_table(backup.world)
    done = finish_restore(backup.at, clock.now())

    assert len(done.refused) == 1
    assert story().state is StoryState.WITHDRAWN


def test_a_story_that_was_declined_is_not_asked_about_again(offered, clock):
    backup = Backup(clock)
    offered.open(page()).post(page(), {"go": "withdraw"})
    backup.restore(clock)

    assert story().state is StoryState.WITHDRAWN


def test_words_that_were_changed_wait_for_the_delegate_to_approve_once_more(offered, clock):
    published(offered, clock)
    backup = Backup(clock)
    approve(offered, naming="anonymous")
    done = backup.restore(clock)

    assert len(done.repeated) == 1
    assert story().state is StoryState.OFFERED
    approve(offered, naming="anonymous")
    assert story().state is StoryState.APPROVED
    assert finish_restore(backup.at, clock.now()).repeated == ()


def test_a_story_that_was_changed_and_then_withdrawn_is_withdrawn(offered, clock):
    published(offered, clock)
    backup = Backup(clock)
    approve(offered, text="Other words.")
    clock.advance(minutes=1)
    offered.open(page()).post(page(), {"go": "withdraw"})
    done = backup.restore(clock)

    assert len(done.repeated) == 1
    assert story().state is StoryState.WITHDRAWN


# --- areas ------------------------------------------------------------------------------------------------


def test_an_area_that_was_no_longer_shared_is_hidden_from_the_manager(dana, clock):
    share(dana, LEGACY, "2")
    backup = Backup(clock)
    share(dana, "2")
    done = backup.restore(clock)

    assert len(done.repeated) == 1
    assert for_delegate().sharing(stored()) is SharingState.WITHDRAWN
    assert for_delegate().sharing(stored("2")) is SharingState.SHARED
    assert "behaviour 1" not in dana.open(page_of_manager()).page


def test_sharing_again_after_the_restore_is_kept(dana, clock):
    share(dana, LEGACY)
    backup = Backup(clock)
    share(dana)
    backup.restore(clock)
    clock.advance(minutes=1)
    share(dana, LEGACY)

    assert finish_restore(backup.at, clock.now()).repeated == ()
    assert for_delegate().sharing(stored()) is SharingState.SHARED


# --- raters and links -------------------------------------------------------------------------------------


@pytest.fixture
def opened(visitor, clock):
    people.opened(clock, chosen=people.raters(6, 0))
    clock.to(people.OPENING + timedelta(days=7))
    return Backup(clock)


def asked(name: str):
    address = people.person(name).email
    return next(
        invitation
        for invitation in invitations.of_delegate(people.dana(), Wave.BASELINE)
        if invitation.rater.email == address
    )


def test_what_a_rater_does_leaves_no_entry(opened, clock):
    """An entry would say who of the raters declined, and when, for months after the close."""
    before = [*objects.list_names("")]
    decline(scene.link_of(asked("p0")), "no_time", clock.now())

    assert [*objects.list_names("")] == before


def test_a_link_that_was_revoked_stays_revoked_and_its_successor_works(opened, clock, visitor):
    stolen = HUB.url(delegates.find(people.dana()))
    address = people.person("dana delegate").email
    for _ in range(2):  # the second one revokes the link that the first one made
        revoke_links.revoke_links(people.COHORT, address, clock.advance(minutes=1), BY)
        drain(clock.now())
    second, works = delegates.find(people.dana()), HUB.url(delegates.find(people.dana()))
    opened.restore(clock)

    assert delegates.find(people.dana()).link_version == second.link_version == 3
    assert visitor.open(stolen).status != 200
    assert visitor.open(works).status == 200


def test_rights_that_were_limited_stay_limited(opened, clock):
    limit_administrator(ADMINISTRATOR, [people.programme().id], clock.now())
    done = opened.restore(clock)

    assert len(done.repeated) == 1
    assert list_rights()[ADMINISTRATOR] == [people.programme().id]


# --- what an administrator decided ------------------------------------------------------------------------


def leaves(clock):
    leave.leave(people.dana(), clock.now(), BY)


def pauses(clock):
    until = (clock.now() + timedelta(days=60)).date()
    perform(pause.plan_pause(found(), until, pause.Reason.LEAVE, Asking(BY, clock.now())), clock.now())


def changes_coach(clock):
    perform(plan_coach(found(), people.person("other coach"), Asking(BY, clock.now())), clock.now())


def replaces_address(clock):
    address_change.change_address(people.COHORT, people.person("p0").email, "new.p0@example.org", clock.now(), BY)


def removes_rater(clock):
    rater = raters.find_rater(found(), people.person("p0").email)
    perform(raters.plan_removal(found(), rater, Asking(BY, clock.now())), clock.now())


def found():
    return find(people.COHORT, people.dana())


ACTS = {
    leaves: "delegate leave",
    pauses: "delegate pause",
    changes_coach: "delegate change",
    replaces_address: "cohort replace",
    removes_rater: "rater remove",
}


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_what_an_administrator_decided_is_listed_until_it_is_done_again(opened, clock, act):
    act(clock)
    drain(clock.now())
    done = opened.restore(clock)

    assert [line for line in done.to_do if f": {ACTS[act]} {people.COHORT}" in line] == list(done.to_do)
    assert len(done.to_do) == 1
    since = f"{opened.at:%Y-%m-%dT%H:%M:%SZ}"
    assert main(["restore", "finish", "--since", since]) == 1
    act(clock)
    drain(clock.now())
    assert finish_restore(opened.at, clock.now()).to_do == ()


def answers(answer_link, clock):
    scene.fill_in(answer_link, "4", clock.now())
    scene.submit(answer_link, clock.now())


def does_nothing(_ticket, _clock):
    pass


@pytest.mark.parametrize("before", [answers, does_nothing], ids=lambda before: before.__name__)
def test_answers_that_were_voided_are_listed_whether_there_were_any_or_not(opened, clock, before):
    """A list of those who had answered alone would say who had."""
    before(scene.link_of(asked("p0")), clock)
    backup = Backup(clock)
    void_answers.void(people.COHORT, people.person("p0").email, clock.now(), BY)
    drain(clock.now())

    (line,) = [line for line in backup.restore(clock).to_do if "cohort void" in line]
    assert line.endswith("p0@example.org --delegate dana.delegate@example.org"), "about others nothing is destroyed"


def test_a_coach_who_came_back_and_was_replaced_again_is_listed(opened, clock):
    for address in ("new coach", "cleo coach", "third coach"):
        coach = people.person(address)
        perform(plan_coach(found(), coach, Asking(BY, clock.advance(minutes=1))), clock.now())
        drain(clock.now())

    assert [line for line in opened.restore(clock).to_do if "third.coach@example.org" in line or "coach" in line]


def test_a_coach_who_came_back_is_not_listed(opened, clock):
    changes_coach(clock)
    drain(clock.advance(minutes=1))
    back = people.person("cleo coach")
    perform(plan_coach(found(), back, Asking(BY, clock.now())), clock.now())
    drain(clock.now())

    assert opened.restore(clock).to_do == ()


# --- the log ----------------------------------------------------------------------------------------------


def test_the_log_holds_no_address_and_is_read_from_a_moment_on(opened, clock):
    for act in (changes_coach, replaces_address, removes_rater, leaves):
        clock.advance(minutes=1)
        if act is not removes_rater:
            act(clock)
    names = withdrawals.list_names(opened.at)

    assert {withdrawals.load(name).what for name in names} == {What.PLACE, What.STANDING}
    assert [name for name in names if b"@" in objects.load(name)] == []
    assert withdrawals.list_names(clock.advance(minutes=1)) == []


def test_an_entry_that_cannot_be_read_is_reported_and_stops_no_other(opened, clock):
    changes_coach(clock)
    unreadable = "withdrawals/2999-01-01T00:00:00Z-00.json"
    objects.save(unreadable, b'{"at": ')
    put_back_table(opened.world)
    done = finish_restore(opened.at, clock.now())

    assert [name for name, _ in done.refused] == [unreadable]
    assert len(done.to_do) == 1


def test_an_act_that_is_refused_leaves_an_entry_and_changes_nothing(offered, clock):
    """The entry goes first, so that no act can be done without one."""
    first, of = story(), None
    withdraw(first, of, clock.now())
    with pytest.raises(Exception, match="StoryChanged"):
        withdraw(first, of, clock.advance(minutes=1))

    assert len(withdrawals.list_names(people.OPENING)) == 2
