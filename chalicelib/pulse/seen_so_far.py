"""What the delegate and the coach read about mid-way rounds: each area with its result in each round. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct

from chalicelib.core.model import Wave
from chalicelib.store.pulse_rounds import Round, RoundMean, RoundResult, RoundState, Why


class Reading(Struct, frozen=True):
    """What one round says about an area."""

    asked_at: datetime
    display: str


class AreaSeen(Struct, frozen=True):
    """An area as raters read it, with what they saw. If its words change, it counts as another area."""

    text: str
    readings: tuple[Reading, ...]


class Seen(Struct, frozen=True):
    """Everything that is published of a delegate's rounds."""

    results: tuple[RoundResult, ...]
    rounds: tuple[Round, ...]
    means: Mapping[Wave, RoundMean]

    @property
    def compared_with(self) -> datetime | None:
        return self.results[0].compared_with if self.results else None

    @property
    def areas(self) -> list[AreaSeen]:
        return list_areas(self.results)

    @property
    def with_suggestions(self) -> list[RoundResult]:
        return [result for result in self.results if result.suggestions]

    @property
    def few(self) -> list[RoundResult]:
        """Return the rounds with too few answers."""
        return [result for result in self.results if result.too_few]

    @property
    def with_mean(self) -> list[tuple[RoundResult, RoundMean]]:
        return [(result, self.means[result.wave]) for result in self.results if result.wave in self.means]

    @property
    def not_asked(self) -> list[Round]:
        """Return the rounds in which no one was asked."""
        reasons = (Why.FEW_RATERS, Why.NONE_CHECKED)
        return [pulse_round for pulse_round in self.rounds if pulse_round.why in reasons]

    @property
    def running(self) -> list[Round]:
        return [pulse_round for pulse_round in self.rounds if pulse_round.state in (RoundState.OPEN, RoundState.CLOSED)]


def list_areas(results: Iterable[RoundResult]) -> list[AreaSeen]:
    """Group the results of rounds by the words that raters read, in the order in which they were first asked."""
    readings: dict[tuple[str, str], list[Reading]] = {}
    for result in results:
        figures = {figure.area: figure for figure in result.figures}
        for area in result.areas:
            if area.id in figures:
                reading = Reading(result.asked_at, figures[area.id].display)
                readings.setdefault((area.id, area.text), []).append(reading)
    return [AreaSeen(text, tuple(of_area)) for (_, text), of_area in readings.items()]
