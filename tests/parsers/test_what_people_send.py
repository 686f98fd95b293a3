"""What people send, through each door: every list, file and cell here was typed or exported by someone like that.

Each table began with cases that an earlier version got wrong; the others are of the same kind.
"""

from __future__ import annotations

import re

import pytest

from chalicelib.core.columns import find_columns
from chalicelib.core.errors import FileInvalid
from chalicelib.core.file_errors import FAILED_FORMULA
from chalicelib.nominate.pasted_list import read_list
from chalicelib.programme.read_people import read_delegates
from chalicelib.programme.read_programme import read_programme
from chalicelib.report.responses_file import read_responses
from tests.programme.small import SMALL

JO, SAM = ("Jo Ward", "jo@x.example"), ("Sam Lee", "sam@x.example")

SEPARATORS = [
    ("\u2022 Jo Ward \u2013 jo@x.example\n\u2022 Sam Lee - sam@x.example", [JO, SAM]),
    ("Jo Ward: jo@x.example", [JO]),
    ("1. Jo Ward jo@x.example\n2) Sam Lee sam@x.example", [JO, SAM]),
    ("jo@x.example / sam@x.example", [("Jo", "jo@x.example"), ("Sam", "sam@x.example")]),
    ("Jo Ward <jo@x.example> and Sam Lee <sam@x.example>", [JO, SAM]),
    (
        "\u738b\u5c0f\u660e <w@x.example>\uff1b\u674e\u56db <l@x.example>",
        [("王小明", "w@x.example"), ("李四", "l@x.example")],
    ),
    (
        "From: Jo Ward <jo@x.example>\nSent: 12 November 2026 09:14\nTo: Sam Lee <sam@x.example>\nSubject: Raters",
        [JO, SAM],
    ),
    ("Para: Jo Ward <jo@x.example>", [JO]),
    ("Ward managers: Jo Ward <jo@x.example>, Sam Lee <sam@x.example>;", [JO, SAM]),
    ("sip:jo@x.example", [("Jo", "jo@x.example")]),
    ("Jo Ward [SMTP:jo@x.example]", [JO]),
    ("* Jo Ward \u2015 jo@x.example\n* Sam Lee \u2015 sam@x.example", [JO, SAM]),
    ("Jo Ward -> jo@x.example\nSam Lee \u2192 sam@x.example", [JO, SAM]),
    ("Jo Ward (jo@x.example) or Sam Lee (sam@x.example)", [JO, SAM]),
    ("Jo Ward <jo@x.example> + Sam Lee <sam@x.example>", [JO, SAM]),
    ("Jo Ward <jo@x.example>  Sam Lee <sam@x.example>", [JO, SAM]),
    ("\u2611 Jo Ward jo@x.example\n\u2610 Sam Lee sam@x.example", [JO, SAM]),
    ("[x] Jo Ward jo@x.example\n[ ] Sam Lee sam@x.example", [JO, SAM]),
    ("- [ ] Jo Ward jo@x.example\n- [x] Sam Lee sam@x.example", [JO, SAM]),
    ("> Jo Ward <jo@x.example>\n> Sam Lee <sam@x.example>", [JO, SAM]),
    (">> Jo Ward <jo@x.example>;\n>> Sam Lee <sam@x.example>", [JO, SAM]),
    (
        "Von: Jo Ward <jo@x.example>\nGesendet: Montag, 2. November\nAn: Sam Lee <sam@x.example>\nBetreff: WG: Liste",
        [JO, SAM],
    ),
    ("Reviewers: Jo Ward <jo@x.example>, Sam Lee <sam@x.example>", [JO, SAM]),
    ("My peers are: Jo Ward <jo@x.example>, Sam Lee <sam@x.example>", [JO, SAM]),
    ("Jo Ward\n  jo@x.example\n\nSam Lee\n  sam@x.example\n", [JO, SAM]),
    ("Name: Jo Ward, Email: jo@x.example\nName: Sam Lee, Email: sam@x.example", [JO, SAM]),
    ("Jo Ward, email: jo@x.example; Sam Lee, email: sam@x.example", [JO, SAM]),
    ("Jo Ward [jo@x.example], Sam Lee [sam@x.example]", [JO, SAM]),
    ("Jo Ward {jo@x.example}\nSam Lee {sam@x.example}", [JO, SAM]),
    ("Jo Ward jo@x.example.\nSam Lee sam@x.example.", [JO, SAM]),
    ('"Jo Ward" jo@x.example, "Sam Lee" sam@x.example', [JO, SAM]),
    ("Jo Ward jo@x.example 07700 900123\nSam Lee sam@x.example 07700 900124", [JO, SAM]),
    ("Jo Ward jo@x.example ext. 4512", [JO]),
    ("Jo Ward <jo@x.example> (she/her)\nSam Lee (they/them) <sam@x.example>", [JO, SAM]),
    ("Jo Ward she/her <jo@x.example>\nSam Lee, they/them, RN <sam@x.example>", [JO, SAM]),
    ("Ward, Jo She/Her - jo@x.example\nSam Lee - he/him/his - sam@x.example", [JO, SAM]),
    ("she/her\tJo Ward\tjo@x.example\nSam\tLee\tthey/them\tsam@x.example", [JO, SAM]),
    ("Jo Ward\nShe/Her\njo@x.example\nSam Lee\nsam@x.example", [JO, SAM]),
    ("Jo Ward <jo@x.example> she/her\nSam Lee <sam@x.example>", [JO, SAM]),
    ("Jo Ward (pronouns: she/her) <jo@x.example>\nSam Lee, pronouns: they/them <sam@x.example>", [JO, SAM]),
    ("Jo Ward (she, her) <jo@x.example>\nSam Lee he / him - sam@x.example", [JO, SAM]),
    ("Jo Ward (dept: Surgery) <jo@x.example>\nSam Lee (tel: 123) sam@x.example", [JO, SAM]),
    ("Forwarded message from: jo.ward@x.example", [("Jo Ward", "jo.ward@x.example")]),
    ("Ward 5 - Jo Ward, jo@x.example\nWard Manager \u2013 Sam Lee \u2013 Band 7 <sam@x.example>", [JO, SAM]),
    ("Jo Ward - 2 <jo@x.example>", [("Jo Ward - 2", "jo@x.example")]),  # one of two with this name
    ("\u2022 Jo Ward\n  \u2022 jo@x.example\n\u2022 Sam Lee\n  \u2022 sam@x.example", [JO, SAM]),
]

