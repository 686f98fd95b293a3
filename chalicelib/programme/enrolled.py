"""Find the delegate that a file means by an address."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.core.ids import delegate_id, unkeyed_delegate_id


def id_among(cohort_id: str, email: str, known: Mapping[str, str]) -> str:
    """Return the id of the delegate with this address, enrolled already or not.

    A delegate whose address was replaced keeps their id, and so does one who was enrolled before ids were keyed.

    known  address -> id, of everyone enrolled
    """
    made_before = unkeyed_delegate_id(cohort_id, email)
    made_now = made_before if made_before in known.values() else delegate_id(cohort_id, email)
    return known.get(email) or made_now
