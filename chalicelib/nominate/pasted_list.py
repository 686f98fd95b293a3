"""Read a list of people, as copied from Outlook, Excel or an email, into names and addresses. Pure.

The time grows with the length of the list, for any content: no expression here rereads text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import repeat, starmap

from msgspec import Struct

from chalicelib.core.addresses import (
    NO_NAME,
    check_address,
    check_name,
    clean_address,
    clean_name,
    clean_text,
    fold_width,
)
from chalicelib.core.formatting import name_sort_key
from chalicelib.core.model import Person
from chalicelib.core.name_order import is_job, is_job_alone, put_in_order, trim, without_pronouns
from chalicelib.nominate.pasted_lines import (
    ASIDE,
    choose_name,
    ends_as_quoting,
    find_header,
    is_heading,
    is_label,
    join_cards,
    read_rows,
    without_label,
    without_quoting,
)

MAX_CHARACTERS = 30_000  # 60 people with the longest names and addresses
MAX_FAULTS = 20  # faults of a text that is no list: more would be noise
MAX_PASTED_ENTRIES = 60  # as many raters as any programme allows
MAX_SHOWN_CHARS = 40  # characters of an entry in a message

_ENTRY = re.compile(r'(?:"[^"\n]*"|[^;\n])+')  # a semicolon in quotes belongs to a name
_BETWEEN_TURNS = (re.compile(r"[;|\t]"), re.compile(r"[;|\t,]"))
_IN_BRACKETS_OR_WORD = re.compile(r"<[^<>\n]*>|[^\s<>,;:\"()\[\]|/=·•・]+")
_TELEPHONE = re.compile(r"^(?:ext|extn|extension|tel|t|m|mob|mobile|phone|bleep|x)\b\W{0,3}\d", re.IGNORECASE)
_TELEPHONE_LABELS = frozenset(["ext", "extn", "extension", "tel", "telephone", "mob", "mobile", "phone", "bleep"])
_OF_TELEPHONES = frozenset("0123456789+()-–./")
_MIN_TELEPHONE_DIGITS = 4  # fewer may keep two people of one name apart
_DASH = re.compile(r"\s[-–—|]\s")
_SCHEME = re.compile(r"\b(?:mailto|smtp|sips?|xmpp|e-?mail)\s*:", re.IGNORECASE)
_AND = re.compile(r"(?:and|or|und|oder|et|ou|y|e|i|oraz|en|og|och|[&+])\s+")  # in small letters: never a name
_MARKDOWN_LINK = re.compile(r"\[([^\[\]\n]{0,200})\]\((?:mailto:)?([^()<>\s@]{1,64}@[^()<>\s@]{1,255})\)")
_QUOTED_SIGNS = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&amp;": "&"}  # as the source of a page writes them
_OTHER_SEPARATORS = str.maketrans({"؛": ";", "、": ",", "،": ",", "\r": "\n", "\v": "\n", "\u2028": "\n"})


class PasteFault(Struct, frozen=True):
    """One entry that cannot be read, and what to do. `name` is how a test finds the reason."""

    entry: str
    message: str
    name: str = "not-a-list"

    def __str__(self) -> str:
        return f"“{self.entry}”: {self.message}"


class Span(Struct, frozen=True):
    """An address in a piece of text, and its place."""

    address: str
    start: int
    end: int


class Pasted(Struct, frozen=True):
    people: tuple[Person, ...]  # in the order of the list, each address once
    faults: tuple[PasteFault, ...]


def read_list(text: str, titles: Collection[str] = ()) -> Pasted:
    """Read `Name <a@b>; Surname, First <a@b>`, bare addresses, and cells copied from a table.

    Entries end at a semicolon, a line break or the next address. A missing name is derived from the address.

    titles   titles of groups: a line with one alone is a heading
    """
    if len(text) > MAX_CHARACTERS:
        message = f"is too long: {len(text)} characters, and at most {MAX_CHARACTERS} are read at a time"
        return Pasted((), (PasteFault("The list", f"{message}. Please paste names and email addresses only."),))
    people: dict[str, Person] = {}
    faults: list[PasteFault] = []
    headings: list[PasteFault] = []  # passed over if the list has people too
    for name, address in _entries(_in_plain_text(text), titles):
        person = Person(_name(name) or name_from(address), address)
        if fault := _fault(person):
            heading = not address and (not trim(name) or is_heading(name, titles))
            (headings if heading else faults).append(PasteFault(_shown(f"{name} {address}"), *fault))
        else:
            people.setdefault(address, person)
    if not people:
        faults = headings + faults
    if len(people) > MAX_PASTED_ENTRIES:
        faults.append(PasteFault(f"{len(people)} people", f"please paste at most {MAX_PASTED_ENTRIES} at a time."))
    return Pasted(tuple(people.values()), _first_faults(faults))


def _in_plain_text(text: str) -> str:
    """Return text with one sign for each separator, and without the marks of a link."""
    for quoted, sign in _QUOTED_SIGNS.items():
        text = text.replace(quoted, sign)
    return _MARKDOWN_LINK.sub(r"\1 <\2>", fold_width(text).translate(_OTHER_SEPARATORS))


def _first_faults(faults: list[PasteFault]) -> tuple[PasteFault, ...]:
    more = len(faults) - MAX_FAULTS
    if more <= 0:
        return tuple(faults)
    last_line = PasteFault(f"{more} more", "entries cannot be read. Please paste names and email addresses only.")
    return (*faults[:MAX_FAULTS], last_line)


def name_from(address: str) -> str:
    """Derive a name: `jo.ward2@nhs.net` is Jo Ward; the delegate checks what remains unclear."""
    words = re.findall(r"[^\W\d_]+", address.partition("@")[0].replace("'", ""))
    return " ".join(word.capitalize() for word in words)


def _entries(text: str, titles: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield pairs (text next to the address, the address): one for each address, or for words without one."""
    lines = text.split("\n")
    header, separator = find_header(lines)
    if header >= 0 and "@" in text:
        yield from ((clean_text(name), clean_address(cell)) for name, cell in read_rows(lines[header:], separator))
        return
    for line in join_cards(lines, titles):
        if cells := _cells(line, titles):
            yield _of_cells(cells, titles)
        elif "@" not in line and is_heading(line, titles):
            yield from ((words, "") for words in [clean_text(line)] if any(map(str.isalnum, words)))
        elif turns := _turns(line, titles):
            yield from turns
        else:
            yield from _of_pieces(_ENTRY.findall(line), titles)


