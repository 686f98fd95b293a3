"""Everyone with a page of their own gets a copy of their own data there: all of it, once a day, for three days."""

import io
import json
import zipfile
from datetime import UTC, datetime, time, timedelta

import pytest

from chalicelib.admin import person_export
from chalicelib.admin.address_change import change_address
from chalicelib.admin.resend_link import resend_link
from chalicelib.areas.openings import open_for_manager
from chalicelib.collect.submit_answers import submit
from chalicelib.core import formatting
from chalicelib.core.calendar import local_moment
from chalicelib.core.formatting import local_date
from chalicelib.core.ids import coach_id, reader_key
from chalicelib.links import kinds, signing
from chalicelib.ownership import erase_person
from chalicelib.ownership.cohort_rows import list_rows
from chalicelib.people import leave
from chalicelib.retention.periods import Clock, list_ends, notice_day
from chalicelib.store import audit_events, cohorts, debriefs, delegates, kept_data, objects, own_copies, stories
from chalicelib.store.debriefs import CoachNotes
from chalicelib.store.stories import Story, StoryState
from chalicelib.store.table import scan
from chalicelib.waves.lifecycle import summary_job
from tests.faults import scene
from tests.people.scene import NEW_MANAGER, change, open_cohort
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.support.drain import drain
from tests.support.emails import sent_emails

NAMES = ("dana delegate", "dora delegate")
WHO = {"hub": "dana delegate", "coach": "cleo coach", "shared": "mara manager", "sponsor": "sam sponsor"}
LINES = {"hub": "delegate", "shared": "line manager", "sponsor": "sponsor"}
BY = "ada@example.org"
NOTES = "Speaks faster at the budget"


@pytest.fixture
def opened(visitor, clock):
    open_cohort(clock, chosen=people.raters(4, 0), names=NAMES)
    for name in ("p0", "p1"):
        answer_link = scene.link_of(scene.invitation(name))
        scene.fill_in(answer_link, "3", clock.now())
        submit(answer_link, clock.now())
    drain(clock.advance(hours=3))
    coach = coach_id(people.COHORT, people.person("cleo coach").email)
    people.write(*debriefs.save_notes(people.dana(), CoachNotes(NOTES, clock.now(), coach)))
    return visitor


def address(role):
    return people.SPONSOR.email if role == "sponsor" else people.person(WHO[role]).email


def token(role):
    delegate = delegates.find(people.dana())
    return {
        "hub": lambda: kinds.HUB.token(delegate),
        "coach": lambda: kinds.COACH.token(people.COHORT, delegate.coach, delegate.coach_link),
        "shared": lambda: kinds.SHARED.token(delegate),
        "sponsor": lambda: kinds.SPONSOR.token(cohorts.find(people.COHORT)),
    }[role]()


def page(role):
    return f"{BASE_URL}/own-data/{role}.{token(role)}"


def ask(visitor, role, clock):
    """Sign in, press the button, and open the page again once the copy is made."""
    visitor.sign_in(page(role), address(role), clock.now())
    visitor.post(page(role))
    drain(clock.now())
    return visitor.open(page(role))


def copy_of(role):
    return own_copies.find(reader_key(address(role)), people.COHORT)


def content(role):
    return zipfile.ZipFile(io.BytesIO(objects.load(copy_of(role).file)))


@pytest.mark.parametrize("role", WHO)
def test_a_person_signs_in_asks_waits_and_downloads(opened, clock, role):
    opened.sign_in(page(role), address(role), clock.now())
    assert 'data-state="none"' in opened.page
    assert "data-copy" not in opened.page, "app.js makes a button of it, which copies a field"
    opened.post(page(role))
    assert 'data-state="awaited"' in opened.page
    drain(clock.now())
    assert 'data-state="ready"' in opened.open(page(role)).page
    opened.post(f"{page(role)}/file")

    assert opened.status == 303
    assert copy_of(role).file in opened.headers["Location"]
    assert {"data.json", "data.txt"} <= set(content(role).namelist())


