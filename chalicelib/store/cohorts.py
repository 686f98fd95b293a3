"""A cohort's partition: its dates, one dashboard row for each delegate, and the files it was loaded from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from chalicelib.core.clock import stamp
from chalicelib.core.formatting import name_sort_key
from chalicelib.core.ids import coach_id
from chalicelib.core.model import (
    AnswerCount,
    Cohort,
    CohortDates,
    Delegate,
    DelegateEntry,
    Invitation,
    InvitationState,
    Person,
    RaterEntry,
    Standing,
    Wave,
)
from chalicelib.store import catalogue
from chalicelib.store.emails import Bounce
from chalicelib.store.expressions import Condition, either, equals, missing
from chalicelib.store.marshal import Row, fields, read
from chalicelib.store.row_kinds import cohort_rows
from chalicelib.store.table import (
    AlreadyExists,
    Changed,
    Key,
    Missing,
    Write,
    get,
    get_many,
    put,
    put_if,
    put_once,
    query,
    update,
)
from chalicelib.store.unreadable import read_all, read_each


class CohortChanged(Changed):
    """The cohort was loaded again in the meantime."""


class LineExists(AlreadyExists):
    """The delegate is on the dashboard already."""


class LineMissing(Missing):
    """The delegate is not on the dashboard."""


class FollowupChanged(Changed):
    """Someone else has planned another round of the follow-up since it was read."""


class FollowupExists(AlreadyExists):
    """A follow-up of the cohort is planned already."""


class FeedbackState(StrEnum):
    """The state of a delegate's 360, as the dashboard shows it. Other threads have states of their own."""

    PLANNED = "planned"
    COLLECTING = "collecting"
    HELD = "held"
    SCORING = "scoring"
    REPORT_READY = "report_ready"
    RELEASED = "released"

    @property
    def has_report(self) -> bool:
        return self in (FeedbackState.REPORT_READY, FeedbackState.RELEASED)


class KeyLoss(StrEnum):
    """Whether the answers of a 360 were lost in a restore. The 360 is then held."""

    NONE = ""
    UNSETTLED = "unsettled"  # an administrator decides
    LOST = "lost"  # for good: there is no report


class SurveyStage(StrEnum):
    """The progress of the impact survey."""

    OPEN = "open"
    CLOSED = "closed"


FEEDBACK = "stage"  # the attribute of the row
OLD_STAGES = {"impact_open": SurveyStage.OPEN, "complete": SurveyStage.CLOSED}
# one word for both threads, in rows of earlier versions


class GroupCount(Struct, frozen=True):
    """How many raters of one group were invited by email, and how many answered."""

    invited: int = 0
    answered: int = 0


