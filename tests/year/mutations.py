"""For each invariant a rule that it rests on, how the code reads without it, and acts that show the difference."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

OPENING, SURVEY = "the opening", "the survey"  # where years begin
CLOSED = [("answer_all", 0), ("answer_all", 1), ("close", 0), ("close", 1), ("days", 0, 4)]
FIVE_ANSWER = [("days", 0, 0), *(("answer_impact", place, 0) for place in range(5))]
CLAIM = """\
one_of("state", [EmailState.QUEUED, EmailState.SENDING]),
                either(equals("state", EmailState.QUEUED), again),
                either(at_most("due_at", now), again),"""
MUTATIONS: dict[
    str, tuple[Any, ...]
] = {  # invariant -> function, what it says, what it says instead, acts, where they begin
    "an email goes once": (
        "chalicelib.store.emails:claim",
        CLAIM,
        "",
        [("change_coach", 0, 0, "twice"), ("days", 0, 3, "twice")],
    ),
    "an answer that was sent counts once": (
        "chalicelib.store.invitations:remove",
        'changes = {**NOTHING_SAVED, "state": InvitationState.REVOKED, "reason": "", "sealed": False}',
        'changes, SENT_FIELDS = {"reason": ""}, ()',
        [("answer_all", 0), ("remove", 0, 0), ("publish", 0), ("days", 0, 1)],
    ),
    "I1 an old link opens nothing": (
        "chalicelib.debrief.caseload:open_case",
        " or coach not in coach_ids(cohort_id, delegate.coach.email)",
        "",
        [("change_coach", 0)],
    ),
    "I2 notes are served to their writer only": (
        "chalicelib.debrief.caseload:_notes",
        "notes = notes_from(rows, now)",
        'notes = next((notes_from(rows, row["sk"][6:]) for row in rows if row["sk"].startswith("NOTES#")), None)',
        [("write_notes", 0), ("change_coach", 0)],
    ),
    "I7 what is released keeps its bytes": (
        "chalicelib.ownership.erase_person:_delete_with_documents",
        "kind.folder_of(key_of(row))",
        "'reports/'",
        [*CLOSED, ("release", 1), ("leave", 0), ("erase_delegate", 0)],
    ),
    "I8 a corrected address sees no saved answers": (
        "chalicelib.store.invitations:_change_link",
        " | NOTHING_SAVED",
        "",
        [("save", 0, 0), ("correct", 0, 0)],
    ),
    "I9 a pack holds every row of its owner, and no address, name or words of another person": (
        "chalicelib.admin.person_export:_delegates_part",
        "name: _by_role(value, email) for",
        "name: value for",
        [("save", 0, 0), ("save", 1, 0), ("change_coach", 0)],
    ),
    "I10 after an erasure no row, report, later email or log line names the person": (
        "chalicelib.ownership.redact:redact",
        "ERASED_ADDRESS if value == email else value",
        "value",
        [("erase_rater", 0, 0)],
    ),
    "I12 no email about someone who is paused or left": (
        "chalicelib.emails.away:_read_wait",
        "return Wait(read(Paused, row).until, pauses.REASON)",
        "return None",
        [("pause", 0, 29), ("days", 0, 9), ("days", 0, 9)],
    ),
    "I13 one digest a day, nothing planned on a day off, and nothing after its deadline": (
        "chalicelib.core.working_days:WorkingDays.is_working",
        "return day.weekday() not in self.weekend and day not in self.days_off",
        "return True",
        [("answer_all", 1), ("days", 0, 9), ("days", 0, 9)],
    ),
    "I14 sequences of calendar entries rise, and the last one sent is as stored": (
        "chalicelib.workshops.notices:_Made.notice",
        "sequence=seat.entry.sequence + 1",
        "sequence=0",
        [("move_session", 0, 1), ("days", 0, 3), ("move_session", 1, 2), ("days", 0, 3)],
    ),
    "I16 too few answers wait for a decision": (
        "chalicelib.collect.close_wave:_needs_decision",
        "return has_too_few_answers(programme, invited)",
        "return False",
        [("answer", 0, 0), ("close", 0), ("days", 0, 0)],
    ),
    "I17 a change of a person or a date has one line in the trail, with from and to": (
        "chalicelib.people.raters:_removal_writes",
        "yield outlive(event, What.PLACE",
        "outlive(event, What.PLACE",
        [("remove", 0, 0)],
    ),
    "I19 no job fails": (
        "chalicelib.collect.close_wave:_verify",
        "if answered != stored:",
        "if True:",
        [("answer_all", 0), ("close", 0), ("days", 0, 4)],
    ),
    "I3 the page of shared areas shows an area exactly while it is shared": (
        "chalicelib.store.areas:sharing_state",
        "sharing.state if sharing and sharing.who == who",
        "SharingState.SHARED if sharing and sharing.who == who",
        [("share_areas", 0, 3), ("share_areas", 0, 1)],
        SURVEY,
    ),
    "I4 no one else sees on the same day that a rater answered": (
        "chalicelib.admin.delegate_status:_describe",
        "hidden=asked > sum(part.invited for part in line.visible_counts)",
        "hidden=bool(line.answered)",
        [("answer", 0, 0)],
    ),
    "I5 nothing anonymous is of fewer people than the threshold": (
        "chalicelib.results.layout:layout",
        "combined(counts, order, rule.threshold, _apart(programme))",
        "combined(counts, order, 1, _apart(programme))",
        CLOSED,
    ),
    "I6 figures of the sponsor over the same answers differ by no one, or by five delegates": (
        "chalicelib.sponsor.final.build:_survey",
        "sum(person.own is not None for person in people) < ENOUGH",
        "sum(person.own is not None for person in people) < 1",
        [
            ("pause", 0, 9),
            ("days", 0, 0),
            *(("answer_impact", place, 0) for place in range(1, 6)),
            ("months", 0, 2),
            ("months", 0, 0),
            ("days", 0, 5),
            ("answer_impact", 0, 0),
            ("months", 0, 0),
            ("ask_the_board", 0, 0),
            ("make_edition", 0, 0),
        ],
        SURVEY,
    ),
    "I11 nothing is kept longer than its period and a day": (
        "chalicelib.retention.periods:_periods",
        "yield Retention.COLLECTION, clock.last, rules.lists",
        "yield Retention.COLLECTION, clock.last, rules.record",
        [("months", 0, 2), ("months", 0, 1)],
        SURVEY,
    ),
    "I15 what is open has an end, and what waits for an administrator is on their list": (
        "chalicelib.waves.more_time:give_time",
        "jobs.add(lifecycle.close_job(later)),",
        "",
        [("extend", 0, 19)],
    ),
    "I18 an area's id is never used again": (
        "chalicelib.debrief.release_report:_area",
        'made = derive(8, "area", case.delegate.id, case.wave.value, str(typed.number), now.isoformat())',
        "made = str(typed.number)",
        [*CLOSED, ("release", 0), ("release", 1)],
    ),
    "I20 the total is the sum of what was sent": (
        "chalicelib.sponsor.gather:_evidence",
        "for role, survey in surveys.items() if survey.sent}",
        "for role, survey in surveys.items()}",
        [*FIVE_ANSWER, ("begin_survey", 5, 0), ("months", 0, 1)],
        SURVEY,
    ),
    "I21 withdrawn words are in no later document": (
        "chalicelib.sponsor.stories.acts:withdraw",
        '_move(story, after, WITHDRAW, By.DELEGATE, "delegate", now, more)',
        "commit(more, now) if more else None",
        [
            *FIVE_ANSWER,
            ("months", 0, 0),
            ("days", 0, 6),
            *((act, place, 1) for place in (1, 2) for act in ("approve_story", "check_story")),
            ("make_edition", 0, 0),
            ("days", 0, 0),
            ("withdraw_story", 1),
            ("ask_the_board", 0, 0),
            ("make_edition", 0, 0),
        ],
        SURVEY,
    ),
    "I22 an edition says who began and who stayed": (
        "chalicelib.sponsor.final.build:_response",
        "began=len(people),",
        "began=sum(not person.has_left for person in people),",
        [("leave", 5), *FIVE_ANSWER, ("months", 0, 1)],
        SURVEY,
    ),
    "I23 no one is asked about what they did not have": (
        "chalicelib.impact.background:_is_missed",
        "return timetable.lacks_date(milestone) if span is None else not span.had",
        "return False",
        [("days", 0, 0)],
        SURVEY,
    ),
}

# An invariant that rests on several rules: its number, and the rules beyond the one above in the same way
FURTHER: list[tuple[Any, ...]] = [
    (
        "I9",  # every row of its owner
        "chalicelib.admin.person_export:find",
        "*(_delegates_part(row, wanted, released) for row in about_them),",
        "",
        [("save", 0, 0)],
    ),
    (
        "I9",  # names
        "chalicelib.admin.person_export:_by_role",
        "            return OTHER",
        "            return value['name']",
        [("save", 0, 0)],
    ),
    (
        "I9",  # words
        "chalicelib.admin.person_export:find",
        "*(row | {REVIEW: REVIEW_FIRST} for row in written_about(delegates)),",
        "*written_about(delegates),",
        [("write_notes", 0), ("write_notes", 1), ("write_notes", 2)],
    ),
    (
        "I16",  # what the dashboard shows
        "chalicelib.collect.close_wave:_hold",
        "cohorts.change_line(delegate, put=cohorts.set_feedback(FeedbackState.HELD), wave=wave.wave),",
        "",
        [("answer", 0, 0), ("close", 0)],
    ),
    (
        "I10",  # log lines
        "chalicelib.emails.send:_hand_over",
        'log.info("mail_sent")',
        'log.info("mail_sent", to=held.to.email)',
        [("change_coach", 0)],
    ),
    (
        "I13",  # deadlines
        "chalicelib.emails.send:_deliver",
        "if held.good_until and now >= held.good_until:",
        "if False:",
        [("months", 0, 0)],
    ),
    (
        "I14",  # a session as it is stored
        "chalicelib.workshops.notices:_Made.notice",
        "if is_same(entry, seat.entry):",
        "if True:",
        [("move_session", 0, 1), ("days", 0, 3)],
    ),
    (
        "I14",  # a meeting as it is stored
        "chalicelib.meetings.emails:_entry",
        "starts=slot.starts",
        "starts=slot.ends",
        [*CLOSED, ("enter_time", 0, 8), ("days", 0, 2)],
    ),
    (
        "I17",  # from and to
        "chalicelib.people.change:_details_writes",
        'before=old or "nothing"',
        'before=new or "nothing"',
        [("change_details", 0)],
    ),
]


def all_rules() -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Yield each rule with the name of its invariant."""
    yield from MUTATIONS.items()
    for number, *rule in FURTHER:
        yield next(name for name in MUTATIONS if name.startswith(f"{number} ")), tuple(rule)