COMMAS = [
    ("Mary Smith, RN <mary@x.example>", [("Mary Smith", "mary@x.example")]),
    ("Asha Roy, PhD <asha@x.example>", [("Asha Roy", "asha@x.example")]),
    ("Martin King, Jr. <mk@x.example>", [("Martin King, Jr.", "mk@x.example")]),
    ("Smith, John - Ward 5 <john@x.example>", [("John Smith", "john@x.example")]),
    ("'t Hooft, Gerard <g@x.example>", [("Gerard 't Hooft", "g@x.example")]),
    ("Mary Smith, MSc, RN <mary@x.example>", [("Mary Smith", "mary@x.example")]),
    ("Smith, Mary, RN <mary@x.example>", [("Mary Smith", "mary@x.example")]),
    ("SMITH, Mary (Dr) <mary@x.example>", [("Mary SMITH", "mary@x.example")]),
    ("Smith, Mary (NHS Trust - R1K) <mary@x.example>", [("Mary Smith", "mary@x.example")]),
    ("van den Berg, Anna <a@x.example>", [("Anna van den Berg", "a@x.example")]),
    ("O'Neill-Smith, Ciar\xe1n <c@x.example>", [("Ciarán O'Neill-Smith", "c@x.example")]),
    ("Sammy Davis, Jr <s@x.example>", [("Sammy Davis, Jr", "s@x.example")]),
    ("Davis, Sammy, Jr. <s@x.example>", [("Sammy Davis, Jr.", "s@x.example")]),
    ("John Smith III <s@x.example>", [("John Smith III", "s@x.example")]),
    ("Smith, J.K. <s@x.example>", [("J.K. Smith", "s@x.example")]),
    ("d'Arcy, Jo <j@x.example>", [("Jo d'Arcy", "j@x.example")]),
    ("\u2019t Hooft, Gerard <g@x.example>", [("Gerard ’t Hooft", "g@x.example")]),
    ("Smith, John \u2013 Ward 5 <john@x.example>", [("John Smith", "john@x.example")]),
    ("Asha Roy, Ward Manager <asha@x.example>", [("Asha Roy", "asha@x.example")]),
    ("Roy, Asha - Matron <asha@x.example>", [("Asha Roy", "asha@x.example")]),
    ("Asha Roy, BSc (Hons), RGN <asha@x.example>", [("Asha Roy", "asha@x.example")]),
    ("Lee, Ann Marie <ann@x.example>", [("Ann Marie Lee", "ann@x.example")]),
    ("Nguy\u1ec5n, V\u0103n An <an@x.example>", [("Văn An Nguyễn", "an@x.example")]),
    ("Dr Mary Smith MBBS FRCP <mary@x.example>", [("Dr Mary Smith", "mary@x.example")]),
    ("Smith, John | Ward 5 <john@x.example>", [("John Smith", "john@x.example")]),
    ("Li Wei MA <li@x.example>", [("Li Wei MA", "li@x.example")]),
    ("Dr Jack MA <jack@x.example>", [("Dr Jack MA", "jack@x.example")]),
    ("Ms Jane DO <jane@x.example>", [("Ms Jane DO", "jane@x.example")]),
    ("Ngozi Grace MBA <ngozi@x.example>", [("Ngozi Grace MBA", "ngozi@x.example")]),
    ("Jo Ward, Matron, Ward 5, jo@x.example", [("Jo Ward", "jo@x.example")]),
    ("Bob Roy, Peer <bob@x.example>", [("Bob Roy", "bob@x.example")]),
]

