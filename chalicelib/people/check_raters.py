"""Say of raters who are about to be asked when that is, and ask about likely mistakes, as the approver is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from chalicelib.core.formatting import local_day, say_when
from chalicelib.core.model import DelegateWave, Programme, RaterEntry, WaveState
from chalicelib.nominate.address_warnings import find_group_warnings, find_rater_warnings
from chalicelib.nominate.rater_list import load_surroundings
from chalicelib.people.loaded import LoadedDelegate
from chalicelib.waves.lifecycle import asked_at


def say_when_asked(programme: Programme, wave: DelegateWave, now: datetime) -> str:
    """Say when raters who are sent now get their first email."""
    zone = programme.organisation.timezone
    if wave.state is WaveState.PLANNED:
        return f"when the questionnaire opens, on {local_day(wave.opens_at, zone)}"
    return say_when(asked_at(programme, wave, now), now, zone)


def ask_about_rater(
    loaded: LoadedDelegate, wave: DelegateWave, listed: Sequence[RaterEntry], entry: RaterEntry
) -> Iterator[str]:
    """Yield a question for each doubt about a rater's address, name or part. One call.

    listed   the raters that were sent: an unsent list is the delegate's alone
    """
    around = load_surroundings(loaded.programme, loaded.delegate, wave, [*listed, entry], [entry])
    return (warning.text for warning in find_rater_warnings(entry, around))


def ask_about_groups(
    loaded: LoadedDelegate, before: Sequence[RaterEntry], after: Sequence[RaterEntry]
) -> Iterator[str]:
    """Yield a question for each group that a change brings to exactly the minimum number of people."""
    known = find_group_warnings(loaded.programme, before)
    for warning in find_group_warnings(loaded.programme, after):
        if warning not in known:
            yield f"{warning.title}: {warning.text}"
