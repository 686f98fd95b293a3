"""Finish a restore of the table: repeat erasures and withdrawals, and open questionnaires again whose keys are gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from msgspec import Struct

from chalicelib.admin.owned_rows import addresses_in
from chalicelib.core import log
from chalicelib.core.clock import stamp
from chalicelib.core.errors import Refusal
from chalicelib.core.formatting import plural
from chalicelib.core.ids import reader_key
from chalicelib.core.model import Delegate, DelegateWave, WaveState
from chalicelib.jobs.commit import commit
from chalicelib.jobs.each import BROKEN_ROW
from chalicelib.ownership.erase_person import erase
from chalicelib.ownership.open_again import open_again
from chalicelib.ownership.repeat import find_left
from chalicelib.people.leave import leave_again
from chalicelib.store import (
    delegates,
    erasure_log,
    objects,
    programmes,
    reports,
    unfinished_restore,
    wave_keys,
    withdrawals,
)
from chalicelib.store.erasure_log import Erased
from chalicelib.store.marshal import read
from chalicelib.store.row_kinds import all_kinds
from chalicelib.store.row_kinds.delegate_rows import WAVE
from chalicelib.store.table import ConditionFailed, scan
from chalicelib.store.withdrawals import Withdrawal
from chalicelib.waves.without_key import hold_without_key

STORED_WITHIN = timedelta(minutes=15)  # of the moment that an act carries: as long as a function runs
LOST_WITHOUT_KEY = (WaveState.OPEN, WaveState.HELD, WaveState.CLOSING)


CANNOT = (*BROKEN_ROW, ConditionFailed)  # concern one entry or questionnaire: the others go on


class Finished(Struct, frozen=True):
    """What was repeated or opened again, as ids.

    erased    keys of people who were erased again
    refused   erasures and withdrawals that could not be repeated: the name in the log, and why
    repeated  what was taken back since and is taken back again, in words
    to_do     what an administrator had decided since, in words with the command that repeats it
    opened    delegate and wave
    unopened  delegate and wave of questionnaires that could not be opened or held, and why
    printed   delegate and wave whose report is in the bucket already: no one is asked again, an administrator decides
    """

    erased: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]
    repeated: tuple[str, ...]
    to_do: tuple[str, ...]
    opened: tuple[tuple[str, str], ...]
    unopened: tuple[tuple[str, str, str], ...]
    printed: tuple[tuple[str, str], ...]


def finish_restore(since: datetime, now: datetime, *, dry_run: bool = False) -> Finished:
    """Repeat what a table that was put back to `since` has forgotten. A repeat does what is left to do.

    Once every erasure and withdrawal is repeated, `make start` may open the pages.
    Raises Refusal if the table was put back to an earlier moment: what happened in between would be left out.
    """
    _check_moment(since)
    erased, refused = _erase_again(since, now, dry_run=dry_run)
    repeated, to_do, unrepeated = _withdraw_again(since, now, dry_run=dry_run)
    opened: list[tuple[str, str]] = []
    printed: list[tuple[str, str]] = []
    unopened = []
    for delegate, wave in _without_key():
        which = (delegate.id, wave.wave.value)
        folder = reports.find_folder(delegate.id, wave.wave)
        done = printed if folder else opened
        act = partial(_hold, delegate, wave, folder, now) if folder else partial(open_again, delegate, wave, now)
        if why := "" if dry_run else _why_not(act, "/".join(which)):
            unopened.append((*which, why))
        else:
            done.append(which)
    refused += unrepeated
    if not (dry_run or refused):
        unfinished_restore.clear()
    return Finished(
        tuple(erased),
        tuple(refused),
        tuple(repeated),
        tuple(to_do),
        tuple(opened),
        tuple(unopened),
        tuple(printed),
    )


def _check_moment(since: datetime) -> None:
    moment = unfinished_restore.find()
    if moment and moment < since:
        raise Refusal(
            f"The table was put back to {stamp(moment)}, which is before {stamp(since)}. Give --since {stamp(moment)}: "
            "otherwise what was erased or withdrawn in between would come back."
        )


def _hold(delegate: Delegate, wave: DelegateWave, folder: str, now: datetime) -> None:
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    if writes := hold_without_key(programme, delegate, wave, now, folder):
        commit(writes, now)


def _erase_again(since: datetime, now: datetime, *, dry_run: bool) -> tuple[list[str], list[tuple[str, str]]]:
    """Repeat each erasure of the log, and report those that cannot be repeated."""
    erased: list[str] = []
    refused = []
    addresses = dict(_addresses_by_key())

    def repeat(name: str) -> None:
        entry = erasure_log.load(name)
        if entry.at < since:
            return
        email = addresses.pop(entry.person, None)  # the log names a person again whose erasure was repeated
        if not dry_run:
            _erase(entry, email, now)
        erased.extend([entry.person] if email else [])

    for name in erasure_log.list_names():
        if why := _why_not(partial(repeat, name), name):
            refused.append((name, why))
    return erased, refused


def _withdraw_again(
    since: datetime, now: datetime, *, dry_run: bool
) -> tuple[list[str], list[str], list[tuple[str, str]]]:
    """Repeat what was taken back since. Return what was repeated, what is left to people, and what was refused."""
    repeated: list[str] = []
    to_do: list[str] = []
    refused: list[tuple[str, str]] = []
    for entry, left in find_left(list(_withdrawals(since, refused)), _addresses_by_key(), now):
        if left.act is None:
            to_do.append(left.what)
        elif dry_run:
            repeated.append(left.what)
        elif why := _why_not(partial(left.act, now), left.what):
            refused.append((f"{stamp(entry.at)} {entry.what}", why))
        else:
            repeated.append(left.what)
    return repeated, to_do, refused


def _withdrawals(since: datetime, refused: list[tuple[str, str]]) -> Iterator[Withdrawal]:
    """Load the entries since a little before: an act has the moment of its request, and is stored later."""
    since -= STORED_WITHIN
    for name in withdrawals.list_names(since):
        try:
            entry = withdrawals.load(name)
        except CANNOT as error:
            refused.append((name, log.describe_error(error)))
            continue
        yield from [entry] if entry.at >= since else []


def _why_not(act: Callable[[], object], name: str) -> str:
    """Do it, and return why it could not be done, or nothing. An error of AWS is raised: a repeat may pass."""
    try:
        act()
    except CANNOT as error:
        log.error("not_restored", error, row=name)
        return str(error) if isinstance(error, Refusal) else log.describe_error(error)
    return ""


def _erase(entry: Erased, email: str | None, now: datetime) -> None:
    """Erase a person, if the table names them, and their documents.

    A delegate had left before they were erased: the restored table may not know that either.
    """
    if email:
        for delegate_id in entry.delegates:
            leave_again(delegate_id, now)
        erase(email, now)
    _remove_documents(entry)


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
    waves = [read(DelegateWave, row) for row in scan() if WAVE.has(row)]
    for wave in sorted(waves, key=lambda wave: (wave.delegate_id, wave.wave.value)):
        delegate = delegates.find(wave.delegate_id) if wave.state in LOST_WITHOUT_KEY else None
        if delegate and not delegate.withdrawn and wave_keys.find(delegate.id, wave.wave) is None:
            yield delegate, wave


def describe(finished: Finished, *, dry_run: bool) -> Sequence[str]:
    """Return lines for a terminal."""
    emailed = "would be emailed" if dry_run else "were emailed"

    def counted(number: int, singular: str, many: str, act: str) -> str:
        done = "would be" if dry_run else "was" if number == 1 else "were"
        return f"{plural(number, singular, many)} {done} {act}."

    lines = [
        counted(len(finished.erased), "person", "people", "erased again"),
        counted(len(finished.opened), "questionnaire", "questionnaires", "reopened"),
    ]
    lines += [f"  {delegate_id} {wave}" for delegate_id, wave in finished.opened]
    lines += [counted(len(finished.repeated), "withdrawal", "withdrawals", "repeated")]
    lines += [f"  {what}" for what in finished.repeated]
    lines += [f"Not repeated: {why} (entry {name} of the bucket)" for name, why in finished.refused]
    lines += [f"To do before the start: {what}" for what in finished.to_do]
    lines += [f"Not reopened: {delegate_id} {wave}: {why}" for delegate_id, wave, why in finished.unopened]
    return lines + [
        f"{delegate_id} {wave}: the bucket has its report, so no one is asked again. Administrators {emailed}: "
        "they settle it in the console, or you with `restore settle`."
        for delegate_id, wave in finished.printed
    ]
