"""Choose who is asked in a round about a delegate, and find what the delegate could learn by comparing rounds. Pure.

The list is shown to no one, because it would show who declined.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from chalicelib.core.midway_rounds import MIN_DAYS_APART
from chalicelib.core.model import (
    ERASED_ADDRESS,
    DelegateWave,
    Invitation,
    InvitationState,
    Programme,
    RaterEntry,
    Wave,
)
from chalicelib.results.disclosure_control import AskedRound, areas_in_words
from chalicelib.store.delegate_record import DelegateRecord
from chalicelib.store.marshal import Row
from chalicelib.store.pulse_rounds import RoundResult


class Asked(Struct, frozen=True):
    """Everyone who was asked about one delegate, by wave."""

    waves: Mapping[Wave, DelegateWave]
    invitations: Mapping[Wave, tuple[Invitation, ...]]

    def of(self, wave: Wave) -> tuple[Invitation, ...]:
        return self.invitations.get(wave, ())

    @property
    def pulses(self) -> list[DelegateWave]:
        return [wave for wave in self.waves.values() if wave.wave.is_pulse]


def asked_from(rows: Iterable[Row]) -> Asked:
    """Find them among the rows of a delegate's partition."""
    record = DelegateRecord(tuple(rows))
    waves, invited = list(record.waves), list(record.invitations())
    by_wave = {wave.wave: tuple(invitation for invitation in invited if invitation.wave is wave.wave) for wave in waves}
    return Asked({wave.wave: wave for wave in waves}, by_wave)


def list_raters(programme: Programme, asked: Asked, opens_at: datetime) -> tuple[RaterEntry, ...]:
    """Return who is asked in a round that opens then.

    These are the anonymous raters of the baseline, without those who declined, were removed, or answered another pulse
    lately. New raters are asked only if enough of them join one group. Otherwise a comparison with the last round could
    reveal a new rater's answer.
    """
    left_out = _gone(asked) | _asked_lately(asked.pulses, asked, opens_at)
    first = _anonymous(programme, list_live(asked.of(Wave.BASELINE)))
    again = [invitation for email, invitation in first.items() if email not in left_out]
    everyone = [*again, *_newcomers(programme, asked, first, left_out)]
    return tuple(RaterEntry(invitation.group, invitation.rater) for invitation in everyone)


def list_left_alone(asked: Asked, further: DelegateWave) -> frozenset[str]:
    """Return the addresses that a further pulse leaves out: gone, or asked less than 60 days before."""
    others = [wave for wave in asked.pulses if wave.wave is not further.wave]
    return _gone(asked) | _asked_lately(others, asked, further.opens_at)


def _gone(asked: Asked) -> frozenset[str]:
    """Return the addresses of raters who declined or were removed, unless they are on the list of the follow-up."""
    declined = frozenset(
        invitation.rater.email
        for wave in asked.waves
        for invitation in asked.of(wave)
        if invitation.state is InvitationState.DECLINED
    )
    listed_again = _addresses(list_live(asked.of(Wave.FOLLOWUP)))
    removed = (_removed(asked.of(wave)) - (listed_again if wave is Wave.BASELINE else set()) for wave in asked.waves)
    return declined.union(*removed)


def list_live(invited: Iterable[Invitation]) -> list[Invitation]:
    """Return the invitations of raters who were not removed."""
    return [invitation for invitation in invited if invitation.state is not InvitationState.REVOKED]


def _removed(invited: Sequence[Invitation]) -> frozenset[str]:
    """Return the addresses that were removed from a wave. Another rater may have such an address now."""
    removed = _addresses(invitation for invitation in invited if invitation.state is InvitationState.REVOKED)
    return removed - _addresses(invitation for invitation in invited if invitation.state is not InvitationState.REVOKED)


def _addresses(invited: Iterable[Invitation]) -> frozenset[str]:
    return frozenset(invitation.rater.email for invitation in invited)


def _asked_lately(pulses: Iterable[DelegateWave], asked: Asked, opens_at: datetime) -> frozenset[str]:
    lately = [wave.wave for wave in pulses if opens_at - wave.opens_at < timedelta(days=MIN_DAYS_APART)]
    return frozenset(invitation.rater.email for wave in lately for invitation in asked.of(wave))


def _anonymous(programme: Programme, invited: Iterable[Invitation]) -> dict[str, Invitation]:
    groups = {group.id for group in programme.anonymous_groups}
    return {
        invitation.rater.email: invitation
        for invitation in invited
        if invitation.group in groups and not invitation.rater.is_erased
    }


def _newcomers(
    programme: Programme, asked: Asked, first: Mapping[str, Invitation], left_out: Collection[str]
) -> list[Invitation]:
    """Return raters of the follow-up who were not asked before, if enough of them join their group now.

    left_out   addresses that are not asked this time and so do not count
    """
    invited = _anonymous(programme, list_live(asked.of(Wave.FOLLOWUP)))
    new = [invitation for email, invitation in invited.items() if email not in first and email not in left_out]
    joined = Counter(invitation.group for invitation in new)
    return [invitation for invitation in new if joined[invitation.group] >= programme.threshold]


# --- what the delegate knows ------------------------------------------------------------------------------------


def list_in_words(
    asked: Asked, results: Iterable[RoundResult], further: DelegateWave, threshold: int
) -> frozenset[str]:
    """Return the areas that a further pulse may show only as a word, because of what earlier rounds have shown."""
    earlier = [AskedRound(known_people(asked, result.wave), _numbered(result)) for result in results]
    words = {area.id: area.text for area in further.areas}
    return areas_in_words(earlier, AskedRound(known_people(asked, further.wave), words), threshold)


def _numbered(result: RoundResult) -> dict[str, str]:
    numbered = {figure.area for figure in result.figures if figure.change}
    return {area.id: area.text for area in result.areas if area.id in numbered}


def known_people(asked: Asked, wave: Wave) -> frozenset[str]:
    """Return the people who, as far as the delegate can know, were asked in a wave.

    The delegate knows who was removed, erased or added. They do not know who declined or was left out by the rules.
    """
    listed = {
        invitation.rater.email
        for invitation in asked.of(Wave.BASELINE)
        if invitation.state is not InvitationState.REVOKED
    }
    could_answer = [invitation for invitation in asked.of(wave) if invitation.state is not InvitationState.REVOKED]
    removed = _removed(asked.of(wave))
    erased = {
        invitation.id for invitation in asked.of(wave) if invitation.rater.is_erased
    }  # each of these was a person at that time
    people = (listed | {invitation.rater.email for invitation in could_answer}) - removed - {ERASED_ADDRESS}
    return frozenset(people | erased)