def _turns(line: str, titles: Collection[str]) -> list[tuple[str, str]]:
    """Return (name, address) of people whose names and addresses take turns: `Ann Lee; ann@x.org; Bob Roy; bob@x.org`.

    Names without an address may follow at the end: each gives ("Bob Roy", ""). Empty if the line is another list.
    """
    for separator in "" if '"' in line else _BETWEEN_TURNS:
        cells = [cell.strip() for cell in separator.split(line) if cell.strip()]
        at = sum("@" in cell for cell in cells)
        pairs = list(zip(cells[: 2 * at : 2], cells[1 : 2 * at : 2], strict=False))
        if "@" in cells[0]:
            pairs = [(name, address) for address, name in pairs]
        tail = cells[2 * at :]
        rest = [] if is_job_alone(", ".join(tail)) else [cell for cell in tail if _may_be_person(cell, titles)]
        enough = len(pairs) > 1 or (rest and "@" not in cells[0])
        if at == len(pairs) and enough and all(starmap(_are_one_person, pairs)):
            return [(clean_text(name), clean_address(address)) for name, address in pairs] + [
                (clean_text(name), "") for name in rest
            ]
    return []


def _are_one_person(name: str, address: str) -> bool:
    return "@" not in name and _is_address_of(address, name)


def _cells(line: str, titles: Collection[str]) -> list[str]:
    """Return the cells of a row about one person, or nothing if the line is none."""
    for separator in "\t|":
        cells = [cell for cell in line.split(separator) if cell.strip()]
        if len(cells) > 2 and sum("@" in cell for cell in cells) == 1:
            return [] if separator == "|" and _may_be_person(cells[-1], titles) else cells
    cells = [cell for cell in line.split(";") if cell.strip()]
    return cells if len(cells) > 1 and '"' not in line and _is_about_one(cells, titles) else []


