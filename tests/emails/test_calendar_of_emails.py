"""The calendar of emails: when each goes out, who reads it, and what stops it.

A year of six delegates is played. Dana answers nothing and does nothing; Dora does everything at once; Ann is offered
times and chooses none, and her later debrief is not recorded; Lee leaves and Pat pauses once the reports are made.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec import Struct

import chalicelib.core.clock
from chalicelib.core.calendar import local_moment
from chalicelib.core.formatting import local_date
from chalicelib.emails.kinds import To, load_kinds
from chalicelib.store import emails
from tests.journey.test_edge_cases import TESTS, names_in
from tests.people import scene
from tests.support import cloud, people
from tests.support.clock import Clock
from tests.support.drain import drain
from tests.support.emails import sent_emails
from tests.support.world import due
from tests.year import later  # noqa: F401 (its acts are declared)
from tests.year.world import ACTS, Year, change

D, M, C, F = To.DELEGATE, To.MANAGER, To.COACH, To.FACILITATOR
A, R, S = To.ADMINISTRATOR, To.RATER, To.SPONSOR
ZONE = "Europe/London"
NAMES = ("dana delegate", "dora delegate", "ann delegate", "lee delegate", "pat delegate", "bea delegate")
DANA, DORA, ANN, LEE, PAT, BEA = range(6)
GONE = "2026-10-06"  # Lee leaves, Pat pauses
BACK = "2027-06-10"
DAYS = {  # what the calendar counts from
    "dates": "2026-09-07",
    "opens": "2026-09-14",
    "closes": "2026-10-02",
    "report": "2026-10-03",  # a Saturday
    "offer": "2026-10-05",
    "debrief": "2026-10-09",
    "lapse": "2026-10-15",  # of the times that Ann was offered
    "late debrief": "2026-11-05",
    "first": "2026-10-22",  # of the workshop
    "last": "2026-10-23",
    "due": "2026-11-13",
    "survey": "2027-04-23",
    "end": "2027-05-21",  # of the survey
    "work": "2026-11-02",
    "read": "2026-11-10",
    "november": "2026-11-10",  # second Tuesdays; on that of December there is an email about late work
    "january": "2027-01-12",
    "february": "2027-02-09",
    "march": "2027-03-09",
    "april": "2027-04-13",
}


class Row(Struct, frozen=True):
    """One line of the calendar.

    days    when it goes out to, or about, who does nothing: `first - 15` is 15 working days before
    dora    the same of who does everything; where it differs, doing it is what stops or starts the email
    ann     of who is offered times and chooses none
    of_all  whether it is one email about the cohort
    """

    kind: str
    to: To
    days: tuple[str, ...] = ()
    dora: tuple[str, ...] = ()
    ann: tuple[str, ...] = ()
    of_all: bool = False


def same(kind: str, to: To, *days: str) -> Row:
    return Row(kind, to, days, days, days)


def of_all(kind: str, to: To, *days: str) -> Row:
    return Row(kind, to, days, days, days, of_all=True)


CALENDAR = (
    same("workshops/dates", D, "dates + 1"),
    same("workshops/manager_dates", M, "dates + 1"),
    of_all("people/sponsor_new", S, "dates + 1"),
    of_all("people/facilitator_new", F, "dates + 1"),
    same("programme/opening", D, "opens"),
    same("collect/invitation", R, "opens"),
    same("collect/reminder", R),  # everyone has answered
    same("collect/self_reminder", D),
    same("collect/closed", D, "closes + 1"),
    same("report/ready", C, "report + 1"),
    Row(  # stops once times are offered; at the end about the review, which no one arranges
        "meetings/arrange",
        C,
        ("report + 3", "report + 7", "end + 5", "end + 9"),
        ("end + 5", "end + 9"),
        ("lapse + 3", "lapse + 7", "end + 5", "end + 9"),
    ),
    Row("meetings/not_arranged", A, ("report + 10", "end + 12"), ("end + 12",), ("lapse + 10", "end + 12")),
    Row("meetings/offered", D, (), ("offer",), ("offer", "offer + 3")),  # stops once one is chosen
    Row("meetings/lapsed", D, (), (), ("lapse",)),
    Row("meetings/booked", D, (), ("offer",), ("late debrief - 3",)),
    Row("meetings/booked_coach", C, (), ("offer",), ("late debrief - 3",)),
    Row("meetings/prepare", D, (), ("debrief - 2",), ("late debrief - 2",)),
    Row("meetings/prepare_coach", C, (), ("debrief - 2",), ("late debrief - 2",)),
    Row("meetings/record", C, (), (), ("late debrief + 2",)),  # stops once it is recorded
    Row("meetings/not_recorded", A, (), (), ("late debrief + 5",)),
    Row("meetings/agreed", D, (), ("debrief + 1",)),
    Row("debrief/released", D, (), ("debrief",)),
    of_all("sponsor/start", S, "report + 2"),
    of_all("sponsor/start_facilitator", F, "report + 2"),
    Row("areas/monthly", D, (), ("november", "january", "february", "march", "april")),  # not while the survey is open
    Row("areas/prompt", D, (), ("debrief + 5",)),
    same("workshops/joining", D, "first - 15"),
    of_all("workshops/prepare", F, "first - 15"),
    same("workshops/away", M, "first - 5"),
    same("workshops/starts", D, "first - 2"),
    of_all("workshops/runs", F, "first - 2"),
    same("assignments/after", D, "last + 1"),
    of_all("workshops/register", F, "last + 2"),
    of_all("workshops/overdue", A, "last + 5"),
    of_all("sponsor/interim", S),  # no register is filled in: there is nothing to show
    Row("assignments/read", D, (), ("read + 1",)),
    of_all("assignments/to_read", C, "work"),  # a Monday; Dora submits on the Friday before
    of_all("assignments/to_read_facilitator", F, "work"),
    same("impact/delegate", D, "survey"),
    Row("impact/pulse", R, (), ("survey",)),  # no one else has development areas
    same("impact/manager", M, "survey"),
    of_all("impact/opened_coach", C, "survey"),
    of_all("impact/progress", A, "survey + 10"),
    same("impact/result", D, "end + 1"),
    same("impact/result_coach", C, "end + 1"),
    Row("impact/counted", M, (), ("end + 2",)),  # only to a line manager who has answered
    same("meetings/propose", C, "end + 2"),
)
OF_WORK = ("assignments/due", "assignments/late")  # of each task, so each is looked at by its task
ELSEWHERE = {  # what this year does not send, each with the test that asserts its days (`days_of`)
    "areas/shared": (M, "areas/test_sharing.py::test_the_link_arrives_by_email_and_opens_without_a_code"),
    "workshops/absent": (
        D,
        "mornings/test_over_the_holidays.py::"
        "test_what_falls_due_over_the_holidays_is_one_digest_on_the_first_working_day",
    ),
    "assignments/returned": (D, "journey/test_assignments.py::test_a_coach_returns_work_and_reads_what_comes_back"),
    "impact/returned": (R, "impact/test_returned.py::test_the_email_goes_out_once_for_each_occasion"),
    "pulse/check": (D, "pulse/test_rounds.py::test_a_round_goes_from_the_check_to_a_page_for_delegate_and_coach"),
    "pulse/asked": (R, "pulse/test_rounds.py::test_a_round_goes_from_the_check_to_a_page_for_delegate_and_coach"),
    "pulse/reminder": (R, "pulse/test_rounds.py::test_one_reminder_goes_to_who_has_not_answered"),
    "pulse/published": (D, "pulse/test_rounds.py::test_a_round_goes_from_the_check_to_a_page_for_delegate_and_coach"),
    "pulse/published_coach": (
        C,
        "pulse/test_rounds.py::test_a_round_goes_from_the_check_to_a_page_for_delegate_and_coach",
    ),
    "sponsor/summary": (
        S,
        "sponsor/test_editions.py::test_the_first_edition_comes_five_working_days_after_the_last_survey_has_closed",
    ),
    "admin/needs": (A, "admin/test_needs.py::test_one_email_on_each_working_morning_counts_things_and_cohorts"),
    "retention/notice": (D, "retention/test_retention.py::test_each_delegate_is_notified_once_thirty_days_before"),
}
OF_SURVEY = ("impact/reminder", "impact/pulse_reminder")  # before the end of a survey: a test below
WITH_AN_ACT = (  # what goes out because someone did something, and has no day of its own in the calendar
    "admin/former",
    "admin/link",
    "admin/new_link",
    "admin/more_time",
    "admin/replaced",
    "areas/answered",
    "areas/asked",
    "areas/done",
    "areas/help",
    "collect/again",
    "collect/extended",
    "impact/shares",
    "meetings/cancelled",
    "meetings/cancelled_coach",
    "meetings/no_time",
    "nominate/approve",
    "nominate/approve_reminder",
    "nominate/approved",
    "nominate/approved_in_place",
    "nominate/change_wanted",
    "nominate/reminder",
    "programme/dates_moved",
    "programme/dates_moved_manager",
    "programme/followup",
    "programme/followup_planned",
    "pulse/not_held",
    "report/too_few",
    "report/without_key",
    "sponsor/edition",
    "sponsor/named_story",
    "sponsor/story",
    "sponsor/withdrawn",
    "web/code",
    "web/second_factor",
    "web/wrong_code",
    "workshops/cancelled",
    "workshops/days",
    "workshops/moved",
    "workshops/runs_session",
    "workshops/session",
)
OF_A_CHANGE = ("people/", "meetings/cancelled", "workshops/cancelled")  # what says that someone has left or pauses


def day_of(rule: str) -> str:
    """Return the day of a rule such as `first - 15`: the working day that is so many working days away."""
    anchor, sign, count = rule.rpartition(" - ") if " - " in rule else rule.rpartition(" + ")
    day = date.fromisoformat(DAYS[anchor or rule])
    for _ in range(int(count) if anchor else 0):
        day += timedelta(days=1 if "+" in sign else -1)
        while day.weekday() > 4:
            day += timedelta(days=1 if "+" in sign else -1)
    return day.isoformat()


class Sent(Struct, frozen=True):
    """An email that went out, alone or in a digest. row: its id, which names the delegate that it is about."""

    number: int
    row: str
    at: datetime

    @property
    def kind(self) -> str:
        return self.row.partition("#")[0]

    @property
    def day(self) -> str:
        return local_date(self.at, ZONE).isoformat()


class Played(Struct, frozen=True):
    ids: tuple[str, ...]
    sent: tuple[Sent, ...]

    def about(self, who: int) -> list[Sent]:
        return [email for email in self.sent if f"#{self.ids[who]}" in email.row]

    def days(self, kind: str, who: int | None = None) -> list[str]:
        of_reader = self.sent if who is None else self.about(who)
        return sorted({email.day for email in of_reader if email.kind == kind})


ACTS_OF_THE_YEAR = (  # day, act, whose, which
    (DAYS["offer"], "offer_times", DORA, 0),
    (DAYS["offer"], "choose_time", DORA, 0),
    (DAYS["offer"], "offer_times", ANN, 6),
    (GONE, "leave", LEE, 0),
    (GONE, "pause", PAT, 0),
    (DAYS["debrief"], "release", DORA, 0),
    ("2026-10-30", "submit_work", DORA, 0),
    ("2026-11-02", "enter_time", ANN, 2),
    (DAYS["read"], "decide_work", DORA, 0),
    ("2026-12-15", "", DANA, 0),
    ("2027-02-15", "", DANA, 0),
    ("2027-04-26", "answer_impact", DORA, 0),
    ("2027-04-26", "manager_answers", DORA, 0),
    ("2027-06-09", "", DANA, 0),
)


def run_until(clock: Clock, day: str) -> None:
    """Run everything that is due by noon of a day, each at its time."""
    end = local_moment(date.fromisoformat(day), 12, ZONE)
    while rows := due(end):
        drain(clock.to(max(clock.now(), datetime.fromisoformat(rows[0]["due_at"]))))
    clock.to(max(clock.now(), end))


def play(clock: Clock) -> Played:
    scene.open_cohort(clock, chosen=people.raters(4, 1), names=NAMES)
    year = Year(clock, NAMES)
    for place in range(len(NAMES)):
        ACTS["answer_all"].do(year, place, 0)
    sent: list[Sent] = []
    for day, act, place, which in ACTS_OF_THE_YEAR:
        run_until(clock, day)
        if act == "pause":
            change(year, place, act, until=BACK, reason="leave")
        elif act:
            year.do(act, place, which)
            assert not year.refused, act
        year.area_of |= dict.fromkeys(people.area_ids(year.delegates[place]), year.delegates[place])
        sent += newly_sent(len({email.number for email in sent}))
    return Played(tuple(year.delegates), tuple(sent))


def newly_sent(count: int) -> list[Sent]:
    """Return what is in the emails after the first `count`. Rows of those to raters are deleted."""
    sents = []
    for number, email in enumerate(sent_emails()[count:], count):
        stored = emails.find(email.row)
        rows = stored.items if stored and stored.items else (email.row,)
        sents += [Sent(number, row, email.sent_at) for row in rows]
    return sents


@pytest.fixture(scope="module")
def played() -> Iterator[Played]:
    cloud.switch_on()
    cloud.empty()
    clock = Clock()
    chalicelib.core.clock.use(clock.now)
    yield play(clock)
    chalicelib.core.clock.use(None)
    cloud.empty()
    cloud.switch_off()


READERS = {row.kind: row.to for row in CALENDAR} | dict.fromkeys(OF_WORK, D)
READERS |= {kind: to for kind, (to, _) in ELSEWHERE.items()}


@pytest.mark.parametrize("kind", ELSEWHERE)
def test_what_this_year_does_not_send_is_held_by_a_test_of_its_stage(played, kind):
    file, _, name = ELSEWHERE[kind][1].partition("::")
    assert name in names_in(file)
    assert f'days_of("{kind}")' in source_of(file, name), "the test asserts no day of it"
    assert played.days(kind) == []


def source_of(file: str, name: str) -> str:
    text = (TESTS / file).read_text()
    nodes = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef) and node.name == name)
    return next(ast.get_source_segment(text, node) or "" for node in nodes)


def test_each_kind_is_in_exactly_one_place():
    """An email of a change of people says what changed, and when is the rule of each act: `people/`."""
    of_people = [kind for kind in load_kinds() if kind.startswith("people/") and kind not in READERS]
    places = [*(row.kind for row in CALENDAR), *OF_WORK, *OF_SURVEY, *ELSEWHERE, *WITH_AN_ACT, *of_people]
    counts = Counter(places)

    assert {kind: count for kind, count in counts.items() if count > 1} == {}
    assert sorted(counts) == sorted(load_kinds())


@pytest.mark.parametrize("kind", READERS)
def test_each_row_has_a_kind_of_email_to_its_reader(kind):
    assert load_kinds()[kind].to is READERS[kind]


@pytest.mark.parametrize("row", CALENDAR, ids=lambda row: row.kind)
def test_each_goes_out_on_its_days_and_no_longer_than_there_is_a_reason(played, row):
    if row.of_all:
        assert played.days(row.kind) == [day_of(rule) for rule in row.days]
        return
    wanted = {DANA: row.days, BEA: row.days, DORA: row.dora, ANN: row.ann}
    days = {who: played.days(row.kind, who) for who in wanted}
    assert days == {who: sorted(map(day_of, rules)) for who, rules in wanted.items()}


def test_work_is_reminded_of_before_and_after_its_day_until_it_is_submitted(played):
    of_task = {
        who: sorted(
            (email.kind, email.day) for email in played.about(who) if email.kind in OF_WORK and "#vision#" in email.row
        )
        for who in (DANA, DORA)
    }
    wanted = [("assignments/due", day_of("due - 5")), ("assignments/late", day_of("due + 2"))]
    assert of_task == {DANA: wanted, DORA: []}


def test_who_has_not_answered_the_survey_is_reminded_seven_three_and_one_working_days_before_its_end(played):
    before_end = ["2027-05-12", "2027-05-18", "2027-05-20"]
    assert played.days("impact/reminder", DANA) == played.days("impact/pulse_reminder") == before_end
    assert played.days("impact/reminder", DORA) == []


def test_the_last_reminder_alone_says_that_it_is_the_last(played):
    reminders = [sent for sent in played.about(DANA) if sent.kind == "impact/reminder"]
    said = {(sent.day, emails.find(sent.row).words["is_last"]) for sent in reminders}
    assert said == {("2027-05-12", ""), ("2027-05-18", ""), ("2027-05-20", "yes")}


@pytest.mark.parametrize("who", [LEE, PAT], ids=["left", "paused"])
def test_nothing_goes_out_about_who_has_left_or_pauses_but_that_they_do(played, who):
    after = [email for email in played.about(who) if email.day > GONE and not email.kind.startswith(OF_A_CHANGE)]
    assert [(email.kind, email.day) for email in after] == []
    assert len([email for email in played.about(DANA) if email.day > GONE]) > 20


def test_no_email_goes_out_twice_and_all_in_the_hours_of_a_working_day(played):
    rows = [email.row for email in played.sent]
    assert len(rows) == len(set(rows))
    local = [email.at.astimezone(ZoneInfo(ZONE)) for email in played.sent]
    assert [at for at in local if at.weekday() > 4 or not 8 <= at.hour < 18] == []


def test_a_delegate_gets_two_digests_a_week_at_most(played):
    """Not counted: calendar entries, and what happens at once: times of a meeting, and the report."""
    at_once = ("workshops/session", "meetings/", "debrief/", "programme/opening")
    for who in range(len(NAMES)):
        to_delegate = [email for email in played.about(who) if load_kinds()[email.kind].to is D]
        days = {email.day for email in to_delegate if not email.kind.startswith(at_once)}
        weeks = Counter(date.fromisoformat(day).isocalendar()[:2] for day in days)
        assert max(weeks.values()) <= 2, weeks
