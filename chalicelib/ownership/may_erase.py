"""Say whether a person may be erased now. A refusal changes nothing."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.core.errors import Refusal
from chalicelib.core.model import Invitation, Wave, WaveState
from chalicelib.store import cohort_figures, cohorts, delegates, kept_data
from chalicelib.store.cohorts import FeedbackState
from chalicelib.store.delegate_record import DelegateRecord
from chalicelib.store.marshal import Row, read
from chalicelib.store.row_kinds import delegate_rows
from chalicelib.store.unreadable import watch_rows


class EraseRefused(Refusal):
    """A delegate takes part or is on hold, a questionnaire is being closed, or reports are being made."""

    title = "Nothing was erased"


def is_delegate(row: Row, email: str) -> bool:
    """Return whether it is the row that says who a delegate is, and they are this person."""
    return delegate_rows.DELEGATE.has(row) and bool(row["person"]["email"] == email)


def check_delegate(row: Row, email: str) -> None:
    """Check that a delegate may be erased.

    Raises EraseRefused unless they have left, are not on hold, and no report needs their answers.
    """
    who = f"{email} is a delegate of cohort {row['cohort_id']}"
    if not row.get("withdrawn"):
        raise EraseRefused(f"{who}. Withdraw the delegate first, on their page in the console, and erase after that.")
    rows = list(delegates.load_rows(row["id"]))
    if kept_data.is_kept(rows):
        raise EraseRefused(
            f"{who}, and their data is on hold: the audit trail says why. "
            "End the hold first, on their page in the console or with `delegate hold --end`, and erase after that."
        )
    _check_waves(who, str(row["id"]), str(row["cohort_id"]), rows)


def _check_waves(who: str, delegate_id: str, cohort_id: str, rows: Sequence[Row]) -> None:
    """Check that no report needs the answers.

    Reports say how sure a change is, from the answers about everyone in the figures.
    """
    waves = list(DelegateRecord(rows).waves)
    if any(wave.state is WaveState.CLOSING for wave in waves):
        raise EraseRefused(f"{who}, and a questionnaire about them is being closed. {AGAIN}")
    if any(_is_being_made(cohort_id, delegate_id, wave.wave) for wave in waves if not wave.wave.is_pulse):
        raise EraseRefused(f"{who}, and the reports of the cohort are being made. {AGAIN}")


AGAIN = "Run the command again in a few minutes. If it still fails, look under “Problems” in the console."


def _is_being_made(cohort_id: str, delegate_id: str, wave: Wave) -> bool:
    """Return whether reports with these answers are made, or may be: of a line that cannot be read no one knows."""
    frozen = cohort_figures.find(cohort_id, wave)
    if frozen is None or delegate_id not in frozen.delegates:
        return False
    with watch_rows() as unreadable:
        lines = cohorts.lines_from(list(cohorts.rows(cohort_id)), wave)
    return bool(unreadable) or any(line.feedback is FeedbackState.SCORING and not line.withdrawn for line in lines)


def check_invitation(row: Row, email: str) -> None:
    """Check that an invitation may be erased. Raises EraseRefused while its answers are being cut from identity."""
    before = read(Invitation, row)
    _, wave = delegates.find_with_wave(before.delegate_id, before.wave)
    if wave.state is WaveState.CLOSING:
        raise EraseRefused(f"A questionnaire that {email} was asked for is being closed at this moment. {AGAIN}")