@pytest.mark.parametrize("role", WHO)
def test_a_copy_holds_all_that_the_command_exports_but_what_a_person_has_to_review(opened, clock, role):
    email = address(role)
    rows = list(list_rows(people.COHORT, email))
    by_command = {(row["pk"], row["sk"]) for row in person_export.find(email)}
    by_page = {(row["pk"], row["sk"]) for row in person_export.find(email, lambda: rows)}

    assert by_page == by_command
    ask(opened, role, clock)
    archive = content(role)
    words = "".join(archive.read(name).decode() for name in archive.namelist())
    assert "data.json" in archive.namelist()
    assert [name for name in archive.namelist() if name.startswith("for review")] == []
    assert (NOTES in words) == (role == "coach"), "private notes are served to their writer only"


@pytest.mark.parametrize("role", WHO)
def test_a_copy_holds_no_address_of_anyone_else(opened, clock, role):
    ask(opened, role, clock)
    others = {people.person(name).email for name in (*NAMES, "cleo coach", "mara manager", "p0", "p1", "p2")}
    rows = [row for row in json.loads(content(role).read("data.json")) if row["sk"] != "MAIL"]

    assert [email for email in others - {address(role)} if email in json.dumps(rows)] == []


def test_another_copy_is_made_after_a_day_and_not_before(opened, clock):
    ask(opened, "hub", clock)
    first = copy_of("hub")
    opened.post(page("hub"))
    assert copy_of("hub") == first

    drain(clock.advance(hours=20))  # the next date, and less than a day
    ask(opened, "hub", clock)
    assert copy_of("hub") == first

    drain(clock.advance(hours=4))
    ask(opened, "hub", clock)
    assert copy_of("hub").asked_at > first.asked_at
    assert 'data-state="ready"' in opened.page


def test_a_copy_is_deleted_after_three_days(opened, clock):
    ask(opened, "hub", clock)
    file = copy_of("hub").file
    drain(clock.advance(days=3, minutes=1))

    assert list(objects.list_names("copies/")) == []
    opened.sign_in(page("hub"), address("hub"), clock.now())
    opened.post(f"{page('hub')}/file", nonce=opened.nonce)
    assert file not in opened.headers.get("Location", "")
    assert 'data-state="none"' in opened.page


def test_a_copy_that_is_not_deleted_in_time_cannot_be_downloaded(opened, clock):
    """As if the jobs did not run."""
    ask(opened, "hub", clock)
    clock.advance(days=2, hours=23)
    opened.let_in(address("hub"), clock.now())
    assert 'data-state="ready"' in opened.open(page("hub")).page

    clock.advance(hours=1)
    assert 'data-state="none"' in opened.open(page("hub")).page
    opened.post(f"{page('hub')}/file")
    assert copy_of("hub").file not in opened.headers.get("Location", "")


def test_the_end_of_a_copy_is_not_the_end_of_the_next_one(opened, clock):
    ask(opened, "hub", clock)
    drain(clock.advance(days=1))
    ask(opened, "hub", clock)
    second = copy_of("hub")
    drain(clock.advance(days=2, minutes=1))  # the first is three days old

    assert copy_of("hub") == second
    assert list(objects.list_names("copies/")) == [second.file]


def test_the_trail_says_who_asked_and_who_took(opened, clock):
    for role in LINES:
        opened.cookies.clear()
        ask(opened, role, clock)
        opened.post(f"{page(role)}/file")
    lines = [(row["by"], row["act"]) for row in audit_events.of_cohort(people.COHORT) if "their own data" in row["act"]]

    wanted = ("asked for a copy of their own data", "downloaded the copy of their own data")
    assert sorted(lines) == sorted((by, act) for by in LINES.values() for act in wanted)


