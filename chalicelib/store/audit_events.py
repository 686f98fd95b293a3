"""Audit events: who released, closed, opened, exported or erased what, and when. Written in the act's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum
from string import Formatter
from typing import NamedTuple

from chalicelib.core.clock import stamp
from chalicelib.core.ids import derive, reader_key
from chalicelib.core.model import ERASED_ADDRESS, ERASED_NAME, Person
from chalicelib.store.marshal import Row
from chalicelib.store.table import AlreadyExists, Write, put, put_once, query
from chalicelib.store.withdrawals import What, outlive

PLACE = "[{}]"  # of a person's name in the words of a row
FORMATS = {  # how someone opened a report or a result, in words
    "html": "as a page",
    "pdf": "as a PDF",
    "pdf-earlier": "that of the first questionnaire, as a PDF",
}


class EventExists(AlreadyExists):
    """The act is recorded already."""


class _Kind(NamedTuple):
    words: str  # what the trail says; `{part}` is filled in by the act
    reads_data: bool = False  # someone read or took away personal data, and changed nothing


class AuditEvent(_Kind, Enum):
    """Every act that the trail records. Rows keep the words, so that those of an earlier release stay readable."""

    LOADED = _Kind("loaded {delegates} and {raters}")
    CHANGED_DATES = _Kind("changed the dates of workshops: {changes} ({why})")
    MOVED_DATE = _Kind("moved {what} from {before} to {after}: {why}")
    CHANGED_STANDING = _Kind("changed the status from {before} to {after} ({why})")
    ADDED_DELEGATE = _Kind("added the delegate: {what} ({why})")
    CHANGED_PERSON = _Kind("changed {what} from {before} to {after} ({why})")
    ADDED_RATER = _Kind("added a rater to the group {group} ({why})")
    REMOVED_RATER = _Kind("removed a rater of the group {group} ({why})")
    REGROUPED_RATER = _Kind("moved a rater from the group {before} to {after} ({why})")
    APPROVED_LIST = _Kind("approved the list of raters, of {raters}, in place of {approver} ({why})")
    RENAMED_COHORT = _Kind("renamed the cohort from {before} to {after} ({why})")
    DISCARDED_COHORT = _Kind("discarded the cohort before its first email ({why})")
    MARKED_ATTENDANCE = _Kind("marked {session}: from {before} to {after} ({why})")
    EXTENDED = _Kind("extended from {before} to {after} ({why})")
    CLOSED = _Kind("closed the questionnaire, whose last day was {before} ({why})")
    PUBLISHED_FEW = _Kind("closed the questionnaire, whose last day was {before}, to publish what may be ({why})")
    REMINDED = _Kind("reminded raters who have not answered")
    REMINDED_SURVEY = _Kind("reminded everyone who has not answered the impact survey")
    EXTENDED_SURVEY = _Kind("gave more time for the impact survey, from {before} to {after} ({why})")
    PLANNED_FOLLOWUP = _Kind("planned the follow-up from {opens} to {closes}")
    PLANNED_LATER_FOLLOWUP = _Kind("planned the follow-up for delegates who closed later")
    REPLACED_ADDRESS = _Kind("replaced the address of {part}: from {before} to {after} ({why})")
    CONFIRMED_ADDRESS = _Kind("confirmed the new address of {who}")
    SENT_LINK = _Kind("sent a link again to {who}")
    REVOKED_LINKS = _Kind("revoked the links of {who}")
    DISMISSED_BOUNCE = _Kind("dismissed that an email to {who} did not arrive")
    VOIDED = _Kind("voided a rater’s answers and asked again ({why})")
    ASKED_AGAIN = _Kind("opened the questionnaire again after a restore, and asked everyone once more")
    SETTLED_WITHOUT_KEY = _Kind("settled a questionnaire whose key is gone: {outcome} ({why})")
    REOPENED_SURVEY = _Kind("opened the survey again, until {until}")
    LEFT_OUT = _Kind("left out of the summary")
    CHANGED_STORY = _Kind("changed a story ({act}: {before} → {after})")
    ASKED_BOARD = _Kind("changed what is asked of the board")
    ORDERED_EDITION = _Kind("asked for another edition for the sponsor")
    ENTERED_COSTS = _Kind("changed the costs from {before} to {after}")
    RETRIED_EMAIL = _Kind("sent again: {email}")
    RESTARTED_JOB = _Kind("restarted: {job}")
    CHANGED_AREA = _Kind("changed a development area ({act}: {before} → {after})")
    OFFERED_HELP = _Kind("offered the delegate help with what is shared")
    SHARED_AREAS = _Kind("changed what the line manager sees ({shared} shared, {withdrawn} withdrawn)")
    ARRANGED = _Kind("arranged the {meeting} ({act}: {before} → {after})")
    CHECKED_ROUND = _Kind("checked what raters are asked in {round} ({before} → {after} areas)")
    OPENED_ROUND = _Kind("opened {round} about {areas} areas")
    DROPPED_ROUND = _Kind("did not hold {round}: no wording was checked")
    THANKED_RATERS = _Kind("thanked the raters (after the {occasion})")
    RELEASED_REPORT = _Kind("released the report")
    SUBMITTED_WORK = _Kind("submitted the work “{work}”")
    READ_WORK = _Kind("read the work “{work}”")
    RETURNED_WORK = _Kind("returned the work “{work}”")
    WAIVED_WORK = _Kind("waived the work “{work}” ({why})")
    ERASED = _Kind("erased a person (entry {entry} of the log of erasures)")
    RETENTION = _Kind("deleted {count} of the kind “{kind}” ({what}), whose time is over")
    KEPT_DATA = _Kind("put the data of the delegate on hold ({why})")
    CHANGED_HOLD = _Kind("changed why the data of the delegate is on hold, from “{before}” to “{after}”")
    LET_GO_DATA = _Kind("ended the hold on the data of the delegate ({why})")
    OPENED_REPORT = _Kind("opened the report ({format})", reads_data=True)
    OPENED_RESULT = _Kind("opened the six-month result ({format})", reads_data=True)
    OPENED_SUMMARY = _Kind("opened a document for the sponsor ({name})", reads_data=True)
    ASKED_FOR_COPY = _Kind("asked for a copy of their own data", reads_data=True)
    TOOK_COPY = _Kind("downloaded the copy of their own data", reads_data=True)
    EXPORTED = _Kind("exported the data of {who}", reads_data=True)

    @property
    def parts(self) -> tuple[str, ...]:
        """Return the names of the blanks in the words."""
        return tuple(name for _, name, _, _ in Formatter().parse(self.words) if name)

    def say(self, **parts: str) -> str:
        """Fill in the words. Raises KeyError if the parts are not those that the words name."""
        if parts.keys() != {*self.parts}:
            raise KeyError(f"{self.name} needs {', '.join(self.parts) or 'no parts'}")
        return self.words.format_map(parts)


def add(
    cohort_id: str, event: AuditEvent, by: str, about: str, now: datetime, *, thing: str = "", **parts: str
) -> Write:
    """Record an act. Raises KeyError unless `parts` are those that the event's words name.

    `by` is a role or an id (`coach k3j9x2m4`, `command line`), `about` a delegate's, coach's or cohort's id.

    The same act a moment later is another event. A retry, which has the same `now`, is the same event.

    thing   id of what was changed, where one act changes several things in the same way: each is an event
    """
    return add_naming(cohort_id, event, by, about, now, {}, thing=thing, **parts)


def add_once(cohort_id: str, event: AuditEvent, by: str, about: str, at: datetime, *, once: str, **parts: str) -> Write:
    """Record an act whose words may differ when it is repeated: the first time counts. Raises EventExists.

    once   what makes it the same event, together with `at`
    """
    entry = {"act": event.say(**parts), "by": by, "about": about, "at": at}
    return put_once({"pk": f"AUDIT#{cohort_id}", "sk": f"{stamp(at)}#{derive(8, once)}", **entry}, EventExists)


def add_naming(
    cohort_id: str,
    event: AuditEvent,
    by: str,
    about: str,
    now: datetime,
    people: Mapping[str, Person],
    *,
    thing: str = "",
    **parts: str,
) -> Write:
    """Record an act that names people.

    people   part -> who; `by`: who did it. Other names than those of the event's parts are `PLACE` in a part. The
             row keeps each name apart from its words, so that erasing a person takes their name out.
    """
    named = {name: {"name": person.name, "email": person.email} for name, person in people.items()}
    act = event.say(**parts, **{name: PLACE.format(name) for name in named if name in event.parts})
    entry: Row = {"act": act, "by": by, "about": about, "at": now, **({"people": named} if named else {})}
    if event is AuditEvent.REPLACED_ADDRESS:
        entry["is_one_person"] = True
    addresses = [person.email for person in people.values()]  # two acts of one moment may differ in their people alone
    sk = f"{stamp(now)}#{now:%f}{derive(8, act, by, about, *([thing] if thing else []), *addresses)}"
    event_row = put({"pk": f"AUDIT#{cohort_id}", "sk": sk, **entry})
    if event is not AuditEvent.CHANGED_PERSON or not _gives_up_place(people):
        return event_row
    who = {name: reader_key(person.email) for name, person in people.items()}
    about_place = {"part": parts["what"], "who": who["before"], "after": who.get("after", "")}
    delegate = "" if about == cohort_id else about
    return outlive(event_row, What.PLACE, now, cohort=cohort_id, delegate=delegate, **about_place)


def _gives_up_place(people: Mapping[str, Person]) -> bool:
    """Return whether a person, or an address, has a place no more."""
    return "before" in people and ("after" not in people or people["after"].email != people["before"].email)


def without_former_address(row: Row, email: str) -> Row:
    """Return a line about a change of address without both addresses, if the one that counts now is erased.

    The former address may have been a stranger's: erasing it alone takes out nothing else.
    """
    is_theirs = row.get("is_one_person") and _is_about_one(row) and row["people"]["after"]["email"] == email
    return without_addresses(row) if is_theirs else row


def without_addresses(row: Row) -> Row:
    """Return a line about a change of address without both addresses."""
    return row | {"people": {part: {"name": ERASED_NAME, "email": ERASED_ADDRESS} for part in row["people"]}}


def list_earlier_changes(rows: Iterable[Row], email: str) -> list[Row]:
    """Return the lines of how a person came to their address, and those that name them by an address of before.

    Earliest first. The address may have changed several times.

    rows   of any kind and cohort
    """
    known: set[tuple[str, str]] = set()
    events = []
    for row in sorted((row for row in rows if _is_about_one(row)), key=lambda row: row["sk"], reverse=True):
        after = row["people"]["after" if row.get("is_one_person") else "who"]["email"]
        if (row["pk"], after) not in known and not (after == email and row.get("is_one_person")):
            continue
        events.append(row)
        if row.get("is_one_person"):
            known.add((row["pk"], row["people"]["before"]["email"]))
    return events[::-1]


def _is_about_one(row: Row) -> bool:
    """Return whether a line of the trail names one person: their address changed, or an act was about them."""
    people = row.get("people")
    if not row["pk"].startswith("AUDIT#") or not isinstance(people, Mapping):  # the second: a damaged line
        return False
    named = {"before", "after"} if row.get("is_one_person") else {"who"}
    return people.keys() == named and all(isinstance(who, Mapping) and "email" in who for who in people.values())


def say_line(row: Row) -> str:
    """Return what a line says, with the names of the people in it."""
    words = str(row["act"])
    for name, person in row.get("people", {}).items():
        words = words.replace(PLACE.format(name), person["name"])
    return words


def of_cohort(cohort_id: str) -> list[Row]:
    return list(query(f"AUDIT#{cohort_id}"))


def last_coach(cohort_id: str, delegate_id: str, until: datetime) -> str:
    """Return the id of the coach who last did something about a delegate up to a moment; empty if none did."""
    rows = [row for row in of_cohort(cohort_id) if row["about"] == delegate_id and row["by"].startswith("coach ")]
    before = [row for row in rows if row["sk"].partition("#")[0] <= stamp(until)]
    return str(before[-1]["by"]).removeprefix("coach ") if before else ""
