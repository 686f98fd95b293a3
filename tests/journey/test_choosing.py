"""A delegate's list of raters through its pages: pasted, corrected, checked, approved if the programme wants, sent."""

from datetime import datetime

import pytest
from msgspec.structs import replace

from chalicelib.core.model import Approver, InvitationState, Person, RaterEntry, Wave
from chalicelib.core.working_days import working_days
from chalicelib.jobs.commit import commit
from chalicelib.nominate.address_warnings import BUSY_FROM
from chalicelib.store import delegates, invitations
from chalicelib.store.invitations import InvitationExists
from chalicelib.store.table import scan
from chalicelib.waves import lifecycle
from infra.local.outbox import Accepted
from tests.support import people
from tests.support.calls import count_calls
from tests.support.drain import drain
from tests.support.emails import sent_emails

PEERS = "P0 <p0@example.org>; Two, P <p1@example.org>\np2@example.org, p3@example.org"


@pytest.fixture
def choose(visitor, clock):
    """Open the delegate's list a day after the opening; it holds the line manager."""
    people.opened(clock)
    return people.link("dana delegate", "nominate")


def emails(words: str, to: str | None = None) -> list[Accepted]:
    """Emails whose subject has the words."""
    return [message for message in sent_emails(to) if words in str(message.message["Subject"])]


def on_list() -> dict[str, str]:
    """Address -> group."""
    raters = delegates.find_nomination(people.dana(), Wave.BASELINE).raters
    return {rater.person.email.partition("@")[0]: rater.group for rater in raters}


def test_a_pasted_list_is_added_once_however_often_it_is_pasted(visitor, choose):
    for _ in range(2):
        visitor.open(choose).post(choose, {"group": "peer", "list": PEERS})
        assert visitor.status == 200
    assert on_list() == {"mara.manager": "manager", "p0": "peer", "p1": "peer", "p2": "peer", "p3": "peer"}
    assert "P Two" in visitor.page
    assert "1 more needed" in visitor.page
    assert "4 chosen: likely to be shown on its own" in visitor.page


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        pytest.param("Jo Ward", "no-address", id="no-address"),
        pytest.param("dana.delegate@example.org", "own-address", id="own"),
        pytest.param("mara.manager@example.org", "on-list-already", id="elsewhere"),
        pytest.param(";".join(f"p{n}@example.org" for n in range(9)), "group-full", id="too-many"),
        pytest.param("  ", "nothing-pasted", id="empty"),
    ],
)
def test_a_list_with_a_fault_is_kept_on_the_page_and_adds_no_one(visitor, choose, pasted, said):
    visitor.open(choose).post(choose, {"group": "peer", "list": pasted})

    assert visitor.status == 400
    assert said in visitor.messages
    assert pasted.strip().partition(" ")[0] in visitor.page
    assert on_list() == {"mara.manager": "manager"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        pytest.param("Jo Ward", "no-address", id="no-address"),
        pytest.param("dana.delegate@example.org", "own-address", id="own"),
        pytest.param("mara.manager@example.org", "on-list-already", id="elsewhere"),
        pytest.param("Jo <jo@example>", "bad-address", id="no-domain"),
    ],
)
def test_the_people_around_a_fault_are_added_and_shown(visitor, choose, wrong, said):
    typed = f"P0 <p0@example.org>; {wrong}; P Two <p1@example.org>"
    visitor.open(choose).post(choose, {"group": "peer", "list": typed})

    assert visitor.status == 400
    assert "2 people" in visitor.said("list-refused")
    assert said in visitor.messages
    assert visitor.page.count("p1@example.org") >= 2  # on the list, and in what was typed
    assert on_list() == {"mara.manager": "manager", "p0": "peer", "p1": "peer"}

    visitor.post(choose, {"group": "peer", "list": typed.replace(wrong, "p2@example.org")})
    assert visitor.status == 200
    assert on_list().keys() == {"mara.manager", "p0", "p1", "p2"}


def test_a_person_is_corrected_and_removed(visitor, choose):
    visitor.open(choose).post(choose, {"group": "peer", "list": PEERS})
    (edit,) = [url for url in visitor.links("/person/") if "P Two" in visitor.open(url).page]
    visitor.open(edit).post(edit, {"group": "other", "name": "P. Two", "email": "P1@Example.org "})
    assert (visitor.status, on_list()["p1"]) == (200, "other")

    visitor.open(choose).post(choose, {"remove": "p1@example.org"}).post(choose, {"remove": "p1@example.org"})
    assert visitor.status == 200
    assert "p1" not in on_list()
    visitor.open(edit)
    assert (visitor.status, "not-on-list" in visitor.messages) == (400, True)


