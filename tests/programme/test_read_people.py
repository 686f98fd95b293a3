"""What delegates.csv and raters.csv become, and every fault in them."""

from __future__ import annotations

import re

import pytest

from chalicelib.core.errors import FileInvalid
from chalicelib.core.model import DelegateEntry, Person, RaterEntry
from chalicelib.programme.read_people import DELEGATE_COLUMNS, read_delegates, read_raters

HEADER = ",".join(DELEGATE_COLUMNS)
ADA = "Ada Cole,ada@example.org,Matron,Ward 1,Max Hill,max@example.org,Cy Reed,cy@example.org"
BEA = "Bea Dunn,bea@example.org,Analyst,Finance,Max Hill,max@example.org,Cy Reed,cy@example.org"
ADA_ENTRY = DelegateEntry(
    person=Person("Ada Cole", "ada@example.org"),
    job_title="Matron",
    service="Ward 1",
    manager=Person("Max Hill", "max@example.org"),
    coach=Person("Cy Reed", "cy@example.org"),
)
DELEGATES = ("ada@example.org", "bea@example.org")
RATERS = "delegate_email,group,name,email"


def delegates_file(*rows: str, header: str = HEADER) -> bytes:
    return "\r\n".join([header, *rows, ""]).encode()


def raters_file(*rows: str) -> bytes:
    return "\r\n".join([RATERS, *rows, ""]).encode()


def delegate_faults(data: bytes) -> list[tuple[int, str, str]]:
    with pytest.raises(FileInvalid) as refusal:
        read_delegates(data, "delegates.csv")
    return [(fault.line, fault.column, fault.message) for fault in refusal.value.faults]


def rater_faults(programme, *rows: str) -> list[tuple[int, str, str]]:
    with pytest.raises(FileInvalid) as refusal:
        read_raters(raters_file(*rows), "raters.csv", programme, DELEGATES)
    return [(fault.line, fault.column, fault.message) for fault in refusal.value.faults]


# --- delegates that can be read -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(delegates_file(ADA), id="plain"),
        pytest.param(delegates_file(ADA).replace(b"\r\n", b"\n"), id="unix-lines"),
        pytest.param(delegates_file(ADA).replace(b"\r\n", b"\r"), id="old-mac-lines"),
        pytest.param(b"\xef\xbb\xbf" + delegates_file(ADA), id="utf-8-mark"),
        pytest.param(delegates_file(ADA).decode().encode("utf-16"), id="utf-16-mark"),
        pytest.param(delegates_file(ADA).replace(b",", b";"), id="semicolons"),
        pytest.param(delegates_file(ADA).replace(b",", b"\t"), id="tabs"),
        pytest.param(b"sep=;\r\n" + delegates_file(ADA).replace(b",", b";"), id="named-separator"),
        pytest.param(delegates_file("", ",,,,,,,", ADA, ",,", ""), id="blank-rows"),
        pytest.param(b"\r\n,,,\r\n" + delegates_file(ADA), id="blank-rows-before-the-header"),
        pytest.param(delegates_file(ADA, ADA), id="doubled-row"),
        pytest.param(delegates_file(ADA, ADA.replace("ada@", " ADA@")), id="doubled-row-but-for-case"),
        pytest.param(delegates_file(ADA.replace(",", " ,  ")), id="stray-blanks"),
        pytest.param(delegates_file(ADA.replace("Ada Cole", "\u00a0Ada\u00a0 Cole\u200b")), id="blanks-of-other-kinds"),
        pytest.param(delegates_file(ADA.replace("ada@", "\ufeffada\u200b@")), id="invisible-signs-in-an-address"),
        pytest.param(delegates_file(ADA.replace("Ada Cole", '"Ada\r\nCole"')), id="line-break-in-a-cell"),
        pytest.param(delegates_file(ADA.replace("ada@example", "Ada@Example")), id="mixed-case-address"),
        pytest.param(delegates_file(ADA, header=HEADER.upper().replace("_", " ")), id="header-in-capitals"),
        pytest.param(delegates_file(ADA, header=HEADER.replace("email", "E-Mail")), id="header-with-hyphens"),
        pytest.param(delegates_file(ADA + ",,", header=HEADER + ",,"), id="empty-columns"),
    ],
)
def test_the_file_of_any_office_program_gives_the_same_delegate(data):
    assert read_delegates(data, "delegates.csv") == (ADA_ENTRY,)


