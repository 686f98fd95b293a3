"""Read responses.csv: the answers of each delegate's raters, or every fault of the file."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from chalicelib.core.addresses import clean_text
from chalicelib.core.answers import NOT_ABLE, Answers, Response
from chalicelib.core.cell_values import find_group_id, read_rating
from chalicelib.core.csv_reader import Kind, Row, read_table
from chalicelib.core.file_errors import FaultList, Note, hint, ignore, quote
from chalicelib.core.model import Person, Programme
from chalicelib.core.name_order import is_credential, is_no_name, is_salutation, without_pronouns

DELEGATE, GROUP = "delegate", "group"
PERSON = "person"  # optional: who answers in a group that is shown by name
NAME_OR_CODE = "write the delegate’s name, or a code of your own such as D7"
MAX_BYTES = 50_000_000
MAX_ROWS = 200_000
MAX_COLUMNS = 200  # 60 items and 18 questions at most, and some unknown ones
_LOOKALIKES = str.maketrans("аеорсухіјѕοαν", "aeopcyxijsoav")  # of Cyrillic and Greek
MAX_COMMENT_CHARS = 1_000_000


def read_responses(programme: Programme, data: bytes, file: str, note: Note = ignore) -> dict[str, list[Response]]:
    """Read responses by delegate, in file order. Raises FileInvalid with every fault's line and column.

    note    receives what is passed over, such as a column that is not used
    """
    faults = FaultList(file, note)
    items = [item.id for item in programme.items]
    questions = [question.id for question in programme.open_questions]
    delegates = _Delegates(faults)
    waves: dict[str, list[Response]] = {}
    for row in read_table(data, _table(items, questions), faults):
        record = Row(row.line, row.cells | {GROUP: find_group_id(programme, clean_text(row.cells[GROUP]))})
        delegate = delegates.name(record)
        _check_group(programme, record, waves.get(delegate, ()), faults)
        person = _person(programme, record, faults)
        ratings = _ratings(programme, record, items, faults)
        comments = {question: text for question in questions if (text := record.cells[question])}
        waves.setdefault(delegate, []).append(Response(record.cells[GROUP], Answers(ratings, comments), person))
    faults.refuse_if_any()
    return waves


def _table(items: Sequence[str], questions: Sequence[str]) -> Kind:
    return Kind(
        columns=(DELEGATE, GROUP, *items),
        optional=(*questions, PERSON),
        max_bytes=MAX_BYTES,
        max_rows=MAX_ROWS,
        max_columns=MAX_COLUMNS,
        max_cell=MAX_COMMENT_CHARS,
        divide="Split it by delegate into several files, with an --out folder each",
        clean=str.strip,  # comments keep their lines
    )


def identify(name: str) -> str:
    """Return what two spellings of one delegate's name share: letters and digits, without accents and capitals."""
    apart = unicodedata.normalize("NFKD", clean_text(name).casefold())
    return re.sub(r"[\W_]", "", "".join(c for c in apart if not unicodedata.combining(c))) or clean_text(name)


def _without_invisible_signs(name: str) -> str:
    return "".join(c for c in name.casefold() if unicodedata.category(c) != "Cf")


def identify_likely(name: str) -> str:
    """Return what `Ward, Jo`, `Dr Jo Ward RN` and a Jo with a Cyrillic o share. Words in brackets make a difference.

    Pronouns make none.
    """
    apart = unicodedata.normalize("NFKD", without_pronouns(name).casefold()).translate(_LOOKALIKES)
    plain = "".join(sign for sign in apart if not unicodedata.combining(sign))
    bare, bracket, rest = plain.partition("(")
    words = re.findall(r"[^\W_]+", bare)
    named = [word for word in words if not (is_salutation(word) or is_credential(word))]
    return " ".join(sorted(named if len(named) > 1 else words)) + bracket + rest


class _Delegates:
    """Find one name for each delegate of a file: the first spelling.

    Blanks, invisible characters and capitals do not make another delegate. Accents and punctuation might, or might be a
    typing mistake: a fault names both spellings, because a second report would divide one delegate's raters in two.
    """

    def __init__(self, faults: FaultList) -> None:
        self._faults = faults
        self._first: dict[str, tuple[str, int]] = {}  # identity -> first spelling and its line
        self._likely: dict[str, tuple[str, int]] = {}  # words of a name -> the same

    def name(self, record: Row) -> str:
        name = clean_text(unicodedata.normalize("NFKC", record.cells[DELEGATE]))
        if not name:
            self._faults.add(record.line, DELEGATE, "is missing")
            return name
        if is_no_name(name):
            self._faults.add(record.line, DELEGATE, f'"{quote(name)}" names no one: {NAME_OR_CODE}')
            return name
        first, line = self._first.setdefault(identify(name), (name, record.line))
        likely, likely_line = self._likely.setdefault(identify_likely(name), (first, line))
        if first != likely:
            self._faults.add(record.line, DELEGATE, _spelt_in_two_ways(name, likely, likely_line))
        elif _without_invisible_signs(name) != _without_invisible_signs(first):
            self._faults.add(record.line, DELEGATE, _spelt_in_two_ways(name, first, line))
        return first


def _spelt_in_two_ways(name: str, first: str, line: int) -> str:
    return (
        f'"{quote(name)}" is spelt "{quote(first)}" on line {line}: use one spelling for one delegate; '
        "for two delegates add a difference, such as their service"
    )


def _check_group(programme: Programme, record: Row, earlier: Sequence[Response], faults: FaultList) -> None:
    group_id = record.cells[GROUP]
    groups = {group.id: group for group in programme.groups}
    group = groups.get(group_id)
    if group is None:
        faults.add(record.line, GROUP, f'"{quote(group_id)}" is not a rater group; {hint(group_id, list(groups))}')
    elif group.named and Counter(response.group for response in earlier)[group_id] >= group.max:
        faults.add(record.line, GROUP, f"is one response of {group_id} too many; allowed: {group.max} a delegate")


def _person(programme: Programme, record: Row, faults: FaultList) -> Person | None:
    """Return who answers, if the file says so. It must not name anyone of an anonymous group."""
    name, group_id = clean_text(record.cells[PERSON]), record.cells[GROUP]
    if name and any(group.id == group_id for group in programme.anonymous_groups):
        faults.add(record.line, PERSON, f"names someone of an anonymous group ({group_id}): leave it empty")
    return Person(name, "") if name else None


def _ratings(programme: Programme, record: Row, items: Iterable[str], faults: FaultList) -> dict[str, int | None]:
    ratings: dict[str, int | None] = {}
    for item in items:
        if not clean_text(record.cells[item]):
            continue
        rating = read_rating(programme, record.cells[item])
        if isinstance(rating, str):
            allowed = f"1 to {programme.top}, its label, {NOT_ABLE} or empty"
            faults.add(record.line, item, f'"{quote(rating)}" is not a rating; allowed: {allowed}')
        else:
            ratings[item] = rating
    return ratings
