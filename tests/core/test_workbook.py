"""A list in an Excel workbook is read like the same list as CSV: as people see it, within limits, never half."""

import contextlib
import io
import re
import zipfile
from datetime import date, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from chalicelib.core import csv_reader, workbook
from chalicelib.core.csv_reader import Kind, read_table
from chalicelib.core.errors import FileInvalid
from chalicelib.core.file_errors import FaultList
from chalicelib.programme.read_people import DELEGATE_COLUMNS, read_delegates, read_raters
from chalicelib.report.responses_file import read_responses
from tests.support import people

KIND = Kind(("name", "email"), ("rating",))
HEADER = ["Name", "E-mail", "Rating"]
DELEGATE = ["Jo Ward", "jo@example.org", "Matron", "Wards", "Kim Roe", "kim@x.example", "Pat Day", "pat@x.example"]
JO = ["Jo Ward", "jo@example.org"]


def book(*rows, title="People", change=lambda sheet: None):
    made = Workbook()
    made.active.title = title
    for row in rows:
        made.active.append(row)
    for cell in (cell for row in made.active for cell in row if cell.data_type == "f"):
        cell.data_type = "s"  # a text that begins with "=": tests of formulas write theirs in `change`
    change(made)
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def read(data, kind=KIND):
    return read_table(data, kind, FaultList("people.xlsx"))


def faults_of(data, kind=KIND):
    with pytest.raises(FileInvalid) as refused:
        read(data, kind)
    return [(fault.file, fault.line, fault.column, fault.message) for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("value", "text", "shown_as"),
    [
        (4, "4", None),
        (4.0, "4", None),
        (0.1 + 0.2, "0.3", None),
        (4.5, "4.5", None),
        (12345678901, "12345678901", None),
        (1e20, "100000000000000000000", None),
        (7, "007", "000"),
        (0.5, "50%", "0%"),
        (True, "TRUE", None),
        (date(2026, 3, 30), "2026-03-30", None),
        (datetime.combine(date(2026, 3, 30), time(9, 30)), "2026-03-30 09:30", None),
        (time(9, 30), "09:30", None),
        ("4 - Often", "4 - Often", None),
        (" zwei\nZeilen ", "zwei Zeilen", None),
        (None, "", None),
    ],
)
def test_a_cell_reads_as_it_is_shown(value, text, shown_as):
    def style(made):
        if shown_as:
            made.active["C2"].number_format = shown_as

    (row,) = read(book(HEADER, [*JO, value], change=style))
    assert row.cells == {"name": "Jo Ward", "email": "jo@example.org", "rating": text}


def test_rows_have_the_numbers_that_excel_shows():
    rows = read(book(["Leadership programme 2026"], [], HEADER, [*JO, 1], [], ["Sam Lee", "sam@example.org", 2]))

    assert [(row.line, row.cells["name"]) for row in rows] == [(4, "Jo Ward"), (6, "Sam Lee")]


def test_a_fault_names_file_sheet_row_and_column():
    delegate = [DELEGATE[0], "not an address", *DELEGATE[2:]]
    with pytest.raises(FileInvalid) as refused:
        read_delegates(book(list(DELEGATE_COLUMNS), delegate), "delegates.xlsx")
    (fault, *_) = refused.value.faults

    assert (fault.file, fault.line, fault.column) == ("delegates.xlsx (sheet “People”)", 2, "email")


def test_the_sheet_with_the_header_is_read_and_hidden_ones_are_not():
    def more(made):
        notes = made.create_sheet("Notes", 0)
        notes.append(["Please fill in by Friday"])
        hidden = made.create_sheet("Old")
        hidden.sheet_state = "hidden"
        for row in (HEADER, ["Old Name", "old@example.org", 1]):
            hidden.append(row)

    assert [row.cells["name"] for row in read(book(HEADER, [*JO, 1], change=more))] == ["Jo Ward"]


def test_two_sheets_with_the_same_table_are_refused():
    def more(made):
        made.create_sheet("Copy").append(HEADER)

    ((_, _, _, message),) = faults_of(book(HEADER, [*JO, 1], change=more))
    assert "“People” and “Copy”" in message


