"""Export one person's data: what is about them, and nothing that reveals anyone else."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from chalicelib.admin.coach_rows import written_about, written_by
from chalicelib.admin.data_in_words import describe
from chalicelib.admin.owned_rows import (
    BY,
    PersonUnknown,
    Source,
    addresses_in,
    inboxes_of,
    is_address,
    is_naming,
    kind_of,
    of_address,
    of_delegates,
    rows_naming,
)
from chalicelib.core.model import Person, Wave
from chalicelib.store import audit_events, objects
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.marshal import Row
from chalicelib.store.row_kinds import coaching_rows, delegate_rows, work_rows
from chalicelib.store.row_kinds.row_kind import Reader, RowKind
from chalicelib.store.table import Key, key_of, scan, transact

OTHER = "(another person)"
SEALED = ("draft", "sent")  # an open questionnaire's answers: bytes that only the wave's key opens
# counts of what other people did: pages show them in steps, by the day
COUNTS = ("answered", "declined", "counted", "survey_count")
HIDDEN = (*COUNTS, "counts_hidden", "hidden")  # and which groups are not counted
SUBJECTS = ("person", "rater", "to")  # the person that a row or an entry of a list is about


REVIEW = "for_review"  # marks what someone else wrote about the person: a person decides what is handed over
REVIEW_FIRST = "Written by someone else about the person. Read it and decide what is handed over."
FOLDERS = {False: "", True: "for review/"}
FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # of a file in an archive: the same data gives the same bytes
DOCUMENTS = ("html", "pdf")  # attributes of a row that name a document in the bucket
# kinds of row that no page shows to the delegate before the report of their wave is released; the key of some has it
WITH_REPORT: Mapping[RowKind, Wave | None] = {
    delegate_rows.REPORT: None,
    delegate_rows.COHORT_SHARE: None,
    coaching_rows.DEBRIEF: Wave.BASELINE,
    coaching_rows.AREA: Wave.BASELINE,
    coaching_rows.FOLLOWUP_DEBRIEF: Wave.FOLLOWUP,
    coaching_rows.FOLLOWUP_AREA: Wave.FOLLOWUP,
    coaching_rows.AREA_HISTORY: None,
    coaching_rows.PLAN: None,
}


def find(email: str, rows: Source = scan) -> list[Row]:
    """Return what is stored about a person, without other people. Raises PersonUnknown.

    A delegate gets every row of a kind that belongs to them, which names no one else. A coach gets their own notes and
    ticks. What someone else wrote about a delegate is marked for review.
    """
    wanted = email.strip().lower()
    naming_rows, written = list(rows_naming(wanted, rows)), list(written_by(wanted, rows))
    keyed = [
        row for row in of_address(wanted, rows) if (kind := kind_of(row)) and kind.readers
    ]  # no secret of a sign-in
    if not naming_rows and not written and not keyed:
        raise PersonUnknown(email)
    own = [key_of(row) for row in naming_rows if delegate_rows.DELEGATE.has(row) and _is_about(row, wanted)]
    delegates = {delegate_rows.DELEGATE.parts(key)["delegate"] for key in own}
    about_them = _missing(of_delegates(delegates, rows), naming_rows)
    released = {key_of(row) for row in about_them if delegate_rows.REPORT.has(row) and row.get("released_at")}
    owned = {key_of(row): row for row in (*written, *keyed)}
    return [
        *(_own_part(row, wanted) for row in naming_rows),
        *(_delegates_part(row, wanted, released) for row in about_them),
        *_missing(owned.values(), naming_rows),
        *(row | {REVIEW: REVIEW_FIRST} for row in written_about(delegates)),
    ]


def export(email: str, now: datetime, by: str = BY) -> list[Row]:
    """Return what is stored about a person, and note it in the audit trail. Raises PersonUnknown."""
    rows = find(email)
    cohorts = {row["cohort_id"] for row in rows_naming(email.strip().lower()) if "cohort_id" in row}
    address = email.strip().lower()
    whose = {"who": Person(_name_in(rows, address), address)}
    for cohort_id in sorted(cohorts):
        transact([audit_events.add_naming(cohort_id, AuditEvent.EXPORTED, by, cohort_id, now, whose)])
    return rows


def _name_in(value: Any, email: str) -> str:
    """Return the name that goes with an address in these rows; the address if none does."""
    if isinstance(value, Mapping):
        if value.get("email") == email and isinstance(value.get("name"), str):
            return str(value["name"])
        return next((name for inner in value.values() if (name := _name_in(inner, email)) != email), email)
    if isinstance(value, (list, tuple)):
        return next((name for inner in value if (name := _name_in(inner, email)) != email), email)
    return email


def _missing(rows: Iterable[Row], included: Iterable[Row]) -> list[Row]:
    known = {key_of(row) for row in included}
    return [row for row in rows if key_of(row) not in known]


def pack(rows: list[Row]) -> bytes:
    """Return an archive for the person: data and documents, with a folder of what has to be reviewed first."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for for_review, folder in FOLDERS.items():
            chosen = [row for row in rows if (REVIEW in row) == for_review]
            if chosen or not for_review:
                archive.writestr(zipfile.ZipInfo(f"{folder}data.json", FIRST_DAY), as_text(chosen))
                archive.writestr(zipfile.ZipInfo(f"{folder}data.txt", FIRST_DAY), describe(chosen))
            for row in chosen:
                for name in documents_of(row):
                    archive.writestr(zipfile.ZipInfo(folder + _file_name(name), FIRST_DAY), objects.load(name))
    return content.getvalue()


