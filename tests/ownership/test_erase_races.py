"""An erasure takes nothing back that another act does while it runs, at whichever of its calls that is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace

from chalicelib.admin.address_change import change_address
from chalicelib.core import clock as clocks
from chalicelib.core.model import ERASED_ADDRESS, ERASED_NAME, Person, Wave
from chalicelib.emails.away import Away, read_nothing
from chalicelib.emails.digest import gather
from chalicelib.emails.kinds import OnNewAddress, To, load_kinds
from chalicelib.emails.samples import sample
from chalicelib.ownership import erase_person
from chalicelib.people import leave
from chalicelib.people.cohort import find_cohort, plan_facilitator
from chalicelib.people.planned import ActRefused, Asking, perform
from chalicelib.store import cohorts, delegates, emails, invitations
from chalicelib.store.delegates import NominationChanged
from chalicelib.store.emails import Email, EmailState
from chalicelib.store.invitations import InvitationChanged
from chalicelib.store.marshal import fields
from chalicelib.store.table import Changed, Write, scan, transact, update
from tests.faults import scene
from tests.faults.scene import Scene
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_emails
from tests.support.interleave import play

COACH = people.person("cleo coach")
BY = "ada@example.org"
NEW_ADDRESS = "nora@elsewhere.example"


@pytest.mark.parametrize("first", [pytest.param(0, id="erasure-begins"), pytest.param(1, id="leaving-begins")])
def test_leaving_is_refused_or_stays_and_the_erased_coach_is_in_no_row(aws, clock, first):
    opened, now = Scene(scene.open_wave), clock.to(people.OPENING.replace(day=20))
    acts: list[Callable[[], object]] = [
        lambda: erase_person.erase(COACH.email, now),
        lambda: leave.leave(people.dana(), now, BY),
    ]
    step, last = 0, 1
    while step < last:
        opened.lay_out()
        outcomes, last = play(acts, first, step)

        refused = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        has_left = not refused
        assert not refused or (first == 1 and isinstance(refused[0], ActRefused)), f"at call {step}"
        assert delegates.find(people.dana()).withdrawn is has_left, f"at call {step}"
        assert cohorts.list_lines(people.COHORT)[0].withdrawn is has_left, f"at call {step}"
        assert [row["sk"] for row in scan() if COACH.email in str(row)] == [], f"at call {step}"
        step += 1
    assert step > 3


# --- what an act under way writes after the erasure -------------------------------------------------------------------

MANAGER = people.person("mara manager")
HOLDERS = {
    To.COACH: [COACH],
    To.MANAGER: [MANAGER],
    To.APPROVER: [COACH, MANAGER],
    To.SURVEYED: [MANAGER],
    To.FACILITATOR: [people.FACILITATOR.person],
    To.SPONSOR: [people.SPONSOR],
}
READ_BEFORE = [
    pytest.param(kind.name, person, id=f"{kind.name}-{person.email}")
    for kind in load_kinds().values()
    if kind.on_new_address is not OnNewAddress.KEEP  # to former people too
    for person in HOLDERS.get(kind.to, [])
]


def written(template: str, to: Person, number: int = 1) -> Email:
    """Return an email that an act has made and not stored yet."""
    about = {"cohort": people.COHORT, "delegate": people.dana()}
    return replace(sample(template, f"s{number}", to=to), about=about, due_at=clocks.now())


@pytest.mark.parametrize(("template", "to"), READ_BEFORE)
def test_an_email_of_an_act_that_had_read_its_reader_before_is_forgotten(aws, clock, template, to):
    people.load(clock.now())
    drain(clock.now())
    late = written(template, to)
    erase_person.erase(to.email, clock.now())
    sent = len(sent_emails())
    transact(emails.add(late))
    drain(clock.now())

    assert len(sent_emails()) == sent
    stored = emails.find(late.id)
    assert (stored.state, stored.to.is_erased, stored.words, stored.links) == (EmailState.CANCELLED, True, {}, {})


def test_one_that_a_digest_took_along_is_forgotten_too(aws, clock):
    people.load(clock.now())
    drain(clock.now())
    late = [written("meetings/record", COACH, number) for number in (1, 2)]
    transact(emails.add_all(late))
    carried = emails.claim(late[0].id, "attempt", clock.now(), clock.now() + timedelta(hours=1))
    digest = gather(carried, "attempt", clock.now(), clock.now() + timedelta(hours=1), Away(read_nothing, clock.now()))
    assert digest.items == tuple(email.id for email in late)
    transact([erase_coach()])
    sent = len(sent_emails())
    drain(clock.advance(hours=2))

    assert len(sent_emails()) == sent
    assert [emails.find(email.id).to.is_erased for email in late] == [True, True]


def erase_coach() -> Write:
    """As an erasure does in the delegate's row."""
    return update(
        delegates.key(people.dana()), put={"coach": {"name": ERASED_NAME, "email": ERASED_ADDRESS}}, refusal=Changed
    )


