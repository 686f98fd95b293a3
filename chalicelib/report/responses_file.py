"""Read responses.csv: the answers of each delegate's raters, or every fault of the file."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from chalicelib.core.addresses import clean_text
from chalicelib.core.answers import NOT_ABLE, Answers, Response
from chalicelib.core.file_errors import FaultList, hint, shown
from chalicelib.core.model import Person, Programme
from chalicelib.report.responses_csv import Record, read_records

DELEGATE, GROUP = "delegate", "group"
PERSON = "person"  # optional: who answers in a group that is shown by name


def read_responses(programme: Programme, data: bytes, file: str) -> dict[str, list[Response]]:
    """Read responses by delegate, in file order. Raises FileFaults with every fault's line and column."""
    faults = FaultList(file)
    items = [item.id for item in programme.items]
    questions = [question.id for question in programme.open_questions]
    delegates = _Delegates(faults)
    waves: dict[str, list[Response]] = {}
    for record in read_records(data, [DELEGATE, GROUP, *items], [*questions, PERSON], faults):
        delegate = delegates.name(record)
        _check_group(programme, record, waves.get(delegate, ()), faults)
        person = _person(programme, record, faults)
        ratings = _ratings(programme, record, items, faults)
        comments = {question: text for question in questions if (text := record.cells[question])}
        waves.setdefault(delegate, []).append(Response(record.cells[GROUP].lower(), Answers(ratings, comments), person))
    faults.refuse_if_any()
    return waves


def identify(name: str) -> str:
    """Return what two spellings of one delegate's name share: letters and digits, without accents and capitals."""
    apart = unicodedata.normalize("NFKD", clean_text(name).casefold())
    return re.sub(r"[\W_]", "", "".join(c for c in apart if not unicodedata.combining(c))) or clean_text(name)


def _without_invisible_signs(name: str) -> str:
    return "".join(c for c in name.casefold() if unicodedata.category(c) != "Cf")


class _Delegates:
    """Find one name for each delegate of a file: the first spelling.

    Blanks, invisible characters and capitals do not make another delegate. Accents and punctuation might, or might be a
    typing mistake: a fault names both spellings, because a second report would divide one delegate's raters in two.
    """

    def __init__(self, faults: FaultList) -> None:
        self._faults = faults
        self._first: dict[str, tuple[str, int]] = {}  # identity -> first spelling and its line

    def name(self, record: Record) -> str:
        name = clean_text(unicodedata.normalize("NFKC", record.cells[DELEGATE]))
        if not name:
            self._faults.add(record.line, DELEGATE, "is missing")
            return name
        first, line = self._first.setdefault(identify(name), (name, record.line))
        if _without_invisible_signs(name) != _without_invisible_signs(first):
            self._faults.add(record.line, DELEGATE, _spelt_in_two_ways(name, first, line))
        return first


def _spelt_in_two_ways(name: str, first: str, line: int) -> str:
    return (
        f'"{shown(name)}" is spelt "{shown(first)}" on line {line}: use one spelling for one delegate; '
        "for two delegates add a difference, such as their service"
    )


def _check_group(programme: Programme, record: Record, earlier: Sequence[Response], faults: FaultList) -> None:
    group_id = record.cells[GROUP].lower()
    groups = {group.id: group for group in programme.groups}
    group = groups.get(group_id)
    if group is None:
        faults.add(record.line, GROUP, f'"{shown(group_id)}" is not a rater group; {hint(group_id, list(groups))}')
    elif group.named and Counter(response.group for response in earlier)[group_id] >= group.max:
        faults.add(record.line, GROUP, f"is one response of {group_id} too many; allowed: {group.max} a delegate")


def _person(programme: Programme, record: Record, faults: FaultList) -> Person | None:
    """Return who answers, if the file says so. It must not name anyone of an anonymous group."""
    name, group_id = clean_text(record.cells[PERSON]), record.cells[GROUP].lower()
    if name and any(group.id == group_id for group in programme.anonymous_groups):
        faults.add(record.line, PERSON, f"names someone of an anonymous group ({group_id}): leave it empty")
    return Person(name, "") if name else None


def _ratings(programme: Programme, record: Record, items: Iterable[str], faults: FaultList) -> dict[str, int | None]:
    allowed: dict[str, int | None] = {str(rating): rating for rating in range(1, programme.top + 1)}
    allowed[NOT_ABLE] = None
    ratings = {}
    for item in items:
        cell = record.cells[item].lower()
        if cell in allowed:
            ratings[item] = allowed[cell]
        elif cell:
            faults.add(
                record.line,
                item,
                f'"{shown(cell)}" is not a rating; allowed: 1 to {programme.top}, {NOT_ABLE} or empty',
            )
    return ratings