def test_a_formula_counts_with_its_result_and_without_one_it_is_refused():
    """openpyxl writes formulas without results; Excel adds them."""

    def add_formula(made):
        made.active["C2"] = "=1+3"

    never = book(HEADER, JO, change=add_formula)
    ((file, line, column, message),) = faults_of(never)
    assert (file, line, column) == ("people.xlsx (sheet “People”)", 2, "column C")
    assert "formula without a result" in message

    worked_out = rewrite(never, "xl/worksheets/sheet1.xml", b"<v />", b"<v>4</v>", b"<v></v>", b"<v>4</v>")
    (row,) = read(worked_out)
    assert row.cells["rating"] == "4"


def test_hidden_rows_are_neither_read_nor_left_out_without_a_word():
    def hide(made):
        made.active.row_dimensions[3].hidden = True
        made.active.auto_filter.ref = "A1:C5"
        for line in (5, 6, 9):  # the last two hold nothing
            made.active.row_dimensions[line].hidden = True

    rows = [[f"Name {n}", f"n{n}@example.org", 1] for n in range(4)]
    ((file, line, _, message),) = faults_of(book(HEADER, *rows, change=hide))

    assert (file, line) == ("people.xlsx (sheet “People”)", 3)
    assert message.startswith("is hidden and 1 more, by hand or by a filter: show every row")


@pytest.mark.parametrize(("column", "is_refused"), [("A", True), ("C", True), ("D", False)])
def test_a_hidden_column_of_the_table_is_refused_and_another_is_passed_over(column, is_refused):
    def hide(made):
        made.active.column_dimensions[column].hidden = True

    data = book(["Leadership 2026"], [*HEADER, "Band"], [*JO, 1, "8a"], change=hide)
    if is_refused:
        assert [(line, message.split(":")[0]) for _, line, _, message in faults_of(data)] == [(2, "is hidden")]
    else:
        assert [row.cells["name"] for row in read(data)] == ["Jo Ward"]


@pytest.mark.parametrize("title", ["Staff", "Rating 2"])
def test_a_hidden_column_is_passed_over_if_another_holds_what_the_table_reads(title):
    def hide(made):
        made.active.column_dimensions["D"].hidden = True

    assert [row.cells["name"] for row in read(book([*HEADER, title], [*JO, 1, "x"], change=hide))] == ["Jo Ward"]


def test_a_hidden_title_above_the_header_is_no_row_of_the_table():
    def hide(made):
        made.active.row_dimensions[1].hidden = True

    data = book(["Leadership 2026"], HEADER, [*JO, 1], change=hide)
    assert [row.cells["name"] for row in read(data)] == ["Jo Ward"]


def test_cells_merged_downwards_hold_their_value_in_every_row():
    def merge(made):
        made.active.merge_cells("C3:C4")
        made.active.merge_cells("A1:C1")  # a title above the table

    rows = [
        ["People of the cohort"],
        HEADER,
        ["Ann", "a@example.org", 4],
        ["Bob", "b@example.org"],
        ["Cy", "c@example.org"],
    ]
    assert [row.cells["rating"] for row in read(book(*rows, change=merge))] == ["4", "4", ""]


def test_an_error_of_excel_is_refused_with_its_place():
    faults = faults_of(book(HEADER, [*JO, "#REF!"], ["Sam Lee", "sam@example.org", "#N/A"]))
    assert [(line, column, message.split(":")[0]) for _, line, column, message in faults] == [
        (2, "column C", "holds the error #REF!"),
        (3, "column C", "holds the error #N/A"),
    ]


def with_password(data):
    """Set the flag of each part that says it is encrypted, in the list at the end of the archive."""
    changed = bytearray(data)
    for match in re.finditer(b"PK\x01\x02", data):
        changed[match.start() + 8] |= 1
    return bytes(changed)


def rewrite(data, part, *replaced):
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            body = old.read(name)
            for before, after in zip(replaced[::2], replaced[1::2], strict=True) if name == part else ():
                body = body.replace(before, after)
            new.writestr(name, body)
    return content.getvalue()