def test_columns_may_come_in_any_order():
    titles, cells = HEADER.split(","), ADA.split(",")
    data = delegates_file(",".join(reversed(cells)), header=",".join(reversed(titles)))

    assert read_delegates(data, "delegates.csv") == (ADA_ENTRY,)


def test_a_windows_code_page_is_read():
    data = delegates_file(ADA.replace("Ada Cole", "Zoë Müller–O’Dowd")).decode().encode("cp1252")

    assert read_delegates(data, "delegates.csv")[0].person.name == "Zoë Müller–O’Dowd"


def test_joiners_inside_a_name_are_part_of_it():
    data = delegates_file(ADA.replace("Ada Cole", "\u200dنگین\u200cتاج\u200d"))

    assert read_delegates(data, "delegates.csv")[0].person.name == "نگین\u200cتاج"


def test_delegates_keep_the_order_of_the_file():
    entries = read_delegates(delegates_file(BEA, ADA), "delegates.csv")

    assert [entry.person.name for entry in entries] == ["Bea Dunn", "Ada Cole"]


def test_a_delegate_may_be_the_manager_of_another():
    data = delegates_file(ADA, BEA.replace("Max Hill,max@", "Ada Cole,ada@"))

    assert read_delegates(data, "delegates.csv")[1].manager == ADA_ENTRY.person


def test_five_hundred_delegates_are_a_cohort():
    rows = [ADA.replace("ada@", f"ada{n}@") for n in range(500)]

    assert len(read_delegates(delegates_file(*rows), "delegates.csv")) == 500


# --- faults of delegates.csv --------------------------------------------------------------------------

WITHOUT_SERVICE = HEADER.replace(",service", "")


@pytest.mark.parametrize(
    ("data", "place", "part"),
    [
        pytest.param(b"", (1, ""), f"is empty. It needs a header line with {HEADER}", id="empty"),
        pytest.param(b"\r\n ,,\r\n", (1, ""), "is empty", id="blank"),
        pytest.param(delegates_file(), (1, ""), "has a header only", id="header-only"),
        pytest.param(b"PK\x03\x04", (1, ""), "is an Excel workbook", id="workbook"),
        pytest.param(delegates_file(ADA) + b"\x81", (3, ""), "is not text", id="no-code-page"),
        pytest.param(HEADER.encode("utf-16-le"), (1, ""), "has a header only", id="utf-16-without-mark"),
        pytest.param(delegates_file(ADA, '"Bea'), (3, ""), "A quotation mark may be missing", id="open-quote"),
        pytest.param(
            delegates_file(ADA, header=WITHOUT_SERVICE), (1, "service"), "is missing: add a column", id="no-column"
        ),
        pytest.param(
            delegates_file(ADA, header=HEADER.replace("service", "servcie")),
            (1, "servcie"),
            'did you mean "service"?',
            id="slip-in-a-column",
        ),
        pytest.param(
            delegates_file(ADA, header=WITHOUT_SERVICE + ",grade"),
            (1, "grade"),
            "is not a known column",
            id="unknown-column-and-a-missing-one",
        ),
        pytest.param(delegates_file(ADA, header=HEADER + ",Name"), (1, "name"), "appears twice", id="doubled-column"),
        pytest.param(delegates_file(ADA + ",x"), (2, ""), "has 9 cells, but the header has 8", id="too-many-cells"),
        pytest.param(delegates_file("", ADA.replace("Matron", " ")), (3, "job_title"), "is missing", id="empty-cell"),
        pytest.param(delegates_file(ADA.rpartition(",")[0]), (2, "coach_email"), "is missing", id="short-row"),
        pytest.param(delegates_file(ADA.replace("Ada", "a" * 96)), (2, "name"), "has 101 characters", id="long-name"),
        pytest.param(
            delegates_file(ADA.replace("Ada", "A\ada")), (2, "name"), "control character", id="bell-in-a-name"
        ),
        pytest.param(
            delegates_file(ADA.replace("max@", "ada@")), (2, "manager_email"), "own address", id="own-manager"
        ),
        pytest.param(delegates_file(ADA.replace("cy@", "ada@")), (2, "coach_email"), "own address", id="own-coach"),
        pytest.param(
            delegates_file(ADA, BEA, ADA.replace("Matron", "Nurse")), (4, "email"), "on line 2", id="delegate-twice"
        ),
        pytest.param(
            delegates_file(ADA, BEA.replace("Max Hill", "Mo Hall")), (3, "manager_name"), "line 2", id="two-names"
        ),
        pytest.param(
            delegates_file(
                '"Ada\n\nCole' + ADA.removeprefix("Ada Cole").replace(",", '",', 1), BEA.replace("bea@", "@")
            ),
            (5, "email"),
            "is not an email address",
            id="line-after-a-cell-of-three-lines",
        ),
        pytest.param(b"sep=,\n" + delegates_file("x" + ADA[8:], "y"), (4, "email"), "", id="line-after-separator"),
    ],
)
def test_a_fault_names_its_line_and_column(data, place, part):
    faults = delegate_faults(data)

    assert any((line, column) == place and part in message for line, column, message in faults), faults


