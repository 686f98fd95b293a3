"""Who is asked in a round: never someone who declined, was removed, or was asked lately; newcomers only in numbers."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from chalicelib.core.model import DelegateWave, Invitation, InvitationState, Programme, Wave, WaveState
from chalicelib.pulse.asked import Asked, known_people, list_left_alone, list_raters
from chalicelib.store.marshal import fields, read
from tests.support import people

OPENS = datetime.fromisoformat("2026-10-16T08:00:00Z")
PROGRAMME = people.programme()


def wave(which: Wave, opens_at: datetime) -> DelegateWave:
    return DelegateWave("dana", which, WaveState.CLOSED, opens_at, opens_at + timedelta(days=14))


def one(which: Wave, name: str, group: str = "peer", state: InvitationState = InvitationState.ANSWERED) -> Invitation:
    return Invitation(f"{which.value}-{name}", "dana", which, group, people.person(name), state)


def asked(*waves: tuple[Wave, datetime], invited: list[Invitation]) -> Asked:
    by_wave = {which: wave(which, at) for which, at in waves}
    return Asked(by_wave, {which: tuple(i for i in invited if i.wave is which) for which in by_wave})


def names(raters) -> list[str]:
    return sorted(rater.person.name for rater in raters)


BASELINE = (Wave.BASELINE, people.OPENING)


def test_only_anonymous_raters_who_neither_declined_nor_were_removed_are_asked():
    invited = [
        one(Wave.BASELINE, "ann"),
        one(Wave.BASELINE, "bob", state=InvitationState.INVITED),
        one(Wave.BASELINE, "cat", state=InvitationState.DECLINED),
        one(Wave.BASELINE, "dan", state=InvitationState.REVOKED),
        one(Wave.BASELINE, "mara", "manager"),
        one(Wave.BASELINE, "dana", "self"),
    ]

    assert names(list_raters(PROGRAMME, asked(BASELINE, invited=invited), OPENS)) == ["Ann", "Bob"]


@pytest.mark.parametrize(("days", "is_asked"), [(59, False), (60, True)])
def test_no_one_is_asked_twice_within_sixty_days(days, is_asked):
    before = OPENS - timedelta(days=days)
    invited = [one(Wave.BASELINE, "ann"), one(Wave.MIDWAY_1, "ann")]
    asking = asked(BASELINE, (Wave.MIDWAY_1, before), invited=invited)

    assert bool(list_raters(PROGRAMME, asking, OPENS)) is is_asked
    assert ("ann@example.org" in list_left_alone(asking, wave(Wave.PULSE, OPENS))) is not is_asked


@pytest.mark.parametrize(("count", "joins"), [(2, []), (3, ["N0", "N1", "N2"])])
def test_newcomers_are_asked_only_if_three_join_one_group(count, joins):
    new = [one(Wave.FOLLOWUP, f"n{k}") for k in range(count)] + [one(Wave.FOLLOWUP, "lone", "other")]
    asking = asked(BASELINE, (Wave.FOLLOWUP, OPENS), invited=[one(Wave.BASELINE, "ann"), *new])

    assert names(list_raters(PROGRAMME, asking, OPENS)) == ["Ann", *joins]


def test_newcomers_who_are_left_out_do_not_make_up_the_number():
    new = [one(Wave.FOLLOWUP, f"n{k}") for k in range(3)]
    declined = one(Wave.MIDWAY_1, "n0", state=InvitationState.DECLINED)
    waves = (BASELINE, (Wave.FOLLOWUP, OPENS), (Wave.MIDWAY_1, OPENS - timedelta(days=90)))
    asking = asked(*waves, invited=[one(Wave.BASELINE, "ann"), *new, declined])

    assert names(list_raters(PROGRAMME, asking, OPENS)) == ["Ann"]


def test_a_rater_who_was_erased_is_not_asked_and_counts_as_gone():
    erased = Invitation("e", "dana", Wave.BASELINE, "peer", people.Person("(erased)", "erased@invalid"), "revoked")
    first = [one(Wave.MIDWAY_1, name) for name in ("ann", "bob")]
    asking = asked(
        BASELINE,
        (Wave.MIDWAY_1, OPENS),
        (Wave.MIDWAY_2, OPENS + timedelta(days=90)),
        invited=[erased, one(Wave.BASELINE, "bob"), *first, one(Wave.MIDWAY_2, "bob")],
    )

    assert names(list_raters(PROGRAMME, asking, OPENS + timedelta(days=180))) == ["Bob"]
    assert len(known_people(asking, Wave.MIDWAY_1) ^ known_people(asking, Wave.MIDWAY_2)) == 1


@pytest.mark.parametrize(
    ("state", "changed"),
    [(InvitationState.REVOKED, 1), (InvitationState.DECLINED, 0), (InvitationState.ANSWERED, 0)],
)
def test_the_delegate_knows_of_removals_and_not_of_refusals(state, changed):
    invited = [one(Wave.BASELINE, "ann", state=state), one(Wave.BASELINE, "bob")]
    invited += [one(Wave.MIDWAY_1, "ann"), one(Wave.MIDWAY_1, "bob"), one(Wave.MIDWAY_2, "bob")]
    asking = asked(BASELINE, (Wave.MIDWAY_1, OPENS), (Wave.MIDWAY_2, OPENS + timedelta(days=90)), invited=invited)

    assert len(known_people(asking, Wave.MIDWAY_1) ^ known_people(asking, Wave.MIDWAY_2)) == changed


def test_a_rater_who_was_erased_from_every_row_counts_as_one_who_left():
    """Otherwise the rounds before and after would be of the same people, and their difference one person's answer."""
    erased = people.Person("(erased)", "erased@invalid")
    gone = [
        Invitation(f"{name} {which.value}", "dana", which, "peer", erased, InvitationState.REVOKED)
        for name in ("ann", "cat")
        for which in (Wave.BASELINE, Wave.MIDWAY_1)
    ]
    stayed = [one(which, "bob") for which in (Wave.BASELINE, Wave.MIDWAY_1, Wave.MIDWAY_2)]
    waves = (BASELINE, (Wave.MIDWAY_1, OPENS), (Wave.MIDWAY_2, OPENS + timedelta(days=90)))
    asking = asked(*waves, invited=[*gone, *stayed])

    assert len(known_people(asking, Wave.MIDWAY_1) ^ known_people(asking, Wave.MIDWAY_2)) == 2