def test_an_email_to_someone_who_is_there_goes_out_although_another_was_erased(aws, clock):
    people.load(clock.now())
    drain(clock.now())
    erase_person.erase(COACH.email, clock.now())
    mine = written("people/manager_new", MANAGER)
    transact(emails.add(mine))
    drain(clock.now())

    assert emails.find(mine.id).state is EmailState.SENT


def test_an_email_about_a_delegate_whose_row_is_damaged_goes_out(aws, clock):
    people.load(clock.now())
    drain(clock.now())
    transact([update(delegates.key(people.dana()), put={"coach": "damaged"}, refusal=Changed)])
    mine = written("people/manager_new", MANAGER)
    transact(emails.add(mine))
    drain(clock.now())

    assert emails.find(mine.id).state is EmailState.SENT


@pytest.mark.parametrize("who", [COACH, people.person("p0")], ids=["coach", "rater"])
def test_another_look_finds_what_acts_under_way_have_written(aws, clock, who):
    people.opened(clock, chosen=people.raters(1, 0))
    late = written("people/coach_new", who)
    listed = delegates.find_nomination(people.dana(), Wave.BASELINE)

    def end() -> None:
        transact(emails.add(late))
        if who is not COACH:
            transact(
                [delegates.save_nomination(listed, delegates.find_nomination(people.dana(), Wave.BASELINE).revision)]
            )

    erase_person.erase(who.email, clock.now(), wait=end)

    assert [row["sk"] for row in scan() if who.email in str(row)] == []


def test_an_act_on_the_cohort_that_was_read_before_does_not_bring_the_sponsor_back(aws, clock):
    people.load(clock.now())
    loaded = find_cohort(people.COHORT)
    erase_person.erase(people.SPONSOR.email, clock.now())

    with pytest.raises(ActRefused):
        perform(
            plan_facilitator(loaded, "", people.person("fay facilitator"), Asking(BY, clock.now(), "")), clock.now()
        )

    assert cohorts.find(people.COHORT).sponsor.is_erased


def test_a_list_that_was_read_before_does_not_bring_a_rater_back(aws, clock):
    people.load(clock.now(), chosen=people.raters(4, 0))
    drain(clock.now())
    listed = delegates.find_nomination(people.dana(), Wave.BASELINE)
    erase_person.erase(people.person("p0").email, clock.now())

    with pytest.raises(NominationChanged):
        transact([delegates.save_nomination(listed, listed.revision)])


# --- what the first look knew, and took out of the rows that said it ------------------------------------------------


def test_another_look_knows_the_addresses_of_before(aws, clock):
    people.load(clock.now())
    drain(clock.now())
    change_address(people.COHORT, COACH.email, NEW_ADDRESS, clock.now(), BY)
    drain(clock.advance(days=2))
    late = written("people/coach_new", COACH)

    erase_person.erase(NEW_ADDRESS, clock.now(), wait=lambda: transact(emails.add(late)))

    assert [row["sk"] for row in scan() if COACH.email in str(row)] == []


def test_another_look_leaves_an_address_of_before_that_has_another_owner(aws, clock):
    people.load(clock.now())
    drain(clock.now())
    change_address(people.COHORT, COACH.email, NEW_ADDRESS, clock.now(), BY)
    drain(clock.advance(days=2))
    other = Person("Another Person", COACH.email)
    late = written("people/manager_new", other)

    def end() -> None:
        transact([update(delegates.key(people.dana()), put={"manager": fields(other)}, refusal=Changed)])
        transact(emails.add(late))

    erase_person.erase(NEW_ADDRESS, clock.now(), wait=end)

    assert emails.find(late.id).to == other


def test_another_look_knows_the_name_in_an_email_to_someone_else(aws, clock):
    people.load(clock.now())
    drain(clock.now())
    late = replace(written("people/manager_new", MANAGER), words={"coach": COACH.name, "name": MANAGER.name})

    erase_person.erase(COACH.email, clock.now(), wait=lambda: transact(emails.add(late)))

    assert COACH.name not in str(emails.find(late.id))
    assert emails.find(late.id).to == MANAGER


def test_an_erased_rater_who_is_added_by_an_act_that_had_read_them_stays_erased(aws, clock):
    people.opened(clock, chosen=people.raters(4, 0))
    asked = next(each for each in invitations.of_delegate(people.dana(), Wave.BASELINE) if each.rater.name == "P0")
    erase_person.erase(asked.rater.email, clock.now())
    removed = invitations.find(people.dana(), Wave.BASELINE, asked.id)

    with pytest.raises(InvitationChanged):
        transact([invitations.ask_again(removed, asked)])
