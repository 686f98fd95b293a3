"""Export one person's data: what is about them, and nothing that reveals anyone else."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from chalicelib.admin.coach_rows import written_about, written_by
from chalicelib.admin.data_requests import BY, PersonUnknown, inboxes_of, is_naming, rows_naming
from chalicelib.store import attendance, audit_events
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.marshal import Row
from chalicelib.store.table import transact

OTHER = "(another person)"
SEALED = ("draft", "sent")  # an open questionnaire's answers: bytes that only the wave's key opens
COUNTS = ("answered", "declined", "counted")  # counts of other people's acts; pages show them in steps, and by the day
SUBJECTS = ("person", "rater", "to")  # the person that a row or an entry of a list is about


REVIEW = "for_review"  # marks what someone else wrote about the person: a person decides what is handed over
REVIEW_FIRST = "Written by a coach about the person. Read it and decide what is handed over."
FOLDERS = {False: "data.json", True: "for review/data.json"}
FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # of a file in an archive: the same data gives the same bytes


def export(email: str, now: datetime) -> list[Row]:
    """Return what the rows that name the person say of them, and note it in the audit trail. Raises PersonUnknown.

    A delegate gets their attendance, which names no one. A coach gets their own notes and ticks. What a coach wrote
    about a delegate is marked for review.
    """
    wanted = email.strip().lower()
    found, written = list(rows_naming(wanted)), list(written_by(wanted))
    if not found and not written:
        raise PersonUnknown(email)
    for cohort_id in sorted({row["cohort_id"] for row in found if "cohort_id" in row}):
        transact([audit_events.add(cohort_id, AuditEvent.EXPORTED, BY, cohort_id, now)])
    delegates = {str(row["id"]) for row in found if row["sk"] == "META" and _is_about(row, wanted) and "person" in row}
    about = [row | {REVIEW: REVIEW_FIRST} for row in written_about(delegates)]
    attended = [row for delegate in sorted(delegates) for row in attendance.rows_of(delegate)]
    return [*(_own_part(row, wanted) for row in found), *attended, *written, *about]


def pack(rows: list[Row]) -> bytes:
    """Return an archive for the person, with a folder of what has to be reviewed first."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for for_review, name in FOLDERS.items():
            chosen = [row for row in rows if (REVIEW in row) == for_review]
            if chosen or not for_review:
                archive.writestr(zipfile.ZipInfo(name, FIRST_DAY), as_text(chosen))
    return content.getvalue()


def as_text(rows: list[Row]) -> str:
    return json.dumps(rows, indent=2, ensure_ascii=False, sort_keys=True, default=_plain)


def _plain(value: Any) -> str:
    """Return bytes and moments as text."""
    return value.hex() if isinstance(value, bytes) else str(value)


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
