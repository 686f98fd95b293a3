"""Keep the ledger of a folder of reports: the figures published there, even if the files are gone."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from chalicelib.core.errors import Refusal
from chalicelib.report.responses_file import identify
from chalicelib.results.disclosure_control import Entry, PublishedMeans, PublishedReport, means_entry, report_entry
from chalicelib.results.facts import Facts, read_facts

LEDGER_FILE = "ledger.jsonl"
COHORT_FILE = "cohort.json"
FACTS_FILE = "facts.json"


class LedgerDamaged(Refusal):
    """The record of what was published cannot be read, so nothing more can be published in this folder."""

    status = 409
    title = "The record of what was published in this folder cannot be read"

    def __init__(self, where: Path, problem: str) -> None:
        super().__init__(
            f"{where} {problem}. It records what was published here, so nothing was written. Restore it from a backup, "
            "or write to an empty folder if no one has seen the reports of this one."
        )


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Lock the folder: one run at a time reads the ledger and adds to it."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def read_ledger(folder: Path, top: int) -> list[Entry]:
    """Read everything that was published in a folder, oldest first: its ledger, and reports that the ledger does not
    list.

    Reports may be older than ledgers, or copied into a folder.
    top   of the scale, for reports that the ledger does not list

    Raises LedgerDamaged.
    """
    entries = list(_lines(folder / LEDGER_FILE))
    reports = {path.parent.name: _facts(path) for path in sorted(folder.glob(f"*/{FACTS_FILE}"))}
    for name, facts in reports.items():
        entries.append(report_entry(facts, identify(facts.heading.delegate), name, top))
    cohort = folder / COHORT_FILE
    if cohort.exists() and not any(isinstance(entry, PublishedMeans) for entry in entries):
        entries.append(_means_of(cohort, reports.values()))
    return _distinct(entries)


def write_ledger(folder: Path, entries: Iterable[Entry]) -> None:
    """Replace the ledger by one that begins with the same entries: whole or not at all, even if the power fails."""
    lines = [msgspec.json.encode(entry) + b"\n" for entry in _distinct(entries)]
    write_whole(folder / LEDGER_FILE, b"".join(lines))


def _distinct(entries: Iterable[Entry]) -> list[Entry]:
    return list({msgspec.json.encode(entry): entry for entry in entries}.values())


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader finds the old or the new one, never a part."""
    fresh = path.with_name(f".{path.name}.new")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _lines(ledger: Path) -> Iterator[Entry]:
    if not ledger.exists():
        return
    for number, line in enumerate(ledger.read_bytes().splitlines(), start=1):
        try:
            yield msgspec.json.decode(line, type=PublishedReport | PublishedMeans)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise LedgerDamaged(ledger, f"cannot be read on line {number}") from error


def _facts(path: Path) -> Facts:
    try:
        return read_facts(path.read_bytes())
    except (ValueError, KeyError, TypeError) as error:
        raise LedgerDamaged(path, "was changed after it was written") from error


def _means_of(cohort: Path, reports: Iterable[Facts]) -> PublishedMeans:
    """Return the means of a folder from before ledgers existed: every figure over every delegate."""
    try:
        content = json.loads(cohort.read_text())
        delegates = [identify(name) for name in content["delegates"]]
        figures = {f"mean {mean['cell']} {mean['id']}": delegates for mean in content["means"]}
    except (ValueError, KeyError, TypeError) as error:
        raise LedgerDamaged(cohort, "was changed after it was written") from error
    waves = [facts.heading.wave for facts in reports if identify(facts.heading.delegate) in delegates]
    return means_entry(max(waves, default="baseline", key=waves.count), figures)
