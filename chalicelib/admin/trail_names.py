"""Say who did an act of the audit trail and who it was about, by the names of that time.

Rows name people by id, which is made from the address. The trail itself holds those who came and went: each change of a
person, a name or an address has both sides. Reading from the newest row to the oldest, all of them are known.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from chalicelib.core.ids import coach_ids, facilitator_id, reader_key
from chalicelib.core.model import Cohort
from chalicelib.store import delegates
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.cohorts import DelegateLine
from chalicelib.store.marshal import Row
from chalicelib.store.table import batched, get_many

ITSELF = "Fullcircle, by itself"
AUTOMATIC = ("retention", "summary", "system")
GONE = "someone whose name is no longer stored"
RENAMED = AuditEvent.CHANGED_PERSON.words.partition("{")[0] + "the name"  # of a person: the address stays


class TrailNames:
    """The names of people, from today back to the row that is read."""

    def __init__(self, cohort: Cohort, lines: Sequence[DelegateLine], rows: Sequence[Row]) -> None:
        self._cohort = cohort
        self._by_address: dict[str, str] = {}
        self._addresses: dict[str, str] = {}  # id -> address
        self._delegates = {line.delegate_id: line.name for line in lines} | _find_others(cohort, lines, rows)
        for line in lines:
            self._meet(line.coach.name, line.coach.email)
        for facilitator in cohort.facilitators:
            self._meet(facilitator.person.name, facilitator.person.email)
        for row in reversed(rows):
            if not row.get("is_one_person"):  # it has addresses and no names
                for person in row.get("people", {}).values():
                    self._meet(person["name"], person["email"])

    def go_back_to(self, row: Row) -> None:
        """Take in what a row says of people before it. Rows come newest first."""
        people = row.get("people", {})
        before, after = people.get("before"), people.get("after")
        if row.get("is_one_person") and before and after:
            self._meet(self._by_address.get(after["email"], before["name"]), before["email"])
            return
        if before and str(row["act"]).startswith(RENAMED):
            self._by_address[before["email"]] = before["name"]
            if row["about"] in self._delegates and f"{RENAMED} from" in str(row["act"]):
                self._delegates[row["about"]] = before["name"]

    def who(self, row: Row) -> str:
        """Return who did an act."""
        by = str(row["by"])
        role = by.partition(" ")[0] if by.startswith(("coach ", "facilitator ", "delegate ")) else by
        if acting := row.get("people", {}).get("by"):
            return f"{acting['name']}, {role}"
        if role == "delegate":
            return f"{self._delegates.get(row['about'], GONE)}, delegate"
        if by in AUTOMATIC:
            return ITSELF
        return f"{self._name(by)}, {role}" if role != by else by

    def about(self, row: Row) -> str:
        """Return who an act was about."""
        about = str(row["about"])
        if about in ("", self._cohort.id):
            return "The cohort"
        return self._name(about) if about.startswith("coach ") else self._delegates.get(about, GONE)

    def _name(self, reader: str) -> str:
        return self._by_address.get(self._addresses.get(reader, ""), GONE)

    def _meet(self, name: str, email: str) -> None:
        """Remember a person of who nothing newer is known."""
        if not email or email in self._by_address:
            return
        self._by_address[email] = name
        cohort_id = self._cohort.id
        ids = [*coach_ids(cohort_id, email), reader_key(email)[:8]]  # rows of before have the latter for a coach
        self._addresses.update({f"coach {who}": email for who in ids})
        self._addresses[f"facilitator {facilitator_id(cohort_id, email)}"] = email


def _find_others(cohort: Cohort, lines: Sequence[DelegateLine], rows: Iterable[Row]) -> dict[str, str]:
    """Return the names of delegates who are on no line of the cohort, such as those who were transferred."""
    known = {line.delegate_id for line in lines} | {cohort.id, ""}
    ids = sorted({str(row["about"]) for row in rows} - known)
    keys = [delegates.key(who) for who in ids if not who.startswith("coach ")]
    stored: list[Any] = [row for batch in batched(keys) for row in get_many(batch).values()]
    return {row["id"]: row["person"]["name"] for row in stored}