def documents_of(row: Row) -> list[str]:
    """Return the names of the pages and PDFs that a row of a delegate holds."""
    return [row[name] for name in DOCUMENTS if str(row.get(name, "")).startswith("reports/")]


def _file_name(name: str) -> str:
    """Return where the document is in an archive: without the folder for all and the checksum."""
    _, delegate, kind, *_, last = name.split("/")
    return f"documents/{delegate}/{kind}/{last if '/plan/' not in name else 'plan.pdf'}"


def as_text(rows: list[Row]) -> str:
    return json.dumps(rows, indent=2, ensure_ascii=False, sort_keys=True, default=_plain)


def _plain(value: Any) -> str:
    """Return bytes and moments as text."""
    return value.hex() if isinstance(value, bytes) else str(value)


def _own_part(row: Row, email: str) -> Row:
    """Return a row of theirs without other people; of any other row, the fields that name them."""
    is_theirs = _is_about(row, email) or key_of(row).pk in inboxes_of(email) or row.get("by") == email
    visible = {
        name: value
        for name, value in row.items()
        if name not in SEALED and name.partition(":")[0] not in HIDDEN and (is_theirs or is_naming(value, email))
    }
    return {**key_of(row)._asdict(), **_without_others(visible, email)}


def _delegates_part(row: Row, email: str, released: Collection[Key]) -> Row:
    """Return a row of a delegate in which everyone else is only a role; mark it if its words are someone else's.

    released   keys of the reports that the delegate may read
    """
    visible = {name: _by_role(value, email) for name, value in row.items() if name.partition(":")[0] not in HIDDEN}
    return visible | {REVIEW: REVIEW_FIRST} if _is_for_review(row, released) else visible


def _is_for_review(row: Row, released: Collection[Key]) -> bool:
    """Return whether someone else wrote it, or no one has released it to the delegate yet."""
    kind = kind_of(row)
    if kind is None or (Reader.OWNER not in kind.readers and Reader.COACH in kind.readers):
        return True
    is_unreleased = kind in WITH_REPORT and _report_key(kind, row) not in released
    is_managers = kind is work_rows.IMPACT and row.get("role") != "delegate"
    return is_unreleased or is_managers or kind is work_rows.OBSERVATION


def _report_key(kind: RowKind, row: Row) -> Key:
    """Return the key of the report that a row comes with."""
    parts = kind.parts(key_of(row))
    return delegate_rows.REPORT.key(delegate=parts["delegate"], wave=parts.get("wave") or f"{WITH_REPORT[kind]}")


def _by_role(value: Any, email: str) -> Any:
    if isinstance(value, Mapping):
        if isinstance(value.get("email"), str) and value["email"] != email:
            return OTHER
        return {name: _by_role(inner, email) for name, inner in value.items() if name == email or not is_address(name)}
    if isinstance(value, (list, tuple)):
        return [_by_role(inner, email) for inner in value]
    return OTHER if isinstance(value, str) and is_address(value) and value != email else value


def _is_about(value: Mapping[str, Any], email: str) -> bool:
    return email in _subjects(value)


def _subjects(value: Mapping[str, Any]) -> list[str]:
    """Return the addresses of the people that a row or an entry is about."""
    people = (value[name] for name in SUBJECTS if isinstance(value.get(name), Mapping))
    addresses = [person["email"] for person in people if "email" in person]
    return [*addresses, value["email"]] if isinstance(value.get("email"), str) else addresses


def _without_others(value: Any, email: str) -> Any:
    if isinstance(value, Mapping):
        return _entry(value, email)
    if isinstance(value, (list, tuple)):
        return [_without_others(item, email) for item in value if is_naming(item, email) or not any(addresses_in(item))]
    is_other = isinstance(value, str) and is_address(value) and value != email
    return OTHER if is_other else value


def _entry(value: Mapping[str, Any], email: str) -> Any:
    """Return an entry about the person, or about no one, without other people; of others' entries, what names them."""
    is_others = bool(_subjects(value)) and not _is_about(value, email)
    if is_others and not is_naming(value, email):
        return OTHER
    kept: dict[str, Any] = {}
    for name, inner in value.items():
        is_named = name == email or is_naming(inner, email)
        if is_named or not (is_others or is_address(name)):
            visible = _without_others(inner, email)
            name = OTHER if is_address(name) and name != email else name
            kept[name] = [*kept[name], *visible] if isinstance(kept.get(name), list) else visible
    return kept
