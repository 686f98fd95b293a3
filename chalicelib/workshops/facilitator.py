"""Show a facilitator the workshops that they run in one cohort, and the registers that they still have to fill in."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

from msgspec import Struct

from chalicelib.core.ids import facilitator_id
from chalicelib.core.model import Cohort, Facilitator, Programme
from chalicelib.core.state_machine import By
from chalicelib.links.ends import end_of_programme_links
from chalicelib.links.kinds import FACILITATOR
from chalicelib.links.signing import LinkRevoked, LinkUnknown
from chalicelib.store import cohorts, programmes, summaries
from chalicelib.store.marshal import Row
from chalicelib.store.summaries import Summary
from chalicelib.web import readers
from chalicelib.web.readers import Reader, Role
from chalicelib.workshops.mark import Actor
from chalicelib.workshops.register import Register, SessionUnknown, load_register, load_registers
from chalicelib.workshops.workshop import facilitators_of


class FacilitatorPage(Struct, frozen=True, dict=True):
    """One facilitator of one cohort."""

    token: str
    cohort: Cohort
    programme: Programme
    facilitator: Facilitator
    rows: tuple[Row, ...]  # the cohort's partition

    @property
    def ends_at(self) -> datetime:
        """Return when the link expires."""
        return end_of_programme_links(self.programme, self.cohort.dates)

    @property
    def reader(self) -> Reader:
        about, person = {"cohort": self.cohort.id}, self.facilitator.person
        home = f"/facilitator/{self.token}"
        return readers.reader(Role.FACILITATOR, self.token, person, home, self.programme, about, self.ends_at)

    @property
    def actor(self) -> Actor:
        who = facilitator_id(self.cohort.id, self.facilitator.person.email)
        return Actor(By.FACILITATOR, f"facilitator {who}")

    @property
    def start(self) -> Summary | None:
        """Return the summary “the cohort at the start”; None before it is made."""
        return summaries.start_from(self.rows)

    @cached_property
    def registers(self) -> tuple[Register, ...]:
        """Return the registers of the sessions that they run, earliest first."""
        return tuple(
            register for register in load_registers(self.cohort, self.programme, self.rows) if self._runs(register)
        )

    def waiting(self, now: datetime) -> tuple[Register, ...]:
        """Return the registers that they still have to fill in, earliest first."""
        return tuple(register for register in self.registers if register.waits_for(now))

    def register(self, session_id: str) -> Register:
        """Return the register of one of their sessions. Raises SessionUnknown."""
        register = load_register(self.cohort, self.programme, self.rows, session_id)
        if not self._runs(register):
            raise SessionUnknown
        return register

    def _runs(self, register: Register) -> bool:
        people = facilitators_of(self.cohort, register.session)
        return any(facilitator.person.email == self.facilitator.person.email for facilitator in people)


def open_page(token: str) -> FacilitatorPage:
    """Open a facilitator's page in one query. Raises LinkUnknown or LinkRevoked."""
    link = FACILITATOR.open(token)
    cohort_id, who, version = link.parts
    rows = tuple(cohorts.rows(cohort_id))
    cohort = cohorts.cohort_from(rows)
    facilitators = (
        [
            facilitator
            for facilitator in cohort.facilitators
            if facilitator_id(cohort_id, facilitator.person.email) == who
        ]
        if cohort
        else []
    )
    if cohort is None or not facilitators:
        raise LinkUnknown
    if version != str(cohort.facilitator_links.get(who, 1)):
        raise LinkRevoked
    programme = programmes.load(cohort.programme_id, cohort.programme_version)
    return FacilitatorPage(link.token, cohort, programme, facilitators[0], rows)
