"""Say when everything that was made of answers without identity is final: they go some days later. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from chalicelib.core.model import Wave
from chalicelib.store import pulse_rounds
from chalicelib.store.cohort_figures import CohortFigures
from chalicelib.store.delegate_record import DelegateRecord
from chalicelib.store.impact_surveys import pulse_from
from chalicelib.store.marshal import Row, read
from chalicelib.store.row_kinds.cohort_rows import FIGURES
from chalicelib.store.row_kinds.delegate_rows import RESPONSE
from chalicelib.store.table import key_of

Frozen = Mapping[Wave, datetime]


def find_frozen(rows: Sequence[Row]) -> Frozen:
    """Return when the figures of each wave were frozen, from the rows of a cohort."""
    frozen = [read(CohortFigures, row) for row in rows if FIGURES.has(row)]
    return {figures.wave: figures.frozen_at for figures in frozen}


def list_final(rows: Sequence[Row], frozen: Frozen) -> Iterator[tuple[Wave, datetime | None]]:
    """Return for each wave of which a delegate has answers when all made of them was final; None: it is not yet."""
    for wave in {wave_of(row) for row in rows if RESPONSE.has(row)}:
        yield wave, _pulse_final(rows, wave) if wave.is_pulse else _report_final(rows, wave, frozen)


def wave_of(row: Row) -> Wave:
    """Return the wave of a response."""
    return Wave(RESPONSE.parts(key_of(row))["wave"])


def _report_final(rows: Sequence[Row], wave: Wave, frozen: Frozen) -> datetime | None:
    report = DelegateRecord(rows).find_report(wave)
    return max(report.made_at, frozen[wave]) if report and wave in frozen else None


def _pulse_final(rows: Sequence[Row], wave: Wave) -> datetime | None:
    pulse_wave = DelegateRecord(rows).find_wave(wave)
    if wave.is_midway:
        has_result = any(result.wave is wave for result in pulse_rounds.results_from(rows))
    else:
        has_result = pulse_from(rows) is not None
    return pulse_wave.closes_at if pulse_wave and has_result else None
