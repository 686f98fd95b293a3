"""Every file that Excel writes is read back; any other file is refused, without a crash."""

from __future__ import annotations

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.core.addresses import check_name, check_text, clean_name, clean_text
from chalicelib.core.errors import FileInvalid
from chalicelib.core.model import DelegateEntry, Person
from chalicelib.programme.read_people import DELEGATE_COLUMNS, RATER_COLUMNS, read_delegates, read_raters
from chalicelib.programme.read_programme import read_programme
from tests.programme.small import SMALL

PROGRAMME = read_programme(SMALL, "small.yaml")
SEPARATORS = st.sampled_from([",", ";", "\t"])
LINE_ENDS = st.sampled_from(["\r\n", "\n", "\r"])
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])

signs = st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\r\"',;\t= ")
texts = st.text(signs, min_size=1, max_size=40).filter(lambda text: check_text(clean_text(text)) is None)
names = texts.filter(lambda text: check_name(clean_name(text)) is None)


@st.composite
def delegates(draw) -> list[list[str]]:
    """Rows as typed, everyone with an address of their own."""
    rows = []
    for n in range(draw(st.integers(1, 4))):
        name, manager, coach = (draw(names) for _ in range(3))
        job_title, service = (draw(texts) for _ in range(2))
        rows.append(
            [name, f"D{n}@example.org", job_title, service, manager, f"m{n}@example.org", coach, f"c{n}@example.org"]
        )
    return rows


def written(rows: list[list[str]], separator: str, line_end: str, *, quote_all: bool, with_sep: bool) -> str:
    file = io.StringIO(newline="")
    if with_sep:
        file.write(f"sep={separator}{line_end}")
    # Python's writer, unlike Excel, leaves a line break bare if it is not the one that ends lines
    quoting = csv.QUOTE_ALL if quote_all or line_end != "\r\n" else csv.QUOTE_MINIMAL
    csv.writer(file, delimiter=separator, lineterminator=line_end, quoting=quoting).writerows(rows)
    return file.getvalue()


def entry(row: list[str]) -> DelegateEntry:
    name, email, job_title, service, manager, manager_email, coach, coach_email = map(clean_text, row)
    name, manager, coach = map(clean_name, (row[0], row[4], row[6]))
    return DelegateEntry(
        Person(name, email.lower()), job_title, service, Person(manager, manager_email), Person(coach, coach_email)
    )


@given(delegates(), SEPARATORS, LINE_ENDS, ENCODINGS, st.booleans(), st.booleans())
def test_delegates_written_in_any_dialect_are_read_back(rows, separator, line_end, encoding, quote_all, with_sep):
    text = written([list(DELEGATE_COLUMNS), *rows], separator, line_end, quote_all=quote_all, with_sep=with_sep)

    assert read_delegates(text.encode(encoding), "d.csv") == tuple(map(entry, rows))


def is_read_or_refused(data: bytes) -> bool:
    try:
        read_delegates(data, "d.csv")
        read_raters(data, "r.csv", PROGRAMME, ["ada@example.org"])
    except FileInvalid as refusal:
        return bool(refusal.faults) and bool(str(refusal))
    return True


@given(st.binary() | st.text().map(str.encode) | st.text().map(lambda text: text.encode("utf-16")))
def test_any_bytes_are_read_or_refused(data):
    assert is_read_or_refused(data)


@settings(max_examples=200)
@given(
    st.sampled_from([DELEGATE_COLUMNS, RATER_COLUMNS]),
    st.lists(st.text(st.sampled_from("aé@. \"',;\t\r\n\x00\x1f\u2028\u200bpeersel"), max_size=40), max_size=6),
    LINE_ENDS,
)
def test_any_rows_below_a_sound_header_are_read_or_refused(columns, rows, line_end):
    assert is_read_or_refused(line_end.join([",".join(columns), *rows]).encode())
