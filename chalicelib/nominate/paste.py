"""A list of people as it is copied from Outlook, Excel or a mail, read into names and addresses. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from chalicelib.model import Person
from chalicelib.programme.cells import clean_address, clean_text, fault_of_address, fault_of_text

MOST_ENTRIES = 60  # as many raters as any programme allows
LONGEST_SHOWN = 40  # characters of an entry in a message

_ENTRY = re.compile(r'(?:"[^"\n]*"|[^;\n])+')  # a semicolon in quotes belongs to a name
_ADDRESS = re.compile(r"<[^<>\n]*>|[^\s<>,;:\"()\[\]]*@[^\s<>,;:\"'()\[\]]*")
_HEADER = re.compile(r"^\s*(?:to|cc|bcc)\s*:", re.IGNORECASE)
_LINK = re.compile(r"\bmailto:", re.IGNORECASE)
_ASIDE = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*")  # Outlook adds the organisation: "Okafor, Sam (NORTHFOLD TRUST)"
_AROUND = " \t,;'\"“”‘’|•*<>()[]"


class PasteFault(Struct, frozen=True):
    """One entry that cannot be read: what it says, and what to do."""

    entry: str
    message: str

    def __str__(self) -> str:
        return f"“{self.entry}”: {self.message}"


class Pasted(Struct, frozen=True):
    people: tuple[Person, ...]  # in the order of the list, each address once
    faults: tuple[PasteFault, ...]


def read_list(text: str) -> Pasted:
    """Reads `Name <a@b>; Surname, First <a@b>`, bare addresses, and cells copied from a table.

    Entries end at a semicolon, a line break or the next address. A name that is missing is made of the address.
    """
    people: dict[str, Person] = {}
    faults = []
    for name, address in _entries(text):
        person = Person(_name(name) or name_from(address), address)
        if fault := _fault(person):
            faults.append(PasteFault(_shown(f"{name} {address}"), fault))
        else:
            people.setdefault(address, person)
    if len(people) > MOST_ENTRIES:
        faults.append(PasteFault(f"{len(people)} people", f"please paste at most {MOST_ENTRIES} at a time."))
    return Pasted(tuple(people.values()), tuple(faults))


def name_from(address: str) -> str:
    """`jo.ward2@nhs.net` is Jo Ward; what cannot be told is left to the eye of the delegate."""
    words = re.findall(r"[^\W\d_]+", address.partition("@")[0].replace("'", ""))
    return " ".join(word.capitalize() for word in words)


def _entries(text: str) -> Iterator[tuple[str, str]]:
    """(what stands beside the address, the address): one pair for each address, or for words without one."""
    for piece in _ENTRY.findall(text.replace("\r", "\n")):
        piece = _LINK.sub("", _HEADER.sub("", piece))
        found = list(_ADDRESS.finditer(piece))
        if not found:
            if words := clean_text(piece).strip(_AROUND):
                yield words, ""
            continue
        yield from _pairs(piece, found)


def _pairs(piece: str, found: list[re.Match[str]]) -> Iterator[tuple[str, str]]:
    """A name stands before its address; in a table with the address first, after it."""
    start, after = 0, piece[found[-1].end() :]
    lone = len(found) == 1 and not piece[: found[0].start()].strip(_AROUND)
    for match in found:
        name = after if lone else piece[start : match.start()]
        start = match.end()
        yield clean_text(name), clean_address(match[0]).strip("<>'. ")
    left_over = clean_text(_ASIDE.sub(" ", after)).strip(_AROUND + ".")
    if left_over and not lone:
        yield left_over, ""


def _name(words: str) -> str:
    """`Surname, First (Trust)` as people say it: `First Surname`."""
    bare = clean_text(_ASIDE.sub(" ", words)).strip(_AROUND)
    if "@" in bare:  # Outlook repeats the address where it knows no name
        return ""
    surname, comma, first = bare.partition(",")
    return f"{first.strip()} {surname.strip()}" if comma and first.strip() and "," not in first else bare


def _fault(person: Person) -> str:
    if not person.email:
        return "has no mail address. Please write it after the name."
    if fault := fault_of_address(person.email):
        return f"{fault}."
    fault = fault_of_text(person.name)
    return f"the name {fault}. Please write one before the address." if fault else ""


def _shown(entry: str) -> str:
    entry = entry.strip() or "<>"
    return entry if len(entry) <= LONGEST_SHOWN else f"{entry[: LONGEST_SHOWN - 1]}…"
