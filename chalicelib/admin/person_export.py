"""Export one person's data: what is about them, and nothing that reveals anyone else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from chalicelib.admin.data_requests import BY, PersonUnknown, inboxes_of, is_naming, rows_naming
from chalicelib.store import audit_events
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.marshal import Row
from chalicelib.store.table import transact

OTHER = "(another person)"
SEALED = ("draft", "sent")  # an open questionnaire's answers: bytes that only the wave's key opens
COUNTS = ("answered", "declined", "counted")  # counts of other people's acts; pages show them in steps, and by the day
SUBJECTS = ("person", "rater", "to")  # the person that a row or an entry of a list is about


def export(email: str, now: datetime) -> list[Row]:
    """Return what the rows that name the person say of them, and note it in the audit trail. Raises PersonUnknown."""
    wanted = email.strip().lower()
    found = list(rows_naming(wanted))
    if not found:
        raise PersonUnknown(email)
    for cohort_id in sorted({row["cohort_id"] for row in found if "cohort_id" in row}):
        transact([audit_events.add(cohort_id, AuditEvent.EXPORTED, BY, cohort_id, now)])
    return [_own_part(row, wanted) for row in found]


def _own_part(row: Row, email: str) -> Row:
    """Return a row of theirs without other people; of any other row, the fields that name them."""
    is_theirs = _is_about(row, email) or row["pk"] in inboxes_of(email) or row.get("by") == email
    shown = {
        name: value
        for name, value in row.items()
        if name not in SEALED and name.partition(":")[0] not in COUNTS and (is_theirs or is_naming(value, email))
    }
    return {"pk": row["pk"], "sk": row["sk"], **_without_others(shown, email)}


def _is_about(value: Mapping[str, Any], email: str) -> bool:
    return email in _subjects(value)


def _subjects(value: Mapping[str, Any]) -> list[str]:
    """Return the addresses of the people that a row or an entry is about."""
    people = (value[name] for name in SUBJECTS if isinstance(value.get(name), Mapping))
    found = [person["email"] for person in people if "email" in person]
    return [*found, value["email"]] if isinstance(value.get("email"), str) else found


def _without_others(value: Any, email: str) -> Any:
    if isinstance(value, Mapping):
        return _entry(value, email)
    if isinstance(value, (list, tuple)):
        return [_without_others(one, email) for one in value if is_naming(one, email) or not any(_addresses(one))]
    is_other = isinstance(value, str) and _is_address(value) and value != email
    return OTHER if is_other else value


def _entry(value: Mapping[str, Any], email: str) -> Any:
    """Return an entry about the person, or about no one, without other people; of others' entries, what names them."""
    is_others = bool(_subjects(value)) and not _is_about(value, email)
    if is_others and not is_naming(value, email):
        return OTHER
    kept: dict[str, Any] = {}
    for name, inner in value.items():
        is_named = name == email or is_naming(inner, email)
        if is_named or not (is_others or _is_address(name)):
            shown = _without_others(inner, email)
            name = OTHER if _is_address(name) and name != email else name
            kept[name] = [*kept[name], *shown] if isinstance(kept.get(name), list) else shown
    return kept


def _addresses(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _addresses(name)
            yield from _addresses(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _addresses(inner)
    elif isinstance(value, str) and _is_address(value):
        yield value


def _is_address(text: str) -> bool:
    """Return whether it is an address and nothing else; an address inside an email's text is the reader's to see."""
    return "@" in text and not any(sign.isspace() for sign in text) and "://" not in text
