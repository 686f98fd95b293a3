"""Names are what emails greet people by: no name holds a web address, at any door, and encoded names are decoded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.admin import address_change
from chalicelib.cli.parser import main
from chalicelib.core.addresses import HOLDS_ADDRESS, check_text, clean_name, holds_web_address
from chalicelib.core.errors import FileInvalid, Refusal
from chalicelib.nominate.pasted_list import read_list
from chalicelib.programme.cohort_form import DraftRefused, read_start
from chalicelib.programme.read_people import read_delegates, read_raters
from chalicelib.programme.read_programme import read_programme
from chalicelib.web.uploads import File, Upload
from tests.programme.small import SMALL
from tests.support import people

ADVERT = "Win a prize www.evil.example"
DELEGATES = "name,email,job_title,service,manager_name,manager_email,coach_name,coach_email\n"


@pytest.mark.parametrize(
    "name",
    [
        ADVERT,
        "evil.example",
        "Jo https://evil.example/a",
        "Jo HTTP://1",
        "evil.com",
        "x.com",
        "t.co/abc",
        "evil。com",
        "evil．com",
        "ｅｖｉｌ.ｃｏｍ",
        "evil.\u200dcom",
        "пример.рф",
        "bücher.de",
        "xn--bcher-kva.example",
        "192.168.10.1/a",
        "jo@evil.example",
        "mailto:jo",
        "a-b.io",
        "(evil.example)",
        "Jo,evil.example!",
    ],
)
def test_a_name_holds_no_web_address(name):
    assert check_text(name) == HOLDS_ADDRESS


@pytest.mark.parametrize(
    "name",
    [
        "Jo Ward",
        "J. R. Smith",
        "J.R. Smith",
        "J.Smith",
        "Sam O'Brien Jr.",
        "Dr. Ada St. John-Smythe, M.B.E.",
        "Ph.D. student",
        "Head of Band 8.1 posts",
        "Wards 1.2 to 3",
        "Anna Ng",
        "Nursing & A.E.",
        "24/7 team",
        "Team 3...and more",
        "山田 太郎",
        "Zoë Müller",
    ],
)
def test_names_and_titles_of_people_pass(name):
    assert check_text(name) is None


@given(st.text(max_size=90))
def test_a_name_that_passes_has_none_of_what_email_programs_turn_into_links(name):
    if check_text(name) is None:
        assert "://" not in name
        assert "www." not in name.lower()
        assert not holds_web_address(f"{name} Ward")


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        pytest.param("=?utf-8?q?Doe=2C_John?=", "John Doe", id="surname-first"),
        pytest.param("=?UTF-8?B?Wm/DqyBNw7xsbGVy?=", "Zoë Müller", id="base64"),
        pytest.param("=?iso-8859-1?Q?Zo=EB?= =?iso-8859-1?Q?_M=FCller?=", "Zoë Müller", id="two-words"),
        pytest.param("=?utf-8?q?Zo=C3=AB?= Ward", "Zoë Ward", id="in-part"),
        pytest.param("Doe, John", "John Doe", id="not-encoded"),
    ],
)
def test_an_encoded_name_is_read_as_people_read_it(typed, name):
    assert clean_name(typed) == name


@pytest.mark.parametrize("typed", ["=?no-such?q?Jo?=", "=?utf-8?q?=FF?="])
def test_what_cannot_be_decoded_is_refused(typed):
    assert "code that we cannot read" in str(check_text(clean_name(typed)))


def test_an_encoded_web_address_is_refused():
    assert check_text(clean_name("=?utf-8?q?www=2Eevil=2Eexample?=")) == HOLDS_ADDRESS


# --- every door -----------------------------------------------------------------------------------------


def of_file(read) -> str:  # type: ignore[no-untyped-def]
    with pytest.raises(FileInvalid) as refused:
        read()
    return "; ".join(f"{fault.column}: {fault.message}" for fault in refused.value.faults)


def test_a_pasted_list():
    assert HOLDS_ADDRESS in str(read_list(f"{ADVERT} <v@x.example>").faults[0])
    assert read_list("=?utf-8?q?Doe=2C_John?= <john@x.example>").people[0].name == "John Doe"


@pytest.mark.parametrize("column", ["name", "job_title", "service", "manager_name", "coach_name"])
def test_the_file_of_delegates(column):
    cells = dict.fromkeys(DELEGATES.strip().split(","), "Jo") | {
        "email": "a@example.org",
        "manager_email": "b@example.org",
        "coach_email": "c@example.org",
        "manager_name": "Bo",
        column: ADVERT,
    }

    assert of_file(lambda: read_delegates((DELEGATES + ",".join(cells.values())).encode(), "d.csv")) == (
        f"{column}: {HOLDS_ADDRESS}"
    )


def test_the_file_of_raters():
    def raters(name: str) -> bytes:
        return f"delegate_email,group,name,email\na@example.org,peer,{name},v@example.org\n".encode()

    programme = read_programme(SMALL, "p.yaml")
    by_delegate = read_raters(raters("=?utf-8?q?Doe=2C_John?="), "r.csv", programme, ["a@example.org"])
    assert by_delegate["a@example.org"][0].person.name == "John Doe"
    assert (
        of_file(lambda: read_raters(raters(ADVERT), "r.csv", programme, ["a@example.org"])) == f"name: {HOLDS_ADDRESS}"
    )


def test_a_name_that_is_replaced(aws):
    with pytest.raises(Refusal, match="contains a web or email address"):
        address_change.change_address("autumn", "a@example.org", "b@example.org", people.OPENING, name=ADVERT)


@pytest.mark.parametrize(("field", "part"), [("title", "The cohort’s name"), ("sponsor_name", "The sponsor’s name")])
def test_the_form_for_a_cohort(aws, field, part):
    upload = Upload({"title": "Autumn", "sponsor_email": "s@example.org", field: ADVERT}, {})

    with pytest.raises(DraftRefused) as refused:
        read_start(upload, (), people.OPENING)
    assert f"{part} {HOLDS_ADDRESS}." in [fault.message for fault in refused.value.fields]


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--sponsor", f"{ADVERT} <s@example.org>", "--sponsor: the name contains a web or email address"),
        ("--sponsor", "Sam <s@example>", "--sponsor: the address is not"),
        ("--sponsor", "Sam s@example.org", 'give the person as "Name <address>"'),
        ("--title", ADVERT, "--title: the cohort's name contains a web or email address"),
    ],
)
def test_the_command_line(aws, tmp_path, capsys, option, value, says):
    (tmp_path / "p.yaml").write_text(SMALL)
    cells = "Jo,a@example.org,Lead,Ward,Bo,b@example.org,Al,c@example.org"
    (tmp_path / "d.csv").write_text(DELEGATES + cells)
    days = ["--opens", "2026-09-14", "--closes", "2026-09-28", "--ends", "2027-01-29"]
    files = ["--programme", str(tmp_path / "p.yaml"), "--delegates", str(tmp_path / "d.csv")]

    status = main(["cohort", "load", "autumn", *files, *days, option, value])

    assert status != 0
    assert says in "".join(capsys.readouterr())


@pytest.mark.parametrize(
    ("was", "key"),
    [
        ("A small programme", "title"),
        ("Example Trust", "organisation.name"),
        ("Peers", "groups[2].title"),
        ("Leading others", "milestones[0].title"),
    ],
)
def test_the_programme_file(was, key):
    assert of_file(lambda: read_programme(SMALL.replace(was, ADVERT), "p.yaml")) == f"{key}: {HOLDS_ADDRESS}"


def test_a_programme_that_is_uploaded_says_the_same(aws):
    upload = Upload({}, {"programme": File("p.yaml", SMALL.replace("Example Trust", ADVERT).encode())})

    with pytest.raises(DraftRefused) as refused:
        read_start(upload, (), people.OPENING)
    assert HOLDS_ADDRESS in {fault.message for fault in refused.value.files}
