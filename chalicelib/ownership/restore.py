"""Finish a restore of the table: repeat erasures, and open questionnaires again whose keys are gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from chalicelib.admin.owned_rows import addresses_in
from chalicelib.core.ids import reader_key
from chalicelib.core.model import Delegate, DelegateWave, WaveState
from chalicelib.ownership.erase_person import EraseRefused, erase
from chalicelib.ownership.open_again import open_again
from chalicelib.people.leave import leave_again
from chalicelib.store import delegates, erasure_log, objects, wave_keys
from chalicelib.store.erasure_log import Erased
from chalicelib.store.marshal import read
from chalicelib.store.row_kinds import all_kinds
from chalicelib.store.table import scan

LOST_WITHOUT_KEY = (WaveState.OPEN, WaveState.HELD, WaveState.CLOSING)


class Finished(Struct, frozen=True):
    """What was repeated or opened again, as ids.

    erased    keys of people who were erased again
    refused   keys of people whose erasure was refused, and why
    opened    delegate and wave
    printed   delegate and wave whose report is in the bucket already: no one is asked again, an operator decides
    """

    erased: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]
    opened: tuple[tuple[str, str], ...]
    printed: tuple[tuple[str, str], ...]


def finish_restore(since: datetime, now: datetime, *, dry_run: bool = False) -> Finished:
    """Repeat what a table that was put back to `since` has forgotten. A repeat does what is left to do."""
    erased, refused = _erase_again(since, now, dry_run=dry_run)
    opened, printed = [], []
    for delegate, wave in _without_key():
        if list(objects.list_names(f"reports/{delegate.id}/{wave.wave.value}/")):
            printed.append((delegate.id, wave.wave.value))
            continue
        opened.append((delegate.id, wave.wave.value))
        if not dry_run:
            open_again(delegate, wave, now)
    return Finished(tuple(erased), tuple(refused), tuple(opened), tuple(printed))


def _erase_again(since: datetime, now: datetime, *, dry_run: bool) -> tuple[list[str], list[tuple[str, str]]]:
    erased, refused = [], []
    addresses = dict(_addresses_by_key())
    for entry in list(erasure_log.list_since(since)):
        email = addresses.pop(entry.person, None)  # the log names a person again whose erasure was repeated
        if dry_run:
            erased += [entry.person] if email else []
            continue
        try:
            if email:
                _erase(entry, email, now)
                erased.append(entry.person)
            _remove_documents(entry)
        except EraseRefused as error:
            refused.append((entry.person, str(error)))
    return erased, refused


def _erase(entry: Erased, email: str, now: datetime) -> None:
    """A delegate had left before they were erased: the restored table may not know that either."""
    for delegate_id in entry.delegates:
        leave_again(delegate_id, now)
    erase(email, now)


def _remove_documents(entry: Erased) -> None:
    """Remove documents of a bucket that was put back too."""
    folders = {kind.folder.partition("{delegate}")[0] for kind in all_kinds() if "{delegate}" in kind.folder}
    for delegate_id in entry.delegates:
        for folder in folders:
            objects.remove_all(f"{folder}{delegate_id}/")


def _addresses_by_key() -> Mapping[str, str]:
    return {reader_key(address): address for row in scan() for address in addresses_in(row)}


def _without_key() -> Iterator[tuple[Delegate, DelegateWave]]:
    """Yield the questionnaires that take answers, or hold some, and whose key is gone."""
    waves = [read(DelegateWave, row) for row in scan() if row["pk"].startswith("DELEGATE#") and _is_wave(row["sk"])]
    for wave in sorted(waves, key=lambda wave: (wave.delegate_id, wave.wave.value)):
        delegate = delegates.find(wave.delegate_id) if wave.state in LOST_WITHOUT_KEY else None
        if delegate and not delegate.withdrawn and wave_keys.find(delegate.id, wave.wave) is None:
            yield delegate, wave


def _is_wave(sk: str) -> bool:
    return sk.startswith("WAVE#")


def describe(found: Finished, *, dry_run: bool) -> Sequence[str]:
    """Return lines for a terminal."""
    done = "would be" if dry_run else "were"
    lines = [f"{len(found.erased)} people {done} erased again.", f"{len(found.opened)} questionnaires {done} reopened."]
    lines += [f"  {delegate_id} {wave}" for delegate_id, wave in found.opened]
    lines += [f"Not erased: {why}" for _, why in found.refused]
    return lines + [
        f"{delegate_id} {wave}: the bucket has its report, so no one is asked again. See docs/operations.md, Recovery."
        for delegate_id, wave in found.printed
    ]
