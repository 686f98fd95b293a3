"""responses.csv is read by the same reader as lists of people, with ratings as other tools write them."""

from __future__ import annotations

import codecs

import pytest

from chalicelib.core.errors import FileError, FileInvalid
from chalicelib.core.model import Programme
from chalicelib.programme.read_programme import read_programme
from chalicelib.report.responses_file import read_responses
from tests.programme.small import SMALL

PROGRAMME = read_programme(SMALL.replace("Never, Sometimes,", "Never, Rarely, Sometimes, Often,"), "p.yaml")
ITEM = next(PROGRAMME.items).id
OTHERS = [item.id for item in PROGRAMME.items if item.id != ITEM]
HEADER = ",".join(["delegate", "group", ITEM, *OTHERS])
REST = "," * len(OTHERS)
LABEL = PROGRAMME.scale[3]  # of rating 4


def read(data: str | bytes, programme: Programme = PROGRAMME) -> dict[str, list[dict[str, int | None]]]:
    content = data.encode() if isinstance(data, str) else data
    return {
        name: [dict(response.answers.ratings) for response in responses]
        for name, responses in read_responses(programme, content, "r.csv").items()
    }


def file_of(cell: str, group: str = "peer") -> str:
    quoted = '"' + cell.replace('"', '""') + '"'
    return f"{HEADER}\nAna Reed,{group},{quoted}{REST}\n"


FOUR = {"Ana Reed": [{ITEM: 4}]}


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(file_of("4").encode("utf-16"), id="utf-16"),
        pytest.param(codecs.BOM_UTF8 + file_of("4").encode(), id="utf-8-mark"),
        pytest.param("sep=;\n" + file_of("4").replace(",", ";"), id="named-separator"),
        pytest.param(file_of("4").replace(",", "\t").replace("\n", "\r\n"), id="tabs"),
        pytest.param(file_of("4").replace("group", "\u200bgroup\ufeff"), id="invisible-in-the-header"),
        pytest.param(file_of("4").replace("delegate", "Delegate name").replace("group", "Relationship"), id="words"),
        pytest.param("\n".join(f"{line},," for line in file_of("4").splitlines()), id="empty-columns"),
        pytest.param(f"Export of 2 November\n\n{file_of('4')}", id="a-title-above"),
        pytest.param(file_of("4", "Peers"), id="title-of-a-group"),
        pytest.param(file_of("4", " PEER "), id="group-in-capitals"),
    ],
)
def test_a_file_that_reads_as_a_list_of_people_reads_here_too(data):
    assert read(data) == FOUR


@pytest.mark.parametrize(
    "cell",
    [
        *("4", " 4 ", "4.0", "4,0", "4.00", "'4", "’4", "４", "4\u200b", "\u00a04", LABEL, LABEL.upper(), f" {LABEL} "),
        *(f"4 - {LABEL}", f"4 – {LABEL}", f"4: {LABEL}", f"4 = {LABEL}", f"4. {LABEL}", f"4) {LABEL}", f"(4) {LABEL}"),
        *(f"4 {LABEL}", f"{LABEL} (4)", f"{LABEL} - 4", f"{LABEL}: 4"),
    ],
)
def test_a_rating_is_read_as_other_tools_write_it(cell):
    assert read(file_of(cell)) == FOUR


@pytest.mark.parametrize(
    "cell",
    [
        *("na", "NA", "N/A", "n/a", "n.a.", "N / A", "Not able to comment", "not able", "Unable to comment"),
        *("Cannot comment", "Not applicable", "'N/A", "Don't know", "Can’t say", "Not observed", "No opinion"),
        *("Not able to comment (NA)", "k.A.", "Keine Angabe", "nie dotyczy"),
    ],
)
def test_not_able_to_comment_is_read_in_any_spelling(cell):
    assert read(file_of(cell)) == {"Ana Reed": [{ITEM: None}]}


@pytest.mark.parametrize("cell", ["NaN", "nan", "#NAME?", "#N/A", "NULL", "None", "inf", "-", "."])
def test_a_failed_calculation_is_no_rating_and_is_named_with_its_cell(cell):
    with pytest.raises(FileInvalid, match=rf"2: {ITEM}: (holds the error|.* is not a rating)"):
        read(file_of(cell))


@pytest.mark.parametrize("name", ["N/A", "n.a.", "-", "?", "TBC", "unknown", "None", "NaN", "Dr"])
def test_a_cell_without_a_delegate_is_named(name):
    with pytest.raises(FileInvalid, match=r"2: delegate: .* names no one"):
        read(file_of("4").replace("Ana Reed", name))


@pytest.mark.parametrize("code", ["D7", "1001", "Null, Jo", "Nan Reed"])
def test_a_code_and_a_name_that_looks_like_no_name_are_delegates(code):
    assert len(read(file_of("4").replace("Ana Reed", f'"{code}"'))) == 1


@pytest.mark.parametrize("cell", ["", " ", "\u200b", "\u00a0"])
def test_a_blank_is_no_rating(cell):
    assert read(file_of(cell)) == {"Ana Reed": [{}]}


@pytest.mark.parametrize(
    "cell",
    ["0", "6", "4.5", "4,5", "40", "-4", "4-5", "4/5", f"3 - {LABEL}", f"{LABEL} (3)", "Rarely often", "x" * 999],
)
def test_what_is_no_rating_or_two_is_refused(cell):
    with pytest.raises(FileInvalid) as refused:
        read(file_of(cell))
    assert [(fault.line, fault.column) for fault in refused.value.faults] == [(2, ITEM)]
    assert f"allowed: 1 to {PROGRAMME.top}, its label, na or empty" in str(refused.value)


@pytest.mark.parametrize("data", [b"PK\x03\x04\x14\x00", b"\xd0\xcf\x11\xe0"], ids=["xlsx", "xls"])
def test_a_workbook_is_named_as_one(data):
    with pytest.raises(FileInvalid, match="is an Excel workbook"):
        read(data)


def test_a_column_that_is_not_used_is_named():
    notes: list[FileError] = []
    text = f"{HEADER},Started at\nAna Reed,peer,4{REST},09:15\n"

    assert read_responses(PROGRAMME, text.encode(), "r.csv", notes.append)
    assert [str(note) for note in notes] == ["r.csv:1: Started at: is passed over: no column with this name is used"]
