"""Let the delegate check the words that raters will read, until the round opens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.areas.openings import AreasPage
from chalicelib.core.errors import FieldError, Refusal
from chalicelib.core.ids import derive
from chalicelib.core.midway_rounds import plan_rounds
from chalicelib.core.state_machine import By
from chalicelib.jobs.commit import commit
from chalicelib.links.signing import LinkUnknown
from chalicelib.pulse.machine import CHECK, ROUND, TAKE_BACK
from chalicelib.store import audit_events, pulse_rounds, workshops
from chalicelib.store.areas import Area
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.pulse_rounds import Round, RoundChanged


class RoundRefused(Refusal):
    """The round has opened, or another window has saved it."""

    status = 409
    title = "Nothing was changed"


class WordsCheck(Struct, frozen=True):
    """What the delegate checks."""

    opened: AreasPage
    round: Round
    opens_at: datetime | None  # None: its workshop has no date

    def may_check(self, now: datetime) -> bool:
        is_ahead = self.opens_at is None or now < self.opens_at
        return is_ahead and ROUND.allows(self.round.state, CHECK, By.DELEGATE)

    def is_approved(self, area: Area) -> bool:
        return self.round.checked.get(area.id) == area.words_for_others

    @property
    def has_changed_words(self) -> bool:
        """Return whether an area's words have changed since the delegate approved them."""
        return any(area.id in self.round.checked and not self.is_approved(area) for area in self.opened.live)


def find_check(opened: AreasPage, number: str) -> WordsCheck:
    """Find a round by its number, 1 or 2. Raises LinkUnknown."""
    pulse_round = next(
        (
            pulse_round
            for pulse_round in pulse_rounds.from_rows(opened.rows)
            if pulse_round.wave.value == f"midway{number}"
        ),
        None,
    )
    if pulse_round is None:
        raise LinkUnknown
    return WordsCheck(opened, pulse_round, _opens_at(opened, pulse_round))


def _opens_at(opened: AreasPage, pulse_round: Round) -> datetime | None:
    """Return when raters are asked: a round that has not opened moves with its workshop."""
    if not ROUND.allows(pulse_round.state, CHECK, By.DELEGATE):
        return pulse_round.opens_at
    planned = plan_rounds(opened.programme, opened.cohort, workshops.list_sessions(opened.cohort.id))
    return next((dates.opens_at for dates in planned if dates.wave is pulse_round.wave), None)


def field(area: Area) -> str:
    return f"ask-{area.id}"


def words_mark(area: Area) -> str:
    """Return a mark of an area's words, so that the delegate approves only what the page showed."""
    return derive(8, "words", area.id, area.words_for_others)


def save(words_check: WordsCheck, fields: Mapping[str, str], now: datetime) -> tuple[FieldError, ...]:
    """Save which areas are asked about, in the words that the page showed. Raises RoundRefused."""
    _refuse_opened(words_check, now)
    chosen = [area for area in words_check.opened.live if fields.get(field(area))]
    changed = [area for area in chosen if fields[field(area)] != words_mark(area)]
    if changed:
        return tuple(
            FieldError(field(area), "These words were changed in the meantime. Read them again, then save.")
            for area in changed
        )
    before = words_check.round
    checked = {area.id: area.words_for_others for area in chosen}
    if checked == before.checked:
        return ()
    state = ROUND.move(before.state, CHECK if checked else TAKE_BACK, By.DELEGATE)
    _commit(words_check, replace(before, state=state, checked=checked), now)
    return ()


def _refuse_opened(words_check: WordsCheck, now: datetime) -> None:
    if not words_check.may_check(now):
        raise RoundRefused("This round has opened or is over, so its words can no longer change.")


def _commit(words_check: WordsCheck, after: Round, now: datetime) -> None:
    delegate, before = words_check.opened.delegate, words_check.round
    numbers = {"before": str(len(before.checked)), "after": str(len(after.checked))}
    about = {"round": before.wave.round_words, **numbers}
    entry = audit_events.add(delegate.cohort_id, AuditEvent.CHECKED_ROUND, "delegate", delegate.id, now, **about)
    try:
        commit([pulse_rounds.change(before, after), entry], now)
    except RoundChanged:
        raise RoundRefused("It was changed in another window just now. Open the page again.") from None
