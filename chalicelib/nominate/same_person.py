"""Find one person under two spellings of an address or a name. Pure, and linear in the number of people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum

from chalicelib.core.formatting import name_sort_key
from chalicelib.core.model import Person
from chalicelib.nominate.email_domains import DOTS_IGNORED, domain_of

KEPT = 2  # people under one spelling: enough to find a person other than the rater
MIN_NAME_WORDS = 2  # in an address, one word is a first name or a team
_WORD = re.compile(r"[^\W\d_]+")
_APOSTROPHES = str.maketrans("", "", "'’ʼ`")


class Likeness(StrEnum):
    """What two people have in common, the surest first."""

    MAILBOX = "mailbox"
    LOCAL_PART = "local part"
    NAME = "name"


Spelling = tuple[Likeness, str]


def spellings(person: Person) -> Iterator[Spelling]:
    """Yield what stays the same in other spellings of the person's address and name, the surest first."""
    yield Likeness.MAILBOX, mailbox_of(person.email)
    yield Likeness.LOCAL_PART, local_part_of(person.email)
    if name := name_of(person.name):
        yield Likeness.NAME, name
    in_address = name_of(local_part_of(person.email, dots=True))
    if in_address.count(" ") >= MIN_NAME_WORDS - 1:
        yield Likeness.NAME, in_address


def mailbox_of(address: str) -> str:
    """Return the address without what the email program ignores: `jo.ward+360@gmail.com` is `joward@gmail.com`."""
    domain = domain_of(address)
    if domain in DOTS_IGNORED:
        return f"{local_part_of(address)}@gmail.com"
    return f"{local_part_of(address, dots=True)}@{domain}"


def local_part_of(address: str, *, dots: bool = False) -> str:
    """Return what is before the @, in small letters, without `+360`; and without dots unless they are wanted."""
    local = address.rpartition("@")[0].casefold()
    bare = local.partition("+")[0] or local
    return bare if dots else bare.replace(".", "") or bare


def name_of(name: str) -> str:
    """Return the words of a name without accents, capitals and punctuation, in the order of the alphabet."""
    plain = name_sort_key(name)[0].translate(_APOSTROPHES)
    return " ".join(sorted(_WORD.findall(plain)))


def likeness(person: Person, other: Person) -> Likeness | None:
    """Return the surest thing that two people have in common."""
    shared = {*spellings(other)}
    return next((spelling[0] for spelling in spellings(person) if spelling in shared), None)


class Directory:
    """People by every spelling of their addresses and names."""

    def __init__(self, people: Iterable[Person]) -> None:
        self._by_spelling: dict[Spelling, list[Person]] = {}
        for person in people:
            for spelling in {*spellings(person)}:
                self._keep(self._by_spelling.setdefault(spelling, []), person)

    def find_alike(self, person: Person) -> tuple[Likeness, Person] | None:
        """Return a person with another address who may be the same, and what they have in common."""
        for spelling in spellings(person):
            for other in self._by_spelling.get(spelling, ()):
                if other.email != person.email:
                    return spelling[0], other
        return None

    @staticmethod
    def _keep(known: list[Person], person: Person) -> None:
        if len(known) < KEPT and all(person.email != other.email for other in known):
            known.append(person)