TABLES = [
    ("Jo Ward\tjo@x.example\tStaff nurse\nSam Lee\tsam@x.example\tMatron", [JO, SAM]),
    ("Jo Ward\tPeer\tjo@x.example", [JO]),
    ("Name\tEmail\nJo Ward\tjo@x.example", [JO]),
    ("name,email\nJo Ward,jo@x.example", [JO]),
    ("Peers\nJo Ward <jo@x.example>\nDirect reports:\nSam Lee <sam@x.example>", [JO, SAM]),
    ("Jo Ward\tStaff nurse\tWard 5\tjo@x.example\t01234", [JO]),
    ("1\tJo Ward\tjo@x.example\tPeer\n2\tSam Lee\tsam@x.example\tPeer", [JO, SAM]),
    ("First name\tSurname\tEmail\nJo\tWard\tjo@x.example\nSam\tLee\tsam@x.example", [JO, SAM]),
    ("Surname\tFirst name\tEmail\nWard\tJo\tjo@x.example\nLee\tSam\tsam@x.example", [JO, SAM]),
    (
        "No\tName\tJob title\tE-mail address\n1\tJo Ward\tMatron\tjo@x.example\n2\tSam Lee\tNurse\tsam@x.example",
        [JO, SAM],
    ),
    ("Email,Name\njo@x.example,Jo Ward\nsam@x.example,Sam Lee", [JO, SAM]),
    ("name;email;role\nJo Ward;jo@x.example;Peer\nSam Lee;sam@x.example;Peer", [JO, SAM]),
    ("Name | Email | Relationship\nJo Ward | jo@x.example | Peer\nSam Lee | sam@x.example | Peer", [JO, SAM]),
    ("jo@x.example\tJo Ward\tMatron", [JO]),
    ("PEERS\nJo Ward <jo@x.example>\n\nDIRECT REPORTS (2)\nSam Lee <sam@x.example>", [JO, SAM]),
    ("== Peers ==\nJo Ward <jo@x.example>\nMy direct reports are:\nSam Lee <sam@x.example>", [JO, SAM]),
    ('Name,Email,Relationship\n"Ward, Jo",jo@x.example,Peer\n"Lee, Sam",sam@x.example,Peer', [JO, SAM]),
    ("Jo Ward,Peer,jo@x.example\nSam Lee,Direct report,sam@x.example", [JO, SAM]),
    ("Peer: Jo Ward <jo@x.example>\nPeer: Sam Lee <sam@x.example>", [JO, SAM]),
    ("Peer - Jo Ward - jo@x.example\nPeer - Sam Lee - sam@x.example", [JO, SAM]),
    ("Mr\tJo\tWard\tjo@x.example", [JO]),
]


