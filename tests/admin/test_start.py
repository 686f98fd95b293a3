"""A cohort from files: form, preview, confirm."""

import codecs
import io
import re
from datetime import date

import msgspec
import pytest
from msgspec.structs import replace
from openpyxl import Workbook

from chalicelib.core.model import Wave
from chalicelib.core.settings import settings
from chalicelib.programme.example_files import SAMPLES
from chalicelib.programme.read_programme import read_programme
from chalicelib.store import audit_events, catalogue, cohorts, delegates, programmes, workshops
from chalicelib.store.cohorts import FeedbackState, People
from chalicelib.store.programme_codec import encode_programme
from chalicelib.store.table import put, row_size, scan, transact
from chalicelib.workshops.change_sessions import move_session
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.support.drain import drain
from tests.support.emails import sent_emails

START = f"{BASE_URL}/admin/start"
PROGRAMME = people.EXAMPLE.read_bytes()
HEADER = "name,email,job_title,service,manager_name,manager_email,coach_name,coach_email\n"
DANA = "Dana Délégate,dana.delegate@example.org,Lead,Nursing,Mara Manager,mara@example.org,Cleo Coach,c@example.org\n"
DORA = "Dora Delegate,dora.delegate@example.org,Lead,Nursing,Mara Manager,mara@example.org,Cleo Coach,c@example.org\n"
RATERS = "delegate_email,group,name,email\ndana.delegate@example.org,peer,Pat Peer,pat@example.org\n"
FIELDS = {
    "title": "Autumn cohort",
    "opens": "2026-09-14",
    "closes": "2026-10-02",
    "ends": "2026-11-30",
    "sponsor_name": "Sam Sponsor",
    "sponsor_email": "sam@example.org",
}


@pytest.fixture
def admin(visitor, clock):
    return visitor.let_in_administrator(clock.now())


def files(delegates=HEADER + DANA, programme=PROGRAMME, **more):
    data = delegates if isinstance(delegates, bytes) else delegates.encode()
    uploads = {"programme": ("programme.yaml", programme), "delegates": ("delegates.csv", data)}
    return uploads | {name: (f"{name}.csv", text.encode()) for name, text in more.items()}


def rows():
    return [row for row in scan() if not row["pk"].startswith("SESSION#")]


def preview(admin, typed=None, **parts):
    return admin.open(START).send_files(START, FIELDS | (typed or {}), files(**parts))


def confirm(admin):
    return admin.send_files(f"{START}/confirm")


def test_two_files_become_a_cohort_after_a_preview(admin, clock):
    preview(admin)
    assert (admin.status, rows()) == (200, [])
    assert "Dana Délégate" in admin.page
    assert "Monday 14 September 2026, 09:00" in admin.page

    confirm(admin)
    drain(clock.now())

    assert admin.url.endswith("/admin/cohort/autumn-cohort?done=loaded")
    (line,) = cohorts.list_lines("autumn-cohort")
    assert line.name == "Dana Délégate"
    listed = catalogue.everything()
    assert [entry.title for entry in listed.cohorts] == ["Autumn cohort"]
    assert [entry.version for entry in listed.programmes] == [people.programme().version]
    assert {row["by"] for row in audit_events.of_cohort("autumn-cohort")} == set(settings().administrators)


def test_confirming_twice_is_success_and_changes_nothing(admin, clock):
    preview(admin)
    page = admin.page
    confirm(admin)
    drain(clock.now())
    before = rows()
    admin.page = page
    confirm(admin)

    assert admin.url.endswith("?done=loaded")
    assert rows() == before


def test_faults_are_listed_by_row_and_column_and_valid_files_are_kept(admin):
    preview(admin, delegates=HEADER + DANA.replace("mara@example.org", "mara"), typed={"closes": ""})

    assert (admin.status, rows()) == (400, [])
    assert re.search(r"delegates.csv, row 2</th><td [^>]+>manager_email</td>", admin.page)
    assert admin.faults == {"closes", "delegates"}
    assert "<strong>programme.yaml</strong> is kept" in admin.page
    assert "<strong>delegates.csv</strong> is kept" not in admin.page

    admin.send_files(START, FIELDS, {"delegates": ("delegates.csv", (HEADER + DANA).encode())})
    assert (admin.status, admin.shows) == (200, "programme/preview")