MALFORMED = r"""
ada  @example.org  ada@  ada@example  ada@@example.org  a@b@example.org  ada cole@example.org  ada@example..org
ada@-example.org  ada@example.o  ada@exam_ple.org  .ada@example.org  a..b@example.org  Ada ada@example.org
ada@example.org;bea@example.org  ada@exaßmple.org  adá@example.org  ada@[127.0.0.1]
"ada"@example.org  ada,@example.org  ada\@example.org
"""
LONG = ["a" * 65 + "@example.org", "ada@" + "a." * 130 + "org"]


@pytest.mark.parametrize("address", re.split(r"  |\n", MALFORMED.strip()) + LONG)
def test_a_malformed_address_is_one_fault_that_does_not_quote_it(address):
    quoted = '"' + address.replace('"', '""') + '"'
    [(line, column, message)] = delegate_faults(delegates_file(ADA.replace("ada@example.org", quoted)))

    assert ((line, column), "ada" in message) == ((2, "email"), False)


@pytest.mark.parametrize(
    "address", ["o'dowd@example.org", "a.b+c@mail.example.co.uk", "x_1@1a.example", "a@xn--exmple-cua.org"]
)
def test_an_unusual_address_is_accepted(address):
    assert read_delegates(delegates_file(ADA.replace("ada@example.org", address)), "d.csv")[0].person.email == address


def test_all_faults_are_listed_at_once_in_file_order():
    data = delegates_file(ADA.replace("Ada Cole", ""), BEA.replace("bea@", "bea").replace("Finance", ""))

    assert [(line, column) for line, column, _ in delegate_faults(data)] == [(2, "name"), (3, "email"), (3, "service")]


def test_all_missing_columns_are_named():
    assert [column for _, column, _ in delegate_faults(delegates_file("Ada", header="name"))] == sorted(
        DELEGATE_COLUMNS[1:]
    )


def test_a_five_hundred_and_first_delegate_is_a_fault():
    rows = [ADA.replace("ada@", f"ada{n}@") for n in range(501)]

    assert delegate_faults(delegates_file(*rows)) == [(502, "", "is one delegate too many; allowed: 500 a cohort")]


# --- raters -------------------------------------------------------------------------------------------


def test_raters_are_listed_by_delegate(programme):
    data = raters_file(
        "ada@example.org,peer,Pat Lee,pat@example.org",
        "BEA@example.org,manager,Max Hill,max@example.org",
        "ada@example.org,direct_report,Di Roe,DI@example.org",
    )

    assert read_raters(data, "raters.csv", programme, DELEGATES) == {
        "ada@example.org": (
            RaterEntry("peer", Person("Pat Lee", "pat@example.org")),
            RaterEntry("direct_report", Person("Di Roe", "di@example.org")),
        ),
        "bea@example.org": (RaterEntry("manager", Person("Max Hill", "max@example.org")),),
    }