@pytest.mark.parametrize(("text", "people"), [*SEPARATORS, *COMMAS, *TABLES])
def test_a_pasted_list_gives_its_people_and_no_fault(text, people):
    pasted = read_list(text)

    assert ([(person.name, person.email) for person in pasted.people], pasted.faults) == (people, ())


QUOTING = [  # the first line of an email that was answered, around people or behind one
    ("Jo Ward <jo@x.example> On 3 March Sam Lee wrote:", [JO]),
    ("Jo Ward <jo@x.example>\nOn 3 March Sam Lee wrote:", [JO]),
    ("Jo Ward <jo@x.example> wrote:\n> Sam Lee <sam@x.example>", [JO, SAM]),
    ("On 3 March 2026 at 10:14, Jo Ward <jo@x.example> wrote:", [JO]),
    ("Am 3. März schrieb Jo Ward <jo@x.example>:", [JO]),
    ("Le 3 mars, Jo Ward <jo@x.example> a écrit :", [JO]),
    ("From Jo Ward <jo@x.example>", [JO]),
    ("Forwarded message from Jo Ward <jo@x.example>", [JO]),
    ("-------- Original message from: Jo Ward <jo@x.example> --------", [JO]),
    ("---------- Forwarded message ---------\nFrom: Jo Ward <jo@x.example>\nTo: Sam Lee <sam@x.example>", [JO, SAM]),
    ("-----Original Message-----\nFrom: Jo Ward <jo@x.example>", [JO]),
    ("On, Jo <jo@x.example>", [("Jo On", "jo@x.example")]),  # a surname
    ("Am Lee <jo@x.example>", [("Am Lee", "jo@x.example")]),
]


@pytest.mark.parametrize(("text", "people"), QUOTING)
def test_the_first_line_of_a_quoted_email_is_no_ones_name(text, people):
    pasted = read_list(text)
    assert [(person.name, person.email) for person in pasted.people] == people
    assert pasted.faults == ()


NO_NAMES = ["N/A", "n.a.", "TBC", "unknown", "Dr", "Ward 5", "ward 5b", "Theatre 3", "Ext 4512", "None", "Band 7"]


@pytest.mark.parametrize("name", NO_NAMES)
def test_what_is_written_for_a_missing_name_is_asked_about(name):
    (fault,) = read_list(f"{name}, jo@x.example").faults
    assert fault.name == "bad-name"


@pytest.mark.parametrize("job", ["Ward Manager", "Matron", "Finance Director", "Deputy Head of Service"])
@pytest.mark.parametrize("text", ["{}, jo@x.example", "{} <jo.ward@x.example>", "{}\tjo@x.example"])
def test_a_job_in_place_of_a_name_is_asked_about(text, job):
    """Our emails would be to a job, and the approver would not see who it is."""
    (fault,) = read_list(text.format(job)).faults
    assert fault.name == "bad-name"