@pytest.mark.parametrize(
    ("fields", "fault", "said"),
    [
        pytest.param({"name": " "}, "name", "list-refused", id="no-name"),
        pytest.param({"email": "p1"}, "email", "list-refused", id="no-address"),
        pytest.param({"email": "p0@example.org"}, "email", "on-list-already", id="doubled"),
        pytest.param({"email": "dana.delegate@example.org"}, "email", "own-address", id="own"),
        pytest.param({"group": "manager"}, "group-person", "group-full", id="full"),
        pytest.param({"group": "self"}, "group-person", "list-refused", id="no-such-group"),
    ],
)
def test_a_correction_that_cannot_be_keeps_what_was_typed(visitor, choose, fields, fault, said):
    visitor.open(choose).post(choose, {"group": "peer", "list": PEERS})
    before = on_list()
    (edit,) = [url for url in visitor.links("/person/") if "P Two" in visitor.open(url).page]
    visitor.open(edit).post(edit, {"group": "peer", "name": "Typed Name", "email": "typed@example.org", **fields})

    assert visitor.status == 400
    assert (visitor.faults, said in visitor.messages) == ({fault}, True)
    assert ("Typed Name" in visitor.page) != ("name" in fields)
    assert on_list() == before


def test_slips_and_busy_people_are_pointed_out_and_can_be_sent_all_the_same(visitor, choose):
    for number in range(BUSY_FROM):
        busy = invitations.Invitation(
            f"i{number}",
            "d",
            Wave.BASELINE,
            "peer",
            Person("P3", "p3@example.org"),
            invitations.InvitationState.INVITED,
        )
        people.write(invitations.count_request(busy, "2026-10"))
    visitor.open(choose).post(choose, {"group": "peer", "list": f"{PEERS}; Slip Of <slip@exmaple.org>"})
    for page in (choose, f"{choose}/check"):
        visitor.open(page)
        assert "slip@example.org" in visitor.page
        assert visitor.page.count('data-doubt="domain"') == 1
        assert visitor.page.count('data-doubt="busy"') == 1
    visitor.post(f"{choose}/send", {"fewer": "yes"})
    assert "6 people" in visitor.said("list-sent")


def test_every_invitation_counts_into_a_raters_load_and_a_pulse_does_not(visitor, clock):
    people.opened(clock, chosen=people.raters(1, 0))
    loads = {row["sk"]: row["requests"] for row in scan() if row["sk"].startswith("LOAD#")}

    assert loads == {"LOAD#2026-10": 1}
    assert len([row for row in scan() if row["sk"].startswith("LOAD#")]) == 2  # the manager and one peer


def test_a_job_that_read_the_list_earlier_asks_no_one_a_second_time(visitor, clock):
    """The invitation refuses by its own error, which the job passes over. Any other error would end the job."""
    people.opened(clock, chosen=people.raters())
    link = people.link("p0", "answer")
    people.send(people.answer_all(visitor, link), link)
    now = clock.advance(days=1)
    delegate, wave = delegates.find_with_wave(people.dana(), Wave.BASELINE)
    (again,) = (rater for rater in people.raters() if rater.person == people.person("p0"))

    with pytest.raises(InvitationExists):
        commit(lifecycle.invite_rater(people.programme(), delegate, wave, again, now), now)
    states = {invited.rater.email: invited.state for invited in invitations.of_delegate(people.dana(), Wave.BASELINE)}
    assert states[again.person.email] is InvitationState.ANSWERED


def test_fewer_people_than_asked_for_must_be_said(visitor, choose):
    visitor.open(choose).post(choose, {"group": "peer", "list": PEERS})
    visitor.open(f"{choose}/check").post(f"{choose}/send")
    assert visitor.status == 400
    assert visitor.faults == {"fewer"}
    assert "Direct reports: 5 more" in visitor.page
    assert 'name="fewer"' in visitor.page


