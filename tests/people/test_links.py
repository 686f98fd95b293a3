"""An administrator copies links that need a code, and never a link that opens by itself."""

from chalicelib.links.kinds import KINDS
from tests.support import people
from tests.support.cloud import BASE_URL

LINKS = f"{BASE_URL}/admin/cohort/{people.COHORT}/links"


def test_only_links_that_need_a_code_are_shown(visitor, clock):
    people.opened(clock, chosen=people.raters(4, 2))
    admin = visitor.let_in_administrator(clock.now())
    admin.open(LINKS)

    assert people.coach_url() in admin.page
    for kind in KINDS.values():
        is_linked = f"{BASE_URL}/{kind.verb}/" in admin.page
        assert not is_linked or kind.needs_code or not kind.is_signed, kind.verb


def test_a_copied_link_asks_for_a_code(visitor, clock):
    people.opened(clock, chosen=people.raters(4, 2))
    admin = visitor.let_in_administrator(clock.now())
    admin.open(LINKS)
    stranger = type(visitor)(visitor.client)

    assert "/sign-in/" in stranger.open(people.coach_url()).page
