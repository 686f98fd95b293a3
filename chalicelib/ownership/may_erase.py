"""Say whether a person may be erased now. A refusal changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalicelib.admin.owned_rows import address_in
from chalicelib.core.errors import Refusal
from chalicelib.core.model import Delegate, DelegateWave, Invitation, Wave, WaveState
from chalicelib.store import cohort_figures, cohorts, delegates, kept_data
from chalicelib.store.cohort_figures import CohortFigures
from chalicelib.store.cohorts import FeedbackState
from chalicelib.store.delegate_record import DelegateRecord
from chalicelib.store.marshal import Row
from chalicelib.store.row_kinds import cohort_rows, delegate_rows
from chalicelib.store.row_kinds.row_kind import RowKind
from chalicelib.store.stories import Story
from chalicelib.store.table import get, key_of
from chalicelib.store.unreadable import read_one, watch_rows


class EraseRefused(Refusal):
    """A delegate takes part or is on hold, a questionnaire is being closed, reports are being made, or a row that says
    so is damaged.
    """

    title = "Nothing was erased"


def is_delegate(row: Row, email: str) -> bool:
    """Return whether it is the row that says who a delegate is, and they are this person."""
    return delegate_rows.DELEGATE.has(row) and address_in(row, "person") == email


def check_delegate(row: Row, email: str) -> None:
    """Check that a delegate may be erased.

    Raises EraseRefused unless they have left, are not on hold, and no report needs their answers.
    """
    who = f"{email} is a delegate of cohort {row.get('cohort_id', '(unknown)')}"
    _refuse_damaged(who, Delegate, row)
    if not row.get("withdrawn"):
        raise EraseRefused(f"{who}. Withdraw the delegate first, on their page in the console, and erase after that.")
    delegate_id = delegate_rows.DELEGATE.parts(key_of(row))["delegate"]
    rows = list(delegates.load_rows(delegate_id))
    for kind, each in ((_type_of(each), each) for each in rows):
        if kind:
            _refuse_damaged(who, kind, each)
    if kept_data.is_kept(rows):
        raise EraseRefused(
            f"{who}, and their data is on hold: the audit trail says why. "
            "End the hold first, on their page in the console or with `delegate hold --end`, and erase after that."
        )
    _check_waves(who, delegate_id, str(row["cohort_id"]), rows)


def _check_waves(who: str, delegate_id: str, cohort_id: str, rows: Sequence[Row]) -> None:
    """Check that no report needs the answers.

    Reports say how sure a change is, from the answers about everyone in the figures.
    """
    waves = list(DelegateRecord(rows).waves)
    if any(wave.state is WaveState.CLOSING for wave in waves):
        raise EraseRefused(f"{who}, and a questionnaire about them is being closed. {AGAIN}")
    if any(_is_being_made(cohort_id, delegate_id, wave.wave) for wave in waves if not wave.wave.is_pulse):
        raise EraseRefused(f"{who}, and the reports of the cohort are being made. {AGAIN}")


def check_line(row: Row, email: str) -> None:
    """Check a line of a dashboard that names a person as a delegate, whose own row does not.

    Raises EraseRefused if that row is damaged: no one knows then whether they have left.
    """
    delegate_id = cohort_rows.LINE.parts(key_of(row))["delegate"]
    own = get(delegates.key(delegate_id))
    if own:
        _refuse_damaged(f"{email} may be delegate {delegate_id}", Delegate, own)


def _type_of(row: Row) -> type | None:
    """Return how a row is read that decides whether a delegate may be erased, or what is done before."""
    return next((read_as for kind, read_as in DECIDING.items() if kind.has(row)), None)


DECIDING: Mapping[RowKind, type] = {delegate_rows.WAVE: DelegateWave, cohort_rows.STORY: Story}


def _refuse_damaged(who: str, kind: type, row: Row) -> None:
    if read_one(kind, row) is None:
        place = " ".join(key_of(row))
        raise EraseRefused(f"{who}, and the record {place} is damaged. Repair it in the table, and erase after that.")


AGAIN = "Run the command again in a few minutes. If it still fails, look under “Problems” in the console."


def _is_being_made(cohort_id: str, delegate_id: str, wave: Wave) -> bool:
    """Return whether reports with these answers are made, or may be: of a line that cannot be read no one knows."""
    stored = get(cohort_figures.key(cohort_id, wave))
    if stored:
        _refuse_damaged(f"The figures of cohort {cohort_id} say about which delegates they are", CohortFigures, stored)
    frozen = cohort_figures.find(cohort_id, wave)
    if frozen is None or delegate_id not in frozen.delegates:
        return False
    with watch_rows() as unreadable:
        lines = cohorts.lines_from(list(cohorts.rows(cohort_id)), wave)
    return bool(unreadable) or any(line.feedback is FeedbackState.SCORING and not line.withdrawn for line in lines)


def check_invitation(row: Row, email: str) -> None:
    """Check that an invitation may be erased. Raises EraseRefused while its answers are being cut from identity.

    A damaged one is left as it is: see `erase_person.erase`.
    """
    before = read_one(Invitation, row)
    stored = get(delegates.wave_key(before.delegate_id, before.wave)) if before else None
    wave = read_one(DelegateWave, stored)
    if wave and wave.state is WaveState.CLOSING:
        raise EraseRefused(f"A questionnaire that {email} was asked for is being closed at this moment. {AGAIN}")
