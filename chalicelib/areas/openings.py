"""Open the development areas of one delegate for each reader: the delegate, the coach, the line manager."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from chalicelib.core.errors import Refusal
from chalicelib.core.ids import coach_ids, manager_id, reader_key
from chalicelib.core.model import Cohort, Delegate, Person, Programme, Wave
from chalicelib.core.state_machine import By
from chalicelib.links.ends import end_of_programme_links
from chalicelib.links.kinds import COACH, HUB, SHARED
from chalicelib.links.signing import LinkRevoked, LinkUnknown, refuse_ended
from chalicelib.store import areas, cohorts, delegates, programmes
from chalicelib.store.areas import Area, Help, Progress, Revision, SharingState
from chalicelib.store.delegate_record import DelegateRecord
from chalicelib.store.marshal import Row
from chalicelib.web import readers
from chalicelib.web.holds import refuse_held
from chalicelib.web.readers import Reader, Role
from chalicelib.web.sessions import SignedIn, signed_in

MANAGER = "manager"  # the role with which areas are shared
ROLES = {By.DELEGATE: Role.DELEGATE, By.COACH: Role.COACH, By.MANAGER: Role.MANAGER}


class AreaUnknown(Refusal):
    status = 404
    title = "There is no such development area"

    def __init__(self) -> None:
        super().__init__("It may have been closed. Open your development areas again.")


class AreasPage(Struct, frozen=True):
    """One delegate's areas, as a reader opened them."""

    token: str
    delegate: Delegate
    programme: Programme
    cohort: Cohort
    wave: Wave  # of the latest report
    is_released: bool
    areas: tuple[Area, ...]
    rows: tuple[Row, ...]
    by: By

    @property
    def ends_at(self) -> datetime:
        """Return when the link expires."""
        closes = [wave.closes_at for wave in DelegateRecord(self.rows).waves]
        return end_of_programme_links(self.programme, self.cohort.dates, closes)

    @property
    def person(self) -> Person:
        """Return who opened it."""
        everyone = {By.DELEGATE: self.delegate.person, By.COACH: self.delegate.coach, By.MANAGER: self.delegate.manager}
        return everyone[self.by]

    @property
    def live(self) -> tuple[Area, ...]:
        return tuple(area for area in self.areas if area.is_live)

    @property
    def reader(self) -> Reader:
        """Return who signs in: the coach, the line manager, or the delegate for holds on a new address."""
        role = ROLES[self.by]
        delegate = self.delegate
        about = {"cohort": delegate.cohort_id, "delegate": delegate.id}
        return readers.reader(
            role, self.token, self.person, f"/{role}/{self.token}", self.programme, about, self.ends_at
        )

    def area(self, area_id: str) -> Area:
        """Find the area of this id. Raises AreaUnknown."""
        match = next((area for area in self.areas if area.id == area_id), None)
        if match is None or not self.is_released:
            raise AreaUnknown
        return match

    def history(self, area: Area) -> tuple[Revision, ...]:
        return areas.history_from(self.rows, self.wave, area.id)

    def progress(self, area: Area) -> tuple[Progress, ...]:
        return areas.progress_from(self.rows, self.wave, area.id)

    def sharing(self, area: Area) -> SharingState:
        """Return what the present line manager may see."""
        who = reader_key(self.delegate.manager.email)
        return areas.sharing_state(self.rows, self.wave, area.id, MANAGER, who)

    @property
    def shared(self) -> tuple[Area, ...]:
        """Return what the line manager sees: areas that are shared with this person and have not been given up."""
        return tuple(
            area for area in self.areas if area.state in areas.SURVEYED and self.sharing(area) is SharingState.SHARED
        )

    @property
    def offers(self) -> tuple[Help, ...]:
        """Return the help that line managers offered, newest first; a line manager sees only their own."""
        offers = areas.help_from(self.rows)
        return tuple(offer for offer in offers if self.is_by_manager(offer)) if self.by is By.MANAGER else offers

    def is_by_manager(self, help: Help) -> bool:
        """Return whether the present line manager offered it."""
        return help.who == reader_key(self.delegate.manager.email)


def open_for_delegate(token: str) -> AreasPage:
    """Open a delegate's areas in two calls. Raises LinkUnknown or LinkRevoked."""
    link = HUB.open(token)
    delegate_id, version = link.parts
    opened = open_areas(link.token, delegate_id, By.DELEGATE)
    if str(opened.delegate.link_version) != version:
        raise LinkRevoked
    return opened


def open_for_coach(token: str, delegate_id: str) -> AreasPage:
    """Open the areas of a coach's delegate. Raises LinkUnknown for a delegate of someone else, or LinkRevoked."""
    link = COACH.open(token)
    cohort_id, coach, *version = link.parts
    opened = open_areas(link.token, delegate_id, By.COACH)
    delegate = opened.delegate
    if delegate.cohort_id != cohort_id or coach not in coach_ids(cohort_id, delegate.coach.email):
        raise LinkUnknown
    if (version or ["1"]) != [str(cohorts.coach_link(opened.cohort, delegate.coach))]:
        raise LinkRevoked
    return opened


def sign_in_coach(request: Any, token: str, delegate_id: str, now: datetime) -> tuple[AreasPage, SignedIn]:
    """Open the areas of a coach's delegate, and sign the coach in."""
    opened = open_for_coach(token, delegate_id)
    return opened, signed_in(request, opened.reader, now)


def open_for_manager(token: str) -> AreasPage:
    """Open what a delegate shares with their line manager. Raises LinkUnknown, or LinkRevoked for a former one."""
    link = SHARED.open(token)
    delegate_id, manager, version = link.parts
    opened = open_areas(link.token, delegate_id, By.MANAGER)
    delegate = opened.delegate
    is_same = manager == manager_id(delegate.id, delegate.manager.email) and version == str(delegate.manager_link)
    if not is_same or delegate.withdrawn:
        raise LinkRevoked
    return opened


def let_in(opened: AreasPage, now: datetime) -> AreasPage:
    """Let a reader in by their link alone. Raises LinkEnded, or another refusal if their new address is on hold."""
    refuse_ended(opened.programme, opened.ends_at, now)
    refuse_held(opened.reader, now)
    return opened


def open_areas(token: str, delegate_id: str, by: By) -> AreasPage:
    """Open a delegate's areas for a reader whose link is checked. Raises LinkUnknown."""
    rows = tuple(delegates.load_rows(delegate_id))
    delegate = DelegateRecord(rows).find_delegate()
    cohort = cohorts.find(delegate.cohort_id) if delegate else None
    if delegate is None or cohort is None:
        raise LinkUnknown
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    released = released_wave(rows)
    wave = areas_wave(rows)
    return AreasPage(
        token=token,
        delegate=delegate,
        programme=programme,
        cohort=cohort,
        wave=wave,
        is_released=released is not None,
        areas=areas.from_rows(rows, wave) if released else (),
        rows=rows,
        by=by,
    )


def areas_wave(rows: Sequence[Row]) -> Wave:
    """Return the wave whose areas a delegate works on: the follow-up once its report is released."""
    return released_wave(rows) or Wave.BASELINE


def released_wave(rows: Sequence[Row]) -> Wave | None:
    """Return the wave of the latest released report. Its areas are live from the release on."""
    report = DelegateRecord(rows).find_released_report()
    return report.wave if report else None
