"""No row outgrows DynamoDB's limit: of each kind that grows with something, the largest row within our limits is made.

Every sign of a text takes four bytes here, so no language needs more.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from msgspec.structs import replace

from chalicelib.admin.emails import needs_email
from chalicelib.admin.home import Need
from chalicelib.admin.needs import summarise
from chalicelib.assignments.form import MAX_FORM_BYTES
from chalicelib.collect.pages import pages, room
from chalicelib.core.addresses import MAX_ADDRESS_CHARS, MAX_TEXT_CHARS
from chalicelib.core.answers import Answers, Response
from chalicelib.core.costs import Cost, CostKind, CostSource
from chalicelib.core.impact_background import EDITION
from chalicelib.core.model import (
    Cohort,
    CohortDates,
    Competency,
    Facilitator,
    Invitation,
    InvitationState,
    Item,
    OpenQuestion,
    Person,
    Programme,
    PulseArea,
    RaterEntry,
    Wave,
)
from chalicelib.debrief.debrief_form import field_names
from chalicelib.emails.mime import MAX_NAME_CHARS
from chalicelib.forms.fields import MAX_TEXT_CHARS as MAX_SURVEY_CHARS
from chalicelib.forms.fields import Kind, questions
from chalicelib.forms.survey import MAX_UNREAD_CHARS, sections_of
from chalicelib.meetings.recording import MAX_DRAFT_CHARS
from chalicelib.programme.load_cohort import LoadRefused
from chalicelib.programme.load_programme import programme_writes
from chalicelib.programme.rater_group_rules import MAX_RATERS
from chalicelib.programme.read_people import MAX_DELEGATES
from chalicelib.programme.rules import MAX_CLOSING_QUESTIONS, MAX_ITEMS
from chalicelib.results.cohort import CELLS as CELLS_OF_ALL
from chalicelib.results.cohort import Consistency, Effect
from chalicelib.results.cohort_snapshot import Frozen, Share, frozen_bytes, share_bytes
from chalicelib.results.facts import CohortMean
from chalicelib.store import (
    administrator_rights,
    area_counts,
    assignments,
    coach_comments,
    codes,
    cohort_figures,
    cohorts,
    costs,
    delegates,
    emails,
    impact_surveys,
    invitations,
    pulse_rounds,
    record_drafts,
    responses,
    summaries,
)
from chalicelib.store.area_counts import AreaCounts, Counted, CountedPart
from chalicelib.store.coach_comments import CoachComment
from chalicelib.store.cohort_figures import CohortFigures, StoredShare
from chalicelib.store.digests import MAX_ITEMS as MAX_CARRIED
from chalicelib.store.impact_surveys import ImpactSurvey, Role, SurveyState
from chalicelib.store.marshal import fields
from chalicelib.store.pulse_rounds import RoundMean, RoundResult
from chalicelib.store.record_drafts import RecordDraft
from chalicelib.store.row_kinds import all_kinds
from chalicelib.store.table import MAX_ROW_BYTES, Write, put, row_size
from chalicelib.web.waits import ASKS, TRIES, Waits
from tests.emails.samples import make_email
from tests.support import people
from tests.support.clock import MONDAY

MAX_COMPETENCIES = 30  # programme/schema.py
AREAS = 3
CELLS = 8  # of rater groups, and all of them together
ID = "i" * 40


def text(characters: int) -> str:
    return "\U00020000" * characters


PERSON = Person(text(MAX_TEXT_CHARS), "a" * MAX_ADDRESS_CHARS)
IDS = tuple(f"{number:040}" for number in range(4 * MAX_DELEGATES))  # of delegates who came in four loads


def largest_programme() -> Programme:
    """Return as many behaviours and questions as a file may have."""
    each = MAX_ITEMS // MAX_COMPETENCIES
    competencies = tuple(
        Competency(f"c{n}", "c", "", None, tuple(Item(f"{n}-{m}{ID}", "I", "Asks", ()) for m in range(each)))
        for n in range(MAX_COMPETENCIES)
    )
    folded = (OpenQuestion(f"q{n}{ID}", "?", f"c{n}") for n in range(MAX_COMPETENCIES))
    closing = (OpenQuestion(f"z{n}{ID}", "?") for n in range(MAX_CLOSING_QUESTIONS))
    asked = (*folded, *closing)
    return replace(people.programme(), competencies=competencies, open_questions=asked, coach_only_comments=True)


def answers_at_the_close() -> Write:
    asked = [question for page in pages(largest_programme(), "peer") for question in page.questions]
    comments = {question.id: text(question.longest) for question in asked if question.is_comment}
    ratings = {question.id: 5 for question in asked if not question.is_comment}
    key = responses.key(ID, Wave.BASELINE, ID)
    return put({**key._asdict(), **fields(Response("peer", Answers(ratings, comments, tuple(comments)), PERSON))})


def sealed_answers() -> Write:
    boxes = {page.id: bytes(room(page) + 64) for page in pages(largest_programme(), "peer")}
    moments = dict.fromkeys(boxes, 10**15)
    invitation = Invitation(
        ID, ID, Wave.BASELINE, "peer", PERSON, InvitationState.ANSWERED, draft=boxes, sent=boxes, saved_at=moments
    )
    return invitations.add(invitation)


def comments_for_the_coach() -> Write:
    comment = CoachComment("?" * 500, "Peers and direct reports", "")
    said = [replace(comment, text=text(1000) + str(n)) for n in range(MAX_RATERS * MAX_CLOSING_QUESTIONS)]
    return max(coach_comments.add(ID, Wave.BASELINE, said), key=row_size)


def share_of_the_cohort() -> Write:
    subjects = [f"{number:040}" for number in range(MAX_ITEMS + MAX_COMPETENCIES + 20)]
    cells = [f"{number:040}" for number in range(CELLS)]
    means = tuple(CohortMean("item", it, cell, 500, 1 / 3, "3.33") for it in subjects for cell in cells)
    noise = {("item", it, cell): "larger than noise" for it in subjects for cell in cells}
    share = Share(means, noise, earlier_document="x" * 200, other_people=tuple(cells))  # type: ignore[arg-type]
    return cohort_figures.add_share(StoredShare(ID, Wave.FOLLOWUP, share_bytes(share)))


def survey(role: Role) -> Write:
    """Every field holds the longest text: what was sent, a change of it, and what cannot be read."""
    areas = tuple(PulseArea(f"{number}{ID}", text(500)) for number in range(AREAS))
    empty = ImpactSurvey(ID, role, SurveyState.OPEN, MONDAY, MONDAY, areas, edition=EDITION)
    asked = list(questions(sections_of(people.programme(), empty)))
    written = {q.field: text(MAX_SURVEY_CHARS if q.kind is Kind.TEXT else 200) for q in asked}
    unread = {q.field: text(MAX_UNREAD_CHARS) for q in asked if q.kind in (Kind.NUMBER, Kind.PERCENT, Kind.MONEY)}
    return impact_surveys.add(replace(empty, answers=written, draft=written, unread=unread, sent=True))


def published_round() -> Write:
    areas = tuple(PulseArea(f"{number}{ID}", text(500)) for number in range(AREAS))
    (asked,) = [q for page in pages(_midway(), "peer") for q in page.questions if q.is_comment]
    said = (text(asked.longest),) * MAX_RATERS
    return pulse_rounds.add_result(
        RoundResult(ID, Wave.MIDWAY_1, areas, MONDAY, MONDAY, figures=(), suggestions=said, too_few=False)
    )


def _midway() -> Programme:
    area = Competency("areas", "", "", None, (Item("a", "I", "Asks", ()),))
    return replace(people.programme(), competencies=(area,), open_questions=(OpenQuestion("s", "?", "areas"),))


def form() -> Write:
    """Hold everything that may be typed, and as much again that another device typed."""
    typed = {"field": "x" * MAX_FORM_BYTES}
    work = assignments.Work(ID, ID, MONDAY, typed=typed, other=typed, why=text(1000))
    return assignments.save(ID, work, None)


def list_of_raters() -> Write:
    chosen = (RaterEntry("group", PERSON),) * MAX_RATERS
    return delegates.save_nomination(delegates.Nomination(ID, Wave.BASELINE, chosen, remark=text(1000)), 0)


def cohort() -> Write:
    closed = (date(2026, 9, 14),) * 60
    facilitators = (Facilitator(ID, PERSON),) * 20
    large_cohort = Cohort(ID, text(100), ID, 1, CohortDates(closed[0], closed[0], closed[0], closed=closed), PERSON)
    links = dict.fromkeys(IDS, 9)
    domains = ("d" * 250,) * MAX_DELEGATES
    return cohorts.save(
        replace(large_cohort, domains=domains, coach_links=links, facilitators=facilitators, facilitator_links=links),
        "x",
        1,
    )


def edition() -> Write:
    line = ("2026-09-14", text(120), "500")
    summary = summaries.Summary(ID, ID, ID, "f" * 200, "h" * 200, MONDAY, stories=IDS, counted=IDS)
    return summaries.add(replace(summary, timeline=(line,) * 60))


def entered_costs() -> Write:
    cost = [Cost(kind, next(iter(CostSource)), *["9" * 60] * 4) for kind in CostKind]
    return costs.save(costs.Costs(ID, tuple(cost), MONDAY), None)


def tries_of_a_year() -> Write:
    """Someone types a wrong code, and asks for another, in every moment in which they may."""
    asked, failed = _moments(ASKS), _moments(TRIES)
    wrong = tuple(codes.Try(moment, ID) for moment in failed)
    return codes.save_asking(codes.Asking(ID, asked, asked, wrong), MONDAY)


def _moments(waits: Waits) -> tuple[datetime, ...]:
    past = [datetime(2026, 1, 1, tzinfo=UTC)]
    while past[-1] - past[0] < waits.within:
        past.append(max(past[-1] + timedelta(seconds=1), waits.next_at(past, past[-1])))
    return tuple(past)


def morning_of_an_administrator() -> Write:
    needs = [Need(f"{text(100)} {n}", "", f"{text(100)} {kind}", "/") for n in range(2000) for kind in range(8)]
    lines = summarise(needs)
    return emails.add(needs_email(people.programme(), "a@example.org", lines, len(needs), 2000, MONDAY))[0]


def digest() -> Write:
    return emails.add(
        replace(make_email(), items=("m" * 400,) * MAX_CARRIED, words={"from_name": text(MAX_NAME_CHARS)})
    )[0]


def figures_of_the_cohort() -> Write:
    subjects = [f"{number:040}" for number in range(MAX_ITEMS + MAX_COMPETENCIES + 20)]
    means = tuple(CohortMean("item", it, cell, 500, 1 / 3, "3.33") for it in subjects for cell in CELLS_OF_ALL)
    effects = tuple(Effect("item", it, cell, 500, "+2.00 or more", 500) for it in subjects for cell in CELLS_OF_ALL)
    agreed = tuple(Consistency("item", it, 500, "0.42") for it in subjects)
    frozen = frozen_bytes(Frozen(means, effects, agreed))
    return cohort_figures.add(CohortFigures(ID, Wave.FOLLOWUP, IDS, frozen, MONDAY))


def counts_of_areas() -> Write:
    parts = tuple(CountedPart(competency.title, 500) for competency in largest_programme().competencies)
    counted = Counted(MONDAY.date(), 500, 1500, parts, dict.fromkeys(IDS, "a" * 12))
    return area_counts.add(AreaCounts(ID, 99, counted, counted))


def mean_of_a_round() -> Write:
    return pulse_rounds.add_mean(RoundMean(ID, Wave.MIDWAY_1, IDS, "1/2", "+0.5"))


def rights() -> Write:
    return administrator_rights.limit(ID, [f"{number:040}" for number in range(1000)])


def draft_of_a_record() -> Write:
    items = [item.id for item in largest_programme().items]
    typed = {name: "on" if name not in field_names(()) else text(MAX_DRAFT_CHARS) for name in field_names(items)}
    return record_drafts.save(ID, "review", ID, RecordDraft(typed, MONDAY))


def submitted_form() -> Write:
    return assignments.add_submission(ID, assignments.Submission(ID, ID, 1, MONDAY, {"field": "x" * MAX_FORM_BYTES}))


def observation() -> Write:
    typed = {"field": "x" * MAX_FORM_BYTES}
    part = assignments.Part(ID, ID, MONDAY, ID, text(100), typed=typed, other=typed, values=typed)
    return assignments.save_part(ID, part, None)


# kind -> the largest row of it within the limits
GROWS: dict[str, Callable[[], Write]] = {
    "response": answers_at_the_close,
    "invitation": sealed_answers,
    "comment for the coach": comments_for_the_coach,
    "cohort share": share_of_the_cohort,
    "cohort figures": figures_of_the_cohort,
    "cohort's mean of a mid-way round": mean_of_a_round,
    "counts of development areas": counts_of_areas,
    "result of a mid-way round": published_round,
    "impact survey": lambda: max((survey(role) for role in Role), key=row_size),
    "assignment": form,
    "submitted assignment": submitted_form,
    "facilitator's part of an assignment": observation,
    "list of raters": list_of_raters,
    "cohort": cohort,
    "summary": edition,
    "costs": entered_costs,
    "sign-in tries": tries_of_a_year,
    "email": lambda: max((morning_of_an_administrator(), digest()), key=row_size),
    "rights of an administrator": rights,
    "draft of a debrief or review": draft_of_a_record,
}
# A load or a file that would be larger is refused: test_a_programme_that_does_not_fit_is_refused, admin/test_start.py.
REFUSED = {"programme", "loaded people"}
# Days, ids, counts, and a few texts of limited length each.
FIXED = {
    "delegate", "pause", "hold on deletion", "wave", "report", "debrief", "development area", "meeting", "review",
    "quarter of an hour of a coach", "change of a development area", "progress in a development area",
    "sharing of a development area", "help offered by the line manager", "development plan on paper", "mid-way round",
    "debrief of the follow-up", "development area of the follow-up", "coach's notes",
    "coach's notes of an earlier version", "coach's ticks", "report opened by a coach", "hand-over note", "attendance",
    "seat in a session", "state of an assignment", "impact result", "thanks to raters", "inbox entry", "rater's load",
    "listed programme", "listed cohort", "dashboard line", "dashboard line of the follow-up", "follow-up",
    "session of a workshop", "facilitator's seat in a session", "bounce", "email account, for a cohort",
    "hold on a new address", "story", "notice of deletion", "requests to the board", "audit line", "discarded cohort",
    "job", "listed email", "email of a reader and day", "complete list of emails", "email account", "sign-in code",
    "second factor", "session", "ended sessions", "copy of a person's own data",
}  # fmt: skip


def test_of_every_kind_it_is_known_whether_its_rows_grow():
    assert {kind.name for kind in all_kinds()} == {*GROWS, *REFUSED, *FIXED}
    assert len(all_kinds()) == len(GROWS) + len(REFUSED) + len(FIXED)


@pytest.mark.parametrize("name", GROWS)
def test_the_largest_row_of_a_kind_fits(aws, name):
    (kind,) = [kind for kind in all_kinds() if kind.name == name]
    write = GROWS[name]()

    assert kind.has(write.row)
    assert 1000 < row_size(write) <= MAX_ROW_BYTES


def test_the_facts_of_an_earlier_report_stay_out_of_the_row_that_names_them():
    """They hold every comment: a row of them would outgrow the limit with 60 raters and six questions."""
    facts = Random(1).randbytes(MAX_ROW_BYTES)

    assert len(share_bytes(Share(earlier_document="reports/a/facts.json", earlier=facts))) < 1000


def test_a_programme_that_does_not_fit_is_refused(aws):
    """A file may have 200,000 signs, and a sign up to four bytes."""
    fits = replace(people.programme(), title=text(90_000))
    assert len(programme_writes(fits)) == 2
    with pytest.raises(LoadRefused, match="399 kB"):
        programme_writes(replace(fits, title=text(100_000)))
