"""The header of a table is found and read as people write it; what is not used is named."""

from __future__ import annotations

import pytest

from chalicelib.core.columns import find_columns
from chalicelib.core.errors import FileError, FileInvalid
from chalicelib.core.model import DelegateEntry, Person
from chalicelib.programme.read_people import read_delegates, read_raters
from chalicelib.programme.read_programme import read_programme
from tests.programme.small import SMALL

HEADER = "name,email,job_title,service,manager_name,manager_email,coach_name,coach_email"
ANA = "Ana Reed,ana@example.org,Matron,Theatres,Max Hill,max@example.org,Cy Lund,cy@example.org"
ENTRY = DelegateEntry(
    Person("Ana Reed", "ana@example.org"),
    "Matron",
    "Theatres",
    Person("Max Hill", "max@example.org"),
    Person("Cy Lund", "cy@example.org"),
)
SPLIT = ANA.replace("Ana Reed", "Ana,Reed").replace("Max Hill", "Max,Hill").replace("Cy Lund", "Cy,Lund")


def notes_of(text: str) -> list[str]:
    notes: list[FileError] = []
    assert read_delegates(text.encode(), "d.csv", notes.append) == (ENTRY,)
    return [str(note) for note in notes]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"Autumn cohort\n{HEADER}\n{ANA}\n", id="a-title-above"),
        pytest.param(f"Autumn cohort,,,,,,,\nas of 2 November,,,,,,,\n,,,,,,,\n{HEADER}\n{ANA}\n", id="titles-above"),
        pytest.param(f"Autumn;2026\n{HEADER}\n{ANA}".replace(",", ";"), id="a-title-above-with-semicolons"),
        pytest.param(
            "Full name,E-mail address,Job title,Service,Line manager name,Line manager e-mail,Coach,Coach's email\n"
            + ANA,
            id="words-around",
        ),
        pytest.param(
            "Participant name,Work email,Role,Department,Line manager,Manager's email address,Coach name,Coach mail\n"
            + ANA,
            id="other-words",
        ),
        pytest.param(
            "DELEGATE NAME,E-MAIL,POSITION,DIRECTORATE,SUPERVISOR NAME,SUPERVISOR EMAIL,COACH,COACH E-MAIL\n" + ANA,
            id="capitals",
        ),
        pytest.param("Name,Email,JobTitle,Service,ManagerName,ManagerEmail,CoachName,CoachEmail\n" + ANA, id="joined"),
        pytest.param(
            "First name,Surname,Email,Job title,Service,Manager first name,Manager last name,Manager email,"
            f"Coach forename,Coach surname,Coach email\n{SPLIT}",
            id="parts-of-names",
        ),
        pytest.param(
            "first_name,last_name,email,job_title,service,manager_first_name,manager_last_name,manager_email,"
            f"coach_first_name,coach_last_name,coach_email\n{SPLIT}",
            id="parts-of-names-joined-by-lines",
        ),
        pytest.param(
            "Name of delegate,Email of delegate,Job title,Service,Name of line manager,Email of manager,"
            f"Name of coach,Email of coach\n{ANA}",
            id="the-other-way-round",
        ),
        pytest.param(
            "1. Your name,2. Your email,3. Job title,4. Service,5. Manager name,6. Manager email,7. Coach name,"
            f"8. Coach email (required)\n{ANA}",
            id="questions-of-a-form",
        ),
        pytest.param(
            "Name,E-Mail-Adresse,Funktion,Abteilung,Name der Führungskraft,E-Mail der Führungskraft,Name des Coachs,"
            f"E-Mail des Coachs\n{ANA}",
            id="german",
        ),
        pytest.param(
            "Nachname,Vorname,E-Mail,Stelle,Bereich,Vorgesetzter,E-Mail Vorgesetzter,Coach,E-Mail Coach\n"
            + ANA.replace("Ana Reed", "Reed,Ana"),
            id="german-surname-first",
        ),
        pytest.param(
            "Imię i nazwisko,Adres e-mail,Stanowisko,Dział,Imię i nazwisko przełożonego,E-mail przełożonego,Coach,"
            f"E-mail coacha\n{ANA}",
            id="polish",
        ),
        pytest.param(
            "Surname,First name,Email,Job title,Service,Manager name,Manager email,Coach name,Coach email\n"
            + ANA.replace("Ana Reed", "Reed,Ana"),
            id="surname-first",
        ),
    ],
)
def test_each_header_that_names_one_column_is_that_column(text):
    assert notes_of(text) == []


def test_columns_that_differ_by_a_number_stay_apart():
    columns = find_columns(["lead 2", "lead 1", "lead 3"], ["lead_1", "lead_2"])

    assert (columns.places, columns.unknown) == ({"lead_1": (1,), "lead_2": (0,)}, ("lead 3",))


def test_a_column_that_is_not_used_is_named():
    assert notes_of(f"{HEADER},Pay band,\n{ANA},8a,\n") == [
        "d.csv:1: Pay band: is passed over: no column with this name is used"
    ]


def test_a_columns_own_name_comes_before_another_word_for_it():
    assert notes_of(f"Department,{HEADER}\nNights,{ANA}\n") == [
        "d.csv:1: Department: is passed over: no column with this name is used"
    ]


@pytest.mark.parametrize(
    ("header", "fault"),
    [
        (
            HEADER.replace("coach_name", "coach_nmae"),
            'd.csv:1: coach_nmae: is not a known column; did you mean "coach_',
        ),
        (f"{HEADER},Name", "d.csv:1: name: appears twice"),
        (HEADER.replace("service", "Team,Department"), "d.csv:1: service: appears twice"),
        ("Autumn cohort", "d.csv:1: Autumn cohort: is not a known column"),
    ],
)
def test_a_header_that_may_mean_two_things_is_refused(header, fault):
    with pytest.raises(FileInvalid) as refused:
        read_delegates(f"{header}\n{ANA},x\n".encode(), "d.csv")
    assert any(str(error).startswith(fault) for error in refused.value.faults), refused.value


def test_faults_below_titles_name_the_line_of_the_file():
    with pytest.raises(FileInvalid) as refused:
        read_delegates(f"Autumn cohort\n\n{HEADER}\n{ANA.replace('Matron', '')}\n".encode(), "d.csv")
    assert [str(fault) for fault in refused.value.faults] == ["d.csv:4: job_title: is missing"]


@pytest.mark.parametrize(
    ("header", "group"),
    [
        ("Delegate email,Group,Rater name,Rater email", "Peers"),
        ("Participant email,Relationship,Name,E-mail", "peer"),
        ("delegate_email,group,first_name,last_name,email", "PEERS"),
    ],
)
def test_the_file_of_raters_is_read_by_the_same_rules(header, group):
    name = "Ben,Oke" if "last_name" in header else "Ben Oke"
    text = f"Raters of the autumn cohort\n{header},Notes\nana@example.org,{group},{name},Ben <ben@example.org>;,x\n"
    notes: list[FileError] = []

    raters = read_raters(
        text.encode(), "r.csv", read_programme(SMALL, "p.yaml"), ["ana@example.org"], note=notes.append
    )

    (rater,) = raters["ana@example.org"]
    assert (rater.group, rater.person) == ("peer", Person("Ben Oke", "ben@example.org"))
    assert [note.column for note in notes] == ["Notes"]
