"""Invent the people of the demo and what they will do: who rates which delegate, who answers when, who never does."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import cycle
from random import Random

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.core.model import MANAGER_GROUP, DelegateEntry, Person, Programme
from infra.local.demo.opinions import ChosenAnswers, Leader, amended, make_leader, own_answers, rater_answers
from infra.local.demo.phrases import Deck, bank

MISSING_PERCENT = 22  # of a delegate's raters
SHARED_PEERS, PARTNERS = 10, 6
PARTNER_DOMAIN, DOMAIN = "partners.example.org", "example.org"


class Reply(StrEnum):
    SENDS = "sends"
    AMENDS = "amends"  # sends, and changes something some days later
    TWO_SITTINGS = "two_sittings"  # saves half and finishes another day
    HALF = "half"  # saves half and never finishes
    DECLINES = "declines"
    NEVER = "never"
    BOUNCES = "bounces"  # the address is wrong
    LATE = "late"  # only after the deadline was extended


ANSWERS = (Reply.SENDS, Reply.AMENDS, Reply.TWO_SITTINGS, Reply.LATE)
REASONS = ("not_enough_contact", "no_time", "not_comfortable", "wrong_person", "other")


class Part(Struct, frozen=True):
    """One rater's part for one delegate."""

    delegate: str  # address
    group: str
    person: Person
    reply: Reply
    reason: str  # for declining
    share: float  # of the time they have, when they begin: 0..1
    answers: ChosenAnswers
    second_thoughts: ChosenAnswers
    answers_pulse: bool
    added_later: bool = False  # thought of after the list was sent


class Own(StrEnum):
    """How a delegate goes about their own questionnaire and list."""

    PLAIN = "plain"
    LATE_LIST = "late_list"  # after a reminder
    LATE_ANSWERS = "late_answers"  # after a reminder
    TWO_SITTINGS = "two_sittings"
    SLIP = "slip"  # adds a person by mistake, then removes them
    ADDS_LATER = "adds_later"  # one more rater, days after the list was sent
    ADDS_ON_REQUEST = "adds_on_request"  # one more rater, because the approver of the list asks for one
    LATE_APPROVAL = "late_approval"  # has a list that is approved after a reminder
    FEW = "few"  # has few people, and fewer who answer: will be held


WAYS = (
    Own.PLAIN,
    Own.PLAIN,
    Own.SLIP,
    Own.TWO_SITTINGS,
    Own.ADDS_ON_REQUEST,
    Own.LATE_ANSWERS,
    Own.LATE_LIST,
    Own.LATE_APPROVAL,
    Own.FEW,
    Own.ADDS_LATER,
    Own.PLAIN,
    Own.PLAIN,
)


class Player(Struct, frozen=True):
    """A delegate."""

    entry: DelegateEntry
    leader: Leader
    way: Own
    answers: ChosenAnswers
    parts: tuple[Part, ...]

    @property
    def email(self) -> str:
        return self.entry.person.email

    @property
    def slip(self) -> Part | None:
        """Return a person who is added to the list by mistake."""
        wrong = Person("Wrong Person", f"wrong.person@{DOMAIN}")
        return replace(self.parts[-1], person=wrong, group="peer") if self.way is Own.SLIP else None


def make_cast(programme: Programme, entries: Sequence[DelegateEntry], seed: int) -> tuple[Player, ...]:
    """Draw the cast. The same seed gives the same people and the same answers."""
    rng = Random(seed)
    deck = Deck(rng)
    known = {person.email for entry in entries for person in (entry.person, entry.manager, entry.coach)}
    names = _strangers(rng, known)
    shared = [next(names) for _ in range(SHARED_PEERS)]
    partners = [_at(next(names), PARTNER_DOMAIN) for _ in range(PARTNERS)]
    players = []
    for place, entry in enumerate(entries):
        deck.next_reader()
        way = WAYS[place % len(WAYS)]
        leader = make_leader(programme, entry.person.name, place, rng)
        others = [other.person for other in entries if other is not entry]
        raters = _raters(entry, way, others, shared, partners, names, rng)
        parts = tuple(_parts(programme, entry, leader, way, raters, place, deck, rng))
        players.append(Player(entry, leader, way, own_answers(programme, leader, deck, rng), parts))
    return tuple(players)


