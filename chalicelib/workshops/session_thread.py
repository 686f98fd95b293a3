"""The state machine of one session of a workshop. Pure."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from chalicelib.core.schedule import Session
from chalicelib.core.state_machine import By, Machine, Transition, declare_machine

MOVE, CANCEL, BEGIN = "move", "cancel", "begin"


class SessionState(StrEnum):
    PLANNED = "planned"
    CANCELLED = "cancelled"  # final: a session that is added again has a new id
    BEGUN = "begun"  # by the clock; it can no longer change


MACHINE = declare_machine(
    Machine(
        thread="Session of a workshop",
        start=SessionState.PLANNED,
        transitions=(
            Transition(
                MOVE,
                (SessionState.PLANNED,),
                SessionState.PLANNED,
                (By.ADMINISTRATOR,),
                ("workshops/moved", "workshops/days"),
            ),
            Transition(
                CANCEL,
                (SessionState.PLANNED,),
                SessionState.CANCELLED,
                (By.ADMINISTRATOR,),
                ("workshops/cancelled", "workshops/days"),
            ),
            Transition(BEGIN, (SessionState.PLANNED,), SessionState.BEGUN, (By.SYSTEM,)),
        ),
        ends=(SessionState.CANCELLED, SessionState.BEGUN),
    )
)


def state_of(session: Session, now: datetime) -> SessionState:
    if session.cancelled:
        return SessionState.CANCELLED
    return SessionState.BEGUN if session.starts_at <= now else SessionState.PLANNED
