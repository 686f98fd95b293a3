"""What each link that is mailed holds: a purpose, whom it is for, and the version that a lost link raises."""

from __future__ import annotations

from chalicelib.core.ids import approver_id, coach_id, inbox_key
from chalicelib.core.model import Cohort, Delegate, Invitation, Person, Wave

WAVES = {Wave.BASELINE: "b", Wave.FOLLOWUP: "f", Wave.PULSE: "p"}  # short, so that a mail program leaves a link whole


def read_wave(part: str) -> Wave:
    """A letter, or the whole word as in links that were mailed before."""
    return next((wave for wave, letter in WAVES.items() if letter == part), None) or Wave(part)


def answer(invitation: Invitation) -> tuple[str, ...]:
    return (
        "answer",
        invitation.delegate_id,
        WAVES[invitation.wave],
        invitation.id,
        str(invitation.link_version),
    )


def decline(invitation: Invitation) -> tuple[str, ...]:
    return ("decline", *answer(invitation)[1:])


def rater_links(delegate: Delegate, invitation: Invitation) -> dict[str, tuple[str, ...]]:
    """Every link that a mail to a rater may have; the delegate is a rater too."""
    return {
        "answer": answer(invitation),
        "decline": decline(invitation),
        "inbox": inbox(invitation),
        "hub": hub(delegate),
        "nominate": nominate(delegate),
    }


def inbox(invitation: Invitation) -> tuple[str, ...]:
    return ("inbox", inbox_key(invitation.delegate_id, invitation.rater.email))


def hub(delegate: Delegate) -> tuple[str, ...]:
    return ("hub", delegate.id, str(delegate.link_version))


def nominate(delegate: Delegate) -> tuple[str, ...]:
    return ("nominate", delegate.id, str(delegate.link_version))


def coach(delegate: Delegate) -> tuple[str, ...]:
    return ("coach", delegate.cohort_id, coach_id(delegate.cohort_id, delegate.coach.email))


def sponsor(cohort: Cohort) -> tuple[str, ...]:
    return ("sponsor", cohort.id, str(cohort.sponsor_link))


def approve(delegate: Delegate, by: Person) -> tuple[str, ...]:
    """Holds for as long as this person approves the delegate's list of raters."""
    return ("approve", delegate.id, approver_id(delegate.id, by.email), str(delegate.link_version))
