"""Ask administrators about likely mistakes in a rater, as the approver of a list is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chalicelib.core.model import DelegateWave, RaterEntry
from chalicelib.nominate.address_warnings import find_group_warnings, find_rater_warnings
from chalicelib.nominate.rater_list import load_surroundings
from chalicelib.people.loaded import LoadedDelegate


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
