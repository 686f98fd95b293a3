"""What holds after each step of a year. The numbers are those of the list of invariants in docs/privacy.md."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import cache

from chalicelib.admin import person_export
from chalicelib.collect.questionnaire import AnswersSealed, QuestionnaireClosed, open_questionnaire
from chalicelib.core.formatting import local_date
from chalicelib.core.model import Standing, Wave, WaveState
from chalicelib.emails.kinds import DIGEST, find_kind
from chalicelib.links.signing import LinkRevoked, LinkUnknown
from chalicelib.store import audit_events, emails, invitations, jobs, objects, reports, responses
from chalicelib.store.reports import ReportState
from tests.faults import scene
from tests.support import people
from tests.support.emails import sent_emails
from tests.support.people import CLOSE
from tests.support.world import all_rows, document
from tests.year.world import Year

Check = Callable[[Year], None]
CHECKS: dict[str, Check] = {}
AUDITED = {  # act -> what its line in the trail says
    "change_coach": " from ",
    "change_manager": " from ",
    "pause": " from ",
    "bring_back": " from ",
    "leave": " from ",
    "remove": "removed a rater",
    "regroup": " from ",
    "correct": "replaced the address",
    "change_address": "replaced the address",
    "void": "voided",
    "extend": "extended",
    "move_session": "changed the dates",
    "erase_rater": "erased",
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


@check("I9 a pack holds no address of another person")
def packs_name_no_one_else(year: Year) -> None:
    delegate = year.delegate(len(sent_emails()))
    if not delegate.person.is_erased:
        stored = list(all_rows())  # an export goes through the table again and again
        exported = person_export.find(delegate.person.email, lambda: stored)
        rows = [row for row in exported if person_export.REVIEW not in row]
        others = {asked.rater.email for other in year.delegates for asked in year.asked(other)} - {
            delegate.person.email
        }
        fields = re.findall(r"[\w.+-]+@example\.org", str([{**row, "words": ""} for row in rows]))
        assert others & set(fields) == set()


@check("I10 after an erasure nothing names the person")
def the_erased_are_gone(year: Year) -> None:
    rows = str(list(all_rows())) if year.erased else ""
    assert [word for word in year.erased if word in rows] == []
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
    sent_email = emails.find(row)
    return emails_of(sent_email.items) if sent_email and sent_email.items else [sent_email] if sent_email else []


def emails_of(ids: tuple[str, ...]) -> list[emails.Email]:
    return [sent_email for sent_email in map(emails.find, ids) if sent_email]


@check("I13 one digest a day, and nothing planned on a day off")
def digests_are_rare(year: Year) -> None:
    """Of what waits for a morning; what cannot wait goes with the act that causes it."""
    if year.act == "days":
        new = sent_emails()[year.emails_before :]
        digests = Counter((*email.addresses, _day(email)) for email in new if email.row.startswith(DIGEST))
        assert [key for key, times in digests.items() if times > 1] == []
        assert [sent_email.id for email in new if _day(email).weekday() > 4 for sent_email in _items(email.row)] == []


@cache
def _day(email):  # type: ignore[no-untyped-def]
    return local_date(email.sent_at, "Europe/London")


@check("I14 sequences of calendar entries rise")
def sequences_rise(year: Year) -> None:
    last: dict[tuple[str, str], int] = defaultdict(lambda: -1)
    cancelled = set()
    for email in sent_emails():
        for part in email.attachments:
            if part["type"] == "text/calendar":
                text = part["content"].replace("\r\n ", "")
                key = (email.addresses[0], re.search(r"UID:(\S+)", text)[1])  # type: ignore[index]
                sequence = int(re.search(r"SEQUENCE:(\d+)", text)[1])  # type: ignore[index]
                assert sequence > last[key], "another entry with the same sequence"
                assert key not in cancelled, "an entry comes back after it was cancelled"
                last[key] = sequence
                cancelled |= {key} if "METHOD:CANCEL" in text else set()


@check("I16 too few answers wait for a decision")
def too_few_answers_wait(year: Year) -> None:
    for delegate_id in year.delegates:
        if year.wave(delegate_id) is WaveState.CLOSED and delegate_id not in year.published | year.gone:
            assert len(year.sent[delegate_id]) >= people.programme().minimum_responses


@check("I17 a change of a person has a line in the trail")
def changes_are_in_the_trail(year: Year) -> None:
    if year.act in AUDITED and not year.refused:
        new = [row for row in audit_events.of_cohort(people.COHORT) if row["sk"] not in year.audit_before]
        assert any(AUDITED[year.act] in row["act"] for row in new)


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