ERRORS = ["#N/A", "#n/a", "#REF!", "#¡REF!", "#VALUE!", "#DIV/0!", "#NULL!", "#NV", "#WERT!", "#N/D!"]


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_of_a_spreadsheet_is_no_name_and_no_address(error):
    assert [fault.name for fault in read_list(f"{error}\tjo@x.example").faults] == ["bad-name"]
    assert {fault.name for fault in read_list(f"Jo Ward\t{error}").faults} == {"no-address"}


@pytest.mark.parametrize("column", ["name", "email", "service", "coach_email"])
@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#NAME?", "#¡VALOR!", "Err:502"])
def test_an_error_of_a_spreadsheet_is_refused_at_its_cell(error, column):
    cells = dict(zip(HEADER.split(","), ROW.strip().format("jo@x.example").split(","), strict=True)) | {column: error}
    with pytest.raises(FileInvalid, match=f"2: {column}: {re.escape(FAILED_FORMULA.format(error))}"):
        read_delegates(f"{HEADER}\n{','.join(cells.values())}\n".encode(), "delegates.csv")


@pytest.mark.parametrize("column", ["name", "manager_name", "coach_name"])
@pytest.mark.parametrize("name", NO_NAMES)
def test_what_is_written_for_a_missing_name_is_refused_at_its_cell(name, column):
    cells = dict(zip(HEADER.split(","), ROW.strip().format("jo@x.example").split(","), strict=True)) | {column: name}
    with pytest.raises(FileInvalid, match=f"2: {column}: is not a person’s name"):
        read_delegates(f"{HEADER}\n{','.join(cells.values())}\n".encode(), "delegates.csv")


@pytest.mark.parametrize("name", ["Jo Ward 2", "Nan Ward", "Jo Null", "Test Ward", "Ward Roe", "Drew", "Na Li"])
def test_a_name_that_looks_like_none_is_one(name):
    (person,) = read_list(f"{name} <jo@x.example>").people
    assert person.name == name


HEADER = "name,email,job_title,service,manager_name,manager_email,coach_name,coach_email"
ROW = "Jo Ward,{},Matron,Community,Kim Roe,kim@x.example,Pat Day,pat@x.example\n"


def delegates(header, row):
    return read_delegates(f"{header}\n{row}".encode(), "delegates.csv")


@pytest.mark.parametrize(
    ("cell", "address"),
    [
        ("jo@bücher.example", "jo@xn--bcher-kva.example"),
        ("jo@x.example (work)", "jo@x.example"),
        *(
            (cell, "jo@x.example")
            for cell in (
                *("jo＠x.example", "jo@x．example", "jo@x。example", "mailto:jo@x.example", "SMTP:JO@X.EXAMPLE"),
                *("Jo Ward <jo@x.example>", "Jo Ward (jo@x.example)", "Jo Ward [jo@x.example]", "(jo@x.example)"),
                *("jo@x.example;", "jo@x.example.", "jo@x.example/", "jo @x.example", "jo@ x.example", "-jo@x.example"),
                *("'jo@x.example'", "jo@x.example?subject=a", "jo\u00a0@x.example", "jo\u200b@x.example"),
            )
        ),
    ],
)
def test_an_address_that_can_mean_one_thing_is_read(cell, address):
    (entry,) = delegates(HEADER, ROW.format(cell))
    assert entry.person.email == address


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "jo(at)x.example",
            "jo@x..example",
            "jo.@x.example",
            "jo@@x.example",
            "j\u043e@x.example",
            "jo@x",
            "jo%40x.example",
        ),
        *(
            "jo@x.example; sam@x.example",
            "jo ward@x.example",
            "o\u2019neil@x.example",
            "jo@x_y.example",
            "http://jo@x.example",
        ),
        *("jo@x.example (sam@x.example)", "jo@x.example [sam@x.example]", "(jo@x.example) sam@x.example"),
        *("jo(e)@x.example", "j(o)e@x.example", "jo@x(y).example"),
    ],
)
def test_any_other_address_is_refused_at_its_cell(cell):
    with pytest.raises(FileInvalid) as refused:
        delegates(HEADER, ROW.format(cell))
    assert [(fault.line, fault.column) for fault in refused.value.faults] == [(2, "email")]


