"""A delegate's partition as one typed object: everything that one query read about them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeVar

from msgspec import Struct

from chalicelib.core.model import Delegate, DelegateWave, Invitation, Wave
from chalicelib.store import delegates, invitations, reports
from chalicelib.store.delegates import Nomination
from chalicelib.store.marshal import Row, read
from chalicelib.store.reports import StoredReport

T = TypeVar("T")


class DelegateRecord(Struct, frozen=True, dict=True):
    """The rows of one delegate. Each is decoded when it is asked for, so that a damaged row hinders only its readers.

    Rows of kinds that are not here are found by the module of their kind: `from_rows(record.rows)`.
    """

    rows: Sequence[Row]

    @cached_property
    def _by_sort_key(self) -> Mapping[str, Row]:
        return {row["sk"]: row for row in self.rows}

    @cached_property
    def delegate(self) -> Delegate:
        """Return the delegate. Raises LookupError if there is none."""
        delegate = self.find_delegate()
        if delegate is None:
            raise LookupError("these rows have no delegate")
        return delegate

    def find_delegate(self) -> Delegate | None:
        return self._find(Delegate, delegates.key("").sk)

    def wave(self, wave: Wave) -> DelegateWave:
        """Return a wave. Raises LookupError if the delegate does not have it."""
        stored = self.find_wave(wave)
        if stored is None:
            raise LookupError(f"these rows have no wave {wave.value}")
        return stored

    def find_wave(self, wave: Wave) -> DelegateWave | None:
        return self._find(DelegateWave, delegates.wave_key("", wave).sk)

    @property
    def waves(self) -> Iterator[DelegateWave]:
        return self._all(DelegateWave, "WAVE#")

    @property
    def latest_wave(self) -> Wave:
        """Return the follow-up if there is one, else the baseline."""
        sort_keys = self._by_sort_key
        waves = (wave for wave in delegates.LATEST_FIRST if delegates.wave_key("", wave).sk in sort_keys)
        return next(waves, Wave.BASELINE)

    def find_nomination(self, wave: Wave) -> Nomination | None:
        return self._find(Nomination, delegates.nomination_key("", wave).sk)

    @property
    def nominations(self) -> Iterator[Nomination]:
        return self._all(Nomination, "NOMINATION#")

    def find_report(self, wave: Wave) -> StoredReport | None:
        return self._find(StoredReport, reports.key("", wave).sk)

    def has_report(self, wave: Wave) -> bool:
        return reports.key("", wave).sk in self._by_sort_key

    def find_released_report(self) -> StoredReport | None:
        """Return the latest report that the delegate may read."""
        reports = (self.find_report(wave) for wave in delegates.LATEST_FIRST)
        return next((report for report in reports if report and report.is_released), None)

    def invitations(self, wave: Wave | None = None) -> Iterator[Invitation]:
        """Return the invitations of a wave, or of every wave, also the revoked ones."""
        return self._all(Invitation, invitations.key("", wave, "").sk if wave else "INVITATION#")

    def invitations_by_id(self, ids: Collection[str]) -> Iterator[Invitation]:
        """Return these invitations, and decode no others."""
        own = (row for row in self.rows if row["sk"].startswith("INVITATION#"))
        return (read(Invitation, row) for row in own if row["sk"].split("#")[-1] in ids)

    def _find(self, kind: type[T], sk: str) -> T | None:
        row = self._by_sort_key.get(sk)
        return read(kind, row) if row else None

    def _all(self, kind: type[T], prefix: str) -> Iterator[T]:
        return (read(kind, row) for row in self.rows if row["sk"].startswith(prefix))


def load_record(delegate_id: str) -> DelegateRecord:
    """Read everything about a delegate in one query."""
    return DelegateRecord(tuple(delegates.load_rows(delegate_id)))
