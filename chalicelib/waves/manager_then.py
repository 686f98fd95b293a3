"""Say who answered as the line manager, once the delegate has another one: the report calls both “Line manager”."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.core.model import MANAGER_GROUP, Delegate, InvitationState, Wave
from chalicelib.store.delegate_record import DelegateRecord
from chalicelib.store.marshal import Row


def name_manager_then(rows: Sequence[Row], wave: Wave, delegate: Delegate) -> str:
    """Return the name of the line manager whose answers are in a wave's report, if the delegate has another one today.

    Empty if the same person is line manager, if none answered, or if the one who did was erased.
    """
    answered = [
        invitation.rater
        for invitation in DelegateRecord(rows).invitations(wave)
        if invitation.group == MANAGER_GROUP and invitation.state is InvitationState.ANSWERED
    ]
    if delegate.manager.email in {person.email for person in answered}:
        return ""
    return next((person.name for person in answered if not person.is_erased), "")
