"""Find what is no person in a pasted list: labels, headings, the header of an email, and columns of a table. Pure."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Sequence

from chalicelib.core.addresses import clean_text
from chalicelib.core.columns import count_matches, find_columns
from chalicelib.core.name_order import is_job, is_job_alone, is_place, is_salutation, trim, without_pronouns

MAX_LINES_BETWEEN = 2  # a job and the number of a telephone
MAX_NAME_WORDS = 5  # of a line that has a name and nothing else
COLUMNS = ("name", "email")
_TO_FROM = (  # the fields of an email that hold people, in the languages of western Europe
    "to from cc bcc reply-to para de a à an von kopie aan van til fra da do od dw udw för från kopia copia asunto"
)
_NO_PEOPLE = (  # the fields that hold none
    "sent date subject importance attachments betreff gesendet datum objet envoyé date asunto enviado fecha assunto"
    " onderwerp verzonden emne sendt oggetto inviato temat wysłano data ämne skickat"
)
_GROUPS = (
    "peer peers colleague colleagues report reports directreport directreports manager managers linemanager"
    " linemanagers others other rater raters stakeholder stakeholders self team myteam mypeers"
)
_FORWARDED = "forwardedmessage beginforwardedmessage originalmessage weitergeleitetenachricht ursprünglichenachricht"
_CELLS = "name names email emails address addresses emailaddress contact who mailto smtp sip"
_AROUND_ADDRESS = "<>()[];,. -–—•*·◦▪‣"
_LIST_NUMBER = re.compile(r"^\s*\d{1,3}[.)]")
_DASH = re.compile(r"\s[-–—|]\s")
ASIDE = re.compile(r"[(\[][^()\[\]]*[)\]]")  # Outlook adds the organisation: "Okafor, Sam (NORTHFOLD TRUST)"
_LABELLED_ASIDE = re.compile(r"[(\[][^()\[\]:]*:[^()\[\]]*[)\]]")
_DATED = "on am le el il em op den dnia w"  # how the first line of a quoted email begins before a date, and its verb
_QUOTING = "wrote schrieb écrit escribió scritto escreveu schreef napisał napisała skrev"
_BEFORE_DATE, _WROTE = frozenset(_DATED.split()), frozenset(_QUOTING.split())
_FIELDS = frozenset(f"{_TO_FROM} {_NO_PEOPLE}".split())
_WORDS = frozenset(f"{_GROUPS} {_CELLS} {_FORWARDED}".split())
_MESSAGE = frozenset(["message", "nachricht"])  # "Forwarded message from"


def is_label(text: str, titles: Collection[str]) -> bool:
    """Return whether words before a colon, or on a line alone, are a title and not a name."""
    words = clean_text(text).strip(" :-–—*•").casefold()
    bare = "".join(sign for sign in words if sign.isalnum())
    return words in _FIELDS or bare in _WORDS or bare in {_bare(title) for title in titles}


def is_heading(line: str, titles: Collection[str]) -> bool:
    """Return whether a line without an address is passed over: `Direct reports:`, `Subject: Raters`, `Name, Email`."""
    words = clean_text(ASIDE.sub(" ", line))
    label, colon, rest = words.partition(":")
    if colon and not rest.strip():
        return True
    if colon and label.casefold() in _FIELDS:
        return True
    return is_label(words, titles) or all(is_label(cell, titles) for cell in re.split(r"[\t,;|]", line) if cell.strip())


def without_label(words: str, titles: Collection[str]) -> str:
    """Return the words without a label: `Managers: Jo Ward` is Jo Ward, and so are `Jo Ward:` and `Jo Ward – Peer`.

    A ward or job next to a dash goes too, if one whole name is left: `Ward 5 – Jo Ward`. What a bracket labels is no
    name: `Jo Ward (dept: Surgery)`.
    """
    words = _LABELLED_ASIDE.sub(" ", without_pronouns(words))
    parts = _DASH.split(words)
    names = [part for part in parts if not is_label(part, titles)]
    people = [part for part in names if any(map(str.isalnum, part)) and not _is_place_or_job(clean_text(part))]
    if len(people) == 1 < len(names) and " " in clean_text(people[0]):
        names = people
    if len(names) < len(parts):
        words = " ".join(names)
    if ":" not in words:
        return words
    part = next((part for part in reversed(words.split(":")) if any(map(str.isalpha, part))), "")
    return "" if is_label(part, titles) else part


def _is_place_or_job(words: str) -> bool:
    return is_place(words) or is_job_alone(words)


def without_quoting(words: str) -> str:
    """Return the name in the first line of a quoted email: `On 3 March, Jo Ward` and `From Jo Ward` are Jo Ward.

    So is `Forwarded message from Jo Ward`.
    """
    first, _, rest = _without_message(words).partition(" ")
    if first.casefold() in _BEFORE_DATE and any(map(str.isdigit, rest)):
        split = words.split()
        verbs = [place for place, word in enumerate(split) if word.casefold() in _WROTE]
        date, comma, name = words.rpartition(",")
        if verbs:
            return " ".join(split[verbs[-1] + 1 :])
        return name if comma and any(map(str.isdigit, date)) else words
    return rest if first.rstrip(":").casefold() == "from" else words


def _without_message(words: str) -> str:
    """Return what follows `Forwarded message`, with the `from` that follows it; any other words as they are."""
    kind, _, behind = words.strip(" -–—*>").partition(" ")
    message, _, rest = behind.partition(" ")
    is_forwarded = f"{kind}{message}".casefold() in _WORDS and message.casefold() in _MESSAGE
    return rest if is_forwarded and rest.partition(" ")[0].rstrip(":").casefold() in _FIELDS else words.strip()


def ends_as_quoting(words: str) -> bool:
    """Return whether words end as the first line of a quoted email: `On 3 March Jo Ward wrote:`."""
    return words.rstrip(" :").rpartition(" ")[2].casefold() in _WROTE


def join_cards(lines: Sequence[str], titles: Collection[str]) -> list[str]:
    """Write an address on a line alone after the name on the line above, as contact cards and Teams copy people.

    In a list that begins with an address, the name is on the line below. Blank lines, numbers of telephones and a job
    between the two are left out.
    """
    lines = [line for line in lines if without_pronouns(clean_text(line))]
    if pairs := _address_first(lines, titles):
        return [f"{name} {address}" for address, name in pairs]
    joined: list[str] = []
    for line in lines:
        name = _place_of_name(joined, line, titles) if _is_address_alone(line, titles) else None
        if name is None:
            joined.append(line)
        else:
            joined[name:] = [f"{joined[name]} {line}"]
    return joined


def _place_of_name(above: Sequence[str], address: str, titles: Collection[str]) -> int | None:
    """Return which of the lines above an address has its name: the last, if it looks like a job and none is higher."""
    last = len(above) - 1
    for place in range(last, max(last - MAX_LINES_BETWEEN, 0) - 1, -1):
        if _is_name_alone(above[place], titles) and not _is_job_of(above[place], address):
            return place
        if any(map(str.isalpha, above[place])) and not is_job(above[place]):
            break
    is_lone_job = last > 0 and is_job(above[last]) and " " not in clean_text(above[last])
    return last if above and not is_lone_job and _is_name_alone(above[last], titles) else None


def _address_first(lines: Sequence[str], titles: Collection[str]) -> list[tuple[str, str]]:
    """Return (address, name) of each person if addresses and names take turns on lines alone; else nothing."""
    cards = [line for line in lines if line.strip() and ("@" in line or not is_heading(line, titles))]
    pairs = list(zip(cards[::2], cards[1::2], strict=False))
    takes_turns = all(_is_address_alone(line, titles) and _is_name_alone(other, titles) for line, other in pairs)
    return pairs if takes_turns and len(cards) == 2 * len(pairs) else []


def _is_address_alone(line: str, titles: Collection[str]) -> bool:
    label, _, address = clean_text(line).strip(_AROUND_ADDRESS).rpartition(":")
    return address.count("@") == 1 and " " not in address.strip() and (not label or is_label(label, titles))


def _is_job_of(words: str, address: str) -> bool:
    """Return whether the words above an address are a job. An address that repeats the last of them has their name."""
    return is_job(words) and clean_text(words).split()[-1].casefold() not in address.casefold()


def _is_name_alone(line: str, titles: Collection[str]) -> bool:
    """Return whether a line may be a name: a few words that are no heading and no sentence."""
    words = clean_text(line)
    is_short = any(map(str.isalpha, words)) and len(words.split()) <= MAX_NAME_WORDS
    return is_short and not ("@" in words or words.endswith((".", ",", ":", "!", "?")) or is_heading(line, titles))


def find_header(lines: Sequence[str]) -> tuple[int, str]:
    """Return the line that names the columns of a table and its separator, or (-1, "")."""
    for number, line in enumerate(lines):
        if line.strip():
            for separator in "\t,;|":
                if count_matches([clean_text(cell) for cell in line.split(separator)], COLUMNS) == len(COLUMNS):
                    return number, separator
            return -1, ""
    return -1, ""


def read_rows(lines: Sequence[str], separator: str) -> list[tuple[str, str]]:
    """Return (name, address) of each row below a header."""
    places = find_columns([clean_text(cell) for cell in lines[0].split(separator)], COLUMNS).places
    rows = []
    for cells in csv.reader(lines[1:], delimiter=separator):
        name, email = (" ".join(cells[place] for place in places[column] if place < len(cells)) for column in COLUMNS)
        if any(map(str.isalnum, name + email)):
            rows.append((name, email))
    return rows


def choose_name(before: Sequence[str], after: Sequence[str], titles: Collection[str]) -> str:
    """Return the name among the cells around an address: the first that is no number, band, salutation or group."""
    for cells in (before, after):
        names = [cell for cell in map(_without_band, cells) if _may_be_name(cell) and not is_label(cell, titles)]
        if names:
            first_and_last = len(names) > 1 and " " not in clean_text(names[0]) and " " not in clean_text(names[1])
            return " ".join(names[:2]) if first_and_last and "," not in names[0] else names[0]
    return ""


def _without_band(cell: str) -> str:
    """Return the full name of `Sam Okafor - Band 7`; any other cell as it is."""
    name, *rest = _DASH.split(cell, maxsplit=1)
    has_number = any(map(str.isdigit, "".join(rest)))
    return name if has_number and " " in clean_text(name) else cell


def _may_be_name(cell: str) -> bool:
    """Return whether a cell may be a name, without its number in a list and what is in brackets."""
    words = trim(ASIDE.sub(" ", cell))
    if " " not in words and any(map(str.isdigit, _LIST_NUMBER.sub("", cell))):
        return False  # `3 West` and `Surgery (Ward 3)` are places
    has_letters = any(map(str.isalpha, without_pronouns(words)))
    return has_letters and not any(map(str.isdigit, words)) and not is_salutation(words)


def _bare(title: str) -> str:
    return "".join(sign for sign in title.casefold() if sign.isalnum())
