"""Raters are removed, regrouped and corrected, and no one learns whether they had answered."""

from __future__ import annotations

import json
import re

import pytest

from chalicelib.cli import parser
from chalicelib.core.model import InvitationState, Wave, WaveState
from chalicelib.people.planned import ActRefused
from chalicelib.store import delegates, invitations, jobs, responses
from tests.people import scene
from tests.people.scene import DANA
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.support.drain import drain
from tests.support.emails import sent_emails

P0 = people.person("p0").email
AT = f"{BASE_URL}/admin/cohort/{people.COHORT}"
DID = ("nothing", "saved", "sent", "declined")


def do(visitor, clock, what: str) -> None:
    """Play what one rater does on the day before the change; of the others, five send their answers.

    Six answers are counted in another step than five.
    """
    for name in ("p1", "p2", "p3", "p4", "p5"):
        url = people.link(name, "answer")
        people.send(people.answer_all(visitor, url), url)
    url = people.link("p0", "answer")
    if what == "declined":
        decline = people.link("p0", "decline")
        visitor.open(decline).post(decline, {"reason": "no_time"})
    elif what != "nothing":
        people.answer_all(visitor, url)
        if what == "sent":
            people.send(visitor, url)
    drain(clock.now())
    drain(clock.advance(days=1))


def seen_by_others(visitor, clock, capsys) -> dict[str, str]:
    """Return what the administrator and the delegate see, without what differs at every look."""
    visitor.let_in_administrator(clock.now())
    person = f"{AT}/delegate/{people.dana()}"
    pages = {url: visitor.open(url).page for url in (AT, person, f"{AT}/trail", f"{AT}/person/{people.dana()}")}
    pages["hub"] = visitor.open(people.link("dana delegate", "hub")).page
    pages["list"] = visitor.open(people.link("dana delegate", "nominate")).page
    parser.main(["cohort", "status", people.COHORT, "--json"])
    pages["status"] = capsys.readouterr().out
    return {name: re.sub(r'value="[^"]{20,}"|nonce-\S+|once" value="\S+"', "", page) for name, page in pages.items()}


def emailed() -> list[tuple[str, str]]:
    return [(email.to[0], email.row.split("#")[0]) for email in sent_emails()]


@pytest.mark.parametrize(
    ("act", "typed"),
    [
        ("rater-remove", {}),
        ("rater-group", {"group": "direct_report"}),
        ("rater-correct", {"name": "", "email": "p0.new@example.org"}),
    ],
)
def test_no_page_email_or_command_reveals_what_the_rater_had_done(visitor, clock, aws, capsys, act, typed):
    """I4, on the day of the change and on the mornings after it."""

    consequences = {}
    for what in DID if act != "rater-correct" else DID[:3]:  # who declined is not asked again at another address
        again = scene.start_again(visitor)
        do(visitor, again, what)
        planned = scene.change(again, act, rater=P0, **typed)
        days = []
        for _ in range(3):
            days.append(seen_by_others(visitor, again, capsys))
            drain(again.advance(days=1))
        to_others = [(to, kind) for to, kind in emailed() if to not in (P0, "p0.new@example.org")]
        consequences[what] = (
            days,
            planned.lines,
            to_others,
            [email for email in emailed() if email[1].startswith("people/")],
        )

    first, *others = consequences.values()
    for other in others:
        assert other == first


def test_a_removal_destroys_what_was_saved_and_sent_and_the_close_counts_the_others(visitor, clock):
    """Edge 46."""
    scene.open_cohort(clock, chosen=people.raters(6, 0))
    clock.advance(hours=2)
    for name in ("p0", "p1", "p2", "p3", "p4", "p5"):
        url = people.link(name, "answer")
        people.send(people.answer_all(visitor, url), url)
    asked = scene.line().groups["peer"].invited
    scene.change(clock, "rater-remove", rater=P0)
    row = scene.invitation("p0")

    assert (row.state, row.sent, dict(row.draft)) == (InvitationState.REVOKED, None, {})
    assert scene.line().groups["peer"].invited == asked - 1
    assert invitations.inbox_of(P0) == []
    drain(clock.to(people.CLOSE))
    drain(clock.advance(hours=2))
    assert scene.wave().state is WaveState.HELD  # counts were hidden: the administrator decides
    assert jobs.failed() == []