class DelegateLine(Struct, frozen=True):
    """A delegate's row on the dashboard. It has counts only: never who."""

    delegate_id: str
    name: str
    email: str
    service: str
    coach: Person
    coach_id: str
    feedback: FeedbackState = field(default=FeedbackState.PLANNED, name=FEEDBACK)
    survey: SurveyStage | None = None  # None until the impact survey opens
    nominated: bool = False  # raters chosen and sent
    invited: int = 0  # raters emailed, self included
    answered: int = 0
    declined: int = 0
    debriefed_on: str = ""  # local date, once the coach has recorded it
    groups: Mapping[str, GroupCount] = field(default_factory=dict)  # by group id, self included
    counts_hidden: tuple[
        str, ...
    ] = ()  # groups whose answers no one may count before the close: see admin/address_in_delegate.py
    reminded_on: str = ""  # last local day on which an administrator emailed everyone who had not answered
    counted: tuple[AnswerCount, ...] = ()  # as of this morning: pages, files and commands show these counts
    survey_count: AnswerCount | None = None  # raters of the six-month survey, as of this morning
    withdrawn: bool = False
    left_out: str = ""  # "yes" if the cohort's summary cannot use the answers; rows of earlier versions say why
    closes_at: str = ""  # of the questionnaire: the first moment at which no answer is accepted
    paused_until: str = ""  # local day of the return
    moved_to: str = ""  # id of the cohort to which they were transferred; they count as withdrawn here
    apart: bool = False  # joined after the cohort: no figure of the cohort includes them
    without_key: KeyLoss = KeyLoss.NONE
    is_again: bool = False  # of the follow-up; not stored, the row's key says so

    @property
    def standing(self) -> Standing:
        if self.moved_to:
            return Standing.TRANSFERRED
        if self.withdrawn:
            return Standing.LEFT
        return Standing.PAUSED if self.paused_until else Standing.ACTIVE

    @property
    def has_closed(self) -> bool:
        """Return whether the questionnaire has closed for good. One that waits for a decision may be reopened."""
        is_open = self.feedback in (FeedbackState.PLANNED, FeedbackState.COLLECTING, FeedbackState.HELD)
        return not is_open or self.without_key is KeyLoss.LOST

    @property
    def is_surveyed(self) -> bool:
        """Return whether the six-month survey about the delegate is open."""
        return self.survey is SurveyStage.OPEN and not self.withdrawn

    @property
    def wave(self) -> Wave:
        return Wave.FOLLOWUP if self.is_again else Wave.BASELINE

    @property
    def wave_with_report(self) -> Wave | None:
        """Return the latest wave that has a report; None before the first."""
        if self.feedback.has_report:
            return self.wave
        return Wave.BASELINE if self.is_again else None

    @property
    def may_wait_for_release(self) -> bool:
        """Return whether the report of that wave may still be with the coach: in a follow-up the line does not say."""
        return self.feedback is FeedbackState.REPORT_READY or (self.is_again and not self.feedback.has_report)

    @property
    def visible_counts(self) -> tuple[AnswerCount, ...]:
        """Return this morning's counts, without groups whose answers are not counted before the close."""
        return tuple(part for part in self.counted if not set(part.groups) & set(self.counts_hidden))

    @property
    def is_asked_about_again(self) -> bool:
        """Return whether a follow-up includes this delegate: their first wave has closed and they have not left."""
        return self.has_closed and not self.withdrawn


class People(Struct, frozen=True):
    """What a load read from the files, kept until everyone is enrolled."""

    delegates: tuple[DelegateEntry, ...]
    raters: Mapping[str, tuple[RaterEntry, ...]]  # by the delegate's address


class LastLoad(Struct, frozen=True):
    """A cohort as last loaded."""

    cohort: Cohort
    people: str  # checksum
    loads: int


LINES = {Wave.BASELINE: "DELEGATE#", Wave.FOLLOWUP: "FOLLOWUP#DELEGATE#"}  # a follow-up starts its counts again


def key(cohort_id: str) -> Key:
    return Key(f"COHORT#{cohort_id}", "META")


def line_key(cohort_id: str, delegate_id: str, wave: Wave = Wave.BASELINE) -> Key:
    return Key(f"COHORT#{cohort_id}", f"{LINES[wave]}{delegate_id}")


def save(cohort: Cohort, checksum: str, loads: int) -> Write:
    """Write the cohort as load number `loads` + 1. Refused if it was loaded again in the meantime."""
    row = {**key(cohort.id)._asdict(), **fields(cohort), "people": checksum, "loads": loads + 1}
    return put_if(row, [equals("loads", loads)], CohortChanged) if loads else put_once(row, CohortChanged)


def find(cohort_id: str) -> Cohort | None:
    row = get(key(cohort_id))
    return read(Cohort, row) if row else None


def find_with_line(cohort_id: str, delegate_id: str, wave: Wave) -> tuple[Cohort | None, DelegateLine | None]:
    """Read a cohort and one delegate's row of a wave, in one call."""
    cohort, row = _find_with_row(cohort_id, delegate_id, wave)
    return cohort, _line(row) if row else None


def find_with_readable_line(cohort_id: str, delegate_id: str, wave: Wave) -> tuple[Cohort | None, DelegateLine | None]:
    """As `find_with_line`; no row if it cannot be read: see store/unreadable.py."""
    cohort, row = _find_with_row(cohort_id, delegate_id, wave)
    return cohort, next(iter(read_each([row] if row else [], _line)), None)