def test_people_are_added_after_the_sending_and_only_they_are_invited(visitor, choose, clock):
    nonce = visitor.open(choose).nonce
    visitor.post(choose, {"group": "peer", "list": PEERS})
    for _ in range(2):
        visitor.open(f"{choose}/check")
        visitor.post(f"{choose}/send", {"fewer": "yes"}, nonce=nonce)
    people.invited(clock)
    visitor.open(choose).post(choose, {"remove": "p0@example.org"})
    assert "invited-already" in visitor.messages
    visitor.open(choose).post(choose, {"group": "peer", "name": "Late", "email": "late@example.org"})
    visitor.open(f"{choose}/check").post(f"{choose}/send", {"fewer": "yes"})
    people.invited(clock)

    asked = emails("asks for your feedback")
    assert len(asked) == len({message.message["To"] for message in asked}) == 6


def test_the_list_is_three_calls_to_look_at(visitor, choose):
    visitor.open(choose).post(choose, {"group": "peer", "list": PEERS})
    with count_calls() as calls:
        visitor.open(choose)
    assert calls.total() == 3
    with count_calls() as calls:
        visitor.open(f"{choose}/check")
    assert calls.total() == 3


# --- a programme whose lists are looked at first ----------------------------------------------------------------------


@pytest.fixture(params=list(Approver))
def request_link(request, visitor, clock):
    """Return the approver's link to a list of five; before the opening, as a delegate may choose early."""
    rules = replace(people.programme(), id=f"approving-{request.param}", raters_approved_by=request.param)
    people.opened(clock, rules=rules)
    choose = people.link("dana delegate", "nominate")
    visitor.open(choose).post(choose, {"group": "peer", "list": PEERS})
    visitor.open(f"{choose}/check")
    assert "approver-next" in visitor.messages
    visitor.post(f"{choose}/send", {"fewer": "yes"})
    assert "with-approver" in visitor.messages
    drain(clock.now())
    return people.link("cleo coach" if request.param is Approver.COACH else "mara manager", "approve")


def invited() -> set[str]:
    return {str(message.message["To"]) for message in emails("asks for your feedback")}


def test_no_one_is_emailed_before_the_list_is_approved_and_then_everyone_once(visitor, clock, request_link):
    assert invited() == set()
    visitor.open(request_link)
    assert "to-approve" in visitor.messages
    assert "5 people" in visitor.page
    visitor.post(request_link)
    assert (visitor.status, visitor.faults) == (400, {"decision"})
    nonce = visitor.nonce
    for _ in range(2):
        visitor.post(request_link, {"decision": "approve"}, nonce=nonce)
        assert "approved" in visitor.messages
        drain(clock.now())
    assert invited() == set(), "they are emailed at the next full hour"

    people.invited(clock)
    assert len(invited()) == 5
    assert len(emails("approved", people.person("dana delegate").email)) == 1
    drain(clock.advance(days=6))
    assert emails("is waiting for you") == emails("please choose who gives you feedback") == []


def test_an_approver_who_is_silent_is_reminded_once(visitor, clock, request_link):
    for _ in range(8):
        drain(clock.advance(days=1))

    assert len(emails("is waiting for you")) == 1


def test_an_approvers_remark_holds_no_web_address(visitor, clock, request_link):
    remark = "See www.cheap-loans.example for more."
    visitor.open(request_link).post(request_link, {"decision": "change", "remark": remark})

    assert visitor.status == 400
    assert visitor.areas() == [remark], "it can be corrected"
    drain(clock.now())
    assert emails("Please change your list") == []


def test_a_change_that_is_asked_for_comes_back_to_the_approver(visitor, clock, request_link):
    visitor.open(request_link).post(request_link, {"decision": "change", "remark": "  "})
    assert visitor.faults == {"remark"}
    nonce = visitor.nonce
    for _ in range(2):
        visitor.post(request_link, {"decision": "change", "remark": "Ask the <night> team too."}, nonce=nonce)
        assert "change-wanted" in visitor.messages
    drain(clock.now())
    (email,) = emails("Please change your list")
    assert "Ask the <night> team too." in email.part("plain")

    choose = people.link("dana delegate", "nominate")
    visitor.open(choose)
    assert "Ask the &lt;night&gt; team too." in visitor.page
    visitor.post(choose, {"group": "other", "name": "Night", "email": "night@example.org"})
    visitor.open(f"{choose}/check").post(f"{choose}/send", {"fewer": "yes"})
    drain(clock.now())
    assert invited() == set()
    visitor.open(request_link).post(request_link, {"decision": "approve"})
    people.invited(clock)
    assert len(invited()) == 6