def test_a_removal_with_a_saved_draft_leaves_one_fewer_asked_and_a_neutral_email(visitor, clock):
    """Edge 46."""
    scene.open_cohort(clock, chosen=people.raters(9, 4))
    clock.advance(hours=2)
    do(visitor, clock, "saved")
    assert scene.invitation("p0").draft
    asked = scene.line().groups["peer"].invited
    scene.change(clock, "rater-remove", rater=P0)

    assert not scene.invitation("p0").draft
    assert (scene.line().groups["peer"].invited, scene.line().counts_hidden) == (asked - 1, ("peer",))
    assert scene.wave().counts_hidden == ("peer",)
    assert [email.row.partition("#")[0] for email in sent_emails(P0)][-1] == "people/rater_removed"
    visitor.let_in_administrator(clock.now())
    for page in (f"{AT}/delegate/{people.dana()}", people.link("dana delegate", "hub")):
        assert f"of {asked - 1}" not in visitor.open(page).page, "no page counts the group until the close"


def test_a_rater_who_answered_counts_in_the_group_they_were_moved_to(visitor, clock):
    """Edge 47: answered as a peer, counted among the direct reports at the close."""
    scene.open_cohort(clock, chosen=people.raters(5, 4))
    clock.advance(hours=2)
    for name in ("p0", "p1", "p2", "p3", "p4", "d0", "d1", "d2", "d3"):
        url = people.link(name, "answer")
        people.send(people.answer_all(visitor, url), url)
    scene.change(clock, "rater-group", rater=P0, group="Direct reports")
    assert set(scene.line().counts_hidden) == {"peer", "direct_report"}
    from chalicelib.admin.close_or_extend import publish_with_few_answers

    drain(clock.to(people.CLOSE))
    publish_with_few_answers(people.COHORT, DANA, clock.now(), scene.BY)
    drain(clock.advance(hours=2))
    groups = [response.group for response in responses.of_wave(people.dana(), Wave.BASELINE)]

    assert (groups.count("peer"), groups.count("direct_report")) == (4, 5)
    assert jobs.failed() == []


@pytest.mark.parametrize("what", ["nothing", "saved", "sent"])
def test_from_anonymous_to_named_is_refused_in_the_same_words_with_or_without_saved_answers(visitor, clock, what):
    """Edge 47: a refusal that depended on saved answers would say that there are some."""
    scene.open_cohort(clock, chosen=people.raters(9, 4))
    clock.advance(hours=2)
    do(visitor, clock, what)
    with pytest.raises(ActRefused, match="one of the two groups is shown by name"):
        scene.plan(clock, "rater-group", rater=P0, group="manager")
    assert scene.invitation("p0").group == "peer"


def test_before_the_opening_a_rater_changes_groups_freely_and_no_one_is_emailed(clock, aws):
    people.load(clock.now(), chosen=people.raters(2, 0))
    drain(clock.now())
    scene.change(clock, "rater-group", rater=P0, group="other")
    scene.change(clock, "rater-remove", rater="p1@example.org")
    nomination = delegates.find_nomination(people.dana(), Wave.BASELINE)

    assert {entry.person.email: entry.group for entry in nomination.raters}[P0] == "other"
    assert nomination.sent_raters == len(nomination.raters) == 2  # with the line manager
    assert sent_emails() == []


def test_reminders_of_a_removed_rater_are_cancelled_and_those_of_a_regrouped_one_say_the_group(clock, aws):
    scene.open_cohort(clock)
    scene.change(clock, "rater-remove", rater=P0)
    scene.change(clock, "rater-group", rater="p1@example.org", group="direct_report")
    for _ in range(17):
        drain(clock.advance(days=1))
    to_p1 = [email for email in sent_emails("p1@example.org") if email.row.startswith("collect/reminder")]

    assert not [email for email in sent_emails(P0) if email.row.startswith("collect/reminder")]
    assert to_p1
    assert all("Direct reports" in email.part("plain") for email in to_p1)


@pytest.mark.parametrize("what", ["saved", "sent"])
def test_a_mistyped_correction_shows_a_stranger_an_empty_form_and_the_next_one_fixes_it(visitor, clock, what):
    """Edge 49."""
    scene.open_cohort(clock, chosen=people.raters(9, 4))
    clock.advance(hours=2)
    do(visitor, clock, what)
    scene.change(clock, "rater-correct", rater=P0, name="", email="stranger@example.org")
    stranger = [url for email in sent_emails("stranger@example.org") for url in email.links if "/answer/" in url][-1]
    page = visitor.open(stranger).page
    assert "Keep going" not in page
    assert " checked" not in page
    scene.change(clock, "rater-correct", rater="stranger@example.org", name="", email="p0.right@example.org")

    assert visitor.open(stranger).status == 410
    assert [email for email in sent_emails("p0.right@example.org") if email.row.startswith("collect/invitation")]
    right = scene.invitation("p0.right")
    assert (right.sealed, dict(right.draft)) == (what == "sent", {})
    if what == "saved":  # nothing was sent, so the right person is asked from the start
        url = people.link("p0.right", "answer")
        people.send(people.answer_all(visitor, url), url)
        assert scene.invitation("p0.right").state is InvitationState.ANSWERED


