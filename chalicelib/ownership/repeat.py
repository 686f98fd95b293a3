"""Find what was taken back since a backup and is back in the restored table, and take it back once more.

What people took back themselves, and what protects them, is repeated. What an administrator decided may be what the
restore is to undo, so it is listed with the command that repeats it. See decision 47.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial

from msgspec import Struct

from chalicelib.admin.revoke_links import list_unrevoked, revoke_again
from chalicelib.admin.revoke_links_job import read_targets
from chalicelib.areas.share import list_shared, withdraw_again
from chalicelib.core.clock import stamp
from chalicelib.core.model import Delegate, InvitationState, Standing, Wave
from chalicelib.ownership.stories import APPROVED, ask_for_words
from chalicelib.ownership.stories import withdraw_again as withdraw_story
from chalicelib.store import administrator_rights, cohorts, delegates, invitations, stories, wave_keys
from chalicelib.store.stories import StoryState
from chalicelib.store.table import transact
from chalicelib.store.withdrawals import ADDRESS, RATER, What, Withdrawal, outlive

Addresses = Mapping[str, str]  # ids.reader_key -> address, of everyone in the table


class Left(Struct, frozen=True):
    """What is left to do about one entry of the log.

    what   in words, with ids
    act    repeats it; None: a person decides, and `what` says with which command
    """

    what: str
    act: Callable[[datetime], object] | None = None


def find_left(entries: Sequence[Withdrawal], addresses: Addresses, now: datetime) -> Iterator[tuple[Withdrawal, Left]]:
    """Yield what the table does not know; nothing that was given again later."""
    for entry in _last_of_each(entries):
        find = FINDERS[entry.what]
        if left := find(entry, addresses, now):
            yield entry, left


def _last_of_each(entries: Sequence[Withdrawal]) -> Iterable[Withdrawal]:
    """Keep the last entry about one thing: a story that was changed and then withdrawn is withdrawn."""
    in_order = sorted(entries, key=lambda entry: entry.at)
    last = {_thing(entry): entry for entry in in_order}
    back = {_place_of(entry, "after"): entry.at for entry in in_order if entry.what is What.PLACE}
    return [entry for entry in last.values() if entry.what is not What.PLACE or not _came_back(entry, back)]


def _came_back(entry: Withdrawal, back: Mapping[tuple[str, ...], datetime]) -> bool:
    """Return whether the person got the place again later than this entry. back: place -> the last time."""
    again = back.get(_place_of(entry, "who"))
    return again is not None and again > entry.at


def _place_of(entry: Withdrawal, whose: str) -> tuple[str, ...]:
    return entry.cohort, entry.delegate, entry.about["part"], entry.about.get(whose, "")


def _thing(entry: Withdrawal) -> tuple[str, ...]:
    what = What.STORY if entry.what is What.STORY_WORDS else entry.what
    names = THINGS.get(what, ())
    return (what, entry.cohort, entry.delegate, *(entry.about.get(name, "") for name in names))


THINGS: Mapping[What, Sequence[str]] = {  # parts that differ between things of one kind about one delegate
    What.SHARING: ("wave", "areas"),
    What.LINKS: ("who", "links"),
    What.ANSWERS: ("links",),
    What.PLACE: ("part", "who"),
    What.RIGHTS: ("who",),
}


def _is_at_or_after(at: datetime, entry: Withdrawal) -> bool:
    """Return whether the table holds this act, or a later one. Rows know seconds."""
    return stamp(at) >= stamp(entry.at)


# --- repeated ---------------------------------------------------------------------------------------------


def _story(entry: Withdrawal, addresses: Addresses, now: datetime) -> Left | None:
    story = stories.find(entry.delegate)
    if story is None or story.state is StoryState.WITHDRAWN or _is_at_or_after(story.changed_at, entry):
        return None
    return Left(f"{entry.delegate}: the story is withdrawn", partial(withdraw_story, story))


def _story_words(entry: Withdrawal, addresses: Addresses, now: datetime) -> Left | None:
    story = stories.find(entry.delegate)
    if story is None or story.state not in APPROVED or _is_at_or_after(story.changed_at, entry):
        return None
    what = f"{entry.delegate}: asked to approve the words of the story, which they changed"
    return Left(what, partial(ask_for_words, story))


def _sharing(entry: Withdrawal, addresses: Addresses, now: datetime) -> Left | None:
    delegate, wave = delegates.find(entry.delegate), Wave(entry.about["wave"])
    shared = list_shared(entry.delegate, wave, entry.about["areas"].split(","), entry.at)
    if delegate is None or not shared:
        return None
    return Left(f"{entry.delegate}: areas are no longer shared", partial(withdraw_again, delegate, wave, shared))


def _links(entry: Withdrawal, addresses: Addresses, now: datetime) -> Left | None:
    revoked, address = read_targets(entry.about["links"]), addresses.get(entry.about["who"])
    unrevoked = list_unrevoked(entry.cohort, address, revoked) if address else []
    if address is None or not unrevoked:
        return None
    words = ", ".join(target.words for target in unrevoked)
    return Left(f"{entry.cohort}: links are revoked: {words}", partial(revoke_again, entry.cohort, address, revoked))


def _rights(entry: Withdrawal, addresses: Addresses, now: datetime) -> Left | None:
    who, given = entry.about["who"], frozenset(filter(None, entry.about["programmes"].split(",")))
    if not given or administrator_rights.find(who) == given:
        return None

    def limit(now: datetime) -> None:
        transact([outlive(administrator_rights.limit(who, given), What.RIGHTS, now, **entry.about)])

    return Left(f"an administrator sees again only: {', '.join(sorted(given))}", limit)


# --- for a person to decide -------------------------------------------------------------------------------


def _answers(entry: Withdrawal, addresses: Addresses, now: datetime) -> Left | None:
    """Say that answers were voided, whether there are any or not: only the rater knows.

    Answers of a questionnaire whose key is gone are lost in any case: everyone is asked again.
    """
    commands = [command for link in entry.about["links"].split(",") if (command := _void_again(entry.cohort, link))]
    return Left(f"answers were voided: {'; '.join(commands)}") if commands else None


def _void_again(cohort_id: str, link: str) -> str:
    """Return the command for this one delegate: without, answers about others would be destroyed too."""
    delegate_id, wave, invitation_id, version = link.split(":")
    invitation, delegate = invitations.find(delegate_id, Wave(wave), invitation_id), delegates.find(delegate_id)
    is_old = invitation and invitation.link_version <= int(version) and invitation.state is not InvitationState.REVOKED
    if not (invitation and delegate and is_old and wave_keys.find(delegate_id, Wave(wave))):
        return ""
    return f"cohort void {cohort_id} {invitation.rater.email} --delegate {delegate.person.email}"


def _standing(entry: Withdrawal, addresses: Addresses, now: datetime) -> Left | None:
    delegate, standing = delegates.find(entry.delegate), Standing(entry.about["standing"])
    if delegate is None or delegate.withdrawn or standing is Standing.ACTIVE:
        return None
    where = f"{delegate.cohort_id} {delegate.person.email}"
    if standing is Standing.LEFT:
        return Left(f"a delegate had left: delegate leave {where}")
    until = entry.about["until"]
    if delegate.pause or date.fromisoformat(until) <= now.date():
        return None
    return Left(f"a delegate was paused: delegate pause {where} --until {until}")


def _place(entry: Withdrawal, addresses: Addresses, now: datetime) -> Left | None:
    who, part = entry.about["who"], entry.about["part"]
    address = addresses.get(who)
    if address is None or address not in _addresses_of(entry, part):
        return None
    delegate = delegates.find(entry.delegate) if entry.delegate else None
    where = f"{entry.cohort} {delegate.person.email}" if delegate else entry.cohort
    return Left(PLACES.get(part, OTHER_PLACE).format(part=part, where=where, address=address))


PLACES = {
    ADDRESS: "an address was replaced: cohort replace {where} {address} NEW_ADDRESS",
    RATER: "a rater was removed: rater remove {where} {address}",
    "the coach": "the coach {address} was replaced: delegate change {where} --coach 'NAME <ADDRESS>'",
    "the line manager": "the line manager {address} was replaced: delegate change {where} --manager 'NAME <ADDRESS>'",
    "the sponsor": "the sponsor {address} was replaced: cohort sponsor {where} 'NAME <ADDRESS>'",
    "the facilitators": "the facilitator {address} gave up their part: cohort facilitator {where} 'NAME <ADDRESS>' "
    "--instead-of {address}",
}
OTHER_PLACE = "{address} was {part} and is no longer: see the page of {where}"


def _addresses_of(entry: Withdrawal, part: str) -> set[str]:
    """Return who has the part in the cohort, or about the delegate, as the table says it now."""
    cohort = cohorts.find(entry.cohort)
    if cohort is None:
        return set()
    addresses_of = {"the facilitators": [facilitator.person.email for facilitator in cohort.facilitators]}
    addresses_of["the sponsor"] = [cohort.sponsor.email] if cohort.sponsor else []
    ids = [entry.delegate] if entry.delegate else cohorts.list_ids(cohorts.rows(entry.cohort))
    for delegate in map(delegates.find, ids):
        for name, addresses in _parts_about(delegate) if delegate and not delegate.withdrawn else ():
            addresses_of.setdefault(name, []).extend(addresses)
    return {address for name, addresses in addresses_of.items() if part in (name, ADDRESS) for address in addresses}


def _parts_about(delegate: Delegate) -> Iterator[tuple[str, list[str]]]:
    people = {"the delegate": delegate.person, "the coach": delegate.coach, "the line manager": delegate.manager}
    yield from ((name, [person.email]) for name, person in people.items())
    for wave in cohorts.LINES:
        asked = invitations.of_delegate(delegate.id, wave)
        yield RATER, [invitation.rater.email for invitation in asked if invitation.state is not InvitationState.REVOKED]


Finder = Callable[[Withdrawal, Addresses, datetime], Left | None]
FINDERS: Mapping[What, Finder] = {
    What.STORY: _story,
    What.STORY_WORDS: _story_words,
    What.SHARING: _sharing,
    What.LINKS: _links,
    What.RIGHTS: _rights,
    What.ANSWERS: _answers,
    What.STANDING: _standing,
    What.PLACE: _place,
}
