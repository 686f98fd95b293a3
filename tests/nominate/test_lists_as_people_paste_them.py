"""Pasted lists with bullets, labels, headings, credentials and more columns: only the person is read."""

from __future__ import annotations

import pytest

from chalicelib.nominate.pasted_list import read_list

ANA, BEN = ("Ana Reed", "ana@example.org"), ("Ben Oke", "ben@example.org")
BOTH = [ANA, BEN]


def read(text: str, titles: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    pasted = read_list(text, titles)
    assert pasted.faults == ()
    return [(person.name, person.email) for person in pasted.people]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("◦ Ana Reed – ana@example.org\n◦ Ben Oke - ben@example.org", id="bullets-and-dashes"),
        pytest.param("→ Ana Reed — ana@example.org\n✓ Ben Oke | ben@example.org", id="arrows-and-bars"),
        pytest.param("- Ana Reed, ana@example.org\n- Ben Oke, ben@example.org", id="hyphens-and-commas"),
        pytest.param("Ana Reed: ana@example.org\nBen Oke : ben@example.org", id="a-colon-after-the-name"),
        pytest.param("1. Ana Reed ana@example.org\n2. Ben Oke ben@example.org", id="numbers"),
        pytest.param("1. Ana Reed ana@example.org\n2. Ben Oke ben@example.org\n3.\n4.", id="numbers-without-people"),
        pytest.param("(1) Ana Reed <ana@example.org>\n(2) Ben Oke <ben@example.org>", id="numbers-in-brackets"),
        pytest.param("a) Ana Reed <ana@example.org>\nb) Ben Oke <ben@example.org>", id="letters"),
        pytest.param("11 Ana Reed <ana@example.org>\n12 Ben Oke <ben@example.org>", id="numbers-alone"),
        pytest.param("Ana Reed <ana@example.org> / Ben Oke <ben@example.org>", id="a-slash"),
        pytest.param("Ana Reed <ana@example.org> and Ben Oke <ben@example.org>", id="and"),
        pytest.param("Ana Reed <ana@example.org> & Ben Oke <ben@example.org>", id="ampersand"),
        pytest.param("Ana Reed <ana@example.org>, and Ben Oke <ben@example.org>", id="a-comma-and-and"),
        pytest.param("Ana Reed = ana@example.org\nBen Oke => ben@example.org", id="equals-signs"),
        pytest.param("Ana Reed – Peer – ana@example.org\nBen Oke - Peer - ben@example.org", id="group-between-dashes"),
        pytest.param("Ana Reed\nana@example.org\nBen Oke\n<ben@example.org>", id="each-on-a-line"),
        pytest.param("Name: Ana Reed\nEmail: ana@example.org\n\nName: Ben Oke\nEmail: ben@example.org", id="cards"),
        pytest.param("ana@example.org\nAna Reed\n\nben@example.org\nBen Oke", id="each-on-a-line-address-first"),
        pytest.param(
            "Peers:\nana@example.org\nAna Reed\nben@example.org\nOke, Ben\n", id="address-first-below-a-title"
        ),
        pytest.param("Ana Reed|ana@example.org\nBen Oke|ben@example.org", id="bars-without-blanks"),
        pytest.param("Ana Reed/ana@example.org\nBen Oke=ben@example.org", id="signs-without-blanks"),
        pytest.param("Ana Reed -ana@example.org\n*Ben Oke* *ben@example.org*", id="hyphens-and-stars-without-blanks"),
        pytest.param("Reed, Ana\nmailto:ana@example.org\nOke, Ben\nben@example.org", id="each-on-a-line-by-surname"),
        pytest.param("[Ana Reed](mailto:ana@example.org)\n- [Ben Oke](ben@example.org)", id="links-in-markdown"),
        pytest.param(
            "| Name | Email |\n|---|:--|\n| Ana Reed | ana@example.org |\n| Ben Oke | ben@example.org |",
            id="a-table-in-markdown",
        ),
        pytest.param(
            "Od: Ana Reed <ana@example.org>\nWysłano: 2 listopada 2026 10:15\nDW: Ben Oke <ben@example.org>\nTemat: A",
            id="the-header-of-an-email-in-polish",
        ),
        pytest.param(
            "Nachname\tVorname\tE-Mail\nReed\tAna\tana@example.org\nOke\tBen\tben@example.org", id="in-german"
        ),
        pytest.param("Ana Reed <ana@example.org> und Ben Oke <ben@example.org>", id="and-in-german"),
        pytest.param("ana@example.org (Ana Reed)\nben@example.org (Ben Oke)", id="names-in-brackets-behind"),
        pytest.param(
            "Ana Reed, Ward 5, x1234, ana@example.org\nBen Oke, 3 West, ben@example.org", id="wards-in-commas"
        ),
        pytest.param(
            "1. Ana Reed, Peer, Bleep 4021, ana@example.org\n2. Ben Oke, 4021, ben@example.org",
            id="numbered-with-bleeps",
        ),
        pytest.param(
            "Ana Reed +44 7700 900123 ana@example.org\nBen Oke tel: 07700 900-124 <ben@example.org>", id="telephones"
        ),
        pytest.param("Ana Reed (0161) 496 0000, ana@example.org\nBen Oke ext. 1234 ben@example.org", id="extensions"),
        pytest.param("Ana Reed ＜ana＠example．org＞；Ben Oke ＜ben＠example。org＞", id="wide-signs"),
        pytest.param("Ana Reed <ana@example.org>، Ben Oke <ben@example.org>", id="arabic-comma"),
        pytest.param("Ana Reed <ana@example.org>、Ben Oke <ben@example.org>", id="ideographic-comma"),
        pytest.param(
            "From: Ana Reed <ana@example.org>\nDate: Mon, 2 Nov 2026 at 10:15\nCc: Ben Oke <ben@example.org>\n"
            "Subject: Re: my raters",
            id="the-header-of-an-email",
        ),
        pytest.param(
            "Von: Ana Reed <ana@example.org>\nGesendet: Montag, 2. November 2026 10:15\n"
            "An: Ben Oke <ben@example.org>\nBetreff: Liste",
            id="the-header-of-an-email-in-german",
        ),
        pytest.param("De: Ana Reed <ana@example.org>\nPara: Ben Oke <ben@example.org>", id="header-in-spanish"),
        pytest.param("Night team: Ana Reed <ana@example.org>, Ben Oke <ben@example.org>;", id="a-label"),
        pytest.param("Ana Reed [SMTP:ana@example.org]; Ben Oke [mailto:ben@example.org]", id="schemes-in-brackets"),
        pytest.param("Ana Reed sip:ana@example.org\nBen Oke smtp:ben@example.org", id="schemes"),
        pytest.param("Ana Reed email: ana@example.org\nBen Oke e-mail: ben@example.org", id="the-word-email"),
        pytest.param("Ana Reed, RGN <ana@example.org>\nBen Oke, MD, PhD <ben@example.org>", id="credentials"),
        pytest.param("Ana Reed, BSc (Hons) <ana@example.org>\nBen Oke, M.B.E. <ben@example.org>", id="degrees"),
        pytest.param("Reed, Ana, RN <ana@example.org>\nOke, Ben - Ward 12 <ben@example.org>", id="surname-first"),
        pytest.param("Reed, Ana – Theatres\tana@example.org\nOke, Ben\tben@example.org", id="surname-first-in-cells"),
        pytest.param("Ana Reed\tana@example.org\tMatron\t8a\nBen Oke\tben@example.org\tNurse\t7", id="more-columns"),
        pytest.param("Ana Reed\tPeers\tana@example.org\nBen Oke\tPeers\tben@example.org", id="group-between"),
        pytest.param("Peer\tAna Reed\tana@example.org\nDirect report\tBen Oke\tben@example.org", id="group-first"),
        pytest.param("1\tAna Reed\tana@example.org\n2\tBen Oke\tben@example.org", id="numbered-rows"),
        pytest.param("Ana\tReed\tana@example.org\nBen\tOke\tben@example.org", id="first-name-and-surname"),
        pytest.param("ana@example.org\tAna Reed\tMatron\nben@example.org\tBen Oke\tNurse", id="address-first"),
        pytest.param("Full name\tE-mail address\nAna Reed\tana@example.org\nBen Oke\tben@example.org", id="header"),
        pytest.param("email;name\nana@example.org;Ana Reed\nben@example.org;Ben Oke", id="header-with-semicolons"),
        pytest.param(
            'First name,Surname,Job title,Email\nAna,Reed,"Matron, nights",ana@example.org\nBen,Oke,,ben@example.org',
            id="header-with-parts-of-the-name",
        ),
        pytest.param("Ana Reed;ana@example.org\nBen Oke;ben@example.org", id="cells-with-semicolons"),
        pytest.param("Ana Reed;ana@example.org;Peers;\nBen Oke;;ben@example.org;Nurse", id="cells-and-jobs"),
        pytest.param("Ana Reed | Matron | ana@example.org\nBen Oke | Peer | ben@example.org", id="bars-and-jobs"),
        pytest.param("Ana Reed, Matron, ana@example.org\nBen Oke, Charge Nurse <ben@example.org>", id="jobs"),
        pytest.param(
            "Ana Reed,ana@example.org,Matron\nBen Oke - ben@example.org - Ward Manager, Ward 5", id="job-after"
        ),
        pytest.param("Ana Reed, 01234 567890, ana@example.org\nBen Oke ben@example.org 01234 567890", id="telephones"),
        pytest.param("Ana Reed\n\nana@example.org\n\nBen Oke\n\nben@example.org", id="blank-lines-between"),
        pytest.param(
            "Ana Reed\nMatron\nana@example.org\nBen Oke\nStaff Nurse\n01234 567890\nben@example.org",
            id="cards-with-jobs",
        ),
        pytest.param("8a\tAna Reed\tana@example.org\nMr\tBen\tOke\tben@example.org", id="bands-and-salutations"),
        pytest.param("ii. Ana Reed ana@example.org\niii) Ben Oke ben@example.org", id="roman-numbers"),
        pytest.param("@Ana Reed <ana@example.org>\n@Ben Oke: ben@example.org", id="mentions"),
        pytest.param("Ana Reed・ana@example.org\nBen Oke·ben@example.org", id="dots-without-blanks"),
        pytest.param("Ana Reed &lt;ana@example.org&gt;; Ben Oke &lt;ben@example.org&gt;", id="source-of-a-page"),
        pytest.param("Ana Reed (ana@example.org) and Ben Oke (ben@example.org)", id="and-after-a-bracket"),
        pytest.param("On 2 Nov 2026 at 10:15, Ana Reed <ana@example.org>\n> Ben Oke <ben@example.org>", id="a-reply"),
        pytest.param(
            "Ana Reed <mailto:ana@example.org?subject=Raters>\nBen Oke <mailto:ben@example.org?cc=x@example.org>",
            id="links-with-a-subject",
        ),
        pytest.param("Colleagues\nAna Reed <ana@example.org>\nMy team:\nBen Oke <ben@example.org>", id="headings"),
        pytest.param("PEERS\n- Ana Reed ana@example.org\n\nOTHERS:\n- Ben Oke ben@example.org", id="capital-headings"),
    ],
)
def test_two_people_are_read_and_nothing_else(text):
    assert read(text) == BOTH


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Martin King, Jr.", "Martin King, Jr."),
        ("King, Martin, Jr.", "Martin King, Jr."),
        ("Ana Reed, III", "Ana Reed, III"),
        ("Ana Reed, RN, MSN", "Ana Reed"),
        ("Ana Reed, RN MSN", "Ana Reed"),
        ("Ana Reed, MRCPsych PhD", "Ana Reed"),
        ("De Vries, JK", "JK De Vries"),
        ("REED SMITH, ANA", "ANA REED SMITH"),
        ("Lee, MA", "MA Lee"),
        ("'t Hooft, Gerard", "Gerard 't Hooft"),
        ("’s-Gravesande, Willem", "Willem ’s-Gravesande"),
        ("O'Neill, Mary-Ann", "Mary-Ann O'Neill"),
        ("'Ana Reed'", "Ana Reed"),
        ("‘Ana Reed’", "Ana Reed"),
        ("Ana Reed - Jones", "Ana Reed - Jones"),
        ("J. R. Reed", "J. R. Reed"),
        ("Dr. Ana Reed", "Dr. Ana Reed"),
        ("王小明", "王小明"),
        ("And Reed", "And Reed"),
        ("Santos e Silva", "Santos e Silva"),
    ],
)
def test_a_name_is_put_in_order_and_loses_nothing_of_its_own(words, name):
    assert read(f"{words} <ana@example.org>") == [(name, "ana@example.org")]


