"""A file that names another coach, line manager or sponsor notifies the one before, and the audit trail says so."""

import pytest
from msgspec.structs import replace

from chalicelib.core.model import DelegateEntry
from chalicelib.programme.load_cohort import load_cohort
from chalicelib.store import audit_events, cohorts, emails
from tests.emails.samples import make_email
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_emails

BY = "ada@example.org"
FIRST = {"coach": "people/coach_new", "line manager": "people/manager_new", "sponsor": "people/sponsor_new"}
FORMER = {"coach": "cleo coach", "line manager": "mara manager", "sponsor": "sponsor"}


@pytest.fixture
def loaded(aws, clock):
    people.load(clock.now(), names=("dana delegate", "dora delegate"))
    drain(clock.now())


@pytest.fixture
def opened(loaded, clock):
    """Everyone who has a part was emailed once that they have it."""
    for part, kind in FIRST.items():
        owner = people.COHORT if part == "sponsor" else people.dana()
        people.write(*emails.add(make_email(kind, owner, to=people.person(FORMER[part]))))
    drain(clock.now())


def load(clock, *, coach="cleo coach", manager="mara manager", sponsor="sponsor"):
    entries = tuple(
        DelegateEntry(people.person(name), "Lead", "Nursing", people.person(manager), people.person(coach))
        for name in ("dana delegate", "dora delegate")
    )
    cohort = replace(cohorts.find(people.COHORT), sponsor=people.person(sponsor))
    load_cohort(cohort, people.programme(), entries, {}, clock.advance(minutes=1), BY)
    drain(clock.now())


def notices_to(name):
    return [email for email in sent_emails(people.person(name).email) if email.row.startswith("admin/former#")]


def acts():
    return [(audit_events.say_line(row), row["by"], row["about"]) for row in audit_events.of_cohort(people.COHORT)]


def name_another(clock, part, who):
    load(clock, **{part.rpartition(" ")[2]: who})


@pytest.mark.parametrize("part", sorted(FORMER))
def test_who_had_the_part_is_notified_once_and_no_one_else(opened, clock, part):
    name_another(clock, part, "nora new")

    (notice,) = notices_to(FORMER[part])
    assert part in str(notice.message["Subject"])
    assert "nora" not in str(notice.message).lower()
    title = cohorts.find(people.COHORT).title
    assert title in notice.part("plain"), "a person may have the same part in another cohort, and keeps it there"
    others = {*FORMER.values(), "nora new", "dana delegate"} - {FORMER[part]}
    assert [notices_to(other) for other in others] == [[]] * len(others)


@pytest.mark.parametrize("part", sorted(FORMER))
def test_who_was_never_emailed_that_they_have_a_part_is_not_emailed_that_it_is_over(loaded, clock, part):
    name_another(clock, part, "nora new")
    for _ in range(24):
        drain(clock.advance(hours=1))

    assert sent_emails(people.person(FORMER[part]).email) == []


def test_a_coach_who_was_only_asked_to_approve_a_list_is_notified(loaded, clock):
    people.write(*emails.add(make_email("nominate/approve", people.dana(), to=people.person(FORMER["coach"]))))
    drain(clock.now())
    name_another(clock, "coach", "nora new")

    assert len(notices_to(FORMER["coach"])) == 1


@pytest.mark.parametrize("part", sorted(FORMER))
def test_who_is_named_again_and_passed_over_again_gets_another_notice(opened, clock, part):
    for who in ("nora new", FORMER[part], "nora new"):
        name_another(clock, part, who)

    assert len(notices_to(FORMER[part])) == 2


@pytest.mark.parametrize(
    ("part", "act"),
    [
        ("coach", "changed the coach from Cleo Coach to Nora New (from a file)"),
        ("line manager", "changed the line manager from Mara Manager to Nora New (from a file)"),
    ],
)
def test_the_trail_names_the_act_the_administrator_and_each_delegate(opened, clock, part, act):
    name_another(clock, part, "nora new")

    changes = [entry for entry in acts() if entry[0].startswith("changed")]
    ids = {line.delegate_id for line in cohorts.list_lines(people.COHORT)}
    assert set(changes) == {(act, BY, delegate_id) for delegate_id in ids}
    assert len(changes) == 2


def test_the_trail_names_another_sponsor(opened, clock):
    name_another(clock, "sponsor", "nora new")

    assert ("changed the sponsor from Sam Sponsor to Nora New (from a file)", BY, people.COHORT) in acts()


def test_the_same_people_again_notify_no_one(opened, clock):
    renamed = replace(cohorts.find(people.COHORT), title="Another title")
    entries = tuple(people.entry(name) for name in ("dana delegate", "dora delegate"))
    load_cohort(renamed, people.programme(), entries, {}, clock.advance(minutes=1), BY)
    drain(clock.now())

    assert not any(act.startswith("named") for act, _, _ in acts())
    assert [notices_to(name) for name in FORMER.values()] == [[], [], []]


@pytest.mark.parametrize("part", sorted(FORMER))
def test_a_change_at_night_is_announced_in_the_morning(opened, clock, part):
    clock.to(clock.now().replace(hour=21, minute=0))
    name_another(clock, part, "nora new")
    assert notices_to(FORMER[part]) == []

    drain(clock.advance(hours=12))
    assert len(notices_to(FORMER[part])) == 1


@pytest.mark.parametrize("part", sorted(FORMER))
def test_who_has_the_part_again_before_the_morning_gets_no_notice(opened, clock, part):
    clock.to(clock.now().replace(hour=21, minute=0))
    name_another(clock, part, "nora new")
    name_another(clock, part, FORMER[part])

    drain(clock.advance(hours=12))
    assert notices_to(FORMER[part]) == []