def _is_about_one(cells: list[str], titles: Collection[str]) -> bool:
    """Return whether cells are a name, its address alone, and nothing that may be another person's name."""
    name, others = cells[0], [cell for cell in cells[1:] if "@" not in cell]
    addresses = [cell for cell in cells[1:] if "@" in cell]
    if any(map(_may_be_person, others, repeat(titles))):
        return False
    return "@" not in name and len(addresses) == 1 and _is_address_of(addresses[0], name)


def _may_be_person(cell: str, titles: Collection[str]) -> bool:
    return "@" not in cell and any(map(str.isalpha, cell)) and not is_job_alone(cell) and not is_label(cell, titles)


def _is_address_of(cell: str, name: str) -> bool:
    """Return whether a cell is an address alone that repeats a word of the name: else the name is another person's."""
    words = (word for word in re.findall(r"[^\W\d_]+", name_sort_key(name)[0]) if len(word) > 1)
    return " " not in cell.strip() and any(word in cell.casefold() for word in words)


def _of_cells(cells: list[str], titles: Collection[str]) -> tuple[str, str]:
    """Return the name and the address of a row with more columns."""
    place = next(place for place, cell in enumerate(cells) if "@" in cell)
    pairs = list(_of_piece(cells[place], titles)) or [("", clean_text(cells[place]))]  # the sign alone
    name, address = next((pair for pair in pairs if pair[1]), pairs[0])
    return _trimmed(name) or clean_text(choose_name(cells[:place], cells[place + 1 :], titles)), address


