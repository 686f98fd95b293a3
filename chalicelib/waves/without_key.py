"""Hold a wave whose key is gone: no one can read its answers any more, so an administrator settles it.

It happens after a restore of the table: a destroyed key is in no backup.
"""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from chalicelib.core.model import Delegate, DelegateWave, Programme
from chalicelib.emails.waiting import list_overtaken
from chalicelib.store import administrator_rights, cohorts, delegates, emails, waiting_emails
from chalicelib.store.cohorts import KeyLoss
from chalicelib.store.emails import Email
from chalicelib.store.table import Write
from chalicelib.waves.emails.without_key import Outcome, without_key_email


def hold_without_key(
    programme: Programme, delegate: Delegate, wave: DelegateWave, now: datetime, stored_report: str = ""
) -> list[Write]:
    """Return the writes that hold the wave and email administrators. Reminders end.

    A wave that is held already only takes the name of its stored report: the notice about it may still wait.

    stored_report   the folder of the report in the bucket that was made before the restore; empty: none is known here
    """
    if wave.without_key and stored_report in ("", wave.stored_report):
        return []
    if wave.without_key:
        return [delegates.hold_without_key(wave, stored_report)]
    waiting_emails.cancel_all(list_overtaken(delegate.id, wave.wave.value))
    writes = [
        delegates.hold_without_key(wave, stored_report),
        cohorts.change_line(delegate, put=cohorts.set_key_loss(KeyLoss.UNSETTLED), wave=wave.wave),
    ]
    known = replace(wave, stored_report=stored_report)
    return [*writes, *emails.add_all(list_emails(programme, delegate, known, Outcome.UNSETTLED, now))]


def list_emails(
    programme: Programme, delegate: Delegate, wave: DelegateWave, outcome: Outcome, now: datetime
) -> list[Email]:
    """Write to each administrator of the programme."""
    readers = administrator_rights.list_administrators(programme.id)
    return [without_key_email(programme, delegate, wave, outcome, to, now) for to in readers]
