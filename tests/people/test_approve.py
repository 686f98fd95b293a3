"""An administrator approves a list of raters in the place of its approver, who is away."""

from __future__ import annotations

import html
import re

import pytest

from chalicelib.cli import parser
from chalicelib.core.model import ERASED_NAME, Wave
from chalicelib.store import audit_events, delegates, invitations
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.support.drain import drain
from tests.support.emails import sent_emails

CONSOLE = f"{BASE_URL}/admin/cohort/{people.COHORT}"


@pytest.fixture
def waiting(visitor, clock):
    """Return an administrator who is signed in while a list of one peer waits for the coach."""
    people.send_list_to_coach(visitor, clock)
    return visitor.let_in_administrator(clock.now())


def page() -> str:
    return f"{CONSOLE}/person/{people.dana()}/rater-approve"


def asked() -> set[str]:
    return {
        asked.rater.email for asked in invitations.of_delegate(people.dana(), Wave.BASELINE) if asked.group == "peer"
    }


def judged(page: str) -> list[str]:
    """Return what a page shows of the list: people, warnings and what it is likely to give."""
    parts = re.findall(
        r'<ul class="card list people">.*?</ul>|<ul class="plainly">.*?</ul>|data-doubt="\w+"', page, re.DOTALL
    )
    assert parts
    return parts


def test_the_page_shows_what_the_approver_sees(waiting, clock):
    waiting.open(f"{CONSOLE}/delegate/{people.dana()}")
    assert page() in waiting.links("/rater-approve")
    parts = judged(waiting.open(page()).page)

    assert judged(waiting.open(people.link("cleo coach", "approve")).page) == parts
    assert "p0@example.org" in "".join(parts)


def test_the_list_is_approved_once_and_everyone_concerned_is_notified(waiting, clock):
    before = len(sent_emails())
    waiting.open(page()).post(page(), {"why": "On leave until Monday"})
    assert (waiting.shows, asked()) == ("people/preview", set())
    preview = html.unescape(waiting.page)
    assert all(
        person in preview for person in ("Dana Delegate", "Cleo Coach", "p0@example.org", "On leave until Monday")
    )
    confirm = waiting.page
    for _ in range(2):
        waiting.page = confirm
        waiting.post(page(), {"confirmed": "yes"})
        assert "rater-approve" in waiting.messages
    people.invited(clock)

    assert asked() == {"p0@example.org"}
    sent = {(email.to[0], email.row.partition("#")[0]) for email in sent_emails()[before:]}
    assert {
        (people.person("dana delegate").email, "nominate/approved"),
        (people.person("cleo coach").email, "nominate/approved_in_place"),
        ("p0@example.org", "collect/invitation"),
    } <= sent
    (line,) = [row for row in audit_events.of_cohort(people.COHORT) if "in place of" in row["act"]]
    assert "On leave until Monday" in line["act"]
    assert line["people"]["approver"]["name"] == "Cleo Coach"


def test_the_approvers_link_says_that_it_is_done(waiting, clock):
    link = people.link("cleo coach", "approve")
    opened = waiting.open(link).page
    waiting.open(page()).post(page()).post(page(), {"confirmed": "yes"})

    assert "approved-in-place" in waiting.open(link).messages
    waiting.page = opened
    waiting.post(link, {"decision": "change", "remark": "Add one."})
    assert "approved-in-place" in waiting.messages
    waiting.page = opened
    waiting.post(link, {"decision": "approve"})
    assert "approved-in-place" in waiting.messages


def test_a_list_whose_approver_was_erased_is_approved_and_names_their_part(waiting, clock):
    parser.main(["person", "erase", people.person("cleo coach").email, "--wait", "0"])
    form = waiting.open(page()).page
    preview = waiting.post(page()).page
    waiting.post(page(), {"confirmed": "yes"})
    people.invited(clock)

    assert asked() == {"p0@example.org"}
    (email,) = [email for email in sent_emails() if email.row.startswith("nominate/approved#")]
    assert not [text for text in (form, preview, str(email.message)) if ERASED_NAME in text]


def test_a_list_that_was_not_shown_is_not_approved(waiting, clock):
    waiting.open(page())
    form = waiting.page
    choose = people.link("dana delegate", "nominate")
    waiting.open(choose).post(choose, {"back": "yes"})
    waiting.open(choose).post(choose, {"group": "peer", "list": "P1 <p1@example.org>"})
    waiting.open(f"{choose}/check").post(f"{choose}/send", {"fewer": "yes"})
    waiting.page = form
    waiting.post(page(), {"confirmed": "yes"})

    assert (waiting.status, asked()) == (400, set())
    assert re.findall(r'data-change="(\w+)"', waiting.page) == ["new"]


@pytest.mark.parametrize("what", ["taken back", "closed"])
def test_nothing_is_offered_while_no_list_waits(waiting, clock, what):
    if what == "closed":
        drain(clock.to(people.CLOSE))
        waiting.let_in_administrator(clock.now())
    else:
        choose = people.link("dana delegate", "nominate")
        waiting.open(choose).post(choose, {"back": "yes"})
    waiting.open(f"{CONSOLE}/person/{people.dana()}")
    assert not waiting.links("/rater-approve")
    waiting.open(page())
    assert not re.findall("p0@example", waiting.page)
    assert delegates.find_nomination(people.dana(), Wave.BASELINE).sent_raters == 0
