"""What holds after each step of a year. The numbers are those of the list of invariants in docs/privacy.md."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache

from chalicelib.admin import person_export
from chalicelib.collect.questionnaire import AnswersSealed, QuestionnaireClosed, open_questionnaire
from chalicelib.core.formatting import local_date
from chalicelib.core.model import Standing, Wave, WaveState
from chalicelib.emails.kinds import DIGEST, find_kind
from chalicelib.links.signing import LinkRevoked, LinkUnknown
from chalicelib.store import (
    audit_events,
    cohorts,
    delegates,
    emails,
    invitations,
    jobs,
    objects,
    reports,
    responses,
    workshops,
)
from chalicelib.store.cohorts import FeedbackState
from chalicelib.store.emails import EmailState
from chalicelib.store.jobs import JobState
from chalicelib.store.marshal import Row
from chalicelib.store.meetings import MeetingState
from chalicelib.store.reports import ReportState
from chalicelib.store.row_kinds import kinds_of
from chalicelib.store.row_kinds.row_kind import Owner
from chalicelib.store.table import Key
from tests.faults import scene
from tests.support import people
from tests.support.emails import sent_emails
from tests.support.people import CLOSE
from tests.support.world import document
from tests.year.world import Year

Check = Callable[[Year], None]
CHECKS: dict[str, Check] = {}
NOT_SENT = (EmailState.QUEUED, EmailState.SENDING, EmailState.CARRIED)
ENTRY = ("UID", "SEQUENCE", "DTSTART")  # what is read of a calendar entry
FROM_TO = r"from (.+) to (?!\1 \()"  # another value than before, and why
AUDITED = {  # act -> how its line in the trail begins
    "change_coach": f"changed the coach {FROM_TO}",
    "change_manager": f"changed the line manager {FROM_TO}",
    "change_details": f"changed the job title {FROM_TO}",
    "change_facilitator": f"changed the facilitators {FROM_TO}",
    "change_sponsor": f"changed the sponsor {FROM_TO}",
    "rename_cohort": f"renamed the cohort {FROM_TO}",
    "pause": f"changed the status {FROM_TO}",
    "bring_back": f"changed the status {FROM_TO}",
    "leave": f"changed the status {FROM_TO}",
    "transfer": f"changed the status {FROM_TO}",
    "add": "added a rater to the group",
    "remove": "removed a rater of the group",
    "regroup": f"moved a rater {FROM_TO}",
    "correct": f"replaced the address of .+: {FROM_TO}",
    "change_address": f"replaced the address of .+: {FROM_TO}",
    "void": "voided",
    "extend": f"extended {FROM_TO}",
    "extend_survey": f"gave more time for the impact survey, {FROM_TO}",
    "move_session": f"changed the dates of workshops: .*{FROM_TO}",
    "move_close": f"moved the last day of the questionnaire {FROM_TO}",
    "move_survey": f"moved the opening of the impact survey {FROM_TO}",
    "change_costs": f"changed the costs {FROM_TO}",
    "erase_rater": "erased a person",
}


def check(name: str) -> Callable[[Check], Check]:
    def declare(function: Check) -> Check:
        CHECKS[name] = function
        return function

    return declare


@check("an email goes once")
def no_email_goes_twice(year: Year) -> None:
    twice = [row for row, times in Counter(email.row for email in sent_emails()).items() if times > 1]
    assert twice == []


@check("an answer that was sent counts once")
def each_answer_counts_once(year: Year) -> None:
    for delegate_id in year.delegates:
        if year.wave(delegate_id) is WaveState.CLOSED and delegate_id not in year.gone:
            stored = len(responses.of_wave(delegate_id, Wave.BASELINE))
            is_over = year.clock.now() > CLOSE + timedelta(days=30)  # then they are deleted
            assert stored == len(year.sent[delegate_id]) or (is_over and not stored)


@check("I1 an old link opens nothing")
def old_links_open_nothing(year: Year) -> None:
    for what, opens in year.retired:
        try:
            opens()
        except (LinkUnknown, LinkRevoked, QuestionnaireClosed):
            continue
        raise AssertionError(f"{what} still opens a page")


@check("I2 notes are served to their writer only")
def notes_are_their_writers(year: Year) -> None:
    for (writer, delegate_id), words in year.notes.items():
        place = year.delegates.index(delegate_id)
        if year.delegate(place).coach.email != writer and delegate_id not in year.gone:
            with suppress(LinkUnknown, LinkRevoked):
                case = year.case(place)
                assert words not in str((case.notes, case.left))


@check("I4 no one else sees on the same day that a rater answered")
def answers_are_not_seen(year: Year) -> None:
    assert year.views_after == year.views_before


@check("I7 what is released keeps its bytes")
def released_documents_stay(year: Year) -> None:
    for delegate_id in year.delegates:
        report = reports.find(delegate_id, Wave.BASELINE)
        if report and report.state is ReportState.RELEASED:
            for name in (report.facts, report.html, report.pdf):
                year.bytes.setdefault(name, document(name))
    for name, body in year.bytes.items():
        if name.split("/")[1] not in year.gone:
            assert document(name) == body


@check("I8 a corrected address sees no saved answers")
def a_corrected_address_starts_empty(year: Year) -> None:
    for delegate_id, invitation_id in year.emptied:
        invitation = invitations.find(delegate_id, Wave.BASELINE, invitation_id)
        if invitation:
            with suppress(LinkUnknown, LinkRevoked, QuestionnaireClosed, AnswersSealed):
                questionnaire = open_questionnaire(scene.link_of(invitation), year.clock.now())
                assert not questionnaire.saved
                assert not questionnaire.sent


@check("I9 a pack holds every row of its owner, and no address, name or words of another person")
def packs_are_whole_and_of_one_person(year: Year) -> None:
    """Of one delegate after each act, in turn."""
    delegate = year.delegate(len(sent_emails()))
    if delegate.person.is_erased:
        return
    email, stored = delegate.person.email, year.rows()  # an export goes through the table again and again
    exported = person_export.find(email, lambda: stored)
    in_pack = {(row["pk"], row["sk"]) for row in exported}
    owned = [(row["pk"], row["sk"]) for row in stored if _is_owned(row, delegate.id, email)]
    assert [key for key in owned if key not in in_pack] == [], "a row of theirs is missing"
    rows = [row for row in exported if person_export.REVIEW not in row]
    raters = {asked.rater for other in year.delegates for asked in year.asked(other)}
    # an email names people as its reader may know them
    text = json.dumps([{**row, "words": ""} for row in rows], default=str, ensure_ascii=False)
    fields = set(re.findall(r"[\w.+-]+@example\.org", text))
    assert fields & {rater.email for rater in raters} - {email} == set()
    names = {rater.name for rater in raters} | {line.name for line in cohorts.list_lines(people.COHORT)}
    assert [name for name in names - {delegate.person.name} if f'"{name}"' in text] == []
    words = [words for writer, words in year.words if writer not in (email, delegate.id)]
    everything = str(rows)
    assert [each for each in words if each in everything] == []


def _is_owned(row: Row, delegate_id: str, email: str) -> bool:
    """Return whether a row belongs to a delegate: it is about them, or it is an email to them."""
    owner, about = _owner_of(Key(row["pk"], row["sk"]))
    if owner is Owner.READER:
        return isinstance(row.get("to"), dict) and row["to"].get("email") == email
    return owner is Owner.DELEGATE and about == delegate_id


@cache
def _owner_of(key: Key) -> tuple[Owner, str]:
    kind = kinds_of(key)[0]
    return kind.owner, kind.parts(key).get("delegate", "")


@check("I10 after an erasure no row, report, later email or log line names the person")
def the_erased_are_gone(year: Year) -> None:
    """Emails of before are with their readers. A log line holds no address of anyone, erased or not."""
    lines = [str(vars(record)) for record in year.logged]
    assert [line for line in lines if "@example.org" in line] == []
    if not year.erased:
        return
    later = [f"{email.to} {email.subject} {email.part('plain')}" for email in sent_emails()[year.emails_before :]]
    for texts in ([str(year.rows())], later, lines):
        assert [word for word in year.erased for text in texts if word in text] == []
    for delegate_id in year.gone:
        assert list(objects.list_names(f"reports/{delegate_id}/")) == []


@check("I12 no email about someone who is paused or left")
def pauses_are_kept(year: Year) -> None:
    after = year.standings()
    is_quiet = (Standing.PAUSED, Standing.LEFT)
    quiet = {
        delegate_id
        for delegate_id, was in year.standing_before.items()
        if was == after.get(delegate_id) and was in is_quiet
    }
    for email in sent_emails()[year.emails_before :]:
        for item in _items(email.row):
            kind = find_kind(item.template)
            is_said = kind.sent_after_withdrawal or kind.is_sent_in_pause or item.template.startswith("people/")
            assert is_said or item.about.get("delegate") not in quiet, f"{item.id} was sent"


def _items(row: str) -> list[emails.Email]:
    """Return what an email said: a digest leaves out what was cancelled or came too late."""
    sent_email = emails.find(row)
    items = emails_of(sent_email.items) if sent_email and sent_email.items else [sent_email] if sent_email else []
    return [item for item in items if item.state not in (EmailState.CANCELLED, EmailState.QUEUED)]


def emails_of(ids: tuple[str, ...]) -> list[emails.Email]:
    return [sent_email for sent_email in map(emails.find, ids) if sent_email]


@check("I13 one digest a day, nothing planned on a day off, and nothing after its deadline")
def digests_are_rare(year: Year) -> None:
    """Of what waits for a morning; what cannot wait goes with the act that causes it."""
    new = sent_emails()[year.emails_before :]
    items = [(email.sent_at, item) for email in new for item in _items(email.row)]
    assert [item.id for sent_at, item in items if item.good_until and sent_at >= item.good_until] == []
    if year.act == "days":
        new = sent_emails()[year.emails_of_lost :]
        digests = Counter((*email.addresses, _day(email)) for email in new if email.row.startswith(DIGEST))
        assert [key for key, times in digests.items() if times > 1] == []
        assert [sent_email.id for email in new if _day(email).weekday() > 4 for sent_email in _items(email.row)] == []


@cache
def _day(email):  # type: ignore[no-untyped-def]
    return local_date(email.sent_at, "Europe/London")


@check("I14 sequences of calendar entries rise, and the last one sent is as stored")
def entries_are_as_stored(year: Year) -> None:
    sent: dict[tuple[str, str], tuple[int, str]] = {}  # address, UID -> sequence, begin; empty: cancelled
    for email in sent_emails():
        for part in email.attachments:
            if part["type"] == "text/calendar":
                text = part["content"].replace("\r\n ", "")
                uid, sequence, starts = (re.search(rf"{name}:(\S+)", text)[1] for name in ENTRY)  # type: ignore[index]
                before, begins = sent.get((email.addresses[0], uid), (-1, starts))
                assert int(sequence) > before, "another entry with the same sequence"
                assert begins, "an entry comes back after it was cancelled"
                sent[email.addresses[0], uid] = int(sequence), "" if "METHOD:CANCEL" in text else starts
    now, stored = _ical(year.clock.now()), _stored_begins(year.rows())
    for (address, uid), (_, starts) in sent.items():
        stored_at = stored.get(_short(uid), starts)
        if starts > now and not "" < stored_at <= now:  # what has begun gets no notice
            assert starts == stored_at, f"the calendar of {address} has {uid} at another time"


def _ical(moment: datetime | str) -> str:
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _stored_begins(rows: list[Row]) -> dict[str, str]:
    """Return by UID when a session or a meeting begins; empty if it is cancelled. Not of what an email waits to say."""
    begins = {} if any(map(_will_send_dates, rows)) else _begins_of_sessions(rows)
    for row in rows:
        if row["sk"].startswith("MEETING#") and row["state"] != MeetingState.HELD:
            booked = _ical(row["booked"]["starts"]) if row["state"] == MeetingState.BOOKED else ""
            name = f"{row['sk'].partition('#')[2]}-{{}}.{row['pk'].partition('#')[2]}"
            begins |= {name.format(number): "" for number in range(1, row["number"])} | {
                name.format(row["number"]): booked
            }
    waiting = {_short(row["entry"]["uid"]) for row in rows if row.get("entry") and row.get("state") in NOT_SENT}
    return {uid: starts for uid, starts in begins.items() if uid not in waiting}


def _will_send_dates(row: Row) -> bool:
    return row["pk"].startswith("JOB#send_dates#") and row["state"] != JobState.DONE


def _begins_of_sessions(rows: list[Row]) -> dict[str, str]:
    ids = {row["pk"].removeprefix("COHORT#") for row in rows if row["sk"].startswith("SESSION#")}
    sessions = [each for cohort_id in ids for each in workshops.list_sessions(cohort_id)]
    begins = {each.id: "" if each.cancelled else _ical(each.starts_at) for each in sessions}
    seats = [row for row in rows if row["sk"].startswith("SEAT#") and row["session_id"] in begins]
    return {_short(row["entry"]["uid"]): begins[row["session_id"]] for row in seats}


def _short(uid: str) -> str:
    """Return a UID without the domain; that of a meeting also without whose calendar it is."""
    name = uid.partition("@")[0]
    return name.rpartition(".")[0] if re.match("(debrief|review)-", name) else name


@check("I16 too few answers wait for a decision")
def too_few_answers_wait(year: Year) -> None:
    """Check that a questionnaire is held until someone decides, also while others open, close or move."""
    feedback = {line.delegate_id: line.feedback for line in cohorts.list_lines(people.COHORT, Wave.BASELINE)}
    for delegate_id in set(year.delegates) - year.gone - year.left - year.moved:
        wave = delegates.find_with_wave(delegate_id, Wave.BASELINE)[1]
        is_held, was_published = wave.state is WaveState.HELD, delegate_id in year.published
        if wave.state is WaveState.CLOSED and not was_published:
            assert len(year.sent[delegate_id]) >= people.programme().minimum_responses
        assert is_held == (feedback[delegate_id] is FeedbackState.HELD), "the dashboard shows another state"
        deadline = year.undecided.pop(delegate_id, wave.closes_at)
        assert is_held or was_published or wave.closes_at >= deadline, "no one decided"
        if is_held:
            year.undecided[delegate_id] = wave.closes_at + timedelta(microseconds=1)


@check("I17 a change of a person or a date has one line in the trail, with from and to")
def changes_are_in_the_trail(year: Year) -> None:
    if year.act in AUDITED and not year.refused:
        new = [row for row in audit_events.of_cohort(people.COHORT) if row["sk"] not in year.audit_before]
        about = Counter(row["about"] for row in new if re.match(AUDITED[year.act], audit_events.say_line(row)))
        assert {*about.values()} == {1}, f"{about} of {[audit_events.say_line(row) for row in new]}"


@check("I19 no job fails")
def no_job_fails(year: Year) -> None:
    assert [(job.id, job.error) for job in jobs.failed()] == []


def check_all(year: Year) -> None:
    """Check every invariant. Raises AssertionError that names the one that is broken."""
    for name in CHECKS:
        check_one(year, name)


def check_one(year: Year, name: str) -> None:
    """Check an invariant. Raises AssertionError that names it."""
    try:
        CHECKS[name](year)
    except AssertionError as broken:
        raise AssertionError(f"{name}: after {year.act}: {broken}") from broken