@pytest.mark.parametrize(
    "encode",
    [
        pytest.param(lambda text: codecs.BOM_UTF8 + text.encode(), id="utf-8 with a mark"),
        pytest.param(lambda text: text.encode("cp1252"), id="windows"),
        pytest.param(lambda text: text.encode("utf-16"), id="utf-16"),
    ],
)
def test_files_are_read_as_excel_writes_them(admin, encode):
    preview(admin, delegates=encode(HEADER + DANA))

    assert (admin.status, "Dana Délégate" in admin.page) == (200, True)


def workbook(table):
    """Return a workbook with the lines of a table."""
    made = Workbook()
    for line in table.splitlines():
        made.active.append(line.split(","))
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def test_lists_may_be_workbooks(admin, clock):
    lists = {"delegates": ("people.xlsx", workbook(HEADER + DANA)), "raters": ("raters.xlsx", workbook(RATERS))}
    admin.open(START).send_files(START, FIELDS, files() | lists)
    assert (admin.status, "Dana Délégate" in admin.page, "1 new rater of 1 delegate" in admin.page) == (200, True, True)

    confirm(admin)
    drain(clock.now())

    assert [line.name for line in cohorts.list_lines("autumn-cohort")] == ["Dana Délégate"]


TITLES = "Name\tJob title\tE-mail\tService\tLine manager\tManager email\tCoach\tCoach email\r\n"
PASTED = "Délégate, Dana \tLead\t Dana.Delegate@example.org\tNursing\t"
PASTED += "Mara Manager\tmara@example.org\tCleo Coach\tc@example.org"
PASTED_TWICE = f"{PASTED}\r\n{PASTED}\r\n"


def paste(admin, url=START, programme=True, **typed):
    sent = {"programme": ("programme.yaml", PROGRAMME)} if programme else {}
    return admin.open(url).send_files(url, (FIELDS if programme else {}) | typed, sent)


def test_lists_may_be_pasted_from_a_spreadsheet(admin, clock):
    paste(admin, delegates_list=TITLES + PASTED_TWICE)
    assert "list of delegates, row 3: repeats row 2 and is passed over" in admin.page
    confirm(admin)
    drain(clock.now())
    (line,) = cohorts.list_lines("autumn-cohort")
    assert (line.name, line.email, line.coach.name) == ("Dana Délégate", "dana.delegate@example.org", "Cleo Coach")

    people_page = f"{BASE_URL}/admin/cohort/autumn-cohort/people"
    paste(admin, people_page, programme=False, raters_list=RATERS.replace(",", "\t"))
    admin.send_files(f"{people_page}/confirm")
    drain(clock.now())
    chosen = delegates.find_nomination(line.delegate_id, Wave.BASELINE)
    assert "pat@example.org" in {rater.person.email for rater in chosen.raters}


def test_a_fault_in_a_pasted_list_is_at_its_field_and_what_was_pasted_stays(admin):
    paste(admin, delegates_list=TITLES + PASTED.replace("mara@", "mara"))

    assert (admin.status, admin.faults) == (400, {"delegates_list"})
    assert re.search(r"list of delegates, row 2</th><td [^>]+>manager_email</td>", admin.page)
    assert PASTED.split("\t")[0].strip() in "".join(admin.areas())


def test_a_pasted_list_counts_and_not_the_file_that_the_page_kept(admin):
    preview(admin, typed={"delegates_list": HEADER + DORA})

    assert (admin.status, "Dora Delegate" in admin.page, "Dana Délégate" in admin.page) == (200, True, False)
    assert "delegates.csv is not used" in admin.page


def test_a_title_or_an_accent_makes_no_other_person_of_one_address(admin):
    mara = DORA.replace("Mara Manager", "Mrs Mára Manager")
    preview(admin, delegates=HEADER + DANA + mara)
    assert (admin.status, "Mrs Mára" in admin.page) == (200, False)
    assert "delegates.csv, row 3: manager_name" in admin.page

    preview(admin, delegates=HEADER + DANA + DORA.replace("Mara Manager", "Maria Manager"))
    assert (admin.status, admin.faults) == (400, {"delegates"})


