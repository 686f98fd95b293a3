"""raters.csv for people who are there: it asks each person it names once, and no one that only the delegate chose."""

import pytest
from msgspec.structs import replace

from chalicelib.core.model import Approver, Wave
from chalicelib.store import cohorts, delegates, invitations, jobs
from chalicelib.store.delegates import Approval
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.support.drain import drain
from tests.support.emails import sent_emails

FILE = people.raters(2, 0)  # P0 and P1


@pytest.fixture
def choosing(visitor, clock):
    """Put P1 and P9 on Dana's list a day after the opening, and do not send it."""
    people.opened(clock)
    clock.advance(days=1)
    choose = people.link("dana delegate", "nominate")
    visitor.open(choose).post(choose, {"group": "peer", "list": "P1 <p1@example.org>; P9 <p9@example.org>"})
    return visitor


def load(clock, chosen, **more):
    people.load(clock.now(), chosen=chosen, **more)
    drain(clock.now())


def on_list():
    return delegates.find_nomination(people.dana(), Wave.BASELINE)


def names(raters):
    return [rater.person.name for rater in raters]


def invited():
    return sorted(invitation.rater.name for invitation in invitations.of_delegate(people.dana(), Wave.BASELINE))


def test_who_is_only_on_the_delegates_list_is_not_sent_by_a_file(choosing, clock):
    load(clock, FILE)

    assert invited() == ["Dana Delegate", "Mara Manager", "P0", "P1"]
    assert names(on_list().unsent) == ["P9"]
    assert sent_emails("p9@example.org") == []


def test_the_delegate_sends_the_rest_herself(choosing, clock):
    load(clock, FILE)
    choose = people.link("dana delegate", "nominate")
    choosing.open(f"{choose}/check").post(f"{choose}/send", {"fewer": "yes"})
    people.invited(clock)

    assert invited() == ["Dana Delegate", "Mara Manager", "P0", "P1", "P9"]
    assert [len(sent_emails(f"{name}@example.org")) for name in ("p0", "p1", "p9")] == [1, 1, 1]


def test_the_same_file_again_asks_no_one_twice(choosing, clock):
    load(clock, FILE)
    before = on_list()
    people.invited(clock)
    load(clock, FILE, names=("dana delegate", "dora delegate"))
    for _ in range(4):  # Dora joins late: her questionnaire opens on the next working morning
        drain(clock.advance(days=1))

    assert on_list() == before
    assert [len(sent_emails(f"{name}@example.org")) for name in ("p0", "p1")] == [2, 2]  # about Dana, and about Dora


@pytest.mark.parametrize("guess", ["p9@example.org", "p7@example.org"])
@pytest.mark.parametrize("group", ["peer", "direct_report"])
def test_a_preview_shows_no_rater_that_the_delegate_has_only_chosen(choosing, clock, guess, group):
    page = f"{BASE_URL}/admin/cohort/{people.COHORT}/people"
    rows = f"delegate_email,group,name,email\n{people.person('dana delegate').email},{group},Pat,{guess}\n"
    choosing.let_in_administrator(clock.now()).open(page)
    choosing.send_files(page, {}, {"raters": ("raters.csv", rows.encode())})

    assert "1 new rater of 1 delegate" in choosing.page
    assert "differing-raters" not in choosing.messages


def test_a_file_before_the_opening_adds_to_an_earlier_one(clock, aws):
    load(clock, people.raters(1, 0))
    load(clock, FILE)
    drain(clock.to(people.OPENING))
    drain(clock.advance(minutes=1))

    assert invited() == ["Dana Delegate", "Mara Manager", "P0", "P1"]
    assert on_list().unsent == ()


def test_a_list_that_waits_for_approval_stays_there(visitor, clock):
    people.opened(clock, rules=(rules := replace(people.programme(), id="looked", raters_approved_by=Approver.COACH)))
    choose = people.link("dana delegate", "nominate")
    visitor.open(choose).post(choose, {"group": "peer", "list": "P9 <p9@example.org>"})
    visitor.open(f"{choose}/check").post(f"{choose}/send", {"fewer": "yes"})
    load(clock, FILE, rules=rules)

    assert on_list().approval is Approval.ASKED
    assert names(on_list().unsent) == ["P9"]
    assert "P9" not in invited()


def test_who_is_not_in_a_later_file_stays_and_so_does_their_group(clock, aws):
    load(clock, FILE)
    moved = replace(FILE[0], group="other")
    load(clock, (moved,))

    assert [(rater.person.name, rater.group) for rater in on_list().raters] == [
        ("Mara Manager", "manager"),
        ("P0", "peer"),
        ("P1", "peer"),
    ]


@pytest.mark.parametrize("held", [True, False])
def test_once_the_questionnaire_has_closed_no_one_is_put_on_the_list(clock, visitor, held):
    """They could not be asked any more, and a list that says they were would be wrong."""
    people.opened(clock, chosen=people.raters(4, 0))
    if not held:
        for name in ("p0", "p1", "p2", "p3", "mara manager"):
            url = people.link(name, "answer")
            people.send(people.answer_all(visitor, url), url)
    drain(clock.to(people.CLOSE))
    load(clock, people.raters(6, 0))

    assert names(on_list().raters) == ["Mara Manager", "P0", "P1", "P2", "P3"]
    assert cohorts.list_lines(people.COHORT)[0].feedback == ("held" if held else "report_ready")
    assert jobs.failed() == []