def test_who_was_removed_from_one_round_counts_as_gone_from_it():
    rounds = (Wave.BASELINE, Wave.MIDWAY_1, Wave.MIDWAY_2)
    invited = [one(which, "bob") for which in rounds] + [one(which, "ann") for which in rounds[:2]]
    invited += [one(Wave.MIDWAY_2, "ann", state=InvitationState.REVOKED)]
    waves = (BASELINE, (Wave.MIDWAY_1, OPENS), (Wave.MIDWAY_2, OPENS + timedelta(days=90)))
    asking = asked(*waves, invited=invited)

    assert len(known_people(asking, Wave.MIDWAY_1) ^ known_people(asking, Wave.MIDWAY_2)) == 1


def test_a_programme_that_was_stored_before_rounds_has_none():
    stored = {name: value for name, value in fields(PROGRAMME).items() if name != "pulse"}

    assert read(Programme, stored).pulse.rounds == ()


# --- an address that a removed rater had before -------------------------------------------------------------------


def moved(which: Wave, name: str, address_of: str) -> Invitation:
    """Return the invitation of someone who has another person's address since a correction."""
    return replace(one(which, name), rater=people.Person(name.title(), people.person(address_of).email))


REMOVED_JOE = one(Wave.BASELINE, "joe", state=InvitationState.REVOKED)


@pytest.mark.parametrize("order", [1, -1])
def test_the_address_of_a_removed_rater_asks_who_has_it_now(order):
    invited = [moved(Wave.BASELINE, "ann", address_of="joe"), REMOVED_JOE][::order]
    asking = asked(BASELINE, invited=invited)

    assert names(list_raters(PROGRAMME, asking, OPENS)) == ["Ann"]
    assert list_left_alone(asking, wave(Wave.PULSE, OPENS)) == frozenset()
    assert known_people(asking, Wave.BASELINE) == {people.person("joe").email}


@pytest.mark.parametrize(("count", "joins"), [(2, []), (3, ["N0", "N1", "N2"])])
def test_who_was_removed_and_is_listed_again_counts_as_a_newcomer(count, joins):
    new = [one(Wave.FOLLOWUP, f"n{k}") for k in range(count)]
    removed = one(Wave.BASELINE, "n0", state=InvitationState.REVOKED)
    asking = asked(BASELINE, (Wave.FOLLOWUP, OPENS), invited=[removed, *new])

    assert names(list_raters(PROGRAMME, asking, OPENS)) == joins


@pytest.mark.parametrize("which", [Wave.MIDWAY_1, Wave.FOLLOWUP])
def test_who_was_removed_from_a_later_wave_is_not_asked(which):
    removed = one(which, "ann", state=InvitationState.REVOKED)
    asking = asked(BASELINE, (which, OPENS), invited=[one(Wave.BASELINE, "ann"), removed])

    assert list_raters(PROGRAMME, asking, OPENS + timedelta(days=90)) == ()