@pytest.mark.parametrize(
    "header",
    [
        f"Leadership programme 2026,,,,,,,\n{HEADER}",
        f"{HEADER},Band",
        HEADER.replace("name,email", "Name (as on the badge),Email (please check)", 1),
        HEADER.replace("job_title,service", "Post title,Ward/service"),
        HEADER.replace("job_title,service", "Grade/role,Service line"),
        HEADER.replace("coach_name,coach_email", "Executive coach,Executive coach email"),
        "Full name,E-mail address,Job title,Service,Line manager name,Line manager email,Coach name,Coach email",
        "Delegate name,Delegate email,Role,Department,Manager,Manager's email,Coach,Coach's email",
        "NAME,E-MAIL,JOB TITLE,SERVICE,LINE MANAGER,LINE MANAGER E-MAIL,COACH,COACH E-MAIL",
        "1. Full name,2. Email,3. Job role,4. Directorate,5. Manager’s name,6. Manager’s email,7. Coach,8. Coach email",
        "participant,participant email,job,dept,line manager's name,line manager's email address,coach,coach's email",
        "Employee,Email (work),Job title,Service/Department,Manager (name),Manager (email),Coach,Coach (email)",
        "Delegate,Email,Job Title,Service Area,Supervisor,Supervisor Email,Coach,Coach Email",
        "Name,Email,Job,Ward,Manager,Manager Email,Coach,Coach Email",
        "Name,Email,Job,Directorate,Manager,Manager Email,Coach,Coach Email,Ward",
        "Name,Email,Job,Team,Manager,Manager Email,Coach,Coach Email,Area,Ward",
        "Name,Email,Job,Ward,Manager,Manager Email,Coach,Coach Email,Area",
        "Name of delegate,Email of delegate,Job,Service,Name of manager,Email of manager,Name of coach,Email of coach",
        "name *,email *,job_title *,service *,manager_name *,manager_email *,coach_name *,coach_email *",
        HEADER.replace(",", "|"),
        HEADER.replace(",", "\t"),
    ],
)
def test_a_header_may_be_written_as_people_write_it(header):
    separator = next(sign for sign in "\t|," if sign in header)
    (entry,) = delegates(header, ROW.format("jo@x.example").replace(",", separator))

    assert (entry.person.name, entry.job_title, entry.service) == ("Jo Ward", "Matron", "Community")
    assert (entry.manager.email, entry.coach.name) == ("kim@x.example", "Pat Day")


def test_a_first_name_and_a_surname_are_one_name():
    header = HEADER.replace("name,", "first_name,last_name,", 1)
    (entry,) = delegates(header, ROW.format("jo@x.example").replace("Jo Ward", "Jo,Ward"))
    assert entry.person.name == "Jo Ward"


@pytest.mark.parametrize("name", ["Jo Ward (she / her)", '"Jo Ward (she, her)"', "Jo Ward (pronouns: she/her)"])
def test_pronouns_are_left_out_of_a_name(name):
    (entry,) = delegates(HEADER, ROW.format("jo@x.example").replace("Jo Ward", name))
    assert entry.person.name == "Jo Ward"


PROGRAMME = read_programme(
    SMALL.replace("[Never, Sometimes, Always]", "[Never, Rarely, Sometimes, Often, Always]"), "small.yaml"
)
ITEMS = [item.id for item in PROGRAMME.items]


def responses(*rows, header="", separator=","):
    titles = header or separator.join(["delegate", "group", *ITEMS])
    return read_responses(PROGRAMME, "\n".join([titles, *rows, ""]).encode(), "responses.csv")


def row(delegate="Jo Ward", rating="4", separator=",", group="peer"):
    return separator.join([f'"{delegate}"', group, *[f'"{rating}"'] * len(ITEMS)])


