"""One person's data: everything that names them, to hand over or to erase. An operator's command: it reads every row.

Answers that were cut from identity cannot be found again, by us or by anybody; a report that holds them is never made
again without them, because the difference would tell them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from chalicelib.errors import Refusal
from chalicelib.ids import rater_key
from chalicelib.store import audits
from chalicelib.store.marshal import Row
from chalicelib.store.table import Key, delete, put, scan, transact

ERASED_NAME, ERASED_ADDRESS = "(erased)", "erased@invalid"
SEALED = ("draft", "sent")  # an open questionnaire's answers: bytes that only the wave's key opens
BY = "command line"


class PersonUnknown(Refusal):
    """No row names this address."""

    status = 404
    title = "Nothing is stored"

    def __init__(self, email: str) -> None:
        super().__init__(f"No row of this stage names {email}.")


def export(email: str) -> list[Row]:
    """Every row that names the person, without the keys of machines. Raises PersonUnknown."""
    found = [{name: value for name, value in row.items() if name not in SEALED} for row in rows_naming(email)]
    if not found:
        raise PersonUnknown(email)
    return found


def erase(email: str, now: datetime) -> int:
    """Take the person out of every row; returns how many rows changed. A repeat finishes what was interrupted.

    A rater who has not answered is not asked again; answers still sealed are destroyed. Raises PersonUnknown, or
    EraseRefused for a delegate.
    """
    found = list(rows_naming(email))
    if not found:
        raise PersonUnknown(email)
    for row in found:
        _refuse_delegate(row, email)
    for row in found:
        transact([delete(Key(row["pk"], row["sk"])) if _goes(row) else put(_without(row, email))])
    cohorts = {row["cohort_id"] for row in found if "cohort_id" in row}
    for cohort_id in sorted(cohorts):
        transact([audits.add(cohort_id, "erased a person", BY, cohort_id, now)])
    return len(found)


class EraseRefused(Refusal):
    """A delegate's report is theirs and their organisation's: taking it away is a decision for both."""

    title = "Nothing was erased"


def rows_naming(email: str) -> Iterator[Row]:
    """Rows that hold the address, and the rater's inbox, which holds only its hash."""
    wanted = email.strip().lower()
    inbox = f"RATER#{rater_key(wanted)}"
    return (row for row in scan() if row["pk"] == inbox or _names(row, wanted))


def _names(value: Any, email: str) -> bool:
    if isinstance(value, Mapping):
        return any(_names(inner, email) for inner in value.values())
    if isinstance(value, (list, tuple)):
        return any(_names(inner, email) for inner in value)
    return isinstance(value, str) and value == email


def _refuse_delegate(row: Row, email: str) -> None:
    if row["pk"].startswith("DELEGATE#") and row["sk"] == "META" and row["person"]["email"] == email.strip().lower():
        raise EraseRefused(
            f"{email} is a delegate of cohort {row['cohort_id']}. Agree with the organisation what becomes of the "
            "report, withdraw the delegate, and erase after that."
        )


def _goes(row: Row) -> bool:
    return str(row["sk"]).startswith("BOUNCE#") or str(row["pk"]).startswith("RATER#")


def _without(row: Row, email: str) -> Row:
    redacted: Row = _redacted(row, email.strip().lower())
    if row["sk"].startswith("INVITATION#") and "rater" in row:
        redacted |= {"frozen": True, "draft": {}, "reason": ""}
        redacted.pop("sent", None)
        redacted["state"] = "answered" if row.get("frozen") and row["state"] == "answered" else "revoked"
    if row["sk"] == "MAIL":
        redacted["words"] = {**redacted["words"], "name": ERASED_NAME}
        if row["state"] == "queued":
            redacted["cancelled"] = True
            redacted.pop("due_shard", None)
    return redacted


def _redacted(value: Any, email: str) -> Any:
    if isinstance(value, Mapping):
        inner = {name: _redacted(found, email) for name, found in value.items()}
        return {**inner, "name": ERASED_NAME} if value.get("email") == email and "name" in value else inner
    if isinstance(value, (list, tuple)):
        return [_redacted(found, email) for found in value]
    return ERASED_ADDRESS if value == email else value