def test_the_preview_names_who_is_emailed_before_the_opening(admin, clock):
    preview(admin)
    said = admin.said("welcomed")
    confirm(admin)
    drain(clock.now())
    drain(clock.advance(days=4))

    assert {email.addresses[0] for email in sent_emails()} == {FIELDS["sponsor_email"]}
    assert said.startswith(FIELDS["sponsor_name"])


def test_a_delegate_of_another_cohort_of_the_programme_is_asked_about(admin, clock):
    preview(admin)
    assert "elsewhere" not in admin.messages
    confirm(admin)
    drain(clock.now())
    preview(admin, typed={"title": "Winter cohort"}, delegates=HEADER + DANA + DORA)

    assert admin.status == 200
    said = admin.said("elsewhere")
    assert [name for name in ("Dana Délégate", "Dora Delegate", "Autumn cohort") if name in said] == [
        "Dana Délégate",
        "Autumn cohort",
    ]


def test_the_preview_shows_the_people_of_each_new_delegate(admin):
    preview(admin)

    assert all(part in admin.page for part in ("mara@example.org", "c@example.org", "Lead; Nursing"))


def test_a_fault_in_a_workbook_names_its_sheet_and_row(admin):
    lists = {"delegates": ("people.xlsx", workbook(HEADER + DANA.replace("mara@example.org", "mara")))}
    admin.open(START).send_files(START, FIELDS, files() | lists)

    assert (admin.status, rows()) == (400, [])
    assert re.search(r"people.xlsx \(sheet “Sheet”\), row 2</th><td [^>]+>manager_email</td>", admin.page)


def test_a_damaged_workbook_is_refused_with_what_to_do(admin):
    preview(admin, delegates=b"PK\x03\x04 a workbook")

    assert (admin.status, "is an Excel workbook that cannot be read" in admin.page) == (400, True)


def test_what_is_confirmed_is_what_was_shown(admin, clock):
    """Another administrator adds a delegate between the preview and its confirmation."""
    preview(admin)
    confirm(admin)
    drain(clock.now())
    url = f"{BASE_URL}/admin/cohort/autumn-cohort/people"
    admin.open(url).send_files(url, {}, {"delegates": ("d.csv", (HEADER + DANA.replace("Lead", "Head")).encode())})
    confirmed_page = admin.page
    admin.open(url).send_files(url, {}, {"delegates": ("d.csv", (HEADER + DANA + DORA).encode())})
    admin.send_files(f"{url}/confirm")
    drain(clock.now())
    admin.page = confirmed_page
    admin.send_files(f"{url}/confirm")

    assert (admin.status, "stale" in admin.messages) == (409, True)
    assert delegates.find(cohorts.list_lines("autumn-cohort")[0].delegate_id).job_title == "Lead"


def test_a_second_file_says_what_is_new_changed_unchanged_and_gone(admin, clock):
    preview(admin, delegates=HEADER + DANA + DORA)
    confirm(admin)
    drain(clock.now())
    url = f"{BASE_URL}/admin/cohort/autumn-cohort/people"
    eve = DORA.replace("Dora", "Eve").replace("dora", "eve")
    text = HEADER + DANA.replace("Lead", "Head") + eve
    admin.open(url).send_files(url, {}, {"delegates": ("d.csv", text.encode()), "raters": ("r.csv", RATERS.encode())})

    for part in ("<b>1</b> new delegates", "<b>1</b> changed", "<b>0</b> unchanged", "<b>1</b> not in the file"):
        assert part in admin.page
    assert "job title: Lead → Head" in admin.page
    assert "1 new rater of 1 delegate" in admin.page

    admin.send_files(f"{url}/confirm")
    drain(clock.now())
    assert [line.name for line in cohorts.list_lines("autumn-cohort")] == [
        "Dana Délégate",
        "Dora Delegate",
        "Eve Delegate",
    ]