def test_a_list_that_is_being_looked_at_is_changed_only_after_it_was_taken_back(visitor, clock, request_link):
    choose = people.link("dana delegate", "nominate")
    for fields in ({"remove": "p0@example.org"}, {"group": "peer", "name": "New", "email": "new@example.org"}):
        visitor.open(choose).post(choose, fields)
        assert (visitor.status, "list-with-approver" in visitor.messages) == (400, True)
    visitor.open(request_link)
    nonce = visitor.nonce
    visitor.open(choose)
    for _ in range(2):
        visitor.post(choose, {"back": "yes"})
    assert visitor.links("/check")
    visitor.open(request_link)
    assert "not-sent" in visitor.messages
    visitor.post(request_link, {"decision": "approve"}, nonce=nonce)
    assert (visitor.status, "list-taken-back" in visitor.messages) == (400, True)
    drain(clock.advance(days=5))
    assert invited() == set()


def test_only_the_approver_of_today_can_approve(visitor, clock, request_link):
    delegate = delegates.find(people.dana())
    other = Person("New", "new@example.org")
    people.write(delegates.change_addresses(delegate, replace(delegate, coach=other, manager=other)))
    visitor.open(request_link)
    assert visitor.status == 410


def test_where_no_one_approves_there_is_nothing_to_approve(visitor, choose):
    from chalicelib.links.kinds import APPROVE

    delegate = delegates.find(people.dana())
    visitor.open(APPROVE.url(delegate, delegate.coach))
    assert (visitor.status, "approval-not-used" in visitor.messages) == (400, True)


def test_a_delegate_whose_raters_a_file_names_is_not_asked_to_choose_them(visitor, clock):
    people.opened(clock, chosen=people.raters(4, 0))
    (message,) = emails("Your 360 opens")

    for kind in ("plain", "html"):
        text = " ".join(message.part(kind).split())
        assert "has named the people who give you feedback. They are asked today." in text
        assert "We ask no one before you press send" not in text


def test_a_list_from_the_administrators_file_needs_no_approval(visitor, clock):
    rules = replace(people.programme(), id="approving-coach", raters_approved_by=Approver.COACH)
    people.opened(clock, chosen=(RaterEntry("peer", people.person("p0")),), rules=rules)
    assert len(invited()) == 2


def test_everyone_who_asks_a_rater_by_the_full_hour_does_so_in_one_email(visitor, clock):
    """The list of one delegate is sent at 09:20, of another at 09:50: the rater hears of both at 10:00."""
    people.opened(clock, names=("dana delegate", "dora delegate"))
    for name in ("dana delegate", "dora delegate"):
        clock.advance(minutes=20)
        choose = people.link(name, "nominate")
        visitor.open(choose).post(choose, {"group": "peer", "list": "P0 <p0@example.org>"})
        visitor.open(f"{choose}/check").post(f"{choose}/send", {"fewer": "yes"})
        drain(clock.advance(minutes=1))
    assert sent_emails("p0@example.org") == []

    drain(clock.to(clock.now().replace(hour=9, minute=0)))
    drain(clock.advance(minutes=2))
    (message,) = sent_emails("p0@example.org")
    assert "and 1 other ask for your feedback" in str(message.message["Subject"])
    assert f"{message.sent_at:%H:%M}" in ("09:00", "09:01", "09:02")


@pytest.mark.parametrize(
    ("sent_at", "emailed"),
    [
        ("2026-09-15T12:00", "2026-09-15T12:00"),
        ("2026-09-15T12:00:01", "2026-09-15T13:00"),
        ("2026-09-15T16:30", "2026-09-16T08:00"),  # 17:30 in London: at 18:00 the day is over
        ("2026-09-18T20:00", "2026-09-21T08:00"),  # a Friday evening
    ],
)
def test_an_invitation_goes_out_at_a_full_hour_of_a_working_day(sent_at, emailed):
    days = working_days(people.programme().organisation)
    at, due = (datetime.fromisoformat(f"{text}+00:00") for text in (sent_at, emailed))

    assert days.next_hour(at) == due