# --- limits ---------------------------------------------------------------------------------------------------------


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_unpacked():
    bomb = rewrite(book(HEADER), "xl/styles.xml", b"</styleSheet>", b" " * 30_000_000 + b"</styleSheet>")
    small = Kind(KIND.columns, max_bytes=100_000)
    assert len(bomb) < small.max_bytes

    ((_, _, _, message),) = faults_of(bomb, small)
    assert "unpacks to more than 10 MB" in message


def test_more_rows_than_allowed_are_refused():
    few = Kind(KIND.columns, KIND.optional, max_rows=3)
    ((_, line, _, message), *_) = faults_of(book(HEADER, *([*JO, n] for n in range(4))), few)

    assert (line, "one row too many" in message) == (5, True)


def test_more_columns_than_allowed_are_refused():
    ((_, line, _, message),) = faults_of(book(HEADER, [*JO, *range(100)]))
    assert (line, "Is it the right file?" in message) == (2, True)


def test_a_cell_far_below_the_table_is_not_waited_for():
    def far(made):
        made.active["A1000000"] = "far"

    assert len(read(book(HEADER, [*JO, 1], change=far))) == 1


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"PK\x03\x04", id="begins like one"),
        pytest.param(b"PK\x03\x04" + bytes(100), id="zeros"),
        pytest.param(book(HEADER, [*JO, 1])[:-100], id="cut off"),
        pytest.param(rewrite(book(HEADER), "xl/workbook.xml", b"<sheets>", b"<sheets"), id="broken part"),
        pytest.param(with_password(book(HEADER)), id="a part with a password"),
    ],
)
def test_what_is_no_sound_workbook_is_refused_in_words(data):
    ((_, line, _, message),) = faults_of(data)
    assert line == 1
    assert "is an Excel workbook" in message


SOUND = book(HEADER, [*JO, 1])  # written once: a workbook holds the time at which it was written
CHANGES = st.tuples(st.integers(0, len(SOUND) - 1), st.integers(0, 255))


@given(st.lists(CHANGES, min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_a_damaged_workbook_is_read_or_refused(changes):
    damaged = bytearray(SOUND)
    for place, value in changes:
        damaged[place] = value
    with contextlib.suppress(FileInvalid):
        read(bytes(damaged))


# --- the same as CSV ------------------------------------------------------------------------------------------------

RATINGS = st.one_of(st.integers(1, 5), st.sampled_from(["", "na", "Often", "4.0"]))
NAMES = st.sampled_from(["Jo Ward", "Sam O’Lee", "王小明", "Ann-Sophie d'Arc", "Smith, John"])


@given(st.lists(st.tuples(NAMES, st.emails(), RATINGS), min_size=1, max_size=6))
@settings(max_examples=25, deadline=None)
def test_a_workbook_reads_like_the_same_table_as_csv(rows):
    import csv

    text = io.StringIO()
    csv.writer(text).writerows([HEADER, *rows])
    plain = read_table(text.getvalue().encode(), KIND, FaultList("people.csv"))

    assert read(book(HEADER, *map(list, rows))) == plain


def test_delegates_raters_and_responses_come_from_workbooks():
    programme = people.programme()
    (entry,) = read_delegates(book(list(DELEGATE_COLUMNS), DELEGATE), "delegates.xlsx")
    rater = ["jo@example.org", "Peers", "Sam Lee", "sam@example.org"]
    raters = read_raters(
        book(["delegate_email", "group", "name", "email"], rater), "raters.xlsx", programme, [entry.person.email]
    )
    items = [item.id for item in programme.items]
    responses = read_responses(
        programme, book(["delegate", "group", *items], ["Jo Ward", "peer", *[4.0] * len(items)]), "responses.xlsx"
    )

    assert entry.person.email == "jo@example.org"
    assert [line.person.name for line in raters["jo@example.org"]] == ["Sam Lee"]
    assert {*responses["Jo Ward"][0].answers.ratings.values()} == {4}


# --- where the library is not ---------------------------------------------------------------------------------------


def test_reading_csv_does_not_import_the_library():
    import subprocess
    import sys

    code = (
        "import sys\n"
        "from chalicelib.core.csv_reader import Kind, read_table\n"
        "from chalicelib.core.file_errors import FaultList\n"
        "read_table(b'name\\nJo\\n', Kind(('name',)), FaultList('x'))\n"
        "assert 'openpyxl' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert csv_reader.workbook is workbook