def test_raters_may_come_alone(admin, clock):
    preview(admin)
    confirm(admin)
    drain(clock.now())
    url = f"{BASE_URL}/admin/cohort/autumn-cohort/people"
    admin.open(url).send_files(url, {}, {"raters": ("r.csv", RATERS.encode())})
    assert "1 new rater of 1 delegate" in admin.page
    admin.send_files(f"{url}/confirm")
    drain(clock.now())

    assert cohorts.list_lines("autumn-cohort")[0].feedback is FeedbackState.PLANNED
    chosen = delegates.find_nomination(cohorts.list_lines("autumn-cohort")[0].delegate_id, Wave.BASELINE)
    assert "pat@example.org" in {rater.person.email for rater in chosen.raters}


def test_more_raters_than_a_group_takes_are_refused_with_those_who_are_listed(admin, clock):
    most = next(group.max for group in people.programme().groups if group.id == "peer")
    lines = [f"dana.delegate@example.org,peer,Peer {n},peer{n}@example.org\n" for n in range(most + 1)]
    preview(admin, raters=RATERS.splitlines(keepends=True)[0] + "".join(lines[:most]))
    confirm(admin)
    drain(clock.now())
    url = f"{BASE_URL}/admin/cohort/autumn-cohort/people"
    text = RATERS.splitlines(keepends=True)[0] + lines[0] + lines[most]
    admin.open(url).send_files(url, {}, {"raters": ("r.csv", text.encode())})

    assert admin.status == 400
    assert re.search(r"r.csv, row 3</th><td [^>]+>group</td>", admin.page)
    assert f"than the {most} allowed, with those on the list already" in admin.page


def test_a_preview_says_that_no_one_is_added_to_a_closed_questionnaire(admin, clock):
    preview(admin)
    confirm(admin)
    drain(clock.now())
    drain(clock.to(people.CLOSE))
    admin.let_in_administrator(clock.now())
    url = f"{BASE_URL}/admin/cohort/autumn-cohort/people"
    admin.open(url).send_files(url, {}, {"raters": ("r.csv", RATERS.encode())})

    assert "0 new raters of 1 delegate" in admin.page
    assert "closed-lists" in admin.messages


def long_lines(delegates, raters):
    """Two files with so many delegates, and so many raters of each, under the longest names and addresses."""
    people_of = [f"{'d' * 60}{n:03}@{'x' * 60}.{'y' * 60}.example.org" for n in range(delegates)]
    peers = [f"{'p' * 60}{n:03}@{'x' * 60}.{'y' * 60}.example.org" for n in range(raters)]
    mara = ["Mara Manager", "mara@example.org", "Cleo Coach", "cleo@example.org"]
    of_delegates = [",".join(["Dana " + "D" * 90, email, "T" * 90, "S" * 90, *mara]) for email in people_of]
    of_raters = [",".join([email, "peer", "P" * 90, peer]) for email in people_of for peer in peers]
    return HEADER + "\n".join(of_delegates), RATERS.splitlines(keepends=True)[0] + "\n".join(of_raters)


