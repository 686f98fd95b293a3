"""Find the delegate of an act, with everything stored about them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct

from chalicelib.admin.cohort_status import CohortUnknown
from chalicelib.core.addresses import clean_address
from chalicelib.core.errors import FieldError
from chalicelib.core.model import Cohort, Delegate, DelegateWave, Programme, Standing, Wave
from chalicelib.core.state_machine import By
from chalicelib.core.working_days import WorkingDays, working_days
from chalicelib.people.planned import ActRefused
from chalicelib.people.standing import STANDING
from chalicelib.store import cohorts, delegates, programmes
from chalicelib.store.cohorts import DelegateLine
from chalicelib.store.delegate_record import DelegateRecord
from chalicelib.store.marshal import Row

REFUSALS = {
    Standing.ACTIVE: "{name} is not paused.",
    Standing.PAUSED: "{name} is paused already.",
    Standing.LEFT: "{name} has left the programme, so nothing about them can change.",
    Standing.TRANSFERRED: "{name} was transferred to another cohort: open them there.",
}


class LoadedDelegate(Struct, frozen=True, dict=True):
    """A delegate in their cohort."""

    cohort: Cohort
    programme: Programme
    line: DelegateLine
    delegate: Delegate
    rows: tuple[Row, ...]

    @property
    def name(self) -> str:
        return self.delegate.person.name

    @property
    def standing(self) -> Standing:
        return self.line.standing

    @cached_property
    def days(self) -> WorkingDays:
        return working_days(self.programme.organisation, self.cohort.dates.closed)

    @property
    def waves(self) -> Iterator[DelegateWave]:
        return DelegateRecord(self.rows).waves

    @property
    def baseline(self) -> DelegateWave:
        return next(wave for wave in self.waves if wave.wave is Wave.BASELINE)

    def refuse_unless(self, act: str, by: By = By.ADMINISTRATOR) -> None:
        """Refuse an act that the delegate's standing does not allow. Raises ActRefused."""
        if not STANDING.allows(self.standing, act, by):
            raise ActRefused(FieldError("", REFUSALS[self.standing].format(name=self.name)))

    def refuse_gone(self) -> None:
        """Refuse an act on a delegate who does not take part in this cohort any more. Raises ActRefused."""
        if self.standing in (Standing.LEFT, Standing.TRANSFERRED):
            raise ActRefused(FieldError("", REFUSALS[self.standing].format(name=self.name)))


def find_by_address(cohort_id: str, address: str) -> LoadedDelegate:
    """Find a delegate by their address. Raises CohortUnknown, or ActRefused if no delegate has it."""
    wanted = clean_address(address)
    lines = _lines(cohort_id)
    line = next((line for line in lines.values() if line.email == wanted), None)
    if line is None:
        raise ActRefused(FieldError("delegate", f"No delegate of cohort {cohort_id} has the address {wanted}."))
    return find(cohort_id, line.delegate_id)


def _lines(cohort_id: str) -> dict[str, DelegateLine]:
    if cohorts.find(cohort_id) is None:
        raise CohortUnknown(cohort_id)
    return {line.delegate_id: line for line in cohorts.list_lines(cohort_id, Wave.BASELINE)}


def find(cohort_id: str, delegate_id: str) -> LoadedDelegate:
    """Find a delegate by id. Raises CohortUnknown, or ActRefused if the cohort has no such delegate."""
    cohort, line = cohorts.find_with_line(cohort_id, delegate_id, Wave.BASELINE)
    if cohort is None:
        raise CohortUnknown(cohort_id)
    rows = tuple(delegates.load_rows(delegate_id))
    delegate = DelegateRecord(rows).find_delegate()
    if line is None or delegate is None:
        raise ActRefused(FieldError("delegate", "There is no such delegate in this cohort."))
    programme = programmes.load(cohort.programme_id, cohort.programme_version)
    return LoadedDelegate(cohort, programme, line, delegate, rows)