def _of_pieces(pieces: list[str], titles: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the people of each piece. After a name alone, an address may belong to it: ask about words that follow."""
    after_name = False
    for piece in pieces:
        yield from _of_piece(piece, titles, after_name=after_name)
        after_name = _may_be_person(piece, titles)


def _of_piece(piece: str, titles: Collection[str], *, after_name: bool = False) -> Iterator[tuple[str, str]]:
    piece = _SCHEME.sub(" ", piece)
    spans = list(_addresses(piece))
    if spans:
        yield from _pairs(piece, spans, titles, after_name=after_name)
    elif any(map(str.isalnum, piece)):
        yield clean_text(piece), ""


def _addresses(piece: str) -> Iterator[Span]:
    """Yield what is in angle brackets, and each word with an @; a quotation mark ends the part after it."""
    for match in _IN_BRACKETS_OR_WORD.finditer(piece):
        word = match[0]
        if word.startswith("<"):
            yield Span(word, match.start(), match.end())
        elif "@" in word[1:]:  # "@Jo" is how chats mention a person
            end = word.find("'", word.rindex("@"))
            address = word if end < 0 else word[:end]
            yield Span(address, match.start(), match.start() + len(address))


def _pairs(piece: str, spans: list[Span], titles: Collection[str], *, after_name: bool) -> Iterator[tuple[str, str]]:
    """Find the name before its address, or after it in a table with the address first."""
    start, after = 0, piece[spans[-1].end :]
    lone = len(spans) == 1 and not after_name and not _trimmed(without_label(piece[: spans[0].start], titles))
    for span in spans:
        before = without_label(without_quoting(piece[start : span.start]), titles)
        name = _name_behind(after, span.address) if lone else _without_columns(before, titles)
        start = span.end
        yield clean_text(name), clean_address(span.address)
    if left_over := _left_over(after, is_name=lone):
        yield left_over, ""


def _name_behind(words: str, address: str) -> str:
    """Return the words behind an address; of `jo@example.org (Jo Ward)` those in brackets, if one is in the address."""
    aside = ASIDE.search(words)
    inside = aside[0][1:-1] if aside and not _trimmed(words) else ""
    return inside if _is_address_of(address, inside) else words


def _without_columns(words: str, titles: Collection[str]) -> str:
    """Leave out jobs, groups and wards between commas: `Director of Nursing, Bob Roy` and `Bob Roy, Peer` are Bob Roy.

    What is left is one whole name, or a surname and a first name; else nothing is left out, and the delegate sees it.
    """
    first, *others = words.split(",")
    cells = [_without_telephone(first), *(cell for cell in others if not _has_number(cell))]
    names = [cell for cell in cells if any(map(str.isalnum, cell)) and not _is_part(clean_text(cell), titles)]
    words_of = [len(clean_text(cell).split()) for cell in names]
    is_whole = words_of == [1, 1] or (len(names) == 1 and words_of[0] > 1)
    return ", ".join(names) if is_whole and '"' not in words else words


def _is_part(cell: str, titles: Collection[str]) -> bool:
    return is_job_alone(cell) or is_label(cell, titles)


def _has_number(cell: str) -> bool:
    """Return whether a cell behind a comma is a ward or a number, such as `Ward 5` and `x1234`, not `John - Ward 5`."""
    return any(map(str.isdigit, cell)) and not _DASH.search(cell)


def _without_telephone(words: str) -> str:
    """Leave out the number of a telephone behind a name, or the word before it alone."""
    kept, digits = words.split(), 0
    while kept and (set(kept[-1]) <= _OF_TELEPHONES or _TELEPHONE.match(kept[-1])):
        digits += sum(map(str.isdigit, kept.pop()))
    kept = kept if digits >= _MIN_TELEPHONE_DIGITS else words.split()
    whole = len(kept)
    while len(kept) > 1 and kept[-1].strip(".:").casefold() in _TELEPHONE_LABELS:
        kept.pop()
    return " ".join(kept) if digits >= _MIN_TELEPHONE_DIGITS or 1 < len(kept) < whole else words


def _left_over(after: str, *, is_name: bool) -> str:
    """Return who may be one more person behind the last address, or behind its name if that follows it."""
    words = without_pronouns(trim(clean_text(ASIDE.sub(" ", after))).strip("."))
    if ends_as_quoting(words):
        return ""
    if is_name:
        name, _, words = words.partition(", ")
        words = words if " " in name and is_job(words) else ""
    is_number = _TELEPHONE.search(words) is not None
    return words if any(map(str.isalpha, words)) and not (is_number or is_job_alone(words)) else ""


def _trimmed(words: str) -> str:
    return trim(clean_text(ASIDE.sub(" ", words)))


def _name(words: str) -> str:
    """Turn `Surname, First (Trust)` into `First Surname`."""
    words = _without_telephone(words.lstrip(" ,;)"))
    bare = trim(clean_name(ASIDE.sub(" ", _AND.sub("", words, count=1) if _AND.match(words) else words)))
    return "" if "@" in bare else put_in_order(bare)  # Outlook repeats the address where it knows no name


def _fault(person: Person) -> tuple[str, str] | None:
    """Return what is wrong in words, and its name; None if the person can be used."""
    if not person.email:
        return "has no email address. Please write it after the name.", "no-address"
    if fault := check_address(person.email):
        return f"{fault}.", "bad-address"
    if not person.name:
        return "the name is missing. Please write one before the address.", "no-name"
    fault = NO_NAME if is_job_alone(person.name) else check_name(person.name)
    return (f"the name {fault}.", "bad-name") if fault else None


def _shown(entry: str) -> str:
    entry = entry.strip() or "<>"
    return entry if len(entry) <= MAX_SHOWN_CHARS else f"{entry[: MAX_SHOWN_CHARS - 1]}…"
