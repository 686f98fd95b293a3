"""Read the rows of one cohort that may be about a person, without reading the whole table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from chalicelib.admin.owned_rows import inboxes_of
from chalicelib.core.ids import reader_key
from chalicelib.store import cohorts, delegates, emails
from chalicelib.store.marshal import Row
from chalicelib.store.row_kinds.coaching_rows import BOOKED_QUARTER
from chalicelib.store.row_kinds.cohort_rows import PEOPLE_LOAD
from chalicelib.store.row_kinds.delegate_rows import PAUSED
from chalicelib.store.row_kinds.service_rows import LISTED_EMAIL
from chalicelib.store.row_kinds.work_rows import WORK_LINE
from chalicelib.store.table import batched, get_many, key_of, query


def list_rows(cohort_id: str, email: str) -> Iterator[Row]:
    """Yield every row of a cohort and its delegates, and of the person: three queries for each delegate.

    Of emails, only those to the person, and the digests that carried them.
    """
    own = list(cohorts.rows(cohort_id))
    ids = cohorts.list_ids(own)
    yield from own
    for partition in (
        PEOPLE_LOAD.partition(cohort=cohort_id),
        WORK_LINE.partition(cohort=cohort_id),
        BOOKED_QUARTER.partition(reader=reader_key(email)),
        *sorted(inboxes_of(email)),
    ):
        yield from query(partition)
    yield from (row for row in query(PAUSED.partition()) if PAUSED.parts(key_of(row))["delegate"] in ids)
    for delegate_id in ids:
        yield from delegates.load_rows(delegate_id)
    yield from _emails_to(email, [cohort_id, *ids])


def _emails_to(email: str, owners: Sequence[str]) -> Iterator[Row]:
    """Yield the emails about these owners that went to the address, and the digests that carried them."""
    listed = (
        LISTED_EMAIL.parts(key_of(row))["email"]
        for owner in owners
        for row in query(LISTED_EMAIL.partition(owner=owner))
        if LISTED_EMAIL.has(row)
    )
    own = [row for row in _read(listed) if row.get("to", {}).get("email") == email]
    yield from own
    yield from _read(row["carried_by"] for row in own if row.get("carried_by"))


def _read(email_ids: Iterable[str]) -> Iterator[Row]:
    for batch in batched([emails.key(email_id) for email_id in dict.fromkeys(email_ids)]):
        yield from get_many(batch).values()
