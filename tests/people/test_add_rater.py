"""An administrator adds one rater for a delegate, by the rules of a list in a file."""

from __future__ import annotations

import html
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from chalicelib.cli import parser
from chalicelib.core.formatting import day_and_time
from chalicelib.core.model import Approver, Wave
from chalicelib.nominate.seen_list import SEEN, write_seen
from chalicelib.people.acts import find_act
from chalicelib.people.approve import load_waiting
from chalicelib.people.planned import ActRefused, Planned, perform
from chalicelib.store import audit_events, delegates, invitations
from tests.people import scene
from tests.people.scene import DANA
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.support.drain import drain
from tests.support.emails import sent_emails

PIA = {"name": "Pia Peer", "email": "Pia@Example.org ", "group": "Peers"}
MANAGER = people.person("mara manager").email


def page() -> str:
    return f"{BASE_URL}/admin/cohort/{people.COHORT}/person/{people.dana()}/rater-add"


def asked() -> dict[str, str]:
    return {each.rater.email: each.group for each in invitations.of_delegate(people.dana(), Wave.BASELINE)}


def listed() -> delegates.Nomination:
    return delegates.find_nomination(people.dana(), Wave.BASELINE)


def test_the_page_shows_who_is_asked_and_asks_them_once(visitor, clock):
    people.opened(clock, chosen=people.raters(4, 0))
    admin = visitor.let_in_administrator(clock.now()).open(page())
    before = len(sent_emails())
    admin.post(page(), PIA | {"group": "peer", "why": "They moved to the team"})
    assert admin.shows == "people/preview"
    assert "pia@example.org" in html.unescape(admin.page)
    assert "pia@example.org" not in asked()
    confirm = admin.page
    for _ in range(2):
        admin.page = confirm
        admin.post(page(), {"confirmed": "yes"})
        assert "rater-add" in admin.messages
    people.invited(clock)

    assert asked()["pia@example.org"] == "peer"
    assert {email.to[0] for email in sent_emails()[before:]} == {"pia@example.org"}
    (line,) = [row["act"] for row in audit_events.of_cohort(people.COHORT) if row["act"].startswith("added a rater")]
    assert line == "added a rater to the group Peers (They moved to the team)"


def test_a_second_line_manager_is_not_offered(visitor, clock):
    """The line manager of a list that is not sent is counted nowhere."""
    people.opened(clock)
    admin = visitor.let_in_administrator(clock.now()).open(page())
    assert '<option value="peer">' in admin.page
    assert '<option value="manager">' not in admin.page
    with pytest.raises(ActRefused):
        scene.plan(clock, "rater-add", **PIA | {"group": "manager"})


def test_a_rater_is_added_before_the_opening_and_asked_then(aws, clock):
    people.load(clock.now(), chosen=people.raters(4, 0))
    drain(clock.now())
    scene.change(clock, "rater-add", **PIA)
    assert not asked()
    drain(clock.to(people.OPENING))
    people.invited(clock)
    assert asked()["pia@example.org"] == "peer"


def test_the_first_rater_brings_the_line_manager_and_ends_the_reminders_to_choose(aws, clock):
    people.opened(clock)
    planned = scene.change(clock, "rater-add", **PIA)
    people.invited(clock)

    assert {email.email for email in planned.emails} == {"pia@example.org", MANAGER} <= asked().keys()
    before = len(sent_emails(DANA))
    drain(clock.to(people.CLOSE - timedelta(hours=1)))
    assert not [email for email in sent_emails(DANA)[before:] if email.row.startswith("nominate/")]


def test_a_list_that_waits_for_approval_keeps_waiting_and_is_not_revealed(visitor, clock):
    people.opened(clock, rules=replace(people.programme(), id="approving", raters_approved_by=Approver.COACH))
    choose = people.link("dana delegate", "nominate")
    visitor.open(choose).post(choose, {"group": "peer", "list": "Pia Peer <pia@example.org>; P1 <p1@example.org>"})
    visitor.open(f"{choose}/check").post(f"{choose}/send", {"fewer": "yes"})
    there = scene.plan(clock, "rater-add", **PIA)
    other = scene.plan(clock, "rater-add", **PIA | {"email": "new@example.org"})
    assert there.effects == other.effects
    scene.change(clock, "rater-add", **PIA)
    people.invited(clock)

    assert "pia@example.org" in asked()
    assert "p1@example.org" not in asked()
    assert [rater.person.email for rater in listed().unsent] == ["p1@example.org"]


def test_a_list_of_which_no_one_is_left_waits_for_no_approval(visitor, clock):
    people.opened(clock, rules=replace(people.programme(), id="approving", raters_approved_by=Approver.COACH))
    choose = people.link("dana delegate", "nominate")
    visitor.open(choose).post(choose, {"group": "peer", "list": "Pia Peer <pia@example.org>"})
    visitor.open(f"{choose}/check").post(f"{choose}/send", {"fewer": "yes"})
    drain(clock.now())
    scene.change(clock, "rater-add", **PIA)
    people.invited(clock)

    visitor.open(people.link("cleo coach", "approve"))
    assert "approved-in-place" in visitor.messages
    visitor.open(choose)
    assert "with-approver" not in visitor.messages
    drain(clock.advance(days=8))
    assert not [email for email in sent_emails() if email.row.startswith("nominate/approve_reminder#")]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"email": "pia.example.org"}, "email"),
        ({"email": DANA}, "email"),
        ({"email": "p0@example.org"}, "email"),
        ({"name": ""}, "name"),
        ({"group": "friends"}, "group"),
        ({"group": "self"}, "group"),
        ({"group": "manager"}, "group"),
    ],
)
def test_what_a_list_refuses_is_refused_at_its_field(aws, clock, typed, field):
    people.opened(clock, chosen=people.raters(4, 0))
    with pytest.raises(ActRefused) as refused:
        scene.plan(clock, "rater-add", **PIA | typed)
    assert [fault.field for fault in refused.value.faults] == [field]