def test_an_erasure_takes_away_every_copy_that_may_name_the_person(opened, clock):
    ask(opened, "coach", clock)
    leave.leave(people.dana(), clock.now(), BY)
    drain(clock.now())
    erase_person.erase(people.person("dana delegate").email, clock.now())

    assert list(objects.list_names("copies/")) == []
    assert [row for row in scan() if row["pk"].startswith("OWNCOPY#")] == []
    drain(clock.advance(days=4))  # the job that deletes it finds nothing to do


def test_a_former_line_manager_gets_no_copy(opened, clock):
    old = page("shared")
    change(clock, "manager", **NEW_MANAGER)

    assert opened.open(old).status == 410


def test_an_address_that_is_held_for_one_part_gets_no_copy_through_another(opened, clock):
    """A copy holds all that is theirs in the cohort: an administrator's friend would read the report at once."""
    change_address(people.COHORT, address("hub"), address("sponsor"), clock.now(), BY)
    drain(clock.now())
    held = opened.let_in(address("sponsor"), clock.now()).open(page("sponsor"))
    assert (held.status, held.links("/sign-in/")) == (403, [])

    clock.advance(days=1)
    assert opened.let_in(address("sponsor"), clock.now()).open(page("sponsor")).status == 200


def test_a_copy_that_is_being_made_is_not_finished_for_an_address_that_is_held_since(opened, clock):
    opened.sign_in(page("sponsor"), address("sponsor"), clock.now())
    opened.post(page("sponsor"))
    change_address(people.COHORT, address("hub"), address("sponsor"), clock.now(), BY)
    drain(clock.now())

    assert not copy_of("sponsor").file
    assert list(objects.list_names("copies/")) == []


@pytest.mark.parametrize("role", ["answer", "inbox", "administrator", "own-data", ""])
def test_no_other_link_leads_to_a_copy(opened, clock, role):
    inner = signing.token(role or "hub", people.dana(), "1")

    assert opened.open(f"{BASE_URL}/own-data/{role}.{inner}").status == 404


@pytest.mark.parametrize("role", WHO)
def test_the_page_leads_back_to_the_page_that_it_came_from(opened, clock, role):
    opened.sign_in(page(role), address(role), clock.now())
    (back,) = opened.links(f"/{role}/")

    assert f'data-back="{role}"' in opened.page
    assert opened.open(back).status == 200
    assert opened.links(f"/own-data/{role}.")


def test_the_managers_page_offers_it(opened):
    opened.open(f"{BASE_URL}/shared/{token('shared')}")

    assert opened.links("/own-data/shared.")
    assert open_for_manager(token("shared")).reader.person.email == address("shared")


@pytest.mark.parametrize("role", WHO)
def test_a_copy_does_not_change_when_someone_else_answers(visitor, clock, role):
    """Who has answered is in no one's copy but the rater's own."""
    open_cohort(clock, chosen=people.raters(4, 4), names=NAMES)

    def rows():
        own_rows = list(list_rows(people.COHORT, address(role)))
        return [row for row in person_export.find(address(role), lambda: own_rows) if person_export.REVIEW not in row]

    before = rows()
    answer_link = scene.link_of(scene.invitation("p0"))
    scene.fill_in(answer_link, "3", clock.now())
    submit(answer_link, clock.now())

    assert before
    assert rows() == before


def notice(clock):
    """Send the notice. Return the link in it, and the day on which the data is deleted."""
    drain(clock.to(people.CLOSE))
    for _ in range(12):  # the survey opens and closes
        drain(clock.advance(days=30))
    programme, cohort = people.programme(), cohorts.find(people.COHORT)
    last = local_date(summary_job(cohort, programme).due_at, programme.organisation.timezone)
    ends = list_ends(programme.retention, Clock(last, cohort.dates.ends))
    drain(clock.to(datetime.combine(notice_day(ends) + timedelta(days=60), time(4), UTC)))  # the survey closed later
    drain(clock.advance(days=4))
    return people.link("dana delegate", "deletion"), kept_data.find_notice(cohorts.rows(people.COHORT))