def _find_with_row(cohort_id: str, delegate_id: str, wave: Wave) -> tuple[Cohort | None, Row | None]:
    of_cohort, of_line = key(cohort_id), line_key(cohort_id, delegate_id, wave)
    rows_by_key = get_many([of_cohort, of_line])
    return (read(Cohort, rows_by_key[of_cohort]) if of_cohort in rows_by_key else None), rows_by_key.get(of_line)


def change_addresses(before: Cohort, after: Cohort) -> Write:
    """Change addresses of the sponsor and of facilitators, and so their links. Refused if these people changed."""
    as_read: list[Condition] = []
    changes: Row = {}
    if after.sponsor != before.sponsor:
        link = equals("sponsor_link", before.sponsor_link)
        email = before.sponsor.email if before.sponsor else ""
        as_read += [either(link, missing("sponsor_link")) if before.sponsor_link == 1 else link]
        as_read += [equals("sponsor.email", email)]
        changes |= {"sponsor": fields(after.sponsor), "sponsor_link": after.sponsor_link}
    if after.facilitators != before.facilitators:
        as_read.append(equals("facilitators", [fields(facilitator) for facilitator in before.facilitators]))
        changes["facilitators"] = [fields(facilitator) for facilitator in after.facilitators]
    return update(key(before.id), put=changes, add={"loads": 1}, when=as_read, refusal=CohortChanged)


def change_dates(last: LastLoad, dates: CohortDates) -> list[Write]:
    """Change the cohort's dates, also in the list of cohorts. Refused if it was loaded or changed since it was read.

    It counts as a load, so that a load that was read before this and is stored after it is refused.
    """
    changes = {"dates": fields(dates)}
    as_read = [equals("loads", last.loads)]
    return [
        update(key(last.cohort.id), put=changes, add={"loads": 1}, when=as_read, refusal=CohortChanged),
        catalogue.add_cohort(replace(last.cohort, dates=dates)),
    ]


def rename(last: LastLoad, title: str) -> Write:
    """Change the cohort's title. It counts as a load, as a change of dates does."""
    as_read = [equals("loads", last.loads)]
    return update(key(last.cohort.id), put={"title": title}, add={"loads": 1}, when=as_read, refusal=CohortChanged)


def discarded_key(cohort_id: str) -> Key:
    return cohort_rows.DISCARDED.key(cohort=cohort_id)


def discard(last: LastLoad, now: datetime) -> list[Write]:
    """Record that a cohort is discarded: its id is not used again. Refused if that was done before, or it changed.

    It counts as a load, so that no act that was read before this lists the cohort again.
    """
    return [
        put_once({**discarded_key(last.cohort.id)._asdict(), "at": now}, CohortChanged),
        update(key(last.cohort.id), add={"loads": 1}, when=[equals("loads", last.loads)], refusal=CohortChanged),
    ]


def is_discarded(cohort_id: str) -> bool:
    return get(discarded_key(cohort_id)) is not None


def coach_link(cohort: Cohort, coach: Person) -> int:
    """Return the version of a coach's link."""
    return cohort.coach_links.get(coach_id(cohort.id, coach.email), 1)


def revoke_links(before: Cohort, after: Cohort) -> Write:
    """Store the raised versions of the sponsor's, coaches' and facilitators' links.

    Refused if they changed since they were read. A load that was read before this and is stored after it would bring
    the old versions back: it is refused too.
    """
    as_read = [
        either(equals("sponsor_link", before.sponsor_link), missing("sponsor_link")),
        either(equals("coach_links", before.coach_links), missing("coach_links")),
        either(equals("facilitator_links", before.facilitator_links), missing("facilitator_links")),
    ]
    changes = {
        "sponsor_link": after.sponsor_link,
        "coach_links": after.coach_links,
        "facilitator_links": after.facilitator_links,
    }
    return update(key(before.id), put=changes, add={"loads": 1}, when=as_read, refusal=CohortChanged)


def find_load(cohort_id: str) -> LastLoad | None:
    row = get(key(cohort_id))
    return LastLoad(read(Cohort, row), row["people"], row["loads"]) if row else None


