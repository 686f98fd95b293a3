"""Say when everything that was made of answers without identity is final: they go some days later. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from chalicelib.core.model import DelegateWave, Wave
from chalicelib.store import pulse_rounds
from chalicelib.store.cohort_figures import CohortFigures
from chalicelib.store.impact_surveys import pulse_from
from chalicelib.store.marshal import Row, read
from chalicelib.store.reports import StoredReport

FIGURES, REPORT, RESPONSE, WAVE = "FIGURES#", "REPORT#", "RESPONSE#", "WAVE#"
Frozen = Mapping[Wave, datetime]


def find_frozen(rows: Sequence[Row]) -> Frozen:
    """Return when the figures of each wave were frozen, from the rows of a cohort."""
    found = [read(CohortFigures, row) for row in rows if row["sk"].startswith(FIGURES)]
    return {one.wave: one.frozen_at for one in found}


def list_final(rows: Sequence[Row], frozen: Frozen) -> Iterator[tuple[Wave, datetime | None]]:
    """Return for each wave of which a delegate has answers when all made of them was final; None: it is not yet."""
    for wave in {wave_of(row) for row in rows if row["sk"].startswith(RESPONSE)}:
        yield wave, _pulse_final(rows, wave) if wave.is_pulse else _report_final(rows, wave, frozen)


def wave_of(row: Row) -> Wave:
    """Return the wave of a row whose sort key begins with a name and the wave."""
    return Wave(row["sk"].split("#")[1])


def _report_final(rows: Sequence[Row], wave: Wave, frozen: Frozen) -> datetime | None:
    made = next((read(StoredReport, row).made_at for row in rows if row["sk"] == f"{REPORT}{wave.value}"), None)
    return max(made, frozen[wave]) if made and wave in frozen else None


def _pulse_final(rows: Sequence[Row], wave: Wave) -> datetime | None:
    key = f"{WAVE}{wave.value}"
    closes_at = next((read(DelegateWave, row).closes_at for row in rows if row["sk"] == key), None)
    if wave.is_midway:
        has_result = any(one.wave is wave for one in pulse_rounds.results_from(rows))
    else:
        has_result = pulse_from(rows) is not None
    return closes_at if has_result else None