def test_a_delegate_downloads_everything_after_the_notice_until_the_day(opened, clock):
    link, day = notice(clock)
    assert opened.open(people.link("dana delegate", "hub")).status == 410  # it ended a year before
    clock.to(datetime.combine(day - timedelta(days=1), time(20), UTC))
    here = opened.open(link).url
    opened.sign_in(here, address("hub"), clock.now())
    opened.post(here)
    drain(clock.now())
    opened.open(here).post(f"{here}/file")

    assert "data.txt" in content("hub").namelist()
    assert "downloaded" in str(audit_events.of_cohort(people.COHORT)[-1]["act"])


def test_the_page_of_the_notice_leads_to_a_story_that_stays_when_the_data_goes(opened, clock):
    """Its words are in documents that are kept for longer, and after the day no page can withdraw it."""
    link, _ = notice(clock)
    here = opened.open(link).url
    opened.sign_in(here, address("hub"), clock.now())
    assert "story-in-use" not in opened.open(here).messages

    story = Story(people.dana(), people.COHORT, "A wall chart.", True, 1, clock.now(), StoryState.PUBLISHED)
    people.write(stories.add(story))
    assert "story-in-use" in opened.open(here).messages
    (page,) = opened.links("/story")
    opened.open(page).post(page, {"go": "withdraw"})

    assert stories.find(people.dana()).state is StoryState.WITHDRAWN
    assert "story-in-use" not in opened.open(here).messages


def test_the_page_says_that_a_copy_is_kept_until_the_day_and_no_longer(opened, clock):
    link, day = notice(clock)
    clock.to(datetime.combine(day - timedelta(days=1), time(20), UTC))
    here = opened.open(link).url
    opened.sign_in(here, address("hub"), clock.now())
    opened.post(here)
    drain(clock.now())
    assert f'data-until="{local_moment(day, 0, "Europe/London").isoformat()}"' in opened.open(here).page

    people.write(kept_data.keep(people.dana(), "a dispute", clock.now()))
    assert f'data-until="{(clock.now() + timedelta(days=3)).isoformat()}"' in opened.open(here).page


@pytest.mark.parametrize("has_left", [False, True])
def test_a_lost_link_of_the_notice_is_sent_again(opened, clock, has_left):
    """Their own page has ended by then: its link would open nothing."""
    notice(clock)
    if has_left:
        people.write(cohorts.change_line(delegates.find(people.dana()), put={"withdrawn": True}))
    before = len(sent_emails(address("hub")))
    assert resend_link(people.COHORT, address("hub"), clock.now(), BY)
    drain(clock.now())
    (sent,) = sent_emails(address("hub"))[before:]
    (link,) = [url for url in sent.links if "/deletion/" in url]
    assert opened.open(link).status == 200
    assert opened.sign_in(link, address("hub"), clock.now()).status == 200


def test_a_new_address_after_the_notice_gets_a_link_that_opens(opened, clock):
    notice(clock)
    change_address(people.COHORT, address("hub"), "dana.new@example.org", clock.now(), BY)
    drain(clock.now())
    drain(clock.advance(days=3))
    links = [url for email in sent_emails("dana.new@example.org") for url in email.links]
    assert [opened.open(url).status for url in links if "/deletion/" in url] == [200]
    assert not any("/hub/" in url for url in links)


def test_from_the_day_on_the_link_says_what_was_deleted_and_when(opened, clock):
    link, day = notice(clock)
    drain(clock.to(datetime.combine(day, time(12), UTC)))

    assert opened.open(link).status == 410
    assert formatting.day(day) in opened.page
    assert "your report" in opened.page


def test_a_link_of_a_deletion_that_no_notice_announced_is_unknown(opened, clock):
    unknown = signing.make("deletion", "stranger", "1", people.COHORT)

    assert opened.open(unknown).status == 404