def test_cells_with_semicolons_that_may_be_two_people_are_not_joined():
    pasted = read_list("Ben Oke; ben@example.org; Ana Reed")

    assert "Ana Reed" in [fault.entry for fault in pasted.faults]


def test_a_surname_that_is_also_a_job_is_kept():
    assert read("Ana Reed <ana@example.org>\nJo Matron\njo.matron@example.org\nNurse, Paul <p@example.org>") == [
        ANA,
        ("Jo Matron", "jo.matron@example.org"),
        ("Paul Nurse", "p@example.org"),
    ]


def test_a_line_with_the_title_of_a_group_is_a_heading():
    text = "Clinical partners\nAna Reed <ana@example.org>\nThose I lead\nBen Oke <ben@example.org>"

    assert read(text, titles=("Clinical partners", "Those I lead")) == BOTH
    assert [fault.entry for fault in read_list(text).faults] == ["Clinical partners", "Those I lead"]


def test_a_label_alone_is_no_name():
    assert read("To: ana@example.org\nPeers: ben@example.org") == [
        ("Ana", "ana@example.org"),
        ("Ben", "ben@example.org"),
    ]


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("name,email\nAna Reed,\nBen Oke,ben@example.org", "Ana Reed"),
        ("Ana Reed\nBen Oke ben@example.org", "Ana Reed"),
        ("Ana Reed <ana@example>\nBen Oke ben@example.org", "Ana Reed ana@example"),
        ("Ben Oke <ben@example.org>, Ana Nurse", "Ana Nurse"),
        ("Ben Oke <ben@example.org>; Ana Head", "Ana Head"),
        ("Ana Nurse\nBen Oke\nben@example.org", "Ana Nurse"),
    ],
)
def test_a_person_without_an_address_is_never_passed_over(text, entry):
    pasted = read_list(text)

    assert [fault.entry for fault in pasted.faults] == [entry]
    assert [(person.name, person.email) for person in pasted.people] == [BEN]


@pytest.mark.parametrize("text", ["Peers", "Direct reports:", "Subject: Raters", "name,email", "Ana Reed:"])
def test_headings_without_people_are_faults(text):
    assert read_list(text).people == ()
    assert read_list(text).faults


@pytest.mark.parametrize("above", ["Please ask these people for me.", "Many thanks,", "Direct reports", "My raters:"])
def test_a_line_that_is_no_name_names_no_one(above):
    pasted = read_list(f"{above}\nana.reed@example.org", ())

    assert [(person.name, person.email) for person in pasted.people] == [("Ana Reed", "ana.reed@example.org")]
