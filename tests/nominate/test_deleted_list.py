"""The list of raters is kept for a shorter time than its wave: a link to it then says that choosing is over."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from chalicelib.core.model import Wave
from chalicelib.links.signing import LinkRevoked
from chalicelib.nominate.rater_list import open_choice
from chalicelib.store import delegates
from chalicelib.store.table import delete
from tests.support import people


@pytest.fixture
def choose(visitor, clock):
    people.opened(clock)
    return people.link("dana delegate", "nominate")


def test_a_link_to_a_list_that_was_deleted_says_that_choosing_is_over(visitor, choose):
    people.write(delete(delegates.nomination_key(people.dana(), Wave.BASELINE)))

    assert visitor.open(choose).status == 410
    assert visitor.open(f"{choose}/check").status == 410


def test_a_link_whose_wave_is_gone_is_not_known(visitor, choose):
    people.write(
        delete(delegates.nomination_key(people.dana(), Wave.BASELINE)),
        delete(delegates.wave_key(people.dana(), Wave.BASELINE)),
    )

    assert visitor.open(choose).status == 404


def test_an_older_link_to_a_deleted_list_stays_revoked(choose, clock):
    dana = delegates.find(people.dana())
    newer = replace(dana, link_version=dana.link_version + 1)
    people.write(
        delete(delegates.nomination_key(people.dana(), Wave.BASELINE)), delegates.change(dana, newer, ["link_version"])
    )

    with pytest.raises(LinkRevoked):
        open_choice(choose.rpartition("/")[2], clock.now())
