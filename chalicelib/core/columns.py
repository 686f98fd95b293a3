"""Find the columns of a table by their titles, as people write them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

from chalicelib.core.addresses import clean_text

MAX_TITLE_CHARS = 80  # characters; a longer cell is no title of a column
_EMAIL = re.compile(r"\be[-_ ]?mail\b")
_WORDS = re.compile(r"[^\W_]+")
_WHOLE_NAME = re.compile(r"\bimię i nazwisko\b|\bvor- und nachname\b|\bnom et prénom\b|\bname and surname\b")
_SAME_WORDS = {
    word: same
    for same, words in {
        "email": "mail mails emails courriel",
        "address": "adresse adres",
        "name": "names",
        "manager": "supervisor führungskraft vorgesetzter vorgesetzte vorgesetzten przełożony przełożonego kierownik",
        "coach": "coachs coacha",
        "job": "funktion stelle stanowisko",
        "department": "abteilung bereich dział oddział",
        "delegate": "teilnehmer teilnehmerin uczestnik uczestnika",
        "group": "gruppe grupa",
    }.items()
    for word in words.split()
}
_FILLING_WORDS = "line full work nhs executive of the your their s required optional der die das des dem"
_IGNORED_WORDS = frozenset(_FILLING_WORDS.split())
_NOTE = re.compile(r"\((?:as|if|e\.?g|for example|please|incl|including|max|one|only)\b[^()]*\)")  # how to fill it in
_NUMBER = re.compile(r"\d{1,2}[.)]\s")  # “3. Job title”, as forms number their questions
_LAST_WORDS = ("name", "email", "vorname", "nachname", "imię", "nazwisko")  # “email of the coach” is the coach's email
_SUBJECTS = ("delegate", "participant", "rater", "person", "colleague", "employee", "staff")
_PARTS_OF_A_NAME = (
    ("first", "firstname", "preferredname", "forename", "givenname", "given", "vorname", "imię", "prénom"),
    ("last", "lastname", "surname", "familyname", "family", "nachname", "nazwisko", "nom"),
)
_BOTH = ("servicedepartment", "departmentservice", "serviceteam", "teamservice", "wardservice", "serviceward")
_OTHER_TITLES = {
    "job_title": ("job", "role", "position", "post", "jobrole", "posttitle", "graderole", "rolegrade", "bandrole"),
    "service": ("department", "dept", "team", "unit", "directorate", "division", *_BOTH),
    "group": ("relationship", "relation", "ratergroup", "category", "role"),
    "attendance": ("attended", "present", "status", "mark", "presence"),
    "manager_name": ("manager",),
    "coach_name": ("coach",),
    "delegate": ("delegatename", "participant", "participantname"),
    "delegate_email": ("participantemail",),
}
_PLACES_WITHIN = {"service": ("ward", "area", "servicearea")}  # the column's title only if the file has no other for it


class HeaderColumns(Struct, frozen=True):
    """The columns of one header."""

    places: dict[str, tuple[int, ...]]  # column -> its cells: two for a first name and a surname
    twice: tuple[str, ...]  # columns that have two titles
    unknown: tuple[str, ...]  # titles of no column
    missing: tuple[str, ...]  # expected columns that have no title


def find_columns(header: Sequence[str], columns: Sequence[str]) -> HeaderColumns:
    """Match titles with columns: by their own names, then by other words for them, then as parts of a name."""
    places: dict[str, tuple[int, ...]] = {}
    twice: list[str] = []
    left = {place: title for place, title in enumerate(header) if title}
    names = {_bare(column): column for column in columns}
    ids = {bare: column for bare, column in names.items() if bare not in _LAST_WORDS}  # “Name: Jo Ward” is no title
    for key, known in ((_bare, names), (_key, _other_words(columns)), (_first_word, ids)):
        places_of: dict[str, tuple[int, ...]] = {}
        for place, title in list(left.items()):
            column = known.get(key(title))
            if column is None or column in places:
                continue
            del left[place]
            twice += [column] if column in places_of else []
            places_of.setdefault(column, (place,))
        places |= places_of
    places |= _places_within(left, [column for column in columns if column not in places])
    left = {place: title for place, title in left.items() if (place,) not in places.values()}
    for column, cells in _parts_of_names(left, [column for column in columns if column not in places]).items():
        places[column] = cells
        left = {place: title for place, title in left.items() if place not in cells}
    missing = tuple(column for column in columns if column not in places)
    return HeaderColumns(places, tuple(dict.fromkeys(twice)), tuple(left.values()), missing)


def _places_within(left: Mapping[int, str], columns: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Return the first title for each column that only a weaker word names, such as `Ward` for the service."""
    places: dict[str, tuple[int, ...]] = {}
    for place, title in left.items():
        for column in columns:
            if _key(title) in _PLACES_WITHIN.get(column, ()):
                places.setdefault(column, (place,))
    return places


def count_matches(header: Sequence[str], columns: Sequence[str]) -> int:
    """Return how many columns a line would name if it were the header."""
    if any(len(cell) > MAX_TITLE_CHARS for cell in header):
        return 0
    return len(find_columns(header, columns).places)


def _other_words(columns: Sequence[str]) -> dict[str, str]:
    """Return the columns by other words for them. A word for two columns is a word for the first."""
    named = [(_key(column), column) for column in columns]
    other = [(word, column) for column in columns for word in _OTHER_TITLES.get(column, ())]
    of_subject = [(f"{subject}{key}", column) for subject in _SUBJECTS for key, column in named]
    has_subject = any(key.startswith(_SUBJECTS) for key, _ in named)
    alone = [] if has_subject or "name" not in columns else [(subject, "name") for subject in _SUBJECTS]
    return dict(reversed([*named, *other, *of_subject, *alone]))


def _parts_of_names(left: Mapping[int, str], columns: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Return the cells of a first name and a surname for each column of names that has no title of its own."""
    keys = {_key(title): place for place, title in left.items()}
    joined = {}
    for column in columns:
        prefix = _key(column.removesuffix("name"))
        parts = [[keys[prefix + word] for word in words if prefix + word in keys] for words in _PARTS_OF_A_NAME]
        if column.endswith("name") and all(parts):
            joined[column] = tuple(places[0] for places in parts)
    return joined


def _key(title: str) -> str:
    """Return what is left of `Line manager's e-mail address` after common words: `manageremail`."""
    if len(title) > MAX_TITLE_CHARS:
        return title
    text = clean_text(title).casefold().replace("_", " ").replace("’", "'")
    text = _NUMBER.sub("", text, count=1) if _NUMBER.match(text) else text
    text = _NOTE.sub(" ", text)
    text = _WHOLE_NAME.sub("name", _EMAIL.sub("email", text).replace("'s ", " "))
    words = [_SAME_WORDS.get(word, word) for word in _WORDS.findall(text)]
    words = [word for word in words if word not in _IGNORED_WORDS]
    words.sort(key=lambda word: word in _LAST_WORDS)
    return "".join(word for word in words if word != "address" or "email" not in words)


def _first_word(title: str) -> str:
    """Return `i1` of `i1. Listens to others`, as survey tools write a question below its id."""
    first, _, rest = clean_text(title[:MAX_TITLE_CHARS]).partition(" ")
    return _bare(first) if rest and first.endswith((".", ":", ")")) else ""


def _bare(name: str) -> str:
    """Normalise a column name: compare without case, blanks, quotes, hyphens and underscores."""
    return "".join(sign for sign in clean_text(name).lower() if sign.isalnum())
