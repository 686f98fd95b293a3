"""Links as mail programs and gateways leave them: broken, filled with invisible signs, encoded again, of one case."""

from __future__ import annotations

import pytest

from chalicelib.links.kinds import KINDS
from chalicelib.links.signing import make, open_link
from tests.support import people

FULL_STOP = "%252E"


def half(token: str) -> tuple[str, str]:
    return token[: len(token) // 2], token[len(token) // 2 :]


DAMAGE = {
    "a blank": lambda token: "%20".join(half(token)),
    "a line break": lambda token: "%0A".join(half(token)),
    "a soft break of quoted-printable": lambda token: "=%0A".join(half(token)),
    "a quoted line": lambda token: "%0A%3E%20".join(half(token)),
    "a line quoted twice": lambda token: "%0D%0A%3E%20%3E%20".join(half(token)),
    "a blank as a form writes it": lambda token: "+".join(half(token)),
    "a zero-width space": lambda token: "%E2%80%8B".join(half(token)),
    "a soft hyphen": lambda token: "%C2%AD".join(half(token)),
    "a line break behind": lambda token: f"{token}%0D%0A",
    "a no-break space behind": lambda token: f"{token}%C2%A0",
    "full stops encoded twice": lambda token: token.replace(".", FULL_STOP),
    "lower case": str.lower,
    "upper case": str.upper,
}
PAGES = {
    "answer": "p0",
    "decline": "p0",
    "inbox": "p0",
    "hub": "dana delegate",
    "nominate": "dana delegate",
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_link_opens_a_page_whose_own_links_are_whole(visitor, clock, damage):
    people.opened(clock, chosen=people.raters(1, 0))
    for verb, name in PAGES.items():
        whole = people.link(name, verb)
        before, token = whole.rsplit("/", 1)

        assert visitor.open(f"{before}/{damage(token)}").status == 200, verb
        assert all(f"/{verb}/{token}" in url for url in visitor.links(f"/{verb}/{token[:10]}"))
        assert damage(token) == token or damage(token) not in visitor.page


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
@pytest.mark.parametrize("kind", [kind for kind in KINDS.values() if kind.is_signed], ids=lambda kind: kind.verb)
def test_a_damaged_token_of_every_kind_of_link_is_read(aws, kind, damage):
    """Each part is of the longest kind there is: an id, a wave in one letter, a version."""
    parts = ("k3jx9qmw7s", "b", "k3jx9qmw", "12")[: kind.size]
    token = make(kind.verb, *parts).rsplit("/", 1)[1]

    assert open_link(kind.verb, damage(token), kind.size).parts == parts


@pytest.mark.parametrize("damage", [str.upper, "%E2%80%8B".join], ids=["upper case", "invisible signs"])
def test_a_questionnaire_is_filled_in_from_a_damaged_link(visitor, clock, damage):
    people.opened(clock, chosen=people.raters(1, 0))
    before, token = people.link("p0", "answer").rsplit("/", 1)
    visitor.open(f"{before}/{damage(token)}")
    page = visitor.links("/page/")[0]
    item = people.programme().competencies[0].items[0].id
    visitor.open(page).post(page, {item: "4", "go": "later"})

    assert (visitor.status, "saved" in visitor.messages) == (200, True)


def test_a_link_that_is_not_ours_is_unknown(visitor, clock):
    people.opened(clock, chosen=people.raters(1, 0))
    before, token = people.link("p0", "answer").rsplit("/", 1)
    for wrong in (token[:-2], f"x{token}", token.replace(".1.", ".2."), "nonsense", "%20"):
        assert visitor.open(f"{before}/{wrong}").status == 404


def test_links_of_a_domain_of_ones_own_are_shorter_than_100_characters(visitor, clock):
    people.opened(clock, chosen=people.raters(1, 0))
    for verb, name in PAGES.items():
        assert len(people.link(name, verb)) < 100, verb