def test_more_than_a_row_takes_is_refused_with_what_to_do_and_the_parts_are_taken(admin, clock):
    delegates_file, raters_file = long_lines(200, 8)
    preview(admin, delegates=delegates_file, raters=raters_file)

    assert (admin.status, rows()) == (400, [])
    assert "200 delegates and 1600 raters are too many for one load" in admin.page
    parts = int(re.search(r"Load the delegates first, and then their raters in (\d+) files", admin.page)[1])

    preview(admin, delegates=delegates_file)
    assert confirm(admin).url.endswith("?done=loaded")
    header, *lines = raters_file.splitlines(keepends=True)
    url = f"{BASE_URL}/admin/cohort/autumn-cohort/people"
    text = header + "".join(lines[: len(lines) // parts])
    admin.open(url).send_files(url, {}, {"raters": ("r.csv", text.encode())})
    assert admin.status == 200


def test_a_row_is_never_smaller_than_dynamodb_counts():
    """`ü` takes two bytes, in JSON as in a row."""
    entry = people.entry("dana delegate")
    wide = replace(entry, job_title="ü" * 100)
    size = [row_size(cohorts.add_people("c", "x", People((line,), {}))) for line in (entry, wide)]
    assert size[1] - size[0] == 2 * 100 - len(entry.job_title)


def test_files_beyond_what_a_function_takes_are_refused_with_what_to_do(admin):
    preview(admin, delegates=HEADER + "x" * 3_000_000)

    assert (admin.status, rows()) == (400, [])
    assert "files-too-large" in admin.messages
    assert "2 MB" in admin.page


def test_the_same_files_again_change_nothing_and_say_so(admin, clock):
    preview(admin)
    confirm(admin)
    drain(clock.now())
    preview(admin)

    assert "nothing-new" in admin.messages
    assert admin.links("/confirm") == []


def test_a_short_name_that_is_taken_is_refused(admin, clock):
    preview(admin)
    confirm(admin)
    preview(admin, delegates=HEADER + DORA)

    assert (admin.status, admin.faults) == (400, {"id"})


def test_a_programme_that_is_here_needs_no_file(admin, clock):
    preview(admin)
    confirm(admin)
    rules = people.programme()
    typed = FIELDS | {"title": "Winter cohort", "loaded": f"{rules.id} {rules.version}"}
    admin.open(START).send_files(START, typed, {"delegates": ("d.csv", (HEADER + DORA).encode())})

    assert (admin.status, "known-programme" in admin.messages) == (200, True)


def test_a_loaded_version_with_other_content_is_refused(admin, clock):
    preview(admin)
    confirm(admin)
    other = PROGRAMME.replace(b"Maximising Potential", b"Maximising Everything", 1)
    preview(admin, programme=other, typed={"title": "Winter cohort"})

    assert (admin.status, admin.messages) == (400, {"version-loaded"})


def test_a_programme_by_itself_is_previewed_and_stored(admin):
    url = f"{BASE_URL}/admin/programme"
    admin.open(url).send_files(url, {}, {"programme": ("programme.yaml", PROGRAMME)})
    assert (admin.status, rows()) == (200, [])
    admin.send_files(f"{url}/confirm")

    assert [entry.version for entry in catalogue.everything().programmes] == [people.programme().version]
    assert "stored" in admin.messages


def test_a_version_stored_before_a_field_existed_is_the_same_version(admin):
    without = re.sub(rb"\n +you: .*", b"", PROGRAMME)
    older = read_programme(without, "programme.yaml")
    plain = msgspec.json.decode(encode_programme(older))
    for item in (item for competency in plain["competencies"] for item in competency["items"]):
        del item["you_wording"]
    row = programmes.add(older).row
    transact([put(row | {"checked": msgspec.json.encode(plain)})])

    preview(admin, programme=without)
    assert (admin.status, "version-loaded" in admin.messages) == (200, False)


def test_the_preview_shows_how_each_behaviour_is_worded_to_the_delegate(admin):
    url = f"{BASE_URL}/admin/programme"
    asked = PROGRAMME.replace(b"        you: You adapt how the team works so that everyone can take part.\n", b"")
    admin.open(url).send_files(url, {}, {"programme": ("programme.yaml", asked)})

    assert "you adapt how you work so that everyone can take part <strong>Check</strong>" in admin.page
    assert "<li>you stay calm when the service is under pressure</li>" in admin.page


def test_a_new_version_says_what_is_different(admin):
    url = f"{BASE_URL}/admin/programme"
    admin.open(url).send_files(url, {}, {"programme": ("programme.yaml", PROGRAMME)}).send_files(f"{url}/confirm")
    version = people.programme().version
    newer = PROGRAMME.replace(b"version: %d" % version, b"version: %d" % (version + 1), 1)
    newer = newer.replace(b"Maximising Potential", b"Maximising Everything", 1)
    admin.open(url).send_files(url, {}, {"programme": ("programme.yaml", newer)})

    assert f'data-before="{version}"' in admin.page
    assert re.search(r"title</th><td [^>]+>Changed</td>", admin.page)


@pytest.mark.parametrize(
    "path", ["/admin/start", "/admin/start/confirm", "/admin/programme", "/admin/programme/confirm"]
)
def test_a_form_of_another_page_is_refused(admin, path):
    admin.open(START).send_files(f"{BASE_URL}{path}", FIELDS | {"form": "forged"}, files())

    assert (admin.status, rows()) == (400, [])


@pytest.mark.parametrize("body", [b"", b"no parts at all", b"------fullcircle\r\nContent-Disposition: form-data\r\n"])
def test_a_damaged_form_is_refused(admin, body):
    headers = {"Content-Type": "multipart/form-data; boundary=----fullcircle"} | admin._kept()
    response = admin.client.post("/admin/start", headers=headers, body=body)

    assert response.status_code == 400


def test_an_example_file_can_be_loaded_as_it_is(admin):
    admin.open(f"{BASE_URL}/admin/example/delegates")
    text = admin.page
    preview(admin, delegates=text)

    assert (admin.status, "Dana Delegate" in admin.page) == (200, True)


def test_the_example_programme_can_be_added_as_it_is(admin):
    admin.open(f"{BASE_URL}/admin/example/programme")
    text = admin.page
    preview(admin, programme=text.encode())

    assert (admin.status, "Maximising Potential" in admin.page) == (200, True)


# --- the cohort file ------------------------------------------------------------------------------------

COHORT_FILE = """\
cohort: autumn-cohort
opens: 2026-09-14
closes: 2026-10-02
facilitators: [{id: mo, name: "Mo Hart", email: "mo.hart@example.org"}]
sessions:
  leading_self:
    - {date: 2026-10-22, start: "09:30", end: "16:30", place: "Room 4", by: mo}
    - {date: 2026-10-24, start: "09:30", end: "16:00", link: "https://video.example.org/abc"}
"""
NO_DATES = {"opens": "", "closes": "", "ends": ""}


def with_cohort_file(admin, text=COHORT_FILE, **typed):
    both = files() | {"cohort_file": ("cohort.yaml", text.encode())}
    return admin.open(START).send_files(START, FIELDS | NO_DATES | typed, both)


def test_a_cohort_file_gives_dates_facilitators_and_sessions(admin, clock):
    with_cohort_file(admin)
    assert admin.status == 200
    assert "2 sessions with dates" in admin.page
    assert "dates-first" in admin.messages
    assert "cohort.yaml:8: sessions.leading_self[1].date: is on Saturday 24 October 2026" in admin.page

    for _ in range(2):
        page = admin.page
        confirm(admin)
        assert admin.status == 200
        admin.page = page
    cohort = cohorts.find("autumn-cohort")
    assert (f"{cohort.dates.ends}", cohort.facilitators[0].person.name) == ("2026-10-24", "Mo Hart")
    assert [each.plan.place for each in workshops.list_sessions("autumn-cohort")] == ["Room 4", ""]


def test_a_form_that_is_confirmed_again_does_not_undo_a_later_change_of_dates(admin, clock):
    page = with_cohort_file(admin).page
    confirm(admin)
    move_session("autumn-cohort", "leading_self/1", (date(2026, 10, 21), None), clock.now(), "x")
    admin.page = page
    confirm(admin)

    assert [each.plan.date.day for each in workshops.list_sessions("autumn-cohort")] == [21, 24]


def test_a_faulty_cohort_file_is_named_with_its_line(admin):
    with_cohort_file(admin, COHORT_FILE.replace("mo}", "jo}"))

    assert admin.status == 400
    assert admin.faults == {"cohort_file"}
    assert "cohort.yaml, row 7" in admin.page
    assert "sessions.leading_self[0].by" in admin.page


def test_a_typed_day_that_differs_from_the_cohort_file_is_refused(admin):
    with_cohort_file(admin, opens="2026-09-15")

    assert admin.status == 400
    assert admin.faults == {"opens"}
    assert "2026-09-14 in the cohort file" in admin.page


def test_the_example_of_a_cohort_file_is_the_one_in_the_folder_of_examples():
    assert SAMPLES["cohort"].text == (people.EXAMPLE.parent / "cohort.yaml").read_text()
