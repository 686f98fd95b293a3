"""Keep what a void closed closed when a later act gives a rater new links.

After a void, an inbox link that another cohort emailed does not lead to the voided form any more: it may be in the
wrong hands. New links must not change that.
"""

from __future__ import annotations

from chalicelib.core.ids import derive
from chalicelib.store import invitations
from chalicelib.store.marshal import Row
from chalicelib.store.table import batched, get_many


def list_invitation_rows(cohort_id: str, *addresses: str) -> list[Row]:
    """List the rows of everything that is, or was, asked of these addresses in a cohort."""
    every = (entry for address in addresses for entry in invitations.inbox_of(address))
    entries = [entry for entry in every if entry.cohort_id == cohort_id]
    keys = [invitations.key(entry.delegate_id, entry.wave, entry.id) for entry in entries]
    return [row for batch in batched(keys) for row in get_many(batch).values()]


def make_mark(cohort_id: str, *addresses: str, cause: str) -> str:
    """Make the mark of everything whose links the act changes, if anything of the person was voided; else none.

    cause   id of the act, so that a repeat makes the same mark
    """
    rows = list_invitation_rows(cohort_id, *addresses)
    return derive(8, "links", cause) if any(row.get("asked_again") for row in rows) else ""