def test_the_commands_show_and_do_the_same_as_the_console(clock, aws, capsys):
    scene.open_cohort(clock)
    arguments = ["rater", "remove", people.COHORT, DANA, P0, "--why", "left the trust"]
    assert parser.main([*arguments, "--dry-run", "--json"]) == 0
    planned = json.loads(capsys.readouterr().out)
    assert planned["act"] == "Remove P0 from the raters of Dana Delegate"
    assert [email["email"] for email in planned["emails"]] == [P0]
    assert (planned["changed"], scene.invitation("p0").state) == (False, InvitationState.INVITED)

    assert parser.main([*arguments, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["changed"]
    assert scene.invitation("p0").state is InvitationState.REVOKED
    assert parser.main(arguments) == 1
    assert "No one with this address was asked" in capsys.readouterr().err


def test_a_rater_who_was_removed_and_is_put_back_is_asked_again(visitor, clock, aws):
    """Twice: each time with a new link and an empty form, and the counts stay hidden."""
    scene.open_cohort(clock)
    first = people.link("p0", "answer")
    people.answer_all(visitor, first)
    choose, links = people.link("dana delegate", "nominate"), [first]
    for _ in range(2):
        scene.change(clock, "rater-remove", rater=P0)
        assert visitor.open(links[-1]).status == 410
        visitor.open(choose).post(choose, {"group": "peer", "list": f"Peer Zero <{P0}>"})
        visitor.open(f"{choose}/check").post(f"{choose}/send", {"fewer": "yes"})
        assert visitor.status == 200, visitor.page
        people.invited(clock)
        links.append(people.link("p0", "answer"))
    invited = scene.invitation("p0")

    assert len(set(links)) == 3
    assert (invited.state, invited.rater.name) == (InvitationState.INVITED, "Peer Zero")
    assert visitor.open(links[-1]).status == 200
    assert [kind for to, kind in emailed() if to == P0] == ["collect/invitation", "people/rater_removed"] * 2 + [
        "collect/invitation"
    ]
    people.send(people.answer_all(visitor, links[-1]), links[-1])
    assert scene.invitation("p0").state is InvitationState.ANSWERED
    assert jobs.failed() == []


def test_a_correction_names_every_delegate_of_the_rater_and_its_audit_line_the_new_name(clock, aws):
    scene.open_cohort(clock, chosen=people.raters(4, 4), names=("dana delegate", "dev delegate"))
    typed = {"rater": P0, "name": "Pat Peer", "email": "pat.peer@example.org"}
    planned = scene.change(clock, "rater-correct", **typed)

    assert [
        name for name in ("Dana Delegate", "Dev Delegate") if any(name in effect for effect in planned.effects)
    ] == ["Dana Delegate", "Dev Delegate"]
    assert "Pat Peer" in scene.trail()[-1]


def test_the_preview_of_a_correction_says_the_new_name_and_address(clock, aws):
    scene.open_cohort(clock)
    planned = scene.plan(clock, "rater-correct", rater=P0, name="Pat Peer", email="pat.peer@example.org")
    said = " ".join(planned.lines)
    assert all(part in said for part in ("Pat Peer", P0, "pat.peer@example.org"))


# --- what may be a slip ---------------------------------------------------------------------------------------


def test_a_new_address_is_checked_as_on_a_list(aws, clock):
    scene.open_cohort(clock, chosen=people.raters(6, 0))
    private = scene.plan(clock, "rater-correct", rater=P0, name="", email="p0@gmail.com")
    alike = scene.plan(clock, "rater-correct", rater=P0, name="Petra North", email="p1@elsewhere.example")
    right = scene.plan(clock, "rater-correct", rater=P0, name="Petra North", email="petra@example.org")

    assert "gmail.com" in " ".join(private.questions)
    assert "p1@example.org" in " ".join(alike.questions)
    assert right.questions == ()


def test_the_administrator_is_asked_about_groups_that_are_then_just_large_enough(aws, clock):
    scene.open_cohort(clock, chosen=people.raters(6, 5))
    planned = scene.plan(clock, "rater-group", rater=P0, group="direct_report")

    assert "Peers" in " ".join(planned.questions)