def test_the_group_that_was_typed_counts_although_the_delegate_chose_another(visitor, clock):
    people.opened(clock)
    choose = people.link("dana delegate", "nominate")
    visitor.open(choose).post(choose, {"group": "other", "list": "P. P. <pia@example.org>; P1 <p1@example.org>"})
    scene.change(clock, "rater-add", **PIA)
    people.invited(clock)

    assert asked()["pia@example.org"] == "peer"
    assert [rater.person.name for rater in listed().raters if rater.person.email == "pia@example.org"] == ["Pia Peer"]
    assert find_act("rater-add").was_done(scene.found(), PIA)


def test_an_address_that_was_replaced_is_not_asked_again(aws, clock):
    people.opened(clock, chosen=people.raters(4, 0))
    scene.change(clock, "rater-correct", rater="p0@example.org", name="", email="p0.new@example.org")
    with pytest.raises(ActRefused) as refused:
        scene.plan(clock, "rater-add", **PIA | {"email": "p0@example.org"})
    assert [fault.field for fault in refused.value.faults] == ["email"]


def test_no_one_is_added_after_the_close(aws, clock):
    people.opened(clock, chosen=people.raters(4, 0))
    drain(clock.to(people.CLOSE + timedelta(minutes=5)))
    with pytest.raises(ActRefused):
        scene.plan(clock, "rater-add", **PIA)


def test_the_command_does_the_same(aws, clock):
    people.opened(clock, chosen=people.raters(4, 0))
    command = ["rater", "add", people.COHORT, DANA, "pia@example.org", "Pia Peer", "peer"]
    assert parser.main([*command, "--dry-run"]) == 0
    people.invited(clock)
    assert "pia@example.org" not in asked()
    assert parser.main(command) == 0
    people.invited(clock)
    assert asked()["pia@example.org"] == "peer"


# --- what may be a slip ---------------------------------------------------------------------------------------


def asks(clock, **typed) -> str:
    return "\n".join(scene.plan(clock, "rater-add", **typed).questions)


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ({"name": "Pia Peer", "email": "p0+360@example.org"}, "p0@example.org"),  # someone on the list
        ({"name": "Dana Delegate", "email": "dana@elsewhere.example"}, DANA),
        ({"name": "Pia Peer", "email": "pia.peer@gmail.com"}, "gmail.com"),
        ({"name": "Pia Peer", "email": "pia.peer@exmaple.org"}, "pia.peer@example.org"),  # mistyped
        ({"name": "Cleo Coach", "email": "cleo.coach@example.org"}, "Dana Delegate"),
    ],
)
def test_what_the_approver_of_a_list_is_asked_about_the_administrator_is_asked(visitor, clock, typed, named):
    people.opened(clock, chosen=people.raters(6, 0))

    assert named in asks(clock, group="peer", **typed)
    admin = visitor.let_in_administrator(clock.now()).open(page())
    admin.post(page(), {"group": "peer", **typed})
    assert admin.shows == "people/preview"
    assert html.unescape(admin.page).count(asks(clock, group="peer", **typed).splitlines()[0]) == 1


def test_the_administrator_is_asked_about_a_group_that_is_then_just_large_enough(aws, clock):
    people.opened(clock, chosen=people.raters(2, 0))

    assert "Peers" in asks(clock, **PIA)
    scene.change(clock, "rater-add", **PIA)
    assert asks(clock, name="Pam Peer", email="pam@example.org", group="peer") == ""


def test_no_question_shows_who_is_on_a_list_that_is_not_sent(visitor, clock):
    people.opened(clock)
    choose = people.link("dana delegate", "nominate")
    visitor.open(choose).post(choose, {"group": "peer", "list": "Pia Peer <pia.peer@example.org>"})

    assert asks(clock, name="Pia Peer", email="pia@other.example.org", group="peer") == ""


def test_the_command_asks_the_same(aws, clock, capsys):
    people.opened(clock, chosen=people.raters(6, 0))
    parser.main(["rater", "add", people.COHORT, DANA, "p0+360@example.org", "Pia Peer", "peer", "--dry-run"])

    assert "p0@example.org" in capsys.readouterr().out


# --- when they are asked ----------------------------------------------------------------------------------------


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("now", "emailed_at"),
    [
        ("2026-09-14T08:20:00Z", "2026-09-14T09:00:00Z"),
        ("2026-09-18T18:30:00Z", "2026-09-21T08:00:00Z"),  # a Friday evening
        ("2026-10-02T22:30:00Z", "2026-10-02T22:30:00Z"),  # the questionnaire closes before the next hour
    ],
)
def test_the_preview_says_when_the_first_email_goes_out(visitor, clock, now, emailed_at):
    """So does that of an approval in place."""
    people.send_list_to_coach(visitor, clock)
    drain(clock.to(moment(now)))
    when = "at once" if now == emailed_at else day_and_time(moment(emailed_at), "Europe/London")
    added, approved = scene.plan(clock, "rater-add", **PIA), approve_now(clock)
    for planned in (added, approved):
        assert all(when in email.what for email in planned.emails if email.role == "rater")

    perform(approved, clock.now())
    drain(clock.now())
    drain(clock.to(moment(emailed_at)))
    assert [email.sent_at for email in sent_emails("p0@example.org")] == [moment(emailed_at)]


def approve_now(clock) -> Planned:
    waiting = load_waiting(scene.found(), clock.now())
    return scene.plan(clock, "rater-approve", **{SEEN: write_seen(waiting.unsent)})