# --- who is asked -------------------------------------------------------------------------------------------------


def _raters(
    entry: DelegateEntry,
    way: Own,
    others: Sequence[Person],
    shared: Sequence[Person],
    partners: Sequence[Person],
    names: Iterator[Person],
    rng: Random,
) -> list[tuple[str, Person]]:
    """Choose about twelve: the manager, peers (some rate several delegates), direct reports, perhaps a partner."""
    few = way is Own.FEW
    known_peers = [*rng.sample(others, 1), *rng.sample(shared, 2)]
    peers = [*known_peers, *(next(names) for _ in range(1 if few else rng.randint(2, 3)))]
    reports = [next(names) for _ in range(3 if few else 5)]
    guests = [] if few else rng.sample(partners, rng.randint(0, 1))
    listed = [(MANAGER_GROUP, entry.manager)]
    for group, people in (("peer", peers), ("direct_report", reports), ("other", guests)):
        listed += [(group, person) for person in people]
    return listed


def _strangers(rng: Random, known: set[str]) -> Iterator[Person]:
    words = bank("names")
    firsts, lasts = cycle(rng.sample(words["first"], len(words["first"]))), list(words["last"])
    taken = set(known)
    while True:
        person = _at(Person(f"{next(firsts)} {rng.choice(lasts)}", ""), DOMAIN)
        if person.email not in taken:
            taken.add(person.email)
            yield person


def _at(person: Person, domain: str) -> Person:
    return Person(person.name, f"{plain_letters(person.name).replace(' ', '.')}@{domain}")


def plain_letters(text: str) -> str:
    """`siobhan odowd` for `Siobhán O'Dowd`."""
    spelt = text.translate(str.maketrans("łŁøØß", "lLoOs"))
    kept = unicodedata.normalize("NFKD", spelt).encode("ascii", "ignore").decode()
    return "".join(letter for letter in kept.lower() if letter.isalnum() or letter in " -")


# --- what they do -------------------------------------------------------------------------------------------------


def _parts(
    programme: Programme,
    entry: DelegateEntry,
    leader: Leader,
    way: Own,
    raters: Sequence[tuple[str, Person]],
    place: int,
    deck: Deck,
    rng: Random,
) -> Iterator[Part]:
    replies = _replies(way, raters, place, rng)
    for number, (group, person) in enumerate(raters):
        answers = rater_answers(programme, leader, group, deck, rng)
        yield Part(
            delegate=entry.person.email,
            group=group,
            person=person,
            reply=replies[number],
            reason=REASONS[(place + number) % len(REASONS)],
            share=rng.random() ** 1.3,
            answers=answers,
            second_thoughts=amended(programme, answers, rng),
            answers_pulse=rng.random() < 0.65,
            added_later=way in (Own.ADDS_LATER, Own.ADDS_ON_REQUEST) and number == len(raters) - 1,
        )


def _replies(way: Own, raters: Sequence[tuple[str, Person]], place: int, rng: Random) -> Mapping[int, Reply]:
    if way is Own.FEW:
        return dict(enumerate((Reply.SENDS, Reply.SENDS, Reply.LATE, Reply.DECLINES, *[Reply.NEVER] * 9)))
    missing = rng.sample(range(1, len(raters)), round(len(raters) * MISSING_PERCENT / 100))
    if place == 3:
        missing[0] = 0  # one manager never answers
    kinds = [(Reply.NEVER, Reply.DECLINES, Reply.NEVER), (Reply.DECLINES, Reply.HALF, Reply.NEVER)][place % 5 == 4]
    replies = dict.fromkeys(range(len(raters)), Reply.SENDS)
    replies |= {number: kinds[turn % len(kinds)] for turn, number in enumerate(missing)}
    sends = [number for number, reply in replies.items() if reply is Reply.SENDS]
    replies[sends[-1]] = Reply.TWO_SITTINGS
    if place % 2:
        replies[sends[1]] = Reply.AMENDS
    if place == 1:
        replies[missing[0]] = Reply.BOUNCES
    return replies