def people_key(cohort_id: str, checksum: str) -> Key:
    """Keep the loaded file outside the cohort's partition, because the dashboard reads that whole."""
    return Key(f"LOAD#{cohort_id}", f"PEOPLE#{checksum}")


def add_people(cohort_id: str, checksum: str, people: People) -> Write:
    return put({**people_key(cohort_id, checksum)._asdict(), **fields(people)})


def find_people(cohort_id: str, checksum: str) -> People | None:
    row = get(people_key(cohort_id, checksum))
    return read(People, row) if row else None


def add_line(delegate: Delegate, wave: Wave, closes_at: datetime, *, apart: bool = False) -> Write:
    line = DelegateLine(
        delegate_id=delegate.id,
        name=delegate.person.name,
        email=delegate.person.email,
        service=delegate.service,
        coach=delegate.coach,
        coach_id=coach_id(delegate.cohort_id, delegate.coach.email),
        closes_at=stamp(closes_at),
        apart=apart,
    )
    row = {**line_key(delegate.cohort_id, delegate.id, wave)._asdict(), **fields(line)}
    del row["groups"], row["counts_hidden"]  # in attributes of their own
    return put_once(row, LineExists)


def change_line(
    delegate: Delegate,
    put: Mapping[str, Any] | None = None,
    add: Mapping[str, int] | None = None,
    wave: Wave = Wave.BASELINE,
) -> Write:
    return change_line_at(line_key(delegate.cohort_id, delegate.id, wave), put, add)


def change_line_at(at: Key, put: Mapping[str, Any] | None = None, add: Mapping[str, int] | None = None) -> Write:
    """Change the line at a key: the delegate's own row may be damaged."""
    return update(at, put=put, add=add, refusal=LineMissing)


def set_feedback(state: FeedbackState) -> dict[str, Any]:
    """Return the attributes of a dashboard row whose 360 moves to this state."""
    return {FEEDBACK: state}


def set_key_loss(loss: KeyLoss) -> dict[str, Any]:
    """Return the attributes of a dashboard row whose answers no one can read."""
    return {FEEDBACK: FeedbackState.HELD, "without_key": loss}


def move_lines(before: Delegate, after: Delegate, baseline: Mapping[str, str]) -> list[Write]:
    """Copy a delegate's lines to another cohort, and mark those of the former one.

    baseline    what else changes of the line of the first questionnaire

    No 360 figure of the new cohort includes them: its delegates had other raters at another time.
    """
    new = {"coach": fields(after.coach), "coach_id": coach_id(after.cohort_id, after.coach.email), "apart": True}
    writes = [change_line(before, put={"withdrawn": True, "moved_to": after.cohort_id, "paused_until": ""})]
    for wave in LINES:
        if row := get(line_key(before.cohort_id, before.id, wave)):
            place = line_key(after.cohort_id, after.id, wave)._asdict()
            moved = baseline if wave is Wave.BASELINE else {}
            writes.append(put_once({**row, **new, **moved, "paused_until": "", **place}, LineExists))
    return writes


def leave_out(cohort_id: str, delegate_id: str) -> Write:
    return update(line_key(cohort_id, delegate_id), put={"left_out": "yes"}, refusal=LineMissing)


def count_invited(delegate: Delegate, wave: Wave, group: str, put: Mapping[str, Any] | None = None) -> Write:
    """Count one more rater of the group who was emailed."""
    return change_line(delegate, put=put, add={"invited": 1, _counter("invited", group): 1}, wave=wave)


def count_answered(delegate: Delegate, wave: Wave, group: str, *, declined_before: bool) -> Write:
    """Count one more rater of the group who answered; one who had declined no longer counts as declined."""
    fewer = {"declined": -1} if declined_before else {}
    return change_line(delegate, add={"answered": 1, _counter("answered", group): 1, **fewer}, wave=wave)


def save_counts(cohort_id: str, delegate_id: str, wave: Wave, parts: Sequence[AnswerCount]) -> Write:
    """Set the counts of a delegate's answers that are shown until the next morning."""
    put = {"counted": [fields(part) for part in parts]}
    return update(line_key(cohort_id, delegate_id, wave), put=put, refusal=LineMissing)