def ratings(read):
    return [{*response.answers.ratings.values()} for waves in read.values() for response in waves]


LABEL = "Often"


@pytest.mark.parametrize(
    "typed",
    [
        *("4", "4.0", "4,0", "4.00", " 4 ", "'4", "４", "④", "04", "4\u200b", LABEL, LABEL.upper(), f"4 - {LABEL}"),
        *(f"4 = {LABEL}", f"4: {LABEL}", f"(4) {LABEL}", f"{LABEL} (4)", f"4–{LABEL}", f"4. {LABEL}"),
    ],
)
def test_a_rating_is_read_as_other_tools_write_it(typed):
    assert ratings(responses(row(rating=typed))) == [{4}]


@pytest.mark.parametrize(
    "typed", ["na", "NA", "N/A", "n.a.", "N / A", "n/k", "not applicable", "Don’t know", "Not able to comment."]
)
def test_no_rating_is_read_as_other_tools_write_it(typed):
    assert ratings(responses(row(rating=typed))) == [{None}]


@pytest.mark.parametrize("typed", ["0", "6", "4.5", "-", "?", "4/5", "4*", "four", "+4", "4e0", "TRUE", f"3 - {LABEL}"])
def test_what_may_be_another_rating_is_refused(typed):
    with pytest.raises(FileInvalid):
        responses(row(rating=typed))


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_of_a_spreadsheet_is_no_answer(error):
    """A lookup that found nothing says `#N/A`: perhaps there is a rating, and the formula did not find it."""
    with pytest.raises(FileInvalid, match=re.escape(FAILED_FORMULA.format(error))):
        responses(row(rating=error))


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_responses_come_with_any_separator(separator):
    assert ratings(responses(row(separator=separator), separator=separator)) == [{4}]


def test_a_column_may_have_the_text_of_its_question_behind_its_id():
    header = ",".join(["Delegate", "Group", *(f"{item.upper()}. Listens to what others say" for item in ITEMS)])
    assert ratings(responses(row(), header=header)) == [{4}]


@pytest.mark.parametrize("spelling", ["Jo  Ward", "Jo Ward\u200b", "Jo\u00a0Ward", "jo ward", "JO WARD", " Jo Ward "])
def test_one_delegate_in_two_spellings_is_one(spelling):
    assert [*responses(row(), row(spelling))] == ["Jo Ward"]


@pytest.mark.parametrize(
    "spelling",
    [
        *("Ward, Jo", "Ward Jo", "Dr Jo Ward", "Jo Ward RN", "Jo Ward, RN", "Jo Ward.", "Jo-Ward", "Jo W\u00e4rd"),
        *("J\u043e Ward", "J\u03bf Ward", "Jo. Ward", "Jo Ward she/her", "Jo Ward (she/her)"),
    ],
)
def test_what_may_be_another_spelling_of_a_delegate_is_asked_about(spelling):
    with pytest.raises(FileInvalid) as refused:
        responses(row(), row(spelling))
    assert [(fault.line, fault.column) for fault in refused.value.faults] == [(3, "delegate")]


@pytest.mark.parametrize(
    "names", [("JP", "MA", "KL"), ("Jack Ma", "Jack Do"), ("Anna Ma", "Anna"), ("Dr Li", "Prof Li")]
)
def test_titles_are_left_out_only_of_a_whole_name(names):
    assert [*responses(*map(row, names))] == [*names]


def test_two_delegates_with_one_name_have_a_difference_in_brackets():
    assert [*responses(row("Jo Ward"), row("Jo Ward (Surgery)"))] == ["Jo Ward", "Jo Ward (Surgery)"]


@pytest.mark.parametrize("title", ["Name (line manager)", "Email (assistant)", "Name (Ward)"])
def test_a_note_that_names_someone_else_stays_part_of_a_title(title):
    """Only a note on how to fill a column in is passed over."""
    assert find_columns([title], ["name", "email"]).places == {}
