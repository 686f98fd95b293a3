"""Count the impact surveys of a cohort that are in: never what was answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from chalicelib.store import impact_surveys
from chalicelib.store.impact_surveys import Role
from chalicelib.store.marshal import Row
from chalicelib.store.table import batched, get_many


class SurveyCount(Struct, frozen=True):
    """role: delegate or manager. Signed surveys: people know that it shows whether they answered."""

    role: str
    asked: int
    sent: int


def count_surveys(delegate_ids: Iterable[str]) -> tuple[SurveyCount, ...]:
    """Count for each role. A call for each hundred surveys."""
    keys = [impact_surveys.key(delegate_id, role) for delegate_id in delegate_ids for role in Role]
    rows = [row for batch in batched(keys) for row in get_many(batch).values()]
    return tuple(_count(role, [row for row in rows if row["role"] == role.value]) for role in Role)


def _count(role: Role, surveys: Sequence[Row]) -> SurveyCount:
    """Count rows as they are stored: one whose answers cannot be read is asked and sent all the same."""
    return SurveyCount(role.value, asked=len(surveys), sent=sum(bool(row["sent"]) for row in surveys))
