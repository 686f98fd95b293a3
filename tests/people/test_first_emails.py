"""A sponsor and a facilitator get their first email on the working morning after a file names them."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from chalicelib.core.model import Cohort, Facilitator
from chalicelib.programme.load_cohort import load_cohort
from chalicelib.store import cohorts, emails
from tests.people import scene
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_emails, sent_rows

NEW = ("people/sponsor_new", "people/facilitator_new")
NORA = people.person("nora new")


def first_emails() -> list[tuple[str, str, str]]:
    first = [(emails.find(row).to.email, row.partition("#")[0], f"{at:%Y-%m-%d %H:%M}") for row, at in sent_rows()]
    return [email for email in first if email[1] in NEW]


@pytest.fixture
def loaded(aws, clock):
    people.load(clock.now())
    for _ in range(4 * 24):
        drain(clock.advance(hours=1))


def load_again(clock, **changes) -> None:  # type: ignore[no-untyped-def]
    rules = people.programme()
    cohort = Cohort(people.COHORT, "Autumn cohort", rules.id, rules.version, people.DATES, people.SPONSOR)
    load_cohort(replace(cohort, **changes), rules, (people.entry("dana delegate"),), {}, clock.now())
    for _ in range(4 * 24):
        drain(clock.advance(hours=1))


def test_the_first_load_names_sponsor_and_facilitator(loaded):
    mo, sam = people.FACILITATOR.person.email, people.SPONSOR.email

    assert sorted(sent[:2] for sent in first_emails()) == [(mo, NEW[1]), (sam, NEW[0])]
    assert {sent for *_, sent in first_emails()} == {"2026-09-08 08:00"}
    (email,) = [email for email in sent_emails(sam) if email.row.startswith(NEW[0])]
    assert "after one working day" not in email.part("plain"), "no hold: the first sponsor takes no one's place"
    assert any("/sponsor/" in url for url in email.links)


def test_the_same_files_again_send_nothing_more(loaded, clock):
    before = first_emails()
    people.load(clock.now())
    drain(clock.advance(days=3))

    assert first_emails() == before


def test_a_later_file_names_the_first_facilitator_and_another_sponsor(aws, clock):
    load_again(clock)
    assert [sent[:2] for sent in first_emails()] == [(people.SPONSOR.email, NEW[0])]
    load_again(clock, facilitators=(Facilitator("nora", NORA),), sponsor=NORA)

    assert sorted(sent[:2] for sent in first_emails()[1:]) == [(NORA.email, NEW[1]), (NORA.email, NEW[0])]
    (email,) = sent_emails(NORA.email)  # both in one email
    assert "after one working day" in " ".join(email.part("plain").split())
    assert cohorts.find(people.COHORT).sponsor == NORA


def test_who_is_replaced_before_their_first_email_gets_none(aws, clock):
    """The morning after would bring them a link that opens nothing."""
    people.load(clock.now())
    drain(clock.now())
    cohort = cohorts.find(people.COHORT)
    load_again(clock, sponsor=NORA, facilitators=(Facilitator("nora", NORA),))

    assert sent_emails(people.SPONSOR.email) == []
    assert sent_emails(cohort.facilitators[0].person.email) == []
    assert sorted(email[:2] for email in first_emails()) == [(NORA.email, NEW[1]), (NORA.email, NEW[0])]


def test_only_the_last_of_several_changes_in_an_evening_is_announced(visitor, clock):
    scene.open_cohort(clock)
    count = len(sent_emails())
    clock.advance(hours=11)
    for number, name in enumerate(("xena", "yan")):
        for part in ("coach", "manager"):
            scene.change(
                clock, part, **{f"{part}_name": f"{name} {part}", f"{part}_email": f"{part}{number}@example.org"}
            )
    for _ in range(24):
        drain(clock.advance(hours=1))

    kinds = [kind for address, kind in scene.emails_since(count) if address == scene.DANA]
    assert kinds == ["people/coach_changed", "people/manager_changed"]
    assert [sent_emails(f"{part}0@example.org") for part in ("coach", "manager")] == [[], []]
    assert [len(sent_emails(f"{part}1@example.org")) for part in ("coach", "manager")] == [1, 1]