def save_survey_count(cohort_id: str, delegate_id: str, count: AnswerCount) -> Write:
    """Set the count of the raters who have answered after six months that is shown until the next morning."""
    return update(line_key(cohort_id, delegate_id), put={"survey_count": fields(count)}, refusal=LineMissing)


def subtract_answered(group: str) -> dict[str, int]:
    """Subtract voided answers from a dashboard row."""
    return {"answered": -1, _counter("answered", group): -1}


def subtract_invited(group: str) -> dict[str, int]:
    """Subtract one rater who is not asked any more from a dashboard row."""
    return {"invited": -1, _counter("invited", group): -1}


def subtract_asked(before: Invitation) -> dict[str, int]:
    """Subtract one rater who is not asked any more, with what they had done."""
    add = subtract_invited(before.group)
    if before.state is InvitationState.ANSWERED:
        return add | subtract_answered(before.group)
    return add | ({"declined": -1} if before.state is InvitationState.DECLINED else {})


def move_counts(before: str, after: str, *, answered: bool) -> dict[str, int]:
    """Count one rater in another group."""
    moved = {_counter("invited", before): -1, _counter("invited", after): 1}
    return moved | ({_counter("answered", before): -1, _counter("answered", after): 1} if answered else {})


def hide_counts(group: str) -> dict[str, bool]:
    """Remove counts of a group whose answers are not counted on any page until the close."""
    return {_counter("hidden", group): True}


def _counter(counted: str, group: str) -> str:
    """Name the attribute of a group's count. Each group has its own: DynamoDB adds only to top-level attributes."""
    return f"{counted}:{group}"


def list_bounces(cohort_id: str) -> list[Bounce]:
    return bounces_from(query(f"COHORT#{cohort_id}", "BOUNCE#"))


def bounces_from(rows: Iterable[Row]) -> list[Bounce]:
    return read_all(Bounce, (row for row in rows if row["sk"].startswith("BOUNCE#")))


def list_lines(cohort_id: str, wave: Wave | None = None) -> list[DelegateLine]:
    return lines_from(rows(cohort_id), wave)


def list_ids(rows: Iterable[Row]) -> list[str]:
    """List the delegates on the dashboard by their rows' keys, also of rows that cannot be read."""
    return [row["sk"].removeprefix(LINES[Wave.BASELINE]) for row in _of_wave(rows, Wave.BASELINE)]


def lines_from(rows: Iterable[Row], wave: Wave | None = None) -> list[DelegateLine]:
    """Read the dashboard's rows by name: of one wave, or of each delegate's latest wave.

    A row that cannot be read is left out: see store/unreadable.py. `list_ids` has its delegate.
    """
    rows = list(rows)
    first = {line.delegate_id: line for line in read_each(_of_wave(rows, Wave.BASELINE), _line)}
    again = {line.delegate_id: _with_person(line, first[line.delegate_id]) for line in _lines_again(rows, first)}
    by_wave = {None: first | again, Wave.BASELINE: first, Wave.FOLLOWUP: again}
    return sorted(by_wave[wave].values(), key=lambda line: name_sort_key(line.name))


def _of_wave(rows: Iterable[Row], wave: Wave) -> Iterator[Row]:
    return (row for row in rows if row["sk"].startswith(LINES[wave]))


def _lines_again(rows: Iterable[Row], first: Mapping[str, DelegateLine]) -> Iterator[DelegateLine]:
    return (line for line in read_each(_of_wave(rows, Wave.FOLLOWUP), _line) if line.delegate_id in first)


KEPT_ON_THE_BASELINE = (
    "name",
    "email",
    "service",
    "coach",
    "coach_id",
    "withdrawn",
    "survey",
    "survey_count",
    "left_out",
    "paused_until",
    "moved_to",
    "apart",
)


def _with_person(line: DelegateLine, person: DelegateLine) -> DelegateLine:
    """Copy what only the baseline's row keeps: who the delegate is, whether they have left, and their impact survey."""
    about = {name: getattr(person, name) for name in KEPT_ON_THE_BASELINE}
    return replace(line, **about, is_again=True)


