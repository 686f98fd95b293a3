"""Read a rater group or a rating in a cell of a table, as people and other programs write them. Pure."""

from __future__ import annotations

import re
import unicodedata

from chalicelib.core.addresses import clean_text
from chalicelib.core.answers import NOT_ABLE
from chalicelib.core.model import Programme

MAX_RATING_CHARS = 100  # the longest label and its number
_NOT_ABLE_WORDS = (  # as forms and programs of statistics write it, in English, German and Polish
    "notable notabletocomment notabletocommentna unabletocomment unabletorate cannotcomment cannotsay cantsay"
    " notapplicable notobserved dontknow donotknow notknown nk noopinion keineangabe ka nichtbeurteilbar niedotyczy nd"
)  # not "NaN", by which a program says that its own calculation failed
_NOT_ABLE = frozenset([NOT_ABLE, *_NOT_ABLE_WORDS.split()])
_WHOLE = re.compile(r"([0-9]{1,2})(?:[.,]0{1,6})?")  # "4", and "4.0" as other programs write it
_NUMBER = re.compile(r"[0-9]+")


def find_group_id(programme: Programme, cell: str) -> str:
    """Return the id of a group that is written as its id or title, in singular or plural, or else the cell."""
    ids: dict[str, str] = {}
    for group in programme.groups:
        for name in (group.id, group.title):
            ids.setdefault(_letters(name), group.id)
            ids.setdefault(f"{_letters(name)}s", group.id)
            ids.setdefault(_letters(name).removesuffix("s"), group.id)
    return ids.get(_letters(cell), cell)


def read_rating(programme: Programme, cell: str) -> int | str | None:
    """Return a rating, None for "not able to comment", or the text that is neither. A number must fit its label."""
    text = _plain(cell)
    if len(text) > MAX_RATING_CHARS:
        return text
    number = _in_numbers(programme, text)  # first: "k.A." may be a label
    if not number and _letters(text) in _NOT_ABLE:
        return None
    return number if number and number <= programme.top else text


def _in_numbers(programme: Programme, text: str) -> int:
    """Return the number of a rating, or 0."""
    labels = {_letters(label): number for number, label in enumerate(programme.scale, start=1)}
    if whole := _WHOLE.fullmatch(text):
        return int(whole[1])
    if labelled := labels.get(_letters(text)):
        return labelled
    numbers, label = _NUMBER.findall(text), labels.get(_letters(_NUMBER.sub("", text)))
    return label if label and numbers == [str(label)] else 0  # "4 - Often"


def _plain(cell: str) -> str:
    """Fold wide digits; remove invisible characters and the apostrophe that a spreadsheet puts before text."""
    return clean_text(unicodedata.normalize("NFKC", cell[: 2 * MAX_RATING_CHARS])).casefold().lstrip("'’").strip()


def _letters(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())