def test_one_person_may_rate_several_delegates(programme):
    data = raters_file("ada@example.org,peer,Pat,pat@example.org", "bea@example.org,direct_report,Pat,pat@example.org")

    assert list(read_raters(data, "raters.csv", programme, DELEGATES)) == list(DELEGATES)


@pytest.mark.parametrize("group", ["peer", "Peer", "Peers", "peers"])
def test_a_group_may_be_written_as_its_title(programme, group):
    data = raters_file(f"ada@example.org,{group},Pat,pat@example.org")

    assert read_raters(data, "raters.csv", programme, DELEGATES)["ada@example.org"][0].group == "peer"


def test_a_repeated_row_of_raters_counts_once(programme):
    row = "ada@example.org,peer,Pat,pat@example.org"

    assert len(read_raters(raters_file(row, row), "raters.csv", programme, DELEGATES)["ada@example.org"]) == 1


PAT = "ada@example.org,peer,Pat,pat@example.org"


@pytest.mark.parametrize(
    ("rows", "place", "part"),
    [
        pytest.param(
            [PAT.replace("ada@", "al@")], (2, "delegate_email"), "not the address of a delegate", id="stranger"
        ),
        pytest.param([PAT.replace("peer", "pear")], (2, "group"), 'did you mean "peer"?', id="slip-in-a-group"),
        pytest.param([PAT.replace("peer", "boss")], (2, "group"), "manager, peer, direct_report", id="unknown-group"),
        pytest.param([PAT.replace("peer", "self")], (2, "group"), "without being listed", id="self"),
        pytest.param([PAT.replace("peer", "")], (2, "group"), "is missing", id="no-group"),
        pytest.param([PAT.replace("pat@", "ada@")], (2, "email"), "the delegate’s own address", id="rates-themself"),
        pytest.param([PAT, PAT.replace("peer", "direct_report")], (3, "group"), "line 2", id="in-two-groups"),
        pytest.param([PAT, PAT.replace("Pat,", "Patricia,")], (3, "name"), "line 2", id="under-two-names"),
        pytest.param([PAT.replace("Pat,", ",")], (2, "name"), "is missing", id="no-name"),
        pytest.param([PAT.replace("pat@", "pat")], (2, "email"), "is not one email address", id="malformed-address"),
        pytest.param(
            [PAT.replace("pat@", f"pat{n}@") for n in range(10)], (10, "group"), "the 8 allowed", id="crowded-group"
        ),
    ],
)
def test_a_fault_of_a_rater_names_its_line_and_column(programme, rows, place, part):
    [(line, column, message)] = rater_faults(programme, *rows)

    assert ((line, column), part in message) == (place, True), message


def test_all_faults_of_raters_are_listed_at_once(programme):
    rows = [PAT.replace("ada@", "al@"), PAT.replace("peer", "boss"), PAT.replace("pat@", "ada@")]

    assert [(line, column) for line, column, _ in rater_faults(programme, *rows)] == [
        (2, "delegate_email"),
        (3, "group"),
        (4, "email"),
    ]


def test_no_fault_names_a_rater(programme):
    rows = [PAT, PAT.replace("peer", "direct_report"), PAT.replace("Pat,", "Patricia,"), PAT.replace("pat@", "pat@@")]

    assert "pat" not in str(rater_faults(programme, *rows)).lower()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('"Osei, Amara"', "Amara Osei"),
        ('"Osei, Amara, RN"', "Amara Osei"),
        ('"Amara Osei, RN"', "Amara Osei"),
        ('"Osei, Amara (Dr)"', "Amara (Dr) Osei"),
        ("1. Amara Osei", "Amara Osei"),
        ("“Amara Osei”", "Amara Osei"),
    ],
)
def test_names_of_every_person_are_put_in_order(written, read):
    line = f"{written},a@example.org,Lead,Nursing,{written},m@example.org,{written},c@example.org\n"
    (entry,) = read_delegates((",".join(DELEGATE_COLUMNS) + "\n" + line).encode(), "delegates.csv")

    assert {entry.person.name, entry.manager.name, entry.coach.name} == {read}