def _line(row: Row) -> DelegateLine:
    groups = [name.removeprefix("invited:") for name in row if name.startswith("invited:")]
    counts = {
        group: GroupCount(row[_counter("invited", group)], row.get(_counter("answered", group), 0)) for group in groups
    }
    line = read(DelegateLine, _with_own_states(row))
    hidden = (
        ()
        if line.has_closed
        else tuple(sorted(name.removeprefix("hidden:") for name in row if name.startswith("hidden:")))
    )
    return replace(line, groups=counts, counts_hidden=hidden)


def _with_own_states(row: Row) -> Row:
    """Give each thread its own state in a row of an earlier version, which had one word for both."""
    survey = OLD_STAGES.get(row.get(FEEDBACK, ""))
    return row if survey is None else {**row, FEEDBACK: FeedbackState.RELEASED.value, "survey": survey.value}


def cohort_from(rows: Iterable[Row]) -> Cohort | None:
    return next((read(Cohort, row) for row in rows if row["sk"] == "META"), None)


class FollowupDates(Struct, frozen=True):
    """The local dates of a cohort's second wave."""

    opens: date
    closes: date
    rounds: int = 1  # times it was planned: again for delegates whose first questionnaire closed later

    def has_same_days_as(self, other: FollowupDates) -> bool:
        return (self.opens, self.closes) == (other.opens, other.closes)


def followup_key(cohort_id: str) -> Key:
    return Key(f"COHORT#{cohort_id}", "FOLLOWUP")


def add_followup(cohort_id: str, dates: FollowupDates) -> Write:
    return put_once({**followup_key(cohort_id)._asdict(), **fields(dates)}, FollowupExists)


def plan_again(cohort_id: str, planned: FollowupDates) -> Write:
    """Plan one more round with the same dates. Refused if someone else did so since it was read."""
    as_read = either(equals("rounds", planned.rounds), missing("rounds"))
    return update(followup_key(cohort_id), put={"rounds": planned.rounds + 1}, when=[as_read], refusal=FollowupChanged)


def find_followup(cohort_id: str) -> FollowupDates | None:
    row = get(followup_key(cohort_id))
    return read(FollowupDates, row) if row else None


def followup_from(rows: Iterable[Row]) -> FollowupDates | None:
    return next((read(FollowupDates, row) for row in rows if row["sk"] == "FOLLOWUP"), None)


def list_without_followup(rows: Iterable[Row]) -> list[DelegateLine]:
    """List delegates whose first questionnaire has closed and who are not yet in the planned follow-up."""
    rows = list(rows)
    again = {line.delegate_id for line in lines_from(rows, Wave.FOLLOWUP)}
    first = lines_from(rows, Wave.BASELINE)
    return [line for line in first if line.is_asked_about_again and line.delegate_id not in again]


def find_last_day(rows: Iterable[Row], wave: Wave) -> date:
    """Return the cohort's last day for answers; single delegates may have more time. Raises LookupError."""
    by_sort_key = {row["sk"]: row for row in rows}
    if wave is Wave.FOLLOWUP:
        return read(FollowupDates, by_sort_key["FOLLOWUP"]).closes
    return read(Cohort, by_sort_key["META"]).dates.closes


def rows(cohort_id: str) -> Iterator[Row]:
    """Read the whole partition in one query: META, dashboard rows, bounces, summaries."""
    return query(f"COHORT#{cohort_id}")


def rows_about(cohort_id: str, delegate_id: str) -> list[Row]:
    """Read what the page of one delegate shows: the cohort, their dashboard rows, sessions, and emails that bounced.

    Three calls. The rows of other delegates are not among them, so the page is the same in a cohort of any size.
    """
    keys = [key(cohort_id), followup_key(cohort_id), *(line_key(cohort_id, delegate_id, wave) for wave in LINES)]
    about_all = (row for prefix in ("SESSION#", "BOUNCE#") for row in query(f"COHORT#{cohort_id}", prefix))
    return [*get_many(keys).values(), *about_all]
